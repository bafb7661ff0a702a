//! The file index: one row for each entry of the layers it covers, sorted, as text under zstd.
//!
//! ```text
//! reprolock-files 1
//! layer <index> <diff_id> <rows>
//! <path> <type> <mode> <uid> <gid> <size> <mtime> <link> <xattrs> <sha256> <uname> <gname> <device> <dialect> <order>
//! ```
//!
//! Fields are separated by tabs; `-` stands for none. Paths, links, names and attributes are escaped as
//! [`printable`] does, so a row is always one line. `mode` is octal; `mtime` is seconds, with nanoseconds after a dot
//! where there are any; `order` is the entry's place in the tar, from 0. The lockfile records the sha256 of these
//! rows, not of the zstd stream, whose bytes may change with the library.

mod reading;

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::base::digest::{Digest, Sha256};
use crate::base::path::{LayerPath, printable};
use crate::formats::tar::entry::{Attribute, Dialect, Entry, Mtime};

pub use reading::read;

const HEADER: &str = "reprolock-files 1";
const DIALECTS: [(Dialect, &str); 4] =
    [(Dialect::V7, "v7"), (Dialect::Ustar, "ustar"), (Dialect::Pax, "pax"), (Dialect::Gnu, "gnu")];
/// The rows of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerRows {
    /// The layer's place in the image.
    pub index: usize,
    /// Its diff_id.
    pub diff_id: Digest,
    /// Its entries, in tar order.
    pub entries: Vec<Entry>,
}

/// Writes the index of `layers` (index, diff_id, entries) to `out`; returns the digest of its rows.
pub fn write<'a>(
    layers: impl IntoIterator<Item = (usize, Digest, &'a [Entry])>,
    out: impl Write,
) -> io::Result<Sha256> {
    let mut rows = Rows { hasher: sha2::Digest::new(), out: zstd::Encoder::new(out, 3)? };
    rows.write(&format!("{HEADER}\n"))?;
    for (index, diff_id, entries) in layers {
        rows.write(&format!("layer {index} {diff_id} {}\n", entries.len()))?;
        let mut sorted: Vec<(usize, &Entry)> = entries.iter().enumerate().collect();
        sorted.sort_by(|(_, a), (_, b)| Entry::by_path(a, b));
        let mut line = String::new();
        for (order, entry) in sorted {
            line.clear();
            row(&mut line, order, entry);
            rows.write(&line)?;
        }
    }
    rows.out.finish()?.flush()?;
    Ok(Sha256(sha2::Digest::finalize(rows.hasher).into()))
}

struct Rows<W: Write> {
    hasher: sha2::Sha256,
    out: zstd::Encoder<'static, W>,
}

impl<W: Write> Rows<W> {
    fn write(&mut self, text: &str) -> io::Result<()> {
        sha2::Digest::update(&mut self.hasher, text);
        self.out.write_all(text.as_bytes())
    }
}

/// What of a row `metadata-only` may differ in.
struct Metadata<'e> {
    mtime: Mtime,
    uname: &'e [u8],
    gname: &'e [u8],
    dialect: Dialect,
    order: usize,
}

fn row(line: &mut String, order: usize, entry: &Entry) {
    let Entry { mtime, uname, gname, dialect, .. } = entry;
    write_row(line, entry, &Metadata { mtime: *mtime, uname, gname, dialect: *dialect, order });
}

fn write_row(line: &mut String, entry: &Entry, metadata: &Metadata<'_>) {
    let Entry { kind, mode, uid, gid, size, .. } = entry;
    let Metadata { mtime, uname, gname, dialect, order } = metadata;
    // Writing to a String cannot fail.
    let _ = write!(
        line,
        "{}\t{}\t{mode:o}\t{uid}\t{gid}\t{size}\t{}",
        name(&entry.path),
        kind.name(),
        mtime.seconds
    );
    if mtime.nanos != 0 {
        let _ = write!(line, ".{:09}", mtime.nanos);
    }
    let link = entry.link.as_deref().map_or_else(|| "-".into(), |link| format!("={}", printable(link)));
    let content = entry.content.map_or_else(|| "-".into(), |content| content.hex());
    let device = entry.device.map_or_else(|| "-".into(), |(major, minor)| format!("{major}:{minor}"));
    let dialect = DIALECTS.iter().find(|(known, _)| known == dialect).map_or("-", |(_, name)| name);
    let (uname, gname) = (printable(uname), printable(gname));
    let xattrs = xattrs(&entry.xattrs);
    let _ = writeln!(line, "\t{link}\t{xattrs}\t{content}\t{uname}\t{gname}\t{device}\t{dialect}\t{order}");
}

