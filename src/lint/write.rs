//! Fixed texts into their files: whole or not at all, mode and owner kept, through links.
//!
//! What it refuses to do: it writes over nothing that changed since it was read, and into no read-only file.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use super::Linted;

/// Why a fixed text could not be written; whose it is, the caller knows.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file system said no.
    #[error("can't be written: {0}")]
    Io(#[from] io::Error),
    /// Its mode says that nobody may write to it.
    #[error("not fixed: it is read-only")]
    ReadOnly,
    /// Somebody else wrote to it.
    #[error("not fixed: it has changed since it was read")]
    Changed,
}

impl WriteError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io(_) => "check that its folder can be written to; --diff shows the fixes",
            Self::ReadOnly => "make it writable, or look at the fixes with --diff",
            Self::Changed => "run it again",
        }
    }
}

/// Writes the text of `linted` into its file, if it changed and came from one.
pub fn write(linted: &Linted) -> Result<(), WriteError> {
    let (Some(change), Some(file)) = (&linted.change, &linted.source.file) else { return Ok(()) };
    // The target of a link, so that the link stays one.
    let place = file.canonicalize()?;
    let metadata = fs::metadata(&place)?;
    if metadata.permissions().readonly() {
        return Err(WriteError::ReadOnly);
    }
    let temporary = beside(&place, &linted.source.text, &metadata)?;
    temporary.as_file().sync_all()?;
    if fs::read(&place)? != change.before.as_bytes() {
        return Err(WriteError::Changed);
    }
    temporary.persist(&place).map_err(|error| error.error)?;
    Ok(())
}

/// A file beside `place` that holds `text` and looks like the one there.
fn beside(place: &Path, text: &str, metadata: &Metadata) -> io::Result<tempfile::NamedTempFile> {
    let folder = place.parent().unwrap_or_else(|| Path::new("."));
    let made = tempfile::Builder::new().prefix(".reprolock-").suffix(".tmp").tempfile_in(folder);
    // The name of the temporary file, which the error holds, is another one each time.
    let mut temporary = made.map_err(|error| io::Error::from(error.kind()))?;
    temporary.write_all(text.as_bytes())?;
    own_as(temporary.as_file(), metadata);
    temporary.as_file().set_permissions(metadata.permissions())?;
    Ok(temporary)
}

/// Gives the file the owner that it had. Only root can; for others it was theirs, or becomes theirs as in any editor.
#[cfg(unix)]
fn own_as(file: &fs::File, metadata: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn own_as(_: &fs::File, _: &Metadata) {}
