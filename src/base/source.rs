//! Source texts on disk: Dockerfiles, requirements files, scripts.
//!
//! What it refuses to do: it opens nothing but regular files, since a pipe would wait for a writer, follows no link out of the
//! checkout, and takes no text that is not UTF-8.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::advice::Advice;
use super::{bounded, checkout, limits};

/// Why a source text can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system's reason.
    #[error("read {path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// More bytes than [`limits::SOURCE_TEXT_BYTES`].
    #[error("read {path}: larger than {limit} bytes", path = path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        limit: u64,
    },
    /// Bytes that are not UTF-8.
    #[error("read {path}: not UTF-8 at byte {offset}", path = path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first byte that doesn't fit.
        offset: usize,
    },
    /// A folder, device or pipe.
    #[error("read {path}: not a regular file", path = path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A link out of the checkout, or a file behind one.
    #[error("read {path}: it leads out of the repository through a link", path = path.display())]
    LeadsOut {
        /// The path.
        path: PathBuf,
    },
}

impl Advice for SourceError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotUtf8 { .. } => Some("save it as UTF-8".to_owned()),
            Self::LeadsOut { .. } => Some("name the file that the link leads to, if it is meant".to_owned()),
            _ => None,
        }
    }
}

/// Reads a source text: a regular file, of bounded size, in UTF-8.
pub fn read(path: &Path) -> Result<String, SourceError> {
    let io = |source| SourceError::Io { path: path.to_owned(), source };
    // Asked before opening: opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(SourceError::NotAFile { path: path.to_owned() });
    }
    if checkout::leads_out(path).map_err(io)? {
        return Err(SourceError::LeadsOut { path: path.to_owned() });
    }
    let limit = limits::SOURCE_TEXT_BYTES;
    let bytes = bounded::read(File::open(path).map_err(io)?, limit).map_err(io)?;
    let bytes = bytes.ok_or_else(|| SourceError::TooLarge { path: path.to_owned(), limit })?;
    String::from_utf8(bytes).map_err(|error| SourceError::NotUtf8 {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_in_a_regular_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(matches!(read(&path), Err(SourceError::Io { .. })));
        assert!(matches!(read(folder.path()), Err(SourceError::NotAFile { .. })));
        fs::write(&path, b"ab\xff").unwrap();
        assert!(matches!(read(&path), Err(SourceError::NotUtf8 { offset: 2, .. })));
        File::create(&path).unwrap().set_len(limits::SOURCE_TEXT_BYTES + 1).unwrap();
        assert!(matches!(read(&path), Err(SourceError::TooLarge { .. })));
        fs::write(&path, "é").unwrap();
        assert_eq!(read(&path).unwrap(), "é");
    }
}
