//! Explains what drifted: gets the bytes that causes need, and asks every cause. Most were kept when the layer was read
//! (`compare::reading::keeping`); what was not is read again, but from a registry.
//!
//! The bytes held at one time are bounded; a file past the bound is explained by what its row tells alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::outcome::{DriftExplanation, LayerExplanation};
use super::preview;
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::causes::{self, ImageCase, LayerCase, LayerFacts};
use crate::compare::Evidence;
use crate::compare::drift::{Change, Drift, Field};
use crate::compare::layers::{self, BothRows};
use crate::compare::outcome::{Comparison, LayerOutcome, Presence};
use crate::compare::pairing::Side;
use crate::compare::rows::{Pair, Row};
use crate::compare::side::Readable;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::layer::pass::Pass;
use crate::layer::reread::{FileBytes, Wanted};
use crate::scan::{self, ScanError};

/// The files whose bytes causes need, of each side, by layer and by place in it.
#[derive(Default)]
struct Needed {
    old: BTreeMap<usize, Wanted>,
    new: BTreeMap<usize, Wanted>,
}

/// Their bytes.
struct Bytes {
    old: BTreeMap<usize, FileBytes>,
    new: BTreeMap<usize, FileBytes>,
}

/// What explains `facts`, which were told by `evidence`.
pub(super) fn explain(
    facts: &Comparison,
    evidence: Evidence<'_>,
    notes: &mut Vec<String>,
    options: &scan::ScanOptions<'_>,
) -> Result<Vec<LayerExplanation>, ScanError> {
    let needed = needed(&facts.layers, &evidence.rows, evidence.old.is_some());
    let bytes = Bytes {
        new: read((evidence.new, evidence.new_passes), &needed.new, new_left, notes, options)?,
        old: match evidence.old {
            Some(old) => read((old, evidence.old_passes), &needed.old, old_left, notes, options)?,
            None => BTreeMap::new(),
        },
    };
    let old_layers: Vec<Option<&[Entry]>> = evidence.old_layers.iter().map(|layer| layer.entries).collect();
    let images = ImageCase {
        old_created: evidence.old_created,
        args: &facts.args,
        owners: &evidence.owners,
        old_layers: &old_layers,
        has_unlisted: layers::has_unlisted(&facts.layers, &evidence.old_layers),
        bytes: &bytes.new,
    };
    // By layers first, since what stands around a layer's files is put together once.
    let (attributions, files): (Vec<_>, Vec<Vec<causes::FileSides<'_>>>) = (facts.layers.par_iter())
        .zip(evidence.rows)
        .map(|(layer, rows)| {
            rows.map_or_else(Default::default, |rows| attribute(layer, rows, &images, &bytes))
        })
        .unzip();
    let one = |causes| DriftExplanation { causes, preview: None };
    let whole = layers_as_a_whole(&facts.layers);
    let mut explanations: Vec<LayerExplanation> = (whole.into_iter().zip(attributions))
        .map(|(causes, drifts)| LayerExplanation { causes, drifts: drifts.into_iter().map(one).collect() })
        .collect();
    let drifts = facts.layers.iter().map(|layer| layer.drifts.as_deref().unwrap_or_default());
    let layers = drifts.zip(explanations.iter_mut()).zip(&files);
    preview::fill(
        layers.flat_map(|((drifts, layer), sides)| drifts.iter().zip(&mut layer.drifts).zip(sides)),
    );
    Ok(explanations)
}

/// What explains each drift of a layer, and both sides of each.
fn attribute<'c>(
    layer: &LayerOutcome,
    BothRows { old, new, pairs }: BothRows<'c>,
    images: &'c ImageCase<'c>,
    bytes: &'c Bytes,
) -> (Vec<Vec<causes::Attribution>>, Vec<causes::FileSides<'c>>) {
    let drifts = layer.drifts.as_deref().unwrap_or_default();
    let place = layer.group.old.first().copied();
    let case = LayerCase::new((old, new), place, images);
    let sides = bytes.sides(&pairs);
    (causes::attribute(drifts, &sides, &case), sides)
}

impl Bytes {
    /// Both sides of each drift, with what bytes are at hand of them.
    fn sides<'a>(&'a self, pairs: &[Pair<'a>]) -> Vec<causes::FileSides<'a>> {
        let side = |row: &Row<'a>, files: &'a BTreeMap<usize, FileBytes>| causes::FileSide {
            entry: row.entry,
            bytes: row.bytes(files),
        };
        let both = |(old, new): &Pair<'a>| causes::FileSides {
            old: old.as_ref().map(|row| side(row, &self.old)),
            new: new.as_ref().map(|row| side(row, &self.new)),
        };
        pairs.iter().map(both).collect()
    }
}

