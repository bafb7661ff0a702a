//! Two sides, each a lock or an image, and what differs between them: layers, files, packages, config. Facts alone: nothing
//! here explains, judges or mends.
//!
//! [`compare`] is the one walk over both sides. What a lock and an image are asked for, each in its own way, stands in
//! `old.rs`; what was read is kept in a [`Reading`], which rows borrow from.

mod agreement;
pub mod config;
pub(crate) mod container;
pub mod drift;
pub mod error;
mod inputs;
mod known;
pub(crate) mod layers;
mod merged;
pub mod named;
pub mod old;
pub mod outcome;
pub mod owners;
pub mod packages;
pub mod pairing;
pub mod reading;
pub(crate) mod redaction;
pub mod rows;
pub mod side;
pub mod tier;
pub mod uncompared;

use std::sync::Arc;

use crate::base::digest::Digest;
use crate::build;
use crate::image::Image;
use crate::layer::pass::Pass;
use crate::scan;
use crate::tree::FileTree;
use config::Difference;
use error::CompareError;
use known::{Known, KnownSide};
use layers::{BothRows, LayerComparison, Layers};
use merged::Merged;
use old::Old;
use outcome::Comparison;
use owners::Owners;
use packages::concern::{self, Concern};
use reading::Reading;
use reading::pairs::Pairs;
use side::{OldLayer, Readable};
use uncompared::Uncompared;

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
    /// When the old and the new image were made, in RFC 3339.
    pub(crate) created: (Option<&'a str>, Option<&'a str>),
    pub(crate) new: Readable<'a>,
    pub(crate) new_passes: &'a [Arc<Pass>],
    /// For each layer of the facts its rows, where it was compared file by file.
    pub(crate) rows: Vec<Option<BothRows<'a>>>,
    /// The rows of all layers of both sides, as far as they are at hand.
    pub(crate) known: Known<'a>,
    /// Which layers both sides claim to share.
    pub(crate) pairs: Pairs,
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
    let groups = layers::group(&old_layers, image, &layers::walked(passes), &pairs.equal);
    let mut known = Known::of(old.rows(&old_layers, old_passes), KnownSide::of_passes(passes), &pairs);
    let concern = match pairs.is_same() {
        true => Concern::Same,
        false => concern::between(&old_layers, old.ways(), &image.layers, passes, &pairs),
    };
    let asked = reading.packages((old, new), concern, (&mut known, &pairs), options)?;
    let mut notes = old.notes(new, &depths, |at| known.new.is_read(at));
    notes.extend(old.readable().into_iter().chain([new]).flat_map(|side| side.image.notes.iter().cloned()));
    let compared = |known: &Known<'a>| {
        let comparison =
            LayerComparison { old: &old_layers, image, passes, known, unpacked: &reading.unpacked };
        comparison.layers(groups.clone())
    };
    let is_early = merged::is_early(old, passes);
    let (mut compared_layers, early) =
        rayon::join(|| compared(&known), || is_early.then(|| FileTree::stack(known.new.rows())));
    if compared_layers.is_open && !new.source.is_remote() {
        known.add_new(reading.rest(container::unknown(new, &known, options)?), &pairs);
        compared_layers = compared(&known);
    }
    let Layers { mut layers, rows, unnamed, is_open: _ } = compared_layers;
    notes.extend(old.unnamed(&unnamed));
    notes.extend(old.squashed(&layers, &old_layers));
    let rest = reading.rest(container::rest(new, &layers, &known, options)?);
    known.add_new(rest, &pairs);
    let merged = Merged::of(old, &known, asked, &layers, early.filter(|_| rest.is_empty()));
    let container = container::look(&mut layers, &known, merged.trees(), &mut notes);
    let (config, uncompared) = configs(old, image);
    let merged::Installed { changes: packages, agreement, owners } = merged.packages(image, &layers);
    let args = old.args(image);
    let (manifests, configs) = identities(old, image);
    let images = inputs::images::differences(old, new, &mut notes);
    let facts = Comparison {
        manifests,
        configs,
        layers,
        container,
        config,
        args,
        images,
        packages,
        agreement,
        uncompared,
    };
    let evidence = Evidence {
        old_layers,
        old: old.readable(),
        old_passes,
        created: (old.created(), image.config.created.as_deref()),
        new,
        new_passes: passes,
        rows,
        known,
        pairs,
        owners,
    };
    Ok(Compared { facts, notes, evidence })
}

/// What differs between the configs, and what of them and of the arguments is not compared.
fn configs(old: &Old<'_>, image: &Image) -> (Vec<Difference>, Vec<Uncompared>) {
    let (old_platform, old_config) = old.config();
    let new_config = build::config::locked(&image.config);
    let (differences, mut uncompared) =
        config::differences((&old_platform, &old_config), (&image.platform.to_string(), &new_config));
    uncompared.extend(old.uncompared_args(image));
    // One digest covers all that both are made of.
    if old.config_digest() == image.config_digest {
        uncompared.clear();
    }
    (differences, uncompared)
}

/// A digest of both sides, where there is one.
type Digests = (Option<Digest>, Option<Digest>);

/// The digests of both sides' manifests, and of their configs.
fn identities(old: &Old<'_>, image: &Image) -> (Digests, Digests) {
    ((old.manifest(), image.manifest), (Some(old.config_digest()), Some(image.config_digest)))
}
