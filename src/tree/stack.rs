//! Stacks layers into one tree: whiteouts, opaque folders, hardlinks, symlinked folders.
//!
//! A layer's whiteouts act on the layers below it only, whatever their place in the tar. A name whose folder is a
//! symlink (`lib/x` over a usrmerged base) lands where the symlink points, as it does for an engine that unpacks
//! over a mounted tree. A folder over a symlink replaces it; a folder over a folder keeps what is below.
//!
//! Links are followed inside the image only, a bounded number of times; a cycle leads nowhere.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::base::limits;
use crate::base::path::LayerPath;
use crate::layer::entry::{Entry, Kind, Whiteout};
use crate::layer::{Capture, Contents};

/// The merged tree of some layers, lowest first.
pub struct FileTree<'a> {
    layers: Vec<&'a Contents>,
    nodes: BTreeMap<LayerPath, Node>,
    // Folders whose parts were already resolved against the symlinks standing now; one entry of a layer mostly
    // stands in the same folder as the entry before it.
    last_folder: Option<(LayerPath, LayerPath)>,
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

impl<'a> FileTree<'a> {
    /// Merges `layers`, lowest first.
    pub fn stack(layers: impl IntoIterator<Item = &'a Contents>) -> Self {
        let mut tree =
            Self { layers: layers.into_iter().collect(), nodes: BTreeMap::new(), last_folder: None };
        for (index, contents) in tree.layers.clone().into_iter().enumerate() {
            contents.entries.iter().filter_map(Entry::whiteout).for_each(|whiteout| tree.remove(whiteout));
            for (at, entry) in contents.entries.iter().enumerate() {
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
        let mut links = 0;
        let mut pending: Vec<Vec<u8>> = path.parts().rev().map(<[u8]>::to_vec).collect();
        let mut at = LayerPath::root();
        while let Some(part) = pending.pop() {
            match part.as_slice() {
                b"." => continue,
                b".." => {
                    at = at.parent().unwrap_or_default();
                    continue;
                }
                _ => {}
            }
            let next = at.join(&part);
            match self.get(&next) {
                Some((Entry { kind: Kind::Symlink, link: Some(target), .. }, _)) => {
                    links += 1;
                    if links > limits::LINKS {
                        return None;
                    }
                    if target.starts_with(b"/") {
                        at = LayerPath::root();
                    }
                    let parts = target.split(|byte| *byte == b'/').filter(|part| !part.is_empty());
                    pending.extend(parts.rev().map(<[u8]>::to_vec));
                }
                Some((entry, _)) if entry.kind != Kind::Directory && !pending.is_empty() => return None,
                _ => at = next,
            }
        }
        Some(at)
    }

    /// The entry that `path` leads to, symlinks followed.
    pub fn follow(&self, path: &LayerPath) -> Option<(&'a Entry, Node)> {
        self.get(&self.resolve(path)?)
    }

    /// The captured bytes of the file that `path` leads to, symlinks and hardlinks followed.
    pub fn read(&self, path: &LayerPath) -> Option<&'a Capture> {
        let (_, node) = self.follow(path)?;
        let (layer, entry) = node.file;
        self.layers.get(layer)?.captures.get(&entry)
    }

    /// The captured bytes of a file that was kept whole.
    pub fn bytes(&self, path: &LayerPath) -> Option<&'a Arc<[u8]>> {
        match self.read(path)? {
            Capture::Kept(bytes) => Some(bytes),
            Capture::TooLarge => None,
        }
    }

