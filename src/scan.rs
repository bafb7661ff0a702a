//! Reads an image's layers, side by side, each once.
//!
//! The largest layers start first, so that the last thread does not begin with the longest; results come back in
//! the manifest's order, whatever finished first. A blob that stands twice in an image is read once.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::iter::{ParallelBridge, ParallelIterator};

use crate::base::limits::Expansion;
use crate::base::observer::Observer;
use crate::base::path::LayerPath;
use crate::ecosystem::{self, Catalog};
use crate::image::{Image, ImageError, ImageSource, Layer};
use crate::layer::error::LayerError;
use crate::layer::pass::{self, Depth, Expected, Pass};
use crate::tree::FileTree;

/// Why an image's layers could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The source has not got the blob.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The blob is damaged or hostile.
    #[error("read layer {index} ({layer}) of {reference}: {source}")]
    Layer {
        /// The layer's place in the image, from 0.
        index: usize,
        /// Its digest, or its diff_id.
        layer: String,
        /// The image as the user wrote it.
        reference: String,
        /// What is wrong with it.
        #[source]
        source: LayerError,
    },
}

impl ScanError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Image(error) => error.hint().map(Into::into),
            Self::Layer { source, .. } => source.hint().map(Into::into),
        }
    }
}

/// How to scan.
pub struct Options<'a> {
    /// How large a layer may unpack.
    pub expansion: Expansion,
    /// Told of progress.
    pub observer: &'a dyn Observer,
}

/// Reads every layer as deep as `depth` says, in the current rayon pool. In the manifest's order. Where `depth` says
/// nothing, the layer is left unread, and its pass tells what the manifest names it by.
pub fn layers(
    source: &dyn ImageSource,
    image: &Image,
    depth: &(dyn Fn(usize, &Layer) -> Option<Depth> + Sync),
    options: &Options<'_>,
) -> Result<Vec<Arc<Pass>>, ScanError> {
    let mut jobs: BTreeMap<&str, Job<'_>> = BTreeMap::new();
    for (index, layer) in image.layers.iter().enumerate() {
        let depth = depth(index, layer);
        let job = jobs.entry(&layer.key).or_insert(Job { index, layer, depth });
        job.depth = job.depth.max(depth);
    }
    let mut queue: Vec<&Job<'_>> = jobs.values().collect();
    queue.sort_by_key(|job| (std::cmp::Reverse(job.layer.size), job.index));
    let mut done: Vec<(&str, Result<Arc<Pass>, (usize, ScanError)>)> = queue
        .into_iter()
        .par_bridge()
        .map(|job| {
            let pass = read(source, job, options).map(Arc::new);
            (job.layer.key.as_str(), pass.map_err(|error| (job.index, error)))
        })
        .collect();
    // Of several errors the lowest layer's is told, whichever thread met its own first.
    done.sort_by_key(|(_, pass)| pass.as_ref().err().map_or(usize::MAX, |(index, _)| *index));
    let mut passes = BTreeMap::new();
    for (key, pass) in done {
        passes.insert(key, pass.map_err(|(_, error)| error)?);
    }
    Ok(image.layers.iter().filter_map(|layer| passes.get(layer.key.as_str()).cloned()).collect())
}

struct Job<'a> {
    index: usize,
    layer: &'a Layer,
    /// Nothing where it is left unread.
    depth: Option<Depth>,
}

fn read(source: &dyn ImageSource, job: &Job<'_>, options: &Options<'_>) -> Result<Pass, ScanError> {
    let Job { index, layer, depth } = *job;
    let (depth, digest) = match (depth, layer.digest) {
        (None, Some(digest)) => {
            return Ok(Pass { digest, size: layer.size.unwrap_or_default(), unpacked: None });
        }
        // What has no digest can only be known by reading it.
        (depth, digest) => (depth.unwrap_or(Depth::Blob), digest),
    };
    let blob = source.open(layer)?;
    options.observer.layer_started(index, layer.size);
    let pass_options = pass::Options {
        depth,
        expansion: options.expansion,
        wants: &wanted,
        progress: &|bytes| options.observer.layer_read(index, bytes),
    };
    let expected = Expected { digest, size: layer.size, diff_id: Some(layer.diff_id) };
    let pass = pass::read(blob, expected, &pass_options);
    options.observer.layer_finished(index);
    pass.map_err(|error| ScanError::Layer {
        index,
        layer: layer.digest.unwrap_or(layer.diff_id).to_string(),
        reference: source.reference(),
        source: error,
    })
}

fn wanted(path: &LayerPath) -> bool {
    ecosystem::REGISTRY.iter().any(|ecosystem| ecosystem.wants(path))
}

/// The package databases of the merged tree, by ecosystem and path.
pub fn catalogs(tree: &FileTree<'_>) -> Vec<Catalog> {
    let mut catalogs: Vec<Catalog> =
        ecosystem::REGISTRY.iter().flat_map(|ecosystem| ecosystem.catalogs(tree)).collect();
    catalogs.sort_by(|a, b| (a.ecosystem, &a.path).cmp(&(b.ecosystem, &b.path)));
    catalogs
}
