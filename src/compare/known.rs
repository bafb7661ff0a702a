//! Both sides' layers, as far as their rows are at hand: what was read, what an index lists, and what the other side has by the
//! same diff_id.
//!
//! A layer that was *read* has besides its rows the bytes that catalogs are made of; one that is *listed* has rows alone.

use std::sync::Arc;

use crate::compare::pairing::Side;
use crate::compare::reading::pairs::Pairs;
use crate::ecosystem;
use crate::formats::tar::entry::Entry;
use crate::layer::pass::Pass;
use crate::tree::Rows;

/// What is known of both sides' layers.
pub(crate) struct Known<'a> {
    pub(crate) old: KnownSide<'a>,
    pub(crate) new: KnownSide<'a>,
}

/// What is known of one side's layers, by their places.
pub(crate) struct KnownSide<'a>(Vec<Slot<'a>>);

#[derive(Clone, Copy)]
enum Slot<'a> {
    Unknown,
    Listed(Rows<'a>),
    Read(Rows<'a>),
}

impl<'a> Slot<'a> {
    fn rows(self) -> Option<Rows<'a>> {
        match self {
            Self::Unknown => None,
            Self::Listed(rows) | Self::Read(rows) => Some(rows),
        }
    }

    /// Of two that tell of the same layer, the one that tells more.
    fn better(self, other: Self) -> Self {
        match (self, other) {
            (Self::Read(_), _) | (Self::Listed(_), Self::Listed(_) | Self::Unknown) => self,
            _ => other,
        }
    }
}

impl<'a> KnownSide<'a> {
    /// Layers that were read, as far as they were walked.
    pub(crate) fn of_passes(passes: &'a [Arc<Pass>]) -> Self {
        let slot = |pass: &'a Arc<Pass>| {
            let contents = pass.unpacked.as_ref().and_then(|unpacked| unpacked.contents.as_ref());
            contents.map_or(Slot::Unknown, |contents| Slot::Read(contents.into()))
        };
        Self(passes.iter().map(slot).collect())
    }

    /// Layers of which rows are listed, or not.
    pub(crate) fn of_rows(rows: impl Iterator<Item = Option<Rows<'a>>>) -> Self {
        Self(rows.map(|rows| rows.map_or(Slot::Unknown, Slot::Listed)).collect())
    }

    /// Adds what else is known of the same layers.
    pub(crate) fn add(&mut self, more: &Self) {
        self.0.iter_mut().zip(&more.0).for_each(|(slot, more)| *slot = more.better(*slot));
    }

    /// Whether the layer at `at` was read.
    pub(crate) fn is_read(&self, at: usize) -> bool {
        matches!(self.0.get(at), Some(Slot::Read(_)))
    }

    /// Whether the rows of the layer at `at` are at hand.
    pub(crate) fn is_listed(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|slot| slot.rows().is_some())
    }

    /// Whether the layer at `at` is to be read before its tree's catalogs are: one that is listed, and has nothing that they
    /// are made of, is not.
    pub(crate) fn is_lacking(&self, at: usize) -> bool {
        match self.0.get(at) {
            Some(Slot::Read(_)) => false,
            Some(Slot::Listed(rows)) => rows.entries.iter().any(|entry| ecosystem::is_wanted(&entry.path)),
            Some(Slot::Unknown) | None => true,
        }
    }

    /// The rows of its layers; one that is not known has none.
    pub(crate) fn rows(&self) -> Vec<Rows<'a>> {
        self.0.iter().map(|slot| slot.rows().unwrap_or_default()).collect()
    }

    /// The entries of its layers in the order of their tars, as far as they are known.
    fn entries(&self) -> Vec<Option<&'a [Entry]>> {
        self.0.iter().map(|slot| slot.rows().map(|rows| rows.entries)).collect()
    }
}

impl<'a> Known<'a> {
    /// Puts together what is known of each side; layers of one diff_id, as `pairs` tell, are known on both.
    pub(crate) fn of(old: KnownSide<'a>, new: KnownSide<'a>, pairs: &Pairs) -> Self {
        let mut known = Self { old, new };
        known.share(pairs);
        known
    }

    /// Adds what was read later of the new side.
    pub(crate) fn add_new(&mut self, passes: &'a [Arc<Pass>], pairs: &Pairs) {
        self.new.add(&KnownSide::of_passes(passes));
        self.share(pairs);
    }

    /// Adds what was read later of the old side.
    pub(crate) fn add_old(&mut self, passes: &'a [Arc<Pass>], pairs: &Pairs) {
        self.old.add(&KnownSide::of_passes(passes));
        self.share(pairs);
    }

    fn share(&mut self, pairs: &Pairs) {
        for (old, new) in &pairs.equal {
            if let (Some(old), Some(new)) = (self.old.0.get_mut(*old), self.new.0.get_mut(*new)) {
                let better = old.better(*new);
                (*old, *new) = (better, better);
            }
        }
    }

    /// The entries of both sides' layers in the order of their tars, as far as they are known.
    pub(crate) fn entries(&self) -> [Vec<Option<&'a [Entry]>>; 2] {
        [&self.old, &self.new].map(KnownSide::entries)
    }

    /// The entries of the layers of a side below the one at `at`; `None` where not all are known.
    pub(crate) fn below(&self, side: Side, at: usize) -> Option<Vec<&'a [Entry]>> {
        let layers = if side == Side::Old { &self.old } else { &self.new };
        layers.0.get(..at)?.iter().map(|slot| Some(slot.rows()?.entries)).collect()
    }

    /// Whether the rows of all layers are at hand.
    pub(crate) fn is_complete(&self) -> bool {
        let slots = self.old.0.iter().chain(&self.new.0);
        slots.map(|slot| slot.rows()).all(|rows| rows.is_some())
    }
}
