//! What differs between the entries of two layers, file by file.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::iter::Peekable;
use std::ops::Deref;
use std::sync::Arc;

use super::causes::Attribution;
use super::order;
use super::preview::Preview;
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::layer::entry::{Entry, Kind, Mtime};

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
    /// What explains it, the best explanation first; empty for what nothing explains.
    pub causes: Vec<Attribution>,
    /// What its old row says; `None` for an added path.
    pub old: Option<Facts>,
    /// What its new row says; `None` for a removed path.
    pub new: Option<Facts>,
    /// The line of the instruction that wrote it, where its layer stands for several.
    pub line: Option<usize>,
    /// Whether later layers replace or remove it, the same on both sides: a container does not see the difference.
    pub is_overwritten: bool,
    /// What changed in its bytes, for a few files of each cause.
    pub preview: Option<Box<Preview>>,
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
    /// The lock does not have it.
    Added,
    /// The image does not have it.
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

/// Compares two layers' entries; sorted by path. Where a path stands twice in a layer, the last one counts.
pub fn between(expected: &[Entry], found: &[Entry]) -> Vec<Drift> {
    between_layers(&by_path(0, expected), &by_path(0, found))
}

/// Compares two layers by their rows; sorted by path.
pub(super) fn between_layers(old: &ByPath<'_>, new: &ByPath<'_>) -> Vec<Drift> {
    let shared = shared(old, new);
    let moved = moved(&shared);
    compare(old, new, &shared, &|path, mut fields| {
        if moved.contains(path) {
            fields.push(Field::Order);
            fields.sort();
        }
        fields
    })
}

/// Compares what several layers hold together; sorted by path. They are no tars of one kind, so neither their order
/// nor their dialect is compared.
pub(super) fn between_unions(old: &ByPath<'_>, new: &ByPath<'_>) -> Vec<Drift> {
    compare(old, new, &shared(old, new), &|_, mut fields| {
        fields.retain(|field| *field != Field::TarFormat);
        fields
    })
}

fn compare(
    old: &ByPath<'_>,
    new: &ByPath<'_>,
    shared: &[(Row<'_>, Row<'_>)],
    told: &dyn Fn(&LayerPath, Vec<Field>) -> Vec<Field>,
) -> Vec<Drift> {
    let mut drifts = Vec::new();
    for (row, other) in shared {
        let fields = told(&row.path, fields(row, other));
        if !fields.is_empty() {
            drifts.push(drift(&row.path, (Some(row.entry), Some(other.entry)), fields));
        }
    }
    let (removed, added) = (alone(old, shared, |pair| pair.0), alone(new, shared, |pair| pair.1));
    drifts.extend(removed.iter().map(|row| drift(&row.path, (Some(row.entry), None), Vec::new())));
    let renamed = renamed(&removed, &added);
    drifts.extend(added.iter().map(|row| Drift {
        renamed_from: renamed.get(&row.path).map(|from| (*from).clone()),
        ..drift(&row.path, (None, Some(row.entry)), Vec::new())
    }));
    drifts.sort_by(|a, b| a.path.cmp(&b.path));
    drifts
}

/// Both sides' rows of each drift.
pub(super) type Pairs<'a> = Vec<(Option<Row<'a>>, Option<Row<'a>>)>;

/// Both sides' rows of each of `drifts`, which are sorted by path: found in one walk, not one by one.
pub(super) fn pairs<'a>(drifts: &[Drift], old: &ByPath<'a>, new: &ByPath<'a>) -> Pairs<'a> {
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    let row = |rows: &mut Peekable<btree_map::Iter<'_, &'a LayerPath, Row<'a>>>, path: &LayerPath| {
        while rows.next_if(|(other, _)| **other < path).is_some() {}
        rows.next_if(|(other, _)| **other == path).map(|(_, row)| *row)
    };
    drifts.iter().map(|drift| (row(&mut olds, &drift.path), row(&mut news, &drift.path))).collect()
}

/// The rows of paths that both sides have, sorted by path.
fn shared<'a>(old: &ByPath<'a>, new: &ByPath<'a>) -> Vec<(Row<'a>, Row<'a>)> {
    let mut shared = Vec::with_capacity(old.len().min(new.len()));
    let mut news = new.iter().peekable();
    for (path, row) in old {
        while news.next_if(|(other, _)| *other < path).is_some() {}
        if let Some((_, other)) = news.next_if(|(other, _)| *other == path) {
            shared.push((*row, *other));
        }
    }
    shared
}

