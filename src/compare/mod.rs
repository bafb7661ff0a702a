//! Two sides, each a lock or an image, and what differs between them: layers, files, packages, config. Facts alone: nothing
//! here explains, judges or mends.
//!
//! [`compare`] is the one walk over both sides. What a lock and an image are asked for, each in its own way, stands in
//! `old.rs`; what was read is kept in a [`Reading`], which rows borrow from.

mod args;
pub mod config;
pub(crate) mod container;
pub mod drift;
pub mod error;
pub(crate) mod layers;
mod merged;
pub mod named;
pub mod old;
pub mod outcome;
pub mod owners;
pub mod packages;
pub mod pairing;
pub mod reading;
mod redaction;
pub mod rows;
pub mod side;
pub mod tier;

use std::sync::Arc;

use crate::build;
use crate::layer::pass::Pass;
use crate::scan;
use crate::tree::FileTree;
use container::Known;
use error::CompareError;
use layers::{BothRows, LayerComparison, Layers};
use merged::Merged;
use old::Old;
use outcome::Comparison;
use owners::Owners;
use reading::Reading;
use reading::pairs::Pairs;
use side::{OldLayer, Readable};

/// The facts, and what they were told by.
pub struct Compared<'a> {
    /// The facts.
    pub facts: Comparison,
    /// What the user should know: files that could not be named, and why.
    pub notes: Vec<String>,
    pub(crate) evidence: Evidence<'a>,
}

/// What facts were told by: who explains them looks at it again.
pub(crate) struct Evidence<'a> {
    pub(crate) old_layers: Vec<OldLayer<'a>>,
    /// The old image, where there is one to read, and its layers as far as they were read.
    pub(crate) old: Option<Readable<'a>>,
    pub(crate) old_passes: &'a [Arc<Pass>],
    /// When the old image was made, in RFC 3339.
    pub(crate) old_created: Option<&'a str>,
    pub(crate) new: Readable<'a>,
    pub(crate) new_passes: &'a [Arc<Pass>],
    /// For each layer of the facts its rows, where it was compared file by file.
    pub(crate) rows: Vec<Option<BothRows<'a>>>,
    /// The packages that differ, by their drifted files.
    pub(crate) owners: Owners,
}

/// Compares the image `new` with `old`. What is read of them is put into `reading`.
pub fn compare<'a>(
    old: &Old<'a>,
    new: Readable<'a>,
    reading: &'a Reading,
    options: &scan::ScanOptions<'_>,
) -> Result<Compared<'a>, CompareError> {
    let image = new.image;
    let claims = old.layers();
    let pairs = Pairs::of(&claims, &image.layers);
    let reading::Read { old_layers, old: old_passes, new: passes, depths } =
        reading.layers(old, new, claims, &pairs, options)?;
    let mut notes = old.notes(new, &depths);
    let groups = layers::group(&old_layers, image, &layers::walked(passes), &pairs.equal);
    let mut known = Known::of(old.rows(&old_layers, old_passes), passes, &pairs);
    let compared = |known: &Known<'a>| {
        let comparison =
            LayerComparison { old: &old_layers, image, passes, known, unpacked: &reading.unpacked };
        comparison.layers(groups.clone())
    };
    let is_early = merged::is_early(old, passes);
    let (mut compared_layers, early) =
        rayon::join(|| compared(&known), || is_early.then(|| FileTree::stack(known.new_rows())));
    if compared_layers.is_open && !new.source.is_remote() {
        known.add(reading.rest(container::unknown(new, &known, options)?), &pairs);
        compared_layers = compared(&known);
    }
    let Layers { mut layers, rows, unnamed, is_open: _ } = compared_layers;
    notes.extend(old.unnamed(&unnamed));
    notes.extend(old.squashed(&layers, &old_layers));
    let rest = reading.rest(container::rest(new, &layers, &known, options)?);
    known.add(rest, &pairs);
    let merged = match old.lock() {
        Some(lock) => Merged::with_lock(lock, &known, &layers, early.filter(|_| rest.is_empty())),
        None => Merged::of_images(&mut known, new, (reading, &pairs), options)?,
    };
    let container = container::look(&mut layers, &known, merged.trees(), &mut notes);
    let (old_platform, old_config) = old.config();
    let config = build::config::locked(&image.config.config);
    let config = config::differences((&old_platform, &old_config), (&image.platform.to_string(), &config));
    let (packages, owners) = merged.packages(passes, &layers);
    let args = old.args(image);
    let manifests = (old.manifest(), image.manifest);
    let mut facts = Comparison { manifests, layers, container, config, args, packages };
    redaction::redact(&mut facts, old.redaction());
    let evidence = Evidence {
        old_layers,
        old: old.readable(),
        old_passes,
        old_created: old.created(),
        new,
        new_passes: passes,
        rows,
        owners,
    };
    Ok(Compared { facts, notes, evidence })
}
