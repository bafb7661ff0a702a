//! What causes know around a file: the layer that it is of, and the images of that layer.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::text::dates;
use crate::compare::config::Difference;
use crate::compare::outcome::{Identity, Presence};
use crate::compare::owners::Owners;
use crate::compare::pairing::Group;
use crate::compare::rows::ByPath;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::layer::reread::FileBytes;

/// What is known of the two images, whichever layer a file is of.
#[derive(Debug, Clone, Copy)]
pub struct ImageCase<'a> {
    /// When the old image was made, in RFC 3339.
    pub old_created: Option<&'a str>,
    /// Build arguments that differ.
    pub args: &'a [Difference],
    /// Files of packages whose version differs: path, and package (`python numpy 2.4.1 → 2.4.2`).
    pub owners: &'a Owners,
    /// The rows of the old image's layers, by place; `None` where they are not known.
    pub old_layers: &'a [Option<&'a [Entry]>],
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
    /// How many layers of the old image lie below it; `None` for a layer that the old image does not have.
    pub old_place: Option<usize>,
    /// Its images.
    pub images: &'a ImageCase<'a>,
    by_content: OnceLock<BTreeMap<(Sha256, Vec<u8>), LayerPath>>,
    dated: (OnceLock<Undated>, OnceLock<Undated>),
    old_sources: OnceLock<Vec<(usize, usize)>>,
}

/// Paths by what they are without the times that they name; of several the first.
type Undated = BTreeMap<Vec<u8>, LayerPath>;

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
    /// A layer with these rows, the old one of which has so many layers below it.
    pub fn new(
        (old, new): (ByPath<'a>, ByPath<'a>),
        old_place: Option<usize>,
        images: &'a ImageCase<'a>,
    ) -> Self {
        let (by_content, dated, old_sources) = Default::default();
        Self { old, new, old_place, images, by_content, dated, old_sources }
    }

    /// The paths that one side alone has and that name a time of its build, by what they are without; of several the first.
    pub(crate) fn dated(&self, side: Alone) -> &Undated {
        let (index, rows, others) = match side {
            Alone::Old => (&self.dated.0, &self.old, &self.new),
            Alone::New => (&self.dated.1, &self.new, &self.old),
        };
        index.get_or_init(|| {
            let mut paths = BTreeMap::new();
            for row in rows.iter().filter(|row| !others.contains(&row.path)) {
                if let Some(undated) = dates::undated(&row.path, row.mtime.seconds) {
                    paths.entry(undated).or_insert_with(|| row.path.clone());
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

    /// The Python source of that path in the old side's layers below this one; of several the topmost.
    pub(crate) fn old_source(&self, path: &LayerPath) -> Option<&'a Entry> {
        let below = self.old_place.and_then(|at| self.images.old_layers.get(..at)).unwrap_or_default();
        let entry = |(layer, place): &(usize, usize)| below.get(*layer)?.as_ref()?.get(*place);
        let index = || {
            let rows = below.iter().enumerate().flat_map(|(layer, entries)| {
                let rows = entries.unwrap_or_default().iter().enumerate();
                rows.map(move |(place, entry)| ((layer, place), entry))
            });
            let sources = rows.filter(|(_, entry)| entry.path.as_bytes().ends_with(b".py"));
            let mut places: Vec<(usize, usize)> = sources.map(|(place, _)| place).collect();
            // A stable sort: of one path the topmost is the last.
            places.sort_by_key(|place| entry(place).map(|entry| &entry.path));
            places
        };
        let places = self.old_sources.get_or_init(index);
        let end = places.partition_point(|place| entry(place).is_some_and(|entry| entry.path <= *path));
        entry(places.get(end.checked_sub(1)?)?).filter(|entry| entry.path == *path)
    }
}

/// What is known of a layer that is not identical, files aside.
#[derive(Debug, Clone, Copy)]
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
}
