//! An image as its documents describe it, before any layer is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::digest::Digest;
use crate::image::manifest::config::Config;
use crate::image::manifest::platform::Platform;

/// One image for one platform.
#[derive(Debug, Clone)]
pub struct Image {
    /// The name the image carries with it (`org.opencontainers.image.ref.name`, `RepoTags`); never a path.
    pub name: Option<String>,
    /// What it runs on, from its config.
    pub platform: Platform,
    /// The manifest's media type; `None` where there is no manifest, as in a docker-archive.
    pub media_type: Option<String>,
    /// The digest of the multi-platform index it was picked from, where it was.
    pub index: Option<Digest>,
    /// The manifest's digest; `None` in a docker-archive.
    pub manifest: Option<Digest>,
    /// The config's digest.
    pub config_digest: Digest,
    /// The config.
    pub config: Config,
    /// The manifest's annotations.
    pub annotations: BTreeMap<String, String>,
    /// The layers, lowest first; as many as the config has diff_ids.
    pub layers: Vec<Layer>,
    /// What its documents have that is not as the specification says, and how it was read; for people.
    pub notes: Vec<String>,
}

/// A layer as the manifest and the config describe it, before anything of it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The blob's digest; `None` where the source names layers by path alone (docker-archive).
    pub digest: Option<Digest>,
    /// The blob's size in bytes, where known.
    pub size: Option<u64>,
    /// The blob's media type, where the source gives one.
    pub media_type: Option<String>,
    /// The digest of the uncompressed tar, as the config claims it.
    pub diff_id: Digest,
    /// How the source finds the blob again: a member's name, a digest. Not for printing.
    pub key: String,
    /// The blob, where its descriptor holds it.
    pub embedded: Option<Arc<[u8]>>,
}

/// What a manifest names, before its config or any layer is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name it was asked for by.
    pub name: String,
    /// Whether it was chosen from an index by its platform; its config alone says it otherwise.
    pub is_platform_chosen: bool,
    /// The manifest's digest.
    pub manifest: Digest,
    /// The config's digest.
    pub config: Digest,
    /// The layers' digests, lowest first.
    pub layers: Vec<Digest>,
    /// What the documents read so far have that is not as the specification says; for people.
    pub notes: Vec<String>,
}

/// What an image is built of, as far as its documents tell, or the word of whoever keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The name it carries.
    pub name: Option<String>,
    /// The digest of the multi-platform index it was picked from, if it was.
    pub index: Option<Digest>,
    /// The digest of the platform's manifest.
    pub manifest: Option<Digest>,
    /// Where none of these is known, the digest that registries are said to have it by.
    pub pulled_by: Option<Digest>,
    /// The layers' diff_ids, lowest first.
    pub diff_ids: Vec<Digest>,
}

impl Outline {
    /// The outline of an image that was read.
    pub fn of(image: Image) -> Self {
        let diff_ids = image.layers.iter().map(|layer| layer.diff_id).collect();
        Self { name: image.name, index: image.index, manifest: image.manifest, pulled_by: None, diff_ids }
    }
}

/// The provenance statements that lie beside an image.
#[derive(Debug, Default, Clone)]
pub struct Attestations {
    /// As JSON, each held to its digest, not yet to the image.
    pub statements: Vec<Vec<u8>>,
    /// Which could not be read, and why.
    pub notes: Vec<String>,
}
