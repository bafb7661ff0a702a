//! What differs between the entries of two layers, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::compare::layers::order;
use crate::compare::rows::{self, ByPath, Pair, Row};
use crate::formats::tar::entry::{Entry, Kind, Mtime};

/// One path that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The path.
    pub path: LayerPath,
    /// What it is: on the new side, or for a removed path on the old.
    pub kind: Kind,
    /// What happened to it.
    pub change: Change,
    /// For an added file, the removed one whose bytes it has: it was renamed.
    pub renamed_from: Option<LayerPath>,
    /// In which fields; empty for added and removed paths.
    pub fields: Vec<Field>,
    /// What its old row says; `None` for an added path.
    pub old: Option<Facts>,
    /// What its new row says; `None` for a removed path.
    pub new: Option<Facts>,
    /// The line of the instruction that wrote it, where its layer stands for several.
    pub line: Option<usize>,
    /// Whether later layers replace or remove it, the same on both sides: a container does not see the difference.
    pub is_overwritten: bool,
}

impl Drift {
    /// Whether both sides have it, and it differs in nothing that `metadata-only` asks for. A marker is what it names.
    pub(crate) fn is_metadata(&self) -> bool {
        let is_marker = || {
            self.path.file_name().starts_with(b".wh.") && !self.path.file_name().starts_with(b".wh..wh.")
                || self.path.file_name() == b".wh..wh..opq"
        };
        self.change == Change::Modified
            && (self.fields.iter().all(|field| field.is_metadata()) || is_marker())
    }
}

/// What one side's row says of a path, its bytes aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What it is.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// Owner's number.
    pub uid: u64,
    /// Group's number.
    pub gid: u64,
    /// Owner's name; empty where there is none.
    pub uname: Arc<[u8]>,
    /// Group's name; empty where there is none.
    pub gname: Arc<[u8]>,
    /// Bytes.
    pub size: u64,
    /// Modification time.
    pub mtime: Mtime,
    /// Where a link points.
    pub link: Option<Box<[u8]>>,
}

impl From<&Entry> for Facts {
    fn from(entry: &Entry) -> Self {
        Self {
            kind: entry.kind,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            uname: Arc::clone(&entry.uname),
            gname: Arc::clone(&entry.gname),
            size: entry.size,
            mtime: entry.mtime,
            link: entry.link.clone(),
        }
    }
}

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The old side does not have it.
    Added,
    /// The new side does not have it.
    Removed,
    /// Both have it, and it differs.
    Modified,
}

/// A field two entries can differ in, in the order they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// What it is: file, folder, link, device.
    Type,
    /// Its bytes.
    Content,
    /// How many bytes.
    Size,
    /// Permission bits.
    Mode,
    /// Owner's number.
    Uid,
    /// Group's number.
    Gid,
    /// Where a link points; a device's numbers.
    Link,
    /// Extended attributes.
    Xattr,
    /// Owner's name.
    Uname,
    /// Group's name.
    Gname,
    /// Modification time.
    Mtime,
    /// Its place in the tar.
    Order,
    /// How the tar wrote it.
    TarFormat,
}

impl Change {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
        }
    }
}

impl Field {
    /// All, in their order; the last one stands for how many there are.
    pub const ALL: [Self; Self::TarFormat as usize + 1] = [
        Self::Type,
        Self::Content,
        Self::Size,
        Self::Mode,
        Self::Uid,
        Self::Gid,
        Self::Link,
        Self::Xattr,
        Self::Uname,
        Self::Gname,
        Self::Mtime,
        Self::Order,
        Self::TarFormat,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Content => "content",
            Self::Size => "size",
            Self::Mode => "mode",
            Self::Uid => "uid",
            Self::Gid => "gid",
            Self::Link => "link",
            Self::Xattr => "xattr",
            Self::Uname => "uname",
            Self::Gname => "gname",
            Self::Mtime => "mtime",
            Self::Order => "order",
            Self::TarFormat => "tar-format",
        }
    }

    /// Whether layers that differ in this field alone are still `metadata-only`.
    pub fn is_metadata(self) -> bool {
        matches!(self, Self::Uname | Self::Gname | Self::Mtime | Self::Order | Self::TarFormat)
    }
}

