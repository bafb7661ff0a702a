//! Layers that an earlier freeze already read, so that they need not be fetched.
//!
//! A blob's digest stands for its bytes, and the file index has every row of them: a layer that the manifest names by a
//! locked digest, and the config by the locked diff_id, gives the same rows when it is read again. What is not in the
//! index is the bytes that ecosystems read. So a layer that holds a file one of them wants is fetched all the same, and
//! a freeze writes the same bytes whether it found an earlier lockfile or not. For the same reason a layer is fetched
//! whose rows do not tell all that rows tell now.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::base::digest::Digest;
use crate::ecosystem;
use crate::formats::tar::entry::Entry;
use crate::image::{Image, ImageSource, Layer};
use crate::layer::Contents;
use crate::layer::decompress::Compression;
use crate::layer::pass::{Pass, Unpacked};
use crate::lockfile::files::LayerRows;
use crate::lockfile::{model, store};

/// What an earlier freeze learnt of layers, by the digests of their blobs.
#[derive(Debug, Default)]
pub struct KnownLayers {
    layers: BTreeMap<Digest, KnownLayer>,
    otherwise: String,
}

#[derive(Debug)]
struct KnownLayer {
    locked: model::LockedLayer,
    compression: Compression,
    entries: Vec<Entry>,
}

impl KnownLayers {
    /// What the lockfile at `path` and its index know. A lockfile that cannot be read knows nothing: it is about to be
    /// written anew. `otherwise` says how all layers are fetched all the same, for the note that some were not.
    pub fn of(path: &Path, otherwise: &str) -> Self {
        let Ok(lock) = store::read(path) else { return Self::default() };
        let rows = store::read_index(path, &lock).ok().flatten().unwrap_or_default();
        let layers = rows.into_iter().filter_map(|rows| layer(&lock.layer, rows)).collect();
        Self { layers, otherwise: otherwise.to_owned() }
    }

    /// What the user should know where `known` of an image's layers were not fetched.
    pub(super) fn note(&self, known: usize, layers: usize) -> Option<String> {
        let (which, whose) = match known {
            0 => return None,
            1 => (format!("1 of {layers} layers was not"), "its"),
            _ => (format!("{known} of {layers} layers were not"), "their"),
        };
        let otherwise = &self.otherwise;
        Some(format!("{which} fetched: the lockfile that was here has {whose} files, by digest; {otherwise}"))
    }

    /// The passes that can be had without reading, by the layers' places. None from a source on this machine, where
    /// reading proves more and costs little.
    pub(super) fn passes(&self, source: &dyn ImageSource, image: &Image) -> BTreeMap<usize, Arc<Pass>> {
        if !source.is_remote() || image.manifest.is_none() {
            return BTreeMap::new();
        }
        let known = |(at, layer): (usize, &Layer)| Some((at, Arc::new(self.pass(layer)?)));
        image.layers.iter().enumerate().filter_map(known).collect()
    }

    fn pass(&self, layer: &Layer) -> Option<Pass> {
        let digest = layer.digest?;
        let KnownLayer { locked, compression, entries } = self.layers.get(&digest)?;
        let is_same = layer.diff_id == locked.diff_id && layer.size == Some(locked.size);
        is_same.then(|| Pass {
            digest,
            size: locked.size,
            unpacked: Some(Unpacked {
                compression: *compression,
                diff_id: locked.diff_id,
                size: locked.uncompressed_size,
                contents: Some(Contents { entries: entries.clone(), ..Contents::default() }),
            }),
        })
    }
}

/// A locked layer with its rows, where they fit each other and no ecosystem wants more than rows.
fn layer(locked: &[model::LockedLayer], rows: LayerRows) -> Option<(Digest, KnownLayer)> {
    let locked = locked.get(rows.index)?.clone();
    let fits = rows.diff_id == locked.diff_id && rows.entries.len() == locked.files;
    let is_wanted = rows.entries.iter().any(|entry| ecosystem::is_wanted(&entry.path));
    let is_whole = rows.entries.iter().all(|entry| entry.records.is_some());
    let compression = Compression::from_name(&locked.compression)?;
    let digest = locked.digest.filter(|_| fits && is_whole && !is_wanted)?;
    Some((digest, KnownLayer { locked, compression, entries: rows.entries }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_were_not_fetched_are_counted() {
        let note = |known| KnownLayers::default().note(known, 3).unwrap_or_default();
        assert_eq!(note(0), "");
        assert!(
            note(1).starts_with("1 of 3 layers was not fetched: the lockfile that was here has its files")
        );
        assert!(
            note(2).starts_with("2 of 3 layers were not fetched: the lockfile that was here has their files")
        );
    }
}
