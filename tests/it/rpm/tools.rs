//! Databases that the real tools make (`made.py`), against what these say of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Files, all_told, below, catalog, told};

/// Runs the script; `false`, said aloud, where a program that it needs is not there.
fn made(folder: &Path, arguments: &[&str], needed: &[&str]) -> bool {
    for program in [&["python3"], needed].concat() {
        let is_there =
            Command::new("sh").args(["-c", "command -v \"$0\"", program]).output().unwrap().status.success();
        if !is_there {
            eprintln!("skipped: {program} is not there");
            return false;
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/rpm/made.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(arguments[0]).arg(folder).args(&arguments[1..]);
    let output = command.env("HOME", folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}

/// The databases below a folder, each with what was said of it.
fn cases(folder: &Path) -> Vec<(String, Files, Value)> {
    let mut cases: Vec<(String, Files, Value)> = fs::read_dir(folder)
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.join("truth.json").is_file())
        .map(|path| {
            let truth = serde_json::from_slice(&fs::read(path.join("truth.json")).unwrap()).unwrap();
            let files = below(&path.join("files"));
            let files = files.into_iter().map(|(name, bytes)| (format!("var/lib/rpm/{name}"), bytes));
            (path.file_name().unwrap().to_str().unwrap().to_owned(), files.collect(), truth)
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn sqlites_databases_are_read_as_sqlite_reads_them_in_all_states_they_are_left_in() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::env::var("REPROLOCK_FLIPS").map_or("40", |_| "400");
    if !made(folder.path(), &["sqlite", "1", count], &[]) {
        return;
    }
    let mut modes = BTreeSet::new();
    for (name, files, truth) in cases(folder.path()) {
        let catalog = catalog(&files);
        let mut listed: Vec<String> =
            catalog.packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
        listed.sort();
        assert_eq!(listed, texts(&truth["packages"]), "{name}: {truth}");
        assert_eq!((catalog.problems, catalog.digest), (Vec::new(), None), "{name}: {truth}");
        modes.insert(truth["mode"].to_string());
    }
    assert_eq!(modes.len(), 6, "{modes:?}");
}

#[test]
fn what_berkeleys_own_loader_makes_is_read_in_both_orders_of_bytes_and_all_sizes_of_pages() {
    let folder = tempfile::tempdir().unwrap();
    if !made(folder.path(), &["berkeley", "1"], &["db5.3_load"]) {
        return;
    }
    let cases = cases(folder.path());
    assert_eq!(cases.len(), 10);
    for (name, files, truth) in cases {
        let catalog = catalog(&files);
        let mut listed: Vec<String> =
            catalog.packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
        listed.sort();
        assert_eq!(listed, texts(&truth["packages"]), "{name}");
        assert_eq!((catalog.problems, catalog.digest), (Vec::new(), None), "{name}");
    }
}

#[test]
fn what_rpm_installs_and_erases_is_read_as_rpm_lists_it() {
    let folder = tempfile::tempdir().unwrap();
    if !made(folder.path(), &["rpm"], &["rpm", "rpmbuild"]) {
        return;
    }
    let cases = cases(folder.path());
    let [(_, files, truth)] = cases.as_slice() else { panic!("{}", cases.len()) };
    let catalog = catalog(files);
    let mut listed: Vec<String> = catalog
        .packages
        .iter()
        .map(|package| {
            format!("{} {}", told(package), &package.checksum.as_deref().unwrap()["sha256:".len()..])
        })
        .collect();
    listed.sort();
    assert_eq!(listed, texts(&truth["packages"]));
    assert_eq!((catalog.problems.len(), catalog.digest, all_told(&catalog).len()), (0, None, 4));
}