fn name(path: &LayerPath) -> String {
    printable(path.as_bytes())
}

/// `name=value` pairs between commas; a comma or equals sign in a name or value is escaped as a byte.
fn xattrs(attributes: &[Attribute]) -> String {
    if attributes.is_empty() {
        return "-".into();
    }
    let escape = |bytes: &[u8]| printable(bytes).replace(',', "\\x2c").replace('=', "\\x3d");
    let pairs: Vec<String> =
        attributes.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join(",")
}

/// The digest of a layer's content: its rows, without what `metadata-only` may differ in. A path that stands twice
/// counts once, as the last, which is all that a file system keeps of it.
pub fn content_digest(entries: &[Entry]) -> Sha256 {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| Entry::by_path(a, b));
    let none = Metadata { mtime: Mtime::default(), uname: b"", gname: b"", dialect: Dialect::Pax, order: 0 };
    let mut hasher: sha2::Sha256 = sha2::Digest::new();
    let mut line = String::new();
    for (at, entry) in sorted.iter().enumerate() {
        if sorted.get(at + 1).is_some_and(|next| next.path == entry.path) {
            continue;
        }
        line.clear();
        write_row(&mut line, entry, &none);
        sha2::Digest::update(&mut hasher, &line);
    }
    Sha256(sha2::Digest::finalize(hasher).into())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::formats::tar::entry::Kind;
    use crate::formats::tar::entry::tests::{dir, file, link};
    use crate::lockfile::LockError;

    fn sample() -> Vec<Entry> {
        let hostile = LayerPath::normalize(b"a\tb\n\xff\\,=").unwrap();
        vec![
            dir("z"),
            Entry {
                mtime: Mtime { seconds: -2, nanos: 5 },
                uname: Arc::from(&b"-"[..]),
                ..file("z/a", b"x")
            },
            Entry {
                path: hostile,
                xattrs: vec![(b"user,=".as_slice().into(), b"\0".as_slice().into())],
                ..file("", b"")
            },
            link(Kind::Symlink, "-", "-"),
            Entry { kind: Kind::CharDevice, device: Some((1, 3)), ..link(Kind::Symlink, "null", "") },
        ]
    }

    fn diff_id() -> Digest {
        Sha256::of(b"tar").into()
    }

    #[test]
    fn rows_read_back_as_they_were_in_tar_order() {
        let entries = sample();
        let mut bytes = Vec::new();
        let digest = write([(3, diff_id(), entries.as_slice())], &mut bytes).unwrap();
        let read = read(bytes.as_slice(), digest, Path::new("i")).unwrap();
        assert_eq!(read, [LayerRows { index: 3, diff_id: diff_id(), entries }]);
    }

    #[test]
    fn an_index_of_another_lock_or_a_cut_off_one_is_refused() {
        let mut bytes = Vec::new();
        let entries = sample();
        let digest = write([(0, diff_id(), entries.as_slice())], &mut bytes).unwrap();
        let other = read(bytes.as_slice(), Sha256::of(b"other"), Path::new("i"));
        assert!(matches!(other, Err(LockError::IndexMismatch { .. })), "{other:?}");
        let cut = read(&bytes[..bytes.len() - 3], digest, Path::new("i"));
        assert!(matches!(cut, Err(LockError::Index { .. })), "{cut:?}");
        let garbage = read(&b"not zstd"[..], digest, Path::new("i"));
        assert!(matches!(garbage, Err(LockError::Index { .. })), "{garbage:?}");
    }

    #[test]
    fn content_ignores_times_order_owner_names_and_dialect_and_nothing_else() {
        let entries = vec![file("a", b"1"), file("b", b"2")];
        let mut touched = vec![entries[1].clone(), entries[0].clone()];
        touched[0].mtime.seconds = 9;
        touched[1].uname = Arc::from(&b"root"[..]);
        touched[1].dialect = Dialect::Gnu;
        assert_eq!(content_digest(&entries), content_digest(&touched));
        touched[0].mode = 0o600;
        assert_ne!(content_digest(&entries), content_digest(&touched));
    }

    #[test]
    fn a_path_that_stands_twice_counts_once() {
        let twice = [file("a", b"1"), file("a", b"2")];
        assert_eq!(content_digest(&twice), content_digest(&twice[1..]));
    }
}
