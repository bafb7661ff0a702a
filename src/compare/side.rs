//! What two sides are compared by: an image whose bytes can be read, and a layer of the old side.

use crate::base::digest::{Digest, Sha256};
use crate::formats::tar::entry::Entry;
use crate::image::{Image, ImageSource};

/// An image whose bytes can be read.
#[derive(Clone, Copy)]
pub struct Readable<'a> {
    /// Where it is.
    pub source: &'a dyn ImageSource,
    /// What it is.
    pub image: &'a Image,
}

/// A layer of the old side: of a lock, or of another image.
#[derive(Debug, Clone)]
pub(crate) struct OldLayer<'a> {
    /// The compressed blob's digest; `None` where there is no blob apart from the tar.
    pub(crate) digest: Option<Digest>,
    pub(crate) diff_id: Digest,
    pub(crate) size: u64,
    /// The digest of what it unpacks to without metadata, where no rows are at hand that tell more.
    pub(crate) content: Option<Sha256>,
    pub(crate) instruction: Option<String>,
    pub(crate) line: Option<usize>,
    pub(crate) is_base: bool,
    /// Its rows, where they are at hand.
    pub(crate) entries: Option<&'a [Entry]>,
}
