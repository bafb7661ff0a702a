//! What differs between two layers as they unpack. Where both are plain these are the rows of their tars; else the rows of
//! both are made anew, so that the same result in another order is the same rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::compare::drift::{self, Drift, Drifts, Field};
use crate::compare::layers::FileFacts;
use crate::compare::reading::kept::KeptRows;
use crate::compare::rows::{ByPath, Row};
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::layer::unpacking::{self, Late, UnpackedRow, Unpacking};

/// A layer whose entries are at hand.
pub(super) struct Listed<'a> {
    /// Its place in the image.
    pub(super) at: usize,
    /// In tar order.
    pub(super) entries: &'a [Entry],
    /// Those of the layers below, where all are known.
    pub(super) lower: Option<Vec<&'a [Entry]>>,
}

/// The tier and the drifts of one layer for one.
pub(super) fn between<'a>(old: &Listed<'a>, new: &Listed<'a>, kept: &'a KeptRows) -> FileFacts<'a> {
    let (old_unpacked, new_unpacked) = rayon::join(|| old.unpack(kept), || new.unpack(kept));
    let (old_stands, new_stands) = (old.stands(&old_unpacked), new.stands(&new_unpacked));
    let mut drifts =
        drift::between_tars((&old_unpacked.rows, &old_stands), (&new_unpacked.rows, &new_stands));
    let is_metadata = drifts.drifts.iter().all(Drift::is_metadata);
    let mut elsewhere = made_markers(&mut drifts, old.entries, new.entries);
    if is_metadata && (old_unpacked.is_by_order || new_unpacked.is_by_order) {
        elsewhere.extend(first_other(old.entries, new.entries));
    }
    let (old_late, new_late) = (&old_unpacked.late, &new_unpacked.late);
    let late = old_late.keys().chain(new_late.keys());
    elsewhere.extend(late.filter(|path| old_late.get(*path) != new_late.get(*path)));
    let mut is_elsewhere = !elsewhere.is_empty();
    let has_row = |path: &LayerPath| old_unpacked.rows.contains(path) || new_unpacked.rows.contains(path);
    if elsewhere.iter().any(|path| !has_row(path)) {
        elsewhere.retain(|path| has_row(path));
        elsewhere.extend(first_other(old.entries, new.entries).filter(|path| has_row(path)));
        is_elsewhere = true;
    }
    for path in &elsewhere {
        mark(&mut drifts, path, (old_unpacked.rows.get(path), new_unpacked.rows.get(path)));
    }
    let is_open = is_metadata && is_elsewhere && (old.lower.is_none() || new.lower.is_none());
    let facts = FileFacts::of(drifts, old_unpacked.rows, new_unpacked.rows);
    if is_elsewhere { FileFacts { tier: Tier::Drifted, is_open, ..facts } } else { facts }
}

/// Takes out what is told of markers that stand in no tar: a folder in the place of something else hides what lower layers have
/// below it, as such a marker would. Gives the entries that stand for them, where the other side hides nothing there.
fn made_markers<'a>(drifts: &mut Drifts<'a>, old: &'a [Entry], new: &'a [Entry]) -> Vec<&'a LayerPath> {
    let made = |row: &Option<Row<'a>>, entries: &'a [Entry]| {
        let row = row.as_ref().filter(|row| row.whiteout().is_some())?;
        let own = &entries.get(row.place)?.path;
        (*own != row.path).then_some(own)
    };
    let mut elsewhere = Vec::new();
    let pairs = std::mem::take(&mut drifts.pairs);
    let all = std::mem::take(&mut drifts.drifts);
    for (drift, pair) in all.into_iter().zip(pairs) {
        match made(&pair.0, old).or_else(|| made(&pair.1, new)) {
            Some(own) => elsewhere.extend((drift.change != drift::Change::Modified).then_some(own)),
            None => {
                drifts.drifts.push(drift);
                drifts.pairs.push(pair);
            }
        }
    }
    elsewhere
}

/// A layer, unpacked.
struct Unpacked<'a> {
    rows: ByPath<'a>,
    late: Late,
    /// Whether only the same entries in the same order are sure to be the same.
    is_by_order: bool,
}

impl<'a> Listed<'a> {
    fn unpack(&self, kept: &'a KeptRows) -> Unpacked<'a> {
        let (lower, unpacking) = (self.lower.as_deref(), unpacking::of(self.entries));
        let is_by_order =
            unpacking == Unpacking::InOrder || unpacking::is_crossed(self.entries, &unpacking, lower);
        match unpacking {
            Unpacking::Rows { rows, late } => {
                let late = unpacking::unsettled(late, lower);
                let mut rows = unpacking::hiding(rows, self.entries, lower);
                rows.iter_mut().for_each(|row| self.as_it_stands(row));
                let is_by_order = is_by_order || unpacking::is_by_order(&late);
                Unpacked { rows: ByPath::unpacked(self.at, kept.keep(rows)), late, is_by_order }
            }
            Unpacking::Plain | Unpacking::InOrder => {
                Unpacked { rows: ByPath::of(self.at, self.entries), late: Late::new(), is_by_order }
            }
        }
    }
}

impl Listed<'_> {
    /// A marker's row as its tar has it: what it says besides is told, though it means nothing.
    fn as_it_stands(&self, row: &mut UnpackedRow) {
        let own = self.entries.get(row.place).filter(|own| own.path == row.entry.path);
        if let Some(own) = own.filter(|own| own.whiteout().is_some()) {
            row.entry = own.clone();
        }
    }

