//! Which files' bytes to keep while a layer streams by: what they differ in is asked right after, and a layer that was
//! fetched is not fetched again.
//!
//! Before the pass it is not known which files drifted, nor for sure which layers will be compared; the old rows of the
//! layers that have no equal are known. So each file is held against its row in the likeliest old layer, or where that
//! has none against all, and its bytes are kept where they may be others.
//! What is kept is bounded, each layer by its share alone, so that what is explained does not depend on which layer
//! came first. From disk less is kept, since what is missing can be read again.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::base::digest::Sha256;
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::compare::layers;
use crate::compare::reading::pairs::Pairs;
use crate::compare::side::{OldLayer, Readable};
use crate::formats::tar::entry::Entry;
use crate::layer::pass::{Depth, Keep};

/// How many rows a file is looked for from where it is expected: folders are not asked for, nor are package databases.
const AHEAD: usize = 16;

/// What to keep of each layer that is read whole, as long as nothing is known of the other side: small files, since most
/// that drift are.
pub(crate) fn any_small(depths: &[Depth]) -> Keep {
    let count = depths.iter().filter(|depth| **depth == Depth::Entries).count().max(1);
    let room = limits::EXPLAIN_BYTES / 2 / count as u64;
    Keep::Drift { locked: None, room, most: limits::SMALL_FILE_BYTES }
}

/// What to keep of the layers that are read whole.
pub(crate) struct Keeping<'a> {
    /// These layers, by their places in the new image.
    layers: BTreeMap<usize, Step>,
    /// Each old layer's rows; none of those that have an equal.
    old: Vec<&'a [Entry]>,
    /// The same by path, once a file is asked for that is not where it is expected.
    rows: OnceLock<HashMap<&'a LayerPath, Known>>,
    room: u64,
    most: u64,
}

/// A new layer, read in step with the old one that it is likely to be compared with: most files stand where they stood.
struct Step {
    /// The old one's place.
    old: Option<usize>,
    /// Where the next file is expected.
    next: AtomicUsize,
}

/// What a file may be compared with.
struct Known {
    /// `None` where old layers disagree.
    content: Option<Sha256>,
    /// The old layer that has it, of several the last, and its place there.
    at: (usize, usize),
}

