//! `reprolock.toml`: what it may say, and where it is looked for.

use std::fs;
use std::path::Path;

use super::read::{above, parse};
use super::*;

fn read(text: &str) -> Result<Project, ProjectError> {
    parse(text, Path::new("reprolock.toml"))
}

fn error(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn every_section_is_read() {
    let project = read(
        r#"
[registry]
insecure = ["registry.lab:5000"]

[[registry.mirror]]
prefix = "docker.io"
location = "mirror.example.org/hub"

[lint]
select = ["shadow-date"]
ignore = ["apt-unpinned"]
min-severity = "warning"
pedantic = true

[lint.per-path]
"docker/*.dev" = ["pip-unpinned"]

[lint.severity]
shadow-date = "error"
"#,
    )
    .unwrap();
    assert_eq!(project.registry.insecure, ["registry.lab:5000"]);
    let mirror = MirrorSetting { prefix: "docker.io".into(), location: "mirror.example.org/hub".into() };
    assert_eq!(project.registry.mirrors, [mirror]);
    let lint = &project.lint;
    assert_eq!(lint.select.as_ref().unwrap()[0].text, "shadow-date");
    assert_eq!(
        lint.ignore[0],
        Located { text: "apt-unpinned".into(), at: Position { line: 11, column: 11 } }
    );
    let (glob, ignore) = &lint.per_path[0];
    assert_eq!(
        (glob.text.as_str(), glob.at.line, ignore[0].text.as_str()),
        ("docker/*.dev", 16, "pip-unpinned")
    );
    assert_eq!((lint.severity[0].0.at.line, lint.severity[0].1), (19, SeveritySetting::Error));
    assert_eq!(
        (lint.min_severity, lint.pedantic, lint.runtime),
        (Some(SeveritySetting::Warning), true, false)
    );
}

#[test]
fn an_empty_file_says_nothing() {
    let project = read("# later\n").unwrap();
    assert_eq!((&project.registry, &project.lint), (&Registry::default(), &Lint::default()));
}

#[test]
fn an_unknown_key_is_told_with_its_place() {
    assert_eq!(
        error("[lint]\nignroe = []\n"),
        "reprolock.toml:2:1: unknown field `ignroe`, expected one of `select`, `ignore`, `per-path`, `severity`, `min-severity`, `fail-on`, `baseline`, `pedantic`, `runtime`"
    );
    assert!(
        error("[image]\n").starts_with("reprolock.toml:1:2: unknown field `image`"),
        "{}",
        error("[image]\n")
    );
}

#[test]
fn a_wrong_value_is_told_with_its_place() {
    assert!(
        error("[lint]\nmin-severity = \"fatal\"\n")
            .starts_with("reprolock.toml:2:16: unknown variant `fatal`")
    );
    assert!(error("[lint]\npedantic = 1\n").starts_with("reprolock.toml:2:12: invalid type: integer"));
    assert!(error("[lint\n").starts_with("reprolock.toml:1:6: "), "{}", error("[lint\n"));
    assert!(error("[[registry.mirror]]\nprefix = \"docker.io\"\n").contains("missing field `location`"));
}

#[test]
fn a_place_is_a_host_and_a_path() {
    let places =
        ["docker.io", "docker.io/library", "localhost/x", "mirror:5000", "[::1]:5000/hub", "10.0.0.1/a_b"];
    let wrong = [
        "",
        "library",
        "https://docker.io",
        "docker.io/",
        "docker.io/Upper",
        "docker.io/a:tag",
        "a.io:0",
        "a.io/../b",
    ];
    for place in places {
        assert!(
            read(&format!("[[registry.mirror]]\nprefix = \"{place}\"\nlocation = \"m.io\"\n")).is_ok(),
            "{place}"
        );
    }
    for place in wrong {
        let told = error(&format!("[[registry.mirror]]\nprefix = \"m.io\"\nlocation = \"{place}\"\n"));
        assert!(told.starts_with("reprolock.toml:3:12: expected HOST[:PORT][/PATH]"), "{told}");
    }
    assert_eq!(
        error("[registry]\ninsecure = [\n  \"lab.io\",\n  \"lab.io/x\",\n]\n"),
        "reprolock.toml:4:3: expected HOST[:PORT] without a scheme or a path, found \"lab.io/x\""
    );
}

#[test]
fn a_value_that_turns_out_wrong_later_is_told_with_its_place() {
    let project = read("[lint]\nignore = [\"no-such\"]\n").unwrap();
    let error = project.refuse(&project.lint.ignore[0], "there is no rule no-such".into(), None);
    assert_eq!(error.to_string(), "reprolock.toml:2:11: there is no rule no-such");
}

#[test]
fn the_nearest_file_inside_the_repository_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let inner = root.join("repository/images/gpu");
    fs::create_dir_all(&inner).unwrap();
    let found =
        |start: &Path| above(start, start.ancestors().count()).map(|file| file.canonicalize().unwrap());
    // Above the repository, where anyone may have put it.
    fs::write(root.join(NAME), "").unwrap();
    assert_eq!(found(&inner), None);
    fs::create_dir(root.join("repository/.git")).unwrap();
    assert_eq!(found(&inner), None);
    fs::write(root.join("repository").join(NAME), "").unwrap();
    assert_eq!(found(&inner), Some(root.join("repository").join(NAME)));
    fs::write(inner.join(NAME), "").unwrap();
    assert_eq!(found(&inner), Some(inner.join(NAME)));
    assert_eq!(found(&root), Some(root.join(NAME)));
}

#[test]
fn a_file_that_is_named_and_not_there_is_an_error() {
    let error = load(Some(Path::new("no/such.toml"))).unwrap_err();
    assert_eq!(error.to_string(), "no configuration file at no/such.toml");
}
