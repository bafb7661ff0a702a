//! Progress events: what the floors below tell whoever shows progress, without knowing who that is.

use std::sync::atomic::{AtomicU64, Ordering};

/// Told how far a pass over layers is. Called from several threads.
pub trait Observer: Sync {
    /// A layer's pass begins; `bytes` is the blob's size where it is known.
    fn layer_started(&self, index: usize, bytes: Option<u64>);
    /// `bytes` more of the blob were read.
    fn layer_read(&self, index: usize, bytes: u64);
    /// The layer's pass ended, well or not.
    fn layer_finished(&self, index: usize);
}

/// Shows nothing.
pub struct Silent;

impl Observer for Silent {
    fn layer_started(&self, _: usize, _: Option<u64>) {}
    fn layer_read(&self, _: usize, _: u64) {}
    fn layer_finished(&self, _: usize) {}
}

/// Counts the bytes read; for tests that a layer is read once or not at all.
#[derive(Default)]
pub struct Counting {
    read: AtomicU64,
}

impl Counting {
    /// Blob bytes read so far, over all layers.
    pub fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl Observer for Counting {
    fn layer_started(&self, _: usize, _: Option<u64>) {}
    fn layer_read(&self, _: usize, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }
    fn layer_finished(&self, _: usize) {}
}
