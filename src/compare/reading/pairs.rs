//! The layers that have one diff_id on both sides, as both claim; the others are paired when their rows are read.

use std::collections::BTreeMap;

use crate::base::digest::Digest;
use crate::compare::pairing;
use crate::compare::side::OldLayer;
use crate::image::Image;

/// Layers of one diff_id, old and new.
pub(crate) struct Pairs {
    pub(crate) equal: Vec<(usize, usize)>,
    old_of: BTreeMap<usize, usize>,
    new_of: BTreeMap<usize, usize>,
    is_same: bool,
}

impl Pairs {
    pub(crate) fn of(old: &[OldLayer<'_>], image: &Image) -> Self {
        let old: Vec<Digest> = old.iter().map(|layer| layer.diff_id).collect();
        let new: Vec<Digest> = image.layers.iter().map(|layer| layer.diff_id).collect();
        let equal = pairing::equal(&old, &new);
        Self {
            is_same: old == new,
            old_of: equal.iter().map(|(old, new)| (*new, *old)).collect(),
            new_of: equal.iter().copied().collect(),
            equal,
        }
    }

    /// Whether both sides are the same layers in the same order: then nothing is asked of their files.
    pub(crate) fn is_same(&self) -> bool {
        self.is_same
    }

    /// The old layer that is the new one at `new`.
    pub(crate) fn old_of(&self, new: usize) -> Option<usize> {
        self.old_of.get(&new).copied()
    }

    /// The new layer that is the old one at `old`.
    pub(crate) fn new_of(&self, old: usize) -> Option<usize> {
        self.new_of.get(&old).copied()
    }
}
