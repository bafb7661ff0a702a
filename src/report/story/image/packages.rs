//! The packages of an image, ecosystem by ecosystem.

use std::collections::BTreeMap;

use crate::lockfile::model::{LockedPackage, LockedRequirement};

/// The packages of one ecosystem.
pub(in crate::report) struct Installed<'a> {
    /// The ecosystem's id.
    pub(in crate::report) ecosystem: &'a str,
    /// The packages, in the lock's order.
    pub(in crate::report) packages: Vec<InstalledPackage<'a>>,
}

/// A package; all of it quoted.
pub(in crate::report) struct InstalledPackage<'a> {
    pub(in crate::report) name: &'a str,
    pub(in crate::report) version: &'a str,
    /// The build of the version, where one tells more than the version.
    pub(in crate::report) build: Option<&'a str>,
    /// The database or folder that it stands in.
    pub(in crate::report) location: &'a str,
    /// The layer that installed it.
    pub(in crate::report) layer: usize,
    /// What asked for it.
    pub(in crate::report) requirement: Option<&'a LockedRequirement>,
    /// Its state, where it is not plainly installed.
    pub(in crate::report) state: Option<&'a str>,
    /// The package of another ecosystem that it is part of.
    pub(in crate::report) owner: Option<&'a str>,
}

impl InstalledPackage<'_> {
    /// The version, and its build behind it.
    pub(in crate::report) fn version_and_build(&self) -> String {
        self.build.map_or_else(|| self.version.to_owned(), |build| format!("{} {build}", self.version))
    }
}

impl<'a> Installed<'a> {
    /// The packages, database by database.
    pub(in crate::report) fn by_location(&self) -> BTreeMap<&'a str, Vec<&InstalledPackage<'a>>> {
        let mut databases: BTreeMap<&str, Vec<&InstalledPackage<'a>>> = BTreeMap::new();
        for package in &self.packages {
            databases.entry(package.location).or_default().push(package);
        }
        databases
    }
}

pub(super) fn installed(packages: &BTreeMap<String, Vec<LockedPackage>>) -> Vec<Installed<'_>> {
    packages
        .iter()
        .map(|(ecosystem, packages)| Installed {
            ecosystem,
            packages: packages.iter().map(of_package).collect(),
        })
        .collect()
}

fn of_package(package: &LockedPackage) -> InstalledPackage<'_> {
    // What pins a package is the lockfile's and JSON's alone.
    let LockedPackage {
        name,
        version,
        architecture: _,
        build,
        channel: _,
        source: _,
        source_version: _,
        state,
        checksum: _,
        payload: _,
        modularity: _,
        location,
        installer: _,
        origin: _,
        archive: _,
        owner,
        requirement,
        content: _,
        hashes: _,
        hashes_from: _,
        tags: _,
        requested: _,
        layer,
    } = package;
    InstalledPackage {
        name,
        version,
        build: build.as_deref(),
        location,
        layer: *layer,
        requirement: requirement.as_ref(),
        state: state.as_deref(),
        owner: owner.as_deref(),
    }
}
