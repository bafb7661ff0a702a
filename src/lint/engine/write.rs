//! Fixed texts into their files: whole or not at all, mode and owner kept.
//!
//! What it refuses to do: it writes over nothing that changed since it was read, into no read-only file, and through no link:
//! one in a stranger's repository may lead to any file of whoever fixes it.

use std::fs::{self, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use crate::base::{bounded, checkout, limits};
use crate::lint::engine::error::LintError;
use crate::lint::engine::session::Linted;

/// Writes the text of `linted` into its file, if it changed and came from one.
pub fn write(linted: &Linted) -> Result<(), LintError> {
    let (Some(change), Some(file)) = (&linted.change, &linted.source.file) else { return Ok(()) };
    let metadata = fs::symlink_metadata(file)?;
    if metadata.is_symlink() {
        return Err(LintError::Link { target: fs::read_link(file)?.display().to_string() });
    }
    if !metadata.is_file() {
        return Err(LintError::NotAFile);
    }
    if checkout::leads_out(file)? {
        return Err(LintError::LeadsOut);
    }
    if metadata.permissions().readonly() {
        return Err(LintError::ReadOnly);
    }
    let temporary = beside(file, &linted.source.text, &metadata)?;
    temporary.as_file().sync_all()?;
    let before = bounded::read(fs::File::open(file)?, limits::SOURCE_TEXT_BYTES)?;
    if before.as_deref() != Some(change.before.as_bytes()) {
        return Err(LintError::Changed);
    }
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// A file beside `place` that holds `text` and looks like the one there.
fn beside(place: &Path, text: &str, metadata: &Metadata) -> io::Result<tempfile::NamedTempFile> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
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
