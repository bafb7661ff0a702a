//! What builders attest of an image: in-toto statements, kept by BuildKit in a manifest beside the image's own, in the
//! same index (BuildKit's docs/attestations/attestation-storage.md).
//!
//! Statements are read and held to their digests; what they say is for others to judge. Nothing here is an error: an
//! image is no less an image where its attestation is broken, so that is a note.

use crate::base::digest::Digest;
use crate::base::limits;
use crate::image::error::ImageError;
use crate::image::layout::blobs::{Blobs, document};
use crate::image::layout::documents::{self, Leaf, read};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::{Document, Parsed};
use crate::image::model::{Attestations, Image};

/// The only form of attestation that there is.
const IN_TOTO: &str = "application/vnd.in-toto+json";
const PREDICATE_TYPE: &str = "in-toto.io/predicate-type";
/// What tells of builds; bills of materials and the like are left where they are.
const PROVENANCE: &str = "https://slsa.dev/provenance/";

/// The statements about `image` in its index.
pub(crate) fn of<B: Blobs + ?Sized>(blobs: &B, image: &Image) -> Attestations {
    let mut attestations = Attestations::default();
    let Some(manifest) = image.manifest else { return attestations };
    let about = |entry: &Descriptor| entry.attests().is_some_and(|digest| *digest == manifest.to_string());
    // The index was followed once to choose the image, so it can be.
    let entries = entries(blobs, image.index).unwrap_or_default();
    for entry in entries.iter().filter(|entry| about(entry)).take(limits::ATTESTATIONS) {
        match statements(blobs, entry, limits::ATTESTATIONS - attestations.statements.len()) {
            Ok(statements) => attestations.statements.extend(statements),
            Err(error) => {
                attestations.notes.push(format!("an attestation of the image is left out: {error}"))
            }
        }
    }
    attestations
}

fn entries<B: Blobs + ?Sized>(blobs: &B, index: Option<Digest>) -> Result<Vec<Descriptor>, ImageError> {
    let Some(digest) = index else { return Ok(documents::entries(blobs)?.unwrap_or_default().entries) };
    let (what, from) = (format!("index {digest}"), blobs.reference());
    let open = || blobs.manifest(&digest, &what);
    let bytes = document(open, from, &Descriptor::default(), &digest, &what, limits::MANIFEST_BYTES)?;
    match Document::read(&bytes, &what, from)?.tell("", &what, from)? {
        Parsed::Index(index) => Ok(index.entries),
        Parsed::Manifest(_) => Ok(Vec::new()),
    }
}

fn statements<B: Blobs + ?Sized>(
    blobs: &B,
    entry: &Descriptor,
    room: usize,
) -> Result<Vec<Vec<u8>>, ImageError> {
    let from = blobs.reference();
    let digest = entry.digest("an attestation's descriptor", from)?;
    let leaf = Leaf { descriptor: entry.clone(), digest, index: None, name: None, notes: Vec::new() };
    let Parsed::Manifest(manifest) = read(blobs, &leaf)? else { return Ok(Vec::new()) };
    let is_provenance = |layer: &&Descriptor| {
        let predicate = layer.annotation(PREDICATE_TYPE);
        layer.media_type == IN_TOTO && predicate.is_none_or(|predicate| predicate.starts_with(PROVENANCE))
    };
    let statement = |layer: &Descriptor| {
        let digest = layer.digest("an attestation's descriptor", from)?;
        let what = format!("attestation {digest}");
        let open = || blobs.blob(&digest, &what);
        let bytes = document(open, from, layer, &digest, &what, limits::ATTESTATION_BYTES)?;
        Ok(bytes.to_vec())
    };
    manifest.layers.iter().filter(is_provenance).take(room).map(statement).collect()
}
