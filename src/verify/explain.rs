//! Explains what drifted: gets the bytes that causes need, and asks every cause. Most were kept when the layer was read
//! (`keeping.rs`); what was not is read again, but from a registry.
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
use crate::compare::drift::{Change, Drift, Field};
use crate::compare::layers::{self, Compared, OldLayer};
use crate::compare::outcome::{Comparison, LayerOutcome, Presence};
use crate::compare::owners::Owners;
use crate::compare::pairing::Side;
use crate::compare::rows::{Pair, Row};
use crate::compare::side::Readable;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::layer::pass::Pass;
use crate::layer::reread::{Files, Wanted};
use crate::scan::{self, ScanError};

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
    old: BTreeMap<usize, Files>,
    new: BTreeMap<usize, Files>,
}

/// What explains `facts`, of whose layers `rows` were compared.
pub(super) fn explain<'a>(
    facts: &Comparison,
    rows: Vec<Option<Compared<'a>>>,
    sides: &Sides<'_>,
    notes: &mut Vec<String>,
    options: &scan::Options<'_>,
) -> Result<Vec<LayerExplanation>, ScanError> {
    let needed = needed(&facts.layers, &rows, sides.old.is_some());
    let found = Found {
        new: read((sides.new, sides.passes), &needed.new, new_left, notes, options)?,
        old: match sides.old {
            Some(old) => read((old, sides.old_passes), &needed.old, old_left, notes, options)?,
            None => BTreeMap::new(),
        },
    };
    let whole = layers_as_a_whole(&facts.layers);
    let old_layers: Vec<Option<&[Entry]>> = sides.old_layers.iter().map(|layer| layer.entries).collect();
    let images = ImageCase {
        old_created: sides.old_created,
        args: &facts.args,
        owners: sides.owners,
        old_layers: &old_layers,
        has_unlisted: layers::has_unlisted(&facts.layers, sides.old_layers),
        bytes: &found.new,
    };
    // By layers first, since what stands around a layer's files is put together once.
    let attribute = |(layer, rows): (&LayerOutcome, Option<Compared<'a>>)| {
        let Some(Compared { old, new, pairs }) = rows else { return (Vec::new(), Vec::new()) };
        let drifts = layer.drifts.as_deref().unwrap_or_default();
        let place = layer.group.old.first().copied();
        let case = LayerCase::new((old, new), place, &images);
        let sides = found.sides(&pairs);
        (causes::attribute(drifts, &sides, &case), sides)
    };
    let (attributions, files): (Vec<_>, Vec<Vec<causes::FileSides<'_>>>) =
        facts.layers.par_iter().zip(rows).map(attribute).unzip();
    let one = |causes| DriftExplanation { causes, preview: None };
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

impl Found {
    /// Both sides of each drift, with what bytes were found of them.
    fn sides<'a>(&'a self, pairs: &[Pair<'a>]) -> Vec<causes::FileSides<'a>> {
        let side = |row: &Row<'a>, found: &'a BTreeMap<usize, Files>| causes::FileSide {
            entry: row.entry,
            bytes: row.bytes(found),
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
    options: &scan::Options<'_>,
) -> Result<BTreeMap<usize, Files>, ScanError> {
    let kept = |(at, wanted): (&usize, &Wanted)| Some((*at, scan::kept(passes.get(*at)?, wanted)));
    let mut found: BTreeMap<usize, Files> = needed.iter().filter_map(kept).collect();
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
fn needed(layers: &[LayerOutcome], rows: &[Option<Compared<'_>>], has_old: bool) -> Needed {
    let mut needed = Needed::default();
    let mut room = limits::EXPLAIN_BYTES;
    for (layer, rows) in layers.iter().zip(rows) {
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
