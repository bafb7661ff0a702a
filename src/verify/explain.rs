//! Explains what drifted: gets the bytes that causes need, and asks every cause. Most were kept when the layer was read
//! (`keeping.rs`); what was not is read again, but from a registry.
//!
//! The bytes held at one time are bounded; a file past the bound is explained by what its row tells alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefMutIterator as _, ParallelIterator as _};

use super::outcome::{LayerOutcome, Outcome, Presence};
use super::preview;
use crate::base::calendar;
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::causes::{self, LayerCase, LayerFacts};
use crate::compare::drift::{Change, Drift, Field};
use crate::compare::layers::{self, Compared, OldLayer};
use crate::compare::owners::Owners;
use crate::compare::pairing::Side;
use crate::compare::rows::{Pair, Row};
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::image::{Image, ImageSource};
use crate::layer::pass::Pass;
use crate::layer::reread::{FileBytes, Wanted};
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
    /// Its layers, as far as they were read.
    pub(super) old_passes: &'a [Arc<Pass>],
    pub(super) new: Readable<'a>,
    pub(super) passes: &'a [Arc<Pass>],
    /// When the old image was made, in RFC 3339.
    pub(super) old_created: Option<&'a str>,
    /// The packages that differ, by their drifted files.
    pub(super) owners: &'a Owners,
}

/// The files whose bytes causes need, of each side, by layer and by place in it.
#[derive(Default)]
struct Needed {
    old: BTreeMap<usize, Wanted>,
    new: BTreeMap<usize, Wanted>,
}

/// Their bytes.
#[derive(Default)]
struct Found {
    old: BTreeMap<usize, FileBytes>,
    new: BTreeMap<usize, FileBytes>,
}

/// Fills in the causes of every drift of `outcome`, of whose layers `rows` were compared.
pub(super) fn explain<'a>(
    outcome: &mut Outcome,
    rows: Vec<Option<Compared<'a>>>,
    sides: &Sides<'_>,
    options: &scan::ScanOptions<'_>,
) -> Result<(), ScanError> {
    let needed = needed(outcome, &rows, sides.old.is_some());
    let found = Found {
        new: read((sides.new, sides.passes), &needed.new, new_left, &mut outcome.notes, options)?,
        old: match sides.old {
            Some(old) => read((old, sides.old_passes), &needed.old, old_left, &mut outcome.notes, options)?,
            None => BTreeMap::new(),
        },
    };
    let args: Vec<(String, Option<String>, Option<String>)> =
        outcome.args.iter().map(|arg| (arg.field.clone(), arg.expected.clone(), arg.found.clone())).collect();
    let days = days(sides.old_created);
    explain_layers(outcome);
    let has_unlisted = layers::has_unlisted(&outcome.layers, sides.old_layers);
    // By layers first, since what stands around a layer's files is put together once.
    let attribute = |(layer, rows): (&mut LayerOutcome, Option<Compared<'a>>)| {
        let Some(Compared { old, new, pairs }) = rows else { return Vec::new() };
        let drifts = layer.drifts.as_deref_mut().unwrap_or_default();
        let case = LayerCase {
            old_sources: old_sources(drifts, layer.group.old.first(), sides),
            old,
            new,
            instruction: layer.instruction.as_deref(),
            old_days: days.clone(),
            args: args
                .iter()
                .map(|(name, old, new)| (name.as_str(), old.as_deref(), new.as_deref()))
                .collect(),
            owners: sides.owners,
            bytes: &found.new,
            has_unlisted,
            by_content: Default::default(),
            dated: Default::default(),
        };
        let sides = found.sides(&pairs);
        causes::attribute(drifts, &sides, &case);
        sides
    };
    let files: Vec<Vec<causes::Sides<'_>>> =
        (outcome.layers.par_iter_mut()).zip(rows).map(attribute).collect();
    let drifts = outcome.layers.iter_mut().map(|layer| layer.drifts.as_deref_mut().unwrap_or_default());
    preview::fill(drifts.zip(&files).flat_map(|(drifts, sides)| drifts.iter_mut().zip(sides)));
    Ok(())
}

impl Found {
    /// Both sides of each drift, with what bytes were found of them.
    fn sides<'a>(&'a self, pairs: &[Pair<'a>]) -> Vec<causes::Sides<'a>> {
        let side = |row: &Row<'a>, found: &'a BTreeMap<usize, FileBytes>| causes::Side {
            entry: row.entry,
            bytes: row.bytes(found),
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
    options: &scan::ScanOptions<'_>,
) -> Result<BTreeMap<usize, FileBytes>, ScanError> {
    let kept = |(at, wanted): (&usize, &Wanted)| Some((*at, scan::kept(passes.get(*at)?, wanted)));
    let mut found: BTreeMap<usize, FileBytes> = needed.iter().filter_map(kept).collect();
    let has = |at: &usize, place: &usize| found.get(at).is_some_and(|files| files.contains_key(place));
    let missing = |(at, wanted): (&usize, &Wanted)| {
        let files = wanted.iter().filter(|(place, _)| !has(at, place));
        (*at, files.map(|(place, told)| (*place, *told)).collect())
    };
    let missing: BTreeMap<usize, Wanted> = needed.iter().map(missing).collect();
    let count: usize = missing.values().map(BTreeMap::len).sum();
    if count > 0 && image.source.is_remote() {
        notes.push(left(count));
    } else {
        for (at, files) in scan::files(image.source, image.image, &missing, options)? {
            found.entry(at).or_default().extend(files);
        }
    }
    Ok(found)
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
fn old_sources<'a>(
    drifts: &[Drift],
    lowest: Option<&usize>,
    sides: &Sides<'a>,
) -> BTreeMap<&'a LayerPath, &'a Entry> {
    let is_compiled = |drift: &Drift| drift.path.as_bytes().ends_with(b".pyc");
    let at = lowest.filter(|_| drifts.iter().any(is_compiled));
    let below = at.and_then(|at| sides.old_layers.get(..*at)).unwrap_or_default();
    let rows = below.iter().filter_map(|layer| layer.entries).flatten();
    rows.filter(|entry| entry.path.as_bytes().ends_with(b".py")).map(|entry| (&entry.path, entry)).collect()
}

/// Which files' bytes are needed, on each side, within the bound.
fn needed(outcome: &Outcome, rows: &[Option<Compared<'_>>], has_old: bool) -> Needed {
    let mut needed = Needed::default();
    let mut room = limits::EXPLAIN_BYTES;
    for (layer, rows) in outcome.layers.iter().zip(rows) {
        let Some(Compared { pairs, .. }) = rows else { continue };
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
