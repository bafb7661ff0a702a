//! From drift to line to edit: what `verify` and `diff` offer to change in the Dockerfile, and when they offer nothing.

use std::path::Path;

use reprolock::internal::base::text::Span;
use reprolock::internal::dockerfile::Dockerfile;
use reprolock::internal::finding::{Edit, Fix, apply};
use serde_json::Value;

use crate::support::{Image, Layer, Place, Run, dir, file};

const DOCKERFILE: &str = "FROM registry.example.org/base:1\nRUN apt-get update \\\n  # what it needs\n  && apt-get install -y b=1\nRUN <<EOF\nset -e\nmake keys\nEOF\nUSER me\nRUN make more keys\nCOPY a /\nRUN make tools\n";

/// An image of that Dockerfile, as one day's build leaves it.
fn image(day: u64) -> Image {
    let stamped = |path: &str, text: &str| file(path, format!("{text} {day}\n")).mtime(86_400 * day);
    let key = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk{day}\n-----END OPENSSH PRIVATE KEY-----\n"
    );
    let steps = [
        (
            "RUN /bin/sh -c apt-get update   && apt-get install -y b=1 # buildkit",
            stamped("var/log/dpkg.log", "2024-05-01 08:00:00 install b"),
        ),
        ("RUN /bin/sh -c set -e\nmake keys\n # buildkit", file("etc/ssh/ssh_host_rsa_key", &key)),
        ("RUN /bin/sh -c make more keys # buildkit", file("etc/ssh/ssh_host_ecdsa_key", &key)),
        ("COPY a / # buildkit", file("a", "a")),
        ("RUN /bin/sh -c make tools # buildkit", file("tools", "x").mtime(86_400 * day)),
    ];
    let base = Image::new("linux/amd64").tag("app:1").layer(Layer::new("ADD rootfs.tar /", [dir("etc")]));
    steps.into_iter().fold(base, |image, (step, entry)| image.layer(Layer::new(step, [entry])))
}

/// The first build frozen, the second beside it.
fn frozen() -> Place {
    let place = Place::new();
    place.write("Dockerfile", DOCKERFILE);
    place.write("old.tar", image(1).oci().archive());
    place.write("new.tar", image(2).oci().archive());
    let run = place.run(&["freeze", "old.tar", "-f", "Dockerfile"]);
    assert_eq!(run.code, 0, "{run}");
    place
}

fn edits(run: &Run) -> Vec<Value> {
    assert_eq!(run.code, 1, "{run}");
    run.json()["edits"].as_array().unwrap().clone()
}

/// `text` with an edit of the JSON, or with all of them.
fn edited(text: &str, edits: &[Value]) -> String {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let edit = |value: &Value| {
        let span = Span::new(number(&value["start"]), number(&value["end"]));
        Edit::replace(span, value["text"].as_str().unwrap())
    };
    let fix =
        |value: &Value| Fix::safe(value["edits"].as_array().unwrap().iter().map(edit).collect::<Vec<_>>());
    let fixes: Vec<Fix> = edits.iter().map(fix).collect();
    let (text, applied) = apply(text, &fixes.iter().collect::<Vec<_>>());
    assert_eq!(applied.len(), edits.len());
    text
}

