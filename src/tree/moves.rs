//! What stacking did that the names in a layer do not show: entries that landed elsewhere than they are named, folders that
//! took a link's place, what a file buried.
//!
//! Whoever knows these of one tree knows where the names of another one, of nearly the same layers, may mislead. They are not
//! all kept of a hostile image ([`Moves::is_cut`]).

use crate::base::limits;
use crate::base::path::LayerPath;
use crate::formats::tar::entry::Entry;

use super::stack::Rows;

/// The moves of one stacking, over all its layers, whatever became of them in the end.
#[derive(Debug, Default)]
pub struct Moves {
    /// Entries that links led elsewhere, or nowhere, by layer and place in it.
    redirected: Vec<(usize, usize)>,
    /// Markers that links led elsewhere, or nowhere: what they name.
    redirected_markers: Vec<LayerPath>,
    /// Links whose place a folder took.
    replaced: Vec<LayerPath>,
    /// What stood below a path that something else than a folder took, and that path.
    buried: Vec<(LayerPath, LayerPath)>,
    count: usize,
}

impl Moves {
    /// Entries that links led elsewhere than they are named, or nowhere.
    pub fn redirected<'a>(&self, layers: &[Rows<'a>]) -> impl Iterator<Item = &'a Entry> {
        self.redirected.iter().filter_map(|(layer, at)| layers.get(*layer)?.entries.get(*at))
    }

    /// What markers name that links led elsewhere, or nowhere.
    pub fn redirected_markers(&self) -> &[LayerPath] {
        &self.redirected_markers
    }

    /// Links whose place a folder took.
    pub fn replaced(&self) -> &[LayerPath] {
        &self.replaced
    }

    /// What stood below a path that something else than a folder took, and that path.
    pub fn buried(&self) -> &[(LayerPath, LayerPath)] {
        &self.buried
    }

    /// Whether there are more than were kept.
    pub fn is_cut(&self) -> bool {
        self.count > limits::TREE_MOVES
    }

    pub(super) fn redirect(&mut self, layer: usize, at: usize) {
        if self.has_room() {
            self.redirected.push((layer, at));
        }
    }

    pub(super) fn redirect_marker(&mut self, path: &LayerPath) {
        if self.has_room() {
            self.redirected_markers.push(path.clone());
        }
    }

    pub(super) fn replace(&mut self, link: &LayerPath) {
        if self.has_room() {
            self.replaced.push(link.clone());
        }
    }

    pub(super) fn bury(&mut self, gone: Vec<LayerPath>, below: &LayerPath) {
        for path in gone {
            if self.has_room() {
                self.buried.push((path, below.clone()));
            }
        }
    }

    fn has_room(&mut self) -> bool {
        self.count += 1;
        self.count <= limits::TREE_MOVES
    }
}
