//! What unpacking a layer gives, whatever the order that its tar says it in.
//!
//! Engines unpack entry by entry. A path that stands twice is what its last entry made; a hardlink is another name of the
//! file that its target was when the link was made, whatever stands there later; what goes through a symlink of the layer
//! lands where the symlink leads at that time; what is no folder takes away all that stood below its name. Markers act on
//! lower layers alone, wherever they stand among their siblings (image-spec, layer.md, "Whiteouts").
//!
//! Most layers are *plain*: their rows, sorted by path, say it as they stand. Of others the rows are made anew, in one form
//! for all tars that unpack to the same: a file of several names is its first name, and the others link to that; a marker
//! that hides nothing besides is left out; a folder that took the place of something else hides what lower layers have below.
//!
//! What depends on the layers below is told apart: where a folder's own entry stands behind what went into it (*late*), a
//! lower layer's symlink of that name would have led that elsewhere. A layer that no engine unpacks (a name below a file, a
//! link to itself) is compared as it stands, in its order; so is one that goes through lower layers' symlinks, where two names
//! may be one, and one whose names take too long to follow.

mod lower;
mod plain;
mod rows;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::formats::tar::entry::{Entry, Kind, Whiteout};

/// What a layer unpacks to.
#[derive(Debug, PartialEq, Eq)]
pub enum Unpacking {
    /// Its rows by path, as they stand.
    Plain,
    /// Other rows than those that stand in the tar.
    Rows {
        /// Sorted by path, each path once.
        rows: Vec<UnpackedRow>,
        /// The late paths.
        late: Late,
    },
    /// It cannot be unpacked: all that is to be said of it is its entries in their order.
    InOrder,
}

/// Paths of which it matters what stands before what, as far as the layers below have something there.
pub type Late = BTreeMap<LayerPath, Behind>;

/// What stands behind what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behind {
    /// The path's own entry, behind these that went through it by name.
    Entry(BTreeSet<LayerPath>),
    /// A marker that hides all below this folder, behind what went through the path: a folder that is there by the names
    /// below it alone is a lower layer's or a new one.
    Marker(LayerPath),
    /// A link that names the path, of which the layer had nothing: without a file of a lower layer there it is not unpacked.
    Target,
}

/// A path as it stands when all of its layer is unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackedRow {
    /// The place, among the layer's entries, of the one that made it: its bytes stand there.
    pub place: usize,
    /// What stands there.
    pub entry: Entry,
}

/// Unpacks a layer's entries, given in tar order.
pub fn of(entries: &[Entry]) -> Unpacking {
    if plain::is_plain(entries) {
        return Unpacking::Plain;
    }
    walk::Walk::of(entries).map_or(Unpacking::InOrder, |walk| {
        let (rows, late) = rows::rows(walk, entries);
        Unpacking::Rows { rows, late }
    })
}

/// What a layer unpacks to over the layers below it, given by their entries; where these are not all known, over whatever may
/// be there, as long as that has folders where the layer names folders.
pub fn over(entries: &[Entry], lower: Option<&[&[Entry]]>) -> Unpacking {
    let unpacking = of(entries);
    if lower.is_some() && is_crossed(entries, &unpacking, lower) {
        return Unpacking::InOrder;
    }
    match unpacking {
        Unpacking::Rows { rows, late } => {
            let late = unsettled(late, lower);
            match is_by_order(&late) {
                true => Unpacking::InOrder,
                false => Unpacking::Rows { rows: hiding(rows, entries, lower), late },
            }
        }
        unpacking => unpacking,
    }
}

/// Whether names of a layer lead where the layers below say: they go through a folder that is none of the layer's, and that is,
/// or where `lower` is not known may be, something else than a folder there. Then two of its names may be one, and its order
/// matters.
pub fn is_crossed(entries: &[Entry], unpacking: &Unpacking, lower: Option<&[&[Entry]]>) -> bool {
    lower::is_crossed(entries, unpacking, lower)
}

/// Of `late` paths those that the layers below have a say in; all, where these are not known.
pub fn unsettled(late: Late, lower: Option<&[&[Entry]]>) -> Late {
    match lower {
        Some(lower) => lower::unsettled(late, lower),
        None => late,
    }
}

/// Whether some of a layer went through a link or a file of lower layers, in whose place it then put its own: what of it met what
/// there is told by its order alone.
pub fn is_by_order(unsettled: &Late) -> bool {
    unsettled.values().any(|behind| matches!(behind, Behind::Entry(_)))
}

/// Of a layer's unpacked rows those that count: a folder that took the place of something else hides nothing where the layers
/// below have nothing there.
pub fn hiding(rows: Vec<UnpackedRow>, entries: &[Entry], lower: Option<&[&[Entry]]>) -> Vec<UnpackedRow> {
    match lower {
        Some(lower) => lower::hiding(rows, entries, lower),
        None => rows,
    }
}

/// A marker as it is compared: what it names is all that it says.
pub fn bare_marker(entry: &Entry) -> Option<Entry> {
    matches!(entry.whiteout()?, Whiteout::Path(_) | Whiteout::Opaque(_)).then(|| Entry {
        kind: Kind::File,
        mode: 0,
        uid: 0,
        gid: 0,
        size: 0,
        link: None,
        device: None,
        xattrs: Vec::new(),
        content: None,
        ..entry.clone()
    })
}

/// What a look costs besides its name's bytes.
const LOOK_UP: u64 = 32;

/// Bytes of names looked up while a layer is unpacked. A name below a hundred folders is looked up a hundred times.
#[derive(Debug)]
struct Effort(u64);

impl Effort {
    fn new() -> Self {
        Self(crate::base::limits::UNPACKING_NAME_BYTES)
    }

    /// Takes what looking up `path` costs; whether it may be done.
    fn spend(&mut self, path: &[u8]) -> bool {
        match self.0.checked_sub(path.len() as u64 + LOOK_UP) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests;
