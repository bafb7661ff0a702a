//! Which layer installed a package whose database does not say: the one that holds most of its files.

use std::collections::BTreeMap;

/// How many of a package's files each layer holds.
#[derive(Default)]
pub(super) struct Votes(BTreeMap<usize, usize>);

impl Votes {
    pub(super) fn add(&mut self, layer: usize) {
        *self.0.entry(layer).or_default() += 1;
    }

    /// The layer that holds most; of several, the lowest, since what an install wrote may be edited above it.
    pub(super) fn most(&self) -> Option<usize> {
        let most = self.0.iter().max_by_key(|(layer, files)| (**files, std::cmp::Reverse(**layer)));
        most.map(|(layer, _)| *layer)
    }
}
