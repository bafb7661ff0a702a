//! Which packages of an image belong together, and which of these a lock is about.
//!
//! What it refuses to do: it reads no tree; environments are told by the folders that packages stand in.

use std::collections::{BTreeMap, BTreeSet};

use crate::ecosystem::Package;
use crate::lockfile::model::{LockedAgreement, LockedPackage};

/// A package as far as environments are told by it.
pub(super) trait Installed {
    /// Its normal name.
    fn name(&self) -> &str;
    /// Its version.
    fn version(&self) -> &str;
    /// The folder that it stands in.
    fn location(&self) -> String;
    /// The layer that installed it.
    fn layer(&self) -> usize;
}

impl Installed for Package {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn location(&self) -> String {
        self.location.to_string()
    }

    fn layer(&self) -> usize {
        self.layer
    }
}

impl Installed for LockedPackage {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn location(&self) -> String {
        self.location.clone()
    }

    fn layer(&self) -> usize {
        self.layer
    }
}

/// Packages that one interpreter, or one prefix, sees.
#[derive(Debug)]
pub(super) struct Environment<'a, P> {
    /// A folder that it is called by: that of most of its packages.
    pub(super) location: String,
    /// Its packages, by normal name.
    pub(super) packages: BTreeMap<&'a str, Vec<&'a P>>,
}

impl<P> Default for Environment<'_, P> {
    fn default() -> Self {
        Self { location: String::new(), packages: BTreeMap::new() }
    }
}

/// What environments are told apart by: where they stand, and the interpreter's name in folders, where that tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key(String, String);

impl Key {
    /// `app/.venv/lib/python3.11/site-packages` is `app/.venv`'s Python 3.11; `usr` and `usr/local` are one.
    fn of(location: &str) -> Self {
        let parts: Vec<&str> = location.split('/').collect();
        let [before @ .., lib, python, site] = parts.as_slice() else {
            return Self(location.to_owned(), String::new());
        };
        let is_site = matches!(*site, "site-packages" | "dist-packages");
        if !is_site || !matches!(*lib, "lib" | "lib64") || !python.starts_with("python") {
            return Self(location.to_owned(), String::new());
        }
        let before = match before {
            ["usr", "local"] => "usr".to_owned(),
            before => before.join("/"),
        };
        Self(before, (*python).to_owned())
    }
}

/// Whether both are held against packages in one place: one prefix, whatever its Python.
pub fn is_one_place(a: &LockedAgreement, b: &LockedAgreement) -> bool {
    let prefix = |agreement: &LockedAgreement| agreement.environment.as_deref().map(prefix);
    prefix(a) == prefix(b)
}

/// The prefix of a folder that packages stand in: `opt/env` of its site directories and of its `conda-meta`.
pub(super) fn prefix(location: &str) -> String {
    let Key(place, _) = Key::of(location);
    place.strip_suffix("/conda-meta").map(str::to_owned).unwrap_or(place)
}

/// The environments of `packages`, all of one ecosystem.
pub(super) fn environments<'a, P: Installed>(packages: &[&'a P]) -> Vec<Environment<'a, P>> {
    let mut by_key: BTreeMap<Key, Vec<&'a P>> = BTreeMap::new();
    for package in packages {
        by_key.entry(Key::of(&package.location())).or_default().push(package);
    }
    by_key.into_values().map(Environment::of).collect()
}

impl<'a, P: Installed> Environment<'a, P> {
    fn of(packages: Vec<&'a P>) -> Self {
        let mut locations: BTreeMap<String, usize> = BTreeMap::new();
        let mut by_name: BTreeMap<&str, Vec<&P>> = BTreeMap::new();
        for package in packages {
            *locations.entry(package.location()).or_default() += 1;
            by_name.entry(package.name()).or_default().push(package);
        }
        let most = locations.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
        Self { location: most.map(|(location, _)| location).unwrap_or_default(), packages: by_name }
    }

    /// The package of that name that Python would import: of several, the uppermost layer's.
    pub(super) fn package(&self, name: &str) -> Option<&'a P> {
        self.packages.get(name)?.iter().max_by_key(|package| package.layer()).copied()
    }
}

/// The one that has packages in the same place as `location`; with a newer Python that has another folder there.
pub(super) fn at<'e, 'a, P: Installed>(
    environments: &'e [Environment<'a, P>],
    location: &str,
) -> Option<&'e Environment<'a, P>> {
    let key = Key::of(location);
    let same = |environment: &&Environment<'_, P>| Key::of(&environment.location) == key;
    let mut beside =
        environments.iter().filter(|environment| prefix(&environment.location) == prefix(location));
    environments.iter().find(same).or_else(|| beside.next_back())
}

/// The environment that has most of what `locked` names, each with its versions; none where none has anything.
pub(super) fn likeliest<'e, 'a, P: Installed>(
    environments: &'e [Environment<'a, P>],
    locked: &BTreeMap<&str, BTreeSet<&str>>,
) -> Option<&'e Environment<'a, P>> {
    let score = |environment: &Environment<'_, P>| {
        let shared = environment.packages.iter().filter(|(name, _)| locked.contains_key(*name));
        let (mut names, mut versions) = (0_usize, 0_usize);
        for (name, packages) in shared {
            names += 1;
            let known = locked.get(name);
            let is_same = |package: &&P| known.is_some_and(|known| known.contains(package.version()));
            versions += usize::from(packages.iter().any(is_same));
        }
        let foreign = environment.packages.len().saturating_sub(names);
        (versions, names, std::cmp::Reverse(foreign))
    };
    let best = environments.iter().map(|environment| (score(environment), environment));
    // Of equals the first: a folder's name decides, and not chance.
    let best = best.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.filter(|((_, names, _), _)| *names > 0).map(|(_, environment)| environment)
}