    /// The entry whose bytes a node has: the file a hardlink names, else the entry itself.
    pub fn file(&self, node: Node) -> Option<&'a Entry> {
        self.layers.get(node.file.0)?.entries.get(node.file.1)
    }

    /// What stands directly in `folder` (symlinks to it are followed), by name.
    pub fn children(&self, folder: &LayerPath) -> impl Iterator<Item = (&LayerPath, &'a Entry, Node)> {
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

    fn entry(&self, node: Node) -> Option<&'a Entry> {
        self.layers.get(node.layer)?.entries.get(node.entry)
    }

    fn remove(&mut self, whiteout: Whiteout) {
        match whiteout {
            Whiteout::Path(path) => {
                if let Some(path) = self.landing(&path) {
                    self.remove_below(&path);
                    self.nodes.remove(&path);
                    self.last_folder = None;
                }
            }
            Whiteout::Opaque(folder) => {
                if let Some(folder) = self.resolve(&folder) {
                    self.remove_below(&folder);
                    self.last_folder = None;
                }
            }
            Whiteout::Bookkeeping => {}
        }
    }

    fn add(&mut self, layer: usize, at: usize, entry: &Entry) {
        let Some(path) = self.landing(&entry.path) else { return };
        if path.is_root() {
            return;
        }
        let is_folder = entry.kind == Kind::Directory;
        let before = self.get(&path).map(|(entry, _)| entry.kind);
        if before.is_some() && !(is_folder && before == Some(Kind::Directory)) {
            self.remove_below(&path);
        }
        if entry.kind == Kind::Symlink || before == Some(Kind::Symlink) {
            self.last_folder = None;
        }
        let file = match entry.link.as_deref().filter(|_| entry.kind == Kind::Hardlink) {
            Some(target) => self.linked_file(target).unwrap_or((layer, at)),
            None => (layer, at),
        };
        self.nodes.insert(path, Node { layer, entry: at, file });
    }

    fn linked_file(&mut self, target: &[u8]) -> Option<(usize, usize)> {
        let target = self.landing(&LayerPath::clamped(target))?;
        self.nodes.get(&target).map(|node| node.file)
    }

    /// Where an entry named `path` lands: its folder's symlinks followed, its own name kept.
    fn landing(&mut self, path: &LayerPath) -> Option<LayerPath> {
        let Some(folder) = path.parent() else { return Some(path.clone()) };
        if folder.is_root() {
            return Some(path.clone());
        }
        if let Some((asked, resolved)) = &self.last_folder
            && *asked == folder
        {
            return Some(resolved.join(path.file_name()));
        }
        let resolved = self.resolve_folder(&folder)?;
        let landing = resolved.join(path.file_name());
        self.last_folder = Some((folder, resolved));
        Some(landing)
    }

    /// Like `resolve`, but a file in the way is no obstacle: an entry below it replaces it, as an unpacking
    /// engine's mkdir would.
    fn resolve_folder(&self, folder: &LayerPath) -> Option<LayerPath> {
        match self.get(folder) {
            Some((entry, _)) if entry.kind == Kind::Directory && entry.path == *folder => {
                Some(folder.clone())
            }
            _ => self.resolve(folder),
        }
    }

    fn remove_below(&mut self, folder: &LayerPath) {
        let gone: Vec<LayerPath> = self.nodes.range(subtree(folder)).map(|(path, _)| path.clone()).collect();
        for path in gone {
            self.nodes.remove(&path);
        }
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
mod tests {
    use super::*;
    use crate::layer::entry::tests::{dir, file, link};

    fn layer(entries: Vec<Entry>) -> Contents {
        Contents { entries, captures: BTreeMap::new() }
    }

    fn paths(layers: &[Contents]) -> Vec<String> {
        FileTree::stack(layers).iter().map(|(path, ..)| path.to_string()).collect()
    }

    #[test]
    fn a_whiteout_removes_what_lower_layers_hold_and_nothing_of_its_own() {
        let below = layer(vec![dir("etc"), file("etc/motd", b""), file("etc/hosts", b"")]);
        let above =
            layer(vec![file("etc/.wh.motd", b""), file("etc/.wh.hosts", b""), file("etc/hosts", b"new")]);
        assert_eq!(paths(&[below, above]), ["etc", "etc/hosts"]);
    }

    #[test]
    fn an_opaque_folder_hides_all_below_it_but_keeps_its_own() {
        let below = layer(vec![dir("a"), dir("a/b"), file("a/b/c", b""), file("a-b", b"")]);
        let above = layer(vec![dir("a"), file("a/new", b""), file("a/.wh..wh..opq", b"")]);
        assert_eq!(paths(&[below, above]), ["a", "a-b", "a/new"]);
    }

    #[test]
    fn a_file_over_a_folder_removes_what_was_in_it() {
        let below = layer(vec![dir("a"), file("a/b", b"")]);
        assert_eq!(paths(&[below, layer(vec![file("a", b"")])]), ["a"]);
    }

    #[test]
    fn a_folder_over_a_folder_keeps_what_is_in_it() {
        let below = layer(vec![dir("a"), file("a/b", b"")]);
        assert_eq!(paths(&[below, layer(vec![dir("a")])]), ["a", "a/b"]);
    }

    #[test]
    fn names_below_a_usrmerged_folder_land_behind_the_symlink() {
        let base = layer(vec![
            link(Kind::Symlink, "lib", "usr/lib"),
            dir("usr"),
            dir("usr/lib"),
            file("usr/lib/a", b""),
        ]);
        let above = layer(vec![file("lib/b", b""), file("lib/.wh.a", b"")]);
        assert_eq!(paths(&[base, above]), ["lib", "usr", "usr/lib", "usr/lib/b"]);
    }

    #[test]
    fn absolute_relative_and_chained_symlinks_lead_to_the_file() {
        let base = layer(vec![
            link(Kind::Symlink, "usr/local/cuda", "/etc/alternatives/cuda"),
            link(Kind::Symlink, "etc/alternatives/cuda", "../../usr/local/cuda-12"),
            file("usr/local/cuda-12/version.json", b""),
        ]);
        let layers = [base];
        let tree = FileTree::stack(&layers);
        let found = tree.follow(&"usr/local/cuda/version.json".into()).unwrap().0;
        assert_eq!(found.path, "usr/local/cuda-12/version.json".into());
    }

    #[test]
    fn symlink_cycles_lead_nowhere() {
        let layers =
            [layer(vec![link(Kind::Symlink, "a", "b"), link(Kind::Symlink, "b", "a"), file("a/x", b"")])];
        let tree = FileTree::stack(&layers);
        assert!(tree.follow(&"a/y".into()).is_none());
        assert_eq!(tree.iter().count(), 2);
    }

    #[test]
    fn a_hardlink_keeps_the_file_it_named_though_a_later_layer_replaces_that() {
        let mut base = layer(vec![file("a", b"old"), link(Kind::Hardlink, "b", "a")]);
        base.captures.insert(0, Capture::Kept(Arc::from(&b"old"[..])));
        let layers = [base, layer(vec![file("a", b"new")])];
        let tree = FileTree::stack(&layers);
        assert_eq!(tree.bytes(&"b".into()).map(|bytes| bytes.to_vec()), Some(b"old".to_vec()));
        assert!(tree.bytes(&"a".into()).is_none());
    }

    #[test]
    fn children_are_direct_and_seen_through_symlinks() {
        let layers = [layer(vec![
            link(Kind::Symlink, "lib", "usr/lib"),
            dir("usr/lib"),
            file("usr/lib/a/b", b""),
            dir("usr/lib/a"),
        ])];
        let tree = FileTree::stack(&layers);
        let names: Vec<_> = tree.children(&"lib".into()).map(|(path, ..)| path.to_string()).collect();
        assert_eq!(names, ["usr/lib/a"]);
    }
}
