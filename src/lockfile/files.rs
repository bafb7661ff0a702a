//! The file index: one row for each entry of the layers it covers, sorted, as text under zstd.
//!
//! ```text
//! reprolock-files 2
//! layer <index> <diff_id> <rows>
//! <path> <type> <mode> <uid> <gid> <size> <mtime> <link> <xattrs> <sha256> <uname> <gname> <device> <dialect> <records> <order>
//! ```
//!
//! Fields are separated by tabs; `-` stands for none. Paths, links, names, attributes and records are escaped as
//! [`printable`] does, so a row is always one line. `mode` is octal; `mtime` is seconds, with nanoseconds after a dot
//! where there are any; `records` is what the extended header says besides, `?` where that is not known; `order` is the
//! entry's place in the tar, from 0. The lockfile records the sha256 of these rows, not of the zstd stream, whose bytes may
//! change with the library.
//!
//! Version 1 has no `records`. It is read for ever; its entries' records are not known, which is not to have none.

mod bounds;
pub mod content;
mod reading;

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::base::digest::{Digest, Sha256};
use crate::base::path::{LayerPath, printable};
use crate::formats::tar::entry::{Attribute, Dialect, Entry, Mtime};

pub use reading::read;

/// The first line, but for the version.
const HEADER: &str = "reprolock-files ";
/// The version written.
const VERSION: u32 = 2;
const DIALECTS: [(Dialect, &str); 4] =
    [(Dialect::V7, "v7"), (Dialect::Ustar, "ustar"), (Dialect::Pax, "pax"), (Dialect::Gnu, "gnu")];
/// What stands for records that are not known.
const UNKNOWN: &str = "?";

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
    let mut rows = RowWriter { hasher: sha2::Digest::new(), out: zstd::Encoder::new(out, 3)? };
    rows.write(&format!("{HEADER}{VERSION}\n"))?;
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

struct RowWriter<W: Write> {
    hasher: sha2::Sha256,
    out: zstd::Encoder<'static, W>,
}

impl<W: Write> RowWriter<W> {
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
}

fn row(line: &mut String, order: usize, entry: &Entry) {
    let Entry { mtime, uname, gname, dialect, records, .. } = entry;
    write_fields(line, entry, &Metadata { mtime: *mtime, uname, gname, dialect: *dialect });
    let records = records.as_ref().map_or_else(|| UNKNOWN.into(), |records| pairs(records));
    let _ = writeln!(line, "\t{records}\t{order}");
}

/// A row up to its dialect.
fn write_fields(line: &mut String, entry: &Entry, metadata: &Metadata<'_>) {
    let Entry { kind, mode, uid, gid, size, .. } = entry;
    let Metadata { mtime, uname, gname, dialect } = metadata;
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
    let xattrs = pairs(&entry.xattrs);
    let _ = write!(line, "\t{link}\t{xattrs}\t{content}\t{uname}\t{gname}\t{device}\t{dialect}");
}

fn name(path: &LayerPath) -> String {
    printable(path.as_bytes())
}

/// `name=value` pairs between commas; a comma or equals sign in a name or value is escaped as a byte.
fn pairs(attributes: &[Attribute]) -> String {
    if attributes.is_empty() {
        return "-".into();
    }
    let escape = |bytes: &[u8]| printable(bytes).replace(',', "\\x2c").replace('=', "\\x3d");
    let pairs: Vec<String> =
        attributes.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join(",")
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
            Entry {
                records: Some(vec![(b"a,t\tm=".as_slice().into(), b"?".as_slice().into())].into()),
                ..link(Kind::Symlink, "atime", "-")
            },
            Entry { records: None, ..link(Kind::Symlink, "not known", "-") },
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
}
