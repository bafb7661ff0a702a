//! What is installed, as a lockfile holds it: the one form in which packages are locked and compared.
//!
//! What a lock says of a package beside that, which line of the build's files asked for it, is the build's to tell.

use crate::base::secrets;
use crate::ecosystem::{Catalog, Package};
use crate::lockfile::model::{LockedCatalog, LockedPackage};

/// A database.
pub fn catalog(catalog: &Catalog) -> LockedCatalog {
    LockedCatalog {
        ecosystem: catalog.ecosystem.to_owned(),
        path: catalog.path.to_string(),
        layer: catalog.layer,
        digest: catalog.digest,
        packages: catalog.packages.len(),
        problems: catalog.problems.clone(),
    }
}

/// A package, without what asked for it.
pub fn package(package: &Package) -> LockedPackage {
    LockedPackage {
        name: package.name.clone(),
        version: package.version.clone(),
        architecture: package.architecture.clone(),
        build: package.build.clone(),
        channel: package.channel.as_deref().map(redacted),
        // Most debs are built from a source of their own name; a line that says so says nothing.
        source: package.source.clone().filter(|source| *source != package.name),
        source_version: package.source_version.clone(),
        state: package.state.clone(),
        checksum: package.checksum.clone(),
        payload: package.payload.clone(),
        modularity: package.modularity.clone(),
        location: package.location.to_string(),
        installer: package.installer.clone(),
        origin: package.origin.as_deref().map(redacted),
        archive: package.archive.as_deref().map(redacted),
        owner: package.owner.clone(),
        requirement: None,
        content: package.content,
        hashes: package.hashes.clone(),
        hashes_from: package.hashes_from,
        tags: package.wheel.as_ref().map(|wheel| wheel.tags.clone()).unwrap_or_default(),
        requested: package.requested,
        layer: package.layer,
    }
}

/// Where a package came from, without what looks secret.
pub fn redacted(origin: &str) -> String {
    secrets::redact(origin).unwrap_or_else(|| origin.to_owned())
}
