//! What a container sees: both sides' layers merged, and the trees compared.
//!
//! It is told where the lists of layers differ, since then no list of a layer's files says it. Where they are the same,
//! it says which drifts no container sees: those of files that later layers replace or remove, alike on both sides.
//!
//! For the first it takes every layer's rows, so layers that were proved by their digests are read too, unless they are
//! in a registry. For the second, a layer that was not read is the same on both sides; what it replaces is not known, so
//! a drift below it counts as seen.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::path::LayerPath;
use crate::compare::drift::{self, Drift, Field};
use crate::compare::known::Known;
use crate::compare::outcome::{Container, LayerOutcome};
use crate::compare::pairing::Side;
use crate::compare::side::Readable;
use crate::formats::tar::entry::{Entry, Kind};
use crate::image::Layer;
use crate::layer::pass::{Depth, Pass};
use crate::scan::{self, ScanError};
use crate::tree::{self, FileTree};

/// Both sides' trees, of what is known.
struct Trees<'t, 'a> {
    old: &'t FileTree<'a>,
    new: &'t FileTree<'a>,
}

/// Said where too little is known to merge the layers.
const UNTOLD: &str =
    "what a container sees cannot be told: not all files of the layers that differ are known";

/// Reads what is not known of the new side's layers, where the lists of layers differ. Not from a registry.
pub(crate) fn rest(
    new: Readable<'_>,
    layers: &[LayerOutcome],
    known: &Known<'_>,
    options: &scan::ScanOptions<'_>,
) -> Result<Vec<Arc<Pass>>, ScanError> {
    if new.source.is_remote() || !layers.iter().any(LayerOutcome::is_elsewhere) {
        return Ok(Vec::new());
    }
    unknown(new, known, options)
}

/// Reads what is not known of the new side's layers.
pub(crate) fn unknown(
    new: Readable<'_>,
    known: &Known<'_>,
    options: &scan::ScanOptions<'_>,
) -> Result<Vec<Arc<Pass>>, ScanError> {
    let depth = |at: usize, _: &Layer| if known.new.is_listed(at) { Depth::Claim } else { Depth::Entries };
    scan::layers(new.source, new.image, &depth, options)
}

/// Compares the trees, of which the old side's is made here where it is not at hand: marks the drifts that no container
/// sees, and tells what one does where the lists of layers differ.
pub(crate) fn look(
    layers: &mut [LayerOutcome],
    known: &Known<'_>,
    (old, new): (Option<&FileTree<'_>>, &FileTree<'_>),
    notes: &mut Vec<String>,
) -> Option<Container> {
    let is_elsewhere = layers.iter().any(LayerOutcome::is_elsewhere);
    if is_elsewhere && !known.is_complete() {
        notes.push(UNTOLD.to_owned());
        return None;
    }
    if !is_elsewhere && !may_be_overwritten(layers, new) {
        return None;
    }
    let made = old.is_none().then(|| FileTree::stack(known.old.rows()));
    let trees = Trees { old: old.or(made.as_ref())?, new };
    let (drifts, paths) = differences(layers, &trees, is_elsewhere);
    for layer in layers.iter_mut() {
        let (old, new) = (&layer.group.old, &layer.group.new);
        for drift in layer.drifts.iter_mut().flatten() {
            drift.is_overwritten = is_overwritten(drift, (old, new), &trees, &paths);
        }
    }
    is_elsewhere.then_some(Container { drifts })
}

/// Whether the new side has something else than a layer's drift in its place, so that the old side is worth a look.
fn may_be_overwritten(layers: &[LayerOutcome], new: &FileTree<'_>) -> bool {
    let top = layers.iter().flat_map(|layer| &layer.group.new).max();
    // Above the uppermost layer there is nothing.
    layers.iter().filter(|layer| layer.group.new.last() != top).any(|layer| {
        layer.drifts.iter().flatten().any(|drift| stands_elsewhere(drift, &layer.group.new, new).is_some())
    })
}

/// Where the drift's path leads, if not to what `layers` have there.
fn stands_elsewhere(drift: &Drift, layers: &[usize], tree: &FileTree<'_>) -> Option<LayerPath> {
    let is_here = |path: &LayerPath| tree.get(path).is_some_and(|(_, node)| layers.contains(&node.layer));
    // What stands in the tree stands below no link: that is its place.
    if is_here(&drift.path) || drift.path.file_name().starts_with(b".wh.") {
        return None;
    }
    tree.place(&drift.path).filter(|place| !is_here(place))
}

/// The differences between the trees; their paths alone where the files are told by layer.
fn differences(
    layers: &[LayerOutcome],
    trees: &Trees<'_, '_>,
    is_told: bool,
) -> (Vec<Drift>, BTreeSet<LayerPath>) {
    // A base that moved is one finding.
    let of_base = |side: Side| -> BTreeSet<usize> {
        let bases = layers.iter().filter(|layer| layer.is_base);
        bases.flat_map(|layer| layer.group.places(side)).copied().collect()
    };
    let (old_base, new_base) = (of_base(Side::Old), of_base(Side::New));
    let (mut drifts, mut paths) = (Vec::new(), BTreeSet::new());
    for (path, old, new) in tree::join(trees.old, trees.new) {
        let fields = match (old, new) {
            (Some(old), Some(new)) => seen_fields((old.entry, old.file), (new.entry, new.file)),
            _ => Vec::new(),
        };
        if fields.is_empty() && old.is_some() && new.is_some() {
            continue;
        }
        paths.insert(path.clone());
        let is_base = old.is_none_or(|old| old_base.contains(&old.node.layer))
            && new.is_none_or(|new| new_base.contains(&new.node.layer));
        if is_told && !is_base {
            let sides = (old.map(|old| old.entry), new.map(|new| new.entry));
            drifts.push(drift::drift(path, sides, fields));
        }
    }
    (drifts, paths)
}

/// In which fields a container sees two paths differ.
fn seen_fields((a, a_file): (&Entry, &Entry), (b, b_file): (&Entry, &Entry)) -> Vec<Field> {
    // Another name of a file is that file.
    let resolved =
        |entry: &'_ Entry, file: &'_ Entry| entry.kind == Kind::Hardlink && file.kind != Kind::Hardlink;
    let (a, b) = (if resolved(a, a_file) { a_file } else { a }, if resolved(b, b_file) { b_file } else { b });
    let mut fields = drift::fields(a, b);
    fields.retain(|field| !matches!(field, Field::Uname | Field::Gname | Field::TarFormat));
    fields
}

/// Whether later layers replace or remove the path of a layer's drift, the same on both sides.
fn is_overwritten(
    drift: &Drift,
    (old, new): (&[usize], &[usize]),
    trees: &Trees<'_, '_>,
    differing: &BTreeSet<LayerPath>,
) -> bool {
    let is_unseen = |tree: &FileTree<'_>, layers: &[usize]| {
        stands_elsewhere(drift, layers, tree).is_some_and(|place| !differing.contains(&place))
    };
    is_unseen(trees.old, old) && is_unseen(trees.new, new)
}
