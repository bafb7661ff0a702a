//! Compares the packages of an image with the locked ones, though layers that are known to be unchanged were not read.
//!
//! A layer whose digest is the locked one holds what the lock says it holds. So what is installed is put together
//! from both: packages that the lock places in unchanged layers, unless a changed layer above hides them, and
//! packages found in the changed layers. A database in one file (dpkg's status, apk's installed) counts whole, from
//! the uppermost layer that wrote it; a folder of records (a site directory) counts record by record.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Changes, Set, compare, insert};
use crate::base::path::{LayerPath, unprintable};
use crate::ecosystem::{self, Catalog};
use crate::formats::tar::entry::{Entry, Kind, Whiteout};
use crate::lockfile::Lockfile;
use crate::lockfile::model::LockedPackage;
use crate::tree::{FileTree, Rows};

/// An image of which a part was read, and the lock that stands for the rest.
pub(crate) struct HalfRead<'a> {
    /// The lock.
    pub(crate) lock: &'a Lockfile,
    /// For each locked layer, where it stands unchanged in the image.
    pub(crate) unchanged: &'a BTreeMap<usize, usize>,
    /// What is known of the image's layers: read, from the file index, or nothing.
    pub(crate) layers: &'a [Rows<'a>],
    /// The catalogs of what is known.
    pub(crate) catalogs: &'a [Catalog],
    /// The tree of what is known.
    pub(crate) tree: &'a FileTree<'a>,
}

impl HalfRead<'_> {
    /// Compares the locked packages with the image's.
    pub(crate) fn changes(&self) -> Changes {
        let mut expected = Set::new();
        for (ecosystem, packages) in &self.lock.package {
            packages.iter().for_each(|package| insert(&mut expected, ecosystem, package));
        }
        compare(&expected, &self.installed())
    }

    fn installed(&self) -> Set {
        let mut installed = Set::new();
        let locked: BTreeMap<(&str, &str), usize> = self
            .lock
            .catalog
            .iter()
            .map(|catalog| ((catalog.ecosystem.as_str(), catalog.path.as_str()), catalog.layer))
            .collect();
        let mut replaced = BTreeSet::new();
        for catalog in self.catalogs.iter().filter(|catalog| self.was_read(catalog.layer)) {
            let path = catalog.path.to_string();
            let locked_at =
                locked.get(&(catalog.ecosystem, path.as_str())).and_then(|at| self.unchanged.get(at));
            if self.is_one_file(&catalog.path) {
                if locked_at.is_some_and(|at| *at > catalog.layer) {
                    continue;
                }
                replaced.insert((catalog.ecosystem.to_owned(), path));
            }
            let whole = self.is_one_file(&catalog.path);
            for package in catalog.packages.iter().filter(|package| whole || self.was_read(package.layer)) {
                let key = (
                    catalog.ecosystem.to_owned(),
                    package.name.clone(),
                    package.architecture.clone(),
                    package.location.to_string(),
                );
                installed.entry(key).or_default().insert(package.version.clone());
            }
        }
        for (ecosystem, packages) in &self.lock.package {
            for package in packages {
                let is_replaced = replaced.contains(&(ecosystem.clone(), package.location.clone()));
                if !is_replaced && self.survives(ecosystem, package, &locked) {
                    insert(&mut installed, ecosystem, package);
                }
            }
        }
        installed
    }

    fn was_read(&self, layer: usize) -> bool {
        !self.unchanged.values().any(|unchanged| *unchanged == layer)
    }

    fn is_one_file(&self, path: &LayerPath) -> bool {
        self.tree.follow(path).is_some_and(|(entry, _)| entry.kind != Kind::Directory)
    }

    /// Whether a locked package is still there: its layer is unchanged, and no changed layer above hides it.
    fn survives(
        &self,
        ecosystem: &str,
        package: &LockedPackage,
        locked: &BTreeMap<(&str, &str), usize>,
    ) -> bool {
        let database = (ecosystem, package.location.as_str());
        // A database in one file stands in the layer that last wrote it, whichever layer installed the package.
        let is_folder = unprintable(&package.location)
            .and_then(|path| LayerPath::normalize(&path).ok())
            .is_some_and(|path| !self.is_one_file(&path));
        let layer = match locked.get(&database) {
            Some(layer) if !is_folder => *layer,
            _ => package.layer,
        };
        let Some(at) = self.unchanged.get(&layer) else { return false };
        let above = self.layers.iter().skip(at + 1);
        let location = unprintable(&package.location).and_then(|path| LayerPath::normalize(&path).ok());
        let Some(location) = location else { return true };
        !above.flat_map(|rows| rows.entries).any(|entry| hides(entry, &location, (ecosystem, package)))
    }
}

/// Whether `entry` is a whiteout of the record in `location` of a package of that ecosystem, or of a folder around it.
fn hides(entry: &Entry, location: &LayerPath, package: (&str, &LockedPackage)) -> bool {
    match entry.whiteout() {
        Some(Whiteout::Opaque(folder)) => location.is_within(&folder),
        Some(Whiteout::Path(path)) if location.is_within(&path) => true,
        Some(Whiteout::Path(path)) => {
            path.parent().as_ref() == Some(location) && is_record_of(path.file_name(), package)
        }
        _ => false,
    }
}

/// Whether a file of this name is the package's record: `name`, `name-version…`, in any spelling of the ecosystem.
fn is_record_of(file_name: &[u8], (ecosystem, package): (&str, &LockedPackage)) -> bool {
    let file_name = String::from_utf8_lossy(file_name);
    let ecosystem = ecosystem::of_id(ecosystem);
    let [file_name, name, version] = [&*file_name, &package.name, &package.version]
        .map(|text| ecosystem.map_or(Cow::Borrowed(text), |ecosystem| ecosystem.normal_name(text)));
    file_name == name || file_name.starts_with(&format!("{name}-{version}"))
}

#[cfg(test)]
mod tests;
