//! What causes look at: a drifted file with what is known around it, and a layer as a whole.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::dates;
use crate::causes::dates::Date;
use crate::causes::mask::{self, Names};
use crate::causes::shape;
use crate::compare::drift::{Change, Drift, Field};
use crate::compare::owners::Owners;
use crate::compare::pairing::Group;
use crate::compare::rows::ByPath;
use crate::compare::tier::Tier;
use crate::formats::tar::entry::Entry;
use crate::layer::reread::FileBytes;
use crate::verify::outcome::{Identity, Presence};

/// One side of a drifted file.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its row.
    pub entry: &'a Entry,
    /// Its bytes, where they are at hand.
    pub bytes: Option<&'a [u8]>,
}

/// Both sides of a drifted file.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// The locked side; `None` for an added file.
    pub old: Option<Side<'a>>,
    /// The rebuilt side; `None` for a removed file.
    pub new: Option<Side<'a>>,
}

impl<'a> Side<'a> {
    /// The side on which `rows` have the path; `None` where they don't.
    pub(super) fn of(rows: &ByPath<'a>, path: &LayerPath, bytes: Option<&'a [u8]>) -> Option<Self> {
        rows.get(path).map(|row| Self { entry: row.entry, bytes })
    }
}

/// What all files of one drifted layer share.
pub struct LayerCase<'a> {
    /// The old layer's rows by path; of a path that stands twice, the last.
    pub old: ByPath<'a>,
    /// The new layer's rows by path.
    pub new: ByPath<'a>,
    /// The instruction that made the layer.
    pub instruction: Option<&'a str>,
    /// Days since the epoch on which the old image may have been built, the likeliest first.
    pub old_days: Vec<i64>,
    /// Build arguments that differ: name, old value, new value.
    pub args: Vec<(&'a str, Option<&'a str>, Option<&'a str>)>,
    /// Files of packages whose version differs: path, and package (`python numpy 2.4.1 → 2.4.2`).
    pub owners: &'a Owners,
    /// Whether layers of the old side are gone whose files are not known: this one may hold them.
    pub has_unlisted: bool,
    /// What bytes are at hand of the new side's drifted files, by layer and place.
    pub bytes: &'a BTreeMap<usize, FileBytes>,
    /// The new side's paths by content and by their last parts, once a cause asked for them; of several the first.
    pub by_content: OnceLock<BTreeMap<(Sha256, Vec<u8>), LayerPath>>,
    /// The old and the new side's paths that name a time, likewise.
    pub dated: (OnceLock<Undated>, OnceLock<Undated>),
    /// Python sources in the old side's lower layers, by path; empty where this layer has no compiled modules.
    pub old_sources: BTreeMap<&'a LayerPath, &'a Entry>,
}

/// Paths by what they are without the times that they name; of several the first.
pub type Undated = BTreeMap<Vec<u8>, LayerPath>;

/// A side that alone has a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// The old one.
    Old,
    /// The new one.
    New,
}

impl Alone {
    /// The side that does not have it.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

impl<'a> LayerCase<'a> {
    /// The paths that one side alone has and that name a time of its build, by what they are without.
    pub(super) fn dated(&self, side: Alone) -> &Undated {
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

    /// The new side's path of that name that holds just this content.
    pub(super) fn with_content(&self, content: Sha256, name: &[u8]) -> Option<&LayerPath> {
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
    pub(super) fn new_bytes(&self, path: &LayerPath) -> Option<&'a [u8]> {
        self.new.get(path)?.bytes(self.bytes)
    }
}

/// A file that one side alone has.
#[derive(Clone, Copy)]
pub(super) struct Lone<'a> {
    /// Its row.
    pub(super) entry: &'a Entry,
    /// Which side has it.
    pub(super) side: Alone,
    /// That side's rows of the layer.
    pub(super) own: &'a ByPath<'a>,
    /// The other side's.
    pub(super) other: &'a ByPath<'a>,
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

/// One drifted file, and what is known around it.
pub struct FileCase<'a> {
    /// The path.
    pub path: &'a LayerPath,
    /// What happened to it.
    pub change: Change,
    /// In which fields.
    pub fields: &'a [Field],
    /// The locked side; `None` for an added file.
    pub old: Option<Side<'a>>,
    /// The rebuilt side; `None` for a removed file.
    pub new: Option<Side<'a>>,
    /// Its layer.
    pub layer: &'a LayerCase<'a>,
    /// Both sides' bytes without the dates they differ in, once a cause asked for them.
    dateless: OnceCell<Option<(Vec<u8>, Vec<u8>)>>,
    /// The same without what may be names of hosts and temporary files too, likewise.
    nameless: OnceCell<Option<(Vec<u8>, Vec<u8>)>>,
    /// The dates of the build in the new side's bytes, likewise.
    told_dates: OnceCell<Vec<Date>>,
}

impl<'a> FileCase<'a> {
    /// The case of a drift, with what is at hand of both sides.
    pub fn new(
        drift: &'a Drift,
        layer: &'a LayerCase<'a>,
        old: Option<Side<'a>>,
        new: Option<Side<'a>>,
    ) -> Self {
        let Drift { path, change, fields, .. } = drift;
        Self {
            path,
            change: *change,
            fields,
            old,
            new,
            layer,
            dateless: OnceCell::new(),
            nameless: OnceCell::new(),
            told_dates: OnceCell::new(),
        }
    }

