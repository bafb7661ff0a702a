//! Descriptors: what a manifest or an index says of a blob without reading it, OCI's and Docker's.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::base::digest::Digest;
use crate::image::error::{DocumentFault, ImageError, shown};
use crate::image::manifest::json::{bytes, filled, or_default, text_map};
use crate::image::manifest::platform::Platform;

const REF_NAME: &str = "org.opencontainers.image.ref.name";
const CONTAINERD_NAME: &str = "io.containerd.image.name";
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";
const ATTESTATION: &str = "attestation-manifest";

/// A pointer to a blob.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Descriptor {
    /// Empty where it is left out.
    #[serde(deserialize_with = "or_default")]
    pub(crate) media_type: String,
    /// As written; [`Descriptor::digest`] checks it.
    #[serde(rename = "digest", deserialize_with = "or_default")]
    raw_digest: String,
    /// Bytes.
    pub(crate) size: Option<u64>,
    /// What kind of artifact it is, in a list of referrers.
    #[serde(deserialize_with = "filled")]
    pub(crate) artifact_type: Option<String>,
    platform: Option<PlatformField>,
    #[serde(deserialize_with = "text_map")]
    annotations: BTreeMap<String, String>,
    /// The blob itself, as the author of this says; [`Descriptor::embedded`] checks it.
    #[serde(deserialize_with = "bytes")]
    data: Option<Arc<[u8]>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PlatformField {
    #[serde(deserialize_with = "or_default")]
    os: String,
    #[serde(deserialize_with = "or_default")]
    architecture: String,
    #[serde(deserialize_with = "filled")]
    variant: Option<String>,
}

impl Descriptor {
    /// A descriptor of what is known by digest elsewhere.
    pub(crate) fn of(media_type: &str, size: u64) -> Self {
        Self { media_type: media_type.to_owned(), size: Some(size), ..Self::default() }
    }

    /// The digest, which alone may become a path.
    pub(crate) fn digest(&self, what: &str, from: &str) -> Result<Digest, ImageError> {
        self.raw_digest.parse().map_err(|error| {
            ImageError::of(what, from, DocumentFault::BadDigest { reason: shown(format!("{error}")) })
        })
    }

    /// The blob whose digest is `digest`, where the descriptor holds it: bytes that fit its size and digest. Others are no
    /// blob, and are passed over as containerd does.
    pub(crate) fn embedded(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        let data = self.data.as_ref().filter(|data| self.size == Some(data.len() as u64))?;
        (digest.same_algorithm_of(data) == *digest).then(|| data.clone())
    }

    /// The tag or name the descriptor carries.
    pub(crate) fn ref_name(&self) -> Option<&str> {
        self.annotations.get(REF_NAME).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The full name that containerd gives it.
    pub(crate) fn containerd_name(&self) -> Option<&str> {
        self.annotations.get(CONTAINERD_NAME).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The platform it is for, where it names one.
    pub(crate) fn platform(&self) -> Option<Platform> {
        let field = self.platform.as_ref()?;
        let named = !field.os.is_empty() && !field.architecture.is_empty();
        named.then(|| Platform::new(&field.os, &field.architecture, field.variant.as_deref()))
    }

    /// An annotation.
    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.get(name).map(String::as_str)
    }

    /// The digest of the manifest that it holds attestations about, as written.
    pub(crate) fn attests(&self) -> Option<&str> {
        self.annotation(REFERENCE_DIGEST).filter(|_| self.annotation(REFERENCE_TYPE) == Some(ATTESTATION))
    }

    /// Whether it points to BuildKit's attestations about another manifest.
    pub(crate) fn is_attestation(&self) -> bool {
        self.annotations.contains_key(REFERENCE_TYPE)
            || self.platform().is_some_and(|platform| platform.is_unknown())
    }
}
