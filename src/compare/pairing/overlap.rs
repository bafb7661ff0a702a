//! Whose files a layer has: a part of a layer that was split, or one of several that were squashed.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::compare::drift;
use crate::compare::pairing::Group;
use crate::compare::pairing::Side;
use crate::compare::pairing::Sign;
use crate::compare::pairing::pair;
use crate::formats::tar::entry::{Entry, Kind, Whiteout};

/// Adds each free layer to the group of the layer of the other side that has most of its files, where that is at
/// least half of them. Files that a higher layer of the same group replaces do not count: a squash has lost them.
/// Layers named in `settled` take no part.
pub(super) fn attach(signs: [&[Sign<'_>]; 2], settled: &[BTreeSet<usize>; 2], groups: &mut Vec<Group>) {
    let [old, new] = [Side::Old, Side::New].map(|side| Files::of(side, signs, settled));
    for (files, others) in [(&old, &new), (&new, &old)] {
        files.attach_parts(others, groups);
    }
    for (files, others) in [(&old, &new), (&new, &old)] {
        while files.attach_remains(others, groups) {}
    }
}

/// The files of one side's layers.
struct Files<'a> {
    side: Side,
    /// By layer: its last entry of each path, folders apart.
    layers: BTreeMap<usize, BTreeMap<&'a LayerPath, &'a Entry>>,
    /// By path: the layers that have it.
    paths: BTreeMap<&'a LayerPath, Vec<usize>>,
}

/// How much of a layer another one has; the same files count before the same paths.
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Overlap {
    same: usize,
    paths: usize,
}

impl<'a> Files<'a> {
    fn of(side: Side, signs: [&[Sign<'a>]; 2], settled: &[BTreeSet<usize>; 2]) -> Self {
        let (signs, settled) = (side.of(signs), side.of([&settled[0], &settled[1]]));
        let mut files = Self { side, layers: BTreeMap::new(), paths: BTreeMap::new() };
        for (at, sign) in signs.iter().enumerate().filter(|(at, _)| !settled.contains(at)) {
            let Some(rows) = sign.rows else { continue };
            let counted = rows.iter().filter(|entry| entry.kind != Kind::Directory);
            files.layers.insert(at, counted.map(|entry| (&entry.path, entry)).collect());
        }
        for (at, entries) in &files.layers {
            for path in entries.keys() {
                files.paths.entry(path).or_default().push(*at);
            }
        }
        files
    }

    /// The free layers, uppermost first: a lower one is judged by what the upper ones leave of it.
    fn free(&self, groups: &[Group]) -> Vec<usize> {
        let is_free = |at: &usize| !groups.iter().any(|group| group.places(self.side).contains(at));
        self.layers.keys().rev().copied().filter(is_free).collect()
    }

    fn attach_parts(&self, others: &Files<'a>, groups: &mut Vec<Group>) {
        for at in self.free(groups) {
            let overlaps = self.overlaps(at, others);
            let best = overlaps.iter().max_by_key(|(other, overlap)| (**overlap, std::cmp::Reverse(**other)));
            let Some((other, _)) = best else { continue };
            let group = groups.iter_mut().find(|group| group.places(others.side).contains(other));
            let above = group.as_ref().map_or(&[][..], |group| group.places(self.side));
            if self.is_part(at, above, (*other, others)) {
                match group {
                    Some(group) => group.places_mut(self.side).push(at),
                    None => groups.push(match self.side {
                        Side::Old => pair(at, *other),
                        Side::New => pair(*other, at),
                    }),
                }
            }
        }
    }

    fn overlaps(&self, at: usize, others: &Files<'a>) -> BTreeMap<usize, Overlap> {
        let mut overlaps: BTreeMap<usize, Overlap> = BTreeMap::new();
        for (path, entry) in self.entries(at) {
            for other in others.paths.get(path).into_iter().flatten() {
                let overlap = overlaps.entry(*other).or_default();
                overlap.paths += 1;
                overlap.same += usize::from(others.has(*other, entry));
            }
        }
        overlaps
    }

    fn entries(&self, at: usize) -> impl Iterator<Item = (&'a LayerPath, &'a Entry)> {
        self.layers.get(&at).into_iter().flatten().map(|(path, entry)| (*path, *entry))
    }

    /// Whether a layer has this file, whatever its times.
    fn has(&self, at: usize, entry: &Entry) -> bool {
        let row = self.layers.get(&at).and_then(|entries| entries.get(&entry.path));
        row.is_some_and(|row| drift::fields(row, entry).iter().all(|field| field.is_metadata()))
    }

    fn has_path(&self, at: usize, path: &LayerPath) -> bool {
        self.layers.get(&at).is_some_and(|entries| entries.contains_key(path))
    }

    /// Whether layer `at`, below the layers `above` of its own side, is a part of the other side's layer `other`.
    fn is_part(&self, at: usize, above: &[usize], (other, others): (usize, &Files<'a>)) -> bool {
        let is_replaced =
            |path: &LayerPath| above.iter().any(|place| *place > at && self.has_path(*place, path));
        let (mut left, mut same) = (0, 0);
        for (path, entry) in self.entries(at) {
            if entry.whiteout().is_none() && !is_replaced(path) {
                left += 1;
                same += usize::from(others.has(other, entry));
            }
        }
        same * 2 >= left
    }

    /// Adds free layers beside squashed or split ones that have no file to be found by: they are empty, or only
    /// remove what another layer of the group made. Whether there were any: others may stand beside those.
    fn attach_remains(&self, others: &Files<'a>, groups: &mut [Group]) -> bool {
        let mut is_any = false;
        for at in self.free(groups) {
            let is_beside = |group: &&mut Group| {
                let own = group.places(self.side);
                !group.places(others.side).is_empty()
                    && (own.len() > 1 || group.places(others.side).len() > 1)
                    && own.iter().any(|place| place.abs_diff(at) == 1)
            };
            let Some(group) = groups.iter_mut().find(is_beside) else { continue };
            let is_gone = |path: &LayerPath| {
                let made =
                    group.places(self.side).iter().any(|place| *place < at && self.has_path(*place, path));
                made && !group.places(others.side).iter().any(|place| others.has_path(*place, path))
            };
            if self
                .entries(at)
                .all(|(_, entry)| matches!(entry.whiteout(), Some(Whiteout::Path(path)) if is_gone(&path)))
            {
                group.places_mut(self.side).push(at);
                is_any = true;
            }
        }
        is_any
    }
}
