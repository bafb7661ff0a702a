//! A side of a comparison: a lock or an image.

use crate::image::{Image, ImageSource};

/// An image whose bytes can be read.
#[derive(Clone, Copy)]
pub struct Readable<'a> {
    /// Where it is.
    pub source: &'a dyn ImageSource,
    /// What it is.
    pub image: &'a Image,
}
