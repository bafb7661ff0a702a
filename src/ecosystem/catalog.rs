//! What an ecosystem reads from a tree: catalogs, and the packages that they list.

use crate::base::digest::{Digest, Sha256};
use crate::base::path::LayerPath;
use crate::ecosystem::problems::Problems;
use crate::python::archives::{HashSource, WheelTags};

/// One package database and what it lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// The ecosystem's id.
    pub ecosystem: &'static str,
    /// The database: a file (`var/lib/dpkg/status`) or a folder (`var/lib/dpkg/status.d`, a site directory).
    pub path: LayerPath,
    /// The uppermost layer that wrote to it.
    pub layer: usize,
    /// A digest of it, where not all of it was read: of a file's bytes, or of the files of a folder.
    pub digest: Option<Sha256>,
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
    /// The build of this version, where a version is built more than once (conda's `py311h64a7726_0`).
    pub build: Option<String>,
    /// The channel it was taken from, where packages come from channels.
    pub channel: Option<String>,
    /// The source package it was built from, where packages have one.
    pub source: Option<String>,
    /// The source package's version, where it is not the package's own.
    pub source_version: Option<String>,
    /// The state, where it is not plainly installed (dpkg's third word, `half-configured`).
    pub state: Option<String>,
    /// The package manager's own checksum of the package, as it writes it (apk's `Q1…`).
    pub checksum: Option<String>,
    /// The digest of the package's payload, with its algorithm (rpm's, compressed).
    pub payload: Option<String>,
    /// The module it was built for (rpm's modularity label).
    pub modularity: Option<String>,
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
    /// The URL of the archive that an index gave, where the installer or who saw the download says.
    pub archive: Option<String>,
    /// What was asked for of a version control system (`requested_revision`): a branch, a tag, a commit.
    pub requested_revision: Option<String>,
    /// A canonical digest of the installed content (RECORD's rows).
    pub content: Option<Sha256>,
    /// Hashes of the archive it was installed from, where known.
    pub hashes: Vec<Digest>,
    /// Whose word they are, where the package's own record has none.
    pub hashes_from: Option<HashSource>,
    /// What the wheel that it was installed from is for (`WHEEL`).
    pub wheel: Option<WheelTags>,
    /// Whether it was asked for by name, as far as its installer says so (`REQUESTED`).
    pub requested: bool,
    /// What it asks for, as written (`Requires-Dist`), for finding which requirement led to it.
    pub requires: Vec<String>,
    /// The package that owns it in another ecosystem (`deb:python3-six`): it is listed, but not twice.
    pub owner: Option<String>,
}

impl Catalog {
    /// A catalog in its stored order.
    pub(super) fn new(
        ecosystem: &'static str,
        (path, layer): (LayerPath, usize),
        mut packages: Vec<Package>,
        problems: Problems,
    ) -> Self {
        packages.sort_by(|a, b| a.order().cmp(&b.order()));
        Self { ecosystem, path, layer, digest: None, packages, problems: problems.finish() }
    }
}

impl Package {
    /// What packages of a catalog are sorted by.
    fn order(&self) -> impl Ord {
        (&self.name, &self.version, &self.build, &self.architecture, &self.evidence)
    }
}

/// The version of a package that a database names without one. It is listed, with a problem: what is there must not
/// be able to come and go unnoticed.
pub const UNKNOWN: &str = "unknown";
