//! The pages of `--format html` in a browser: they load nothing, complain of nothing, can be read and be used with the
//! keyboard, and stay usable with very many files.
//!
//! Runs where `chromium` is installed, and says so where it is not.

mod chromium;

use chromium::Chromium;
use reprolock::internal::base::path::LayerPath;
use serde_json::{Value, json};

use crate::support::outcome::{HOSTILE, drift, drifted, empty, identical, render, with_files};
use crate::support::{Image, Layer, Place, file};

const CHECKS: &str = include_str!("checks.js");

/// Roles that a reader is told the name of.
const NAMED: [&str; 9] =
    ["button", "link", "searchbox", "textbox", "tree", "treeitem", "region", "heading", "DisclosureTriangle"];

/// Nothing to complain of.
const NONE: [String; 0] = [];

/// The row that the tree tells its reader of: its level, whether it is unfolded, and its text.
const ROW: &str = "(() => {
  const row = document.getElementById(document.getElementById('tree').getAttribute('aria-activedescendant'));
  return [row.getAttribute('aria-level'), row.getAttribute('aria-expanded'), row.querySelector('.name').textContent];
})()";

const COUNT: &str = "document.getElementById('count').textContent";

/// Past the time that the search waits for the next letter.
const PAUSE: &str = "new Promise((done) => setTimeout(done, 300))";

/// Interactive things without a name, as assistive technology is given them.
fn nameless(chromium: &mut Chromium) -> Vec<String> {
    let tree = chromium.ask("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let is_nameless = |node: &&Value| {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        node["ignored"] == false
            && NAMED.contains(&role)
            && node["name"]["value"].as_str().unwrap_or_default().trim().is_empty()
    };
    nodes.iter().filter(is_nameless).map(|node| format!("without a name: {node}")).collect()
}

/// All that is wrong with the page as it stands.
fn problems(chromium: &mut Chromium) -> Vec<String> {
    let wrong = chromium.value(CHECKS);
    let mut problems: Vec<String> = wrong.as_array().unwrap().iter().map(Value::to_string).collect();
    problems.extend(nameless(chromium));
    problems.extend(chromium.complaints());
    problems
}

/// The page of two builds whose files differ in every way that the details show apart.
fn built() -> String {
    let build = |number: u8| {
        let image = |text: &str, mode| {
            [
                file("app/config.ini", format!("[model]\nname = {text}\nlayers = 12\n")).mode(mode),
                file("app/weights.bin", [[number; 40], [0; 40], [7; 40]].concat()),
                file(&format!("app/only-{text}"), "x").mtime(u64::from(number)),
            ]
        };
        let entries = if number == 1 { image("old", 0o644) } else { image("new", 0o755) };
        Image::new("linux/amd64")
            .tag("app:1")
            .layer(Layer::new("COPY a /", [file("a", b"x")]))
            .layer(Layer::new("RUN make && make install", entries))
            .env("BUILD", &number.to_string())
    };
    let place = Place::new();
    place.write("1.tar", build(1).oci().archive());
    place.write("2.tar", build(2).oci().archive());
    let run = place.run(&["diff", "1.tar", "2.tar", "--format", "html"]);
    assert_eq!(run.code, 1, "{run}");
    run.stdout
}

/// A page of the shipped image.
fn seed(arguments: &[&str]) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/seed");
    let run = Place::new().run_in(&folder, &[arguments, &["--format", "html"]].concat());
    assert!(run.code <= 1 && run.stderr.is_empty(), "{run}");
    run.stdout
}

