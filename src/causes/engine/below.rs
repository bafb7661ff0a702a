//! What the layers below one hold together: what a container would see without it.
//!
//! Of each path the topmost entry counts, unless a later layer took it away: by a marker of its own, by one that hides the
//! folder that it is in, or by something in that folder's place that is none. Paths through symlinks are not followed. The
//! index holds places alone, so that it can be made when the first cause asks.

use crate::base::path::LayerPath;
use crate::formats::tar::entry::{Entry, Kind};

/// The rows of some layers, by place; `None` where they are not known.
pub(crate) type LayerRows<'a> = [Option<&'a [Entry]>];

/// Hardlinks followed; a tar's name files, so one is enough.
const LINKS: usize = 8;

/// The places of all rows of some layers, by layer and place in it, sorted by path.
#[derive(Debug)]
pub(crate) struct Below(Vec<(usize, usize)>);

impl Below {
    /// Of these layers, the lowest first.
    pub(crate) fn of(layers: &LayerRows<'_>) -> Self {
        let rows = layers
            .iter()
            .enumerate()
            .flat_map(|(layer, rows)| (0..rows.map_or(0, <[Entry]>::len)).map(move |place| (layer, place)));
        let mut places: Vec<(usize, usize)> = rows.collect();
        // A stable sort: of one path the topmost is the last.
        places.sort_by_key(|place| entry(layers, *place).map(|entry| &entry.path));
        Self(places)
    }

    /// What stands at a path, as far as `layers`, which this is of, tell.
    pub(crate) fn get<'a>(&self, layers: &LayerRows<'a>, path: &LayerPath) -> Option<&'a Entry> {
        let (layer, entry) = self.last(layers, path)?;
        let is_gone = |marker: LayerPath| self.last(layers, &marker).is_some_and(|(above, _)| above > layer);
        let mut at = path.clone();
        while let Some(folder) = at.parent() {
            if is_gone(folder.join(&[b".wh.", at.file_name()].concat()))
                || is_gone(folder.join(b".wh..wh..opq"))
            {
                return None;
            }
            let is_other = |(above, entry): (usize, &Entry)| above > layer && entry.kind != Kind::Directory;
            if !folder.is_root() && self.last(layers, &folder).is_some_and(is_other) {
                return None;
            }
            if folder.is_root() {
                break;
            }
            at = folder;
        }
        Some(entry)
    }

    /// The same, or the file that a hardlink there names.
    pub(crate) fn file<'a>(&self, layers: &LayerRows<'a>, path: &LayerPath) -> Option<&'a Entry> {
        let mut entry = self.get(layers, path)?;
        for _ in 0..LINKS {
            match entry.kind {
                Kind::File => return Some(entry),
                Kind::Hardlink => entry = self.get(layers, &LayerPath::clamped(entry.link.as_deref()?))?,
                _ => return None,
            }
        }
        None
    }

    /// What stands below a folder, sorted by path.
    pub(crate) fn within<'a, 'l>(
        &'l self,
        layers: &'l LayerRows<'a>,
        folder: &'l LayerPath,
    ) -> impl Iterator<Item = &'a Entry> + use<'a, 'l> {
        let from = folder.followed_by(b'/');
        let start =
            self.0.partition_point(|place| entry(layers, *place).is_some_and(|entry| entry.path < from));
        let rows = self.0.get(start..).unwrap_or_default().iter().filter_map(|place| entry(layers, *place));
        let mut last: Option<&LayerPath> = None;
        rows.take_while(|entry| entry.path.is_within(folder)).filter_map(move |entry| {
            let is_again = last == Some(&entry.path);
            last = Some(&entry.path);
            (!is_again && entry.whiteout().is_none()).then(|| self.get(layers, &entry.path))?
        })
    }

    /// The last entry of a path, with its layer.
    fn last<'a>(&self, layers: &LayerRows<'a>, path: &LayerPath) -> Option<(usize, &'a Entry)> {
        let end =
            self.0.partition_point(|place| entry(layers, *place).is_some_and(|entry| entry.path <= *path));
        let place = *self.0.get(end.checked_sub(1)?)?;
        Some((place.0, entry(layers, place).filter(|entry| entry.path == *path)?))
    }
}

fn entry<'a>(layers: &LayerRows<'a>, (layer, place): (usize, usize)) -> Option<&'a Entry> {
    (*layers.get(layer)?)?.get(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::tests::{dir, file, link};

    #[test]
    fn the_topmost_entry_counts_that_no_later_layer_took_away() {
        let layers = [
            vec![
                dir("a"),
                file("a/x", b"1"),
                file("a/y", b"1"),
                dir("b"),
                file("b/z", b"1"),
                dir("c"),
                file("c/w", b"1"),
            ],
            vec![
                file("a/x", b"22"),
                file("a/.wh.y", b""),
                file("b/.wh..wh..opq", b""),
                file("b/new", b""),
                file("c", b""),
            ],
            vec![link(Kind::Hardlink, "l", "a/x")],
        ];
        let rows: Vec<Option<&[Entry]>> = layers.iter().map(|layer| Some(layer.as_slice())).collect();
        let below = Below::of(&rows);
        let size = |path: &str| below.file(&rows, &path.into()).map(|entry| entry.size);
        assert_eq!(
            ["a/x", "l", "a/y", "b/z", "b/new", "c/w"].map(size),
            [Some(2), Some(2), None, None, Some(0), None]
        );
        let within = |folder: &str| -> Vec<String> {
            let folder = folder.into();
            below.within(&rows, &folder).map(|entry| entry.path.to_string()).collect()
        };
        assert_eq!(
            (within("a"), within("b"), within("d")),
            (vec!["a/x".into()], vec!["b/new".into()], vec![])
        );
    }
}
