//! What can be wrong with a lockfile or its file index.

use std::io;
use std::path::PathBuf;

use crate::base::advice::Advice;
use crate::base::digest::Sha256;

/// Why a lockfile could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// There is none.
    #[error("no lockfile at {}", .0.display())]
    Missing(PathBuf),
    /// The file system said no.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Larger than any lockfile.
    #[error("{} is over {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The cap.
        limit: u64,
    },
    /// Not the TOML of a lockfile.
    #[error("{} is not a lockfile, line {line}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line from 1.
        line: usize,
        /// What the parser says.
        problem: String,
    },
    /// Well-formed, but its parts contradict each other.
    #[error("{} contradicts itself: {problem}", path.display())]
    Inconsistent {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        problem: String,
    },
    /// It holds what looks secret, and was to be pushed.
    #[error("{} holds a value that looks secret, in {field}: expected none in what is attached", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Where it stands.
        field: String,
    },
    /// A folder, a device, a pipe.
    #[error("{action} {}: expected a regular file, found something else", path.display())]
    NotAFile {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// The path.
        path: PathBuf,
    },
    /// A link, or behind one, that leads out of the project.
    #[error("{action} {}: a link leads out of the project there", path.display())]
    Elsewhere {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// The path.
        path: PathBuf,
    },
    /// A version this program does not know.
    #[error("{} has lockfile version {found}; this reprolock reads versions 1 to {supported}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it says.
        found: i64,
        /// The newest version read.
        supported: i64,
    },
    /// The file index is not the one the lockfile was written with.
    #[error("{} does not belong to its lockfile: its rows have digest {found}, the lockfile says {expected}", path.display())]
    IndexMismatch {
        /// The index.
        path: PathBuf,
        /// The lockfile's word.
        expected: Sha256,
        /// The rows' digest.
        found: Sha256,
    },
    /// The file index is the one that the lockfile names, and says something else than it.
    #[error("{} contradicts its lockfile: {problem}", path.display())]
    IndexContradicts {
        /// The index.
        path: PathBuf,
        /// What both say.
        problem: String,
    },
    /// The file index is damaged.
    #[error("{} cannot be read, row {row}: {problem}", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// Row from 1; 0 for the stream as a whole.
        row: usize,
        /// What is wrong.
        problem: String,
    },
}

impl Advice for LockError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Missing(_) => "freeze the image first",
            Self::Version { .. } => "update reprolock, or freeze the image again",
            Self::IndexMismatch { .. } | Self::IndexContradicts { .. } | Self::Index { .. } => {
                "restore both files from the same commit, freeze the image again, or delete the index: verify decides \
                 without it, but cannot name the files"
            }
            Self::Malformed { .. } | Self::Inconsistent { .. } => {
                "restore it from version control, or freeze the image again"
            }
            Self::Exposed { .. } => "freeze the image again: what looks secret is left out then",
            Self::NotAFile { .. } => "name a file; pipes and devices are neither read nor replaced",
            Self::Elsewhere { .. } => {
                "name the file that it leads to, or put a file in the place of the link"
            }
            Self::Io { action: "write" | "remove", .. } => {
                "check that its folder is there and can be written to"
            }
            Self::Io { .. } => "check that it can be read",
            Self::TooLarge { .. } => "no real lockfile is like that; make sure that this is the one you mean",
        };
        Some(hint.to_owned())
    }
}
