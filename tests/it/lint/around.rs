//! The kinds of files around Dockerfiles: each folder of `testdata/files` is a project with one of them, and `expected`, what is
//! found there: `file:line rule message`.
//!
//! With `REPROLOCK_BLESS=1` these are written anew; read the diff.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Place;

fn projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/files");
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &place),
            false if path.file_name().unwrap() == "expected" => {}
            false => drop(fs::copy(&path, place).unwrap()),
        }
    }
}

fn findings(project: &Path) -> String {
    let place = Place::new();
    copy(project, &place.path("."));
    fs::create_dir_all(place.path(".git")).unwrap();
    let rules = "image-arg-unpinned,run-image-unpinned,copy-from-unpinned,image-unpinned-digest,image-floating-tag,\
                 git-clone-unpinned,host-identity,input-unread,secret-in-build";
    let run = place.run(&["lint", "--format", "json", "--select", rules]);
    assert!(run.code == 1 || run.code == 2, "{run}");
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        let (at, sure) = (&finding["line"], text("confidence"));
        format!("{}:{at} {} ({sure}) {}\n", text("path"), text("rule"), text("message"))
    };
    document["findings"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn every_kind_of_file_is_read_as_its_fixture_says() {
    for project in projects() {
        let (expected, made) = (project.join("expected"), findings(&project));
        if std::env::var_os("REPROLOCK_BLESS").is_some() {
            fs::write(&expected, made).unwrap();
        } else {
            let written = fs::read_to_string(&expected).unwrap();
            assert!(written == made, "{}: it has\n{written}\nbut lint finds\n{made}", expected.display());
        }
    }
}

#[test]
fn circles_and_ways_out_of_the_repository_end() {
    let place = Place::new();
    fs::create_dir_all(place.path("repository/.git")).unwrap();
    fs::write(place.path("outside.yml"), "services:\n  a:\n    image: outside:1\n").unwrap();
    let compose =
        "include: [two.yml, ../outside.yml, link.yml, /etc/hostname]\nservices:\n  a:\n    image: one:1\n";
    fs::write(place.path("repository/compose.yaml"), compose).unwrap();
    fs::write(
        place.path("repository/two.yml"),
        "include: [compose.yaml, two.yml]\nservices:\n  a:\n    image: two:1\n",
    )
    .unwrap();
    std::os::unix::fs::symlink("../outside.yml", place.path("repository/link.yml")).unwrap();
    let run = place.run_in(&place.path("repository"), &["lint", "--format", "json"]);
    let text = run.stdout.clone();
    assert!(text.contains("one:1") && text.contains("two:1") && !text.contains("outside:1"), "{run}");
    assert_eq!(text.matches("\"input-unread\"").count(), 3, "{run}");
}
