//! Blobs by digest: what a folder and a tar of an OCI layout have in common, and reading small ones checked.

use std::io::{self, Read};

use super::error::ImageError;
use super::manifest::Descriptor;
use crate::base::digest::Digest;

/// A blob, opened.
pub(super) struct Blob<'a> {
    /// Bytes there are.
    pub(super) size: u64,
    /// From its first byte.
    pub(super) reader: Box<dyn Read + Send + 'a>,
}

/// A place that has an index and blobs.
pub(super) trait Blobs: Send + Sync {
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
    pub(super) fn holds_link_text(self) -> bool {
        self.size < LINK_BYTES && self.bytes(LINK_BYTES, "", "").is_ok_and(|bytes| is_link_text(&bytes))
    }

    /// All bytes, at most `cap`.
    pub(super) fn bytes(self, cap: u64, what: &str, from: &str) -> Result<Vec<u8>, ImageError> {
        let too_large =
            |found| ImageError::TooLarge { what: what.into(), from: from.into(), expected: cap, found };
        if self.size > cap {
            return Err(too_large(self.size));
        }
        let mut bytes = Vec::new();
        let failed = |source: io::Error| ImageError::Io { what: what.into(), from: from.into(), source };
        self.reader.take(cap.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
        match bytes.len() as u64 {
            found if found > cap => Err(too_large(found)),
            _ => Ok(bytes),
        }
    }
}

/// Reads `blob`, the document that `descriptor` names, and holds it to its size and digest.
pub(super) fn document(
    blob: Option<Blob<'_>>,
    from: &str,
    descriptor: &Descriptor,
    digest: &Digest,
    what: &str,
    cap: u64,
) -> Result<Vec<u8>, ImageError> {
    let Some(blob) = blob else {
        return Err(ImageError::NoBlob { what: what.into(), from: from.into(), foreign: false });
    };
    let bytes = blob.bytes(cap, what, from)?;
    let found = bytes.len() as u64;
    if let Some(expected) = descriptor.size
        && expected != found
    {
        let link_text = is_link_text(&bytes);
        return Err(ImageError::BlobSize {
            what: what.into(),
            from: from.into(),
            expected,
            found,
            link_text,
        });
    }
    let found = digest.same_algorithm_of(&bytes);
    if found != *digest {
        let (expected, found) = (digest.to_string(), found.to_string());
        return Err(ImageError::BlobDigest { what: what.into(), from: from.into(), expected, found });
    }
    Ok(bytes)
}

/// Whether bytes are a link's target: what git leaves of a link on systems without them.
fn is_link_text(bytes: &[u8]) -> bool {
    (bytes.len() as u64) < LINK_BYTES && bytes.starts_with(b"../") && !bytes.contains(&b'\n')
}
