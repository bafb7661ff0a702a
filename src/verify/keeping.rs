//! Which files' bytes to keep while a remote layer streams by: a layer that was fetched is not fetched again.
//!
//! Before the pass it is not known which files drifted; the locked rows are. So each file is held against its row, and
//! its bytes are kept where they are others. What is kept is bounded, each layer by its share alone, so that what is
//! explained does not depend on which layer came first.

use std::collections::BTreeMap;

use super::compare::OldLayer;
use super::explain::Readable;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::image::Layer;
use crate::layer::entry::Entry;
use crate::layer::pass::{Depth, Keep};

/// The old side's rows of the remote layers that are read whole, by place in the new image.
pub(super) struct Keeping<'a> {
    rows: BTreeMap<usize, BTreeMap<&'a LayerPath, &'a Entry>>,
    room: u64,
}

impl<'a> Keeping<'a> {
    /// Plans for the layers of `new` that `depth` wants read whole.
    pub(super) fn plan(
        new: Readable<'_>,
        depth: &dyn Fn(usize, &Layer) -> Depth,
        old_layers: &[OldLayer<'a>],
        old_of: &BTreeMap<usize, usize>,
    ) -> Self {
        let rows = |(at, layer): (usize, &Layer)| {
            let old = old_layers.get(*old_of.get(&at)?)?;
            // Which files of a moved base are others is not told, so none is explained.
            let is_explained = depth(at, layer) == Depth::Entries && !old.is_base;
            let rows = old.entries.filter(|_| is_explained)?;
            Some((at, rows.iter().map(|entry| (&entry.path, entry)).collect()))
        };
        let layers = new.image.layers.iter().enumerate().filter(|_| new.source.is_remote());
        let rows: BTreeMap<_, _> = layers.filter_map(rows).collect();
        let room = limits::EXPLAIN_BYTES / (rows.len().max(1) as u64);
        Self { rows, room }
    }

    /// Whether to keep the bytes of `path` of the layer at `at`.
    pub(super) fn keep(&self, at: usize, path: &LayerPath) -> Keep {
        match self.rows.get(&at) {
            None => Keep::Nothing,
            Some(rows) => {
                Keep::Drift { locked: rows.get(path).and_then(|entry| entry.content), room: self.room }
            }
        }
    }
}