/// The rows of one side that are not `shared`, sorted by path; `of` gives that side's of a pair.
fn alone<'a>(
    rows: &ByPath<'a>,
    shared: &[(Row<'a>, Row<'a>)],
    of: fn(&(Row<'a>, Row<'a>)) -> Row<'a>,
) -> Vec<Row<'a>> {
    let mut shared = shared.iter().map(of).peekable();
    let is_alone = |row: &&Row<'a>| shared.next_if(|other| std::ptr::eq(other.entry, row.entry)).is_none();
    rows.values().filter(is_alone).copied().collect()
}

/// Rows by path; of a path that stands twice in a layer, the last.
pub type ByPath<'a> = BTreeMap<&'a LayerPath, Row<'a>>;

/// An entry, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its layer's place in the image.
    pub layer: usize,
    /// Its place in the layer's tar.
    pub place: usize,
    /// The entry.
    pub entry: &'a Entry,
}

impl Deref for Row<'_> {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.entry
    }
}

/// The rows of the layer at `layer` of its image.
pub(super) fn by_path(layer: usize, entries: &[Entry]) -> ByPath<'_> {
    // Collected, not added one by one: rows mostly stand in order, and a map is quickly made of such.
    let row = |(place, entry)| Row { layer, place, entry };
    entries.iter().enumerate().map(row).map(|row| (&row.entry.path, row)).collect()
}

pub(super) fn drift(path: &LayerPath, sides: (Option<&Entry>, Option<&Entry>), fields: Vec<Field>) -> Drift {
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
        causes: Vec::new(),
        old: old.map(Facts::from),
        new: new.map(Facts::from),
        line: None,
        is_overwritten: false,
        preview: None,
    }
}

/// In which fields two entries differ, their places in the tar aside.
pub(super) fn fields(a: &Entry, b: &Entry) -> Vec<Field> {
    let device = |entry: &Entry| (entry.link.clone(), entry.device);
    let differs = [
        (Field::Type, a.kind != b.kind),
        (Field::Content, a.content != b.content),
        (Field::Size, a.size != b.size),
        (Field::Mode, a.mode != b.mode),
        (Field::Uid, a.uid != b.uid),
        (Field::Gid, a.gid != b.gid),
        (Field::Link, device(a) != device(b)),
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
fn renamed<'a>(removed: &[Row<'a>], added: &[Row<'a>]) -> BTreeMap<&'a LayerPath, &'a LayerPath> {
    let by_content = |rows: &[Row<'a>]| {
        let mut paths: BTreeMap<Sha256, Vec<&'a LayerPath>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.size > 0) {
            if let Some(content) = row.content {
                paths.entry(content).or_default().push(&row.entry.path);
            }
        }
        paths
    };
    let (removed, added) = (by_content(removed), by_content(added));
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
fn moved<'a>(shared: &[(Row<'a>, Row<'a>)]) -> BTreeSet<&'a LayerPath> {
    let mut in_order: Vec<&(Row<'a>, Row<'a>)> = shared.iter().collect();
    in_order.sort_by_key(|(old, _)| old.place);
    let places: Vec<usize> = in_order.iter().map(|(_, new)| new.place).collect();
    let kept = order::kept(&places);
    in_order.iter().zip(kept).filter(|(_, kept)| !kept).map(|((old, _), _)| &old.entry.path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::entry::tests::{dir, file, link};

    fn told(expected: &[Entry], found: &[Entry]) -> Vec<String> {
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
        assert_eq!(told(&entries, &entries), [""; 0]);
    }

    #[test]
    fn each_difference_is_told_by_its_field() {
        let old = [file("a", b"one"), file("gone", b""), link(Kind::Symlink, "l", "x")];
        let mut new = [file("a", b"other"), file("new", b""), link(Kind::Symlink, "l", "y")];
        new[0].mtime.seconds = 5;
        assert_eq!(
            told(&old, &new),
            ["a modified content,size,mtime", "gone removed", "l modified link", "new added"]
        );
    }

    #[test]
    fn only_the_entry_that_changed_places_is_told_of_its_order() {
        let names = |names: &[&str]| names.iter().map(|name| file(name, b"")).collect::<Vec<_>>();
        assert_eq!(told(&names(&["a", "b", "c", "d"]), &names(&["b", "c", "d", "a"])), ["a modified order"]);
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
        assert_eq!(told(&old, &[file("a", b"2")]), [""; 0]);
    }
}
