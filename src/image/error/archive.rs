//! What can be wrong with a tar that holds an image.

use std::fmt;

use crate::image::error::subject::Subject;

/// Why an archive cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum ArchiveFault {
    /// A `docker save` from before Docker 1.10.
    OldDocker,
    /// A tar that ends inside a member.
    Truncated {
        /// Bytes there should be: a member's by its header, or a header's own.
        expected: u64,
        /// Bytes to the archive's end.
        found: u64,
    },
    /// A tar header that cannot be.
    Header {
        /// Where the header starts.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A member that an archive's manifest names and the archive has not.
    NoMember,
    /// A document that stands in an archive twice, and is another each time.
    Twice,
    /// A member that cannot be read as a file.
    BadMember {
        /// What it is.
        found: String,
    },
    /// An archive compressed as a whole that does not unpack.
    Unpack {
        /// gzip, zstd, xz or bzip2.
        compression: &'static str,
    },
    /// An archive compressed as a whole that unpacks to more than is allowed.
    Expansion {
        /// The cap in bytes.
        expected: u64,
        /// The cap as a multiple of the packed size.
        ratio: u64,
        /// Bytes unpacked when it stopped.
        found: u64,
    },
}

impl ArchiveFault {
    pub(super) fn tell(&self, subject: &Subject<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { from, what, .. } = subject;
        match self {
            Self::OldDocker => write!(
                f,
                "{from} has no manifest.json: expected docker save of Docker 1.10 or later, found only repositories"
            ),
            Self::Truncated { expected, found } => {
                write!(f, "{from} is truncated: expected {expected} bytes of {what}, found {found}")
            }
            Self::Header { offset, reason } => write!(f, "{from}: tar header at byte {offset}: {reason}"),
            Self::NoMember => write!(f, "{from} has no member \"{what}\""),
            Self::Twice => {
                write!(f, "{from} has member \"{what}\" twice: expected the same both times, found another")
            }
            Self::BadMember { found } => {
                write!(f, "member \"{what}\" of {from}: expected a file, found {found}")
            }
            Self::Unpack { compression } => {
                write!(f, "unpack {from} as {compression}: {}", subject.reason())
            }
            Self::Expansion { expected, ratio, found } => write!(
                f,
                "{from} unpacks to too much: expected at most {expected} bytes, or {ratio} times its size past 4 GiB, found {found} and more"
            ),
        }
    }

    /// What the user can do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::OldDocker => {
                "load it into a current Docker and save it again: docker load, then docker save"
            }
            Self::Truncated { .. } | Self::Header { .. } => {
                "the archive is damaged, or its copying stopped early; save the image again"
            }
            Self::Twice => "Docker takes the last one, skopeo and Podman the first; save the image again",
            Self::NoMember => "the archive is incomplete; save the image again",
            Self::BadMember { .. } => {
                "a member is read only where its links stay inside the archive and end at a plain file"
            }
            Self::Unpack { .. } => {
                "the archive is damaged or incomplete, or the folder for temporary files (TMPDIR) is full"
            }
            Self::Expansion { .. } => "if the archive is to be trusted, raise the limit, or unpack it first",
        }
    }
}
