//! An OCI layout as a folder: `index.json` and `blobs/ALGORITHM/HEX`.
//!
//! A blob's path is made from a parsed digest alone. Blobs may be symbolic links, as some mirrors keep them; every
//! document is held to its digest, so a link cannot pass off another file as one. `oci-layout` is not asked for: what is
//! there tells.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::digest::Digest;
use crate::image::error::{DocumentFault, ImageError};
use crate::image::layout::blobs::{Blob, Blobs};

/// A layout as a folder.
pub(crate) struct Folder {
    path: PathBuf,
    reference: String,
}

impl Folder {
    pub(crate) fn new(path: &Path, reference: String) -> Self {
        Self { path: path.to_owned(), reference }
    }

    fn file(&self, path: &Path, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        let failed =
            |source| ImageError::of(what, &self.reference, DocumentFault::Unreadable).because(source);
        // Asked before opening: opening a pipe would wait for a writer.
        let size = match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Err(failed(io::Error::other("expected a file, found something else"))),
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let file = File::open(path).map_err(failed)?;
        Ok(Some(Blob { size, reader: Box::new(file) }))
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

impl Blobs for Folder {
    fn reference(&self) -> &str {
        &self.reference
    }

    fn index(&self) -> Result<Option<Blob<'_>>, ImageError> {
        self.file(&self.path.join("index.json"), "index.json")
    }

    fn blob(&self, digest: &Digest, what: &str) -> Result<Option<Blob<'_>>, ImageError> {
        self.file(&self.path.join("blobs").join(digest.algorithm()).join(digest.hex()), what)
    }
}
