//! What one layer holds, learnt in a single pass over its blob.
//!
//! Vocabulary (OCI image-spec, layer.md): the *blob* is what a registry stores, compressed or not; its *diff_id* is
//! the digest of the uncompressed tar; an *entry* is one tar member; a *whiteout* is an entry that removes a path
//! of a lower layer. A *capture* is a file's bytes, kept because a catalog asked for them by path, or because
//! they may explain a drift.
//!
//! Nothing here unpacks to disk, or holds more of a blob than its rows and captures. A blob is read once; a second time
//! only as far as a caller asks for files that turned out to differ (`reread.rs`).

pub mod decompress;
pub mod error;
pub mod pass;
mod pipe;
pub mod reread;
pub mod total;
pub mod unpacking;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::formats::tar::Slack;
use crate::formats::tar::entry::Entry;

/// The entries of one layer, and the bytes kept of some of them.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// In tar order; a path may stand more than once, the last one wins.
    pub entries: Vec<Entry>,
    /// The bytes of captured files, by index into `entries`.
    pub captures: BTreeMap<usize, Capture>,
    /// Bytes of the tar up to the end of its end marker; what stands behind is padding, which no engine reads.
    pub end: u64,
    /// What of the tar up to there says nothing of its entries.
    pub slack: Slack,
}

/// A file's bytes, or why they were not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Capture {
    /// All of the file.
    Kept(Arc<[u8]>),
    /// The file, or the layer's captures together, passed the cap of `limits.rs`.
    TooLarge,
    /// An upper layer has a file of this name, and this one's bytes were let go.
    Hidden,
}
