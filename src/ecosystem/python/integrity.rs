//! RECORD held against the tree, as the standards say (PyPA, "Recording installed projects"; PEP 376, PEP 427).
//!
//! - A row's path is from the site directory, or from the root where it begins with a slash; `..` leads out of the site. Links
//!   are followed: what counts is the file that Python opens.
//! - A file with a hash is compared by it, and by nothing else: a size that does not fit beside a hash that does is the row's
//!   fault. Only sha256 is known of each file; a row with another hash is not checked.
//! - RECORD itself and its signatures have no hash, and `.pyc` files need none. A `.pyc` that is gone is not missing: installers
//!   write them and anything may take them away. One beside a listed source is the source's package's.
//! - `pip install --target` moves what it installed and leaves RECORD as it was: `../../bin/x` is then `bin/x` of the folder.
//!
//! In no list is what stands among the packages and no RECORD has, no system package owns, and no interpreter or virtual
//! environment puts there itself ([`OWN`]). A distribution without a RECORD is asked by its name: its metadata and the module
//! called as it is are its own. In a site directory of another name only the folders that hold listed files are looked at:
//! what stands beside them is the application's.
//!
//! What this refuses to do: a RECORD that was not read says nothing, and a broken row is passed over (it is a problem of the
//! catalog).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::claims::source_of;
use super::conflicts::child_of;
use super::sites;
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::ecosystem::catalog::{Catalog, Package};
use crate::ecosystem::integrity::Integrity;
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::places;
use crate::formats::tar::entry::{Entry, Kind};
use crate::python::record::{RecordRow, is_unhashed, rows};
use crate::tree::FileTree;

/// What stands in site directories and is nobody's package: Python's own README, what venv, virtualenv, uv, setuptools and
/// Debian's Python put there.
const OWN: [&[u8]; 8] = [
    b"README",
    b"README.txt",
    b".lock",
    b".gitignore",
    b"CACHEDIR.TAG",
    b"_virtualenv.py",
    b"_virtualenv.pth",
    b"easy-install.pth",
];

/// Hashes in RECORD have no padding; some tools write it all the same.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whose paths are, by the lists of every kind of package.
type Owners<'o> = &'o dyn Fn(&BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String>;

/// What the RECORDs of each of these site directories say of the tree.
pub(super) fn of(
    python: &dyn Ecosystem,
    tree: &FileTree<'_>,
    catalogs: &[Catalog],
    owners: Owners<'_>,
) -> Vec<Integrity> {
    let mut listed = BTreeSet::new();
    let mut all: Vec<(&Catalog, Integrity, Vec<&Package>)> = Vec::new();
    for catalog in catalogs.iter().filter(|catalog| catalog.ecosystem == python.id()) {
        let mut integrity = Integrity::new(python.id(), catalog.path.clone());
        let mut unlisted = Vec::new();
        for package in &catalog.packages {
            let info = package.evidence.parent().filter(|info| info.file_name().ends_with(b".dist-info"));
            let record = info.map(|info| info.join(b"RECORD"));
            let record = record.and_then(|record| places::bytes(tree, &record, python));
            match record.filter(|record| !record.is_empty()) {
                Some(record) => {
                    Check { tree, package, integrity: &mut integrity, listed: &mut listed }.record(record);
                }
                None => unlisted.push(package),
            }
        }
        all.push((catalog, integrity, unlisted));
    }
    // Only now all lists are known: a file of one site may be listed in another.
    for (catalog, integrity, unlisted) in &mut all {
        if integrity.packages > 0 {
            unlisted_files(tree, (catalog, unlisted), (&listed, owners), integrity);
        }
    }
    all.into_iter().map(|(_, integrity, _)| integrity).collect()
}

/// One RECORD against the tree.
struct Check<'c, 'a> {
    tree: &'c FileTree<'a>,
    package: &'c Package,
    integrity: &'c mut Integrity,
    listed: &'c mut BTreeSet<LayerPath>,
}

impl<'a> Check<'_, 'a> {
    fn record(&mut self, bytes: &[u8]) {
        self.integrity.packages += 1;
        let mut seen = BTreeSet::new();
        for row in rows(bytes).flatten() {
            let Some(path) = self.place(&row.path) else { continue };
            // The same row twice is one.
            if seen.insert((path.clone(), row.hash.clone())) {
                self.row(path, &row);
            }
        }
    }

    /// Where a row's path leads, before links; `None` where it climbs out of the root.
    fn place(&self, path: &[u8]) -> Option<LayerPath> {
        if path.len() > places::PLACE_BYTES {
            return None;
        }
        match path.starts_with(b"/") {
            true => LayerPath::normalize(path).ok(),
            false => LayerPath::normalize(&[self.package.location.as_bytes(), b"/", path].concat()).ok(),
        }
    }

    fn row(&mut self, path: LayerPath, row: &RecordRow<'_>) {
        let name = Some(self.package.name.as_str());
        let Some((real, file)) = self.moved(&row.path).or_else(|| self.file(&path)) else {
            // Where another kind of package brought it, that moves files and leaves RECORD as it was: Debian does so with pip.
            if !path.file_name().ends_with(b".pyc") && self.package.owner.is_none() {
                self.integrity.missing.add(path, name);
            }
            return;
        };
        self.listed.insert(real);
        match Listed::of(&row.hash) {
            Listed::Sha256(sum) if file.content == Some(sum) => self.integrity.intact += 1,
            Listed::Sha256(_) if file.content.is_some() => self.integrity.changed.add(path.clone(), name),
            // What is no plain file has no bytes to compare.
            Listed::Sha256(_) | Listed::Other => self.integrity.unchecked.add(path.clone(), name),
            Listed::None if !path.file_name().ends_with(b".pyc") && !is_unhashed(path.file_name()) => {
                self.integrity.unchecked.add(path.clone(), name);
            }
            Listed::None => {}
        }
        self.listed.insert(path);
    }

    /// The file that a path leads to, and its real place.
    fn file(&self, path: &LayerPath) -> Option<(LayerPath, &'a Entry)> {
        let at = |path: &LayerPath| self.tree.get(path).and_then(|(_, node)| self.tree.file(node));
        // Most paths are no links, and stand where they say.
        if let Some(file) = at(path).filter(|file| file.kind == Kind::File) {
            return Some((path.clone(), file));
        }
        let real = self.tree.resolve(path)?;
        let file = at(&real).filter(|file| file.kind != Kind::Directory)?;
        Some((real, file))
    }

    /// What `pip install --target` moved into the folder.
    fn moved(&self, path: &[u8]) -> Option<(LayerPath, &'a Entry)> {
        let rest =
            path.strip_prefix(b"../../").filter(|_| !sites::is_site(self.package.location.file_name()))?;
        self.file(&self.place(rest)?)
    }
}

