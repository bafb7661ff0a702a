//! Following an index to its leaves, and looking into them, under caps on all that is read together.
//!
//! A *leaf* is a manifest that an entry of `index.json` leads to. Each digest is taken once, each index expanded once.

use std::collections::BTreeSet;

use crate::base::digest::Digest;
use crate::base::limits;
use crate::image::error::{DocumentFault, ImageError, shown};
use crate::image::layout::blobs::{Blobs, document};
use crate::image::layout::documents::{Leaf, read, read_config, read_image};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::{Document, Parsed};
use crate::image::manifest::media_type::{self, DocumentType};
use crate::image::manifest::platform::Platform;

/// What looking at a leaf says.
pub(super) enum State {
    Image,
    Artifact(String),
    Absent,
}

/// Leaves reached so far, each digest once; indexes are expanded once too, or a few could multiply without end.
#[derive(Default)]
pub(super) struct Leaves {
    pub(super) reached: Vec<Leaf>,
    seen: BTreeSet<Digest>,
    pub(super) passed_over: Vec<String>,
}

/// A search, with caps on all it reads together.
pub(super) struct Search<'a, B: Blobs + ?Sized> {
    pub(super) blobs: &'a B,
    pub(super) index_bytes: u64,
    pub(super) looked_bytes: u64,
    /// What should be told of the indexes read.
    pub(super) notes: Vec<String>,
}

impl<'a, B: Blobs + ?Sized> Search<'a, B> {
    pub(super) fn new(blobs: &'a B) -> Self {
        Self { blobs, index_bytes: 0, looked_bytes: 0, notes: Vec::new() }
    }

    /// Adds the leaves below `descriptor`.
    pub(super) fn expand(
        &mut self,
        descriptor: &Descriptor,
        index: Option<Digest>,
        name: &Option<String>,
        depth: usize,
        leaves: &mut Leaves,
    ) -> Result<(), ImageError> {
        let from = self.blobs.reference();
        if descriptor.is_attestation() {
            leaves.passed_over.push("an attestation".to_owned());
            return Ok(());
        }
        let digest = descriptor.digest("a manifest's descriptor", from)?;
        if !leaves.seen.insert(digest) {
            return Ok(());
        }
        if let Some(entries) = self.index(descriptor, &digest)? {
            if depth >= limits::INDEX_DEPTH {
                return Err(ImageError::at(
                    from,
                    DocumentFault::IndexDepth { expected: limits::INDEX_DEPTH },
                ));
            }
            for entry in &entries {
                self.expand(entry, index.or(Some(digest)), name, depth + 1, leaves)?;
            }
            return Ok(());
        }
        let (descriptor, name) = (descriptor.clone(), name.clone());
        leaves.reached.push(Leaf { descriptor, digest, index, name, notes: Vec::new() });
        Ok(())
    }

    /// The entries of the index that `descriptor` names, or `None` where it is none. A manifest is not read for it.
    fn index(
        &mut self,
        descriptor: &Descriptor,
        digest: &Digest,
    ) -> Result<Option<Vec<Descriptor>>, ImageError> {
        let what = format!("index {digest}");
        let from = self.blobs.reference();
        let declared = media_type::document(&descriptor.media_type);
        if matches!(declared, DocumentType::Manifest | DocumentType::Schema1) {
            return Ok(None);
        }
        let blob = match descriptor.embedded(digest) {
            Some(_) => None,
            None => self.blobs.manifest(digest, &what)?,
        };
        let bytes = document(|| Ok(blob), from, descriptor, digest, &what, limits::MANIFEST_BYTES);
        let parsed = bytes.and_then(|bytes| {
            self.index_bytes += bytes.len() as u64;
            Document::read(&bytes, &what, from)?.tell(&descriptor.media_type, &what, from)
        });
        if self.index_bytes > limits::MANIFEST_BYTES {
            return Err(ImageError::of(
                "all indexes",
                from,
                DocumentFault::TooLarge { expected: limits::MANIFEST_BYTES, found: self.index_bytes },
            ));
        }
        match parsed {
            Ok(Parsed::Index(index)) => {
                self.notes.extend(index.note);
                Ok(Some(index.entries))
            }
            Err(error) if declared == DocumentType::Index => Err(error),
            // Whatever else it is, reading it as the manifest will say.
            Ok(Parsed::Manifest(_)) | Err(_) => Ok(None),
        }
    }

    /// The platform of a leaf among others; `unknown` where it cannot be learnt.
    pub(super) fn platform(&mut self, leaf: &Leaf) -> Platform {
        let unknown = || Platform::new("", "", None);
        let size = leaf.descriptor.size.unwrap_or(limits::MANIFEST_BYTES);
        self.looked_bytes = self.looked_bytes.saturating_add(size);
        if self.looked_bytes > limits::CONFIG_BYTES && leaf.descriptor.platform().is_none() {
            return unknown();
        }
        self.certain_platform(leaf).unwrap_or_else(|_| unknown())
    }

    /// The platform of a leaf: its descriptor's, else its config's.
    pub(super) fn certain_platform(&mut self, leaf: &Leaf) -> Result<Platform, ImageError> {
        if let Some(platform) = leaf.descriptor.platform() {
            return Ok(platform);
        }
        let manifest = read_image(self.blobs, leaf)?;
        self.looked_bytes = self.looked_bytes.saturating_add(manifest.config.size.unwrap_or_default());
        read_config(self.blobs, &manifest).map(|(_, config, _)| config.platform())
    }

    /// What a leaf is; where that cannot be told, an image, so that choosing it gives the error.
    pub(super) fn state(&mut self, leaf: &Leaf) -> State {
        if self.blobs.has_what_it_lists() && leaf.descriptor.platform().is_some() {
            return State::Image;
        }
        let is_embedded = leaf.descriptor.embedded(&leaf.digest).is_some();
        if !is_embedded && matches!(self.blobs.manifest(&leaf.digest, "manifest"), Ok(None)) {
            return State::Absent;
        }
        match self.look(leaf) {
            Some(Ok(Parsed::Manifest(manifest))) => match manifest.artifact() {
                Some((_, kind)) => State::Artifact(shown(kind)),
                None => State::Image,
            },
            _ => State::Image,
        }
    }

    /// Reads a leaf's manifest while choosing, as long as not too much was read that way.
    pub(super) fn look(&mut self, leaf: &Leaf) -> Option<Result<Parsed, ImageError>> {
        if self.looked_bytes > limits::CONFIG_BYTES {
            return None;
        }
        let size = leaf.descriptor.size.unwrap_or(limits::MANIFEST_BYTES);
        self.looked_bytes = self.looked_bytes.saturating_add(size);
        Some(read(self.blobs, leaf))
    }
}
