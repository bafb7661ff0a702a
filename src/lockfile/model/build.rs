//! What the lockfile says of the build: arguments, the images that it named, the requirements files.

use serde::{Deserialize, Serialize};

use crate::base::digest::{Digest, Sha256};

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
