//! Every format tells every outcome, the same each time, and no name from an image becomes anything but text.

// A test fails by panicking; clippy's allowance for tests covers only functions marked as such.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use reprolock::internal::base::path::LayerPath;
use reprolock::internal::compare::drift::Drift;
use reprolock::internal::report::REGISTRY;
use reprolock::internal::report::style::{Style, columns, harmless};

use crate::support::outcome::{HOSTILE, STYLE, drifted, empty, identical, render, render_in};
use crate::support::{Image, Layer, Place, file};

/// What a format makes of the seed image's rebuild, what is the same in every page left out.
fn of_rebuild(id: &str) -> String {
    let arguments = [
        "verify",
        "testdata/seed/rebuild.oci.tar",
        "--lock",
        "lockfiles/seed.lock",
        "-f",
        "testdata/seed/Dockerfile",
        "--format",
        id,
    ];
    let mut text = Place::new().run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &arguments).stdout;
    for (start, end) in [("<style>", "</style>"), ("<script>", "</script>"), ("content=\"default-src", "\">")]
    {
        if let Some((before, rest)) = text.split_once(start) {
            let (_, after) = rest.split_once(end).unwrap();
            text = format!("{before}{start}…{end}{after}");
        }
    }
    text
}

#[test]
fn every_format_writes_the_rebuild_of_the_seed_as_its_fixture_has_it() {
    for format in REGISTRY {
        let id = format.about().id;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/formats/{id}.txt"));
        let written = of_rebuild(id);
        if std::env::var_os("REPROLOCK_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &written).unwrap();
        }
        let fixture = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for (written, fixture) in written.lines().zip(fixture.lines()) {
            assert_eq!(written, fixture, "{id}");
        }
        assert_eq!(written.len(), fixture.len(), "{id}");
    }
}

/// Lines outside fenced blocks, without their code spans.
fn outside_code(markdown: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 && ["text", "diff"].contains(&&line[ticks.len()..]) => {
                fence = Some(ticks);
            }
            None => out.push_str(&(without_spans(line) + "\n")),
        }
    }
    assert_eq!(fence, None, "a block is left open");
    out
}

fn without_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let ticks = from.len() - from.trim_start_matches('`').len();
        let mut end = ticks;
        loop {
            let next = from[end..].find('`').unwrap_or_else(|| panic!("a span is left open: {line}")) + end;
            let run = from[next..].len() - from[next..].trim_start_matches('`').len();
            end = next + run;
            if run == ticks {
                break;
            }
        }
        rest = &from[end..];
    }
    out + rest
}

#[test]
fn every_format_tells_every_outcome_the_same_each_time() {
    for format in REGISTRY {
        for outcome in [empty(), identical(), drifted(&["a"], 3), drifted(&HOSTILE, 3)] {
            let text = render(format.about().id, &outcome, "image");
            assert!(text.contains(outcome.verdict.name()), "{}: {text}", format.about().id);
            assert!(text.ends_with('\n'), "{}", format.about().id);
            assert_eq!(text, render(format.about().id, &outcome, "image"), "{}", format.about().id);
        }
    }
}

#[test]
fn no_name_from_an_image_is_markup_in_a_comment() {
    let text = render("markdown", &drifted(&HOSTILE, 300), HOSTILE[2]);
    let markup = outside_code(&text);
    for sign in ["<script", "<img", "<!--", "@everyone", "](", "# heading", "\u{1b}", "\u{202e}"] {
        assert!(!markup.contains(sign), "{sign}: {markup}");
    }
    assert_eq!(markup.matches("<details>").count(), markup.matches("</details>").count());
    let pipes = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.iter().all(|row| (3..=7).contains(&pipes(row))), "{rows:#?}");
}

#[test]
fn layers_and_causes_keep_to_the_columns_there_are_and_only_paths_go_past_them() {
    let outcome = drifted(&["RUN a command of some length that says what it does and how it does it"], 3000);
    for width in [60, 80, 140] {
        let text = render_in(&Style { width, ..STYLE }, "text", &outcome, "app:1");
        let (body, _) = text.split_once("\nconfig\n").unwrap();
        let has_path =
            |line: &str| ["usr/lib/", "  layer ", "elsewhere/"].iter().any(|part| line.contains(part));
        for line in body.lines().filter(|line| !has_path(line)) {
            assert!(columns(line) <= width, "{width}: {line}");
        }
    }
}

