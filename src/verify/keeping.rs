//! Which files' bytes to keep while a layer streams by: what they differ in is asked right after, and a layer that was
//! fetched is not fetched again.
//!
//! Before the pass it is not known which files drifted, nor which layers will be compared; the old rows of the layers
//! that have no equal are known. So each file is held against these, and its bytes are kept where they may be others.
//! What is kept is bounded, each layer by its share alone, so that what is explained does not depend on which layer
//! came first. From disk less is kept, since what is missing can be read again.

use std::collections::{BTreeSet, HashMap};

use super::compare::OldLayer;
use super::explain::Readable;
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::image::Layer;
use crate::layer::entry::Entry;
use crate::layer::pass::{Depth, Keep};

/// What to keep of the layers that are read whole.
pub(super) struct Keeping<'a> {
    /// The places of these layers in the new image.
    layers: BTreeSet<usize>,
    /// What a file may be compared with: one content, or `None` where old layers disagree.
    rows: HashMap<&'a LayerPath, Option<Sha256>>,
    room: u64,
    most: u64,
}

impl<'a> Keeping<'a> {
    /// Plans for the layers of `new` that `depth` wants read whole; `equal` are the old and new layers that are the same.
    pub(super) fn plan(
        new: Readable<'_>,
        depth: &dyn Fn(usize, &Layer) -> Depth,
        old_layers: &[OldLayer<'a>],
        equal: &[(usize, usize)],
    ) -> Self {
        let is_unpaired = |at: usize| !equal.iter().any(|(old, _)| *old == at);
        let unpaired = old_layers.iter().enumerate().filter(|(at, _)| is_unpaired(*at));
        let unpaired: Vec<&[Entry]> = unpaired.filter_map(|(_, old)| old.entries).collect();
        let mut rows = HashMap::with_capacity(unpaired.iter().map(|entries| entries.len()).sum());
        for entry in unpaired.into_iter().flatten() {
            let content = rows.entry(&entry.path).or_insert(entry.content);
            if *content != entry.content {
                *content = None;
            }
        }
        // Without a row to compare with, no drift is named, and none is explained.
        let is_read = |(at, layer): &(usize, &Layer)| depth(*at, layer) == Depth::Entries;
        let layers = new.image.layers.iter().enumerate();
        let layers: BTreeSet<usize> = match rows.is_empty() {
            true => BTreeSet::new(),
            false => layers.filter(is_read).map(|(at, _)| at).collect(),
        };
        let (room, most) = match new.source.is_remote() {
            true => (limits::EXPLAIN_BYTES, limits::EXPLAIN_FILE_BYTES),
            false => (limits::EXPLAIN_BYTES / 2, limits::KEPT_FILE_BYTES),
        };
        Self { rows, room: room / (layers.len().max(1) as u64), most, layers }
    }

    /// Whether to keep the bytes of `path` of the layer at `at`.
    pub(super) fn keep(&self, at: usize, path: &LayerPath) -> Keep {
        match self.layers.contains(&at) {
            false => Keep::Nothing,
            true => {
                let locked = self.rows.get(path).copied().flatten();
                Keep::Drift { locked, room: self.room, most: self.most }
            }
        }
    }
}
