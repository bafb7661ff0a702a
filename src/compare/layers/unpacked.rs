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
    let unpackings = rayon::join(|| old.unpacked(), || new.unpacked());
    let ((old_rows, old_late), (new_rows, new_late)) = match unpackings {
        (Unpacking::InOrder, _) | (_, Unpacking::InOrder) => return in_order(old, new),
        (old_rows, new_rows) => (old.rows(old_rows, kept), new.rows(new_rows, kept)),
    };
    let mut drifts = drift::between_layers(&old_rows, &new_rows);
    let mut is_elsewhere = false;
    for path in old_late.keys().chain(new_late.keys()) {
        if old_late.get(path) != new_late.get(path) {
            is_elsewhere = true;
            mark(&mut drifts, path, (old_rows.get(path), new_rows.get(path)));
        }
    }
    let facts = FileFacts::of(drifts, old_rows, new_rows);
    if is_elsewhere { FileFacts { tier: Tier::Drifted, ..facts } } else { facts }
}

impl<'a> Listed<'a> {
    fn unpacked(&self) -> Unpacking {
        match self.lower.as_deref() {
            None if unpacking::is_by_lower(self.entries) => Unpacking::InOrder,
            lower => unpacking::over(self.entries, lower),
        }
    }

    fn rows(&self, unpacking: Unpacking, kept: &'a KeptRows) -> (ByPath<'a>, Late) {
        match unpacking {
            Unpacking::Rows { rows, late } => (ByPath::unpacked(self.at, kept.keep(rows)), late),
            Unpacking::Plain | Unpacking::InOrder => (ByPath::of(self.at, self.entries), Late::new()),
        }
    }
}

/// Layers of which one cannot be unpacked are the same where their entries are, one by one.
fn in_order<'a>(old: &Listed<'a>, new: &Listed<'a>) -> FileFacts<'a> {
    let (old_rows, new_rows) = (ByPath::of(old.at, old.entries), ByPath::of(new.at, new.entries));
    let mut drifts = drift::between_layers(&old_rows, &new_rows);
    let is_same = |(a, b): (&Entry, &Entry)| {
        a.path == b.path && drift::fields(a, b).iter().all(|field| field.is_metadata())
    };
    let is_other =
        old.entries.len() != new.entries.len() || !old.entries.iter().zip(new.entries).all(is_same);
    if is_other && drifts.drifts.iter().all(Drift::is_metadata) {
        let is_same = |at: &usize| old.entries.get(*at).zip(new.entries.get(*at)).is_some_and(is_same);
        let at = (0..).find(|at| !is_same(at)).unwrap_or(0);
        if let Some(entry) = new.entries.get(at).or(old.entries.get(at)) {
            mark(&mut drifts, &entry.path, (old_rows.get(&entry.path), new_rows.get(&entry.path)));
        }
    }
    let facts = FileFacts::of(drifts, old_rows, new_rows);
    if is_other { FileFacts { tier: Tier::Drifted, ..facts } } else { facts }
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
