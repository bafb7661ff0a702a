//! What causes look at: a drifted file with what is known around it.

use std::cell::OnceCell;

use super::layer::{Alone, LayerCase};
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::causes::text::dates::{self, Date};
use crate::causes::text::names::{self, Names};
use crate::compare::drift::{Change, Drift, Field};
use crate::compare::rows::ByPath;
use crate::formats::tar::entry::Entry;

/// One side of a drifted file.
#[derive(Debug, Clone, Copy)]
pub struct FileSide<'a> {
    /// Its row.
    pub entry: &'a Entry,
    /// Its bytes, where they are at hand.
    pub bytes: Option<&'a [u8]>,
}

/// Both sides of a drifted file.
#[derive(Debug, Clone, Copy)]
pub struct FileSides<'a> {
    /// The locked side; `None` for an added file.
    pub old: Option<FileSide<'a>>,
    /// The rebuilt side; `None` for a removed file.
    pub new: Option<FileSide<'a>>,
}

impl<'a> FileSide<'a> {
    /// The side on which `rows` have the path; `None` where they don't.
    pub(crate) fn of(rows: &ByPath<'a>, path: &LayerPath, bytes: Option<&'a [u8]>) -> Option<Self> {
        rows.get(path).map(|row| Self { entry: row.entry, bytes })
    }
}

/// A file that one side alone has.
#[derive(Clone, Copy)]
pub(crate) struct Lone<'a> {
    /// Its row.
    pub(crate) entry: &'a Entry,
    /// Which side has it.
    pub(crate) side: Alone,
    /// That side's rows of the layer.
    pub(crate) own: &'a ByPath<'a>,
    /// The other side's.
    pub(crate) other: &'a ByPath<'a>,
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
    pub old: Option<FileSide<'a>>,
    /// The rebuilt side; `None` for a removed file.
    pub new: Option<FileSide<'a>>,
    /// Its layer.
    pub layer: &'a LayerCase<'a>,
    /// Both sides' bytes without the dates they differ in, once a cause asked for them.
    dateless: OnceCell<Option<(Vec<u8>, Vec<u8>)>>,
    /// The same without what may be names of hosts and temporary files too, likewise.
    nameless: OnceCell<Option<(Vec<u8>, Vec<u8>)>>,
    /// The dates of the build in the new side's bytes, likewise.
    clock_dates: OnceCell<Vec<Date>>,
}

impl<'a> FileCase<'a> {
    /// The case of a drift, with what is at hand of both sides.
    pub(crate) fn new(
        drift: &'a Drift,
        layer: &'a LayerCase<'a>,
        old: Option<FileSide<'a>>,
        new: Option<FileSide<'a>>,
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
            clock_dates: OnceCell::new(),
        }
    }

    /// The same case as if no field outside `fields` differed.
    pub(crate) fn of_fields<'b>(&self, fields: &'b [Field]) -> FileCase<'b>
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
            clock_dates: OnceCell::new(),
        }
    }

    /// The dates in the new side's bytes that are of the clock of its build.
    pub(crate) fn clock_dates(&self) -> &[Date] {
        let find = || {
            let (_, written) = self.written();
            dates::of_clock(self.new_bytes().unwrap_or_default(), written)
        };
        self.clock_dates.get_or_init(find)
    }

    /// Both sides' bytes with the dates hidden in lines that differ, where both are at hand. Several causes go on from there.
    pub(crate) fn dateless(&self) -> Option<(&[u8], &[u8])> {
        let hide = || {
            let (old, new) = self.both()?;
            Some(dates::hide_differing(old, new, self.written()))
        };
        self.dateless.get_or_init(hide).as_ref().map(|(old, new)| (old.as_slice(), new.as_slice()))
    }

    /// Both sides' bytes without their dates, and where lines differ without what may be names of hosts and of temporary
    /// files.
    pub(crate) fn nameless(&self) -> Option<(&[u8], &[u8])> {
        let hide = || {
            let (old, new) = self.dateless()?;
            Some(names::hide_differing_hosts(old, new, Names::Likely))
        };
        self.nameless.get_or_init(hide).as_ref().map(|(old, new)| (old.as_slice(), new.as_slice()))
    }

    /// When each side's file was written, by its row; where both rows have one time, as after a build that sets them all, when
    /// the images were made.
    pub(crate) fn written(&self) -> (i64, i64) {
        let (old, new) = self.mtimes();
        match self.layer.images.created {
            (Some(made), Some(remade)) if old == new => {
                let second = |time: &str| Some(time.parse::<jiff::Timestamp>().ok()?.as_second());
                second(made).zip(second(remade)).unwrap_or((old, new))
            }
            _ => (old, new),
        }
    }

    /// Whether the rows tell when the file was written in each build: where both have one time, they do not.
    pub(crate) fn tells_times(&self) -> bool {
        let (old, new) = self.mtimes();
        old != new
    }

    fn mtimes(&self) -> (i64, i64) {
        let mtime = |side: Option<FileSide<'_>>| side.map(|side| side.entry.mtime.seconds);
        let (old, new) = (mtime(self.old), mtime(self.new));
        (old.or(new).unwrap_or(0), new.or(old).unwrap_or(0))
    }

    /// The file, where one side alone has it.
    pub(crate) fn lone(&self) -> Option<Lone<'a>> {
        let LayerCase { old, new, .. } = self.layer;
        match (self.old, self.new) {
            (Some(side), None) => Some(Lone { entry: side.entry, side: Alone::Old, own: old, other: new }),
            (None, Some(side)) => Some(Lone { entry: side.entry, side: Alone::New, own: new, other: old }),
            _ => None,
        }
    }

    /// Whether the file's bytes differ.
    pub(crate) fn content_differs(&self) -> bool {
        self.fields.contains(&Field::Content)
    }

    /// Whether no field outside `fields` differs, and the file stands on both sides.
    pub(crate) fn differs_only_in(&self, fields: &[Field]) -> bool {
        self.change == Change::Modified && self.fields.iter().all(|field| fields.contains(field))
    }

    /// Both sides' bytes, where both are at hand.
    pub(crate) fn both(&self) -> Option<(&'a [u8], &'a [u8])> {
        Some((self.old?.bytes?, self.new?.bytes?))
    }

    /// The new side's bytes, where they are at hand.
    pub(crate) fn new_bytes(&self) -> Option<&'a [u8]> {
        self.new?.bytes
    }

    /// Whether the old file was just `bytes`: by its own bytes where they are at hand, else by its sha256.
    pub(crate) fn was(&self, bytes: &[u8]) -> bool {
        match self.old {
            Some(FileSide { bytes: Some(old), .. }) => old == bytes,
            Some(FileSide { entry, .. }) => {
                entry.size == bytes.len() as u64 && entry.content == Some(Sha256::of(bytes))
            }
            None => false,
        }
    }

    /// Whether the path ends in `suffix`.
    pub(crate) fn ends_with(&self, suffix: &str) -> bool {
        self.path.as_bytes().ends_with(suffix.as_bytes())
    }

    /// Whether this is just the path `path`.
    pub(crate) fn is(&self, path: &str) -> bool {
        self.path.as_bytes() == path.as_bytes()
    }

    /// Whether the path is `folder` or stands below it.
    pub(crate) fn is_below(&self, folder: &str) -> bool {
        match self.path.as_bytes().strip_prefix(folder.as_bytes()) {
            Some(rest) => rest.is_empty() || rest.starts_with(b"/"),
            None => false,
        }
    }
}
