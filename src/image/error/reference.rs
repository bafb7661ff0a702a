//! What can be wrong with a reference, or with what it leads to.

use std::fmt;

use crate::image::error::subject::Subject;

/// Why a reference leads to no image.
#[derive(Debug, PartialEq, Eq)]
pub enum ReferenceFault {
    /// A reference that no form fits.
    Malformed {
        /// What would fit.
        expected: &'static str,
    },
    /// A text that is no platform.
    Platform {
        /// What would fit.
        expected: &'static str,
    },
    /// A place this build has no reader for.
    Unsupported {
        /// What kind of place it is.
        found: &'static str,
        /// What skopeo would copy it from.
        copy_from: String,
    },
    /// A file or folder that is not there.
    NotFound,
    /// Something on disk that holds no image.
    NotAnImage {
        /// What an image would have.
        expected: &'static str,
        /// What is there.
        found: String,
    },
}

impl ReferenceFault {
    pub(super) fn tell(&self, subject: &Subject<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = subject.from;
        match self {
            Self::Malformed { expected } => write!(f, "image reference \"{from}\": expected {expected}"),
            Self::Platform { expected } => write!(f, "platform \"{from}\": expected {expected}"),
            Self::Unsupported { found, .. } => {
                write!(f, "{from}: expected an archive or a layout on disk, found {found}")
            }
            Self::NotFound => write!(f, "{from}: no such file or folder"),
            Self::NotAnImage { expected, found } => {
                write!(f, "{from} is not an image: expected {expected}, found {found}")
            }
        }
    }

    /// What the user can do about it; which forms of reference there are, a malformed one does not know.
    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Malformed { .. } => return None,
            Self::Platform { .. } => "write it as linux/amd64 or linux/arm64/v8",
            Self::Unsupported { copy_from, .. } => {
                return Some(format!("copy the image first: skopeo copy {copy_from} oci-archive:image.tar"));
            }
            Self::NotFound => "check the path; a tag goes after a colon at the end",
            Self::NotAnImage { .. } => {
                "a layer or root file system alone says nothing of how it was built; give the image: docker save, or skopeo copy to oci-archive:"
            }
        };
        Some(hint.to_owned())
    }
}
