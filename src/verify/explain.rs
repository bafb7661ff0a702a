//! Explains what drifted: reads the bytes that causes need, once more over each drifted layer, and asks every cause.
//! Remote layers are not read again: what they need was kept while they were fetched (`keeping.rs`).
//!
//! The bytes held at one time are bounded; a file past the bound is explained by what its row tells alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::causes::{self, Bytes, LayerCase, LayerFacts};
use super::compare::{self, OldLayer};
use super::drift::{ByPath, Change, Drift, Field};
use super::outcome::{LayerOutcome, Outcome, Presence};
use super::owners::Owners;
use super::pairing::Side;
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
    /// When the old image was made, in RFC 3339.
    pub(super) old_created: Option<&'a str>,
    /// The packages that differ, by their drifted files.
    pub(super) owners: &'a Owners,
}

/// Said where the old side's bytes were left in the registry.
const OLD_LEFT: &str = "the old image's layers were not fetched again for the bytes of drifted files: a local copy of it proves more";

type Wanted = BTreeMap<usize, BTreeSet<LayerPath>>;

/// Fills in the causes of every drift of `outcome`.
pub(super) fn explain<'a>(
    outcome: &mut Outcome,
    sides: &Sides<'a>,
    options: &scan::Options<'_>,
) -> Result<(), ScanError> {
    let rows: Vec<Option<(ByPath<'a>, ByPath<'a>)>> =
        outcome.layers.iter().map(|layer| rows(sides, layer)).collect();
    let (old_wanted, new_wanted) = wanted(outcome, &rows, sides.old.is_some());
    let mut new_bytes = new_bytes(sides, &new_wanted, &mut outcome.notes, options)?;
    let mut old_bytes = old_bytes(sides.old, &old_wanted, &mut outcome.notes, options)?;
    let args: Vec<(String, Option<String>, Option<String>)> =
        outcome.args.iter().map(|arg| (arg.field.clone(), arg.expected.clone(), arg.found.clone())).collect();
    let days = days(sides.old_created);
    explain_layers(outcome);
    let mut taken = preview::Taken::default();
    for (layer, rows) in outcome.layers.iter_mut().zip(rows) {
        let Some((old, new)) = rows else { continue };
        let entries = |rows: &ByPath<'a>| rows.iter().map(|(path, (_, entry))| (*path, *entry)).collect();
        let case = LayerCase {
            old: entries(&old),
            new: entries(&new),
            instruction: layer.instruction.as_deref(),
            old_days: days.clone(),
            args: args
                .iter()
                .map(|(name, old, new)| (name.as_str(), old.as_deref(), new.as_deref()))
                .collect(),
            owners: sides.owners,
            old_sources: old_sources(layer, sides),
        };
        let read = |bytes: &mut BTreeMap<usize, scan::Files>, places: &[usize]| -> scan::Files {
            places.iter().filter_map(|at| bytes.remove(at)).flatten().collect()
        };
        let bytes = Bytes {
            old: read(&mut old_bytes, &layer.group.old),
            new: read(&mut new_bytes, &layer.group.new),
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
    let count = |side: Side| outcome.layers.iter().map(|layer| layer.group.places(side).len()).sum();
    let layers = (count(Side::Old), count(Side::New));
    let is_told =
        |layer: &&mut LayerOutcome| layer.tier != Tier::Identical || layer.presence != Presence::Both;
    for layer in outcome.layers.iter_mut().filter(is_told) {
        layer.causes = causes::explain_layer(&LayerFacts {
            tier: layer.tier,
            presence: layer.presence,
            group: &layer.group,
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
    let at = layer.group.old.first().filter(|_| layer.drifts.iter().flatten().any(is_compiled));
    let below = at.and_then(|at| sides.old_layers.get(..*at)).unwrap_or_default();
    let rows = below.iter().filter_map(|layer| layer.entries).flatten();
    rows.filter(|entry| entry.path.as_bytes().ends_with(b".py")).map(|entry| (&entry.path, entry)).collect()
}

/// Which files' bytes to read, on each side, within the bound.
fn wanted(outcome: &Outcome, rows: &[Option<(ByPath<'_>, ByPath<'_>)>], has_old: bool) -> (Wanted, Wanted) {
    let (mut old_wanted, mut new_wanted) = (Wanted::new(), Wanted::new());
    let mut room = limits::EXPLAIN_BYTES;
    for (layer, rows) in outcome.layers.iter().zip(rows) {
        let Some((old, new)) = rows else { continue };
        for drift in layer.drifts.iter().flatten().filter(|drift| needs_bytes(drift)) {
            let file = |rows: &ByPath<'_>| {
                let (at, entry) = rows.get(&drift.path).filter(|(_, entry)| entry.kind == Kind::File)?;
                Some((*at, entry.size))
            };
            let (old, new) = (file(old).filter(|_| has_old), file(new));
            let size = |side: Option<(usize, u64)>| side.map_or(0, |(_, size)| size);
            let cost = size(old).saturating_add(size(new));
            if cost > room || cost > limits::EXPLAIN_FILE_BYTES {
                continue;
            }
            room -= cost;
            for (side, wanted) in [(old, &mut old_wanted), (new, &mut new_wanted)] {
                if let Some((at, _)) = side {
                    wanted.entry(at).or_default().insert(drift.path.clone());
                }
            }
        }
    }
    (old_wanted, new_wanted)
}

fn needs_bytes(drift: &Drift) -> bool {
    drift.change != Change::Modified || drift.fields.contains(&Field::Content)
}

/// Both sides' rows of a layer that has drifts, or of what stands for it, each with its layer's place.
fn rows<'a>(sides: &Sides<'a>, layer: &LayerOutcome) -> Option<(ByPath<'a>, ByPath<'a>)> {
    layer.drifts.as_ref().filter(|drifts| !drifts.is_empty())?;
    let (old, new) = compare::unions(sides.old_layers, sides.passes, &layer.group)?;
    Some((old.rows, new.rows))
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
