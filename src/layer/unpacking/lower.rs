//! What the layers below have to say: where they have links or files, the names of a layer lead elsewhere.

use std::collections::{BTreeSet, HashSet};

use super::{Behind, Effort, Late, UnpackedRow, Unpacking};
use crate::base::path::{LayerPath, ancestors};
use crate::formats::tar::entry::{Entry, Kind, Whiteout};

/// Of `late` paths those that the layers below have a say in: those that stand on something else than folders there, and
/// behind a marker those that are there.
pub(super) fn unsettled(late: Late, lower: &[&[Entry]]) -> Late {
    if late.is_empty() {
        return late;
    }
    // A folder above a late path may be the link as well as the path itself.
    let folders = late.keys().flat_map(|path| ancestors(path.as_bytes())).collect();
    let met = met(&folders, lower);
    let is_there = |path: &&[u8]| late.contains_key(*path);
    let rows = lower.iter().flat_map(|entries| entries.iter());
    let there: BTreeSet<&[u8]> =
        rows.filter_map(|entry| ancestors(entry.path.as_bytes()).find(is_there)).collect();
    let is_met = |(path, behind): &(&LayerPath, &Behind)| match behind {
        Behind::Target => !met.contains(path.as_bytes()),
        Behind::Entry(_) => ancestors(path.as_bytes()).any(|path| met.contains(path)),
        Behind::Marker(_) => {
            ancestors(path.as_bytes()).any(|path| met.contains(path)) || there.contains(path.as_bytes())
        }
    };
    late.iter().filter(is_met).map(|(path, behind)| (path.clone(), behind.clone())).collect()
}

/// Leaves out the markers that no entry of the layer is, where the layers below have nothing to hide.
pub(super) fn hiding(rows: Vec<UnpackedRow>, entries: &[Entry], lower: &[&[Entry]]) -> Vec<UnpackedRow> {
    let made = |row: &UnpackedRow| match row.entry.whiteout()? {
        Whiteout::Opaque(folder) => {
            entries.get(row.place).is_none_or(|entry| entry.whiteout().is_none()).then_some(folder)
        }
        Whiteout::Path(_) | Whiteout::Bookkeeping => None,
    };
    let folders: BTreeSet<LayerPath> = rows.iter().filter_map(made).collect();
    if folders.is_empty() {
        return rows;
    }
    let of_lower = lower.iter().flat_map(|entries| entries.iter());
    let above = |entry: &'_ Entry| -> Option<LayerPath> {
        let folder = ancestors(entry.path.as_bytes()).skip(1).find(|path| folders.contains(*path))?;
        Some(LayerPath::clamped(folder))
    };
    let hidden: BTreeSet<LayerPath> = of_lower.filter_map(above).collect();
    rows.into_iter().filter(|row| made(row).is_none_or(|folder| hidden.contains(&folder))).collect()
}

/// Whether names of a layer lead where the layers below say: they go through a folder that is none of the layer's, and that is,
/// or where `lower` is not known may be, something else than a folder below.
pub(super) fn is_crossed(entries: &[Entry], unpacking: &Unpacking, lower: Option<&[&[Entry]]>) -> bool {
    let foreign = match unpacking {
        Unpacking::Rows { rows, .. } => foreign(rows.iter().map(|row| &row.entry)),
        Unpacking::Plain | Unpacking::InOrder => foreign(entries.iter()),
    };
    match (foreign, lower) {
        (None, _) => true,
        (Some(foreign), None) => !foreign.is_empty(),
        (Some(foreign), Some(lower)) => !met(&foreign, lower).is_empty(),
    }
}

/// The folders that rows name without having them; `None` where it takes too long to tell.
fn foreign<'e>(rows: impl Iterator<Item = &'e Entry> + Clone) -> Option<BTreeSet<&'e [u8]>> {
    let mut effort = Effort::new();
    let folders = rows.clone().filter(|entry| entry.kind == Kind::Directory);
    let own: HashSet<&[u8]> = folders.map(|entry| entry.path.as_bytes()).collect();
    let links = rows.clone().filter(|entry| entry.kind == Kind::Hardlink);
    let paths = rows.map(|entry| entry.path.as_bytes());
    let mut foreign = BTreeSet::new();
    let mut last: &[u8] = b"";
    for path in paths.chain(links.filter_map(|entry| entry.link.as_deref())) {
        let Some(folder) = ancestors(path).nth(1).filter(|folder| *folder != last) else { continue };
        last = folder;
        for path in ancestors(folder) {
            if !effort.spend(path) {
                return None;
            }
            if !own.contains(path) {
                foreign.insert(path);
            }
        }
    }
    Some(foreign)
}

/// Of some paths those that are something else than a folder in one of the layers below.
fn met<'p>(paths: &BTreeSet<&'p [u8]>, lower: &[&[Entry]]) -> BTreeSet<&'p [u8]> {
    if paths.is_empty() {
        return BTreeSet::new();
    }
    let is_other = |entry: &&Entry| entry.kind != Kind::Directory && entry.whiteout().is_none();
    let others = lower.iter().flat_map(|entries| entries.iter()).filter(is_other);
    others.filter_map(|entry| paths.get(entry.path.as_bytes()).copied()).collect()
}