/// The needed files of one side: kept when their layers were read, or read again from disk. What was not kept of a remote
/// image is left, which `left` says of so many files: to read it would fetch whole layers to explain a few files.
fn read(
    (image, passes): (Readable<'_>, &[Arc<Pass>]),
    needed: &BTreeMap<usize, Wanted>,
    left: fn(usize) -> String,
    notes: &mut Vec<String>,
    options: &scan::ScanOptions<'_>,
) -> Result<BTreeMap<usize, FileBytes>, ScanError> {
    let kept = |(at, wanted): (&usize, &Wanted)| Some((*at, scan::kept(passes.get(*at)?, wanted)));
    let mut bytes: BTreeMap<usize, FileBytes> = needed.iter().filter_map(kept).collect();
    let has = |at: &usize, place: &usize| bytes.get(at).is_some_and(|files| files.contains_key(place));
    let missing = |(at, wanted): (&usize, &Wanted)| {
        let files = wanted.iter().filter(|(place, _)| !has(at, place));
        (*at, files.map(|(place, file)| (*place, *file)).collect())
    };
    let missing: BTreeMap<usize, Wanted> = needed.iter().map(missing).collect();
    let count: usize = missing.values().map(BTreeMap::len).sum();
    if count > 0 && image.source.is_remote() {
        notes.push(left(count));
    } else {
        for (at, files) in scan::files(image.source, image.image, &missing, options)? {
            bytes.entry(at).or_default().extend(files);
        }
    }
    Ok(bytes)
}

fn new_left(count: usize) -> String {
    format!(
        "the bytes of some drifted files ({count}) were too many to keep while their layers were fetched: what their rows tell explains these; a local copy of the image proves more"
    )
}

fn old_left(count: usize) -> String {
    format!(
        "the old image's layers were not fetched for the bytes of some drifted files ({count}): a local copy of it proves more"
    )
}

/// What explains each layer as a whole.
fn layers_as_a_whole(layers: &[LayerOutcome]) -> Vec<Vec<causes::Attribution>> {
    let count = |side: Side| layers.iter().map(|layer| layer.group.places(side).len()).sum();
    let counts = (count(Side::Old), count(Side::New));
    let one = |layer: &LayerOutcome| {
        if layer.tier == Tier::Identical && layer.presence == Presence::Both {
            return Vec::new();
        }
        causes::explain_layer(&LayerFacts {
            tier: layer.tier,
            presence: layer.presence,
            group: &layer.group,
            is_base: layer.is_base,
            old: layer.expected,
            new: layer.found,
            layers: counts,
            drifts: layer.drifts.as_ref().map(Vec::len),
        })
    };
    layers.iter().map(one).collect()
}

/// Which files' bytes are needed, on each side, within the bound.
fn needed(layers: &[LayerOutcome], rows: &[Option<BothRows<'_>>], has_old: bool) -> Needed {
    let mut needed = Needed::default();
    let mut room = limits::EXPLAIN_BYTES;
    for (layer, rows) in layers.iter().zip(rows) {
        let Some(BothRows { pairs, .. }) = rows else { continue };
        let drifts = layer.drifts.iter().flatten().zip(pairs);
        for (_, (old, new)) in drifts.filter(|(drift, _)| needs_bytes(drift)) {
            let (old, new) = (hashed(old).filter(|_| has_old), hashed(new));
            let size = |side: Option<(Row<'_>, Sha256)>| side.map_or(0, |(row, _)| row.size);
            let cost = size(old).saturating_add(size(new));
            if cost > room || cost > limits::EXPLAIN_FILE_BYTES {
                continue;
            }
            room -= cost;
            for (side, needed) in [(old, &mut needed.old), (new, &mut needed.new)] {
                if let Some((row, content)) = side {
                    needed.entry(row.layer).or_default().insert(row.place, (content, row.size));
                }
            }
        }
    }
    needed
}

fn hashed<'a>(row: &Option<Row<'a>>) -> Option<(Row<'a>, Sha256)> {
    let row = row.as_ref()?;
    Some((*row, row.content?))
}

fn needs_bytes(drift: &Drift) -> bool {
    drift.change != Change::Modified || drift.fields.contains(&Field::Content)
}
