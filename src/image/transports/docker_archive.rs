//! `docker-archive:FILE[:REF]`: what `docker save` writes, in any of its layouts.

use std::fmt;

use crate::image::archive::docker::DockerSource;
use crate::image::archive::tar::Archive;
use crate::image::error::ImageError;
use crate::image::options::OpenOptions;
use crate::image::source::{ImageSource, Place, Transport};
use crate::image::transports::path::NamedPath;
use crate::image::transports::unpacked::{self, INDEX, MANIFEST};

const PREFIX: &str = "docker-archive:";

/// What `docker save` writes.
pub(super) struct DockerArchive;

/// The file that a reference names.
#[derive(Debug)]
struct Saved(NamedPath);

impl Transport for DockerArchive {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn operand(&self) -> &'static str {
        "FILE[:NAME]"
    }

    fn hinted_operand(&self) -> &'static str {
        "FILE[:REF]"
    }

    fn summary(&self) -> &'static str {
        "what docker save writes"
    }

    fn parse(&self, operand: &str) -> Result<Box<dyn Place>, ImageError> {
        Ok(Box::new(Saved(NamedPath::parse(PREFIX, operand)?)))
    }
}

impl fmt::Display for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reference(PREFIX))
    }
}

impl Place for Saved {
    fn open(&self, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        let archive = unpacked::open(&self.0, PREFIX, options)?;
        match (archive.has(MANIFEST), archive.has(INDEX)) {
            (true, _) => Ok(source(archive, &self.0)),
            (false, true) => {
                Err(unpacked::no_image(&archive, MANIFEST, "index.json, which oci-archive: reads"))
            }
            (false, false) => Err(unpacked::neither(&archive)),
        }
    }
}

/// The image of a tar with `manifest.json`.
pub(super) fn source(archive: Archive, place: &NamedPath) -> Box<dyn ImageSource> {
    let archive = archive.under(place.reference(PREFIX));
    Box::new(DockerSource::new(archive, place.name.clone()))
}
