//! Why what is known of a build could not be put together.

use std::path::PathBuf;

use crate::base::advice::Advice;
use crate::base::source::SourceError;
use crate::python::Unread;
use crate::python::archives::NoArchives;

/// Why the facts could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The Dockerfile could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A requirements file could not be read.
    #[error(transparent)]
    Requirements(#[from] Unread),
    /// The Dockerfile has no FROM, so it built no image.
    #[error("{} has no FROM instruction", .0.display())]
    NoStage(PathBuf),
    /// The stage asked for is not there.
    #[error("{} has no stage {target:?}", path.display())]
    NoSuchStage {
        /// The Dockerfile.
        path: PathBuf,
        /// The stage asked for.
        target: String,
    },
    /// A file that was given for the hashes of archives is none that tells them.
    #[error("{}: {reason}", path.display())]
    NoArchives {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: NoArchives,
    },
    /// The image was not built on the base that was given.
    #[error("the image is not built on {base}: layer {layer} has diff_id {found}, the base's is {expected}")]
    NotItsBase {
        /// The base as given.
        base: String,
        /// The first layer that differs, from 0.
        layer: usize,
        /// The base's diff_id.
        expected: String,
        /// The image's diff_id, or that it has no such layer.
        found: String,
    },
}

impl Advice for BuildError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Source(_) | Self::Requirements(_) => {
                "check the file, and that the context is the folder the image was built from"
            }
            Self::NoArchives { .. } => {
                "give what pip wrote with --report, in JSON, or a pylock.toml of version 1"
            }
            Self::NoStage(_) => "give the Dockerfile that the image was built from",
            Self::NoSuchStage { .. } => "name a stage by its AS name or number, or none for the last",
            Self::NotItsBase { .. } => "give the base image in the version that it was built on, or none",
        };
        Some(hint.to_owned())
    }
}
