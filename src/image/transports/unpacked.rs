//! A tar that a path names, opened, and what it holds where it holds no image.

use crate::image::archive::tar::Archive;
use crate::image::error::{ArchiveFault, ImageError, ReferenceFault};
use crate::image::layout::blobs::Blobs as _;
use crate::image::options::OpenOptions;
use crate::image::transports::path::NamedPath;

/// What lists the images of an OCI layout, and what lists those of `docker save`.
pub(super) const INDEX: &str = "index.json";
pub(super) const MANIFEST: &str = "manifest.json";

/// Opens the tar that `place` names; `prefix` is the reference's, for messages.
pub(super) fn open(place: &NamedPath, prefix: &str, options: &OpenOptions) -> Result<Archive, ImageError> {
    Archive::open(&place.path, place.reference(prefix), options.expansion)
}

/// That a tar has `contents` where an image has `expected`.
pub(super) fn no_image(archive: &Archive, expected: &'static str, contents: &str) -> ImageError {
    ImageError::at(archive.reference(), ReferenceFault::NotAnImage { expected, found: contents.to_owned() })
}

/// Why a tar with neither of the lists is no image.
pub(super) fn neither(archive: &Archive) -> ImageError {
    if archive.has("repositories") {
        return ImageError::at(archive.reference(), ArchiveFault::OldDocker);
    }
    let contents = match archive.top_names().as_slice() {
        [] => "a tar without files".to_owned(),
        names => format!("a tar of {}", names.join(", ")),
    };
    no_image(archive, "index.json or manifest.json", &contents)
}
