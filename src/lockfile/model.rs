//! The shapes of the lockfile, as they stand in its TOML. Field by field: docs/lockfile.md.

mod agreement;
mod build;
mod config;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::digest::{Digest, Sha256};
use crate::python::archives::HashSource;

pub use agreement::{AgreementFile, AgreementRow, AgreementStatus, AskedBy, LockedAgreement, MISSING};
pub use build::{Arg, ArgSource, Build, DigestSource, LockedNamedImage, LockedRequirementsFile};
pub use config::{LockedConfig, Secret};

/// The version written; older ones are migrated when read.
pub const VERSION: i64 = 2;

/// The `$id` of docs/schemas/lock-2.json, which a lockfile's first line names.
pub const SCHEMA: &str = "urn:reprolock:lock:2";

/// All of a lockfile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lockfile {
    /// [`VERSION`].
    pub version: i64,
    /// The image itself.
    pub image: LockedImage,
    /// The image it was built from, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<LockedBase>,
    /// What went into the build, as far as the image, the Dockerfile and the command line tell.
    #[serde(default)]
    pub build: Build,
    /// What a container started from it gets.
    #[serde(default)]
    pub config: LockedConfig,
    /// The layers, lowest first.
    #[serde(default)]
    pub layer: Vec<LockedLayer>,
    /// The package databases found.
    #[serde(default)]
    pub catalog: Vec<LockedCatalog>,
    /// The packages, by ecosystem.
    #[serde(default)]
    pub package: BTreeMap<String, Vec<LockedPackage>>,
    /// How what is installed agrees with the project's own locks.
    #[serde(default)]
    pub agreement: Vec<LockedAgreement>,
}

/// `[image]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedImage {
    /// The name the image carries; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// `os/architecture[/variant]`
    pub platform: String,
    /// The manifest's media type; absent for a docker-archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The digest of the multi-platform index it was picked from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<Digest>,
    /// The manifest's digest; absent for a docker-archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
    /// The config's digest.
    pub config: Digest,
    /// The config's `created`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The distribution it is of, by its os-release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// That distribution's version; rolling ones have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution_version: Option<String>,
    /// The digest of the file index's rows; absent where none was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Sha256>,
    /// Paths by which package databases are reached in a way that names do not tell; of many only some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detours: Vec<String>,
}

/// `[base]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedBase {
    /// The base image's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The digest it is pulled by: its index's, else its manifest's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The digest of the platform's manifest, where `digest` is known to be the one of a multi-platform index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
    /// How many leading layers are the base's; absent where nothing tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<usize>,
}

/// `[[layer]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedLayer {
    /// The compressed blob's digest; absent where the source has no compressed blob.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The digest of the uncompressed tar.
    pub diff_id: Digest,
    /// The digest of what it unpacks to, without times, order, owner names, tar dialect and header records.
    pub content: Sha256,
    /// The blob's bytes.
    pub size: u64,
    /// The tar's bytes.
    pub uncompressed_size: u64,
    /// `gzip`, `zstd` or `none`.
    pub compression: String,
    /// Entries in the tar.
    pub files: usize,
    /// The instruction that made it, from the image's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// That instruction's first line in the Dockerfile, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile_line: Option<usize>,
}

/// `[[catalog]]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedCatalog {
    /// The ecosystem's id.
    pub ecosystem: String,
    /// The database's path in the image, escaped where it is not plain text.
    pub path: String,
    /// The uppermost layer that wrote to it.
    pub layer: usize,
    /// The digest of its bytes, where it is known to be one but not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Sha256>,
    /// How many packages it lists.
    pub packages: usize,
    /// What of it could not be read.
    #[serde(default)]
    pub problems: Vec<String>,
}

/// `[[package.<ecosystem>]]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedPackage {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// The build of this version, where a version is built more than once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// The channel it was taken from, where packages come from channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The source package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The source package's version, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_version: Option<String>,
    /// The state, where it is not plainly installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The package manager's own checksum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// The digest of the package's payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// The module it was built for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modularity: Option<String>,
    /// The database or site directory.
    pub location: String,
    /// The tool that installed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installer: Option<String>,
    /// Where it came from, if not an index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The URL of the archive that an index gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// The package that owns it in another ecosystem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The requirement that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<LockedRequirement>,
    /// The canonical digest of what is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Sha256>,
    /// Hashes of the archive it was installed from.
    #[serde(default)]
    pub hashes: Vec<Digest>,
    /// Whose word the hashes are, where the package's own record has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashes_from: Option<HashSource>,
    /// The tags of the wheel it was installed from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether it was asked for by name, and not brought along by another package.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub requested: bool,
    /// The layer that installed it.
    pub layer: usize,
}

/// The requirement that asked for a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedRequirement {
    /// The requirements file, in the context.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// The version specifier as written; empty for none.
    pub specifier: String,
    /// The package between the requirement and this one, where this one was not asked for by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}
