//! `oci:DIR[:TAG]`: an OCI image layout in a folder.

use std::fmt;
use std::path::Path;

use crate::image::error::{ImageError, ReferenceFault};
use crate::image::layout::folder::Folder;
use crate::image::layout::source::OciSource;
use crate::image::options::OpenOptions;
use crate::image::source::{ImageSource, Place, Transport};
use crate::image::transports::path::NamedPath;

const PREFIX: &str = "oci:";

/// An OCI image layout.
pub(super) struct Oci;

/// The folder that a reference names.
#[derive(Debug)]
struct Layout(NamedPath);

impl Transport for Oci {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn operand(&self) -> &'static str {
        "DIR[:TAG]"
    }

    fn summary(&self) -> &'static str {
        "an OCI image layout"
    }

    fn parse(&self, operand: &str) -> Result<Box<dyn Place>, ImageError> {
        Ok(Box::new(Layout(NamedPath::parse(PREFIX, operand)?)))
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reference(PREFIX))
    }
}

impl Place for Layout {
    fn open(&self, _: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        open(&self.0)
    }
}

/// Opens the layout that `place` names.
pub(super) fn open(place: &NamedPath) -> Result<Box<dyn ImageSource>, ImageError> {
    let from = place.reference(PREFIX);
    if !place.path.exists() {
        return Err(ImageError::at(from, ReferenceFault::NotFound));
    }
    if !place.path.is_dir() {
        return Err(ImageError::at(
            from,
            ReferenceFault::NotAnImage {
                expected: "a folder",
                found: "a file, which oci-archive: reads".to_owned(),
            },
        ));
    }
    let folder = Folder::new(&place.path, from);
    Ok(Box::new(OciSource::new(folder, place.name.clone())))
}

/// Whether a folder is a layout, whole or not.
pub(super) fn is_layout(folder: &Path) -> bool {
    folder.join("index.json").is_file() || folder.join("oci-layout").is_file()
}
