//! `frob:DIR[:TAG]`: what frob keeps in a folder, an OCI image layout in `image` below it.

use std::fmt;

use crate::image::error::{ImageError, ReferenceFault};
use crate::image::layout::folder::Folder;
use crate::image::layout::source::OciSource;
use crate::image::options::OpenOptions;
use crate::image::source::{ImageSource, Place, Transport};
use crate::image::transports::path::NamedPath;

const PREFIX: &str = "frob:";

/// What frob keeps.
pub(super) struct Frob;

/// The folder that a reference names.
#[derive(Debug)]
struct Kept(NamedPath);

impl Transport for Frob {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn operand(&self) -> &'static str {
        "DIR[:TAG]"
    }

    fn summary(&self) -> &'static str {
        "what frob keeps"
    }

    fn parse(&self, operand: &str) -> Result<Box<dyn Place>, ImageError> {
        Ok(Box::new(Kept(NamedPath::parse(PREFIX, operand)?)))
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reference(PREFIX))
    }
}

impl Place for Kept {
    fn open(&self, _: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        let Self(place) = self;
        let (layout, from) = (place.path.join("image"), place.reference(PREFIX));
        if !layout.is_dir() {
            return Err(ImageError::at(from, ReferenceFault::NotFound));
        }
        Ok(Box::new(OciSource::new(Folder::new(&layout, from), place.name.clone())))
    }
}
