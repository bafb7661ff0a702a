//! Package databases inside an image, read from the merged tree.
//!
//! An *ecosystem* is one kind of package (deb, apk, python). It says by path which files' bytes it wants kept while
//! layers stream by, and then reads them from the merged tree into *catalogs*: one for each database found (a dpkg
//! status file, a site directory). A database that cannot be read makes a catalog with problems, never an error: the
//! layers are locked all the same. Nothing here runs a package manager or trusts a name to be UTF-8.
//!
//! Adding an ecosystem: one file here with a `struct` that implements [`Ecosystem`], its line in [`REGISTRY`], a
//! fixture `testdata/ecosystems/<id>.txt`, and a page `docs/ecosystems/<id>.md`.
//!
//! Text from a database is made printable on the way in (`base::path::printable`): what is plain text stays as it
//! is, and no name or version can act on the terminal that shows it.

mod apk;
mod deb822;
mod dpkg;
mod problems;
mod python;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::formats::tar::entry::Kind;
use crate::layer::Capture;
use crate::tree::FileTree;
use problems::Problems;
pub use python::marker_environment;

/// All ecosystems, sorted by id.
pub static REGISTRY: &[&dyn Ecosystem] = &[&apk::Apk, &dpkg::Dpkg, &python::Python];

/// One kind of package.
pub trait Ecosystem: Sync {
    /// The id: `[[package.<id>]]` in the lockfile, `ecosystem` in JSON.
    fn id(&self) -> &'static str;

    /// Its page, for `explain` and the docs test.
    fn doc(&self) -> &'static str;

    /// Whether a file's bytes are needed. Called once for each file of each layer, on its path in that layer.
    fn wants(&self, path: &LayerPath) -> bool;

    /// Reads every database of this kind that the merged tree holds.
    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog>;

    /// Which of `paths` (real places in the tree) belong to a package of this kind, and to which: path to package
    /// name. For telling a Python package that came with the distribution from one that pip put there. An ecosystem
    /// whose databases list no files has nothing to say.
    fn owners(&self, tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
        let _ = (tree, paths);
        BTreeMap::new()
    }
}

/// One package database and what it lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// The ecosystem's id.
    pub ecosystem: &'static str,
    /// The database: a file (`var/lib/dpkg/status`) or a folder (`var/lib/dpkg/status.d`, a site directory).
    pub path: LayerPath,
    /// The uppermost layer that wrote to it.
    pub layer: usize,
    /// What is installed, sorted by name, version, architecture.
    pub packages: Vec<Package>,
    /// What could not be read, for people; sorted.
    pub problems: Vec<String>,
}

/// One installed package. Fields that an ecosystem does not have stay empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// The name, in the ecosystem's normal form (PEP 503 for Python).
    pub name: String,
    /// The version as the database writes it; `unknown`, with a problem in the catalog, where it does not.
    pub version: String,
    /// The architecture, where packages have one.
    pub architecture: Option<String>,
    /// The source package it was built from, where packages have one.
    pub source: Option<String>,
    /// The source package's version, where it is not the package's own.
    pub source_version: Option<String>,
    /// The state, where it is not plainly installed (dpkg's third word, `half-configured`).
    pub state: Option<String>,
    /// The package manager's own checksum of the package, as it writes it (apk's `Q1…`).
    pub checksum: Option<String>,
    /// The database or site directory it stands in.
    pub location: LayerPath,
    /// The file or folder that proves it is there: its stanza's file, its dist-info.
    pub evidence: LayerPath,
    /// The layer that installed it.
    pub layer: usize,
    /// The tool that installed it, by its own word (`INSTALLER`).
    pub installer: Option<String>,
    /// Where it came from, if not an index (`direct_url.json`): a URL, a VCS URL with its commit, `editable`.
    pub origin: Option<String>,
    /// A canonical digest of the installed content (RECORD's rows).
    pub content: Option<Sha256>,
    /// Hashes of the archive it was installed from, where known.
    pub hashes: Vec<Sha256>,
    /// What it asks for, as written (`Requires-Dist`), for finding which requirement led to it.
    pub requires: Vec<String>,
    /// The package that owns it in another ecosystem (`deb:python3-six`): it is listed, but not twice.
    pub owner: Option<String>,
}