#[test]
fn the_seed_images_rebuild_is_told_what_to_edit_at_each_line() {
    let arguments = ["testdata/seed/rebuild.oci.tar", "-f", "testdata/seed/Dockerfile"];
    let verified = ["verify", "--lock", "lockfiles/seed.lock"];
    let compared = ["diff", "testdata/seed/image.oci.tar"];
    for command in [&verified[..], &compared] {
        let run = |more: &[&str]| {
            Place::new().run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &[command, &arguments, more].concat())
        };
        let told: Vec<String> = edits(&run(&["--format", "json"]))
            .iter()
            .map(|edit| format!("{} {} {} {}", edit["causes"], edit["rule"], edit["lines"], edit["after"]))
            .collect();
        assert_eq!(
            told,
            [r#"["pyc-header","shadow-last-change"] "shadow-date" [11,17,19] ["ARG SOURCE_DATE_EPOCH"]"#,]
        );
        let text = run(&[]).stdout;
        let expected = "    edit  Dockerfile:2\n          + ARG SOURCE_DATE_EPOCH\n";
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn every_edit_alone_and_all_together_keep_the_other_lines() {
    let place = frozen();
    let found = edits(&place.run(&["verify", "new.tar", "--format", "json"]));
    let told: Vec<String> =
        found.iter().map(|edit| format!("{} {} {}", edit["causes"], edit["lines"], edit["safety"])).collect();
    let expected = [
        r#"["timestamp-only"] [12] "safe""#,
        // What later scripts read of apt's lists is not known.
        r#"["package-manager-log"] [2] "unsafe""#,
        r#"["ssh-host-key"] [5] "unsafe""#,
    ];
    assert_eq!(told, expected);
    for some in found.iter().map(std::slice::from_ref).chain([&found[..]]) {
        let text = edited(DOCKERFILE, some);
        assert_eq!(Dockerfile::parse(&text).problems.len(), 0, "{text}");
        let texts = |key: &str| -> Vec<&str> {
            some.iter()
                .flat_map(|edit| edit[key].as_array().unwrap())
                .map(|line| line.as_str().unwrap())
                .collect()
        };
        let kept = |text: &str, changed: &[&str]| -> Vec<String> {
            text.lines().filter(|line| !changed.contains(line)).map(str::to_owned).collect()
        };
        assert_eq!(kept(&text, &texts("after")), kept(DOCKERFILE, &texts("before")));
    }
    let text = edited(DOCKERFILE, &found);
    assert!(text.contains("\nmake keys && rm -rf /etc/ssh/ssh_host_*\nEOF\n"), "{text}");
    assert!(text.contains("  && apt-get install -y b=1 \\\n && rm -rf /var/lib/apt/lists/*"), "{text}");
}

#[test]
fn a_dockerfile_that_is_not_the_locked_one_gives_no_edits() {
    let place = frozen();
    place.write("Dockerfile", format!("# new\n{DOCKERFILE}"));
    // What lies there by chance is not asked about; what is named is told of.
    for (more, notes) in [(&[][..], 0), (&["-f", "Dockerfile"], 1)] {
        let run = place.run(&[&["verify", "new.tar", "--format", "json"][..], more].concat());
        assert_eq!(edits(&run), Vec::<Value>::new());
        let told = "Dockerfile is not the Dockerfile that was locked, so its lines may be others: no edits of it are offered";
        let found = run.json()["notes"].as_array().unwrap().iter().filter(|note| *note == told).count();
        assert_eq!(found, notes);
    }
    std::fs::remove_file(place.path("Dockerfile")).unwrap();
    assert_eq!(edits(&place.run(&["verify", "new.tar", "--format", "json"])), Vec::<Value>::new());
    let run = place.run(&["verify", "new.tar", "-f", "Dockerfile"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run}");
}

#[test]
fn a_lockfile_names_no_dockerfile_outside_its_folder() {
    let place = frozen();
    let lock = String::from_utf8(place.read("reprolock.lock")).unwrap();
    let path = place.path("Dockerfile").to_string_lossy().into_owned();
    for name in ["../x/Dockerfile", path.as_str()] {
        let text = lock.replace("dockerfile = \"Dockerfile\"", &format!("dockerfile = {name:?}"));
        assert!(text != lock);
        place.write("sub/reprolock.lock", text);
        place.write("sub/reprolock.lock.files.zst", place.read("reprolock.lock.files.zst"));
        place.write("x/Dockerfile", DOCKERFILE);
        let run = place.run(&["verify", "new.tar", "--lock", "sub/reprolock.lock", "--format", "json"]);
        assert_eq!(edits(&run), Vec::<Value>::new(), "{name}");
    }
}

#[test]
fn an_edit_of_several_causes_stands_under_the_first_and_the_others_say_so() {
    let place = Place::new();
    place.write("Dockerfile", "FROM registry.example.org/base:1\nRUN make it\nRUN useradd u\n");
    let image = |day: u64| {
        Image::new("linux/amd64")
            .layer(Layer::new("ADD rootfs.tar /", [dir("etc")]))
            .layer(Layer::new("RUN /bin/sh -c make it # buildkit", [file("it", "x").mtime(86_400 * day)]))
            .layer(Layer::new(
                "RUN /bin/sh -c useradd u # buildkit",
                [file("etc/shadow", format!("u:!:{}:0:99999:7:::\n", 19_000 + day)).mode(0o640)],
            ))
    };
    place.write("old.tar", image(1).oci().archive());
    place.write("new.tar", image(2).oci().archive());
    let run = place.run(&["diff", "old.tar", "new.tar", "-f", "Dockerfile"]);
    assert_eq!(run.stdout.matches("+ ARG SOURCE_DATE_EPOCH\n").count(), 1, "{run}");
    let expected = "    edit  the edit of shadow-last-change above\n";
    assert!(run.stdout.contains(expected), "{run}");
}
