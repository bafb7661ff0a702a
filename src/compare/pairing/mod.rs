//! Which layers of one side stand for which of the other.
//!
//! Mostly one stands for one, in order: those with the same diff_id; between two such, those of the same instruction;
//! then the rest by position. But a rebuild may also *move* a layer, *squash* several into one, or *split* one into
//! several. So a layer that has no partner by diff_id or instruction is looked for among the other side's files before
//! it is paired by position: where at least half of its files stand in another layer, it is a part of that one. What is
//! left then was added or removed.

mod overlap;

use std::collections::BTreeSet;

use crate::base::digest::Digest;
use crate::base::path::LayerPath;
use crate::build;
use crate::compare::layers::order::{common, kept};
use crate::formats::tar::entry::{Entry, Kind};

/// What pairing looks at.
#[derive(Debug, Clone, Copy)]
pub struct Sign<'a> {
    /// The layer's diff_id.
    pub diff_id: Digest,
    /// The signature of the instruction that made it, where known.
    pub instruction: Option<&'a str>,
    /// Its rows, where they are at hand.
    pub rows: Option<&'a [Entry]>,
}

/// Layers of the old side and the layers of the new side that they are there, each sorted; one side is empty for
/// layers that were added or removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Places on the old side.
    pub old: Vec<usize>,
    /// Places on the new side.
    pub new: Vec<usize>,
    /// Whether it stands elsewhere among the others than it did.
    pub is_moved: bool,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The lock's, or the old image's.
    Old,
    /// The new image's.
    New,
}

impl Side {
    fn of<T>(self, [old, new]: [T; 2]) -> T {
        match self {
            Self::Old => old,
            Self::New => new,
        }
    }
}

/// Layers of the same diff_id, old and new: first as many as keep their order, then the others.
pub fn equal(old: &[Digest], new: &[Digest]) -> Vec<(usize, usize)> {
    let mut pairs = common(old, new, |a, b| a == b);
    for (at, digest) in old.iter().enumerate() {
        let is_free = |place: &usize, pairs: &[(usize, usize)]| !pairs.iter().any(|(_, new)| new == place);
        if pairs.iter().any(|(old, _)| *old == at) {
            continue;
        }
        let mut places = new.iter().enumerate().filter(|(_, other)| *other == digest).map(|(at, _)| at);
        if let Some(place) = places.find(|place| is_free(place, &pairs)) {
            pairs.push((at, place));
        }
    }
    pairs
}

/// Groups the layers of both sides, of which `equal` have the same diff_id. In the new side's order; what was removed
/// stands where it was.
pub fn group(old: &[Sign<'_>], new: &[Sign<'_>], equal: &[(usize, usize)]) -> Vec<Group> {
    let mut pairing = Pairing { old, new, groups: Vec::new(), fixed: equal.len() };
    pairing.groups.extend(equal.iter().map(|(old, new)| pair(*old, *new)));
    pairing.in_gaps(|pairing, a, b| pairing.is_same_instruction(a, b));
    pairing.moved();
    pairing.attach();
    pairing.in_gaps(|pairing, a, b| pairing.has_same_words(a, b));
    pairing.in_gaps(Pairing::is_plausible);
    pairing.finish()
}

fn pair(old: usize, new: usize) -> Group {
    Group { old: vec![old], new: vec![new], is_moved: false }
}

/// Groups in the making.
struct Pairing<'a> {
    old: &'a [Sign<'a>],
    new: &'a [Sign<'a>],
    groups: Vec<Group>,
    /// How many of the first groups have one diff_id and take no part in anything else.
    fixed: usize,
}

