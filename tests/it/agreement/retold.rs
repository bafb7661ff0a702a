//! What `verify` and `diff` say of agreement when an image changes, and how `freeze` and `inspect` tell it.

use crate::support::{Entry, Image, Layer, Place, Run, file};

const DOCKERFILE: &str =
    "FROM scratch\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\nRUN uv pip install extra\n";

const LOCK: &str = r#"version = 1
requires-python = ">=3.9"

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "kept" }, { name = "moved" }, { name = "win", marker = "sys_platform == 'win32'" }]

[package.dev-dependencies]
dev = [{ name = "tool" }]
docs = [{ name = "book" }]

[[package]]
name = "book"
version = "3.0"
source = { registry = "https://index.example.org/simple" }

[[package]]
name = "kept"
version = "1.0"
source = { registry = "https://index.example.org/simple" }

[[package]]
name = "moved"
version = "2.0"
source = { registry = "https://index.example.org/simple" }

[[package]]
name = "tool"
version = "4.0"
source = { registry = "https://index.example.org/simple" }

[[package]]
name = "win"
version = "5.0"
source = { registry = "https://index.example.org/simple" }
"#;

const SITE: &str = "app/.venv/lib/python3.12/site-packages";

fn installed(name: &str, version: &str) -> [Entry; 2] {
    let folder = format!("{SITE}/{name}-{version}.dist-info");
    [
        file(
            &format!("{folder}/METADATA"),
            format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
        ),
        file(&format!("{folder}/INSTALLER"), "uv"),
    ]
}

/// An image of two layers: what was installed from the lock, and what was put there later.
fn image(first: &[(&str, &str)], second: &[(&str, &str)]) -> Vec<u8> {
    let layer = |run: &str, packages: &[(&str, &str)]| {
        let entries = packages.iter().flat_map(|(name, version)| installed(name, version));
        Layer::new(&format!("RUN /bin/sh -c {run} # buildkit"), entries.collect::<Vec<Entry>>())
    };
    let copy = Layer::new("COPY . . # buildkit", [file("app/uv.lock", LOCK)]);
    let image = Image::new("linux/amd64").step("WORKDIR /app").layer(copy);
    let image = image.layer(layer("uv sync --frozen", first)).layer(layer("uv pip install extra", second));
    image.oci().archive()
}

const AS_LOCKED: [(&str, &str); 3] = [("kept", "1.0"), ("moved", "2.0"), ("tool", "4.0")];

fn place() -> Place {
    let place = Place::new();
    place.write("context/Dockerfile", DOCKERFILE);
    place.write("context/uv.lock", LOCK);
    place.write("context/pyproject.toml", "[project]\nname = \"app\"\n");
    place.write("old.tar", image(&AS_LOCKED, &[("extra", "9.0")]));
    place
}

fn freeze(place: &Place, image: &str) -> Run {
    place.run(&["freeze", &format!("oci-archive:{image}"), "-f", "context/Dockerfile"])
}

#[test]
fn freeze_tells_what_is_not_as_locked_with_its_layer_and_line() {
    let place = place();
    place.write("new.tar", image(&[("kept", "1.0"), ("moved", "2.1")], &[("extra", "9.0")]));
    let run = freeze(&place, "new.tar");
    assert_eq!(run.code, 0, "{run}");
    let at = run.stdout.find("agreement with").unwrap();
    let told: String = run.stdout[at..].lines().take(8).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(told, @r"
    agreement with the project's locks
      uv.lock  1 of 3 as locked, 1 missing, 1 other version, 1 not locked
        asked for by :4 with group:dev; 3 left out
        held against app/.venv/lib/python3.12/site-packages
        missing        tool   4.0
        other version  moved  2.0 → 2.1  layer 1  :4
        not locked     extra  9.0        layer 2  :5
    ");
}

#[test]
fn a_rebuild_that_leaves_the_lock_loses_agreement_of_its_own_kind() {
    let place = place();
    assert_eq!(freeze(&place, "old.tar").code, 0);
    let same = place.run(&["verify", "oci-archive:old.tar"]);
    assert_eq!(same.code, 0, "{same}");
    assert!(!same.stdout.contains("agreement"), "{same}");

    place.write("new.tar", image(&[("kept", "1.0"), ("moved", "2.1")], &[("extra", "9.0"), ("more", "1.0")]));
    let run = place.run(&["verify", "oci-archive:new.tar", "--require", "packages"]);
    assert_eq!(run.code, 1, "{run}");
    let json = place.run(&["verify", "oci-archive:new.tar", "--format", "json"]).json();
    let turned: Vec<String> = json["agreement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            let parts = ["name", "before", "now", "locked", "installed"].map(text);
            format!("{} {} {}", parts.join(" "), row["line"], row["lost"])
        })
        .collect();
    assert_eq!(
        turned,
        [
            "more nowhere not-locked - 1.0 5 true",
            "moved as-locked other-version 2.0 2.1 4 true",
            "tool as-locked missing 4.0 - null true",
        ]
    );
    assert!(run.stdout.contains("3 no more as the project locks it"), "{run}");
}

#[test]
fn a_rebuild_that_comes_back_to_the_lock_gains_agreement_and_loses_none() {
    let place = place();
    place.write("bad.tar", image(&[("kept", "1.1"), ("moved", "2.0")], &[]));
    assert_eq!(freeze(&place, "bad.tar").code, 0);
    place.write("new.tar", image(&AS_LOCKED, &[]));
    let json = place.run(&["verify", "oci-archive:new.tar", "--format", "json"]).json();
    let rows = json["agreement"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["kept", "tool"]);
    assert!(rows.iter().all(|row| row["gained"] == true && row["lost"] == false), "{rows:?}");
}

#[test]
fn two_images_are_held_against_the_locks_of_one_context() {
    let place = place();
    place.write("new.tar", image(&[("kept", "1.0"), ("moved", "2.1"), ("tool", "4.0")], &[("extra", "9.0")]));
    let run = place.run(&[
        "diff",
        "oci-archive:old.tar",
        "oci-archive:new.tar",
        "-f",
        "context/Dockerfile",
        "--format",
        "json",
    ]);
    let json = run.json();
    assert_eq!(json["agreement"][0]["name"], "moved", "{run}");
    assert_eq!(json["agreement"].as_array().unwrap().len(), 1, "{run}");
}

#[test]
fn groups_that_no_command_names_are_told_by_what_is_installed() {
    let place = place();
    place.write("context/Dockerfile", DOCKERFILE.replace("uv sync --frozen", "./install.sh"));
    place.write("new.tar", image(&[("kept", "1.0"), ("moved", "2.0"), ("book", "3.0")], &[]));
    let run = freeze(&place, "new.tar");
    assert_eq!(run.code, 0, "{run}");
    let lock = String::from_utf8(place.read("reprolock.lock")).unwrap();
    assert!(lock.contains("asked = [\"group:docs\"]\nasked-by = \"installed\"\n"), "{lock}");
    assert!(run.stdout.contains("no instruction installs from it"), "{run}");
}
