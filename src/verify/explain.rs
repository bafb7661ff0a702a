//! Explains what drifted: reads the bytes that causes need, once more over each drifted layer, and asks every cause.
//! Remote layers are not read again: what they need was kept while they were fetched (`keeping.rs`).
//!
//! The bytes held at one time are bounded; a file past the bound is explained by what its row tells alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::causes::{self, Bytes, LayerCase, LayerFacts};
use super::compare::{OldLayer, entries};
use super::drift::{Change, Drift, Field};
use super::outcome::{LayerOutcome, Outcome, Presence};
use super::owners::Owners;
use super::preview;
use super::verdict::Tier;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::image::{Image, ImageSource};
use crate::layer::entry::{Entry, Kind};
use crate::layer::pass::Pass;
use crate::scan::{self, ScanError};

/// An image whose bytes can be read.
#[derive(Clone, Copy)]
pub struct Readable<'a> {
    /// Where it is.
    pub source: &'a dyn ImageSource,
    /// What it is.
    pub image: &'a Image,
}

/// Both sides, as far as they can be read.
pub(super) struct Sides<'a> {
    pub(super) old_layers: &'a [OldLayer<'a>],
    /// The old image, where there is one to read.
    pub(super) old: Option<Readable<'a>>,
    pub(super) new: Readable<'a>,
    pub(super) passes: &'a [Arc<Pass>],
    /// For each layer of the new image, its place on the old side.
    pub(super) old_of: &'a BTreeMap<usize, usize>,
    /// When the old image was made, in RFC 3339.
    pub(super) old_created: Option<&'a str>,
    /// The packages that differ, by their drifted files.
    pub(super) owners: &'a Owners,
}

/// Said where the old side's bytes were left in the registry.
const OLD_LEFT: &str = "the old image's layers were not fetched again for the bytes of drifted files: a local copy of it proves more";

type Wanted = BTreeMap<usize, BTreeSet<LayerPath>>;

/// Fills in the causes of every drift of `outcome`.
pub(super) fn explain(
    outcome: &mut Outcome,
    sides: &Sides<'_>,
    options: &scan::Options<'_>,
) -> Result<(), ScanError> {
    let (old_wanted, new_wanted) = wanted(outcome, sides);
    let mut new_bytes = new_bytes(sides, &new_wanted, &mut outcome.notes, options)?;
    let mut old_bytes = old_bytes(sides.old, &old_wanted, &mut outcome.notes, options)?;
    let args: Vec<(String, Option<String>, Option<String>)> =
        outcome.args.iter().map(|arg| (arg.field.clone(), arg.expected.clone(), arg.found.clone())).collect();
    let days = days(sides.old_created);
    explain_layers(outcome);
    let mut taken = preview::Taken::default();
    for layer in outcome.layers.iter_mut().filter(|layer| layer.presence == Presence::Both) {
        let index = layer.index;
        let Some((old, new)) = rows(sides, index) else { continue };
        let case = LayerCase {
            old: by_path(old),
            new: by_path(new),
            instruction: layer.instruction.as_deref(),
            old_days: days.clone(),
            args: args
                .iter()
                .map(|(name, old, new)| (name.as_str(), old.as_deref(), new.as_deref()))
                .collect(),
            owners: sides.owners,
            old_sources: old_sources(layer, sides),
        };
        let old_at = sides.old_of.get(&index);
        let bytes = Bytes {
            old: old_at.and_then(|at| old_bytes.remove(at)).unwrap_or_default(),
            new: new_bytes.remove(&index).unwrap_or_default(),
        };
        let drifts = layer.drifts.as_deref_mut().unwrap_or_default();
        causes::attribute(drifts, &case, &bytes);
        preview::fill(drifts, &bytes, &mut taken);
    }
    Ok(())
}

/// The wanted files of the new side: kept while the layer was fetched, or read again from disk.
fn new_bytes(
    sides: &Sides<'_>,
    wanted: &Wanted,
    notes: &mut Vec<String>,
    options: &scan::Options<'_>,
) -> Result<BTreeMap<usize, scan::Files>, ScanError> {
    let Sides { new, passes, .. } = sides;
    if !new.source.is_remote() {
        return scan::files(new.source, new.image, wanted, options);
    }
    let kept = |(at, paths): (&usize, &BTreeSet<LayerPath>)| Some((*at, scan::kept(passes.get(*at)?, paths)));
    let kept: BTreeMap<usize, scan::Files> = wanted.iter().filter_map(kept).collect();
    let count = |files: usize, of: &BTreeSet<LayerPath>| of.len().saturating_sub(files);
    let missing: usize =
        wanted.iter().map(|(at, paths)| count(kept.get(at).map_or(0, BTreeMap::len), paths)).sum();
    if missing > 0 {
        notes.push(format!(
            "the bytes of some drifted files ({missing}) were too many to keep while their layers were fetched: what their rows tell explains these; a local copy of the image proves more"
        ));
    }
    Ok(kept)
}

