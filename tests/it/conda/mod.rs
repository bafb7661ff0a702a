//! Conda's environments as their own tools read them: the trees of the corpus hold what rattler says of each record, whose the
//! files and distributions are, and what pip changed since.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not.

mod drift;
mod flips;
mod trees;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The trees of the corpus, each a folder with what is true of it; `None`, said aloud, without a corpus.
fn corpus() -> Option<Vec<PathBuf>> {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return None;
    };
    let folder = Path::new(&corpus).join("catalogs/conda-env");
    let mut trees: Vec<PathBuf> =
        fs::read_dir(&folder).expect("conda-env").map(|entry| entry.unwrap().path()).collect();
    trees.sort();
    Some(trees)
}

/// The tar of a tree.
fn tar(tree: &Path) -> Vec<u8> {
    let packed = fs::read(tree.join("tree.tar.gz")).expect("tree.tar.gz");
    let mut tar = Vec::new();
    flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut tar).unwrap();
    tar
}

/// The environments of a tree as they are, by the places of their records.
fn environments(tree: &Path) -> BTreeMap<String, Value> {
    let truth: Value = serde_json::from_slice(&fs::read(tree.join("truth.json")).unwrap()).unwrap();
    let place = |environment: &Value| {
        let prefix = environment["prefix"].as_str().unwrap().trim_start_matches('/');
        (format!("{prefix}/conda-meta"), environment.clone())
    };
    truth["environments"].as_array().unwrap().iter().map(place).collect()
}
