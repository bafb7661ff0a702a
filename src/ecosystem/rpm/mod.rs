//! rpm packages: the database in SQLite, in rpm's own format and in Berkeley DB's, and the list that images without one have
//! (`container-manifest-2` of Mariner).
//!
//! Vocabulary (rpm): a *header* holds what is known of one package; the database numbers them. A *seal* is the digest that a header
//! has of what the package brought; what is not as its seal says, rpm passes over and so is it here. A row called `gpg-pubkey` is a
//! key that was imported, and no package. An *epoch* that a package does not have is not the epoch 0.
//!
//! Each install writes the database anew, so the layer of one package is learnt from its files. What this does not do: check files
//! against their digests (whoever has their bytes does), verify signatures, or look into the indexes beside a database but for
//! which headers SQLite's index of names has.

mod backends;
mod files;
mod made;
mod manifest;
mod names;
mod package;
mod residue;

use std::collections::{BTreeMap, BTreeSet};

use sha2::Digest as _;

use crate::base::about::{About, AboutKind};
use crate::base::checksum::Checksum;
use crate::base::digest::Sha256;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Catalog, Package, UNKNOWN};
use crate::ecosystem::interface::{Ecosystem, NameOwner};
use crate::ecosystem::places::{self, Lookup, database};
use crate::ecosystem::purl::{Identified, Purl};
use crate::ecosystem::residue::Residue;
use crate::ecosystem::residue::made::{EVERYWHERE, Made};
use crate::ecosystem::rpm::backends::Telling;
use crate::ecosystem::rpm::names::{
    DATABASES, FOLDERS, ID, JOURNAL, MANIFEST, NAMES_MANIFEST, WAL, beside, is_manifest, is_of_database,
    manifest_path, of_documents,
};
use crate::tree::FileTree;

static ABOUT: About = About {
    kind: AboutKind::Ecosystem,
    id: ID,
    summary: "rpm packages",
    page: include_str!("../../../docs/ecosystems/rpm.md"),
};

/// The rpm ecosystem.
pub(super) struct Rpm;

impl Ecosystem for Rpm {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn wants(&self, path: &LayerPath) -> bool {
        // By the last parts only: a layer may write below the folder that a symlink leads to.
        let mut parts = path.parts().rev();
        let name = parts.next().unwrap_or_default();
        match parts.next().unwrap_or_default() {
            b"rpm" => is_of_database(name),
            b"rpmmanifest" => is_manifest(name),
            _ => false,
        }
    }

    fn leads(&self, folder: &[u8]) -> bool {
        matches!(folder, b"usr" | b"lib" | b"sysimage" | b"share" | b"var" | b"rpm" | b"rpmmanifest")
    }

    fn ways(&self, _: &FileTree<'_>, _: &[Catalog]) -> Vec<LayerPath> {
        let beside = [JOURNAL, WAL].map(|ending| format!("rpmdb.sqlite{ending}"));
        let names = || DATABASES.into_iter().chain(beside.iter().map(String::as_str));
        let databases = FOLDERS.into_iter().flat_map(|folder| {
            names().map(|name| LayerPath::from(format!("{folder}/{name}").as_str())).collect::<Vec<_>>()
        });
        databases.chain([MANIFEST, NAMES_MANIFEST].map(manifest_path)).collect()
    }

    fn reads(&self, name: &[u8]) -> bool {
        is_of_database(name) || is_manifest(name)
    }

    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog> {
        let databases = databases(tree);
        let read = databases.iter().map(|(path, layer)| catalog(tree, path, *layer, &databases));
        read.chain(manifest::catalog(tree, self)).collect()
    }

    fn purl(&self, package: &Identified<'_>) -> Purl {
        // A package URL has the epoch apart.
        match package.version.split_once(':') {
            Some((epoch, version)) => {
                Purl::of_system(ID, &Identified { version, ..*package }).qualified("epoch", Some(epoch))
            }
            None => Purl::of_system(ID, package),
        }
    }

    fn owners(&self, tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
        let lookup = Lookup::new(tree, paths);
        let mut owners = BTreeMap::new();
        for path in databases(tree).keys() {
            backends::headers(tree, path, &Telling::of(path, &Rpm), &mut |_, header| {
                let Some(name) = header.text(package::NAME) else { return };
                for file in files::of(header).unwrap_or_default().iter().filter(|file| file.is_installed()) {
                    if let Some(place) = file.look_up(&lookup) {
                        owners.entry(place).or_insert_with(|| printable(name));
                    }
                }
            });
        }
        owners
    }

