//! Whose a file is by what conda's records list, and what it was when it was installed.

use std::collections::{BTreeMap, BTreeSet};

use super::Conda;
use super::environments::{self, RECORDS};
use super::record::{self, Record};
use crate::base::checksum::Checksum;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::Package;
use crate::ecosystem::interface::NameOwner;
use crate::ecosystem::places::{self, Lookup};
use crate::tree::FileTree;

/// Which of `paths` belong to a package, and to which.
pub(super) fn owners(tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
    let lookup = Lookup::new(tree, paths);
    let mut owners = BTreeMap::new();
    each_record(tree, |prefix, record| {
        let places = record.files().filter_map(|file| lookup_in(&lookup, prefix, file.path));
        for place in places {
            owners.entry(place).or_insert_with(|| printable(record.name.as_bytes()));
        }
    });
    owners
}

/// Tells every path that a record lists, and the record itself.
pub(super) fn claims(tree: &FileTree<'_>, claim: &mut dyn FnMut(&[u8])) {
    for (records, environment) in environments::walk(tree).environments {
        for (path, ..) in tree.children(&records).filter(|(path, ..)| super::is_record(path.file_name())) {
            let record = places::bytes(tree, path, &Conda).and_then(|bytes| record::parse(bytes).ok());
            let Some(record) = record else { continue };
            claim(path.as_bytes());
            for prefix in &environment.prefixes {
                let places = record.files().filter_map(|file| place(prefix, file.path));
                places.for_each(|place| claim(place.as_bytes()));
            }
        }
    }
}

/// The sums of those of `paths` that a package owns whose record has sums.
pub(super) fn checksums(
    tree: &FileTree<'_>,
    paths: &BTreeSet<LayerPath>,
) -> BTreeMap<LayerPath, Vec<Checksum>> {
    let lookup = Lookup::new(tree, paths);
    let mut sums: BTreeMap<LayerPath, Vec<Checksum>> = BTreeMap::new();
    each_record(tree, |prefix, record| {
        if !record.has_sums() {
            return;
        }
        for file in record.files() {
            if let Some(place) = lookup_in(&lookup, prefix, file.path) {
                sums.entry(place).or_default().extend(file.sum);
            }
        }
    });
    sums
}

/// Hands on each record that can be read, with each prefix that it is of.
fn each_record(tree: &FileTree<'_>, mut look: impl FnMut(&LayerPath, &Record<'_>)) {
    for (records, environment) in environments::walk(tree).environments {
        let files = tree.children(&records).filter(|(path, ..)| super::is_record(path.file_name()));
        let read = files.filter_map(|(path, ..)| record::parse(places::bytes(tree, path, &Conda)?).ok());
        for record in read {
            environment.prefixes.iter().for_each(|prefix| look(prefix, &record));
        }
    }
}

/// The wanted place that a record's path names.
fn lookup_in(lookup: &Lookup<'_, '_>, prefix: &LayerPath, path: &str) -> Option<LayerPath> {
    let name = path.rsplit('/').next()?;
    let place =
        Some(path).filter(|_| lookup.may_find(name.as_bytes())).and_then(|path| place(prefix, path))?;
    lookup.find(place.as_bytes())
}

/// Where a record's path stands; `None` for one that leads out of the prefix, which is no file of a package.
pub(super) fn place(prefix: &LayerPath, path: &str) -> Option<LayerPath> {
    let is_inside = path.len() <= places::PLACE_BYTES && path.split('/').all(|part| part != "..");
    let path = is_inside.then(|| [prefix.as_bytes(), b"/", path.as_bytes()].concat())?;
    LayerPath::normalize(&path).ok()
}

/// Whether the package's record lists files.
pub(super) fn are_listed(tree: &FileTree<'_>, package: &Package) -> bool {
    let record = places::bytes(tree, &package.evidence, &Conda).and_then(|bytes| record::parse(bytes).ok());
    record.is_some_and(|record| record.files().next().is_some())
}

/// The owners that a path has by its name: records are called by their packages.
pub(super) fn owner_by_name(path: &LayerPath) -> Option<NameOwner> {
    let mut parts = path.parts().rev();
    let stem = parts.next()?.strip_suffix(b".json")?;
    parts.next().filter(|folder| *folder == RECORDS)?;
    let mut words = std::str::from_utf8(stem).ok()?.rsplitn(3, '-').skip(2);
    Some(NameOwner::Package(super::normal_name(words.next()?).into_owned()))
}