/// The drifts between two sides, sorted by path, and of each both sides' rows.
pub(crate) struct Drifts<'a> {
    pub(crate) drifts: Vec<Drift>,
    pub(crate) pairs: Vec<Pair<'a>>,
}

/// Compares two layers' entries; sorted by path. Where a path stands twice in a layer, the last one counts.
pub fn between(old: &[Entry], new: &[Entry]) -> Vec<Drift> {
    between_layers(&ByPath::of(0, old), &ByPath::of(0, new)).drifts
}

/// Where a row's path stands in its tar: mostly where the row was made.
pub(crate) type Stands<'s> = dyn Fn(&Row<'_>) -> usize + 's;

/// Compares two layers by their rows.
pub(crate) fn between_layers<'a>(old: &ByPath<'a>, new: &ByPath<'a>) -> Drifts<'a> {
    let place = |row: &Row<'_>| row.place;
    between_tars((old, &place), (new, &place))
}

/// Compares two layers by their rows, and by where the paths of these stand.
pub(crate) fn between_tars<'a>(
    (old, old_stands): (&ByPath<'a>, &Stands<'_>),
    (new, new_stands): (&ByPath<'a>, &Stands<'_>),
) -> Drifts<'a> {
    let joined = rows::join(old, new);
    let moved = moved(&joined, old_stands, new_stands);
    compare(joined, &|path, fields| {
        if moved.contains(path) {
            fields.push(Field::Order);
            fields.sort();
        }
    })
}

/// Compares what several layers hold together. They are no tars of one kind, so neither their order nor their dialect is
/// compared.
pub(crate) fn between_unions<'a>(old: &ByPath<'a>, new: &ByPath<'a>) -> Drifts<'a> {
    compare(rows::join(old, new), &|_, fields| fields.retain(|field| *field != Field::TarFormat))
}

fn compare<'a>(joined: Vec<Pair<'a>>, tell: &dyn Fn(&LayerPath, &mut Vec<Field>)) -> Drifts<'a> {
    let renamed = renamed(&joined);
    let one = |pair: Pair<'a>| {
        let (old, new) = pair;
        let path = &new.or(old)?.entry.path;
        let mut fields = old.zip(new).map_or_else(Vec::new, |(old, new)| fields(&old, &new));
        if old.is_some() && new.is_some() {
            tell(path, &mut fields);
            if fields.is_empty() {
                return None;
            }
        }
        let mut drift = drift(path, (old.map(|row| row.entry), new.map(|row| row.entry)), fields);
        if drift.change == Change::Added {
            drift.renamed_from = renamed.get(path).map(|from| (*from).clone());
        }
        Some((drift, pair))
    };
    let (drifts, pairs) = joined.into_iter().filter_map(one).unzip();
    Drifts { drifts, pairs }
}

pub(crate) fn drift(path: &LayerPath, sides: (Option<&Entry>, Option<&Entry>), fields: Vec<Field>) -> Drift {
    let (old, new) = sides;
    let change = match sides {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        (Some(_), Some(_)) => Change::Modified,
    };
    Drift {
        path: path.clone(),
        kind: new.or(old).map_or(Kind::File, |entry| entry.kind),
        change,
        renamed_from: None,
        fields,
        old: old.map(Facts::from),
        new: new.map(Facts::from),
        line: None,
        is_overwritten: false,
    }
}

