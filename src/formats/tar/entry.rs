//! One entry of a layer's tar: what a file system would learn from it, and how the archive said it.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::base::digest::Sha256;
use crate::base::path::LayerPath;

/// What an entry makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A file with bytes of its own.
    File,
    /// Another name of a file named by `link`.
    Hardlink,
    /// A symbolic link to `link`.
    Symlink,
    /// A folder.
    Directory,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
}

impl Kind {
    /// Whether it stands for what its `link` names.
    pub fn is_link(self) -> bool {
        matches!(self, Self::Symlink | Self::Hardlink)
    }
}

/// How the archive wrote the entry's header. Content does not depend on it; byte identity does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// No magic: Unix v7.
    V7,
    /// POSIX.1-1988 ustar.
    Ustar,
    /// ustar with POSIX.1-2001 extended records.
    Pax,
    /// GNU tar's magic, long names or base-256 numbers.
    Gnu,
}

/// A modification time: seconds since the epoch, and nanoseconds where the dialect carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mtime {
    /// Seconds since 1970-01-01T00:00:00Z; may be negative.
    pub seconds: i64,
    /// Nanoseconds past the second, below 1,000,000,000.
    pub nanos: u32,
}

/// An extended attribute: its name and its value.
pub type Attribute = (Box<[u8]>, Box<[u8]>);

/// What an entry's extended header says that no field of [`Entry`] holds: names and values, as `pax` would be told them
/// (POSIX.1-2017, `pax`, `-o`). Entries that say the same share one list.
pub type HeaderRecords = Arc<Vec<Attribute>>;

/// One entry of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub path: LayerPath,
    /// What it makes.
    pub kind: Kind,
    /// Permission bits, setuid, setgid and sticky: the low twelve bits.
    pub mode: u32,
    /// Owner's number.
    pub uid: u64,
    /// Group's number.
    pub gid: u64,
    /// Owner's name; empty where the header has none.
    pub uname: Arc<[u8]>,
    /// Group's name; empty where the header has none.
    pub gname: Arc<[u8]>,
    /// Bytes of content; 0 for all but files.
    pub size: u64,
    /// Modification time.
    pub mtime: Mtime,
    /// A symlink's target as written; a hardlink's normalised path.
    pub link: Option<Box<[u8]>>,
    /// Major and minor number of a device.
    pub device: Option<(u64, u64)>,
    /// Extended attributes, sorted by name.
    pub xattrs: Vec<Attribute>,
    /// sha256 of the content; `None` for all but files.
    pub content: Option<Sha256>,
    /// How the header was written.
    pub dialect: Dialect,
    /// What its extended header says besides, mostly nothing: times other than `mtime`, inodes, the header's own odd
    /// name. `None` where it is not known: rows of an index of version 1 don't say.
    pub records: Option<HeaderRecords>,
}

/// What an entry's name tells a file system that stacks layers to remove (image-spec, layer.md, "Whiteouts").
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whiteout {
    /// `.wh.<name>`: this path of the lower layers is gone.
    Path(LayerPath),
    /// `.wh..wh..opq`: all that lower layers hold below this folder is gone.
    Opaque(LayerPath),
    /// Any other `.wh..wh.*`: bookkeeping of aufs, never a file.
    Bookkeeping,
}

impl Entry {
    /// What this entry whites out, where it is a whiteout.
    pub fn whiteout(&self) -> Option<Whiteout> {
        let name = self.path.file_name().strip_prefix(b".wh.")?;
        let folder = self.path.parent()?;
        Some(match name {
            b".wh..opq" => Whiteout::Opaque(folder),
            name if name.starts_with(b".wh.") => Whiteout::Bookkeeping,
            b"" | b"." | b".." => Whiteout::Bookkeeping,
            name => Whiteout::Path(folder.join(name)),
        })
    }

    /// Orders entries as the file index stores them: by path, and for a repeated path by tar order (stable sort).
    pub fn by_path(a: &Self, b: &Self) -> Ordering {
        a.path.cmp(&b.path)
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Hardlink,
        Self::Symlink,
        Self::Directory,
        Self::CharDevice,
        Self::BlockDevice,
        Self::Fifo,
    ];

    /// The kind's name in the file index and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Hardlink => "hardlink",
            Self::Symlink => "symlink",
            Self::Directory => "dir",
            Self::CharDevice => "char",
            Self::BlockDevice => "block",
            Self::Fifo => "fifo",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An empty file at `path`, owned by root, from the epoch.
    pub(crate) fn file(path: &str, content: &[u8]) -> Entry {
        Entry {
            path: path.into(),
            kind: Kind::File,
            mode: 0o644,
            uid: 0,
            gid: 0,
            uname: Arc::from(&b""[..]),
            gname: Arc::from(&b""[..]),
            size: content.len() as u64,
            mtime: Mtime::default(),
            link: None,
            device: None,
            xattrs: Vec::new(),
            content: Some(Sha256::of(content)),
            dialect: Dialect::Pax,
            records: Some(HeaderRecords::default()),
        }
    }

    /// A folder at `path`.
    pub(crate) fn dir(path: &str) -> Entry {
        Entry { kind: Kind::Directory, mode: 0o755, size: 0, content: None, ..file(path, b"") }
    }

    /// A symlink or hardlink at `path` to `target`.
    pub(crate) fn link(kind: Kind, path: &str, target: &str) -> Entry {
        Entry { kind, link: Some(target.as_bytes().into()), content: None, ..file(path, b"") }
    }

    #[test]
    fn whiteouts_are_told_by_name() {
        let whiteout = |path: &str| file(path, b"").whiteout();
        assert_eq!(whiteout("etc/.wh.motd"), Some(Whiteout::Path("etc/motd".into())));
        assert_eq!(whiteout("etc/.wh..wh..opq"), Some(Whiteout::Opaque("etc".into())));
        assert_eq!(whiteout(".wh..wh.aufs"), Some(Whiteout::Bookkeeping));
        assert_eq!(whiteout("etc/.wh.."), Some(Whiteout::Bookkeeping));
        assert_eq!(whiteout("etc/motd"), None);
    }
}
