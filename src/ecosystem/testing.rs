//! Images in memory for the tests of ecosystems: layers from (path, bytes) pairs, as a pass over them would leave
//! them. Only what some ecosystem wants is captured, so a test that reads a file also proves that it is wanted.

use std::sync::Arc;

use super::{Catalog, Ecosystem, is_wanted};
use crate::formats::tar::entry::tests::{dir, file, link};
use crate::formats::tar::entry::{Entry, Kind};
use crate::layer::{Capture, Contents};
use crate::tree::FileTree;

/// Layers in the making, lowest first.
#[derive(Default)]
pub(crate) struct Image {
    layers: Vec<Contents>,
}

impl Image {
    /// An image with one layer of `files`.
    pub(crate) fn of(files: &[(&str, &[u8])]) -> Self {
        Self::default().layer(files)
    }

    /// Adds a layer of `files`.
    pub(crate) fn layer(mut self, files: &[(&str, &[u8])]) -> Self {
        self.layers.push(Contents::default());
        files.iter().fold(self, |image, (path, bytes)| image.file(path, bytes))
    }

    /// Adds a file to the last layer.
    pub(crate) fn file(self, path: &str, bytes: &[u8]) -> Self {
        let capture = is_wanted(&path.into()).then(|| Capture::Kept(Arc::from(bytes)));
        self.entry(file(path, bytes), capture)
    }

    /// Adds a file that may be run to the last layer.
    pub(crate) fn program(self, path: &str, bytes: &[u8]) -> Self {
        let capture = is_wanted(&path.into()).then(|| Capture::Kept(Arc::from(bytes)));
        self.entry(Entry { mode: 0o755, ..file(path, bytes) }, capture)
    }

    /// Adds a file to the last layer that was too large to keep.
    pub(crate) fn too_large(self, path: &str) -> Self {
        assert!(is_wanted(&path.into()));
        self.entry(file(path, b"some of it"), Some(Capture::TooLarge))
    }

    /// Adds a folder to the last layer.
    pub(crate) fn folder(self, path: &str) -> Self {
        self.entry(dir(path), None)
    }

    /// Adds a symlink to the last layer.
    pub(crate) fn symlink(self, path: &str, target: &str) -> Self {
        self.entry(link(Kind::Symlink, path, target), None)
    }

    /// Adds a hardlink to the last layer.
    pub(crate) fn hardlink(self, path: &str, target: &str) -> Self {
        self.entry(link(Kind::Hardlink, path, target), None)
    }

    /// What `look` sees in the merged tree.
    pub(crate) fn with_tree<T>(&self, look: impl FnOnce(&FileTree<'_>) -> T) -> T {
        look(&FileTree::stack(&self.layers))
    }

    /// What `ecosystem` reads from the merged tree.
    pub(crate) fn catalogs(&self, ecosystem: &dyn Ecosystem) -> Vec<Catalog> {
        self.with_tree(|tree| ecosystem.catalogs(tree))
    }

    /// The one catalog that `ecosystem` finds.
    pub(crate) fn catalog(&self, ecosystem: &dyn Ecosystem) -> Catalog {
        let mut catalogs = self.catalogs(ecosystem);
        assert_eq!(catalogs.len(), 1, "{catalogs:?}");
        catalogs.remove(0)
    }

    fn entry(mut self, entry: Entry, capture: Option<Capture>) -> Self {
        if self.layers.is_empty() {
            self.layers.push(Contents::default());
        }
        let layer = self.layers.last_mut().expect("a layer");
        if let Some(capture) = capture {
            layer.captures.insert(layer.entries.len(), capture);
        }
        layer.entries.push(entry);
        self
    }
}

/// `name version` of each package, and its state in brackets where it has one.
pub(crate) fn listed(catalog: &Catalog) -> Vec<String> {
    let listed = catalog.packages.iter().map(|package| match &package.state {
        Some(state) => format!("{} {} [{state}]", package.name, package.version),
        None => format!("{} {}", package.name, package.version),
    });
    listed.collect()
}
