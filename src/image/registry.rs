//! Images in registries, over the OCI distribution protocol: `docker://NAME`.
//!
//! A tag or digest is asked for once; its raw bytes are hashed here, and everything below is found by digest. Blobs
//! are streamed into whoever reads them: several at once, resumed where they break, never stored. A manifest whose
//! digest is locked needs no other request.
//!
//! oci-client gives the media types and the shape of errors, and with it the HTTP stack. Its own pulling is not used:
//! it reads bodies without a cap, gives up on the first broken connection, drops the reasons of failed logins, and
//! forgets `Retry-After`. What it lacks stands below in `registry/`, from the bottom up: `retry`, `name`, `access`,
//! `helper` and `credentials`, `tls`, `request`, `client` with `auth` and `failure`, `document`, `blob`, `upload`,
//! `origins` (mirrors), `referrers` (what is kept beside an image).
//!
//! Refused: other schemes, credentials on plain HTTP, a certificate that is not trusted. Layers that only their own
//! `urls` serve are not fetched.

mod access;
mod auth;
mod blob;
mod client;
mod credentials;
mod document;
mod failure;
mod helper;
mod name;
mod origins;
mod referrers;
mod request;
mod retry;
mod tls;
mod upload;

pub use access::{Access, Mirror};
pub(super) use name::RegistryName;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::artifact::Referrers;
use super::attestation::{self, Attestations};
use super::blobs::{Blob, Blobs};
use super::documents::{Leaf, read_image};
use super::error::ImageError;
use super::manifest::{Document, Parsed};
use super::media_type::{self, LayerType};
use super::platform::Platform;
use super::server::ServerError;
use super::{Image, ImageSource, Layer, Named, json, layout, select};
use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use blob::BlobReader;
use client::Client;
use document::Answer;
use origins::Origins;

/// The registry's own word for a body's digest.
const CONTENT_DIGEST: &str = "docker-content-digest";

/// An image in a registry.
pub(super) struct RegistrySource {
    origins: Origins,
    reference: String,
    top: OnceLock<Top>,
    /// Manifests and configs that were read, so that none is asked for twice.
    documents: Mutex<BTreeMap<Digest, Option<Arc<[u8]>>>>,
}

/// What the tag or digest asked for leads to.
#[derive(Clone)]
struct Top {
    digest: Digest,
    media_type: String,
    bytes: Arc<[u8]>,
}

impl RegistrySource {
    pub(super) fn new(name: RegistryName, access: &Access) -> Result<Self, ImageError> {
        let reference = format!("docker://{}", name.written());
        let origins = Origins::new(name, reference.clone(), access)?;
        Ok(Self { origins, reference, top: OnceLock::new(), documents: Mutex::default() })
    }

    fn top(&self) -> Result<&Top, ImageError> {
        if let Some(top) = self.top.get() {
            return Ok(top);
        }
        let name = self.name();
        let asked = name.tag_or_digest();
        let what = format!("manifest {asked}");
        let path = format!("manifests/{asked}");
        let found = self.origins.find(true, |client| client.document(&path, &what, limits::MANIFEST_BYTES));
        let Answer { headers, bytes } = found.map_err(|nowhere| {
            let (from, host) = (self.reference.clone(), name.registry().to_owned());
            nowhere.error(|| ServerError::NoImage { from, host }.into())
        })?;
        let digest = match name.digest() {
            Some(digest) => digest,
            None => Sha256::of(&bytes).into(),
        };
        // A tag does not say what it leads to; what the registry says of it shows bytes that were changed on the way.
        let told = headers.get(CONTENT_DIGEST).and_then(|told| told.to_str().ok()?.parse::<Digest>().ok());
        for expected in [Some(digest), told].into_iter().flatten() {
            let found = expected.same_algorithm_of(&bytes);
            if found != expected {
                let (expected, found) = (expected.to_string(), found.to_string());
                return Err(ImageError::BlobDigest { what, from: self.reference.clone(), expected, found });
            }
        }
        let media_type = headers.get(CONTENT_TYPE).and_then(|found| found.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
        self.keep(digest, Some(bytes.clone()));
        Ok(self.top.get_or_init(|| Top { digest, media_type, bytes }))
    }

    fn keep(&self, digest: Digest, bytes: Option<Arc<[u8]>>) {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, bytes);
    }

