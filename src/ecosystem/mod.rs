//! Package databases inside an image, read from the merged tree.
//!
//! An *ecosystem* is one kind of package (deb, apk, python). It says by path which files' bytes it wants kept while
//! layers stream by, and then reads them from the merged tree into *catalogs*: one for each database found (a dpkg
//! status file, a site directory). A database that cannot be read makes a catalog with problems, never an error: the
//! layers are locked all the same. Nothing here runs a package manager or trusts a name to be UTF-8.
//!
//! Adding an ecosystem: one file here with a `struct` that implements [`Ecosystem`], its line in [`REGISTRY`], a
//! fixture, and a page `docs/ecosystems/<id>.md`.

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::tree::FileTree;

/// All ecosystems, sorted by id.
pub static REGISTRY: &[&dyn Ecosystem] = &[];

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
    /// The version as the database writes it.
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
