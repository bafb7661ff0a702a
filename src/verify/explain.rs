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
use crate::compare::container;
use crate::compare::drift::{Change, Drift, Field};
use crate::compare::layers::{self, BothRows};
use crate::compare::outcome::{Comparison, LayerOutcome, Presence};
use crate::compare::pairing::Side;
use crate::compare::rows::{Pair, Row};
use crate::compare::side::Readable;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Kind;
use crate::layer::Contents;
use crate::layer::pass::{Pass, Unpacked};
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
    let shared = below(facts, &evidence, notes, options);
    let mut known = evidence.known;
    known.add_new(&shared, &evidence.pairs);
    let [old_layers, new_layers] = known.entries();
    let images = ImageCase {
        created: evidence.created,
        args: &facts.args,
        packages: &facts.packages,
        owners: &evidence.owners,
        old_layers: &old_layers,
        new_layers: &new_layers,
        has_unlisted: layers::has_unlisted(&facts.layers, &evidence.old_layers),
        bytes: &bytes.new,
    };
    let whole = Whole::of(&facts.layers, (evidence.old_passes, evidence.new_passes));
    // By layers first, since what stands around a layer's files is put together once.
    let (mut explanations, files): (Vec<LayerExplanation>, Vec<Vec<causes::FileSides<'_>>>) =
        (facts.layers.par_iter())
            .zip(evidence.rows)
            .map(|(layer, rows)| match rows {
                Some(rows) => attribute(layer, rows, &whole, &images, &bytes),
                None => {
                    let causes = whole.explain(layer, None);
                    (LayerExplanation { causes, drifts: Vec::new() }, Vec::new())
                }
            })
            .unzip();
    let drifts = facts.layers.iter().map(|layer| layer.drifts.as_deref().unwrap_or_default());
    let layers = drifts.zip(explanations.iter_mut()).zip(&files);
    preview::fill(
        layers.flat_map(|((drifts, layer), sides)| drifts.iter().zip(&mut layer.drifts).zip(sides)),
    );
    Ok(explanations)
}

/// What explains a layer and each of its drifts, and both sides of each.
fn attribute<'c>(
    layer: &LayerOutcome,
    BothRows { old, new, pairs }: BothRows<'c>,
    whole: &Whole<'_>,
    images: &'c ImageCase<'c>,
    bytes: &'c Bytes,
) -> (LayerExplanation, Vec<causes::FileSides<'c>>) {
    let drifts = layer.drifts.as_deref().unwrap_or_default();
    let places = (layer.group.old.first().copied(), layer.group.new.first().copied());
    let is_by_order = layer.tier == Tier::Drifted && drifts.iter().all(Drift::is_metadata);
    let case = LayerCase::new((old, new), places, images).of_base(layer.is_base).by_order(is_by_order);
    let sides = bytes.sides(&pairs);
    let one = |causes| DriftExplanation { causes, preview: None };
    let explained = causes::attribute(drifts, &sides, &case).into_iter().map(one).collect();
    (LayerExplanation { causes: whole.explain(layer, Some(&case)), drifts: explained }, sides)
}

/// The layers that both sides share and that were not read, where what they hold tells what a container sees of a drift
/// above them. Not from a registry, and not where they are large; where one can't be read, what is known explains.
fn below(
    facts: &Comparison,
    evidence: &Evidence<'_>,
    notes: &mut Vec<String>,
    options: &scan::ScanOptions<'_>,
) -> Vec<Arc<Pass>> {
    let renames = |layer: &LayerOutcome| {
        let has = |change| layer.drifts.iter().flatten().any(|drift| drift.change == change);
        has(Change::Added) && has(Change::Removed)
    };
    let depends = |drift: &Drift| {
        let is_opaque = drift.path.file_name() == b".wh..wh..opq";
        drift.change != Change::Modified && (drift.kind == Kind::Directory || is_opaque)
    };
    let Readable { source, image } = evidence.new;
    let is_asked =
        facts.layers.iter().any(|layer| renames(layer) || layer.drifts.iter().flatten().any(depends));
    let size = image.layers.iter().try_fold(0_u64, |all, layer| all.checked_add(layer.size?));
    if !is_asked || source.is_remote() || size.is_none_or(|size| size > limits::EXPLAIN_BYTES) {
        return Vec::new();
    }
    container::unknown(evidence.new, &evidence.known, options).unwrap_or_else(|error| {
        notes.push(format!("causes know nothing of the layers below what drifted: {error}"));
        Vec::new()
    })
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

/// What all layers share, as layers are explained as a whole.
struct Whole<'a> {
    /// How many layers the old and the new side have.
    counts: (usize, usize),
    /// Both sides' layers, as far as they were read.
    passes: (&'a [Arc<Pass>], &'a [Arc<Pass>]),
}

impl<'a> Whole<'a> {
    fn of(layers: &[LayerOutcome], passes: (&'a [Arc<Pass>], &'a [Arc<Pass>])) -> Self {
        let count = |side: Side| layers.iter().map(|layer| layer.group.places(side).len()).sum();
        Self { counts: (count(Side::Old), count(Side::New)), passes }
    }

    /// What explains a layer as a whole, of which `case` has the rows.
    fn explain(&self, layer: &LayerOutcome, case: Option<&LayerCase<'_>>) -> Vec<causes::Attribution> {
        if layer.tier == Tier::Identical && layer.presence == Presence::Both {
            return Vec::new();
        }
        let (old, new) = (walked(self.passes.0, &layer.group.old), walked(self.passes.1, &layer.group.new));
        // Bytes behind the end.
        let padding = |(unpacked, contents): (&Unpacked, &Contents)| unpacked.size.checked_sub(contents.end);
        let slack = |(_, contents): (&Unpacked, &Contents)| contents.slack;
        causes::explain_layer(&LayerFacts {
            tier: layer.tier,
            presence: layer.presence,
            group: &layer.group,
            is_base: layer.is_base,
            old: layer.expected,
            new: layer.found,
            layers: self.counts,
            drifts: layer.drifts.as_ref().map(Vec::len),
            case,
            ends: (old.and_then(padding), new.and_then(padding)),
            slack: (old.map(slack), new.map(slack)),
        })
    }
}

/// The only tar of these places with what it holds, where it was walked.
fn walked<'p>(passes: &'p [Arc<Pass>], places: &[usize]) -> Option<(&'p Unpacked, &'p Contents)> {
    let [at] = places else { return None };
    let unpacked = passes.get(*at)?.unpacked.as_ref()?;
    Some((unpacked, unpacked.contents.as_ref()?))
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
