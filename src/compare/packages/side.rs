//! What one side has installed: a lock's own rows, or those that a lock of the image would have.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::base::digest::Sha256;
use crate::ecosystem::{self, Catalog};
use crate::lockfile::Lockfile;
use crate::lockfile::model::{LockedCatalog, LockedPackage};
use crate::scan::inventory;

/// A database, by ecosystem and path.
pub(super) type Database<'s> = (&'s str, &'s str);

/// A database of which not all was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unread {
    /// The digest of what was not, or of all.
    pub(super) digest: Sha256,
    /// Whether all its packages are listed, each with what could be read of it.
    pub(super) is_listed: bool,
}

fn is_listed(catalog: &LockedCatalog) -> bool {
    let lists = ecosystem::of_id(&catalog.ecosystem).is_some_and(|ecosystem| ecosystem.lists_unread());
    lists && catalog.packages > 0
}

/// The packages of one side, each with its ecosystem, and its databases.
pub(crate) struct Side<'a> {
    packages: Vec<(&'a str, Cow<'a, LockedPackage>)>,
    databases: Vec<Cow<'a, LockedCatalog>>,
}

impl<'a> Side<'a> {
    /// What was locked.
    pub(crate) fn of_lock(lock: &'a Lockfile) -> Self {
        let of = |(ecosystem, packages): (&'a String, &'a Vec<LockedPackage>)| {
            packages.iter().map(|package| (ecosystem.as_str(), Cow::Borrowed(package)))
        };
        Self {
            packages: lock.package.iter().flat_map(of).collect(),
            databases: lock.catalog.iter().map(Cow::Borrowed).collect(),
        }
    }

    /// What an image's databases list.
    pub(crate) fn of_catalogs(catalogs: &'a [Catalog]) -> Self {
        let of = |catalog: &'a Catalog| {
            let locked =
                |package| (catalog.ecosystem, Cow::<LockedPackage>::Owned(inventory::package(package)));
            catalog.packages.iter().map(locked)
        };
        let mut packages: Vec<_> = catalogs.iter().flat_map(of).collect();
        // As a lock has them, so that of several packages of one name the same are paired.
        packages.sort_by(|(_, a), (_, b)| (&a.version, &a.architecture).cmp(&(&b.version, &b.architecture)));
        Self {
            packages,
            databases: catalogs.iter().map(|catalog| Cow::Owned(inventory::catalog(catalog))).collect(),
        }
    }

    pub(crate) fn packages(&self) -> impl Iterator<Item = (&str, &LockedPackage)> {
        self.packages.iter().map(|(ecosystem, package)| (*ecosystem, &**package))
    }

    pub(super) fn databases(&self) -> impl Iterator<Item = Database<'_>> {
        self.databases.iter().map(|catalog| (catalog.ecosystem.as_str(), catalog.path.as_str()))
    }

    /// The databases of which not all was read.
    pub(super) fn unread(&self) -> BTreeMap<Database<'_>, Unread> {
        let one = |catalog: &'_ Cow<'a, LockedCatalog>| {
            Some(Unread { digest: catalog.digest?, is_listed: is_listed(catalog) })
        };
        self.databases
            .iter()
            .zip(self.databases())
            .filter_map(|(catalog, key)| Some((key, one(catalog)?)))
            .collect()
    }
}
