//! What can be wrong with `reprolock.toml`.

use std::io;
use std::path::PathBuf;

use crate::base::advice::Advice;
use crate::base::text::Position;

/// Why the file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The file that was named is not there.
    #[error("no configuration file at {}", .0.display())]
    Missing(PathBuf),
    /// The file that was found is a link out of the repository.
    #[error("read {}: it leads out of the repository through a link", .0.display())]
    LeadsOut(PathBuf),
    /// The file system said no.
    #[error("read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Larger than any such file.
    #[error("{} is over {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The cap.
        limit: u64,
    },
    /// Not TOML, or a key or value that is not expected there.
    #[error("{}:{}:{}: {problem}", path.display(), at.line, at.column)]
    Value {
        /// The file.
        path: PathBuf,
        /// Where in it.
        at: Position,
        /// What is wrong.
        problem: String,
        /// What to do about it, where more can be said than to look it up.
        hint: Option<String>,
    },
}

impl Advice for ProjectError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Missing(_) => "check the path",
            Self::LeadsOut(_) => "name the file that it leads to, if it is meant",
            Self::Io { .. } => "check that it can be read, or name another file",
            Self::TooLarge { .. } => "make sure that this is the file you mean",
            Self::Value { hint: Some(hint), .. } => hint,
            Self::Value { hint: None, .. } => "docs/configuration.md lists every key",
        };
        Some(hint.to_owned())
    }
}
