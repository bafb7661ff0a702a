//! What differs between two layers as they unpack. Where both are plain these are the rows of their tars; else the rows of
//! both are made anew, so that the same result in another order is the same rows.

use crate::base::path::LayerPath;
use crate::compare::drift::{self, Drift, Drifts, Field};
use crate::compare::layers::FileFacts;
use crate::compare::reading::kept::KeptRows;
use crate::compare::rows::{ByPath, Row};
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::layer::unpacking::{self, Late, Unpacking};

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
    let mut drifts = drift::between_layers(&old_unpacked.rows, &new_unpacked.rows);
    let is_metadata = drifts.drifts.iter().all(Drift::is_metadata);
    let mut elsewhere: Vec<&LayerPath> = Vec::new();
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
                let rows = unpacking::hiding(rows, self.entries, lower);
                let is_by_order = is_by_order || unpacking::is_by_order(&late);
                Unpacked { rows: ByPath::unpacked(self.at, kept.keep(rows)), late, is_by_order }
            }
            Unpacking::Plain | Unpacking::InOrder => {
                Unpacked { rows: ByPath::of(self.at, self.entries), late: Late::new(), is_by_order }
            }
        }
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
