//! Stacks layers into one tree: whiteouts, opaque folders, hardlinks, symlinked folders.
//!
//! A layer's whiteouts act on the layers below it only, whatever their place in the tar. A name whose folder is a
//! symlink (`lib/x` over a usrmerged base) lands where the symlink points, as it does for an engine that unpacks
//! over a mounted tree. A folder over a symlink replaces it; a folder over a folder keeps what is below. Another
//! name (hardlink) of a symlink is a symlink.
//!
//! Links are followed inside the image only, a bounded number of times; a cycle leads nowhere. What lies below a
//! cycle or below a file is left out: engines refuse to unpack such a layer, so no container ever sees it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::base::path::LayerPath;
use crate::base::symlinks;
use crate::formats::tar::entry::{Entry, Kind, Whiteout};
use crate::layer::{Capture, Contents};
use crate::tree::moves::Moves;

/// What stacking needs of a layer: its rows, and the bytes kept of some.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows<'a> {
    /// In tar order.
    pub entries: &'a [Entry],
    captures: Option<&'a BTreeMap<usize, Capture>>,
}

impl<'a> From<&'a Contents> for Rows<'a> {
    fn from(contents: &'a Contents) -> Self {
        Self { entries: &contents.entries, captures: Some(&contents.captures) }
    }
}

impl<'a> From<&'a [Entry]> for Rows<'a> {
    fn from(entries: &'a [Entry]) -> Self {
        Self { entries, captures: None }
    }
}

/// A path goes through something that is neither folder nor link.
struct BelowFile;

/// The merged tree of some layers, lowest first.
pub struct FileTree<'a> {
    layers: Vec<Rows<'a>>,
    nodes: BTreeMap<LayerPath, Node>,
    // The folder of the entry before, as named and as resolved; an entry mostly stands in the same one.
    last_folder: Option<(LayerPath, LayerPath)>,
    moves: Moves,
}

/// Where a path of the merged tree comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Index of the layer that put it there.
    pub layer: usize,
    entry: usize,
    // For a hardlink, the file it named when its layer was applied; else the entry itself.
    file: (usize, usize),
}

impl Node {
    /// The file whose bytes it has: its layer and its place there. Names of one file have one.
    pub fn file(&self) -> (usize, usize) {
        self.file
    }
}
impl<'a> FileTree<'a> {
    /// Merges `layers`, lowest first.
    pub fn stack(layers: impl IntoIterator<Item = impl Into<Rows<'a>>>) -> Self {
        let mut tree = Self {
            layers: layers.into_iter().map(Into::into).collect(),
            nodes: BTreeMap::new(),
            last_folder: None,
            moves: Moves::default(),
        };
        for (index, rows) in tree.layers.clone().into_iter().enumerate() {
            let whiteouts: Vec<Whiteout> = rows.entries.iter().filter_map(Entry::whiteout).collect();
            if !whiteouts.is_empty() {
                tree.replace_by_folders(index, rows.entries);
            }
            whiteouts.into_iter().for_each(|whiteout| tree.remove(whiteout));
            for (at, entry) in rows.entries.iter().enumerate() {
                if entry.whiteout().is_none() {
                    tree.add(index, at, entry);
                }
            }
        }
        tree
    }

    /// The entry at `path` itself; a symlink is not followed.
    pub fn get(&self, path: &LayerPath) -> Option<(&'a Entry, Node)> {
        let node = *self.nodes.get(path)?;
        Some((self.entry(node)?, node))
    }

    /// The path that `path` leads to once all symlinks are followed, whether or not something stands there.
    /// `None` for a cycle, or a path through a file.
    pub fn resolve(&self, path: &LayerPath) -> Option<LayerPath> {
        self.resolve_by(path, |_| {})
    }

    /// The symlinks that are followed on the way of `path`, in order, as far as it leads.
    pub fn links_on(&self, path: &LayerPath) -> Vec<LayerPath> {
        let mut links = Vec::new();
        // What a way that ends nowhere leads to is `resolve`'s to say.
        let _ = self.resolve_by(path, |link| links.push(LayerPath::clamped(link)));
        links
    }

    /// Resolves `path`; `see` is told each symlink that is followed.
    fn resolve_by(&self, path: &LayerPath, mut see: impl FnMut(&[u8])) -> Option<LayerPath> {
        let link_at = |at: &[u8], is_last: bool| match self.nodes.get(at).and_then(|node| self.file(*node)) {
            Some(Entry { kind: Kind::Symlink, link: Some(target), .. }) => {
                see(at);
                Ok(Some(&**target))
            }
            Some(entry) if entry.kind != Kind::Directory && !is_last => Err(BelowFile),
            _ => Ok(None),
        };
        symlinks::followed(path, link_at).ok().flatten()
    }

