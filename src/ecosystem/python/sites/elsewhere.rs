//! Site directories of other names: where `pip install --target` and `uv pip install --target` put distributions, and what a
//! symlink named `site-packages` or `dist-packages` leads to.
//!
//! A folder of any name counts where an installer was at work in it: a `.dist-info` in it has a RECORD, and an INSTALLER, or
//! the folder holds the `.lock` that uv leaves in each folder that it installs to. So caches of unpacked wheels and what build
//! backends leave are none. What else stands in it as a distribution is one, as Python takes all of a folder on its path.
//!
//! What is none, whatever stands in it: a folder below `_vendor`, or below one called `NAME.whl` (pex unpacks wheels so), a
//! folder inside a site directory of any kind, and the root.

use std::collections::BTreeSet;

use super::{Form, Place, Site, Walk, is_site};
use crate::base::path::LayerPath;
use crate::formats::tar::entry::Kind;
use crate::tree::{FileTree, Node};

/// What the walk saw outside of site directories that their names tell.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Folders that an installer was at work in.
    targets: BTreeSet<LayerPath>,
    /// Symlinks that are called as site directories are.
    links: Vec<LayerPath>,
    /// Folders that hold what is named like a distribution.
    holders: BTreeSet<LayerPath>,
}

/// The symlinks of the tree that are called as site directories are.
pub(in crate::ecosystem::python) fn links(tree: &FileTree<'_>) -> impl Iterator<Item = LayerPath> {
    let is_link = |path: &LayerPath, node| is_site(path.file_name()) && is_symlink(tree, node);
    tree.iter().filter(move |(path, _, node)| is_link(path, *node)).map(|(path, ..)| path.clone())
}

impl Elsewhere {
    /// Notes what stands at a path that is not below a site directory.
    pub(super) fn note(&mut self, tree: &FileTree<'_>, path: &LayerPath, node: Node) {
        let name = path.file_name();
        if is_site(name) && is_symlink(tree, node) && !is_brought_along(path) {
            self.links.push(path.clone());
        }
        let above = path.parent();
        let folder = match Form::of(name) {
            Some(_) => above.clone(),
            // A folder need not have an entry of its own.
            None => {
                above.as_ref().filter(|info| Form::of(info.file_name()).is_some()).and_then(LayerPath::parent)
            }
        };
        let Some(folder) = folder.filter(|folder| !folder.is_root()) else { return };
        if name == b"RECORD"
            && above.is_some_and(|info| is_installed(tree, &info, &folder))
            && !is_brought_along(&folder)
        {
            self.targets.insert(folder.clone());
        }
        self.holders.insert(folder);
    }

    /// Adds the site directories among these folders.
    pub(super) fn add_to(self, walk: &mut Walk, tree: &FileTree<'_>) {
        let led_to = self.links.iter().filter_map(|link| tree.resolve(link));
        let led_to = led_to.filter(|real| self.holders.contains(real) && is_free(real));
        let mut folders: Vec<LayerPath> = led_to.chain(self.targets.iter().cloned()).collect();
        // So that a folder comes right before all that is in it.
        folders.sort_by_cached_key(|folder| folder.followed_by(b'/'));
        let mut last: Option<LayerPath> = None;
        for folder in folders {
            if last.as_ref().is_some_and(|last| folder.is_within(last)) {
                continue;
            }
            walk.sites.insert(folder.clone(), of_folder(tree, &folder));
            last = Some(folder);
        }
    }
}

/// Whether an installer put the distribution of this `.dist-info` into the folder.
fn is_installed(tree: &FileTree<'_>, info: &LayerPath, folder: &LayerPath) -> bool {
    info.file_name().ends_with(b".dist-info")
        && (tree.get(&info.join(b"INSTALLER")).is_some() || tree.get(&folder.join(b".lock")).is_some())
}

fn is_symlink(tree: &FileTree<'_>, node: Node) -> bool {
    tree.file(node).is_some_and(|file| file.kind == Kind::Symlink)
}

/// Whether a path is part of a copy that a project brings along, or of a wheel that was unpacked for itself.
fn is_brought_along(path: &LayerPath) -> bool {
    path.parts().any(|part| part == b"_vendor" || part.ends_with(b".whl"))
}

/// Whether a folder that a link leads to is none that names tell of already, and in none.
fn is_free(folder: &LayerPath) -> bool {
    Place::of(&folder.join(b"x")).is_none() && !is_brought_along(folder)
}

fn of_folder(tree: &FileTree<'_>, folder: &LayerPath) -> Site {
    let mut site = Site::default();
    let length = folder.as_bytes().len() + 1;
    for (path, _, node) in tree.below(folder) {
        site.layer = site.layer.max(node.layer);
        let child = path.as_bytes().get(length..).and_then(|rest| rest.split(|byte| *byte == b'/').next());
        site.note(folder, child.unwrap_or_default());
    }
    site
}
