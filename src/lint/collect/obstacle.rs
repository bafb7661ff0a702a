//! What kept a file, or a part of it, from being linted.

use crate::base::limits;
use crate::base::source::SourceError;
use crate::base::text::Position;
use crate::python::Unread;

/// What kept a file, or a part of it, from being linted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// The file, as sources are called.
    pub path: String,
    /// Where in it, for a part.
    pub at: Option<Position>,
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What can be done about it beside that.
    pub kind: ObstacleKind,
}

/// What sort of obstacle one is, as far as a caller may have advice of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObstacleKind {
    /// A file whose name and text don't tell what it is; its text may be handed over with a name.
    Unrecognised,
    /// Something else than a file, such as a pipe; its text may be handed over.
    NotAFile,
    /// A file that was linted whole, and whose fixes could not be written or shown.
    NotFixed,
    /// Any other.
    Other,
}

impl Obstacle {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), at: None, message: message.into(), hint: None, kind: ObstacleKind::Other }
    }

    pub(super) fn kind(self, kind: ObstacleKind) -> Self {
        Self { kind, ..self }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// Why a file is not linted.
pub(super) fn unread(shown: &str, error: &SourceError) -> Obstacle {
    match error {
        SourceError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            Obstacle::new(shown, "there is no such file")
        }
        SourceError::Io { source, .. } => Obstacle::new(shown, format!("can't be read: {source}")),
        SourceError::TooLarge { limit, .. } => Obstacle::new(shown, format!("larger than {limit} bytes")),
        SourceError::NotUtf8 { offset, .. } => {
            Obstacle::new(shown, format!("not UTF-8 at byte {offset}")).hint("save it as UTF-8")
        }
        SourceError::LeadsOut { .. } => Obstacle::new(shown, "it leads out of the repository through a link")
            .hint("name the file that the link leads to, if it is meant"),
        SourceError::NotAFile { .. } => {
            Obstacle::new(shown, "not a regular file").kind(ObstacleKind::NotAFile)
        }
    }
}

/// Why a requirements file is not linted.
/// Why a requirements file was not read to its end.
pub(in crate::lint) fn too_long(shown: &str) -> Obstacle {
    let message = format!("has more than {} lines", limits::REQUIREMENTS);
    Obstacle::new(shown, message).hint("split the list, or install from a lock")
}

pub(super) fn unread_requirements(shown: &str, error: &Unread) -> Obstacle {
    match error {
        Unread::Source(error) => unread(shown, error),
        Unread::Escapes { .. } => Obstacle::new(shown, "leaves the build context"),
        Unread::TooLong { .. } => too_long(shown),
        Unread::Url(_) | Unread::TooMany => Obstacle::new(shown, error.to_string()),
    }
}
