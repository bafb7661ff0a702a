//! The shapes of the lockfile, as they stand in its TOML. Field by field: docs/lockfile.md.

mod config;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::digest::{Digest, Sha256};

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

/// `[build]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Build {
    /// The Dockerfile, relative to the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<String>,
    /// The sha256 of its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile_digest: Option<Sha256>,
    /// The build's SOURCE_DATE_EPOCH, where the image or the build arguments say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_date_epoch: Option<i64>,
    /// The stage that was built, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What the builder itself ran on, `os/architecture[/variant]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The builder and its version, where the image says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub builder: Option<String>,
    /// The builder's options that the image's bytes depend on, sorted: name and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<(String, String)>,
    /// The digest of the build context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_digest: Option<Sha256>,
    /// The commit that the context was at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The ids of the secrets that the build was given, sorted. Never their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The build arguments, by name.
    #[serde(default)]
    pub arg: Vec<Arg>,
    /// The images that the Dockerfile names, with the digests they have.
    #[serde(default)]
    pub image: Vec<LockedNamedImage>,
    /// The requirements files that the Dockerfile installs from.
    #[serde(default)]
    pub requirements: Vec<LockedRequirementsFile>,
}

/// `[[build.arg]]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Arg {
    /// The name.
    pub name: String,
    /// The value; absent where redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether the value looked secret and was left out.
    #[serde(default)]
    pub redacted: bool,
    /// Where the value was learnt.
    pub source: ArgSource,
}

/// Where a build argument's value was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArgSource {
    /// The image's history.
    History,
    /// `ARG NAME=value` in the Dockerfile.
    DockerfileDefault,
    /// `--build-arg` given to freeze.
    CommandLine,
    /// The image's provenance attestation.
    Provenance,
}

/// `[[build.image]]`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedNamedImage {
    /// The name, without the digest.
    pub reference: String,
    /// The digest.
    pub digest: Digest,
    /// Where the digest was learnt; the Dockerfile in locks that do not say.
    #[serde(default)]
    pub source: DigestSource,
}

/// Where the digest of a named image was learnt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestSource {
    /// The Dockerfile has it.
    #[default]
    Dockerfile,
    /// `[base]` has it: the image that was given as base, or the built image's own word.
    Base,
    /// The image's provenance attestation.
    Provenance,
    /// An engine.
    Engine,
    /// The registry that the name names.
    Registry,
}

impl DigestSource {
    /// As the lockfile writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dockerfile => "dockerfile",
            Self::Base => "base",
            Self::Provenance => "provenance",
            Self::Engine => "engine",
            Self::Registry => "registry",
        }
    }

    /// Whether the digest is of all that the name led to, the index of all platforms where it is one. Of the others it may be
    /// one platform's manifest.
    pub fn is_of_the_name(self) -> bool {
        matches!(self, Self::Provenance | Self::Engine | Self::Registry)
    }
}

/// `[[build.requirements]]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedRequirementsFile {
    /// The path in the context.
    pub path: String,
    /// The sha256 of its bytes.
    pub digest: Sha256,
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
