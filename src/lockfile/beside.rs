//! Files that are written beside their place, to be renamed into it whole.
//!
//! What it refuses to do: it renames nothing, and does not ask what stands at the place. Whoever writes knows what may be replaced.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// An empty file beside `place`, that others may read as they may what it becomes; a temporary file by default they may not.
pub(crate) fn temporary(place: &Path) -> io::Result<NamedTempFile> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".reprolock-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    builder.tempfile_in(folder)
}

/// The error alone: the name of the temporary file that it holds is another one each time.
pub(crate) fn without_name(error: io::Error) -> io::Error {
    if error.get_ref().is_some() { error.kind().into() } else { error }
}