    fn checksums(
        &self,
        tree: &FileTree<'_>,
        paths: &BTreeSet<LayerPath>,
    ) -> BTreeMap<LayerPath, Vec<Checksum>> {
        let lookup = Lookup::new(tree, paths);
        let mut sums: BTreeMap<LayerPath, Vec<Checksum>> = BTreeMap::new();
        for path in databases(tree).keys() {
            backends::headers(tree, path, &Telling::of(path, &Rpm), &mut |_, header| {
                for file in files::of(header).unwrap_or_default().iter().filter(|file| file.is_installed()) {
                    if let Some(place) = file.look_up(&lookup) {
                        sums.entry(place).or_default().extend(file.checksum());
                    }
                }
            });
        }
        sums
    }

    fn claims(&self, tree: &FileTree<'_>, _: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        for path in databases(tree).keys() {
            backends::headers(tree, path, &Telling::of(path, &Rpm), &mut |_, header| {
                for file in files::of(header).unwrap_or_default().iter().filter(|file| file.is_installed()) {
                    claim(&file.path());
                }
            });
        }
    }

    fn lists_files(&self, tree: &FileTree<'_>, package: &Package) -> bool {
        let name = package.evidence.file_name();
        !is_manifest(name) && places::bytes(tree, &package.evidence, self).is_some()
    }

    fn would_list(&self, path: &LayerPath, _: &Package) -> bool {
        of_documents(path).is_some()
    }

    fn owner_by_name(&self, path: &LayerPath) -> Vec<NameOwner> {
        let name = of_documents(path).and_then(|name| std::str::from_utf8(name).ok());
        name.map(|name| NameOwner::Package(name.to_owned())).into_iter().collect()
    }

    fn made(&self) -> &'static [&'static [Made]] {
        &[made::MADE, EVERYWHERE]
    }

    fn residue(&self) -> &'static [Residue] {
        residue::RESIDUE
    }
}

/// The databases by their real places, whichever names lead to each, with the uppermost layer that wrote to it.
fn databases(tree: &FileTree<'_>) -> BTreeMap<LayerPath, usize> {
    let mut databases = BTreeMap::new();
    for folder in FOLDERS {
        for name in DATABASES {
            let place = database(tree, &LayerPath::from(folder).join(name.as_bytes()));
            if let Some((path, layer)) = place.filter(|(path, _)| !places::is_empty_file(tree, path)) {
                let layers = beside(&path).filter_map(|path| Some(database(tree, &path)?.1));
                let uppermost = layers.fold(layer, usize::max);
                databases.insert(path, uppermost);
            }
        }
    }
    databases
}

fn catalog(
    tree: &FileTree<'_>,
    path: &LayerPath,
    layer: usize,
    databases: &BTreeMap<LayerPath, usize>,
) -> Catalog {
    let telling = Telling::of(path, &Rpm);
    let mut packages = Vec::new();
    backends::headers(tree, path, &telling, &mut |number, header| match package::of(
        tree,
        header,
        (path, layer),
    ) {
        Some(package) => {
            if package.version == UNKNOWN {
                telling.note(&format!("header {number}: {} has no version", package.name));
            }
            if files::of(header).is_none() {
                telling.note(&format!("header {number}: the list of files of {} is not whole", package.name));
            }
            packages.push(package);
        }
        None => telling.lose(&format!("header {number}: it has no name")),
    });
    if let Some(other) = databases.keys().find(|other| *other != path && other.parent() == path.parent()) {
        telling.note(&format!("{other} stands beside it; which of the two counts is rpm's settings' to say"));
    }
    let (problems, is_whole) = telling.finish();
    // What was not read has no packages that are known, which is not to have none.
    let digest = if is_whole { None } else { digest(tree, path) };
    Catalog { digest, ..Catalog::new(ID, (path.clone(), layer), packages, problems) }
}

/// A digest of a database and of what stands beside it.
fn digest(tree: &FileTree<'_>, path: &LayerPath) -> Option<Sha256> {
    let own = places::digest(tree, path)?;
    let beside: Vec<Sha256> = beside(path).filter_map(|path| places::digest(tree, &path)).collect();
    if beside.is_empty() {
        return Some(own);
    }
    let mut whole = sha2::Sha256::new();
    [own].into_iter().chain(beside).for_each(|digest| whole.update(digest.0));
    Some(Sha256(whole.finalize().into()))
}

#[cfg(test)]
mod tests;
