//! An image in a registry, as a source.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::image::artifact::Referrers;
use crate::image::error::{DocumentFault, ImageError, ServerFault};
use crate::image::layout::blobs::{Blob, Blobs, check_digest};
use crate::image::layout::documents::{Leaf, read_image};
use crate::image::layout::{assemble, attestation, select};
use crate::image::manifest::document::{Document, Parsed};
use crate::image::manifest::media_type::{self, LayerType};
use crate::image::manifest::platform::Platform;
use crate::image::model::{Attestations, Image, Layer, Named};
use crate::image::options::Access;
use crate::image::registry::blob::BlobReader;
use crate::image::registry::document::Answer;
use crate::image::registry::name::RegistryName;
use crate::image::registry::origins::Origins;
use crate::image::registry::wire::client::Client;
use crate::image::source::ImageSource;

/// The registry's own word for a body's digest.
const CONTENT_DIGEST: &str = "docker-content-digest";

/// An image in a registry.
pub(crate) struct RegistrySource {
    pub(super) origins: Origins,
    pub(super) reference: String,
    top: OnceLock<Top>,
    /// Manifests and configs that were read, so that none is asked for twice.
    documents: Mutex<BTreeMap<Digest, Option<Arc<[u8]>>>>,
    /// What more is known of why an image is not here, put into its error.
    explain: Option<Box<Explain>>,
    /// What should be told of how its referrers were learnt.
    pub(super) to_tell: Mutex<Vec<String>>,
}

/// Completes the error of an image that is not given.
type Explain = dyn Fn(ImageError) -> ImageError + Send + Sync;

/// What the tag or digest asked for leads to.
#[derive(Clone)]
struct Top {
    digest: Digest,
    media_type: String,
    bytes: Arc<[u8]>,
}

impl RegistrySource {
    pub(crate) fn new(name: RegistryName, access: &Access) -> Result<Self, ImageError> {
        let reference = name.reference();
        let origins = Origins::new(name, reference.clone(), access)?;
        Ok(Self::of(origins, reference))
    }

    pub(super) fn of(origins: Origins, reference: String) -> Self {
        let (top, documents, to_tell) = (OnceLock::new(), Mutex::default(), Mutex::default());
        Self { origins, reference, top, documents, explain: None, to_tell }
    }

    /// The digest of what the name leads to, an index or a manifest: what FROM has behind it in a pinned reference.
    pub(super) fn digest(&self) -> Result<Digest, ImageError> {
        let Top { digest, media_type, bytes } = self.top()?;
        let what = format!("manifest {digest}");
        // A page that a proxy answers with has a digest too.
        Document::read(bytes, &what, &self.reference)?.tell(media_type, &what, &self.reference)?;
        Ok(*digest)
    }

    /// The same, with `explain` to complete the error where it does not give the image.
    pub(crate) fn explaining(
        self,
        explain: impl Fn(ImageError) -> ImageError + Send + Sync + 'static,
    ) -> Self {
        Self { explain: Some(Box::new(explain)), ..self }
    }

    fn explained(&self, error: ImageError) -> ImageError {
        match &self.explain {
            Some(explain) => explain(error),
            None => error,
        }
    }

    fn top(&self) -> Result<&Top, ImageError> {
        if let Some(top) = self.top.get() {
            return Ok(top);
        }
        let name = self.name();
        let asked = name.tag_or_digest();
        let what = format!("manifest {asked}");
        let path = format!("manifests/{asked}");
        let answer = self.origins.find(true, |client| client.document(&path, &what, limits::MANIFEST_BYTES));
        let Answer { headers, bytes } = answer.map_err(|nowhere| {
            let (from, host) = (self.reference.clone(), name.registry().to_owned());
            nowhere.error(|| ImageError::at(from, ServerFault::NoImage { host }))
        })?;
        let digest = match name.digest() {
            Some(digest) => digest,
            None => Sha256::of(&bytes).into(),
        };
        // A tag does not say what it leads to; what the registry says of it shows bytes that were changed on the way.
        let named = headers.get(CONTENT_DIGEST).and_then(|text| text.to_str().ok()?.parse::<Digest>().ok());
        for expected in [Some(digest), named].into_iter().flatten() {
            check_digest(&bytes, expected, &what, &self.reference)?;
        }
        let media_type = headers.get(CONTENT_TYPE).and_then(|text| text.to_str().ok()).unwrap_or_default();
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

    /// What the manifest names, which is read, its config not.
    fn names(&self, platform: Option<&Platform>) -> Result<Named, ImageError> {
        let Top { digest, media_type, bytes } = self.top()?;
        let what = format!("manifest {digest}");
        let document = Document::read(bytes, &what, &self.reference)?;
        let is_index = matches!(document.tell(media_type, &what, &self.reference)?, Parsed::Index(_));
        let leaf = match is_index {
            true => select::choose(self, None, platform)?,
            // Which platform it is for stands in its config, which need not be read where the manifest is known.
            false => Leaf::of(*digest, media_type, bytes.len() as u64),
        };
        let manifest = read_image(self, &leaf)?;
        let layers =
            manifest.layers.iter().map(|layer| layer.digest("a layer's descriptor", &self.reference));
        Ok(Named {
            name: self.name().written().to_owned(),
            is_platform_chosen: is_index,
            manifest: leaf.digest,
            config: manifest.config.digest("config", &self.reference)?,
            layers: layers.collect::<Result<_, _>>()?,
            notes: leaf
                .notes
                .into_iter()
                .chain(assemble::untold(&manifest.config))
                .chain(manifest.note)
                .collect(),
        })
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
        let image = select::choose(self, None, platform).and_then(|leaf| assemble::image(self, leaf));
        image.map_err(|error| self.explained(error))
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        if let Some(bytes) = &layer.embedded {
            return Ok(Box::new(Cursor::new(bytes.clone())));
        }
        let digest = layer.digest.map_or_else(|| layer.key.clone(), |digest| digest.to_string());
        let what = format!("layer {digest}");
        let open = |client| {
            let opening = BlobReader::open(client, &digest, &what, layer.size);
            Client::wait(client, opening)
        };
        match self.origins.find(false, open) {
            Ok(reader) => Ok(Box::new(reader)),
            Err(nowhere) => Err(nowhere.error(|| {
                let kind = layer.media_type.as_deref().map(media_type::layer);
                let foreign = kind == Some(LayerType::Foreign);
                ImageError::of(&what, &self.reference, DocumentFault::NoBlob { foreign })
            })),
        }
    }

    fn attestations(&self, image: &Image) -> Attestations {
        // What is no index's image has nothing beside it.
        if image.index.is_some() { attestation::of(self, image) } else { Attestations::default() }
    }

    fn named(&self, platform: Option<&Platform>) -> Result<Option<Named>, ImageError> {
        self.names(platform).map(Some).map_err(|error| self.explained(error))
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
