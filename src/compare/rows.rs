//! One side's rows by path, and the two sides' side by side.
//!
//! Rows of a layer mostly stand sorted in its tar, so a sorted list is made of them without a search, and two lists are
//! compared in one walk.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Deref;

use crate::base::path::LayerPath;
use crate::formats::tar::entry::Entry;
use crate::layer::reread::FileBytes;
use crate::layer::unpacking::UnpackedRow;

/// An entry, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its layer's place in the image.
    pub layer: usize,
    /// Its place in the layer's tar.
    pub place: usize,
    /// The entry.
    pub entry: &'a Entry,
}

impl<'a> Row<'a> {
    /// Its bytes, where `files`, by layer and place, have them.
    pub(crate) fn bytes<'f>(&self, files: &'f BTreeMap<usize, FileBytes>) -> Option<&'f [u8]> {
        files.get(&self.layer)?.get(&self.place).map(|bytes| &**bytes)
    }
}

impl Deref for Row<'_> {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.entry
    }
}

/// Rows sorted by path; of a path that stands twice in a layer, the last.
#[derive(Debug, Default)]
pub struct ByPath<'a>(Vec<Row<'a>>);

impl<'a> ByPath<'a> {
    /// The rows of the layer at `layer` of its image.
    pub(crate) fn of(layer: usize, entries: &'a [Entry]) -> Self {
        let mut rows: Vec<Row<'a>> =
            entries.iter().enumerate().map(|(place, entry)| Row { layer, place, entry }).collect();
        // A stable sort: what stands twice stays in order.
        rows.sort_by(|a, b| a.path.cmp(&b.path));
        rows.dedup_by(|later, kept| {
            let is_same = later.path == kept.path;
            if is_same {
                *kept = *later;
            }
            is_same
        });
        Self(rows)
    }

    /// The rows that the layer at `layer` of its image unpacks to, sorted by path.
    pub(crate) fn unpacked(layer: usize, rows: &'a [UnpackedRow]) -> Self {
        Self(rows.iter().map(|UnpackedRow { place, entry }| Row { layer, place: *place, entry }).collect())
    }

    /// The row of a path.
    pub(crate) fn get(&self, path: &LayerPath) -> Option<&Row<'a>> {
        self.0.get(self.0.binary_search_by(|row| row.path.cmp(path)).ok()?)
    }

    /// Whether it has a path.
    pub(crate) fn contains(&self, path: &LayerPath) -> bool {
        self.get(path).is_some()
    }

    /// All rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Row<'a>> {
        self.0.iter()
    }

    /// The rows from a path on.
    pub(crate) fn from<'r>(&'r self, path: &LayerPath) -> impl Iterator<Item = &'r Row<'a>> + use<'r, 'a> {
        let start = self.0.partition_point(|row| row.path < *path);
        self.0.get(start..).unwrap_or_default().iter()
    }
}

impl<'a> From<BTreeMap<&'a LayerPath, Row<'a>>> for ByPath<'a> {
    fn from(rows: BTreeMap<&'a LayerPath, Row<'a>>) -> Self {
        Self(rows.into_values().collect())
    }
}

/// The old and the new side's row of one path; one of them at least.
pub(crate) type Pair<'a> = (Option<Row<'a>>, Option<Row<'a>>);

/// Every path of either side, sorted.
pub(crate) fn join<'a>(old: &ByPath<'a>, new: &ByPath<'a>) -> Vec<Pair<'a>> {
    let mut joined = Vec::with_capacity(old.0.len().max(new.0.len()));
    let (mut olds, mut news) = (old.0.iter().copied().peekable(), new.0.iter().copied().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (Some(old), Some(new)) => old.path.cmp(&new.path),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return joined,
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        joined.push((old, new));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::tests::file;

    #[test]
    fn of_a_path_that_stands_twice_the_last_row_counts() {
        let entries = [file("b", b"1"), file("a", b""), file("b", b"2"), file("b", b"3")];
        let rows = ByPath::of(0, &entries);
        let places: Vec<usize> = rows.iter().map(|row| row.place).collect();
        assert_eq!(places, [1, 3]);
        assert_eq!(rows.get(&"b".into()).map(|row| row.place), Some(3));
        assert!(!rows.contains(&"c".into()));
        assert_eq!(rows.from(&"aa".into()).map(|row| row.place).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn every_path_of_either_side_stands_once_in_order() {
        let (old, new) = ([file("c", b""), file("a", b"")], [file("b", b""), file("c", b""), file("d", b"")]);
        let paths: Vec<String> = join(&ByPath::of(0, &old), &ByPath::of(0, &new))
            .iter()
            .map(|(old, new)| {
                let path = |row: &Option<Row<'_>>| row.map_or("-".to_owned(), |row| row.path.to_string());
                format!("{} {}", path(old), path(new))
            })
            .collect();
        assert_eq!(paths, ["a -", "- b", "c c", "- d"]);
    }
}
