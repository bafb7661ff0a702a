//! Which packages differ between two sides: what is locked, or what the catalogs of the whole merged tree list.
//!
//! Both sides stand in a lockfile's own form, so that a lock and an image are compared by the same fields, with what looks
//! secret left out of both. Packages are paired by ecosystem, name and place; of several such on one side, the most alike
//! first. What both sides have is compared field by field. A database that was not read, or whose layers could not be, is
//! unchecked where it may differ: nothing is said of its packages. Whether there is anything to ask is `concern.rs`'s.

pub(crate) mod concern;
mod field;
mod side;

use std::collections::{BTreeMap, BTreeSet};

use crate::ecosystem;
use crate::lockfile::model::LockedPackage;
pub use field::PackageField;
pub(crate) use side::Side;

/// How the package sets differ; each list sorted by ecosystem and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// On the new side alone.
    pub added: Vec<Listed>,
    /// On the old side alone.
    pub removed: Vec<Listed>,
    /// On both, and not the same.
    pub changed: Vec<Changed>,
    /// Databases whose packages could not be compared, by ecosystem and path.
    pub unchecked: Vec<Unchecked>,
}

/// A package on one side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The ecosystem's id.
    pub ecosystem: String,
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
}

/// A package on both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Changed {
    /// The ecosystem's id.
    pub ecosystem: String,
    /// The name.
    pub name: String,
    /// The old version.
    pub expected: String,
    /// The new version.
    pub found: String,
    /// What differs of it.
    pub fields: Vec<PackageField>,
}

/// A database whose packages could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unchecked {
    /// The ecosystem's id.
    pub ecosystem: String,
    /// The database's path, escaped where it is not plain text.
    pub path: String,
    /// Why not.
    pub reason: String,
}

impl Changes {
    /// Whether the sets are the same, as far as they could be compared.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Whether all could be compared.
    pub fn is_checked(&self) -> bool {
        self.unchecked.is_empty()
    }
}

impl Changed {
    /// Whether it is another version, and not the same one otherwise.
    pub fn is_version(&self) -> bool {
        self.fields.contains(&PackageField::Version)
    }

    /// Whether it is another build of the version, where a version is built more than once.
    pub fn is_build(&self) -> bool {
        self.fields.contains(&PackageField::Build)
    }
}

/// A package's ecosystem, name and location.
type Key<'a> = (&'a str, &'a str, &'a str);

/// Packages of one name in one place, of one side.
type Namesakes<'a> = Vec<&'a LockedPackage>;

/// Compares what two sides list.
pub(crate) fn between(old: &Side<'_>, new: &Side<'_>) -> Changes {
    let unread = [old.unread(), new.unread()];
    let mut packages: BTreeMap<Key<'_>, (Namesakes<'_>, Namesakes<'_>)> = BTreeMap::new();
    for (ecosystem, package) in old.packages() {
        packages.entry((ecosystem, &package.name, &package.location)).or_default().0.push(package);
    }
    for (ecosystem, package) in new.packages() {
        packages.entry((ecosystem, &package.name, &package.location)).or_default().1.push(package);
    }
    let mut changes = Changes { unchecked: unchecked(old, new), ..Changes::default() };
    for (key, (old, new)) in packages {
        let [before, now] = unread.each_ref().map(|unread| unread.get(&(key.0, key.2)));
        let is_known = [before, now].iter().flatten().all(|unread| unread.is_listed);
        if before == now {
            compare(key, (old, new), Reading::Same, &mut changes);
        } else if is_known {
            compare(key, (old, new), Reading::Parted, &mut changes);
        }
    }
    changes.added.sort();
    changes.removed.sort();
    changes.changed.sort();
    changes
}

/// Says of each database of a side that its packages could not be compared; of every kind where none is known.
pub(crate) fn all_unchecked(side: &Side<'_>, reason: &str) -> Vec<Unchecked> {
    let mut databases: BTreeSet<(&str, &str)> = side.databases().collect();
    if databases.is_empty() {
        databases.extend(ecosystem::REGISTRY.iter().map(|ecosystem| (ecosystem.id(), "/")));
    }
    databases.into_iter().map(|database| because(database, reason)).collect()
}

