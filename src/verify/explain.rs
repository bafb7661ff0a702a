//! Explains what drifted: gets the bytes that causes need, and asks every cause. Most were kept when the layer was read
//! (`keeping.rs`); what was not is read again, but from a registry.
//!
//! The bytes held at one time are bounded; a file past the bound is explained by what its row tells alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::outcome::{DriftExplanation, LayerExplanation};
use super::preview;
use crate::base::calendar;
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::causes::{self, LayerCase, LayerFacts};
use crate::compare::Evidence;
use crate::compare::drift::{Change, Drift, Field};
use crate::compare::layers::{self, BothRows};
use crate::compare::outcome::{Comparison, LayerOutcome, Presence};
use crate::compare::owners::Owners;
use crate::compare::pairing::Side;
use crate::compare::rows::{Pair, Row};
use crate::compare::side::{OldLayer, Readable};
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::layer::pass::Pass;
use crate::layer::reread::{Files, Wanted};
use crate::scan::{self, ScanError};

/// The files whose bytes causes need, of each side, by layer and by place in it.
#[derive(Default)]
struct Needed {
    old: BTreeMap<usize, Wanted>,
    new: BTreeMap<usize, Wanted>,
}

/// Their bytes.
struct Bytes {
    old: BTreeMap<usize, Files>,
    new: BTreeMap<usize, Files>,
}

/// What explains `facts`, which were told by `evidence`.
pub(super) fn explain(
    facts: &Comparison,
    evidence: Evidence<'_>,
    notes: &mut Vec<String>,
    options: &scan::Options<'_>,
) -> Result<Vec<LayerExplanation>, ScanError> {
    let needed = needed(&facts.layers, &evidence.rows, evidence.old.is_some());
    let bytes = Bytes {
        new: read((evidence.new, evidence.new_passes), &needed.new, new_left, notes, options)?,
        old: match evidence.old {
            Some(old) => read((old, evidence.old_passes), &needed.old, old_left, notes, options)?,
            None => BTreeMap::new(),
        },
    };
    let around = Around {
        args: facts
            .args
            .iter()
            .map(|arg| (arg.field.as_str(), arg.expected.as_deref(), arg.found.as_deref()))
            .collect(),
        days: days(evidence.old_created),
        old_layers: &evidence.old_layers,
        owners: &evidence.owners,
        has_unlisted: layers::has_unlisted(&facts.layers, &evidence.old_layers),
        bytes: &bytes,
    };
    // By layers first, since what stands around a layer's files is put together once.
    let (attributions, files): (Vec<_>, Vec<Vec<causes::Sides<'_>>>) = (facts.layers.par_iter())
        .zip(evidence.rows)
        .map(|(layer, rows)| rows.map_or_else(Default::default, |rows| around.layer(layer, rows)))
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

/// What stands around all layers' files.
struct Around<'c> {
    /// Build arguments that differ: name, old value, new value.
    args: Vec<(&'c str, Option<&'c str>, Option<&'c str>)>,
    days: Vec<i64>,
    old_layers: &'c [OldLayer<'c>],
    owners: &'c Owners,
    has_unlisted: bool,
    bytes: &'c Bytes,
}

impl<'c> Around<'c> {
    /// What explains each drift of a layer, and both sides of each.
    fn layer(
        &self,
        layer: &'c LayerOutcome,
        rows: BothRows<'c>,
    ) -> (Vec<Vec<causes::Attribution>>, Vec<causes::Sides<'c>>) {
        let BothRows { old, new, pairs } = rows;
        let drifts = layer.drifts.as_deref().unwrap_or_default();
        let case = LayerCase {
            old_sources: old_sources(drifts, layer.group.old.first(), self.old_layers),
            old,
            new,
            instruction: layer.instruction.as_deref(),
            old_days: self.days.clone(),
            args: self.args.clone(),
            owners: self.owners,
            bytes: &self.bytes.new,
            has_unlisted: self.has_unlisted,
            by_content: Default::default(),
            dated: Default::default(),
        };
        let sides = self.bytes.sides(&pairs);
        (causes::attribute(drifts, &sides, &case), sides)
    }
}

impl Bytes {
    /// Both sides of each drift, with what bytes are at hand of them.
    fn sides<'a>(&'a self, pairs: &[Pair<'a>]) -> Vec<causes::Sides<'a>> {
        let side = |row: &Row<'a>, files: &'a BTreeMap<usize, Files>| causes::Side {
            entry: row.entry,
            bytes: row.bytes(files),
        };
        let both = |(old, new): &Pair<'a>| causes::Sides {
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
    options: &scan::Options<'_>,
) -> Result<BTreeMap<usize, Files>, ScanError> {
    let kept = |(at, wanted): (&usize, &Wanted)| Some((*at, scan::kept(passes.get(*at)?, wanted)));
    let mut bytes: BTreeMap<usize, Files> = needed.iter().filter_map(kept).collect();
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

/// Python sources below the layer on the old side, where a compiled module of the layer drifted.
fn old_sources<'a>(
    drifts: &[Drift],
    lowest: Option<&usize>,
    old_layers: &[OldLayer<'a>],
) -> BTreeMap<&'a LayerPath, &'a Entry> {
    let is_compiled = |drift: &Drift| drift.path.as_bytes().ends_with(b".pyc");
    let at = lowest.filter(|_| drifts.iter().any(is_compiled));
    let below = at.and_then(|at| old_layers.get(..*at)).unwrap_or_default();
    let rows = below.iter().filter_map(|layer| layer.entries).flatten();
    rows.filter(|entry| entry.path.as_bytes().ends_with(b".py")).map(|entry| (&entry.path, entry)).collect()
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

/// The day of an RFC 3339 time and its neighbours, as days since the epoch: the time may be of another zone than the
/// builder's clock, and a build may pass midnight.
fn days(created: Option<&str>) -> Vec<i64> {
    let day = created.and_then(|created| {
        let mut parts = created.get(..10)?.split('-').map(str::parse::<i64>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        Some(calendar::days(year, month, day))
    });
    day.map_or_else(Vec::new, |day| vec![day, day - 1, day + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_gives_its_day_and_the_days_beside_it() {
        assert_eq!(days(Some("1970-01-01T00:00:00Z")), [0, -1, 1]);
        assert_eq!(days(Some("2021-02-25T10:00:00.123Z")), [18_683, 18_682, 18_684]);
        assert_eq!(days(Some("2024-02-29"))[0] + 1, days(Some("2024-03-01"))[0]);
        assert_eq!(days(Some("yesterday")), [0_i64; 0]);
        assert_eq!(days(None), [0_i64; 0]);
    }
}