    /// What stacking did that names do not show.
    pub fn moves(&self) -> &Moves {
        &self.moves
    }

    /// The layers, lowest first.
    pub fn layers(&self) -> &[Rows<'a>] {
        &self.layers
    }

    /// The entry that `path` leads to, symlinks followed.
    pub fn follow(&self, path: &LayerPath) -> Option<(&'a Entry, Node)> {
        self.get(&self.resolve(path)?)
    }

    /// The entry whose bytes `path` leads to, symlinks and hardlinks followed.
    pub fn follow_file(&self, path: &LayerPath) -> Option<&'a Entry> {
        self.file(self.follow(path)?.1)
    }

    /// The captured bytes of the file that `path` leads to, symlinks and hardlinks followed.
    pub fn read(&self, path: &LayerPath) -> Option<&'a Capture> {
        self.capture(self.follow(path)?.1)
    }

    /// The captured bytes of the file that a node has.
    pub fn capture(&self, node: Node) -> Option<&'a Capture> {
        let (layer, entry) = node.file;
        self.layers.get(layer)?.captures?.get(&entry)
    }

    /// The captured bytes of a file that was kept whole.
    pub fn bytes(&self, path: &LayerPath) -> Option<&'a Arc<[u8]>> {
        match self.read(path)? {
            Capture::Kept(bytes) => Some(bytes),
            Capture::TooLarge | Capture::Hidden => None,
        }
    }

    /// The entry whose bytes a node has: the file a hardlink names, else the entry itself.
    pub fn file(&self, node: Node) -> Option<&'a Entry> {
        self.layers.get(node.file.0)?.entries.get(node.file.1)
    }

    /// What stands directly in `folder` (symlinks to it are followed), by name.
    pub fn children(
        &self,
        folder: &LayerPath,
    ) -> impl Iterator<Item = (&LayerPath, &'a Entry, Node)> + use<'_, 'a> {
        let folder = self.resolve(folder);
        let depth = folder.as_ref().map_or(0, |folder| folder.parts().count());
        folder
            .into_iter()
            .flat_map(move |folder| self.below(&folder))
            .filter(move |(path, ..)| path.parts().count() == depth + 1)
    }

    /// Everything below `folder`, sorted by path.
    pub fn below(
        &self,
        folder: &LayerPath,
    ) -> impl Iterator<Item = (&LayerPath, &'a Entry, Node)> + use<'_, 'a> {
        self.nodes.range(subtree(folder)).filter_map(|(path, node)| Some((path, self.entry(*node)?, *node)))
    }

    /// Every path, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&LayerPath, &'a Entry, Node)> {
        self.below(&LayerPath::root())
    }

    /// Where an entry called `path` stands: its folder's symlinks followed, its own name kept. `None` below a file
    /// or a cycle.
    pub fn place(&self, path: &LayerPath) -> Option<LayerPath> {
        match path.parent() {
            Some(folder) if !folder.is_root() => Some(self.resolve_folder(&folder)?.join(path.file_name())),
            _ => Some(path.clone()),
        }
    }

    fn entry(&self, node: Node) -> Option<&'a Entry> {
        self.layers.get(node.layer)?.entries.get(node.entry)
    }

    fn remove(&mut self, whiteout: Whiteout) {
        match whiteout {
            Whiteout::Path(path) => {
                let landing = self.landing(&path);
                if landing.as_ref() != Some(&path) {
                    self.moves.redirect_marker(&path);
                }
                if let Some(path) = landing {
                    self.remove_below(&path);
                    self.nodes.remove(&path);
                    self.last_folder = None;
                }
            }
            Whiteout::Opaque(folder) => {
                let resolved = self.resolve(&folder);
                if resolved.as_ref() != Some(&folder) {
                    self.moves.redirect_marker(&folder);
                }
                if let Some(folder) = resolved {
                    self.remove_below(&folder);
                    self.last_folder = None;
                }
            }
            Whiteout::Bookkeeping => {}
        }
    }

    /// Puts a layer's folders where lower layers have something else, before its whiteouts act: what they name
    /// inside such a folder must not be looked for behind the symlink that it replaces.
    fn replace_by_folders(&mut self, layer: usize, entries: &[Entry]) {
        for (at, entry) in entries.iter().enumerate() {
            if entry.kind == Kind::Directory
                && let Some(path) = self.landing(&entry.path)
                && self.kind_at(&path).is_some_and(|kind| kind != Kind::Directory)
            {
                self.add(layer, at, entry);
            }
        }
    }

    fn add(&mut self, layer: usize, at: usize, entry: &Entry) {
        let landing = self.landing(&entry.path);
        if landing.as_ref() != Some(&entry.path) {
            self.moves.redirect(layer, at);
        }
        let Some(path) = landing else { return };
        if path.is_root() {
            return;
        }
        let (before, may_be_around) = self.standing_at(&path);
        if entry.kind == Kind::Directory && before == Some(Kind::Symlink) {
            self.moves.replace(&path);
        }
        // Even where nothing stands yet: a folder may be there by the names below it alone.
        if entry.kind != Kind::Directory && may_be_around {
            let gone = self.remove_below(&path);
            self.moves.bury(gone, &path);
        }
        let is_plain = matches!(entry.kind, Kind::File | Kind::Directory);
        if !is_plain || before.is_some_and(|before| before != entry.kind) || self.leads_to_last_folder(&path)
        {
            self.last_folder = None;
        }
        let file = match entry.link.as_deref().filter(|_| entry.kind == Kind::Hardlink) {
            Some(target) => self.linked_file(target).unwrap_or((layer, at)),
            None => (layer, at),
        };
        self.nodes.insert(path, Node { layer, entry: at, file });
    }

    /// The kind of what stands at `path`, and whether something may stand below it: what does sorts right behind it, but
    /// for names that begin as its own does.
    fn standing_at(&self, path: &LayerPath) -> (Option<Kind>, bool) {
        let mut from = self.nodes.range::<LayerPath, _>(path..);
        let (node, next) = match from.next() {
            Some((first, node)) if first == path => (Some(*node), from.next()),
            other => (None, other),
        };
        let may_be_around = next.is_some_and(|(next, _)| next.as_bytes().starts_with(path.as_bytes()));
        (node.and_then(|node| self.file(node)).map(|entry| entry.kind), may_be_around)
    }

    fn kind_at(&self, path: &LayerPath) -> Option<Kind> {
        self.nodes.get(path).and_then(|node| self.file(*node)).map(|entry| entry.kind)
    }

    fn leads_to_last_folder(&self, path: &LayerPath) -> bool {
        let within =
            |(asked, resolved): &(LayerPath, LayerPath)| asked.is_within(path) || resolved.is_within(path);
        self.last_folder.as_ref().is_some_and(within)
    }

    fn linked_file(&mut self, target: &[u8]) -> Option<(usize, usize)> {
        let target = self.landing(&LayerPath::clamped(target))?;
        self.nodes.get(&target).map(|node| node.file)
    }

    /// Where an entry named `path` lands: its folder's symlinks followed, its own name kept.
    fn landing(&mut self, path: &LayerPath) -> Option<LayerPath> {
        if let Some((asked, resolved)) = &self.last_folder
            && path.folder() == asked.as_bytes()
        {
            return Some(if asked == resolved { path.clone() } else { resolved.join(path.file_name()) });
        }
        let Some(folder) = path.parent().filter(|folder| !folder.is_root()) else {
            return Some(path.clone());
        };
        let resolved = self.resolve_folder(&folder)?;
        let landing = resolved.join(path.file_name());
        self.last_folder = Some((folder, resolved));
        Some(landing)
    }

    /// Like `resolve`, for a path that something is to stand below: `None` where a file has it. Quicker where the
    /// folder stands under its own name: nothing lies below anything but a folder, so no part of it is a link.
    fn resolve_folder(&self, folder: &LayerPath) -> Option<LayerPath> {
        if self.kind_at(folder) == Some(Kind::Directory) {
            return Some(folder.clone());
        }
        let resolved = self.resolve(folder)?;
        let is_folder = self.kind_at(&resolved).is_none_or(|kind| kind == Kind::Directory);
        is_folder.then_some(resolved)
    }

    /// Takes away all below `folder`, and says what.
    fn remove_below(&mut self, folder: &LayerPath) -> Vec<LayerPath> {
        let gone: Vec<LayerPath> = self.nodes.range(subtree(folder)).map(|(path, _)| path.clone()).collect();
        for path in &gone {
            self.nodes.remove(path);
        }
        gone
    }
}

/// The range of paths below `folder`: after `folder/`, before `folder0` (`0` follows `/`).
fn subtree(folder: &LayerPath) -> (Bound<LayerPath>, Bound<LayerPath>) {
    if folder.is_root() {
        return (Bound::Excluded(LayerPath::root()), Bound::Unbounded);
    }
    (Bound::Excluded(folder.followed_by(b'/')), Bound::Excluded(folder.followed_by(b'0')))
}

#[cfg(test)]
mod tests;
