//! Compares an image with its lock, or with another image: layer by layer, then config and packages; and explains.
//!
//! Only what has to be read is read. A layer whose claimed digest is the locked one is hashed to prove the claim, and
//! not unpacked; one whose diff_id alone is the locked one is unpacked and hashed, but not walked; the others are
//! read whole. Digests decide: nothing here softens a tier, and no cause changes a verdict.
//!
//! From a registry a layer is not fetched to prove what its manifest says: the manifest's bytes were hashed, so the
//! layer it names by the locked digest is the locked layer. Whether the registry can still deliver it is another
//! question, and the notes say that it was not asked.

mod diff;
pub mod explain;
pub mod mending;
pub mod outcome;
pub mod preview;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::path::LayerPath;
use crate::build;
use crate::compare::config::Difference;
use crate::compare::container::Known;
use crate::compare::keeping::Keeping;
use crate::compare::layers::{LayerComparison, Layers, OldLayer};
use crate::compare::outcome::{Comparison, LayerOutcome};
use crate::compare::owners::Owners;
use crate::compare::packages::{Changes, Evidence};
use crate::compare::side::Readable;
use crate::compare::tier::Tier;
use crate::compare::{config, container, layers, named, owners};
use crate::image::platform::Platform;
use crate::image::{Image, Layer, Named};
use crate::layer::pass::{Depth, Pass};
use crate::lockfile::files::LayerRows;
use crate::lockfile::model::{self, Lockfile};
use crate::policy::Require;
use crate::scan::{self, ScanError};
use crate::tree::{FileTree, Rows};
use explain::Sides;

pub use diff::diff;
pub use outcome::{DriftExplanation, ExplainedDrift, ExplainedLayer, LayerExplanation, Outcome};

/// What an image is compared with.
pub struct Locked<'a> {
    /// The lock.
    pub lock: &'a Lockfile,
    /// Its file index, where there is one.
    pub index: Option<&'a [LayerRows]>,
    /// The image that was locked, where it is still at hand: its bytes prove more causes.
    pub against: Option<Readable<'a>>,
}

/// Compares the image `new` with the lock.
pub fn verify(
    new: Readable<'_>,
    locked: &Locked<'_>,
    require: Require,
    options: &scan::Options<'_>,
) -> Result<Outcome, ScanError> {
    let lock = locked.lock;
    let image = new.image;
    let mut old_layers = old_layers(locked);
    let equal = layers::equal(&old_layers, image);
    let unlisted = unlisted(&old_layers, image, &equal, locked.against, options)?;
    for (old, pass) in old_layers.iter_mut().zip(&unlisted) {
        old.entries = old.entries.or(layers::entries(pass));
    }
    let twins: BTreeMap<usize, usize> = equal.iter().map(|(old, new)| (*new, *old)).collect();
    let old = |at: usize| twins.get(&at).and_then(|at| lock.layer.get(*at));
    let is_left = |at: usize, layer: &Layer| {
        new.source.is_remote() && image.manifest.is_some() && old(at).is_some_and(|old| is_named(layer, old))
    };
    let depth = |at: usize, layer: &Layer| match is_left(at, layer) {
        true => Depth::Claim,
        false => layers::depth(layer, old(at).map(|old| (old.digest, old.diff_id))),
    };
    let keeping = Keeping::plan(new, &depth, &old_layers, &equal);
    let keeps = |at: usize, path: &LayerPath| keeping.keep(at, path);
    let passes = scan::layers_keeping(new.source, image, &depth, &keeps, options)?;
    let rowless = |at: usize| match locked.index {
        None => "the lockfile's file index is not there: drifted files cannot be named".to_owned(),
        Some(_) => format!("the file index does not cover layer {at}: its files cannot be named"),
    };
    let left = image.layers.iter().enumerate().filter(|(at, layer)| is_left(*at, layer)).count();
    let mut notes: Vec<String> = named::note(left, image.layers.len(), image.manifest).into_iter().collect();
    // What a source does not keep is worth a word only where the lock has it.
    if lock.image.manifest.is_some() {
        notes.extend(new.source.notes(image));
    }
    let groups = layers::group(&old_layers, image, &layers::walked(&passes), &equal);
    let comparison = LayerComparison { old: &old_layers, image, passes: &passes, rowless: &rowless };
    let old_rows = old_layers.iter().map(|layer| layer.entries.map(Rows::from)).collect();
    let mut known = Known::of(old_rows, &passes, &equal);
    let was_walked = passes.iter().any(|pass| layers::entries(pass).is_some());
    let (Layers { mut layers, rows: compared, notes: unnamed }, stacked) =
        rayon::join(|| comparison.layers(groups), || was_walked.then(|| FileTree::stack(known.new_rows())));
    notes.extend(unnamed);
    notes.extend(squashed_base(&layers, &old_layers));
    let rest = container::rest(new, &layers, &known, options)?;
    known.add(&rest, &equal);
    // Where all layers are the same, nothing is asked of their files.
    let is_same = layers.iter().all(|layer| layer.tier <= Tier::CompressionOnly && !layer.is_elsewhere());
    let rows = if is_same { Vec::new() } else { known.new_rows() };
    let stacked = stacked.filter(|_| rest.is_empty() && !is_same);
    let tree = stacked.unwrap_or_else(|| FileTree::stack(rows.iter().copied()));
    let container = container::look(&mut layers, &known, (None, &tree), &mut notes);
    let found = (image.platform.to_string(), build::config::locked(&image.config.config));
    let config = config::differences((&lock.image.platform, &lock.config), (&found.0, &found.1));
    let manifests = (lock.image.manifest, image.manifest);
    let (packages, owners) = packages(lock, &passes, &layers, (&rows, &tree));
    let facts = Comparison { manifests, layers, container, config, args: args(image, lock), packages };
    let sides = Sides {
        old_layers: &old_layers,
        old: locked.against,
        old_passes: &unlisted,
        new,
        passes: &passes,
        old_created: lock.image.created.as_deref(),
        owners: &owners,
    };
    let explanations = explain::explain(&facts, compared, &sides, &mut notes, options)?;
    // Freed beside what follows: a large image's rows take a while.
    drop(tree);
    rayon::spawn(move || drop(passes));
    Ok(Outcome::of(facts, explanations, require, notes))
}

