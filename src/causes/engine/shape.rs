//! Which bytes of a drifted file a cause can look at, and what several causes do with them alike.

use super::case::FileCase;
use super::explanation::Explanation;
use crate::base::path::LayerPath;
use crate::compare::drift::{Change, Field};
use crate::compare::rows::ByPath;
use crate::formats::tar::entry::{Entry, Kind};

/// Links followed; a tar's hardlinks name files, so one is enough.
const LINKS: usize = 8;

/// What is at hand of a file that drifted in its content alone, or stands on one side alone.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seen<'a> {
    /// The old and the new bytes.
    Both(&'a [u8], &'a [u8]),
    /// The new bytes of a file that was another before.
    New(&'a [u8]),
    /// The bytes of a file of one side alone.
    Alone(&'a [u8]),
    /// No bytes.
    Unread,
}

/// What is at hand of the file; `None` where more than content and metadata differs, or content does not.
pub(crate) fn seen<'a>(file: &FileCase<'a>) -> Option<Seen<'a>> {
    let (old, new) = (file.old.and_then(|side| side.bytes), file.new.and_then(|side| side.bytes));
    match (file.change, old, new) {
        (Change::Modified, ..) if !in_content_alone(file) => None,
        (Change::Modified, Some(old), Some(new)) => Some(Seen::Both(old, new)),
        (Change::Modified, None, Some(new)) => Some(Seen::New(new)),
        (Change::Added | Change::Removed, Some(bytes), _)
        | (Change::Added | Change::Removed, _, Some(bytes)) => Some(Seen::Alone(bytes)),
        // What is lost, or came, and was not read is explained by nothing.
        (Change::Added | Change::Removed, None, None) if is_file(file) => None,
        _ => Some(Seen::Unread),
    }
}

fn is_file(file: &FileCase<'_>) -> bool {
    file.new.or(file.old).is_some_and(|side| side.entry.kind == Kind::File)
}

/// How names of what is run, or holds what is, end.
const CODE: [&[u8]; 22] = [
    b".py", b".pyc", b".pyo", b".pyd", b".so", b".sh", b".bash", b".pl", b".pm", b".rb", b".js", b".mjs",
    b".lua", b".php", b".jar", b".class", b".whl", b".exe", b".dll", b".cubin", b".ptx", b".pth",
];

/// How what is run begins: ELF, scripts, other systems' programs.
const PROGRAMS: [&[u8]; 4] = [b"\x7fELF", b"#!", b"MZ", b"\xcf\xfa\xed\xfe"];

/// Whether the file may be run, or loaded by what is, on one side: by its name, its rights or its first bytes.
pub(crate) fn is_code(file: &FileCase<'_>) -> bool {
    let name = file.path.file_name();
    let is_library = name.windows(4).any(|part| part == b".so.");
    let sides = [file.old, file.new];
    let is_run = sides.iter().flatten().any(|side| {
        let begins = |bytes: &[u8]| PROGRAMS.iter().any(|start| bytes.starts_with(start));
        side.entry.mode & 0o111 != 0 || side.bytes.is_some_and(begins)
    });
    is_file(file) && (is_run || is_library || CODE.iter().any(|ending| name.ends_with(ending)))
}

/// Whether the file is a file on both sides that differs in its bytes, and else in metadata at most.
pub(crate) fn in_content_alone(file: &FileCase<'_>) -> bool {
    let of_content = |field: &Field| field.is_metadata() || matches!(field, Field::Content | Field::Size);
    file.change == Change::Modified && file.content_differs() && file.fields.iter().all(of_content)
}

/// For a cache known by its path whose bytes cannot be compared: `likely` where its magic is there, nothing where
/// the bytes are something else.
pub(crate) fn by_magic(seen: Seen<'_>, magic: &[u8], what: &str) -> Option<Explanation> {
    let is = |bytes: &[u8]| bytes.starts_with(magic);
    match seen {
        Seen::Both(old, new) => {
            (is(old) && is(new)).then(|| Explanation::by_place(format!("{what} on both sides")))
        }
        Seen::New(new) => is(new).then(|| Explanation::by_place(what)),
        Seen::Alone(bytes) => is(bytes).then(|| Explanation::by_place(format!("{what}, on one side alone"))),
        Seen::Unread => Some(Explanation::by_place("its path")),
    }
}

/// The row of a file, or of the file that a hardlink of the same layer names.
pub(crate) fn linked<'a>(entry: &'a Entry, rows: &ByPath<'a>) -> Option<&'a Entry> {
    let mut entry = entry;
    for _ in 0..LINKS {
        match entry.kind {
            Kind::File => return Some(entry),
            Kind::Hardlink => entry = rows.get(&LayerPath::clamped(entry.link.as_deref()?))?.entry,
            _ => return None,
        }
    }
    None
}

/// Whether two paths hold the same, their names, times and link targets aside.
pub(crate) fn is_alike(a: &Entry, b: &Entry) -> bool {
    a.kind == b.kind
        && a.content == b.content
        && (a.mode, a.uid, a.gid) == (b.mode, b.uid, b.gid)
        && a.xattrs == b.xattrs
        && a.device == b.device
}
