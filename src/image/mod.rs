//! Images as the OCI image-spec describes them, wherever they are kept.
//!
//! An [`ImageSource`] finds one image (manifest, config, layer descriptors) and opens its layers' blobs as streams.
//! It checks the digests and sizes of the small documents it parses; layers are checked by the pass that reads them.
//! It never unpacks a layer and never assumes the host's platform.
//!
//! From the bottom up: `error`, `hint`, `json`, `media_type`, `names`; [`platform`], [`config`], `manifest` (what the
//! documents say); [`artifact`]; `blobs`, `documents`, `select`, `layout` (an OCI layout, wherever its blobs are);
//! `attestation`, `spool`, `archive_index`, `archive` (tars); `docker_archive`; `server` (errors), `http`, `registry`,
//! `engine`, `word` (either); [`mod@reference`] on top, which opens them all.

mod archive;
mod archive_index;
pub mod artifact;
pub mod attestation;
mod blobs;
pub mod config;
mod docker_archive;
mod documents;
mod engine;
mod error;
mod hint;
mod http;
mod json;
mod layout;
mod manifest;
mod media_type;
mod names;
pub mod platform;
pub mod reference;
mod registry;
mod select;
mod server;
mod spool;
#[cfg(test)]
mod tests;
mod word;

pub use engine::EngineError;
pub use error::ImageError;
pub use registry::{Access, Mirror};
pub use server::ServerError;

use std::collections::BTreeMap;
use std::io::Read;

use crate::base::digest::Digest;
use artifact::Referrers;
use attestation::Attestations;
use config::Config;
use platform::Platform;

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

/// A place that holds an image.
pub trait ImageSource: Send + Sync {
    /// The image as a user would write it (`oci:dir:tag`), for messages.
    fn reference(&self) -> String;

    /// Reads the manifest and config. `platform` picks from an index; without it an index of several is an error
    /// that lists them.
    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError>;

    /// Opens a layer's blob, still compressed, from its first byte.
    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError>;

    /// What the image's manifest names, its bytes held to its digest, where that costs less than [`Self::image`].
    fn named(&self, _platform: Option<&Platform>) -> Result<Option<Named>, ImageError> {
        Ok(None)
    }

    /// What keeps documents beside the image, where something does.
    fn referrers(&self) -> Option<&dyn Referrers> {
        None
    }

    /// What the image is built of, where that costs less than [`Self::image`]. It may be no more than a claim: whoever
    /// asks holds the layers to bytes that were read.
    fn outline(&self, platform: Option<&Platform>) -> Result<Outline, ImageError> {
        self.image(platform).map(Outline::of)
    }

    /// What this place does not keep of `image`, and what it says of it without proof; for people.
    fn notes(&self, _image: &Image) -> Vec<String> {
        Vec::new()
    }

    /// Whether somebody else keeps it, an engine or a registry, who may then be asked for its base too.
    fn is_served(&self) -> bool {
        false
    }

    /// The provenance that lies beside an image of this source. What is broken of it is a note, never an error.
    fn attestations(&self, _image: &Image) -> Attestations {
        Attestations::default()
    }

    /// Whether a layer's bytes are elsewhere, so that one whose digest its checked manifest names may be left there.
    fn is_remote(&self) -> bool {
        false
    }
}