    /// The same case as if no field outside `fields` differed.
    pub(super) fn of_fields<'b>(&self, fields: &'b [Field]) -> FileCase<'b>
    where
        'a: 'b,
    {
        FileCase {
            path: self.path,
            change: self.change,
            fields,
            old: self.old,
            new: self.new,
            layer: self.layer,
            dateless: OnceCell::new(),
            nameless: OnceCell::new(),
            told_dates: OnceCell::new(),
        }
    }

    /// The dates in the new side's bytes that the clock of its build told.
    pub(super) fn told_dates(&self) -> &[Date] {
        let find = || {
            let (_, written) = shape::written(self);
            dates::told(self.new_bytes().unwrap_or_default(), written)
        };
        self.told_dates.get_or_init(find)
    }

    /// Both sides' bytes with the dates hidden in lines that differ, where both are at hand. Several causes go on from there.
    pub fn dateless(&self) -> Option<(&[u8], &[u8])> {
        let hide = || {
            let (old, new) = self.both()?;
            Some(dates::hide_differing(old, new, shape::written(self)))
        };
        self.dateless.get_or_init(hide).as_ref().map(|(old, new)| (old.as_slice(), new.as_slice()))
    }

    /// Both sides' bytes without their dates, and where lines differ without what may be names of hosts and of temporary
    /// files.
    pub(super) fn nameless(&self) -> Option<(&[u8], &[u8])> {
        let hide = || {
            let (old, new) = self.dateless()?;
            Some(mask::hide_differing_hosts(old, new, Names::Likely))
        };
        self.nameless.get_or_init(hide).as_ref().map(|(old, new)| (old.as_slice(), new.as_slice()))
    }

    /// The file, where one side alone has it.
    pub(super) fn lone(&self) -> Option<Lone<'a>> {
        let LayerCase { old, new, .. } = self.layer;
        match (self.old, self.new) {
            (Some(side), None) => Some(Lone { entry: side.entry, side: Alone::Old, own: old, other: new }),
            (None, Some(side)) => Some(Lone { entry: side.entry, side: Alone::New, own: new, other: old }),
            _ => None,
        }
    }

    /// Whether the file's bytes differ.
    pub fn content_differs(&self) -> bool {
        self.fields.contains(&Field::Content)
    }

    /// Whether no field outside `fields` differs, and the file stands on both sides.
    pub fn differs_only_in(&self, fields: &[Field]) -> bool {
        self.change == Change::Modified && self.fields.iter().all(|field| fields.contains(field))
    }

    /// Both sides' bytes, where both are at hand.
    pub fn both(&self) -> Option<(&'a [u8], &'a [u8])> {
        Some((self.old?.bytes?, self.new?.bytes?))
    }

    /// The new side's bytes, where they are at hand.
    pub fn new_bytes(&self) -> Option<&'a [u8]> {
        self.new?.bytes
    }

    /// Whether the old file was just `bytes`: by its own bytes where they are at hand, else by its sha256.
    pub fn was(&self, bytes: &[u8]) -> bool {
        match self.old {
            Some(Side { bytes: Some(old), .. }) => old == bytes,
            Some(Side { entry, .. }) => {
                entry.size == bytes.len() as u64 && entry.content == Some(Sha256::of(bytes))
            }
            None => false,
        }
    }

    /// Whether the path ends in `suffix`.
    pub fn ends_with(&self, suffix: &str) -> bool {
        self.path.as_bytes().ends_with(suffix.as_bytes())
    }

    /// Whether this is just the path `path`.
    pub fn is(&self, path: &str) -> bool {
        self.path.as_bytes() == path.as_bytes()
    }

    /// Whether the path is `folder` or stands below it.
    pub fn is_below(&self, folder: &str) -> bool {
        match self.path.as_bytes().strip_prefix(folder.as_bytes()) {
            Some(rest) => rest.is_empty() || rest.starts_with(b"/"),
            None => false,
        }
    }
}