    /// Where the path of each row stands in the tar. A file of several names is made by one entry, and named by others.
    fn stands(&self, unpacked: &Unpacked<'_>) -> impl Fn(&Row<'_>) -> usize + use<> {
        let is_made = |row: &&Row<'_>| self.entries.get(row.place).is_some_and(|own| own.path != row.path);
        let made: BTreeSet<&LayerPath> =
            unpacked.rows.iter().filter(is_made).map(|row| &row.entry.path).collect();
        let named = self.entries.iter().enumerate().filter(|(_, entry)| made.contains(&entry.path));
        // Of a path that stands twice, the last.
        let places: BTreeMap<LayerPath, usize> = named.map(|(at, entry)| (entry.path.clone(), at)).collect();
        move |row| places.get(&row.path).copied().unwrap_or(row.place)
    }
}

/// The path of the first entry that is another on the other side, or stands elsewhere there; metadata aside.
fn first_other<'e>(old: &'e [Entry], new: &'e [Entry]) -> Option<&'e LayerPath> {
    let is_same = |(a, b): (&Entry, &Entry)| {
        a.path == b.path && drift::fields(a, b).iter().all(|field| field.is_metadata())
    };
    let same = old.iter().zip(new).take_while(|pair| is_same(*pair)).count();
    new.get(same).or(old.get(same)).map(|entry| &entry.path)
}

/// Tells of a path that its order differs.
fn mark<'a>(drifts: &mut Drifts<'a>, path: &LayerPath, (old, new): (Option<&Row<'a>>, Option<&Row<'a>>)) {
    match drifts.drifts.binary_search_by(|drift| drift.path.cmp(path)) {
        Ok(at) => {
            let fields = drifts.drifts.get_mut(at).filter(|drift| drift.change == drift::Change::Modified);
            if let Some(Drift { fields, .. }) = fields.filter(|drift| !drift.fields.contains(&Field::Order)) {
                fields.push(Field::Order);
                fields.sort();
            }
        }
        Err(at) => {
            let sides = (old.map(|row| row.entry), new.map(|row| row.entry));
            drifts.drifts.insert(at, drift::drift(path, sides, vec![Field::Order]));
            drifts.pairs.insert(at, (old.copied(), new.copied()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::{dir, file, link};

    /// The tier, and of each drift its path and fields.
    fn told(old: &[Entry], new: &[Entry], lower: &[Entry]) -> (Tier, Vec<String>) {
        let kept = KeptRows::default();
        let listed = |entries| Listed { at: 0, entries, lower: Some(vec![lower]) };
        let facts = between(&listed(old), &listed(new), &kept);
        let fields =
            |drift: &Drift| drift.fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(",");
        let one = |drift: &Drift| format!("{} {} {}", drift.path, drift.change.name(), fields(drift));
        (facts.tier, facts.drifts.iter().flatten().map(one).collect())
    }

    #[test]
    fn a_marker_beside_a_path_that_stands_twice_is_compared_as_it_stands() {
        let marker = Entry { mode: 0o600, ..file("d/.wh.x", b"") };
        let once = [dir("d"), marker.clone(), file("z", b"1")];
        let twice = [file("z", b"0"), dir("d"), marker, file("z", b"1")];
        let (_, drifts) = told(&once, &twice, &[dir("d"), file("d/x", b"x")]);
        assert!(drifts.iter().all(|drift| !drift.contains(".wh.")), "{drifts:?}");
        let other = [dir("d"), file("d/.wh.x", b""), file("z", b"1")];
        let (tier, drifts) = told(&other, &twice, &[dir("d"), file("d/x", b"x")]);
        assert_eq!((tier, drifts.contains(&"d/.wh.x modified mode".to_owned())), (Tier::MetadataOnly, true));
    }

    #[test]
    fn what_a_folder_hides_by_its_place_is_told_of_the_folder_and_of_no_marker() {
        let plain = [dir("lib"), file("lib/a", b"1")];
        let hides = [file("lib", b""), dir("lib"), file("lib/a", b"1")];
        let lower = [dir("lib"), file("lib/b", b"2")];
        for (old, new) in [(&plain[..], &hides[..]), (&hides, &plain)] {
            assert_eq!(told(old, new, &lower), (Tier::Drifted, vec!["lib modified order".to_owned()]));
            let (tier, drifts) = told(old, new, &[]);
            assert_eq!((tier, drifts.is_empty()), (Tier::MetadataOnly, true));
        }
        // A marker that the other side does have says the same.
        let marked = [dir("lib"), file("lib/.wh..wh..opq", b""), file("lib/a", b"1")];
        assert_eq!(told(&marked, &hides, &lower), (Tier::MetadataOnly, vec![]));
    }

    #[test]
    fn of_a_files_two_names_the_place_of_each_is_its_own() {
        let of = |first: &str, second: &str| {
            [file(first, b"1"), file("m", b"2"), file("n", b"3"), link(Kind::Hardlink, second, first)]
        };
        let (tier, drifts) = told(&of("a", "b"), &of("b", "a"), &[]);
        assert_eq!(
            (tier, drifts),
            (Tier::MetadataOnly, vec!["a modified order".into(), "b modified order".into()])
        );
    }
}
