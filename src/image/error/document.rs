//! What can be wrong with the documents and blobs of an image.

use std::fmt;

use crate::image::error::subject::Subject;

/// Why a document or blob cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum DocumentFault {
    /// The operating system refused to read it.
    Unreadable,
    /// A document that should be there.
    Missing,
    /// A document that is not the JSON it should be.
    Json {
        /// Where and why, in serde's words.
        reason: String,
    },
    /// A document with one key twice, which engines and other tools would read as two documents.
    KeyTwice {
        /// The key as it stands there first.
        first: String,
        /// The key as it stands there again.
        second: String,
    },
    /// An archive whose two lists lead to two images.
    TwoImages {
        /// The manifest that `index.json` leads to.
        index: String,
        /// The config that `manifest.json` names.
        saved: String,
    },
    /// A document over its cap.
    TooLarge {
        /// The cap in bytes.
        expected: u64,
        /// Bytes there are, or were found so far.
        found: u64,
    },
    /// More of something than any image has.
    TooMany {
        /// The cap.
        expected: usize,
        /// How many were found, or when counting stopped.
        found: usize,
    },
    /// A manifest of something that is no container image.
    Artifact {
        /// What an image would say there.
        expected: &'static str,
        /// The media type or artifact type that tells.
        found: String,
    },
    /// A media type or shape that nothing here reads.
    MediaType {
        /// What is read here.
        expected: &'static str,
        /// The media type or shape.
        found: String,
    },
    /// An image of Docker's first format, without config and diff_ids.
    Schema1,
    /// Layers only a key holder can read.
    Encrypted {
        /// The media type.
        found: String,
    },
    /// A digest that cannot be used.
    BadDigest {
        /// Why, with the digest as it is written.
        reason: String,
    },
    /// A blob that a descriptor names and the source has not.
    NoBlob {
        /// Whether its media type says that it is fetched from elsewhere (Windows base layers).
        foreign: bool,
    },
    /// A blob of another size than its descriptor says.
    BlobSize {
        /// The descriptor's size.
        expected: u64,
        /// The blob's size.
        found: u64,
        /// Whether the blob holds what looks like a link's text.
        link_text: bool,
    },
    /// A blob that is not what its digest says.
    BlobDigest {
        /// The descriptor's digest.
        expected: String,
        /// The bytes' digest.
        found: String,
    },
    /// A manifest and a config that do not fit each other.
    LayerCount {
        /// The config's diff_ids.
        expected: usize,
        /// The manifest's layers.
        found: usize,
    },
    /// Indexes in indexes without end.
    IndexDepth {
        /// The cap.
        expected: usize,
    },
}

impl DocumentFault {
    pub(super) fn tell(&self, subject: &Subject<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { from, what, .. } = subject;
        match self {
            Self::Unreadable => write!(f, "read {what} of {from}: {}", subject.reason()),
            Self::Missing => write!(f, "{from} has no {what}"),
            Self::Json { reason } => write!(f, "read {what} of {from} as JSON: {reason}"),
            Self::KeyTwice { first, second } if first == second => {
                write!(f, "{what} of {from}: expected each key once, found \"{first}\" twice")
            }
            Self::KeyTwice { first, second } => write!(
                f,
                "{what} of {from}: expected each key once, found \"{first}\" and \"{second}\", which are one to engines"
            ),
            Self::TwoImages { index, saved } => write!(
                f,
                "{from} holds two images in one: expected index.json and manifest.json to lead to the same, found manifest {index} and config {saved}"
            ),
            Self::TooLarge { expected, found } => {
                write!(f, "{what} of {from} is too large: expected at most {expected} bytes, found {found}")
            }
            Self::TooMany { expected, found } => {
                write!(f, "{from} has too many {what}: expected at most {expected}, found {found}")
            }
            Self::Artifact { expected, found } => {
                write!(f, "{what} of {from} is not a container image: expected {expected}, found {found}")
            }
            Self::MediaType { expected, found } => {
                write!(f, "{what} of {from}: expected {expected}, found {found}")
            }
            Self::Schema1 => {
                write!(f, "{what} of {from}: expected a manifest of schema 2, found schema 1")
            }
            Self::Encrypted { found } => write!(f, "{what} of {from} is encrypted: found {found}"),
            Self::BadDigest { reason } => write!(f, "{what} of {from}: {reason}"),
            Self::NoBlob { .. } => write!(f, "{what} of {from}: the blob is not there"),
            Self::BlobSize { expected, found, .. } => {
                write!(f, "{what} of {from}: expected {expected} bytes, found {found}")
            }
            Self::BlobDigest { expected, found } => {
                write!(f, "{what} of {from}: expected {expected}, found {found}")
            }
            Self::LayerCount { expected, found } => write!(
                f,
                "{what} of {from}: expected {expected} layers as its config has diff_ids, found {found}"
            ),
            Self::IndexDepth { expected } => {
                write!(f, "{from}: expected indexes at most {expected} deep, found more")
            }
        }
    }

    /// What the user can do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable => "check that the file can be read",
            Self::Missing => "the source is incomplete; copy or save the image again",
            Self::Json { .. } => "the source is damaged; copy or save the image again",
            Self::TwoImages { .. } => {
                "an engine with containerd's store loads what index.json says, others what manifest.json says; save the image again"
            }
            Self::KeyTwice { .. } => {
                "engines run what the last one says and other tools read the first; have the image built anew by a tool that writes each key once"
            }
            Self::TooLarge { .. } | Self::TooMany { .. } | Self::IndexDepth { .. } => {
                "no real image is like that; make sure that this is the image you mean"
            }
            Self::Artifact { .. } => "only container images can be locked; name another tag",
            Self::MediaType { .. } => {
                "copy the image with skopeo copy --format oci, which rewrites what it can"
            }
            Self::Schema1 => "convert it: skopeo copy --format v2s2 SOURCE oci-archive:image.tar",
            Self::Encrypted { .. } => {
                "decrypt it first: skopeo copy --decryption-key KEY SOURCE oci-archive:image.tar"
            }
            Self::BadDigest { .. } => "the source is damaged or made by a tool this build does not know",
            Self::NoBlob { foreign: true } => {
                "the layer may not be distributed and is fetched from its own urls; pull the image in full, then save it again"
            }
            Self::NoBlob { .. } => "the source is incomplete; copy or save the image again, in full",
            Self::BlobSize { link_text: true, .. } => {
                "the blob holds the text of a symbolic link; check the layout out, or copy it, with its links"
            }
            Self::BlobSize { .. } | Self::BlobDigest { .. } => {
                "the blob is damaged or was changed after it was written; copy the image again"
            }
            Self::LayerCount { .. } => "the image was changed by hand or is incomplete; save it again",
        }
    }
}
