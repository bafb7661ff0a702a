//! What can stand in the way of choosing one image: names, platforms, and places that hold none.

use std::fmt;

use crate::image::error::list::list;
use crate::image::error::subject::Subject;

/// Why no single image can be chosen.
#[derive(Debug, PartialEq, Eq)]
pub enum ChoiceFault {
    /// A tag or name that is not in the source.
    NoSuchName {
        /// What was asked for.
        expected: String,
        /// The names there are, sorted.
        found: Vec<String>,
    },
    /// Several images, and none asked for.
    SeveralNames {
        /// The names there are, sorted.
        found: Vec<String>,
    },
    /// No image for the platform asked for.
    NoSuchPlatform {
        /// The platform asked for.
        expected: String,
        /// The platforms there are, sorted.
        found: Vec<String>,
    },
    /// Several platforms, and none asked for.
    SeveralPlatforms {
        /// The platforms there are, sorted.
        found: Vec<String>,
    },
    /// Several manifests that nothing tells apart.
    Ambiguous {
        /// What they are all for.
        platform: String,
        /// Their digests, in the index's order.
        found: Vec<String>,
    },
    /// An index or archive with no image in it.
    NoImage {
        /// What it lists instead.
        found: Vec<String>,
    },
}

impl ChoiceFault {
    pub(super) fn tell(&self, subject: &Subject<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { from, what, .. } = subject;
        match self {
            Self::NoSuchName { expected, found } => {
                write!(f, "{from} has no image \"{expected}\"; found {}", list(found))
            }
            Self::SeveralNames { found } => {
                write!(f, "{from} holds several images: expected one to be named, found {}", list(found))
            }
            Self::NoSuchPlatform { expected, found } => {
                write!(f, "{from} has no image for {expected}; found {}", list(found))
            }
            Self::SeveralPlatforms { found } => {
                write!(f, "{from} holds several platforms: expected one to be chosen, found {}", list(found))
            }
            Self::Ambiguous { platform, found } => {
                write!(f, "{from}: expected one manifest for {platform}, found {}", list(found))
            }
            Self::NoImage { found } if found.is_empty() => write!(f, "{what} of {from} lists no image"),
            Self::NoImage { found } => write!(f, "{what} of {from} lists no image; found {}", list(found)),
        }
    }

    /// What the user can do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::NoSuchName { .. } | Self::SeveralNames { .. } => {
                "put one of these after a colon at the end of the reference; @N counts from 0"
            }
            Self::NoSuchPlatform { .. } | Self::SeveralPlatforms { .. } => "choose one of these",
            Self::Ambiguous { .. } => {
                "name one by its place in index.json, as :@N at the end of the reference, or copy the one you mean out with skopeo"
            }
            Self::NoImage { .. } => {
                "the source holds no image, or only attestations and other artifacts; save the image again"
            }
        }
    }
}
