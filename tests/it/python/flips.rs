//! Flipped bits in Python's records: nothing panics, every flip in a file with a hash is told as that file's, and what was not
//! touched stays as it was.
//!
//! `REPROLOCK_FLIPS` says how many bits are flipped in all, over the trees of the corpus where `REPROLOCK_CORPUS` names it, too.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use flate2::read::GzDecoder;
use reprolock::internal::base::digest::Sha256;
use reprolock::internal::base::path::LayerPath;
use reprolock::internal::ecosystem::{self, Catalog, Integrity};
use reprolock::internal::formats::tar::TarReader;
use reprolock::internal::formats::tar::entry::{Entry, Kind};
use reprolock::internal::layer::{Capture, Contents};
use reprolock::internal::python::archives::Archives;
use reprolock::internal::tree::FileTree;

use super::trees::trees;
use crate::support::numbers::Numbers;
use crate::support::{Layer, file};

/// Files of a tree, each with its bytes.
type Members = Vec<(Entry, Vec<u8>)>;

fn members(tar: impl std::io::Read) -> Members {
    let mut reader = TarReader::new(BufReader::new(tar));
    let mut members = Vec::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        let mut bytes = Vec::new();
        reader
            .read_content(&mut |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
        members.push((entry, bytes));
    }
    members
}

fn of_corpus(tree: &Path) -> Members {
    members(GzDecoder::new(File::open(tree.join("tree.tar.gz")).unwrap()))
}

/// A small site of two distributions, each with its RECORD.
fn own() -> Members {
    let site = "usr/lib/python3.11/site-packages";
    let mut files = Vec::new();
    for name in ["one", "two"] {
        let info = format!("{name}-1.0.dist-info");
        let metadata =
            format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: other>=2\n\nText\n");
        let wheel = "Wheel-Version: 1.0\nTag: py2.py3-none-any\n";
        let direct = r#"{"url": "https://example.org/one-1.0-py2.py3-none-any.whl", "archive_info": {}}"#;
        let listed = [
            (format!("{name}/__init__.py"), "x = 1\n"),
            (format!("{info}/METADATA"), &*metadata),
            (format!("{info}/WHEEL"), wheel),
            (format!("{info}/INSTALLER"), "pip\n"),
            (format!("{info}/direct_url.json"), direct),
        ];
        let mut record = String::new();
        for (path, text) in &listed {
            let sum = base64(&Sha256::of(text.as_bytes()).0);
            record.push_str(&format!("{path},sha256={sum},{}\n", text.len()));
            files.push(file(&format!("{site}/{path}"), text));
        }
        record.push_str(&format!("{info}/RECORD,,\n"));
        files.push(file(&format!("{site}/{info}/RECORD"), record));
    }
    files.push(file(
        "app/pylock.toml",
        "lock-version = \"1.0\"\n[[packages]]\nname = \"one\"\nversion = \"1.0\"\n",
    ));
    members(Layer::new("COPY", files).tar())
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// What is read of the files.
fn read(members: &Members) -> (Vec<Catalog>, Vec<Integrity>) {
    let mut contents = Contents::default();
    for (entry, bytes) in members {
        let content = (entry.kind == Kind::File).then(|| Sha256::of(bytes));
        if entry.kind == Kind::File && ecosystem::is_wanted(&entry.path) {
            contents.captures.insert(contents.entries.len(), Capture::Kept(Arc::from(bytes.as_slice())));
        }
        contents.entries.push(Entry { content, ..entry.clone() });
    }
    let layers = [contents];
    let tree = FileTree::stack(&layers);
    let mut catalogs = ecosystem::catalogs(&tree);
    ecosystem::learn_hashes(&tree, &Archives::default(), &mut catalogs);
    let integrity = ecosystem::integrity(&tree, &catalogs);
    (catalogs, integrity)
}

/// Whether a file is in a distribution's own folder.
fn is_record(path: &LayerPath) -> bool {
    let text = path.to_string();
    ["dist-info/", "egg-info", "EGG-INFO/", ".egg-link"].iter().any(|part| text.contains(part))
}

fn changed(integrity: &[Integrity]) -> BTreeSet<LayerPath> {
    integrity.iter().flat_map(|one| &one.changed.named).map(|(path, _)| path.clone()).collect()
}

#[test]
fn a_flipped_bit_is_told_and_touches_nothing_else() {
    let flips: usize = std::env::var("REPROLOCK_FLIPS").ok().map_or(200, |count| count.parse().unwrap());
    let mut all = vec![("own".to_owned(), own())];
    for tree in trees().unwrap_or_default() {
        all.push((tree.display().to_string(), of_corpus(&tree)));
    }
    let mut random = Numbers(14);
    let (mut done, mut said) = (0, 0);
    for (name, members) in &mut all {
        let (before, whole) = read(members);
        let targets: Vec<usize> = (0..members.len())
            .filter(|at| is_record(&members[*at].0.path) && !members[*at].1.is_empty())
            .collect();
        if targets.is_empty() {
            continue;
        }
        for _ in 0..flips {
            let at = targets[random.below(targets.len())];
            let bit = random.below(members[at].1.len() * 8);
            members[at].1[bit / 8] ^= 1 << (bit % 8);
            let (after, integrity) = read(members);
            let path = members[at].0.path.clone();
            members[at].1[bit / 8] ^= 1 << (bit % 8);
            done += 1;
            let folder = path.parent().unwrap();
            // What does not stand in that folder, nor is read through it, is as it was.
            let others = |catalogs: &[Catalog]| -> Vec<String> {
                let packages = catalogs.iter().flat_map(|catalog| &catalog.packages);
                let others = packages
                    .filter(|package| !package.evidence.is_within(&folder) && package.evidence != path);
                let kept =
                    others.filter(|package| name == "own" || package.origin.as_deref() != Some("editable"));
                kept.map(|package| {
                    format!("{} {} {} {:?}", package.location, package.name, package.version, package.content)
                })
                .collect()
            };
            let (was, is) = (others(&before), others(&after));
            let lost: Vec<&String> = was.iter().filter(|row| !is.contains(row)).collect();
            assert!(lost.is_empty() || is_shared(members, &folder), "{name}: {path} bit {bit}: {lost:?}");
            if name == "own" && path.file_name() != b"RECORD" {
                assert!(changed(&integrity).contains(&path), "{path} bit {bit}: {integrity:?}");
                said += 1;
            }
            let other = |path: &LayerPath| !path.is_within(&folder) && !changed(&whole).contains(path);
            if name == "own" && path.file_name() != b"RECORD" {
                assert!(!changed(&integrity).iter().any(other), "{path} bit {bit}: {integrity:?}");
            }
        }
    }
    eprintln!("{done} flips, {said} of them in files with a hash, each told");
}

/// Whether links lead into the folder, so that it is more than one distribution's.
fn is_shared(members: &Members, folder: &LayerPath) -> bool {
    let name = folder.file_name();
    let leads = |entry: &Entry| {
        entry.link.as_deref().is_some_and(|link| link.windows(name.len()).any(|part| part == name))
    };
    members.iter().any(|(entry, _)| entry.kind != Kind::File && leads(entry))
}