/// The wanted files of the old side. Not from a registry: that would fetch whole layers to explain a few files.
fn old_bytes(
    old: Option<Readable<'_>>,
    wanted: &Wanted,
    notes: &mut Vec<String>,
    options: &scan::Options<'_>,
) -> Result<BTreeMap<usize, scan::Files>, ScanError> {
    let Some(old) = old.filter(|_| !wanted.is_empty()) else { return Ok(BTreeMap::new()) };
    if old.source.is_remote() {
        notes.push(OLD_LEFT.to_owned());
        return Ok(BTreeMap::new());
    }
    scan::files(old.source, old.image, wanted, options)
}

/// Fills in what explains layers as a whole.
fn explain_layers(outcome: &mut Outcome) {
    let count = |missing: Presence| outcome.layers.iter().filter(|layer| layer.presence != missing).count();
    let layers = (count(Presence::Added), count(Presence::Removed));
    for layer in outcome.layers.iter_mut().filter(|layer| layer.tier != Tier::Identical) {
        layer.causes = causes::explain_layer(&LayerFacts {
            tier: layer.tier,
            presence: layer.presence,
            is_base: layer.is_base,
            old: layer.expected,
            new: layer.found,
            layers,
            drifts: layer.drifts.as_ref().map(Vec::len),
        });
    }
}

/// Python sources below the layer on the old side, where a compiled module of the layer drifted.
fn old_sources<'a>(layer: &LayerOutcome, sides: &Sides<'a>) -> BTreeMap<&'a LayerPath, &'a Entry> {
    let is_compiled = |drift: &Drift| drift.path.as_bytes().ends_with(b".pyc");
    let at = sides.old_of.get(&layer.index).filter(|_| layer.drifts.iter().flatten().any(is_compiled));
    let below = at.and_then(|at| sides.old_layers.get(..*at)).unwrap_or_default();
    let rows = below.iter().filter_map(|layer| layer.entries).flatten();
    rows.filter(|entry| entry.path.as_bytes().ends_with(b".py")).map(|entry| (&entry.path, entry)).collect()
}

/// Which files' bytes to read, on each side, within the bound.
fn wanted(outcome: &Outcome, sides: &Sides<'_>) -> (Wanted, Wanted) {
    let (mut old_wanted, mut new_wanted) = (Wanted::new(), Wanted::new());
    let mut room = limits::EXPLAIN_BYTES;
    for layer in &outcome.layers {
        let Some((old, new)) = rows(sides, layer.index).filter(|_| has_drifts(layer)) else { continue };
        let (old, new) = (by_path(old), by_path(new));
        let old_at = sides.old_of.get(&layer.index).filter(|_| sides.old.is_some());
        for drift in layer.drifts.iter().flatten().filter(|drift| needs_bytes(drift)) {
            let size = |rows: &BTreeMap<&LayerPath, &Entry>| {
                rows.get(&drift.path).filter(|entry| entry.kind == Kind::File).map(|entry| entry.size)
            };
            let old_size = old_at.and(size(&old));
            let cost = old_size.unwrap_or(0).saturating_add(size(&new).unwrap_or(0));
            if cost > room || cost > limits::EXPLAIN_FILE_BYTES {
                continue;
            }
            room -= cost;
            if let (Some(at), Some(_)) = (old_at, old_size) {
                old_wanted.entry(*at).or_default().insert(drift.path.clone());
            }
            if size(&new).is_some() {
                new_wanted.entry(layer.index).or_default().insert(drift.path.clone());
            }
        }
    }
    (old_wanted, new_wanted)
}

fn has_drifts(layer: &LayerOutcome) -> bool {
    layer.drifts.as_ref().is_some_and(|drifts| !drifts.is_empty())
}

fn needs_bytes(drift: &Drift) -> bool {
    drift.change != Change::Modified || drift.fields.contains(&Field::Content)
}

/// Both sides' rows of the layer at `index` of the new image.
fn rows<'a>(sides: &Sides<'a>, index: usize) -> Option<(&'a [Entry], &'a [Entry])> {
    let old = sides.old_layers.get(*sides.old_of.get(&index)?)?.entries?;
    Some((old, entries(sides.passes.get(index)?)?))
}

fn by_path(entries: &[Entry]) -> BTreeMap<&LayerPath, &Entry> {
    entries.iter().map(|entry| (&entry.path, entry)).collect()
}

/// The day of an RFC 3339 time and its neighbours, as days since the epoch: the time may be of another zone than the
/// builder's clock, and a build may pass midnight.
fn days(created: Option<&str>) -> Vec<i64> {
    let day = created.and_then(|created| {
        let mut parts = created.get(..10)?.split('-').map(str::parse::<i64>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        Some(days_from_civil(year, month, day))
    });
    day.map_or_else(Vec::new, |day| vec![day, day - 1, day + 1])
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar; years count from March, so that leap days come last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
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
