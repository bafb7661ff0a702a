//! rpm's databases: what was read of them against what rpm, SQLite and Berkeley DB say, and what becomes of damaged ones.
//!
//! Parts of it read the corpus that `REPROLOCK_CORPUS` names, or run real tools; they say so where these are missing.

mod flips;
mod tools;
mod truth;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprolock::internal::base::digest::Sha256;
use reprolock::internal::base::path::LayerPath;
use reprolock::internal::ecosystem::{Catalog, Ecosystem, Package, REGISTRY};
use reprolock::internal::formats::tar::entry::{Dialect, Entry, Kind, Mtime};
use reprolock::internal::layer::{Capture, Contents};
use reprolock::internal::tree::FileTree;

/// Files by their paths in an image.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// The corpus; `None`, said aloud, where there is none.
pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("REPROLOCK_CORPUS").map(PathBuf::from);
    if corpus.is_none() {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
    }
    corpus
}

fn ecosystem(id: &str) -> &'static dyn Ecosystem {
    *REGISTRY.iter().find(|ecosystem| ecosystem.id() == id).unwrap()
}

/// One layer of these files, with the bytes of those that an ecosystem wants.
fn layer(files: &Files) -> Contents {
    let mut layer = Contents::default();
    for (path, bytes) in files {
        if REGISTRY.iter().any(|ecosystem| ecosystem.wants(&LayerPath::from(path.as_str()))) {
            layer.captures.insert(layer.entries.len(), Capture::Kept(Arc::from(bytes.as_slice())));
        }
        layer.entries.push(Entry {
            path: path.as_str().into(),
            kind: Kind::File,
            mode: 0o644,
            uid: 0,
            gid: 0,
            uname: Arc::from(&b""[..]),
            gname: Arc::from(&b""[..]),
            size: bytes.len() as u64,
            mtime: Mtime::default(),
            link: None,
            device: None,
            xattrs: Vec::new(),
            content: Some(Sha256::of(bytes)),
            dialect: Dialect::Ustar,
            records: None,
        });
    }
    layer
}

pub(crate) fn catalogs(id: &str, files: &Files) -> Vec<Catalog> {
    ecosystem(id).catalogs(&FileTree::stack(&[layer(files)]))
}

/// The one catalog of rpm's in these files.
fn catalog(files: &Files) -> Catalog {
    let mut catalogs = catalogs("rpm", files);
    assert_eq!(catalogs.len(), 1, "{catalogs:?}");
    catalogs.remove(0)
}

/// The files below a folder, but for the truth about them.
fn below(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for item in fs::read_dir(&next).unwrap() {
            let path = item.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            // A link's own bytes are none.
            if path.is_symlink() {
                files.push((name, Vec::new()));
            } else if path.is_dir() {
                folders.push(path);
            } else if name != "truth.json" {
                files.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// `NAME VERSION ARCHITECTURE`, as rpm tells a package apart.
fn told(package: &Package) -> String {
    let architecture = package.architecture.as_deref().unwrap_or("(none)");
    format!("{} {} {architecture}", package.name, package.version)
}

fn all_told(catalog: &Catalog) -> Vec<String> {
    let mut all: Vec<String> = catalog.packages.iter().map(told).collect();
    all.sort();
    all
}