/// The outcome, where what `named` says alone decides it; `None` where the image has to be read. `asked` is the platform that
/// the user wants.
pub fn verify_named(
    named: &Named,
    asked: Option<&Platform>,
    lock: &Lockfile,
    require: Require,
) -> Option<Outcome> {
    let (facts, note) = named::compare(named, asked, lock)?;
    Some(Outcome::of(facts, Vec::new(), require, note.into_iter().collect()))
}

/// The locked image's layers that the index does not list, where they may have been squashed into others: the image has
/// another number of layers, and the locked one is at hand. Of the layers that need no reading, nothing.
fn unlisted(
    old_layers: &[OldLayer<'_>],
    image: &Image,
    equal: &[(usize, usize)],
    against: Option<Readable<'_>>,
    options: &scan::Options<'_>,
) -> Result<Vec<Arc<Pass>>, ScanError> {
    let is_missing = |at: usize| {
        let has_rows = old_layers.get(at).is_some_and(|layer| layer.entries.is_some());
        !has_rows && !equal.iter().any(|(old, _)| *old == at)
    };
    let is_asked = old_layers.len() != image.layers.len() && (0..old_layers.len()).any(is_missing);
    match against.filter(|old| is_asked && !old.source.is_remote()) {
        None => Ok(Vec::new()),
        Some(old) => {
            let depth = |at: usize, layer: &Layer| match is_missing(at) || layer.digest.is_none() {
                true => Depth::Entries,
                false => Depth::Claim,
            };
            scan::layers(old.source, old.image, &depth, options)
        }
    }
}

/// What to say where the base's layers are gone and their files are not known.
fn squashed_base(layers: &[LayerOutcome], old_layers: &[OldLayer<'_>]) -> Option<String> {
    layers::has_unlisted(layers, old_layers).then(|| {
        "layers are gone whose files the index does not list: if they were squashed into others, their files count as added; --against IMAGE compares them".to_owned()
    })
}

fn old_layers<'a>(locked: &Locked<'a>) -> Vec<OldLayer<'a>> {
    let base = locked.lock.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
    let rows =
        |at: usize| locked.index?.iter().find(|rows| rows.index == at).map(|rows| rows.entries.as_slice());
    let old = |(at, layer): (usize, &model::LockedLayer)| OldLayer {
        digest: layer.digest,
        diff_id: layer.diff_id,
        size: layer.size,
        content: Some(layer.content),
        instruction: layer.instruction.clone(),
        line: layer.dockerfile_line,
        is_base: at < base,
        entries: rows(at),
    };
    locked.lock.layer.iter().enumerate().map(old).collect()
}

/// Whether a layer's descriptor says all that the lock does: nothing of it is left to be told by its bytes.
fn is_named(layer: &Layer, locked: &model::LockedLayer) -> bool {
    layer.digest.is_some()
        && layer.digest == locked.digest
        && layer.diff_id == locked.diff_id
        && layer.size == Some(locked.size)
}

/// The build arguments that the lock learnt from history and the image's history tells otherwise.
fn args(image: &Image, lock: &Lockfile) -> Vec<Difference> {
    let steps = build::history::steps(image);
    let found: BTreeMap<&str, &str> = steps
        .iter()
        .flat_map(|step| &step.args)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut differences = Vec::new();
    for arg in lock.build.arg.iter().filter(|arg| arg.source == model::ArgSource::History && !arg.redacted) {
        let value = found.get(arg.name.as_str()).map(|value| (*value).to_owned());
        if value != arg.value {
            differences.push(Difference {
                field: arg.name.clone(),
                expected: arg.value.clone(),
                found: value,
            });
        }
    }
    differences
}

fn packages(
    lock: &Lockfile,
    passes: &[Arc<Pass>],
    layers: &[LayerOutcome],
    (rows, tree): (&[Rows<'_>], &FileTree<'_>),
) -> (Changes, Owners) {
    let was_walked = |at: usize| passes.get(at).and_then(|pass| layers::entries(pass)).is_some();
    let unchanged: BTreeMap<usize, usize> = layers
        .iter()
        .filter_map(|layer| match (layer.group.old.as_slice(), layer.group.new.as_slice()) {
            ([old], [new]) if !was_walked(*new) => Some((*old, *new)),
            _ => None,
        })
        .collect();
    let all = unchanged.len() == lock.layer.len() && unchanged.len() == passes.len();
    if all && unchanged.iter().all(|(old, new)| old == new) {
        return (Changes::default(), Owners::new());
    }
    let catalogs = scan::catalogs(tree);
    let evidence = Evidence { lock, unchanged: &unchanged, layers: rows, catalogs: &catalogs, tree };
    let changes = evidence.changes();
    let mut owners = Owners::new();
    let drifted = owners::drifted(layers);
    owners::add(&mut owners, &changes, (tree, &catalogs), &drifted);
    owners::add_by_name(&mut owners, &changes, &drifted);
    (changes, owners)
}
