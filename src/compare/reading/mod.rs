//! What is read of both sides, and kept while they are compared and explained: facts' rows borrow from it.

pub(crate) mod keeping;
pub(crate) mod kept;
pub(crate) mod pairs;

use std::sync::{Arc, OnceLock};

use crate::base::limits;
use crate::base::path::LayerPath;
use crate::compare::error::CompareError;
use crate::compare::known::Known;
use crate::compare::merged::Asked;
use crate::compare::old::Old;
use crate::compare::packages::concern::Concern;
use crate::compare::side::{OldLayer, Readable};
use crate::image::{ImageError, Layer};
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
    owned: Passes,
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

    /// Reads what is lacking of the new side's layers before its packages can be told, and of the old image's, where there is
    /// one, before it can be told whose its files were; and adds it to what is `known`. What cannot be read of the new side is
    /// no error: all else is told without it. Where names alone tell that they are the same, layers are read if that costs
    /// next to nothing.
    pub(crate) fn packages<'a>(
        &'a self,
        (old, new): (&Old<'_>, Readable<'_>),
        concern: Concern,
        (known, pairs): (&mut Known<'a>, &Pairs),
        options: &scan::ScanOptions<'_>,
    ) -> Result<Asked, ScanError> {
        match concern {
            Concern::Differs => self.lacking(old.readable(), new, (known, pairs), options),
            Concern::Open if is_cheap(known, new) => {
                match self.lacking(old.readable(), new, (known, pairs), options)? {
                    Asked::Unknown(_) => Ok(Asked::Same),
                    asked => Ok(asked),
                }
            }
            Concern::Open | Concern::Same => Ok(Asked::Same),
        }
    }

    fn lacking<'a>(
        &'a self,
        old: Option<Readable<'_>>,
        new: Readable<'_>,
        (known, pairs): (&mut Known<'a>, &Pairs),
        options: &scan::ScanOptions<'_>,
    ) -> Result<Asked, ScanError> {
        let depth = |is_lacking| if is_lacking { Depth::Entries } else { Depth::Claim };
        let new_depth = |at: usize, _: &Layer| depth(known.new.is_lacking(at));
        match scan::layers(new.source, new.image, &new_depth, options) {
            Ok(passes) => known.add_new(self.shared.get_or_init(|| passes), pairs),
            Err(ScanError::Layer { index, source, .. }) => {
                return Ok(Asked::Unknown(format!("layer {index} could not be read: {source}")));
            }
            Err(ScanError::Image(error)) => {
                // Of which image is said around it.
                let error = ImageError { from: String::new(), ..error };
                return Ok(Asked::Unknown(format!("a layer could not be read: {error}")));
            }
        }
        if let Some(old) = old {
            let old_depth = |at: usize, _: &Layer| depth(known.old.is_lacking(at));
            let passes = scan::layers(old.source, old.image, &old_depth, options)?;
            known.add_old(self.owned.get_or_init(|| passes), pairs);
        }
        Ok(Asked::Known)
    }
}

/// Whether what is lacking of the new side is at hand and small.
fn is_cheap(known: &Known<'_>, new: Readable<'_>) -> bool {
    let lacking = new.image.layers.iter().enumerate().filter(|(at, _)| known.new.is_lacking(*at));
    let bytes =
        lacking.map(|(_, layer)| layer.size).try_fold(0_u64, |sum, size| Some(sum.saturating_add(size?)));
    !new.source.is_remote() && bytes.is_some_and(|bytes| bytes <= limits::SURE_BYTES)
}
