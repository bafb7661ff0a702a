//! Where a tree's package databases are reached by ways that names do not tell.
//!
//! Whether a layer concerns packages is told by the names in it alone ([`super::concerns`], [`super::leads`]). A *detour* is
//! what makes that wrong for an image: a link that leads a database, or a file of one, to a place of another name
//! (`var/lib/dpkg -> /srv/x`, `dpkg/status -> /srv/blob`, a dist-info folder that is a link), also where nothing stands there
//! yet; a link of any name on such a way, or to a folder around a database, whose place a folder of any layer could take;
//! entries of databases that go through one, or end at a file; a folder around a database that is called as files are
//! (`opt/env.sh`), whose place a file could take. Where a tree has none, layers whose names tell of no other concern cannot
//! change what is read of it.
//!
//! It errs to one side: what is called a detour may be harmless, and costs the reading of layers.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::file_names::is_file_by_name;
use super::{Catalog, REGISTRY, concerns, leads, unread};
use crate::base::limits;
use crate::base::path::LayerPath;
use crate::formats::tar::entry::Kind;
use crate::tree::{FileTree, Node};

/// The detours of the tree that these catalogs were read from, sorted; of many only some.
pub fn detours(tree: &FileTree<'_>, catalogs: &[Catalog]) -> Vec<LayerPath> {
    let mut detours = Detours { tree, paths: BTreeSet::new() };
    let ways: Vec<LayerPath> = ways(tree, catalogs).collect();
    ways.iter().for_each(|way| detours.way(way, None));
    detours.moves();
    detours.links(&ways, catalogs);
    detours.folders();
    detours.paths.into_iter().take(limits::DETOURS).collect()
}

/// The paths that databases are asked for by.
fn ways(tree: &FileTree<'_>, catalogs: &[Catalog]) -> impl Iterator<Item = LayerPath> {
    let of_ecosystems = REGISTRY.iter().flat_map(move |ecosystem| ecosystem.ways(tree, catalogs));
    of_ecosystems.chain(unread::ways())
}

struct Detours<'t, 'a> {
    tree: &'t FileTree<'a>,
    paths: BTreeSet<LayerPath>,
}

impl Detours<'_, '_> {
    fn add(&mut self, path: &LayerPath) {
        self.paths.insert(path.clone());
    }

    fn is_full(&self) -> bool {
        self.paths.len() >= limits::DETOURS
    }

    /// Where the `path` of a part of a database leads; `own` where it is a link itself, which its name tells.
    fn way(&mut self, path: &LayerPath, own: Option<&LayerPath>) {
        let is_open = |link: &&LayerPath| own != Some(*link) && !is_told(link);
        if let Some(link) = self.tree.links_on(path).iter().find(is_open) {
            self.add(link);
        }
        match self.tree.resolve(path) {
            Some(real) if concerns(&real) && !has_file_name(real.folder()) => {}
            Some(real) => self.add(&real),
            None => self.add(path),
        }
    }

    /// What stacking did with what is a part of a database.
    fn moves(&mut self) {
        let moves = self.tree.moves();
        for entry in moves.redirected(self.tree.layers()) {
            let is_part = |path: &LayerPath| concerns(path) || entry.kind.is_link() && is_told(path);
            let is_asked =
                is_part(&entry.path) || self.tree.place(&entry.path).is_some_and(|path| is_part(&path));
            // A folder in a link's place is a concern by its own name, where that leads.
            if is_asked && !entry.path.folder().split(|byte| *byte == b'/').all(leads) {
                self.add(&entry.path);
            }
        }
        moves.redirected_markers().iter().for_each(|path| self.add(path));
        moves.replaced().iter().filter(|link| !is_told(link)).for_each(|link| self.add(link));
        let buried = moves.buried().iter();
        let is_hidden =
            |(gone, by): &&(LayerPath, LayerPath)| is_file_by_name(by.file_name()) && concerns(gone);
        buried.filter(is_hidden).for_each(|(_, by)| self.add(by));
        if moves.is_cut() {
            self.add(&LayerPath::root());
        }
    }

    /// Links that are parts of databases, and links to folders around them.
    fn links(&mut self, ways: &[LayerPath], catalogs: &[Catalog]) {
        let tree = self.tree;
        let asked = ways.iter().filter_map(|way| tree.resolve(way));
        let read = catalogs.iter().map(|catalog| &catalog.path);
        let evidence = catalogs.iter().flat_map(|catalog| &catalog.packages).map(|package| &package.evidence);
        let places: BTreeSet<LayerPath> = read.chain(evidence).cloned().chain(asked).collect();
        let links = tree.iter().filter(|(_, entry, _)| entry.kind.is_link());
        for (at, (path, _, node)) in links.enumerate() {
            if self.is_full() {
                return;
            }
            if at >= limits::TREE_LINKS {
                return self.add(&LayerPath::root());
            }
            match tree.file(node).map(|file| file.kind) {
                Some(Kind::Symlink) => self.symlink(path, &places),
                _ => self.hardlink(path, node),
            }
        }
    }

    fn symlink(&mut self, path: &LayerPath, places: &BTreeSet<LayerPath>) {
        if concerns(path) {
            self.way(path, Some(path));
        }
        if is_told(path) {
            return;
        }
        let Some(real) = self.tree.resolve(path) else { return };
        if self.tree.get(&real).is_some_and(|(entry, _)| entry.kind == Kind::File) {
            return;
        }
        let below = (Bound::Excluded(real.followed_by(b'/')), Bound::Excluded(real.followed_by(b'0')));
        // What would go through the link into a folder all of which is a database need have no name of its own.
        let is_around = real.is_root() || places.contains(&real) || places.range(below).next().is_some();
        if is_around || concerns(&real.join(b"x")) {
            self.add(path);
        }
    }

    fn hardlink(&mut self, path: &LayerPath, node: Node) {
        if !concerns(path) {
            return;
        }
        // One whose file is not there is its own.
        let file = self.tree.file(node).filter(|file| file.kind != Kind::Hardlink);
        if !file.is_some_and(|file| concerns(&file.path)) {
            self.add(path);
        }
    }

    /// Parts of databases in folders that are called as files are.
    fn folders(&mut self) {
        let (mut last, mut is_asked) = (None, false);
        for (path, ..) in self.tree.iter() {
            let folder = path.folder();
            if last != Some(folder) {
                (last, is_asked) = (Some(folder), has_file_name(folder));
            }
            if is_asked && concerns(path) {
                self.paths.insert(LayerPath::clamped(folder));
                if self.is_full() {
                    return;
                }
            }
        }
    }
}

/// Whether a folder in the place of this link is told by its name to concern packages.
fn is_told(link: &LayerPath) -> bool {
    leads(link.file_name()) && !is_file_by_name(link.file_name())
}

fn has_file_name(folder: &[u8]) -> bool {
    folder.split(|byte| *byte == b'/').any(is_file_by_name)
}

#[cfg(test)]
mod tests;