#[test]
fn a_page_can_be_read_in_light_and_dark_wide_and_narrow() {
    let Some(mut chromium) = Chromium::start() else { return };
    let pages = [
        ("seed", seed(&["diff", "image.oci.tar", "rebuild.oci.tar", "-f", "Dockerfile"])),
        ("inspected", seed(&["inspect", "image.oci.tar", "-f", "Dockerfile"])),
        ("identical", render("html", &identical(), "app")),
        ("empty", render("html", &empty(), "app")),
        ("hostile", render("html", &drifted(&HOSTILE, 30), HOSTILE[0])),
        ("built", built()),
    ];
    for (name, page) in &pages {
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")] {
            chromium.view(width, scheme);
            chromium.open(page);
            assert_eq!(problems(&mut chromium), NONE, "{name}, {width}, {scheme}");
            // All that is folded away, a filter on, and files selected: in `built` there is one of each kind.
            chromium.value("document.querySelectorAll('details').forEach((all) => { all.open = true; })");
            chromium.value("document.querySelector('[data-cause]')?.click()");
            for _ in 0..if *name == "built" { 7 } else { 2 } {
                chromium.value("document.getElementById('tree')?.focus()");
                chromium.press(&["ArrowDown"]);
                assert_eq!(chromium.value(CHECKS), json!([]), "{name}, {width}, {scheme}, used");
            }
        }
    }
}

#[test]
fn bytes_and_lines_stand_side_by_side() {
    let Some(mut chromium) = Chromium::start() else { return };
    chromium.view(1280, "light");
    chromium.open(&built());
    let mut seen = Vec::new();
    chromium.value("document.getElementById('tree').focus()");
    for _ in 0..7 {
        seen.push(chromium.text("document.getElementById('excerpt').innerText.replace(/\\s+/g, ' ')"));
        chromium.press(&["ArrowDown"]);
    }
    let all = seen.join("\n");
    assert!(all.contains("name = old name = new"), "{all}");
    assert!(all.contains("01 01 00 00 00"), "{all}");
    assert!(all.contains("02 02 00 00 00"), "{all}");
}

