//! Every cause has its file, its line in the registry and its page with the same parts; and packages
//! explain files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reprolock::internal::causes::{Mends, REGISTRY};
use reprolock::internal::lint::rules_named;

use crate::support::{Image, Layer, Place, file};

const PARTS: [&str; 4] = ["## What it sees", "## Why it happens", "## How it is proved", "## Fix"];

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The names of a folder's files of one kind, with their text.
fn names(folder: &Path, ending: &'static str) -> impl Iterator<Item = (String, String)> + use<> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(move |path| path.extension().is_some_and(|end| end == ending));
    paths.map(|path| {
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
    })
}

#[test]
fn every_page_has_its_parts_in_order_and_something_in_each() {
    for cause in REGISTRY {
        let (id, page) = (cause.id(), cause.about().page);
        assert!(page.starts_with(&format!("# {id}\n")), "{id}: another heading");
        let mut rest = page;
        for part in PARTS {
            let (_, behind) =
                rest.split_once(&format!("\n{part}\n")).unwrap_or_else(|| panic!("{id}: no {part}"));
            let text = behind.split("\n## ").next().unwrap_or_default();
            assert!(!text.trim().is_empty(), "{id}: nothing in {part}");
            rest = behind;
        }
    }
}

#[test]
fn every_cause_is_declared_in_the_file_of_its_name_and_registered_with_its_page() {
    let ids: BTreeSet<String> = REGISTRY.iter().map(|cause| cause.id().to_owned()).collect();
    assert_eq!(ids.len(), REGISTRY.len(), "an id stands twice");
    let pages: BTreeSet<String> = names(&project("docs/causes"), "md").map(|(name, _)| name).collect();
    let pages = &pages - &["README", "tried"].map(str::to_owned).into();
    assert_eq!(pages, ids, "pages and registered causes");
    let rooms = fs::read_dir(project("src/causes")).unwrap().map(|entry| entry.unwrap().path());
    let files: BTreeSet<String> = rooms
        .filter(|room| room.is_dir())
        .flat_map(|room| names(&room, "rs").collect::<Vec<_>>())
        .filter(|(_, text)| text.contains("\nimpl Cause for "))
        .map(|(name, text)| {
            let id = name.replace('_', "-");
            assert!(text.contains(&format!("declare!(\n        \"{id}\",")), "{name} declares another cause");
            id
        })
        .collect();
    assert_eq!(files, ids, "files and registered causes");
}

#[test]
fn every_cause_says_how_it_is_proved_and_looks_at_something() {
    for cause in REGISTRY {
        let profile = cause.profile();
        assert!(!profile.proof.is_empty() && !profile.fix.is_empty(), "{}", cause.id());
        let id = |mends: &Mends| match mends {
            Mends::Rule(id, _) => Some(*id),
            Mends::Remove(_) => None,
        };
        for rule in profile.mends.iter().filter_map(id) {
            assert!(rules_named(rule).is_ok(), "{}: there is no rule {rule}", cause.id());
        }
    }
}

#[test]
fn causes_are_sorted_and_their_lines_are_short() {
    let ids: Vec<&str> = REGISTRY.iter().map(|cause| cause.id()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    for cause in REGISTRY {
        assert!(cause.summary().chars().count() <= 64 && !cause.summary().ends_with('.'), "{}", cause.id());
        assert!(!cause.fix().contains('\n'), "{}", cause.id());
    }
}

/// dpkg's status file with these packages and versions.
fn status(packages: &[(&str, &str)]) -> String {
    let stanza = |(name, version): &(&str, &str)| {
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n")
    };
    packages.iter().map(stanza).collect()
}

#[test]
fn files_of_a_package_that_one_side_added_are_told_with_the_base_that_both_share() {
    let base = || {
        let status = file("var/lib/dpkg/status", status(&[("libc6", "2.36"), ("bash", "5.2")]));
        Layer::new("ADD rootfs.tar /", [status])
    };
    let old =
        Image::new("linux/amd64").tag("a").layer(base()).layer(Layer::new("RUN make", [file("x", "1")]));
    let installed = [
        file("x", "1"),
        file("usr/bin/tree", "elf"),
        file("var/lib/dpkg/info/tree.list", "/.\n/usr/bin/tree\n"),
        file("var/lib/dpkg/status", status(&[("libc6", "2.36"), ("bash", "5.2"), ("tree", "2.1")])),
    ];
    let new = Image::new("linux/amd64").tag("a").layer(base()).layer(Layer::new("RUN make", installed));
    let place = Place::new();
    old.oci().write(&place.path("old"));
    new.oci().write(&place.path("new"));
    let told = place.run(&["diff", "oci:old", "oci:new", "--format", "json"]).json();
    let added = &told["packages"]["added"];
    assert_eq!(added.as_array().map(Vec::len), Some(1), "{added}");
    assert_eq!(added[0]["name"], "tree");
    let drifts = told["layers"][1]["drifts"].as_array().unwrap();
    let causes: Vec<String> = drifts
        .iter()
        .map(|drift| format!("{} {} {}", drift["path"], drift["cause"], drift["evidence"]))
        .collect();
    assert_eq!(
        causes,
        [
            r#""usr/bin/tree" "package-version" "deb tree 2.1 added""#,
            r#""var/lib/dpkg/info/tree.list" "package-version" "deb tree 2.1 added""#,
            r#""var/lib/dpkg/status" "package-version" "the database of deb packages that differ""#,
        ]
    );
}
