//! Reads an image's layers, side by side, each once; and once more the files of them that drifted.
//!
//! The largest layers start first, so that the last thread does not begin with the longest; results come back in
//! the manifest's order, whatever finished first. A blob that stands twice in an image is read once.

pub mod inventory;
mod uppermost;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::iter::{ParallelBridge, ParallelIterator};

use crate::base::advice::Advice;
use crate::base::limits::Expansion;
use crate::base::observer::Observer;
use crate::base::path::LayerPath;
use crate::ecosystem;
use crate::image::{Image, ImageError, ImageSource, Layer};
use crate::layer::error::LayerError;
use crate::layer::pass::{self, Depth, Expected, Keep, Pass};
use crate::layer::reread::{self, FileBytes, Wanted};
use crate::layer::total::Total;
use crate::layer::{Capture, Contents};
use uppermost::Uppermost;

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

impl Advice for ScanError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Image(error) => error.hint(),
            Self::Layer { source, .. } => source.hint(),
        }
    }
}

/// How to scan.
pub struct ScanOptions<'a> {
    /// How large a layer may unpack.
    pub expansion: Expansion,
    /// Told of progress.
    pub observer: &'a dyn Observer,
}

/// Which files' bytes to keep beside those that ecosystems ask for, by the layer's place.
pub type Keeps<'a> = dyn Fn(usize, &LayerPath) -> Keep + Sync + 'a;

/// Reads every layer as deep as `depth` says, in the current rayon pool. In the manifest's order.
pub fn layers(
    source: &dyn ImageSource,
    image: &Image,
    depth: &(dyn Fn(usize, &Layer) -> Depth + Sync),
    options: &ScanOptions<'_>,
) -> Result<Vec<Arc<Pass>>, ScanError> {
    layers_keeping(source, image, depth, &|_, _| Keep::Nothing, options)
}

/// Reads every layer, and keeps what `keeps` says of files that no ecosystem asks for.
pub fn layers_keeping(
    source: &dyn ImageSource,
    image: &Image,
    depth: &(dyn Fn(usize, &Layer) -> Depth + Sync),
    keeps: &Keeps<'_>,
    options: &ScanOptions<'_>,
) -> Result<Vec<Arc<Pass>>, ScanError> {
    let mut jobs: BTreeMap<&str, Job<'_>> = BTreeMap::new();
    for (index, layer) in image.layers.iter().enumerate() {
        let depth = depth(index, layer);
        let job = jobs.entry(&layer.key).or_insert(Job { index, keeper: index, top: index, layer, depth });
        job.top = index;
        if depth > job.depth {
            (job.keeper, job.depth) = (index, depth);
        }
    }
    let total = Total::new(options.expansion);
    let mut queue: Vec<&Job<'_>> = jobs.values().collect();
    queue.sort_by_key(|job| (std::cmp::Reverse(job.layer.size), job.index));
    let uppermost = Uppermost::default();
    type Done<'a> = (usize, &'a str, Result<Pass, ScanError>);
    let mut done: Vec<Done<'_>> = queue
        .into_iter()
        .par_bridge()
        .map(|job| {
            let wants = |path: &LayerPath| {
                if ecosystem::is_wanted(path) { Keep::Catalog } else { keeps(job.keeper, path) }
            };
            let pass = read(source, job, &wants, options, &total).and_then(|mut pass| {
                let taken = inside(&mut pass).map(|inside| uppermost.take((job.index, job.top), inside));
                taken.unwrap_or(Ok(())).map_err(|error| failed(source, job.index, job.layer, error))?;
                Ok(pass)
            });
            (job.index, job.layer.key.as_str(), pass)
        })
        .collect();
    // Of several errors the lowest layer's is told, whichever thread met its own first.
    done.sort_by_key(|(index, ..)| *index);
    let mut passes = BTreeMap::new();
    for (index, key, pass) in done {
        let mut pass = pass?;
        if let Some(inside) = inside(&mut pass) {
            uppermost.give_back(index, inside);
        }
        passes.insert(key, Arc::new(pass));
    }
    let claimed = image.layers.iter().enumerate().filter_map(|(index, layer)| {
        let pass: &Arc<Pass> = passes.get(layer.key.as_str())?;
        Some((index, layer, pass))
    });
    claimed.map(|(index, layer, pass)| held(source, index, layer, pass).map(|()| Arc::clone(pass))).collect()
}

fn inside(pass: &mut Pass) -> Option<&mut Contents> {
    pass.unpacked.as_mut()?.contents.as_mut()
}

