//! Every Python tree of the corpus against its truth: the names and versions that importlib reads in each site, and nothing
//! more.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not. What importlib lists and is not installed,
//! and what it does not list and Python imports, is told beside each tree:
//! - `~name` is what an interrupted pip leaves; a `.dist-info` without metadata, or that is a file, is nothing;
//! - metadata that it cannot read, or that lacks a name or a version, is completed by the folder's name;
//! - eggs and develop links are reached through `easy-install.pth`, not by listing the site.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use reprolock::internal::base::path::LayerPath;
use reprolock::internal::formats::tar::TarReader;
use serde_json::Value;

use super::{Found, image, locked, normal};
use crate::support::Place;

pub(super) fn trees() -> Option<Vec<PathBuf>> {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return None;
    };
    let folder = Path::new(&corpus).join("catalogs/py-trees");
    let mut trees: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    trees.sort();
    assert!(!trees.is_empty(), "{} holds no tree", folder.display());
    Some(trees)
}

fn truth(tree: &Path) -> Value {
    serde_json::from_slice(&fs::read(tree.join("truth.json")).unwrap()).unwrap()
}

/// The paths of a gzipped tar.
fn members(path: &Path) -> BTreeSet<String> {
    let file = GzDecoder::new(fs::File::open(path).unwrap());
    let mut reader = TarReader::new(BufReader::new(file));
    let mut paths = BTreeSet::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        paths.insert(entry.path.to_string());
    }
    paths
}

/// What is true of a tree: importlib's word, held to the rules above.
fn expected(tree: &Path) -> Found {
    let truth = truth(tree);
    let members = members(&tree.join("tree.tar.gz"));
    let mut found = Found::new();
    for site in truth["sites"].as_array().into_iter().flatten() {
        let place = site["site"].as_str().unwrap().trim_start_matches('/');
        for listed in site["importlib"]["3.11"].as_array().unwrap() {
            let folder = listed["dir"].as_str().unwrap();
            let has_metadata = ["METADATA", "PKG-INFO"]
                .iter()
                .any(|name| members.contains(&format!("{place}/{folder}/{name}")));
            let is_installed = !folder.starts_with('~') && (has_metadata || !listed["name"].is_null());
            if !is_installed {
                continue;
            }
            let stem = folder.rsplit_once('.').unwrap().0;
            let (name, version) = stem.split_once('-').unwrap_or((stem, ""));
            let name = listed["name"].as_str().unwrap_or(name);
            let version = listed["version"].as_str().unwrap_or(version).trim();
            found.insert((place.to_owned(), normal(name), version.to_owned()));
        }
        for (_, egg) in truth["eggs_on_path"].as_object().into_iter().flatten() {
            let [name, version] = [0, 1].map(|at| egg[at].as_str().unwrap());
            found.insert((place.to_owned(), normal(name), version.to_owned()));
        }
    }
    found
}

#[test]
fn what_importlib_reads_in_each_site_is_locked_and_nothing_more() {
    let Some(trees) = trees() else { return };
    let (mut packages, mut wrong) = (0, Vec::new());
    for tree in &trees {
        let place = Place::new();
        place.write("image.tar", image(&tree.join("tree.tar.gz")).oci().archive());
        let run = place.run(&["freeze", "image.tar"]);
        assert_eq!(run.code, 0, "{}: {run}", tree.display());
        let (ours, theirs) = (locked(&place).1, expected(tree));
        packages += theirs.len();
        let name = tree.file_name().unwrap().to_string_lossy();
        wrong.extend(ours.difference(&theirs).map(|row| format!("{name}: too much {row:?}")));
        wrong.extend(theirs.difference(&ours).map(|row| format!("{name}: missing {row:?}")));
    }
    eprintln!("{} trees, {packages} packages", trees.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The files of a kind of deviation, all of them.
fn deviating(document: &Value, kind: &str) -> BTreeSet<String> {
    let of_database = |database: &Value| -> Vec<String> {
        let named = database[kind]["named"].as_array().unwrap();
        assert_eq!(database[kind]["count"], named.len());
        named.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
    };
    document["integrity"].as_array().unwrap().iter().flat_map(of_database).collect()
}

#[test]
fn rows_of_record_are_told_as_they_are_against_the_tree() {
    let Some(trees) = trees() else { return };
    let mut compared = 0;
    for tree in &trees {
        let truth = truth(tree);
        let Some(rows) = truth["rows"].as_array() else { continue };
        let place = Place::new();
        place.write("image.tar", image(&tree.join("tree.tar.gz")).oci().archive());
        let inspected = place.run(&["inspect", "image.tar", "--format", "json"]);
        assert_eq!(inspected.code, 0, "{inspected}");
        let document = inspected.json();
        let site = truth["sites"][0]["site"].as_str().unwrap().trim_start_matches('/').to_owned();
        let broken = truth["broken"].as_str().unwrap_or_default();
        let of_state = |states: &[&str]| -> BTreeSet<String> {
            let is =
                |row: &&Value| states.iter().any(|state| row["state"].as_str().unwrap().starts_with(state));
            let path = |row: &Value| match row["path"].as_str().unwrap() {
                path if path.starts_with('/') => path.trim_start_matches('/').to_owned(),
                path => LayerPath::clamped(format!("{site}/{path}").as_bytes()).to_string(),
            };
            // A .pyc needs no hash.
            rows.iter().filter(is).map(path).filter(|path| !path.ends_with(".pyc")).collect()
        };
        // Of the distribution with a broken RECORD, whose rows are no truth, nothing is asked.
        let ours = |kind: &str| -> BTreeSet<String> {
            let files = deviating(&document, kind).into_iter();
            files.filter(|file| broken.is_empty() || !file.contains(broken)).collect()
        };
        assert_eq!(ours("changed"), of_state(&["changed"]), "{}", tree.display());
        assert_eq!(ours("missing"), of_state(&["missing"]), "{}", tree.display());
        // Only sha256 is known of each file.
        let others = rows.iter().filter(|row| {
            row["path"].as_str().unwrap().contains("/sha") && !row["path"].as_str().unwrap().contains("share")
        });
        let others = others.map(|row| format!("{site}/{}", row["path"].as_str().unwrap()));
        let unchecked = of_state(&["weak-hash", "unhashed", "unknown hash"]).into_iter().chain(others);
        assert_eq!(ours("unchecked"), unchecked.collect(), "{}", tree.display());
        let not_listed = truth["not_listed"].as_array().unwrap().iter();
        let not_listed = not_listed.map(|path| format!("{site}/{}", path.as_str().unwrap()));
        assert_eq!(ours("unlisted"), not_listed.collect(), "{}", tree.display());
        compared += rows.len();
    }
    eprintln!("{compared} rows");
    assert!(compared > 0);
}