impl Pairing<'_> {
    fn free(&self, side: Side) -> Vec<usize> {
        let taken = taken(self.groups.iter(), side);
        (0..side.of([self.old, self.new]).len()).filter(|at| !taken.contains(at)).collect()
    }

    /// Pairs free layers that are `alike`, between the groups that kept their order.
    fn in_gaps(&mut self, alike: impl Fn(&Self, usize, usize) -> bool) {
        let (old, new) = (self.free(Side::Old), self.free(Side::New));
        if old.is_empty() || new.is_empty() {
            return;
        }
        let mut pairs = Vec::new();
        let mut start = (0, 0);
        let ends = self.anchors().into_iter().chain([(self.old.len(), self.new.len())]);
        for end in ends {
            let within = |free: &[usize], from: usize, to: usize| -> Vec<usize> {
                free.iter().copied().filter(|at| (from..to).contains(at)).collect()
            };
            let (a, b) = (within(&old, start.0, end.0), within(&new, start.1, end.1));
            let shared = common(&a, &b, |a, b| alike(self, *a, *b));
            pairs.extend(shared.iter().filter_map(|(i, j)| Some(pair(*a.get(*i)?, *b.get(*j)?))));
            start = end;
        }
        self.groups.extend(pairs);
    }

    /// Where the groups that kept their order stand, on both sides rising.
    fn anchors(&self) -> Vec<(usize, usize)> {
        let mut places: Vec<(usize, usize)> = self.groups.iter().filter_map(Group::place).collect();
        places.sort_by_key(|(_, new)| *new);
        let olds: Vec<usize> = places.iter().map(|(old, _)| *old).collect();
        places.into_iter().zip(kept(&olds)).filter(|(_, kept)| *kept).map(|(place, _)| place).collect()
    }

    /// Pairs free layers of the same instruction, wherever they stand.
    fn moved(&mut self) {
        for old in self.free(Side::Old) {
            let free = self.free(Side::New).into_iter().find(|new| self.is_same_instruction(old, *new));
            self.groups.extend(free.map(|new| pair(old, new)));
        }
    }

    /// Adds free layers to the group of the layer that their files stand in.
    fn attach(&mut self) {
        if self.free(Side::Old).is_empty() && self.free(Side::New).is_empty() {
            return;
        }
        let settled = [Side::Old, Side::New].map(|side| taken(self.groups.iter().take(self.fixed), side));
        overlap::attach([self.old, self.new], &settled, &mut self.groups);
    }

    fn signs(&self, old: usize, new: usize) -> Option<(&Sign<'_>, &Sign<'_>)> {
        self.old.get(old).zip(self.new.get(new))
    }

    fn has_same_words(&self, old: usize, new: usize) -> bool {
        let Some((a, b)) = self.signs(old, new) else { return false };
        a.instruction.is_some() && a.instruction == b.instruction
    }

    /// Whether both were made by one instruction. Where several have the same words (`COPY … .`), their files tell.
    fn is_same_instruction(&self, old: usize, new: usize) -> bool {
        let Some((a, b)) = self.signs(old, new).filter(|_| self.has_same_words(old, new)) else {
            return false;
        };
        let count =
            |signs: &[Sign<'_>]| signs.iter().filter(|sign| sign.instruction == a.instruction).count();
        (count(self.old) == 1 && count(self.new) == 1) || shares_a_file(a, b)
    }

    /// Whether one may stand for the other, as nothing speaks for a better partner.
    fn is_plausible(&self, old: usize, new: usize) -> bool {
        let Some((a, b)) = self.signs(old, new) else { return false };
        let is_known = a.rows.is_some() && b.rows.is_some();
        !is_known
            || shares_a_file(a, b)
            || a.instruction.zip(b.instruction).is_some_and(|(a, b)| build::lines::are_alike(a, b))
    }

    fn finish(mut self) -> Vec<Group> {
        let anchors: BTreeSet<(usize, usize)> = self.anchors().into_iter().collect();
        for group in &mut self.groups {
            group.is_moved = group.place().is_some_and(|place| !anchors.contains(&place));
            group.old.sort_unstable();
            group.new.sort_unstable();
        }
        let removed: Vec<usize> = self.free(Side::Old);
        let added = self.free(Side::New).into_iter().map(|at| Group { new: vec![at], ..Group::default() });
        self.groups.extend(added.collect::<Vec<_>>());
        in_order(self.groups, removed)
    }
}

fn taken<'g>(groups: impl Iterator<Item = &'g Group>, side: Side) -> BTreeSet<usize> {
    groups.flat_map(|group| group.places(side)).copied().collect()
}

impl Group {
    /// Its places on one side.
    pub fn places(&self, side: Side) -> &[usize] {
        side.of([&self.old, &self.new])
    }

    fn places_mut(&mut self, side: Side) -> &mut Vec<usize> {
        match side {
            Side::Old => &mut self.old,
            Side::New => &mut self.new,
        }
    }

    /// Its first place on both sides, where it stands on both.
    fn place(&self) -> Option<(usize, usize)> {
        self.old.iter().min().copied().zip(self.new.iter().min().copied())
    }
}

/// Whether both have a file of one path; where rows are not at hand, they may.
fn shares_a_file(a: &Sign<'_>, b: &Sign<'_>) -> bool {
    let (Some(a), Some(b)) = (a.rows, b.rows) else { return true };
    let (fewer, more) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let is_file = |entry: &&Entry| entry.kind != Kind::Directory;
    let paths: BTreeSet<&LayerPath> = fewer.iter().filter(is_file).map(|entry| &entry.path).collect();
    more.iter().filter(is_file).any(|entry| paths.contains(&entry.path))
}

/// Sorts by place in the image; a removed layer comes behind the last group that kept its order and stands before it on
/// the old side.
fn in_order(mut groups: Vec<Group>, removed: Vec<usize>) -> Vec<Group> {
    groups.sort_by_key(|group| group.new.first().copied());
    for at in removed {
        let before = |group: &Group| !group.is_moved && group.old.first().is_some_and(|first| *first < at);
        let place = groups.iter().rposition(before).map_or(0, |last| last + 1);
        groups.insert(place, Group { old: vec![at], ..Group::default() });
    }
    groups
}

#[cfg(test)]
mod tests;