/// In which fields two entries differ, their places in the tar aside.
pub(crate) fn fields(a: &Entry, b: &Entry) -> Vec<Field> {
    let differs = [
        (Field::Type, a.kind != b.kind),
        (Field::Content, a.content != b.content),
        (Field::Size, a.size != b.size),
        (Field::Mode, a.mode != b.mode),
        (Field::Uid, a.uid != b.uid),
        (Field::Gid, a.gid != b.gid),
        (Field::Link, a.link != b.link || a.device != b.device),
        (Field::Xattr, a.xattrs != b.xattrs),
        (Field::Uname, a.uname != b.uname),
        (Field::Gname, a.gname != b.gname),
        (Field::Mtime, a.mtime != b.mtime),
        (Field::TarFormat, a.dialect != b.dialect),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// For each added file, the removed one with the same bytes, where there is just one such pair: an empty file, or a
/// licence that stands in ten places, says nothing.
fn renamed<'a>(joined: &[Pair<'a>]) -> BTreeMap<&'a LayerPath, &'a LayerPath> {
    let by_content = |alone: fn(&Pair<'a>) -> Option<Row<'a>>| {
        let mut paths: BTreeMap<Sha256, Vec<&'a LayerPath>> = BTreeMap::new();
        for row in joined.iter().filter_map(alone).filter(|row| row.size > 0) {
            if let Some(content) = row.content {
                paths.entry(content).or_default().push(&row.entry.path);
            }
        }
        paths
    };
    let removed = by_content(|(old, new)| old.filter(|_| new.is_none()));
    let added = by_content(|(old, new)| new.filter(|_| old.is_none()));
    let pair = |(content, to): (&Sha256, &Vec<&'a LayerPath>)| match (
        removed.get(content)?.as_slice(),
        to.as_slice(),
    ) {
        ([from], [to]) => Some((*to, *from)),
        _ => None,
    };
    added.iter().filter_map(pair).collect()
}

/// The paths that changed places: those outside the longest run of shared paths that kept their order.
fn moved<'a>(
    joined: &[Pair<'a>],
    old_stands: &Stands<'_>,
    new_stands: &Stands<'_>,
) -> BTreeSet<&'a LayerPath> {
    let shared = joined.iter().filter_map(|(old, new)| Some((old.as_ref()?, new.as_ref()?)));
    let mut in_order: Vec<(usize, usize, &'a LayerPath)> =
        shared.map(|(old, new)| (old_stands(old), new_stands(new), &old.entry.path)).collect();
    in_order.sort_by_key(|(old, ..)| *old);
    // Mostly none did.
    if in_order.is_sorted_by_key(|(_, new, _)| *new) {
        return BTreeSet::new();
    }
    let places: Vec<usize> = in_order.iter().map(|(_, new, _)| *new).collect();
    let kept = order::kept(&places);
    in_order.iter().zip(kept).filter(|(_, kept)| !kept).map(|((.., path), _)| *path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tar::entry::tests::{dir, file, link};

    fn differing(expected: &[Entry], found: &[Entry]) -> Vec<String> {
        let fields =
            |drift: &Drift| drift.fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(",");
        between(expected, found)
            .iter()
            .map(|drift| {
                format!("{} {} {}", drift.path, drift.change.name(), fields(drift)).trim_end().to_owned()
            })
            .collect()
    }

    #[test]
    fn equal_layers_have_no_drift() {
        let entries = [dir("a"), file("a/b", b"x"), link(Kind::Symlink, "c", "a")];
        assert_eq!(differing(&entries, &entries), [""; 0]);
    }

    #[test]
    fn each_difference_is_told_by_its_field() {
        let old = [file("a", b"one"), file("gone", b""), link(Kind::Symlink, "l", "x")];
        let mut new = [file("a", b"other"), file("new", b""), link(Kind::Symlink, "l", "y")];
        new[0].mtime.seconds = 5;
        assert_eq!(
            differing(&old, &new),
            ["a modified content,size,mtime", "gone removed", "l modified link", "new added"]
        );
    }

    #[test]
    fn only_the_entry_that_changed_places_is_told_of_its_order() {
        let names = |names: &[&str]| names.iter().map(|name| file(name, b"")).collect::<Vec<_>>();
        assert_eq!(
            differing(&names(&["a", "b", "c", "d"]), &names(&["b", "c", "d", "a"])),
            ["a modified order"]
        );
    }

    #[test]
    fn a_file_that_kept_its_bytes_under_another_name_was_renamed() {
        let old = [file("a", b"weights"), file("x", b""), file("c", b"1"), file("d", b"1")];
        let new = [file("b", b"weights"), file("y", b""), file("e", b"1")];
        let renamed: Vec<String> = between(&old, &new)
            .iter()
            .filter_map(|drift| Some(format!("{} from {}", drift.path, drift.renamed_from.as_ref()?)))
            .collect();
        assert_eq!(renamed, ["b from a"]);
    }

    #[test]
    fn a_path_that_stands_twice_is_compared_as_its_last() {
        let old = [file("a", b"1"), file("a", b"2")];
        assert_eq!(differing(&old, &[file("a", b"2")]), [""; 0]);
    }
}