/// What a row says of its file's bytes.
enum Listed {
    Sha256(Sha256),
    /// A hash of another algorithm, or none that can be read.
    Other,
    None,
}

impl Listed {
    fn of(hash: &[u8]) -> Self {
        if hash.is_empty() {
            return Self::None;
        }
        let sum = hash.strip_prefix(b"sha256=").and_then(|text| BASE64.decode(text).ok());
        match sum.and_then(|sum| <[u8; 32]>::try_from(sum).ok()) {
            Some(sum) => Self::Sha256(Sha256(sum)),
            None => Self::Other,
        }
    }
}

/// Adds what stands in a site directory and is in no list.
fn unlisted_files(
    tree: &FileTree<'_>,
    (catalog, unlisted): (&Catalog, &[&Package]),
    (listed, owners): (&BTreeSet<LayerPath>, Owners<'_>),
    integrity: &mut Integrity,
) {
    let is_named = sites::is_site(catalog.path.file_name());
    let by_name = ByName::of(catalog, unlisted);
    let length = catalog.path.as_bytes().len() + 1;
    let mut looked_at: BTreeMap<&[u8], bool> = BTreeMap::new();
    let mut left = BTreeSet::new();
    for (path, entry, _) in tree.below(&catalog.path) {
        let Some(below) = path.as_bytes().get(length..) else { continue };
        let child = below.split(|byte| *byte == b'/').next().unwrap_or_default();
        if entry.kind == Kind::Directory || listed.contains(path) || is_cached(path, listed) {
            continue;
        }
        // Of a folder of another name, only what holds listed files.
        let is_asked = is_named
            || child.len() < below.len()
                && *looked_at.entry(child).or_insert_with(|| {
                    let folder = catalog.path.join(child);
                    listed.range(folder.followed_by(b'/')..folder.followed_by(b'0')).next().is_some()
                });
        if is_asked && !by_name.has(child) && !is_own(below) {
            left.insert(path.clone());
        }
    }
    // Bytecode is whose its source is: dpkg lists none, its packages' scripts write it.
    let asked: BTreeSet<LayerPath> =
        left.iter().flat_map(|path| [Some(path.clone()), source_of(path)]).flatten().collect();
    let owned = if asked.is_empty() { BTreeMap::new() } else { owners(&asked) };
    for path in left {
        let is_owned = |path: &LayerPath| owned.contains_key(path);
        if !is_owned(&path) && !source_of(&path).is_some_and(|source| is_owned(&source)) {
            integrity.unlisted.add(path, None);
        }
    }
}

/// Whether a path is of what interpreters and environments put into a site directory themselves.
fn is_own(below: &[u8]) -> bool {
    OWN.contains(&below) || below.starts_with(b"__pycache__/_virtualenv.")
}

/// Whether a `.pyc` is that of a listed source.
fn is_cached(path: &LayerPath, listed: &BTreeSet<LayerPath>) -> bool {
    source_of(path).is_some_and(|source| listed.contains(&source))
}

/// What distributions without a list own by their names.
struct ByName {
    children: BTreeSet<Vec<u8>>,
    names: BTreeSet<String>,
}

impl ByName {
    fn of(catalog: &Catalog, packages: &[&Package]) -> Self {
        let child = |package: &&Package| child_of(&catalog.path, &package.evidence).to_vec();
        Self {
            children: packages.iter().map(child).collect(),
            names: packages.iter().map(|package| package.name.clone()).collect(),
        }
    }

    fn has(&self, child: &[u8]) -> bool {
        let module = std::str::from_utf8(child).ok().map(|name| name.strip_suffix(".py").unwrap_or(name));
        self.children.contains(child)
            || module.is_some_and(|module| self.names.contains(&crate::python::normal_name(module)))
    }
}

#[cfg(test)]
mod tests;
