//! Whether a layer's rows, sorted by path, are what it unpacks to: as almost all layers' are.
//!
//! In doubt the answer is no: then the layer is unpacked, and the answer is exact.

use std::collections::BTreeSet;

use super::Effort;
use crate::base::path::ancestors;
use crate::formats::tar::entry::{Entry, Kind, Whiteout};

/// A row: its place in the tar, and its entry.
type Placed<'e> = (usize, &'e Entry);

/// Whether nothing of a layer depends on the order of its entries.
pub(super) fn is_plain(entries: &[Entry]) -> bool {
    let mut rows: Vec<Placed<'_>> = entries.iter().enumerate().collect();
    rows.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
    let is_twice = |pair: &[Placed<'_>]| matches!(pair, [(_, a), (_, b)] if a.path == b.path);
    if rows.windows(2).any(is_twice) {
        return false;
    }
    let rows = Sorted(&rows);
    let mut effort = Effort::new();
    // The folder of the row before, and the last place of it and those above it.
    let mut folder: Option<(&[u8], Option<usize>)> = None;
    for (place, entry) in rows.0 {
        let own = entry.path.folder();
        let last = match folder.filter(|(known, _)| *known == own) {
            Some((_, last)) => last,
            None => match rows.last_folder(own, &mut effort) {
                Some(last) => last,
                None => return false,
            },
        };
        folder = Some((own, last));
        if last.is_some_and(|last| last > *place) || !rows.is_settled(*place, entry) {
            return false;
        }
    }
    rows.has_no_hidden_marker(&mut effort) && rows.are_opaque_first()
}

struct Sorted<'r, 'e>(&'r [Placed<'e>]);

impl<'e> Sorted<'_, 'e> {
    fn get(&self, path: &[u8]) -> Option<Placed<'e>> {
        let at = self.0.binary_search_by(|(_, entry)| entry.path.as_bytes().cmp(path)).ok()?;
        self.0.get(at).copied()
    }

    fn has_below(&self, folder: &[u8]) -> bool {
        self.below(folder).next().is_some()
    }

    /// The last place of a folder and those above it, as far as they have rows; `None` where something else stands there.
    fn last_folder(&self, folder: &[u8], effort: &mut Effort) -> Option<Option<usize>> {
        let mut last = self.get(b"").map(|(place, _)| place);
        for path in ancestors(folder) {
            if !effort.spend(path) {
                return None;
            }
            if let Some((place, entry)) = self.get(path) {
                if entry.kind != Kind::Directory || entry.whiteout().is_some() {
                    return None;
                }
                last = last.max(Some(place));
            }
        }
        Some(last)
    }

    /// Whether a row says what it is whatever stands before and behind it, its folders aside.
    fn is_settled(&self, place: usize, entry: &Entry) -> bool {
        match (entry.whiteout(), entry.kind) {
            (Some(Whiteout::Path(path)), _) => {
                self.get(path.as_bytes()).is_none() && !self.has_below(path.as_bytes())
            }
            (Some(_), _) => true,
            // The root is a folder.
            (None, kind) if entry.path.is_root() => kind == Kind::Directory,
            (None, Kind::Hardlink) => self.is_settled_link(place, entry),
            (None, _) => true,
        }
    }

    /// Whether a hardlink names a file of its layer that stands before it, by place and by path, and says the same of it.
    fn is_settled_link(&self, place: usize, entry: &Entry) -> bool {
        let target = entry.link.as_deref().and_then(|target| self.get(target));
        target.is_some_and(|(of, file)| {
            of < place
                && file.path < entry.path
                && !matches!(file.kind, Kind::Directory | Kind::Hardlink)
                && file.whiteout().is_none()
                && (file.mode, file.uid, file.gid) == (entry.mode, entry.uid, entry.gid)
                && file.xattrs == entry.xattrs
        })
    }

    /// Whether each marker that hides all of a folder stands before what the layer has there. No such folder is in another.
    fn are_opaque_first(&self) -> bool {
        self.0.iter().all(|(place, entry)| match entry.whiteout() {
            Some(Whiteout::Opaque(folder)) => self.below(folder.as_bytes()).all(|(below, _)| below >= place),
            _ => true,
        })
    }

    fn below(&self, folder: &[u8]) -> impl Iterator<Item = &Placed<'e>> {
        let below = if folder.is_empty() { Vec::new() } else { [folder, b"/"].concat() };
        let at = self.0.partition_point(|(_, entry)| entry.path.as_bytes() < below.as_slice());
        let rows = self.0.get(at..).unwrap_or_default().iter();
        rows.take_while(move |(_, entry)| entry.path.as_bytes().starts_with(&below))
            .filter(|(_, entry)| !entry.path.is_root())
    }

    /// Whether no marker stands below another that hides all of a folder.
    fn has_no_hidden_marker(&self, effort: &mut Effort) -> bool {
        let markers: Vec<Whiteout> = self.0.iter().filter_map(|(_, entry)| entry.whiteout()).collect();
        let opaque = markers.iter().filter_map(|marker| match marker {
            Whiteout::Opaque(folder) => Some(folder.as_bytes()),
            Whiteout::Path(_) | Whiteout::Bookkeeping => None,
        });
        let opaque: BTreeSet<&[u8]> = opaque.collect();
        opaque.is_empty()
            || markers.iter().all(|marker| match marker {
                Whiteout::Path(path) | Whiteout::Opaque(path) if !path.is_root() => {
                    let mut above = ancestors(path.as_bytes()).skip(1).chain([&b""[..]]);
                    above.all(|path| effort.spend(path) && !opaque.contains(path))
                }
                _ => true,
            })
    }
}
