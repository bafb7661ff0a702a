//! What all layers of one image come to, counted while they are read side by side.
//!
//! Each layer is held to its own caps; a thousand layers just below them would still be too many. The caps here are those
//! of one layer, for all together.

use std::sync::atomic::{AtomicU64, Ordering};

use super::error::LayerError;
use crate::base::limits::{self, Expansion};

/// What was read so far of all layers of one image.
#[derive(Debug)]
pub struct Total {
    expansion: Expansion,
    packed: AtomicU64,
    unpacked: AtomicU64,
    entries: AtomicU64,
    names: AtomicU64,
}

impl Total {
    /// Nothing yet, of layers of which one may unpack as far as `expansion` says.
    pub fn new(expansion: Expansion) -> Self {
        let [packed, unpacked, entries, names] = [const { AtomicU64::new(0) }; 4];
        Self { expansion: expansion.of_all(), packed, unpacked, entries, names }
    }

    /// The same with a cap of its own, for tests that are not to unpack gigabytes.
    #[cfg(test)]
    pub(super) fn of_bytes(bytes: u64) -> Self {
        Self { expansion: Expansion::of_bytes(bytes), ..Self::new(Expansion::default()) }
    }

    /// Counts bytes of blobs.
    pub(super) fn add_packed(&self, bytes: u64) {
        self.packed.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts bytes that were unpacked; an error where the sum is too much.
    pub(super) fn add_unpacked(&self, bytes: u64) -> Result<(), LayerError> {
        let unpacked = add(&self.unpacked, bytes);
        match self.expansion.exceeded(self.packed.load(Ordering::Relaxed), unpacked) {
            true => Err(LayerError::Together { unpacked }),
            false => Ok(()),
        }
    }

    /// Counts an entry whose names take so many bytes; what there is too much of, and the cap.
    pub(super) fn add_entry(&self, names: u64) -> Result<(), (&'static str, u64)> {
        if add(&self.entries, 1) > limits::LAYER_ENTRIES as u64 {
            return Err(("a number of entries of all layers", limits::LAYER_ENTRIES as u64));
        }
        if add(&self.names, names) > limits::IMAGE_NAMES_BYTES {
            return Err(("bytes of names of all layers", limits::IMAGE_NAMES_BYTES));
        }
        Ok(())
    }
}

fn add(count: &AtomicU64, more: u64) -> u64 {
    count.fetch_add(more, Ordering::Relaxed).saturating_add(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_are_each_allowed_may_be_too_much_together() {
        let total = Total::new(Expansion { bytes: 1, ratio: 250 });
        // Ten layers of 4 MB that hold 4 GB of zeros each.
        let layers = (0..10).map(|_| {
            total.add_packed(4 << 20);
            total.add_unpacked(4 << 30)
        });
        assert_eq!(layers.filter(Result::is_err).count(), 9);
    }

    #[test]
    fn a_users_cap_for_one_layer_narrows_nothing() {
        let total = Total::new(Expansion::of_bytes(10));
        assert!(total.add_unpacked(100 << 30).is_ok());
        assert!(total.add_unpacked(200 << 30).is_err());
    }

    #[test]
    fn entries_and_names_are_counted_over_all_layers() {
        let total = Total::new(Expansion::default());
        assert_eq!(total.add_entry(limits::IMAGE_NAMES_BYTES), Ok(()));
        assert!(total.add_entry(1).is_err());
    }
}
