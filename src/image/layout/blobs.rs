//! Blobs by digest: what a folder and a tar of an OCI layout have in common, and reading small ones checked.

use std::io::Read;
use std::sync::Arc;

use crate::base::bounded;
use crate::base::digest::Digest;
use crate::image::error::{DocumentFault, ImageError};
use crate::image::manifest::descriptor::Descriptor;

/// A blob, opened.
pub(crate) struct Blob<'a> {
    /// Bytes there are.
    pub(crate) size: u64,
    /// From its first byte.
    pub(crate) reader: Box<dyn Read + Send + 'a>,
}

/// A place that has an index and blobs.
pub(crate) trait Blobs: Send + Sync {
    /// The reference, for messages.
    fn reference(&self) -> &str;

    /// `index.json`; `None` where there is none.
    fn index(&self) -> Result<Option<Blob<'_>>, ImageError>;

    /// The blob of `digest`; `None` where it is not there. `what` is for messages.
    fn blob(&self, digest: &Digest, what: &str) -> Result<Option<Blob<'_>>, ImageError>;

    /// The manifest or index of `digest`, which a registry keeps apart from blobs.
    fn manifest(&self, digest: &Digest, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.blob(digest, what)
    }

    /// Whether an index lists nothing that is not here, so that its entries need no looking at to choose one.
    fn has_what_it_lists(&self) -> bool {
        false
    }
}

/// No link's target is longer.
const LINK_BYTES: u64 = 4096;

impl Blob<'_> {
    /// Whether a blob of the wrong size holds a link's target.
    pub(crate) fn holds_link_text(self) -> bool {
        self.size < LINK_BYTES && self.bytes(LINK_BYTES, "", "").is_ok_and(|bytes| is_link_text(&bytes))
    }

    /// All bytes, at most `cap`.
    pub(crate) fn bytes(self, cap: u64, what: &str, from: &str) -> Result<Vec<u8>, ImageError> {
        let too_large =
            |size| ImageError::of(what, from, DocumentFault::TooLarge { expected: cap, found: size });
        if self.size > cap {
            return Err(too_large(self.size));
        }
        let failed = |cause| ImageError::of(what, from, DocumentFault::Unreadable).because(cause);
        let bytes = bounded::read(self.reader, cap).map_err(failed)?;
        bytes.ok_or_else(|| too_large(cap.saturating_add(1)))
    }
}

/// Reads the document that `descriptor` names, where it does not hold it itself out of what `open` gives, and holds it to
/// its size and digest.
pub(crate) fn document<'a>(
    open: impl FnOnce() -> Result<Option<Blob<'a>>, ImageError>,
    from: &str,
    descriptor: &Descriptor,
    digest: &Digest,
    what: &str,
    cap: u64,
) -> Result<Arc<[u8]>, ImageError> {
    if let Some(bytes) = descriptor.embedded(digest) {
        return Ok(bytes);
    }
    let Some(blob) = open()? else {
        return Err(ImageError::of(what, from, DocumentFault::NoBlob { foreign: false }));
    };
    let bytes = blob.bytes(cap, what, from)?;
    let size = bytes.len() as u64;
    if let Some(expected) = descriptor.size
        && expected != size
    {
        let link_text = is_link_text(&bytes);
        return Err(ImageError::of(what, from, DocumentFault::BlobSize { expected, found: size, link_text }));
    }
    check_digest(&bytes, *digest, what, from)?;
    Ok(bytes.into())
}

/// Holds the bytes of `what` to the digest they are named by.
pub(crate) fn check_digest(bytes: &[u8], expected: Digest, what: &str, from: &str) -> Result<(), ImageError> {
    let actual = expected.same_algorithm_of(bytes);
    if actual != expected {
        let (expected, actual) = (expected.to_string(), actual.to_string());
        return Err(ImageError::of(what, from, DocumentFault::BlobDigest { expected, found: actual }));
    }
    Ok(())
}

/// Whether bytes are a link's target: what git leaves of a link on systems without them.
fn is_link_text(bytes: &[u8]) -> bool {
    (bytes.len() as u64) < LINK_BYTES && bytes.starts_with(b"../") && !bytes.contains(&b'\n')
}
