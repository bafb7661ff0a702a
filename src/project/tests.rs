//! `reprolock.toml`: what it may say, and where it is looked for.

use std::fs;
use std::path::Path;

use super::read::{above, parse};
use super::*;
use crate::policy::Require;

fn read(text: &str) -> Result<Project, ProjectError> {
    parse(text, Path::new("reprolock.toml"), false)
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
        error("[images]\n").starts_with("reprolock.toml:1:2: unknown field `images`"),
        "{}",
        error("[images]\n")
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

#[test]
fn an_image_has_its_paths_from_the_current_folder() {
    let text = r#"
[[image]]
name = "gpu"
reference = "oci:build/layout:gpu"
dockerfile = "docker/Dockerfile.gpu"
context = "."
target = "runtime"
build-args = { USER_UID = "1000" }
base = "registry.example.org/base:1"
require = "content"

[[image]]
name = "cpu"
reference = "docker-daemon:acme/train:cpu"
lock = "locks/cpu.lock"
"#;
    let images = parse(text, Path::new("src/../reprolock.toml"), false).unwrap().images;
    let [gpu, cpu] = &images[..] else { panic!("two images") };
    assert_eq!(gpu.reference, "oci:src/../build/layout:gpu");
    assert_eq!(gpu.dockerfile.as_deref(), Some(Path::new("src/../docker/Dockerfile.gpu")));
    assert_eq!((gpu.lock.as_path(), gpu.target.as_deref()), (Path::new("src/../gpu.lock"), Some("runtime")));
    assert_eq!(gpu.base.as_deref(), Some("registry.example.org/base:1"));
    assert_eq!((gpu.require, gpu.build_args["USER_UID"].as_str()), (Some(Require::Content), "1000"));
    assert_eq!((cpu.reference.as_str(), cpu.require), ("docker-daemon:acme/train:cpu", None));
    assert_eq!((cpu.lock.as_path(), cpu.dockerfile.as_deref()), (Path::new("src/../locks/cpu.lock"), None));
}

#[test]
fn an_image_that_can_not_be_meant_is_told_with_its_place() {
    let of = |more: &str| error(&format!("[[image]]\nname = \"a\"\nreference = \"r.io/a\"\n{more}"));
    for (more, expected) in [
        ("dockerfiel = \"x\"\n", "reprolock.toml:4:1: unknown field `dockerfiel`"),
        ("require = \"blobs\"\n", "reprolock.toml:4:11: expected one of blob, layer, content, packages"),
        ("build-args = { A = 1 }\n", "reprolock.toml:4:20: invalid type: integer"),
        (
            "[[image]]\nname = \"a\"\nreference = \"b\"\n",
            "reprolock.toml:5:8: an image is called \"a\" already",
        ),
        (
            "[[image]]\nname = \"b\"\nlock = \"a.lock\"\nreference = \"b\"\n",
            "reprolock.toml:5:8: the image \"b\" has the lockfile of another one",
        ),
    ] {
        assert!(of(more).starts_with(expected), "{}", of(more));
    }
    for name in ["", "..", "a/b", "-f", "a b"] {
        let told = error(&format!("[[image]]\nname = \"{name}\"\nreference = \"r.io/a\"\n"));
        assert!(told.starts_with("reprolock.toml:2:8: expected a name"), "{told}");
    }
    for reference in ["-", "oci-archive:-", "docker-archive:-:a"] {
        let told = error(&format!("[[image]]\nname = \"a\"\nreference = \"{reference}\"\n"));
        assert!(told.starts_with("reprolock.toml:3:13: expected an image, found standard input"), "{told}");
    }
}

#[test]
fn an_image_of_a_file_that_nobody_named_stays_in_the_repository() {
    let of = |line: &str| format!("[[image]]\nname = \"a\"\n{line}\n");
    for line in [
        "reference = \"r.io/a\"\nlock = \"/etc/a.lock\"",
        "reference = \"r.io/a\"\ndockerfile = \"../../../../Dockerfile\"",
        "reference = \"r.io/a\"\ncontext = \"/\"",
        "reference = \"oci-archive:/tmp/a.tar\"",
        "reference = \"/tmp/a.tar:b\"",
    ] {
        assert!(error(&of(line)).contains("leads out of the repository"), "{}", error(&of(line)));
        assert!(parse(&of(line), Path::new("reprolock.toml"), true).is_ok(), "{line}");
    }
}