#[test]
fn the_files_are_reached_unfolded_and_filtered_by_keyboard() {
    let Some(mut chromium) = Chromium::start() else { return };
    chromium.view(1280, "light");
    chromium.open(&render("html", &drifted(&["setup"], 3000), "app"));
    let focus = "(() => { const at = document.activeElement; const style = getComputedStyle(at);
      return [at.id || at.textContent, style.outlineStyle, at.getBoundingClientRect().left >= 0]; })()";

    chromium.press(&["Tab"]);
    assert_eq!(chromium.value(focus), json!(["Skip to the files", "solid", true]));
    chromium.press(&["Enter"]);
    for part in ["search", "tree", "detail"] {
        chromium.press(&["Tab"]);
        assert_eq!(chromium.value(focus), json!([part, "solid", true]));
    }

    chromium.value("document.getElementById('tree').focus()");
    let mut rows = Vec::new();
    for key in
        ["Home", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft"]
    {
        chromium.press(&[key]);
        rows.push(format!("{key:<10}  {}", chromium.text(ROW)));
    }
    insta::assert_snapshot!(rows.join("\n"), @r#"
    Home        ["1","true","▾layer 1  setup"]
    ArrowDown   ["2","true","▾usr/lib/python3.11/site-packages/"]
    ArrowRight  ["3","false","▸package_000/"]
    ArrowRight  ["3","true","▾package_000/"]
    ArrowLeft   ["3","false","▸package_000/"]
    ArrowLeft   ["2","true","▾usr/lib/python3.11/site-packages/"]
    ArrowLeft   ["2","false","▸usr/lib/python3.11/site-packages/"]
    ArrowLeft   ["1","true","▾layer 1  setup"]
    "#);

    chromium.press(&["ArrowLeft", "ArrowRight", "s"]);
    insta::assert_snapshot!(chromium.text(ROW), @r#"["2",null,"setup"]"#);
    chromium.press(&["/", "0", "2", "9", "9"]);
    chromium.value(PAUSE);
    insta::assert_snapshot!(chromium.text(COUNT), @"11 of 3,001 files");
    chromium.press(&["ArrowDown", "End"]);
    insta::assert_snapshot!(chromium.text(ROW), @r#"["4",null,"module_002999.py"]"#);
    chromium.press(&["Escape"]);
    insta::assert_snapshot!(chromium.text(COUNT), @"3,001 files");

    chromium.value("document.querySelector('[data-cause=unexplained]').focus()");
    chromium.press(&["Enter"]);
    insta::assert_snapshot!(chromium.text(COUNT), @"1 of 3,001 files");
    assert_eq!(chromium.value("document.activeElement.getAttribute('aria-pressed')"), "true");
    assert_eq!(chromium.complaints(), NONE);
}

#[test]
fn a_page_of_100_000_files_draws_those_in_sight_alone() {
    let Some(mut chromium) = Chromium::start() else { return };
    let page = render("html", &drifted(&["setup"], 100_000), "app");
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
    chromium.view(1280, "dark");
    chromium.open(&page);
    eprintln!("opened in {} ms", chromium.text("Math.round(performance.now())"));
    assert_eq!(chromium.text(COUNT), "100,001 files");
    chromium.value("document.getElementById('tree').focus()");
    chromium.press(&["Home", "ArrowDown", "ArrowRight", "ArrowDown", "*", "End"]);
    let drawn = chromium.value("document.querySelectorAll('.row').length");
    assert!(drawn.as_u64().is_some_and(|drawn| (10..100).contains(&drawn)), "{drawn}");
    let in_sight = "(() => {
      const tree = document.getElementById('tree');
      const [box, row] = [tree, document.getElementById(tree.getAttribute('aria-activedescendant'))].map((of) => of.getBoundingClientRect());
      return tree.scrollHeight > 100000 * row.height && row.top >= box.top && row.bottom <= box.bottom + 1;
    })()";
    assert_eq!(chromium.value(in_sight), true, "{}", chromium.text(ROW));
    chromium.press(&["/", "0", "9", "9", "9", "9", "9"]);
    chromium.value(PAUSE);
    assert_eq!(chromium.text(COUNT), "1 of 100,001 files");
    assert_eq!(problems(&mut chromium), NONE);
}

#[test]
fn no_name_from_an_image_does_anything_but_stand_there() {
    let Some(mut chromium) = Chromium::start() else { return };
    let names: [&[u8]; 7] = [
        b"</script><script>alert(1)</script>",
        b"\"><img src=x onerror=alert(1)>",
        b"bad\xff\xfeutf-8",
        "\u{202e}gnp.exe".as_bytes(),
        b"line\nbreak",
        "漢字 é 😀".as_bytes(),
        b"&lt;&amp;",
    ];
    let outcome = with_files(&HOSTILE, names.iter().map(|name| drift(name, None)).collect());
    chromium.view(1280, "light");
    chromium.open(&render("html", &outcome, HOSTILE[0]));
    let count =
        "['script', 'img', 'style', 'h1'].map((name) => document.querySelectorAll(name).length).join()";
    assert_eq!(chromium.text(count), "2,0,1,1");
    chromium.value("document.getElementById('tree').focus()");
    let mut shown = Vec::new();
    for _ in 0..12 {
        shown.push(chromium.text("document.querySelector('#detail h3').textContent"));
        chromium.press(&["ArrowDown"]);
    }
    for name in names {
        let printed = LayerPath::normalize(name).unwrap().to_string();
        assert!(shown.contains(&printed), "{printed}: {shown:#?}");
    }
    assert_eq!(chromium.complaints(), NONE);
    assert_eq!(chromium.text(count), "2,0,1,1");
}

#[test]
fn without_scripts_a_page_lists_the_first_files() {
    let Some(mut chromium) = Chromium::start() else { return };
    chromium.view(1280, "light");
    chromium.ask("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    chromium.open(&render("html", &drifted(&["setup"], 3000), "app"));
    let rows =
        "[...document.querySelectorAll('.files tbody tr')].filter((row) => row.checkVisibility()).length";
    assert_eq!(chromium.value(rows), 200);
    assert_eq!(chromium.value("document.getElementById('tree').checkVisibility()"), false);
}
