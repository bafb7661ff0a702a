//! An image of an OCI layout, be it a folder or a tar.
//!
//! Both are read through [`Blobs`], so one image gives one answer either way.

use std::io::Read;

use crate::image::error::ImageError;
use crate::image::layout::blobs::Blobs;
use crate::image::layout::{assemble, attestation, select};
use crate::image::manifest::platform::Platform;
use crate::image::model::{Attestations, Image, Layer};
use crate::image::names::Name;
use crate::image::source::ImageSource;

/// An image of a layout.
pub(crate) struct OciSource<B> {
    blobs: B,
    name: Option<Name>,
}

impl<B: Blobs> OciSource<B> {
    pub(crate) fn new(blobs: B, name: Option<Name>) -> Self {
        Self { blobs, name }
    }
}

impl<B: Blobs> ImageSource for OciSource<B> {
    fn reference(&self) -> String {
        self.blobs.reference().to_owned()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        assemble::image(&self.blobs, select::choose(&self.blobs, self.name.as_ref(), platform)?)
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        assemble::open(&self.blobs, layer)
    }

    fn attestations(&self, image: &Image) -> Attestations {
        attestation::of(&self.blobs, image)
    }
}
