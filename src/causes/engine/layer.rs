//! What causes know around a file: the layer that it is of, and the images of that layer.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::below::{Below, LayerRows};
use super::shape;
use super::swaps::Swaps;
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::text::dates;
use crate::compare::config::Difference;
use crate::compare::outcome::{Identity, Presence};
use crate::compare::owners::Owners;
use crate::compare::packages::Changes;
use crate::compare::pairing::Group;
use crate::compare::rows::ByPath;
use crate::compare::tier::Tier;
use crate::formats::tar::Slack;
use crate::formats::tar::entry::{Entry, Kind};
use crate::layer::reread::FileBytes;

/// Paths looked at on the way up from one.
const DEPTH: usize = 256;

/// A path, if any, and the folders around it, up to the root; of very many the innermost.
pub(crate) fn upwards(from: Option<LayerPath>) -> impl Iterator<Item = LayerPath> {
    std::iter::successors(from, LayerPath::parent).take(DEPTH)
}

/// What is known of the two images, whichever layer a file is of.
#[derive(Debug, Clone, Copy)]
pub struct ImageCase<'a> {
    /// When the old and the new image were made, in RFC 3339.
    pub created: (Option<&'a str>, Option<&'a str>),
    /// Build arguments that differ.
    pub args: &'a [Difference],
    /// How the packages differ.
    pub packages: &'a Changes,
    /// Files of packages whose version differs: path, and package (`python numpy 2.4.1 → 2.4.2`).
    pub owners: &'a Owners,
    /// The rows of the old image's layers, by place, in the order of their tars; `None` where they are not known.
    pub old_layers: &'a [Option<&'a [Entry]>],
    /// The new image's, likewise.
    pub new_layers: &'a [Option<&'a [Entry]>],
    /// Whether layers of the old side are gone whose files are not known: others may hold them.
    pub has_unlisted: bool,
    /// What bytes are at hand of the new side's drifted files, by layer and place.
    pub bytes: &'a BTreeMap<usize, FileBytes>,
}

/// What all files of one drifted layer share. What few causes need is made when the first of them asks.
pub struct LayerCase<'a> {
    /// The old layer's rows by path; of a path that stands twice, the last.
    pub old: ByPath<'a>,
    /// The new layer's rows by path.
    pub new: ByPath<'a>,
    /// How many layers of the old and of the new image lie below it; `None` for an image that does not have it.
    pub places: (Option<usize>, Option<usize>),
    /// Whether it is the base's.
    pub is_base: bool,
    /// Whether it unpacks to something else by the order of its entries alone.
    pub is_by_order: bool,
    /// Its images.
    pub images: &'a ImageCase<'a>,
    by_content: OnceLock<BTreeMap<(Sha256, Vec<u8>), LayerPath>>,
    dated: (OnceLock<Undated>, OnceLock<Undated>),
    below: (OnceLock<Below>, OnceLock<Below>),
    moved: (OnceLock<MovedNames>, OnceLock<MovedNames>),
    swaps: OnceLock<Swaps>,
}

/// Parts of names of one side, by those that stand in their place on the other.
pub(crate) type MovedNames = BTreeMap<Vec<u8>, Vec<u8>>;

/// Paths by what they are without the times that they name; of several the first, and how many there are.
type Undated = BTreeMap<Vec<u8>, (LayerPath, usize)>;

/// A side that alone has a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alone {
    /// The old one.
    Old,
    /// The new one.
    New,
}

impl Alone {
    /// The side that does not have it.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

impl<'a> LayerCase<'a> {
    /// A layer with these rows, which has so many layers below it on each side.
    pub fn new(
        (old, new): (ByPath<'a>, ByPath<'a>),
        places: (Option<usize>, Option<usize>),
        images: &'a ImageCase<'a>,
    ) -> Self {
        let (by_content, dated, below, moved, swaps) = Default::default();
        Self {
            old,
            new,
            places,
            is_base: false,
            is_by_order: false,
            images,
            by_content,
            dated,
            below,
            moved,
            swaps,
        }
    }

    /// The same as a layer of the base, or not.
    pub fn of_base(self, is_base: bool) -> Self {
        Self { is_base, ..self }
    }

    /// The same as a layer whose order decides what it unpacks to, or not.
    pub fn by_order(self, is_by_order: bool) -> Self {
        Self { is_by_order, ..self }
    }

    /// One side's rows of the layer.
    pub(crate) fn rows(&self, side: Alone) -> &ByPath<'a> {
        match side {
            Alone::Old => &self.old,
            Alone::New => &self.new,
        }
    }

    /// The build arguments that differ.
    pub(crate) fn swaps(&self) -> &Swaps {
        self.swaps.get_or_init(|| Swaps::of(self.images.args))
    }

