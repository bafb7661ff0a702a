//! What several layers hold together: each path's last row, whiteouts having done their work among them.
//!
//! A marker that removed something of these layers may be needed below them, or not: a builder that makes one layer of
//! them leaves it out where nothing stands below. So it is no difference by itself; where it is one, the merged trees
//! differ, and that is told.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::base::path::LayerPath;
use crate::compare::rows::Row;
use crate::formats::tar::entry::{Entry, Kind, Whiteout};

/// Rows by path.
pub(crate) struct Union<'a> {
    pub(crate) rows: BTreeMap<&'a LayerPath, Row<'a>>,
    /// Markers that removed something of a lower layer of these.
    spent: BTreeSet<&'a LayerPath>,
}

impl<'a> Union<'a> {
    /// The union of `layers`, lowest first, each with its place.
    pub(crate) fn of(layers: impl IntoIterator<Item = (usize, &'a [Entry])>) -> Self {
        let mut union = Self { rows: BTreeMap::new(), spent: BTreeSet::new() };
        for (at, entries) in layers {
            for entry in entries {
                if entry.whiteout().is_some_and(|whiteout| union.remove(whiteout)) {
                    union.spent.insert(&entry.path);
                }
            }
            for (place, entry) in entries.iter().enumerate() {
                union.add(Row { layer: at, place, entry });
            }
        }
        union
    }

    /// Leaves out spent markers that `other` does not have.
    pub(crate) fn settle(&mut self, other: &Self) {
        for path in self.spent.iter().filter(|path| !other.rows.contains_key(*path)) {
            self.rows.remove(*path);
        }
    }

    fn add(&mut self, row: Row<'a>) {
        let entry = row.entry;
        if entry.kind != Kind::Directory {
            self.remove_below(&entry.path);
            if let (None, Some(folder)) = (entry.whiteout(), entry.path.parent()) {
                // A file that came back hides what a marker would.
                self.rows.remove(&folder.join(&[b".wh.", entry.path.file_name()].concat()));
            }
        }
        self.rows.insert(&entry.path, row);
    }

    /// Removes what a marker names; whether that was anything.
    fn remove(&mut self, whiteout: Whiteout) -> bool {
        match whiteout {
            Whiteout::Path(path) => self.remove_below(&path) | self.rows.remove(&path).is_some(),
            Whiteout::Opaque(folder) => self.remove_below(&folder),
            Whiteout::Bookkeeping => false,
        }
    }

    fn remove_below(&mut self, folder: &LayerPath) -> bool {
        let from: (Bound<LayerPath>, Bound<LayerPath>) =
            (Bound::Excluded(folder.followed_by(b'/')), Bound::Excluded(folder.followed_by(b'0')));
        let below = |path: &&'a LayerPath| path.is_within(folder) && **path != *folder;
        let gone: Vec<&'a LayerPath> = match folder.is_root() {
            true => self.rows.keys().copied().collect(),
            false => self.rows.range::<LayerPath, _>(from).map(|(path, _)| *path).filter(below).collect(),
        };
        for path in &gone {
            self.rows.remove(*path);
        }
        !gone.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::tests::{dir, file};

    fn paths(layers: &[&[Entry]]) -> Vec<String> {
        let union = Union::of(layers.iter().copied().enumerate());
        union.rows.iter().map(|(path, row)| format!("{path} {}", row.layer)).collect()
    }

    #[test]
    fn the_last_layer_that_has_a_path_gives_its_row() {
        let (below, above) = ([file("a", b"1"), file("b", b"1")], [file("a", b"2")]);
        assert_eq!(paths(&[&below, &above]), ["a 1", "b 0"]);
    }

    #[test]
    fn markers_remove_what_is_below_them_and_stay() {
        let below = [dir("d"), file("d/x", b"1"), file("y", b"1")];
        let above = [file("d/.wh..wh..opq", b""), file("d/z", b""), file(".wh.y", b"")];
        assert_eq!(paths(&[&below, &above]), [".wh.y 1", "d 0", "d/.wh..wh..opq 1", "d/z 1"]);
        assert_eq!(paths(&[&[file("a", b"")], &[file(".wh.a", b"")], &[file("a", b"")]]), ["a 2"]);
    }

    #[test]
    fn a_marker_that_the_other_side_does_not_need_is_left_out() {
        let layers = [vec![file("tmp", b"1")], vec![file(".wh.tmp", b""), file(".wh.below", b"")]];
        let mut old = Union::of(layers.iter().map(Vec::as_slice).enumerate());
        let new = Union::of([]);
        old.settle(&new);
        assert_eq!(old.rows.keys().map(|path| path.to_string()).collect::<Vec<_>>(), [".wh.below"]);
    }
}
