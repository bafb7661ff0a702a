//! `oci-archive:FILE[:TAG]`: an OCI image layout in a tar.

use std::fmt;

use crate::image::archive::tar::Archive;
use crate::image::error::ImageError;
use crate::image::layout::source::OciSource;
use crate::image::options::OpenOptions;
use crate::image::source::{ImageSource, Place, Transport};
use crate::image::transports::path::NamedPath;
use crate::image::transports::unpacked::{self, INDEX, MANIFEST};

const PREFIX: &str = "oci-archive:";

/// An OCI image layout in a tar.
pub(super) struct OciArchive;

/// The file that a reference names.
#[derive(Debug)]
struct LayoutTar(NamedPath);

impl Transport for OciArchive {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn operand(&self) -> &'static str {
        "FILE[:TAG]"
    }

    fn summary(&self) -> &'static str {
        "the same as a tar"
    }

    fn parse(&self, operand: &str) -> Result<Box<dyn Place>, ImageError> {
        Ok(Box::new(LayoutTar(NamedPath::parse(PREFIX, operand)?)))
    }
}

impl fmt::Display for LayoutTar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reference(PREFIX))
    }
}

impl Place for LayoutTar {
    fn open(&self, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        let archive = unpacked::open(&self.0, PREFIX, options)?;
        match (archive.has(INDEX), archive.has(MANIFEST)) {
            (true, _) => Ok(source(archive, &self.0)),
            (false, true) => {
                Err(unpacked::no_image(&archive, INDEX, "manifest.json, which docker-archive: reads"))
            }
            (false, false) => Err(unpacked::neither(&archive)),
        }
    }
}

/// The image of a tar with `index.json`.
pub(super) fn source(archive: Archive, place: &NamedPath) -> Box<dyn ImageSource> {
    let archive = archive.under(place.reference(PREFIX));
    Box::new(OciSource::new(archive, place.name.clone()))
}
