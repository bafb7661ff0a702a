//! A virtual environment, what `--target`, `--prefix` and `--user` install, the interpreter of this machine and, where uv is there,
//! its environments: what `pip list` and `uv pip list` say of each is what is locked, their files are as their RECORDs say, and
//! pip's report gives the hash of each wheel.
//!
//! Runs where `python3` can make virtual environments (`environments.py`), without a network, and says so where it can't.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::{image, locked, normal};
use crate::support::Place;

/// What the script says of the environments that it made; `None`, said aloud, where this machine cannot.
fn made(place: &Place) -> Option<Value> {
    let probe = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: python3 cannot make virtual environments here");
        return None;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/python/environments.py");
    let ran = Command::new("python3").arg(script).arg(place.path("made")).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Some(serde_json::from_slice(&ran.stdout).unwrap())
}

#[test]
fn what_pip_and_uv_list_is_locked_with_its_files_whole_and_its_wheels_hash() {
    let place = Place::new();
    fs::create_dir(place.path("made")).unwrap();
    let Some(made) = made(&place) else { return };
    place.write("image.tar", image(&place.path("made/tree.tar.gz")).oci().archive());
    let run = place.run(&["freeze", "image.tar", "--hashes-from", "made/report.json", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    let (lock, ours) = locked(&place);
    let (mut lists, mut packages) = (0, 0);
    for (site, tools) in made["sites"].as_object().unwrap() {
        let of_site = ours.iter().filter(|(location, ..)| location == site);
        let of_site: BTreeSet<_> =
            of_site.map(|(_, name, version)| (name.clone(), version.clone())).collect();
        for (tool, listed) in tools.as_object().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let row = |row: &Value| (normal(row[0].as_str().unwrap()), text(&row[1]));
            let theirs: BTreeSet<_> = listed.as_array().unwrap().iter().map(row).collect();
            assert_eq!(of_site, theirs, "{site} by {tool}");
            lists += 1;
            packages += theirs.len();
        }
    }
    let sites: BTreeSet<&str> = ours.iter().map(|(location, ..)| location.as_str()).collect();
    let asked: BTreeSet<&str> = made["sites"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(sites, asked);
    // Nothing touched what was installed, and its files are told as they are.
    let notes = run.json()["notes"].to_string();
    for site in made["whole"].as_array().unwrap() {
        let site = site.as_str().unwrap();
        assert!(!notes.contains(&format!("{site}: ")), "{site}: {notes}");
    }
    let wheels = made["wheels"].as_object().unwrap();
    let hashed = lock["package"]["python"].as_array().unwrap().iter().filter_map(|package| {
        let wheel = wheels.iter().find(|(name, _)| normal(name) == package["name"].as_str().unwrap())?;
        let expected = format!("sha256:{}", wheel.1.as_str().unwrap());
        assert_eq!(package["hashes"].as_array().unwrap(), &[expected.into()], "{package:?}");
        assert_eq!(package["hashes-from"].as_str(), Some("pip-report"), "{package:?}");
        assert_eq!(package["tags"].as_array().unwrap(), &["py3-none-any".into()], "{package:?}");
        Some(())
    });
    assert_eq!(hashed.count() % wheels.len(), 0);
    let uv = made["sites"].as_object().unwrap().values().any(|tools| tools.get("uv").is_some());
    eprintln!("{lists} lists, {packages} packages{}", if uv { "" } else { "; skipped: uv is not there" });
    // A lock with hashes that others told is the image's own.
    let verified = place.run(&["verify", "image.tar", "--require", "packages"]);
    assert_eq!(verified.code, 0, "{verified}");
}
