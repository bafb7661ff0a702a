//! A source that a bare word led to: what it is and what is told of where it was found.
//!
//! `app:1.0` may be a file here, an engine's image or a registry's. Which of them it was is told, since whoever can put a
//! file beside the Dockerfile decides it.

use std::io::Read;

use crate::image::artifact::Referrers;
use crate::image::error::ImageError;
use crate::image::manifest::platform::Platform;
use crate::image::model::{Attestations, Image, Layer, Named, Outline};
use crate::image::source::ImageSource;

/// A source, and where it was found.
pub(super) struct Resolved {
    inner: Box<dyn ImageSource>,
    note: String,
}

impl Resolved {
    pub(super) fn boxed(inner: Box<dyn ImageSource>, note: String) -> Box<dyn ImageSource> {
        Box::new(Self { inner, note })
    }
}

impl ImageSource for Resolved {
    fn reference(&self) -> String {
        self.inner.reference()
    }

    fn image(&self, platform: Option<&Platform>) -> Result<Image, ImageError> {
        let mut image = self.inner.image(platform)?;
        image.notes.insert(0, self.note.clone());
        Ok(image)
    }

    fn open(&self, layer: &Layer) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        self.inner.open(layer)
    }

    fn named(&self, platform: Option<&Platform>) -> Result<Option<Named>, ImageError> {
        let mut named = self.inner.named(platform)?;
        if let Some(named) = &mut named {
            named.notes.insert(0, self.note.clone());
        }
        Ok(named)
    }

    fn referrers(&self) -> Option<&dyn Referrers> {
        self.inner.referrers()
    }

    fn outline(&self, platform: Option<&Platform>) -> Result<Outline, ImageError> {
        self.inner.outline(platform)
    }

    fn notes(&self, image: &Image) -> Vec<String> {
        self.inner.notes(image)
    }

    fn is_served(&self) -> bool {
        self.inner.is_served()
    }

    fn attestations(&self, image: &Image) -> Attestations {
        self.inner.attestations(image)
    }

    fn is_remote(&self) -> bool {
        self.inner.is_remote()
    }
}
