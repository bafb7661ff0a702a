//! What can be wrong with a layer's blob.

use std::io;

use super::decompress::{Compression, Unsupported, wants_too_large_a_window};
use crate::base::advice::Advice;
use crate::base::digest::Digest;
use crate::formats::tar::TarError;

/// Why a layer could not be read. The caller knows which layer of which image, and says so.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The source failed to deliver the blob.
    #[error("the blob cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The blob is not as long as its descriptor says.
    #[error("the blob has {found} bytes; its descriptor says {expected}")]
    Size {
        /// Bytes the descriptor gives.
        expected: u64,
        /// Bytes there are; one more than expected where reading stopped there.
        found: String,
    },
    /// The blob is not what its descriptor names.
    #[error("the blob's digest is {found}; its descriptor says {expected}")]
    Digest {
        /// The descriptor's digest.
        expected: Digest,
        /// The digest of the bytes.
        found: Digest,
    },
    /// The uncompressed tar is not what the config names.
    #[error("the diff_id is {found}; the config says {expected}")]
    DiffId {
        /// The config's diff_id.
        expected: Digest,
        /// The digest of the uncompressed bytes.
        found: Digest,
    },
    /// A compression that no image may use.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The compressed stream is damaged or cut off.
    #[error("the {compression} stream is damaged or cut off: {source}")]
    Decompress {
        /// The compression found.
        compression: Compression,
        /// What the decoder says.
        source: io::Error,
    },
    /// Unpacks to more than the cap.
    #[error("unpacking passed {unpacked} bytes after {packed} bytes of blob; this is over the limit")]
    Expansion {
        /// Bytes of blob read.
        packed: u64,
        /// Bytes unpacked from them.
        unpacked: u64,
    },
    /// All layers of the image unpack to more than the cap.
    #[error("all layers together unpack to {unpacked} bytes and more; this is over the limit")]
    Together {
        /// Bytes unpacked so far.
        unpacked: u64,
    },
    /// Read again, a layer holds something else than its rows say.
    #[error("{what} is not what its row says: found {found}")]
    Changed {
        /// A path, or which entry.
        what: String,
        /// What is there.
        found: String,
    },
    /// The tar is damaged, cut off, or hostile.
    #[error(transparent)]
    Tar(#[from] TarError),
}

impl Advice for LayerError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Together { .. } => "if the image is meant to be that large, raise the limit",
            Self::Expansion { .. } => "if the layer is meant to be that large, raise the limit",
            Self::Changed { .. } => "let nothing write to the image while it is read",
            Self::Size { .. } | Self::Digest { .. } => {
                "the copy is damaged or incomplete; copy or pull the image again"
            }
            Self::Decompress { source, .. } if wants_too_large_a_window(source) => {
                "recompress the layer with a zstd window of at most 128 MiB (without --ultra --long=28 or more)"
            }
            Self::Unsupported(_) => {
                "recompress the layers: skopeo copy --dest-compress-format gzip SOURCE oci:DIR"
            }
            Self::DiffId { .. } => {
                "the config was not written for this layer; save the image again where it was built"
            }
            Self::Tar(TarError::Name { .. }) => "no engine should unpack that; build the layer without it",
            Self::Tar(TarError::Limit { .. }) => {
                "no real layer is like that; make sure that this is the image you mean"
            }
            Self::Read(_) | Self::Tar(TarError::Read(_)) => "check that the image can be read",
            Self::Decompress { .. } | Self::Tar(_) => {
                "the layer was damaged before its digest was taken, or is no tar; save the image again"
            }
        };
        Some(hint.to_owned())
    }
}
