//! What is read of both sides, and kept while they are compared and explained: facts' rows borrow from it.

pub(crate) mod keeping;
pub(crate) mod kept;
pub(crate) mod pairs;

use std::sync::{Arc, OnceLock};

use crate::base::path::LayerPath;
use crate::compare::error::CompareError;
use crate::compare::old::Old;
use crate::compare::side::{OldLayer, Readable};
use crate::layer::pass::{Depth, Keep, Pass};
use crate::scan::{self, ScanError};
use keeping::Keeping;
use kept::KeptRows;
use pairs::Pairs;

/// The layers of one side that were read, in the image's order.
type Passes = OnceLock<Vec<Arc<Pass>>>;

/// What was read, each slot once.
#[derive(Debug, Default)]
pub struct Reading {
    old: Passes,
    new: Passes,
    rest: Passes,
    shared: Passes,
    /// The rows of layers that unpack to others than those that stand in their tars.
    pub(crate) unpacked: KeptRows,
}

/// Both sides as far as their layers need reading.
pub(crate) struct Read<'a> {
    pub(crate) old_layers: Vec<OldLayer<'a>>,
    pub(crate) old: &'a [Arc<Pass>],
    pub(crate) new: &'a [Arc<Pass>],
    /// How deep each of the new layers was read.
    pub(crate) depths: Vec<Depth>,
}

impl Reading {
    /// Reads the layers of both sides, each as deep as its pair needs.
    pub(crate) fn layers<'a>(
        &'a self,
        old: &Old<'a>,
        new: Readable<'_>,
        mut layers: Vec<OldLayer<'a>>,
        pairs: &Pairs,
        options: &scan::ScanOptions<'_>,
    ) -> Result<Read<'a>, CompareError> {
        let twin = |at: usize| layers.get(pairs.old_of(at)?);
        let depths = new.image.layers.iter().enumerate();
        let depths: Vec<Depth> = depths.map(|(at, layer)| old.new_depth(new, layer, twin(at))).collect();
        if !pairs.is_same() {
            old.list(&mut layers)?;
        }
        let old_passes = self.old_layers(old, new, &mut layers, pairs, options)?;
        let keeping = Keeping::plan(new, &depths, &layers, pairs);
        let keeps = |at: usize, path: &LayerPath| keeping.keep(at, path);
        let depth = |at: usize| depths.get(at).copied().unwrap_or(Depth::Entries);
        let passes = scan::layers_keeping(new.source, new.image, &|at, _| depth(at), &keeps, options)?;
        Ok(Read { old_layers: layers, old: old_passes, new: self.new.get_or_init(|| passes), depths })
    }

    fn old_layers<'a>(
        &'a self,
        old: &Old<'a>,
        new: Readable<'_>,
        layers: &mut [OldLayer<'a>],
        pairs: &Pairs,
        options: &scan::ScanOptions<'_>,
    ) -> Result<&'a [Arc<Pass>], ScanError> {
        let Some((image, depths)) = old.depths(layers, new, pairs) else { return Ok(&[]) };
        let keep = if old.keeps_small() { keeping::any_small(&depths) } else { Keep::Nothing };
        let depth = |at: usize| depths.get(at).copied().unwrap_or(Depth::Entries);
        let passes =
            scan::layers_keeping(image.source, image.image, &|at, _| depth(at), &|_, _| keep, options)?;
        let passes: &'a [Arc<Pass>] = self.old.get_or_init(|| passes);
        for (layer, pass) in layers.iter_mut().zip(passes) {
            old.learn(layer, pass);
        }
        Ok(passes)
    }

    /// Keeps the layers of the new side that the merged trees take besides.
    pub(crate) fn rest(&self, passes: Vec<Arc<Pass>>) -> &[Arc<Pass>] {
        self.rest.get_or_init(|| passes)
    }

    /// Keeps the layers that both sides share, where they were read for their packages.
    pub(crate) fn shared(&self, passes: Vec<Arc<Pass>>) -> &[Arc<Pass>] {
        self.shared.get_or_init(|| passes)
    }
}
