//! Two small layers in memory, compared and explained as `verify` and `diff` do it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::path::LayerPath;
use crate::causes::LayerCase;
use crate::causes::Side;
use crate::causes::Sides;
use crate::causes::attribute;
use crate::compare::drift;
use crate::compare::owners::{Owner, Owners, Proof};
use crate::compare::rows::{ByPath, Row};
use crate::formats::tar::entry::Entry;
use crate::formats::tar::entry::tests::file;
use crate::layer::reread::FileBytes;

/// Two layers, and what is known around them.
#[derive(Default)]
pub(crate) struct Pair {
    old: Vec<(Entry, Vec<u8>)>,
    new: Vec<(Entry, Vec<u8>)>,
    old_days: Vec<i64>,
    args: Vec<(&'static str, Option<&'static str>, Option<&'static str>)>,
    owners: Owners,
    below: Vec<Entry>,
    has_unlisted: bool,
}

impl Pair {
    /// A file that stands on both sides.
    pub(crate) fn both(self, path: &str, old: &[u8], new: &[u8]) -> Self {
        self.entries(file(path, old), old, file(path, new), new)
    }

    /// A file of the old side alone.
    pub(crate) fn removed(mut self, path: &str, old: &[u8]) -> Self {
        self.old.push((file(path, old), old.to_vec()));
        self
    }

    /// A file of the new side alone.
    pub(crate) fn added(mut self, path: &str, new: &[u8]) -> Self {
        self.new.push((file(path, new), new.to_vec()));
        self
    }

    /// Any entry of the old side alone.
    pub(crate) fn removed_entry(mut self, old: Entry, bytes: &[u8]) -> Self {
        self.old.push((old, bytes.to_vec()));
        self
    }

    /// Any entry of the new side alone.
    pub(crate) fn added_entry(mut self, new: Entry, bytes: &[u8]) -> Self {
        self.new.push((new, bytes.to_vec()));
        self
    }

    /// Any two entries of one path.
    pub(crate) fn entries(mut self, old: Entry, old_bytes: &[u8], new: Entry, new_bytes: &[u8]) -> Self {
        self.old.push((old, old_bytes.to_vec()));
        self.new.push((new, new_bytes.to_vec()));
        self
    }

    /// The new side in this order; paths that are not named come first.
    pub(crate) fn reordered(mut self, paths: &[&str]) -> Self {
        let place = |entry: &Entry| paths.iter().position(|path| entry.path == LayerPath::from(*path));
        self.new.sort_by_key(|(entry, _)| place(entry));
        self
    }

    /// The days the old image may be from.
    pub(crate) fn old_days(mut self, days: &[i64]) -> Self {
        self.old_days = days.to_vec();
        self
    }

    /// A build argument that differs.
    pub(crate) fn arg(mut self, name: &'static str, old: &'static str, new: &'static str) -> Self {
        self.args.push((name, Some(old), Some(new)));
        self
    }

    /// A file of a package whose version differs.
    pub(crate) fn owner(mut self, path: &str, package: &str) -> Self {
        let owner = Owner { package: package.to_owned(), proof: Proof::Listed };
        self.owners.insert(path.into(), owner);
        self
    }

    /// A Python source of the old side's lower layers.
    pub(crate) fn below(mut self, entry: Entry) -> Self {
        self.below.push(entry);
        self
    }

    /// Layers of the old side are gone whose files are not known.
    pub(crate) fn unlisted(mut self) -> Self {
        self.has_unlisted = true;
        self
    }

    /// What explains each drifted path, with both sides' bytes at hand: `path: cause (certain), cause (likely)`.
    pub(crate) fn told(&self) -> Vec<String> {
        self.explained(true)
    }

    /// The same with the new side's bytes alone, as `verify` against a lock has them.
    pub(crate) fn told_against_lock(&self) -> Vec<String> {
        self.explained(false)
    }

    fn explained(&self, with_old: bool) -> Vec<String> {
        let entries =
            |side: &[(Entry, Vec<u8>)]| side.iter().map(|(entry, _)| entry.clone()).collect::<Vec<_>>();
        let (old, new) = (entries(&self.old), entries(&self.new));
        let old_bytes = if with_old { kept(&self.old) } else { BTreeMap::new() };
        let new_bytes = kept(&self.new);
        let layer = LayerCase {
            old: ByPath::of(0, &old),
            new: ByPath::of(0, &new),
            instruction: None,
            old_days: self.old_days.clone(),
            args: self.args.clone(),
            owners: &self.owners,
            bytes: &new_bytes,
            has_unlisted: self.has_unlisted,
            by_content: Default::default(),
            dated: Default::default(),
            old_sources: self.below.iter().map(|entry| (&entry.path, entry)).collect(),
        };
        let mut drifts = drift::between(&old, &new);
        let both = |path: &LayerPath| Sides {
            old: layer.old.get(path).map(|row| side(row, &old_bytes)),
            new: layer.new.get(path).map(|row| side(row, &new_bytes)),
        };
        let sides: Vec<Sides<'_>> = drifts.iter().map(|drift| both(&drift.path)).collect();
        attribute(&mut drifts, &sides, &layer);
        drifts
            .iter()
            .map(|drift| {
                let causes: Vec<String> = drift
                    .causes
                    .iter()
                    .map(|found| format!("{} ({})", found.cause.id(), found.explanation.confidence.name()))
                    .collect();
                format!("{}: {}", drift.path, causes.join(", "))
            })
            .collect()
    }
}

fn side<'a>(row: &Row<'a>, bytes: &'a BTreeMap<usize, FileBytes>) -> Side<'a> {
    Side { entry: row.entry, bytes: row.bytes(bytes) }
}

/// The bytes of the only layer, by place.
fn kept(side: &[(Entry, Vec<u8>)]) -> BTreeMap<usize, FileBytes> {
    let files = side.iter().map(|(_, bytes)| Arc::from(bytes.as_slice())).enumerate().collect();
    BTreeMap::from([(0, files)])
}