impl<'a> Keeping<'a> {
    /// Plans for the layers of `new` that are read whole; `pairs` are the old and new layers that are the same.
    pub(crate) fn plan(
        new: Readable<'_>,
        depths: &[Depth],
        old_layers: &[OldLayer<'a>],
        pairs: &Pairs,
    ) -> Self {
        let is_unpaired = |at: usize| pairs.new_of(at).is_none();
        let rows =
            |(at, old): (usize, &OldLayer<'a>)| old.entries.filter(|_| is_unpaired(at)).unwrap_or_default();
        let old: Vec<&[Entry]> = old_layers.iter().enumerate().map(rows).collect();
        // By diff_ids and instructions alone, as long as no file of the new side is known.
        let unread: Vec<OldLayer<'_>> =
            old_layers.iter().map(|old| OldLayer { entries: None, ..old.clone() }).collect();
        let likely: BTreeMap<usize, usize> = layers::group(&unread, new.image, &|_| None, &pairs.equal)
            .iter()
            .filter_map(|group| match (group.old.as_slice(), group.new.as_slice()) {
                ([old], [new]) => Some((*new, *old)),
                _ => None,
            })
            .collect();
        let step = |at| Step { old: likely.get(&at).copied(), next: AtomicUsize::new(0) };
        // Without a row to compare with, no drift is named, and none is explained.
        let has_rows = old.iter().any(|rows| !rows.is_empty());
        let is_read = |(_, depth): &(usize, &Depth)| has_rows && **depth == Depth::Entries;
        let layers: BTreeMap<usize, Step> =
            depths.iter().enumerate().filter(is_read).map(|(at, _)| (at, step(at))).collect();
        let (room, most) = match new.source.is_remote() {
            true => (limits::EXPLAIN_BYTES, limits::EXPLAIN_FILE_BYTES),
            false => (limits::EXPLAIN_BYTES / 2, limits::KEPT_FILE_BYTES),
        };
        Self { old, rows: OnceLock::new(), room: room / (layers.len().max(1) as u64), most, layers }
    }

    /// Whether to keep the bytes of `path` of the layer at `at`.
    pub(crate) fn keep(&self, at: usize, path: &LayerPath) -> Keep {
        match self.layers.get(&at) {
            None => Keep::Nothing,
            Some(step) => Keep::Drift { locked: self.locked(step, path), room: self.room, most: self.most },
        }
    }

    /// What the path holds on the old side, as far as that is one content.
    fn locked(&self, step: &Step, path: &LayerPath) -> Option<Sha256> {
        // Each layer is read by one thread, in order.
        let next = step.next.load(Ordering::Relaxed);
        let expected = step.old.and_then(|old| self.old.get(old)?.get(next..)).unwrap_or_default();
        let next_there = expected.iter().take(AHEAD).enumerate().find(|(_, entry)| entry.path == *path);
        if let Some((ahead, entry)) = next_there {
            step.next.store(next + ahead + 1, Ordering::Relaxed);
            return entry.content;
        }
        let known = self.rows.get_or_init(|| by_path(&self.old)).get(path)?;
        if step.old == Some(known.at.0) {
            step.next.store(known.at.1 + 1, Ordering::Relaxed);
        }
        known.content
    }
}

fn by_path<'a>(layers: &[&'a [Entry]]) -> HashMap<&'a LayerPath, Known> {
    let mut rows: HashMap<&LayerPath, Known> =
        HashMap::with_capacity(layers.iter().map(|entries| entries.len()).sum());
    for (layer, entries) in layers.iter().enumerate() {
        for (place, entry) in entries.iter().enumerate() {
            let known = Known { content: entry.content, at: (layer, place) };
            let known = rows.entry(&entry.path).and_modify(|other| other.at = known.at).or_insert(known);
            if known.content != entry.content {
                known.content = None;
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::tests::{dir, file};

    fn keeping(old: &[Vec<Entry>]) -> Keeping<'_> {
        let layers = BTreeMap::from([(0, Step { old: Some(0), next: AtomicUsize::new(0) })]);
        let old = old.iter().map(Vec::as_slice).collect();
        Keeping { layers, old, rows: OnceLock::new(), room: 1, most: 1 }
    }

    fn locked(keeping: &Keeping<'_>, path: &str) -> Option<Sha256> {
        match keeping.keep(0, &path.into()) {
            Keep::Drift { locked, .. } => locked,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn files_that_stand_where_they_stood_are_found_without_a_search() {
        let old = [vec![dir("d"), file("d/a", b"1"), file("d/b", b"2")]];
        let keeping = keeping(&old);
        assert_eq!(locked(&keeping, "d/a"), Some(Sha256::of(b"1")));
        assert_eq!(locked(&keeping, "d/b"), Some(Sha256::of(b"2")));
        assert!(keeping.rows.get().is_none());
        assert_eq!(keeping.keep(1, &"d/a".into()), Keep::Nothing);
    }

    #[test]
    fn files_that_were_added_or_stand_elsewhere_are_looked_up_and_the_rest_goes_on_behind_them() {
        let mut first: Vec<Entry> = (0..40).map(|at| file(&format!("{at:02}"), b"1")).collect();
        first.push(file("both", b"1"));
        let old = [first, vec![file("other", b"3"), file("both", b"2")]];
        let keeping = keeping(&old);
        assert_eq!(locked(&keeping, "added"), None);
        assert_eq!(locked(&keeping, "other"), Some(Sha256::of(b"3")));
        assert_eq!(locked(&keeping, "39"), Some(Sha256::of(b"1")));
        assert_eq!(keeping.layers[&0].next.load(Ordering::Relaxed), 40);
        // Where it is expected it is what it is there; elsewhere old layers disagree.
        assert_eq!(locked(&keeping, "both"), Some(Sha256::of(b"1")));
        assert_eq!(locked(&keeping, "both"), None);
    }
}