/// The databases that are not read on one side or on both, where they may differ.
fn unchecked(old: &Side<'_>, new: &Side<'_>) -> Vec<Unchecked> {
    let [old_unread, new_unread] = [old, new].map(Side::unread);
    let [old_has, new_has] = [old, new].map(|side| side.databases().collect::<BTreeSet<(&str, &str)>>());
    let databases: BTreeSet<(&str, &str)> = old_unread.keys().chain(new_unread.keys()).copied().collect();
    let one = |database: (&str, &str)| {
        let reason = match (old_unread.get(&database), new_unread.get(&database)) {
            (Some(old), Some(new)) if old.digest == new.digest => return None,
            (Some(old), Some(new)) if old.is_listed && new.is_listed => {
                "what could not be read of it is not the same on both sides"
            }
            (Some(_), Some(_)) => "it changed, and its packages are not read",
            (Some(old), None) if old.is_listed && new_has.contains(&database) => {
                "not all of it could be read on the old side"
            }
            (None, Some(new)) if new.is_listed && old_has.contains(&database) => {
                "not all of it could be read"
            }
            (Some(_), None) if new_has.contains(&database) => "its packages were not read on the old side",
            (Some(_), None) => "it is gone, and its packages were not read",
            (None, _) if old_has.contains(&database) => "its packages could not be read",
            (None, _) => "the old side has no such database, and its packages are not read",
        };
        Some(because(database, reason))
    };
    databases.into_iter().filter_map(one).collect()
}

fn because((ecosystem, path): (&str, &str), reason: &str) -> Unchecked {
    Unchecked { ecosystem: ecosystem.to_owned(), path: path.to_owned(), reason: reason.to_owned() }
}

/// How much of a database was read on both sides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// All, or all but what is the same.
    Same,
    /// Something on one side that was not on the other: what a package lacks there may be what was not read.
    Parted,
}

/// Compares the packages of one name in one place.
fn compare<'a>(
    (ecosystem, name, _): Key<'_>,
    (mut old, mut new): (Namesakes<'a>, Namesakes<'a>),
    reading: Reading,
    changes: &mut Changes,
) {
    let mut changed = |before: &LockedPackage, now: &LockedPackage| {
        let fields = match reading {
            Reading::Same => field::differing(before, now),
            Reading::Parted => field::differing_of_known(before, now),
        };
        changes.changed.extend((!fields.is_empty()).then(|| Changed {
            ecosystem: ecosystem.to_owned(),
            name: name.to_owned(),
            expected: before.version.clone(),
            found: now.version.clone(),
            fields,
        }));
    };
    // The most alike first: the same in all, in version and architecture, in architecture, and what is left.
    pair((&mut old, &mut new), &mut changed, field::all);
    pair((&mut old, &mut new), &mut changed, |package| (&package.version, &package.architecture));
    pair((&mut old, &mut new), &mut changed, |package| &package.architecture);
    pair((&mut old, &mut new), &mut changed, |_| ());
    let listed = |package: &LockedPackage| Listed {
        ecosystem: ecosystem.to_owned(),
        name: name.to_owned(),
        version: package.version.clone(),
    };
    changes.removed.extend(old.into_iter().map(listed));
    changes.added.extend(new.into_iter().map(listed));
}

/// Takes out of both sides what has one `key`, the last with the last: of several versions side by side, the newest are
/// likely each other's.
fn pair<'a, K: Ord>(
    (old, new): (&mut Namesakes<'a>, &mut Namesakes<'a>),
    changed: &mut impl FnMut(&LockedPackage, &LockedPackage),
    key: impl Fn(&'a LockedPackage) -> K,
) {
    let mut groups: BTreeMap<K, Namesakes<'a>> = BTreeMap::new();
    for package in old.drain(..) {
        groups.entry(key(package)).or_default().push(package);
    }
    let mut left = Vec::new();
    while let Some(now) = new.pop() {
        match groups.get_mut(&key(now)).and_then(Vec::pop) {
            Some(before) => changed(before, now),
            None => left.push(now),
        }
    }
    left.reverse();
    *new = left;
    *old = groups.into_values().flatten().collect();
}

#[cfg(test)]
mod tests;
