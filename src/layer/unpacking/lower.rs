//! What the layers below have to say: where they have links or files, the names of a layer lead elsewhere.

use std::collections::{BTreeSet, HashSet};

use super::{Behind, Effort, Late, Unpacking, ancestors};
use crate::base::path::LayerPath;
use crate::formats::tar::entry::{Entry, Kind};

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
    let is_met = |(path, behind): &(&LayerPath, &Behind)| {
        ancestors(path.as_bytes()).any(|path| met.contains(path))
            || matches!(behind, Behind::Marker(_)) && there.contains(path.as_bytes())
    };
    late.iter().filter(is_met).map(|(path, behind)| (path.clone(), behind.clone())).collect()
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