    /// What `find` finds to have moved from one side's names to the other's, found once.
    pub(crate) fn moved(&self, from: Alone, find: impl Fn(&Self, Alone) -> MovedNames) -> &MovedNames {
        let cell = if from == Alone::Old { &self.moved.0 } else { &self.moved.1 };
        cell.get_or_init(|| find(self, from))
    }

    /// The rows of the layers below it on one side, and what they hold together.
    pub(crate) fn below(&self, side: Alone) -> (&'a LayerRows<'a>, &Below) {
        let (cell, place, layers) = match side {
            Alone::Old => (&self.below.0, self.places.0, self.images.old_layers),
            Alone::New => (&self.below.1, self.places.1, self.images.new_layers),
        };
        let layers = place.and_then(|place| layers.get(..place)).unwrap_or_default();
        (layers, cell.get_or_init(|| Below::of(layers)))
    }

    /// Whether the rows of all layers below it are known on one side.
    pub(crate) fn knows_below(&self, side: Alone) -> bool {
        let (place, layers) = match side {
            Alone::Old => (self.places.0, self.images.old_layers),
            Alone::New => (self.places.1, self.images.new_layers),
        };
        let layers = place.and_then(|place| layers.get(..place));
        layers.is_some_and(|layers| layers.iter().all(Option::is_some))
    }

    /// Whether a folder around `path` is a link below, or no folder: what stands there stands elsewhere.
    pub(crate) fn is_behind_link(&self, side: Alone, path: &LayerPath) -> bool {
        let (layers, below) = self.below(side);
        let is_link =
            |folder: LayerPath| below.get(layers, &folder).is_some_and(|entry| entry.kind != Kind::Directory);
        upwards(path.parent()).any(is_link)
    }

    /// The file at a path as one side's container sees it with this layer on top: of the layer, or of those below.
    pub(crate) fn file(&self, side: Alone, path: &LayerPath) -> Option<&'a Entry> {
        let rows = self.rows(side);
        if let Some(row) = rows.get(path) {
            return shape::linked(row.entry, rows);
        }
        let (layers, below) = self.below(side);
        below.file(layers, path)
    }

    /// The rows of one side's tar as they stand there, where it is one layer; what stands twice stands twice.
    pub(crate) fn entries(&self, side: Alone) -> Option<&'a [Entry]> {
        let (place, layers) = match side {
            Alone::Old => (self.places.0, self.images.old_layers),
            Alone::New => (self.places.1, self.images.new_layers),
        };
        *layers.get(place?)?
    }

    /// The paths that one side alone has and that name a time of its build, by what they are without; of several the first,
    /// and how many there are.
    pub(crate) fn dated(&self, side: Alone) -> &Undated {
        let (index, rows, others) = match side {
            Alone::Old => (&self.dated.0, &self.old, &self.new),
            Alone::New => (&self.dated.1, &self.new, &self.old),
        };
        index.get_or_init(|| {
            let mut paths = BTreeMap::new();
            for row in rows.iter().filter(|row| !others.contains(&row.path)) {
                if let Some(undated) = dates::undated(&row.path, row.mtime.seconds) {
                    paths.entry(undated).or_insert_with(|| (row.path.clone(), 0)).1 += 1;
                }
            }
            paths
        })
    }

    /// The new side's path of that name that holds just this content; of several the first.
    pub(crate) fn with_content(&self, content: Sha256, name: &[u8]) -> Option<&LayerPath> {
        let index = || {
            let mut paths = BTreeMap::new();
            for row in self.new.iter() {
                if let Some(content) = row.content {
                    let name = row.path.file_name().to_vec();
                    paths.entry((content, name)).or_insert_with(|| row.path.clone());
                }
            }
            paths
        };
        self.by_content.get_or_init(index).get(&(content, name.to_vec()))
    }

    /// The new side's bytes of a drifted file, where they are at hand.
    pub(crate) fn new_bytes(&self, path: &LayerPath) -> Option<&'a [u8]> {
        self.new.get(path)?.bytes(self.images.bytes)
    }
}

/// What is known of a layer that is not identical, files aside.
#[derive(Clone, Copy)]
pub struct LayerFacts<'a> {
    /// How alike it is.
    pub tier: Tier,
    /// On which side it stands.
    pub presence: Presence,
    /// Its places on both sides.
    pub group: &'a Group,
    /// Whether it is the base's.
    pub is_base: bool,
    /// The old side's digest and diff_id.
    pub old: Option<Identity>,
    /// The new side's.
    pub new: Option<Identity>,
    /// How many layers the old and the new side have.
    pub layers: (usize, usize),
    /// How many of its files drifted; `None` where they cannot be named.
    pub drifts: Option<usize>,
    /// Its rows, where it was compared file by file.
    pub case: Option<&'a LayerCase<'a>>,
    /// How many bytes stand behind the last entry in the old and the new tar, where that is known.
    pub ends: (Option<u64>, Option<u64>),
    /// What of both tars says nothing of their entries, likewise.
    pub slack: (Option<Slack>, Option<Slack>),
}