/// Holds a blob that stands at several places to what the config says of each: it was read for one of them.
fn held(source: &dyn ImageSource, index: usize, layer: &Layer, pass: &Pass) -> Result<(), ScanError> {
    let expected = layer.diff_id;
    match pass.unpacked.as_ref().map(|unpacked| unpacked.diff_id) {
        Some(read) if read != expected && read.algorithm() == expected.algorithm() => {
            Err(failed(source, index, layer, LayerError::DiffId { expected, found: read }))
        }
        _ => Ok(()),
    }
}

struct Job<'a> {
    index: usize,
    /// Of the places that share the blob the one that asks for most.
    keeper: usize,
    /// The uppermost of them.
    top: usize,
    layer: &'a Layer,
    depth: Depth,
}

fn read(
    source: &dyn ImageSource,
    job: &Job<'_>,
    wants: &(dyn Fn(&LayerPath) -> Keep + Sync),
    options: &ScanOptions<'_>,
    total: &Total,
) -> Result<Pass, ScanError> {
    let Job { index, layer, depth, .. } = *job;
    if depth == Depth::Claim {
        // Of a layer without a blob of its own, the tar is what is claimed.
        let digest = layer.digest.unwrap_or(layer.diff_id);
        return Ok(Pass { digest, size: layer.size.unwrap_or(0), unpacked: None });
    }
    let blob = source.open(layer)?;
    options.observer.layer_started(index, layer.size);
    let pass_options = pass::PassOptions {
        depth,
        expansion: options.expansion,
        wants,
        progress: &|bytes| options.observer.layer_read(index, bytes),
        total: Some(total),
    };
    let expected = Expected { digest: layer.digest, size: layer.size, diff_id: Some(layer.diff_id) };
    let pass = pass::read(blob, expected, &pass_options);
    options.observer.layer_finished(index);
    pass.map_err(|error| failed(source, index, layer, error))
}

fn failed(source: &dyn ImageSource, index: usize, layer: &Layer, error: LayerError) -> ScanError {
    ScanError::Layer {
        index,
        layer: layer.digest.unwrap_or(layer.diff_id).to_string(),
        reference: source.reference(),
        source: error,
    }
}

/// Reads some files again, of each layer named in `wanted`, by its place in the image.
pub fn files(
    source: &dyn ImageSource,
    image: &Image,
    wanted: &BTreeMap<usize, Wanted>,
    options: &ScanOptions<'_>,
) -> Result<BTreeMap<usize, FileBytes>, ScanError> {
    let read = |(index, wanted): (&usize, &Wanted)| {
        let Some(layer) = image.layers.get(*index).filter(|_| !wanted.is_empty()) else {
            return Ok((*index, FileBytes::new()));
        };
        let files = reread::read(source.open(layer)?, wanted, options.expansion);
        files.map(|files| (*index, files)).map_err(|error| failed(source, *index, layer, error))
    };
    wanted.iter().par_bridge().map(read).collect()
}

/// Told the place of a layer, that of a file in it, and the file's bytes; says whether it made anything of them.
pub type Look<'a> = dyn FnMut(usize, usize, &[u8]) -> bool + 'a;

/// Looks at some files again, layer by layer and one at a time, as [`reread::visit`] does; `look` is told the layer's place, the
/// file's place in it, and its bytes.
pub fn look_again(
    source: &dyn ImageSource,
    image: &Image,
    wanted: &BTreeMap<usize, Wanted>,
    options: &ScanOptions<'_>,
    begins: fn(&[u8]) -> bool,
    look: &mut Look<'_>,
) -> Result<(), ScanError> {
    for (index, wanted) in wanted {
        if let Some(layer) = image.layers.get(*index).filter(|_| !wanted.is_empty()) {
            let blob = source.open(layer)?;
            let look = |place: usize, bytes: Vec<u8>| look(*index, place, &bytes);
            let seen = reread::visit(blob, wanted, options.expansion, begins, look);
            seen.map_err(|error| failed(source, *index, layer, error))?;
        }
    }
    Ok(())
}

/// The files of `wanted` that a pass kept.
pub fn kept(pass: &Pass, wanted: &Wanted) -> FileBytes {
    let captures = pass.unpacked.as_ref().and_then(|unpacked| Some(&unpacked.contents.as_ref()?.captures));
    let bytes = |place: &usize| match captures?.get(place)? {
        Capture::Kept(bytes) => Some((*place, Arc::clone(bytes))),
        Capture::TooLarge | Capture::Hidden => None,
    };
    wanted.keys().filter_map(bytes).collect()
}
