//! Reading the documents of an OCI layout: `index.json`, manifests, configs, each held to its descriptor.

use super::blobs::{Blobs, document};
use super::config::Config;
use super::error::{ImageError, shown};
use super::json;
use super::manifest::{Descriptor, Document, Manifest, Parsed};
use crate::base::digest::Digest;
use crate::base::limits;

/// The one document of a layout without a digest.
pub(super) const INDEX_JSON: &str = "index.json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A manifest and the way to it.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) descriptor: Descriptor,
    pub(super) digest: Digest,
    /// The outermost index it was reached through; `index.json` has no digest and is none.
    pub(super) index: Option<Digest>,
    /// The name its entry carries.
    pub(super) name: Option<String>,
}

impl Leaf {
    /// A manifest that was asked for by itself.
    pub(super) fn of(digest: Digest, media_type: &str, size: u64) -> Self {
        Self { descriptor: Descriptor::of(media_type, size), digest, index: None, name: None }
    }
}

/// The entries of `index.json`, or `None` without one.
pub(super) fn entries<B: Blobs + ?Sized>(blobs: &B) -> Result<Option<Vec<Descriptor>>, ImageError> {
    let Some(blob) = blobs.index()? else { return Ok(None) };
    let bytes = blob.bytes(limits::MANIFEST_BYTES, INDEX_JSON, blobs.reference())?;
    let document: Document = json::parse(&bytes, INDEX_JSON, blobs.reference())?;
    match document.tell(OCI_INDEX, INDEX_JSON, blobs.reference())? {
        Parsed::Index(entries) => Ok(Some(entries)),
        Parsed::Manifest(_) => Err(ImageError::MediaType {
            what: INDEX_JSON.into(),
            from: blobs.reference().into(),
            expected: "an index",
            found: "a manifest".into(),
        }),
    }
}

/// Reads the document that a leaf names, whatever it turns out to be.
pub(super) fn read<B: Blobs + ?Sized>(blobs: &B, leaf: &Leaf) -> Result<Parsed, ImageError> {
    let what = format!("manifest {}", leaf.digest);
    let blob = blobs.manifest(&leaf.digest, &what)?;
    let cap = limits::MANIFEST_BYTES;
    let bytes = document(blob, blobs.reference(), &leaf.descriptor, &leaf.digest, &what, cap)?;
    let document: Document = json::parse(&bytes, &what, blobs.reference())?;
    document.tell(&leaf.descriptor.media_type, &what, blobs.reference())
}

/// Reads the manifest that a leaf names, which must be an image's.
pub(super) fn read_image<B: Blobs + ?Sized>(blobs: &B, leaf: &Leaf) -> Result<Manifest, ImageError> {
    let (what, from) = (format!("manifest {}", leaf.digest), blobs.reference().to_owned());
    match read(blobs, leaf)? {
        Parsed::Manifest(manifest) => match manifest.artifact() {
            None => Ok(*manifest),
            Some((expected, found)) => {
                Err(ImageError::Artifact { what, from, expected, found: shown(found) })
            }
        },
        Parsed::Index(_) => {
            Err(ImageError::MediaType { what, from, expected: "a manifest", found: "an index".into() })
        }
    }
}

/// Reads the config of a manifest.
pub(super) fn read_config<B: Blobs + ?Sized>(
    blobs: &B,
    manifest: &Manifest,
) -> Result<(Digest, Config), ImageError> {
    let digest = manifest.config.digest("config", blobs.reference())?;
    let what = format!("config {digest}");
    let blob = blobs.blob(&digest, &what)?;
    let cap = limits::CONFIG_BYTES;
    let bytes = document(blob, blobs.reference(), &manifest.config, &digest, &what, cap)?;
    Ok((digest, json::parse(&bytes, &what, blobs.reference())?))
}
