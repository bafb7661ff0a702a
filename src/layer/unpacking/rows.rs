//! The rows of an unpacked layer, in the one form that all tars have which unpack to the same.

use std::collections::BTreeMap;

use super::walk::{File, Hidden, Node, Walk};
use super::{Late, UnpackedRow, bare_marker};
use crate::base::path::LayerPath;
use crate::formats::tar::entry::{Entry, Kind};

/// The rows, sorted by path, and the paths that are late.
pub(super) fn rows(walk: Walk<'_>, entries: &[Entry]) -> (Vec<UnpackedRow>, Late) {
    let Walk { nodes, files, hidden, late, .. } = walk;
    let mut first: BTreeMap<usize, &LayerPath> = BTreeMap::new();
    let named = nodes.iter().filter_map(|(path, node)| {
        let file = files.get(node.file)?;
        let first = *first.entry(node.file).or_insert(path);
        let row = row(path, node, file, first, entries)?;
        Some(named_apart(row, file, &nodes))
    });
    let mut rows: Vec<UnpackedRow> = named.collect();
    rows.extend(markers(&hidden, entries));
    rows.sort_by(|a, b| a.entry.path.cmp(&b.entry.path));
    (rows, late)
}

/// The row of a name, where `first` is the first name of its file.
fn row(
    path: &LayerPath,
    node: &Node,
    file: &File,
    first: &LayerPath,
    entries: &[Entry],
) -> Option<UnpackedRow> {
    let (made, last) = (entries.get(file.made)?, entries.get(file.last)?);
    let link = file.lower.as_ref().or((first != path).then_some(first));
    let Some(target) = link else {
        return Some(UnpackedRow { place: file.made, entry: Entry { path: path.clone(), ..made.clone() } });
    };
    let entry = Entry {
        path: path.clone(),
        kind: Kind::Hardlink,
        mode: last.mode,
        uid: last.uid,
        gid: last.gid,
        size: 0,
        link: Some(target.as_bytes().into()),
        device: None,
        xattrs: last.xattrs.clone(),
        content: None,
        ..entries.get(node.place)?.clone()
    };
    Some(UnpackedRow { place: node.place, entry })
}

/// A link to a file of a lower layer, at whose path the layer has another: written from the root on, as no other link is.
fn named_apart(mut row: UnpackedRow, file: &File, nodes: &BTreeMap<LayerPath, Node>) -> UnpackedRow {
    if let Some(target) = file.lower.as_ref().filter(|target| nodes.contains_key(*target)) {
        row.entry.link = Some([b"/", target.as_bytes()].concat().into());
    }
    row
}

/// A marker for each path that is hidden, but for those below another.
fn markers(hidden: &BTreeMap<LayerPath, (Hidden, usize)>, entries: &[Entry]) -> Vec<UnpackedRow> {
    // With the slash as the least byte, what is below a path follows it at once.
    let key = |path: &LayerPath| -> Vec<u8> {
        path.as_bytes().iter().map(|byte| if *byte == b'/' { 0 } else { *byte }).collect()
    };
    let mut paths: Vec<(&LayerPath, &(Hidden, usize))> = hidden.iter().collect();
    paths.sort_by_cached_key(|(path, _)| key(path));
    let mut above: Option<&LayerPath> = None;
    let mut rows = Vec::new();
    for (path, (hidden, place)) in paths {
        if above.is_some_and(|above| path.is_within(above)) {
            continue;
        }
        above = Some(path);
        let marker = match (hidden, path.parent()) {
            (Hidden::All, Some(folder)) => folder.join(&[b".wh.", path.file_name()].concat()),
            _ => path.join(b".wh..wh..opq"),
        };
        let entry = entries.get(*place).map(|entry| Entry { path: marker, ..entry.clone() });
        rows.extend(entry.as_ref().and_then(bare_marker).map(|entry| UnpackedRow { place: *place, entry }));
    }
    rows
}