impl Catalog {
    /// A catalog in its stored order.
    fn new(
        ecosystem: &'static str,
        (path, layer): (LayerPath, usize),
        mut packages: Vec<Package>,
        problems: Problems,
    ) -> Self {
        packages.sort_by(|a, b| a.order().cmp(&b.order()));
        Self { ecosystem, path, layer, packages, problems: problems.finish() }
    }
}

impl Package {
    /// What packages of a catalog are sorted by.
    fn order(&self) -> impl Ord {
        (&self.name, &self.version, &self.architecture, &self.evidence)
    }
}

/// The owner of each of `paths` that any ecosystem's databases list, as `<ecosystem>:<package>`.
fn owners(tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
    let mut owners = BTreeMap::new();
    for ecosystem in REGISTRY {
        for (path, package) in ecosystem.owners(tree, paths) {
            owners.entry(path).or_insert_with(|| format!("{}:{package}", ecosystem.id()));
        }
    }
    owners
}

/// The version of a package that a database names without one. It is listed, with a problem: what is there must not
/// be able to come and go unnoticed.
const UNKNOWN: &str = "unknown";

/// Bytes of a path that a database names; Linux takes no longer ones, and resolving one takes its length squared.
const PLACE_BYTES: usize = 4096;

/// The real place of the database that `path` leads to, and the layer that wrote it; `None` where nothing stands.
fn database(tree: &FileTree<'_>, path: &LayerPath) -> Option<(LayerPath, usize)> {
    let real = tree.resolve(path)?;
    let (_, node) = tree.get(&real)?;
    Some((real, node.layer))
}

/// The bytes of the file that `path` leads to; where they are not to be had, why goes to `problems`.
fn read<'a>(tree: &FileTree<'a>, path: &LayerPath, problems: &mut Problems) -> Option<&'a [u8]> {
    match tree.read(path) {
        Some(Capture::Kept(bytes)) => return Some(bytes),
        Some(Capture::TooLarge) => problems.add(format!("{path}: too large to be read")),
        None if is_empty_file(tree, path) => return Some(&[]),
        None => problems.add(format!("{path}: not a file whose bytes were kept")),
    }
    None
}

fn is_empty_file(tree: &FileTree<'_>, path: &LayerPath) -> bool {
    let file = tree.follow(path).and_then(|(_, node)| tree.file(node));
    file.is_some_and(|file| file.kind == Kind::File && file.size == 0)
}

/// Where the tree really holds `path`: its folder's symlinks followed, its own name kept.
fn real_place(tree: &FileTree<'_>, path: &LayerPath) -> Option<LayerPath> {
    Some(tree.resolve(&path.parent()?)?.join(path.file_name()))
}

/// Places named in an ecosystem's file list, looked up in a set of wanted ones in time that does not grow with
/// links: only a place whose last part is wanted is resolved.
struct Lookup<'w, 'a> {
    tree: &'w FileTree<'a>,
    wanted: &'w BTreeSet<LayerPath>,
    names: BTreeSet<&'w [u8]>,
}

impl<'w, 'a> Lookup<'w, 'a> {
    fn new(tree: &'w FileTree<'a>, wanted: &'w BTreeSet<LayerPath>) -> Self {
        Self { tree, wanted, names: wanted.iter().map(LayerPath::file_name).collect() }
    }

    /// Whether a place that ends in `name` can be wanted.
    fn may_find(&self, name: &[u8]) -> bool {
        self.names.contains(name)
    }

    /// The wanted place that `raw`, a path as a database writes it, names.
    fn find(&self, raw: &[u8]) -> Option<LayerPath> {
        if raw.len() > PLACE_BYTES || !self.may_find(raw.rsplit(|byte| *byte == b'/').next()?) {
            return None;
        }
        let path = LayerPath::normalize(raw).ok()?;
        if self.wanted.contains(&path) {
            return Some(path);
        }
        real_place(self.tree, &path).filter(|path| self.wanted.contains(path))
    }
}