    /// A document by digest, kept once it was read.
    fn kept(&self, digest: &Digest, kind: Kind, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        let known = self.documents.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned();
        let bytes = match known {
            Some(bytes) => bytes,
            None => {
                let (path, cap) = match kind {
                    Kind::Manifest => (format!("manifests/{digest}"), limits::MANIFEST_BYTES),
                    Kind::Blob => (format!("blobs/{digest}"), limits::CONFIG_BYTES),
                };
                let is_manifest = kind == Kind::Manifest;
                let bytes = match self.origins.find(is_manifest, |client| client.document(&path, what, cap)) {
                    Ok(answer) => Some(answer.bytes),
                    Err(nowhere) => nowhere.absent()?,
                };
                self.keep(*digest, bytes.clone());
                bytes
            }
        };
        Ok(bytes.map(|bytes| Blob { size: bytes.len() as u64, reader: Box::new(Cursor::new(bytes)) }))
    }

    /// The name that was asked for.
    fn name(&self) -> &RegistryName {
        self.origins.registry().name()
    }
}

/// Where a registry keeps a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Manifest,
    Blob,
}

impl Blobs for RegistrySource {
    fn reference(&self) -> &str {
        &self.reference
    }

    /// An index of the one thing asked for, which a registry does not have as a document.
    fn index(&self) -> Result<Option<Blob<'_>>, ImageError> {
        let Top { digest, media_type, bytes } = self.top()?;
        let entry = json!({"mediaType": media_type, "digest": digest.to_string(), "size": bytes.len(),
            "annotations": {"io.containerd.image.name": self.name().written()}});
        let index = json!({"schemaVersion": 2, "manifests": [entry]}).to_string().into_bytes();
        Ok(Some(Blob { size: index.len() as u64, reader: Box::new(Cursor::new(index)) }))
    }

    fn manifest(&self, digest: &Digest, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.kept(digest, Kind::Manifest, what)
    }

    fn blob(&self, digest: &Digest, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.kept(digest, Kind::Blob, what)
    }

    fn has_what_it_lists(&self) -> bool {
        true
    }
}

impl ImageSource for RegistrySource {
    fn reference(&self) -> String {
        self.reference.clone()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        layout::image(self, select::choose(self, None, platform)?)
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        let digest = layer.digest.map_or_else(|| layer.key.clone(), |digest| digest.to_string());
        let what = format!("layer {digest}");
        let open = |client| {
            let opening = BlobReader::open(client, &digest, &what, layer.size);
            Ok(Client::wait(client, opening)?)
        };
        match self.origins.find(false, open) {
            Ok(reader) => Ok(Box::new(reader)),
            Err(nowhere) => Err(nowhere.error(|| {
                let told = layer.media_type.as_deref().map(media_type::layer);
                let foreign = told == Some(LayerType::Foreign);
                ImageError::NoBlob { what: what.clone(), from: self.reference.clone(), foreign }
            })),
        }
    }

    fn attestations(&self, image: &Image) -> Attestations {
        // What is no index's image has nothing beside it.
        if image.index.is_some() { attestation::of(self, image) } else { Attestations::default() }
    }

    fn named(&self, platform: Option<&Platform>) -> Result<Option<Named>, ImageError> {
        let Top { digest, media_type, bytes } = self.top()?;
        let what = format!("manifest {digest}");
        let document: Document = json::parse(bytes, &what, &self.reference)?;
        let is_index = matches!(document.tell(media_type, &what, &self.reference)?, Parsed::Index(_));
        let leaf = match is_index {
            true => select::choose(self, None, platform)?,
            // Which platform it is for stands in its config, which need not be read where the manifest is known.
            false => Leaf::of(*digest, media_type, bytes.len() as u64),
        };
        let manifest = read_image(self, &leaf)?;
        let layers =
            manifest.layers.iter().map(|layer| layer.digest("a layer's descriptor", &self.reference));
        Ok(Some(Named {
            name: self.name().written().to_owned(),
            is_platform_chosen: is_index,
            manifest: leaf.digest,
            config: manifest.config.digest("config", &self.reference)?,
            layers: layers.collect::<Result<_, _>>()?,
        }))
    }

    fn referrers(&self) -> Option<&dyn Referrers> {
        Some(self)
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn is_served(&self) -> bool {
        true
    }
}
