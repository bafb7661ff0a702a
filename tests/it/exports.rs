//! Exports on the command line: what each makes of the locks in `testdata/exports`, where it writes, what it refuses.
//!
//! A fixture is what a lock becomes, or why it can't. With `REPROLOCK_BLESS=1` they are written anew; read the diff. What
//! others read in them is asked in `real::exports`.

use std::fs;
use std::path::{Path, PathBuf};

use reprolock::internal::export::REGISTRY;
use serde_json::Value;

use crate::support::{Place, Run};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn export(lock: &str, to: &str, more: &[&str]) -> Run {
    let arguments = [&["export", "--lock", lock, "--to", to], more].concat();
    Place::new().run_in(&project(""), &arguments)
}

/// The locks that are exported, by their folders.
fn locks() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(project("testdata/exports")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

#[test]
fn every_export_writes_the_locks_as_its_fixtures_have_them() {
    let folders = locks();
    assert!(folders.len() >= 2, "{folders:?}");
    for folder in folders {
        let name = folder.file_name().unwrap().to_str().unwrap();
        for form in REGISTRY {
            let ran = export(&format!("testdata/exports/{name}/reprolock.lock"), form.name(), &[]);
            let written = match ran.code {
                0 => ran.stdout.clone(),
                _ => ran.stderr.clone(),
            };
            assert!(matches!(ran.code, 0 | 2), "{ran}");
            let path = folder.join(format!("{}.txt", form.name()));
            if std::env::var_os("REPROLOCK_BLESS").is_some() {
                fs::write(&path, &written).unwrap();
            }
            let fixture =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for (written, fixture) in written.lines().zip(fixture.lines()) {
                assert_eq!(written, fixture, "{}", path.display());
            }
            assert_eq!(written.len(), fixture.len(), "{}", path.display());
        }
    }
}

#[test]
fn nothing_but_the_lock_makes_a_difference() {
    let lock = fs::read(project("testdata/exports/plain/reprolock.lock")).unwrap();
    for form in REGISTRY {
        let here = export("testdata/exports/plain/reprolock.lock", form.name(), &[]);
        let place = Place::new();
        place.write("elsewhere/gpu.lock", &lock);
        let there =
            place.run(&["export", "--lock", "elsewhere/gpu.lock", "--to", form.name(), "--jobs", "1"]);
        assert_eq!((here.code, &here.stdout), (there.code, &there.stdout), "{}", form.name());
    }
}

#[test]
fn the_result_goes_to_stdout_or_to_a_file_and_notes_go_to_stderr() {
    let place = Place::new();
    place.write("reprolock.lock", fs::read(project("testdata/exports/plain/reprolock.lock")).unwrap());
    let shown = place.run(&["export", "--to", "apt"]);
    assert_eq!(shown.code, 0, "{shown}");
    assert!(shown.stdout.starts_with("dpkg=1.21.22\n"), "{shown}");
    assert!(shown.stderr.starts_with("note: 1 package of var/lib/dpkg/status is left out"), "{shown}");
    let written = place.run(&["export", "--to", "apt", "-o", "packages.txt"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{written}");
    assert_eq!(fs::read_to_string(place.path("packages.txt")).unwrap(), shown.stdout);
    fs::create_dir(place.path("folder")).unwrap();
    for (output, why) in [("folder", "already exists"), ("no/such/file", "not found")] {
        let (error, hint) = place.run(&["export", "--to", "spdx", "-o", output]).refusal();
        assert!(error.starts_with(&format!("write {output}: ")) && error.contains(why), "{error}");
        assert!(hint.contains("check that its folder is there"), "{hint}");
    }
}

#[test]
fn a_link_is_not_written_through() {
    let place = Place::new();
    place.write("reprolock.lock", fs::read(project("testdata/exports/plain/reprolock.lock")).unwrap());
    place.write("mine", "mine");
    std::os::unix::fs::symlink("mine", place.path("link")).unwrap();
    assert_eq!(place.run(&["export", "--to", "apt", "-o", "link"]).code, 2);
    assert_eq!(fs::read_to_string(place.path("mine")).unwrap(), "mine");
}

#[test]
fn what_is_refused_ends_with_2_and_says_what_to_do() {
    let plain = "testdata/exports/plain/reprolock.lock";
    let odd = "testdata/exports/odd/reprolock.lock";
    let (error, hint) = export(odd, "requirements", &[]).refusal();
    for package in ["pip 26.3", "app 0.1", "local 1", "gitlib 0.3.1", "hidden 1.0", "dup 2.0"] {
        assert!(error.contains(package), "{package}: {error}");
    }
    assert!(hint.contains("freeze --help") && hint.contains("--exclude"), "{hint}");
    let (_, hint) = export(plain, "requirements", &["--site", "usr/lib"]).refusal();
    assert_eq!(hint, "name one with --site PATH, as the lockfile does");
    let (_, hint) = export(plain, "spdx", &["--exclude", "six"]).refusal();
    assert_eq!(hint, "leave --site and --exclude out");
    let (error, hint) = export(plain, "spdx", &["--format", "json"]).refusal();
    assert_eq!(error, "export writes what --to names, and no report as json");
    assert_eq!(hint, "leave --format out");
    let (error, _) = export("no.lock", "spdx", &[]).refusal();
    assert_eq!(error, "no lockfile at no.lock");
    assert_eq!(export(plain, "csv", &[]).code, 2);
    assert_eq!(export(odd, "conda", &[]).code, 2);
}

#[test]
fn a_lock_of_an_image_is_a_bill_of_its_materials() {
    let place = Place::new();
    let ran = place.run_in(&project(""), &["export", "--lock", "lockfiles/seed.lock", "--to", "cyclonedx"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let lock = fs::read_to_string(project("lockfiles/seed.lock")).unwrap();
    let listed = lock.matches("\n[[package.").count();
    assert_eq!(json["metadata"]["component"]["type"], "container");
    assert_eq!(json["components"].to_string().matches("\"reprolock:location\"").count(), listed);
}
