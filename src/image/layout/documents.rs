//! Reading the documents of an OCI layout: `index.json`, manifests, configs, each held to its descriptor.

use crate::base::digest::Digest;
use crate::base::limits;
use crate::image::error::{DocumentFault, ImageError, shown};
use crate::image::layout::blobs::{Blobs, document};
use crate::image::manifest::config::Config;
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::{Document, Index, Manifest, Parsed};
use crate::image::manifest::json;

/// The one document of a layout without a digest.
pub(crate) const INDEX_JSON: &str = "index.json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A manifest and the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) descriptor: Descriptor,
    pub(crate) digest: Digest,
    /// The outermost index it was reached through; `index.json` has no digest and is none.
    pub(crate) index: Option<Digest>,
    /// The name its entry carries.
    pub(crate) name: Option<String>,
    /// What should be told of the indexes that were read on the way.
    pub(crate) notes: Vec<String>,
}

impl Leaf {
    /// A manifest that was asked for by itself.
    pub(crate) fn of(digest: Digest, media_type: &str, size: u64) -> Self {
        let descriptor = Descriptor::of(media_type, size);
        Self { descriptor, digest, index: None, name: None, notes: Vec::new() }
    }
}

/// `index.json`, or `None` without one.
pub(crate) fn entries<B: Blobs + ?Sized>(blobs: &B) -> Result<Option<Index>, ImageError> {
    let Some(blob) = blobs.index()? else { return Ok(None) };
    let bytes = blob.bytes(limits::MANIFEST_BYTES, INDEX_JSON, blobs.reference())?;
    let document = Document::read(&bytes, INDEX_JSON, blobs.reference())?;
    match document.tell(OCI_INDEX, INDEX_JSON, blobs.reference())? {
        Parsed::Index(index) => Ok(Some(index)),
        Parsed::Manifest(_) => Err(ImageError::of(
            INDEX_JSON,
            blobs.reference(),
            DocumentFault::MediaType { expected: "an index", found: "a manifest".into() },
        )),
    }
}

/// Reads the document that a leaf names, whatever it turns out to be.
pub(crate) fn read<B: Blobs + ?Sized>(blobs: &B, leaf: &Leaf) -> Result<Parsed, ImageError> {
    let what = format!("manifest {}", leaf.digest);
    let open = || blobs.manifest(&leaf.digest, &what);
    let cap = limits::MANIFEST_BYTES;
    let bytes = document(open, blobs.reference(), &leaf.descriptor, &leaf.digest, &what, cap)?;
    let document = Document::read(&bytes, &what, blobs.reference())?;
    document.tell(&leaf.descriptor.media_type, &what, blobs.reference())
}

/// Reads the manifest that a leaf names, which must be an image's.
pub(crate) fn read_image<B: Blobs + ?Sized>(blobs: &B, leaf: &Leaf) -> Result<Manifest, ImageError> {
    let (what, from) = (format!("manifest {}", leaf.digest), blobs.reference().to_owned());
    match read(blobs, leaf)? {
        Parsed::Manifest(manifest) => match manifest.artifact() {
            None => Ok(*manifest),
            Some((expected, kind)) => {
                Err(ImageError::of(what, from, DocumentFault::Artifact { expected, found: shown(kind) }))
            }
        },
        Parsed::Index(_) => Err(ImageError::of(
            what,
            from,
            DocumentFault::MediaType { expected: "a manifest", found: "an index".into() },
        )),
    }
}

/// Reads the config of a manifest; its digest, and what should be told of it.
pub(crate) fn read_config<B: Blobs + ?Sized>(
    blobs: &B,
    manifest: &Manifest,
) -> Result<(Digest, Config, Option<String>), ImageError> {
    let digest = manifest.config.digest("config", blobs.reference())?;
    let what = format!("config {digest}");
    let open = || blobs.blob(&digest, &what);
    let cap = limits::CONFIG_BYTES;
    let bytes = document(open, blobs.reference(), &manifest.config, &digest, &what, cap)?;
    let (config, note) = json::parse_noting(&bytes, &what, blobs.reference())?;
    Ok((digest, config, note))
}
