//! Which packages differ between two sides.
//!
//! Where one side is a lock, what is installed is put together from it and from what was read (`half_read.rs`).

pub(crate) mod half_read;

use std::collections::{BTreeMap, BTreeSet};

use crate::ecosystem::Catalog;
use crate::lockfile::model::LockedPackage;

/// How the package sets differ; each list sorted by ecosystem and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// On the new side alone.
    pub added: Vec<Listed>,
    /// On the old side alone.
    pub removed: Vec<Listed>,
    /// On both, in another version.
    pub changed: Vec<Changed>,
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
}

impl Changes {
    /// Whether the sets are the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// A package's ecosystem, name, architecture and location.
type Key = (String, String, Option<String>, String);
/// Versions by package.
type Set = BTreeMap<Key, BTreeSet<String>>;

/// Compares what two sets of catalogs list.
pub(crate) fn between(old: &[Catalog], new: &[Catalog]) -> Changes {
    let set = |catalogs: &[Catalog]| {
        let mut set = Set::new();
        for (ecosystem, package) in catalogs
            .iter()
            .flat_map(|catalog| catalog.packages.iter().map(move |package| (catalog.ecosystem, package)))
        {
            let (name, architecture) = (package.name.clone(), package.architecture.clone());
            let key = (ecosystem.to_owned(), name, architecture, package.location.to_string());
            set.entry(key).or_default().insert(package.version.clone());
        }
        set
    };
    compare(&set(old), &set(new))
}

fn insert(set: &mut Set, ecosystem: &str, package: &LockedPackage) {
    let key =
        (ecosystem.to_owned(), package.name.clone(), package.architecture.clone(), package.location.clone());
    set.entry(key).or_default().insert(package.version.clone());
}

fn compare(old: &Set, new: &Set) -> Changes {
    let mut changes = Changes::default();
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    let none = BTreeSet::new();
    for key in keys {
        let (old, new) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        let mut removed: Vec<&String> = old.difference(new).collect();
        let mut added: Vec<&String> = new.difference(old).collect();
        let (ecosystem, name) = (&key.0, &key.1);
        while let (Some(_), Some(_)) = (removed.last(), added.last()) {
            if let (Some(before), Some(now)) = (removed.pop(), added.pop()) {
                changes.changed.push(Changed {
                    ecosystem: ecosystem.clone(),
                    name: name.clone(),
                    expected: before.clone(),
                    found: now.clone(),
                });
            }
        }
        let listed = |version: &String| Listed {
            ecosystem: ecosystem.clone(),
            name: name.clone(),
            version: version.clone(),
        };
        changes.removed.extend(removed.into_iter().map(listed));
        changes.added.extend(added.into_iter().map(listed));
    }
    changes.added.sort();
    changes.removed.sort();
    changes.changed.sort();
    changes
}