/// What GitHub's own parser makes of a comment; `None`, said aloud, where it is not installed.
fn parsed(markdown: &str) -> Option<String> {
    let parser = Command::new("cmark-gfm")
        .args(["--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut parser) = parser else {
        eprintln!("skipped: there is no cmark-gfm");
        return None;
    };
    let (mut stdin, markdown) = (parser.stdin.take().unwrap(), markdown.to_owned());
    let writer = thread::spawn(move || stdin.write_all(markdown.as_bytes()).unwrap());
    let output = parser.wait_with_output().unwrap();
    writer.join().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn names_are_code_to_githubs_own_parser_and_rows_keep_their_cells() {
    let text = render("markdown", &drifted(&HOSTILE, 30), HOSTILE[2]);
    let Some(html) = parsed(&text) else { return };
    let ours = [
        "h3", "h4", "p", "strong", "em", "code", "pre", "br", "ul", "li", "table", "thead", "tbody", "tr",
        "th", "td", "details", "summary",
    ];
    let (mut outside, mut code, mut cells, mut rows) = (String::new(), Vec::new(), 0, Vec::new());
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        outside.push_str(before);
        let (tag, after) = after.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        assert!(ours.contains(&name), "<{tag}>");
        rest = after;
        match tag {
            "table" => rows.clear(),
            "tr" => cells = 0,
            "/tr" => rows.push(cells),
            "/table" => assert!(rows.iter().all(|cells| *cells == rows[0]), "{rows:?}"),
            tag if tag.starts_with("code") => {
                let (text, after) = rest.split_once("</code>").unwrap();
                code.push(
                    text.replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&amp;", "&"),
                );
                rest = after;
            }
            tag if tag.starts_with("td") || tag.starts_with("th") && !tag.starts_with("thead") => cells += 1,
            _ => {}
        }
    }
    for sign in ["@", "#1", "javascript", "onerror", "alert"] {
        assert!(!outside.contains(sign), "{sign}: {outside}");
    }
    for name in HOSTILE {
        let path = LayerPath::normalize(name.as_bytes()).unwrap().to_string();
        // Once in the list of what nothing explains; in tables as text of the image.
        assert!(code.contains(&path), "{path}: {code:#?}");
        assert!(code.contains(&harmless(name)), "{name}: {code:#?}");
    }
}

#[test]
fn a_comment_fits_whatever_drifted_and_says_what_it_left_out() {
    let long = format!("{}.py", "`|<&\u{1}".repeat(800));
    let names: Vec<&str> = std::iter::repeat_n(long.as_str(), 500).collect();
    for outcome in [drifted(&["a"], 20_000), drifted(&names, 0)] {
        let text = render("markdown", &outcome, &long);
        assert!(text.chars().count() <= 65_536 && text.len() <= 60_000, "{}", text.len());
        assert!(text.contains("more; the formats html and json list all"));
        outside_code(&text);
    }
}

#[test]
fn no_name_from_an_image_is_markup_in_a_page() {
    let plain = render("html", &drifted(&["a"; 6], 3), "image");
    let page = render("html", &drifted(&HOSTILE, 3), HOSTILE[0]);
    let elements = |page: &str, name: &str| page.matches(name).count();
    for name in
        ["<script", "</script", "<img", "<style", "<section", "<td", "</td", "<!--", "<details", "<button"]
    {
        assert_eq!(elements(&page, name), elements(&plain, name), "{name}");
    }
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    assert!(!page.contains(" style=") && !page.contains(" onclick=") && !page.contains("http:"));
}

#[test]
fn a_page_is_well_formed_and_its_data_reads_back() {
    for outcome in [empty(), identical(), drifted(&HOSTILE, 300)] {
        let page = render("html", &outcome, "image");
        assert_eq!(unclosed(&page), Vec::<String>::new());
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{ids:?}");
        let Some((_, data)) = page.split_once("id=\"data\">") else { continue };
        let data: serde_json::Value = serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
        let drifts: Vec<&Drift> =
            outcome.facts.layers.iter().flat_map(|layer| layer.drifts.iter().flatten()).collect();
        assert_eq!(data["total"], drifts.len());
        assert_eq!(
            paths(&data["layers"][0]),
            drifts.iter().map(|drift| drift.path.to_string()).collect::<Vec<_>>()
        );
    }
}

/// The elements that a page leaves open, or closes without having opened.
fn unclosed(page: &str) -> Vec<String> {
    const VOID: [&str; 5] = ["meta", "input", "rect", "br", "!doctype"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = page;
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').unwrap();
        rest = after;
        let name = tag.split([' ', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) if open.last().is_some_and(|last| last == name) => drop(open.pop()),
            Some(name) => return vec![format!("/{name} in {open:?}")],
            None if VOID.contains(&name) => {}
            None => open.push(name.to_owned()),
        }
        if matches!(name, "script" | "style") {
            let end = format!("</{name}>");
            rest = &rest[rest.find(&end).unwrap()..];
        }
    }
    open
}

/// What the page's script makes of the columns `p` and `s`.
fn paths(layer: &serde_json::Value) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (shared, rest) in layer["p"].as_array().unwrap().iter().zip(layer["s"].as_array().unwrap()) {
        let last: Vec<u16> = paths.last().map(|last| last.encode_utf16().collect()).unwrap_or_default();
        let start = String::from_utf16(&last[..shared.as_u64().unwrap() as usize]).unwrap();
        paths.push(start + rest.as_str().unwrap());
    }
    paths
}

#[test]
fn an_empty_value_is_told_apart_from_none() {
    let place = Place::new();
    let image = |env: &[(&str, &str)]| {
        let layer = Layer::new("RUN a", [file("a", "a")]);
        env.iter()
            .fold(Image::new("linux/amd64").layer(layer), |image, (name, value)| image.env(name, value))
            .oci()
            .archive()
    };
    place.write("old.tar", image(&[("C", "")]));
    place.write("new.tar", image(&[("C", "3"), ("D", "")]));
    let told = |format: &str| place.run(&["diff", "old.tar", "new.tar", "--format", format]).stdout;
    let text = told("text");
    assert!(text.contains("env.C  \"\" → 3\n") && text.contains("env.D  (unset) → \"\"\n"), "{text}");
    assert!(
        told("github").contains("env.C: \"\" became 3") && told("html").contains("<td>&quot;&quot;</td>")
    );
}

#[test]
fn inspect_shows_what_a_container_gets_and_not_what_no_engine_reads() {
    let place = Place::new();
    let layer = Layer::new("RUN a", [file("a", "a")]);
    let image = Image::new("linux/amd64").layer(layer).run_config("StopTimeout", 30.into());
    let image = image.run_config("StopSignal", "SIGINT".into()).run_config("Hostname", "abc".into());
    place.write("img.tar", image.run_config("Memory", 7.into()).oci().archive());
    let text = place.run(&["inspect", "img.tar"]).stdout;
    assert!(text.contains("  stop-signal  SIGINT\n  stop-timeout 30\n"), "{text}");
    assert!(text.contains("  config       Memory=7\n") && !text.contains("Hostname"), "{text}");
}
