//! Package databases inside an image, read from the merged tree.
//!
//! An *ecosystem* is one kind of package (deb, rpm, conda, python). It says by path which files' bytes it wants kept while
//! layers stream by, and then reads them from the merged tree into *catalogs*: one for each database found (a dpkg
//! status file, a site directory). A database that cannot be read makes a catalog with problems, never an error: the
//! layers are locked all the same. Nothing here runs a package manager or trusts a name to be UTF-8.
//!
//! An ecosystem also says what other modules must know of its package manager: how names compare, whose a file is,
//! what is left behind, what asked for a package ([`Ecosystem`]). Nothing outside asks for one by its id.
//!
//! Adding an ecosystem: one file here with a `struct` that implements [`Ecosystem`], its `mod` line and its line in
//! [`REGISTRY`], a fixture `testdata/ecosystems/<id>.txt`, and a page `docs/ecosystems/<id>.md` with its row in the table
//! there.
//!
//! Text from a database is made printable on the way in (`base::path::printable`): what is plain text stays as it
//! is, and no name or version can act on the terminal that shows it.

mod apk;
mod brought;
mod catalog;
mod chisel;
mod conda;
mod deb822;
mod detours;
mod dpkg;
mod file_names;
mod integrity;
mod interface;
mod places;
mod problems;
mod purl;
mod python;
mod residue;
mod rpm;
#[cfg(test)]
pub(crate) mod testing;
mod unread;
mod votes;

use std::collections::BTreeSet;

use crate::base::path::LayerPath;
use crate::python::archives::Archives;
use crate::tree::FileTree;
pub use catalog::{Catalog, Package, UNKNOWN};
pub use detours::detours;
pub use file_names::is_file_by_name;
pub use integrity::{Integrity, NamedFiles};
pub use interface::{AskedFor, Asks, Ecosystem, NameOwner};
pub use purl::{Distribution, Identified, Purl, distribution};
pub use python::{marker_environment, marker_environment_of};
pub use residue::made::Made;
pub use residue::{Residue, ResiduePlace, ResidueSort, ResidueStep};

/// All ecosystems, sorted by id.
pub static REGISTRY: &[&dyn Ecosystem] = &[
    // A line each, so that another one is a line more.
    &apk::Apk,
    &chisel::Chisel,
    &conda::Conda,
    &dpkg::Dpkg,
    &python::Python,
    &rpm::Rpm,
];

/// The ecosystem with that id: a lockfile names them so.
pub fn of_id(id: &str) -> Option<&'static dyn Ecosystem> {
    REGISTRY.iter().find(|ecosystem| ecosystem.id() == id).copied()
}

/// Whether a lockfile names databases by that id whose packages are not read.
pub fn is_known_unread(id: &str) -> bool {
    unread::is_known(id)
}

/// Every package database that the merged tree holds, by ecosystem and path: those that are read, and those that are known
/// and are not, with a digest in the place of packages.
pub fn catalogs(tree: &FileTree<'_>) -> Vec<Catalog> {
    let read = REGISTRY.iter().flat_map(|ecosystem| ecosystem.catalogs(tree));
    let mut catalogs: Vec<Catalog> = read.chain(unread::catalogs(tree)).collect();
    catalogs.sort_by(|a, b| (a.ecosystem, &a.path).cmp(&(b.ecosystem, &b.path)));
    catalogs
}

/// What packages' own lists say of the files in the tree that these catalogs were read from, and what is so.
pub fn integrity(tree: &FileTree<'_>, catalogs: &[Catalog]) -> Vec<Integrity> {
    REGISTRY.iter().flat_map(|ecosystem| ecosystem.integrity(tree, catalogs)).collect()
}

/// What was learnt of the hashes of archives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LearntHashes {
    /// What could not be read and who does not agree, for people.
    pub notes: Vec<String>,
    /// The packages of which several tell, and not the same, by their evidence.
    pub disputed: BTreeSet<LayerPath>,
}

/// Takes over what `others` and files in the tree tell of the archives of packages, where the packages' own records have no
/// hashes.
pub fn learn_hashes(tree: &FileTree<'_>, others: &Archives, catalogs: &mut [Catalog]) -> LearntHashes {
    let mut learnt = LearntHashes::default();
    for ecosystem in REGISTRY {
        let (mut archives, problems) = ecosystem.archives(tree);
        archives.append(others);
        learnt.notes.extend(problems);
        let of_kind = catalogs.iter_mut().filter(|catalog| catalog.ecosystem == ecosystem.id());
        for package in of_kind.flat_map(|catalog| &mut catalog.packages) {
            if let Some(note) = ecosystem.learn_hashes(package, &archives) {
                learnt.notes.push(note);
                learnt.disputed.insert(package.evidence.clone());
            }
        }
    }
    learnt
}

/// Whether an ecosystem asks for a file's bytes, by its path in its layer, or what tells the distribution does.
pub fn is_wanted(path: &LayerPath) -> bool {
    purl::wants(path) || REGISTRY.iter().any(|ecosystem| ecosystem.wants(path))
}

/// Whether what stands at `path` of a layer may be a part of a package database.
pub fn concerns(path: &LayerPath) -> bool {
    REGISTRY.iter().any(|ecosystem| ecosystem.concerns(path)) || unread::concerns(path)
}

/// Whether a folder of this name is one on the way to a package database.
pub fn leads(folder: &[u8]) -> bool {
    REGISTRY.iter().any(|ecosystem| ecosystem.leads(folder)) || unread::leads(folder)
}

/// Whether a file of this name may be a part of a package database in a folder of any name, that a link leads to.
pub fn reads(name: &[u8]) -> bool {
    REGISTRY.iter().any(|ecosystem| ecosystem.reads(name)) || unread::reads(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ecosystem_is_found_by_its_id_alone() {
        let of_their_ids: Vec<_> =
            REGISTRY.iter().map(|ecosystem| of_id(ecosystem.id()).map(<dyn Ecosystem>::id)).collect();
        let ids: Vec<_> = REGISTRY.iter().map(|ecosystem| Some(ecosystem.id())).collect();
        assert_eq!(of_their_ids, ids);
        assert!(["apk", "conda", "deb", "python"].into_iter().all(|id| ids.contains(&Some(id))), "{ids:?}");
        assert!(of_id("Python").is_none());
    }

    #[test]
    fn names_are_one_packages_as_its_ecosystem_compares_them() {
        let normal = |id: &str, name: &str| of_id(id).unwrap().normal_name(name).into_owned();
        assert_eq!(normal("python", "Foo__Bar"), normal("python", "foo.bar"));
        assert_ne!(normal("deb", "Foo__Bar"), normal("deb", "foo.bar"));
        assert_eq!(normal("conda", "PyYAML"), normal("conda", "pyyaml"));
        assert_ne!(normal("conda", "Foo_Bar"), normal("conda", "foo-bar"));
    }
}
