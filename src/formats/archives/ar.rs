//! Archives of object files (ar(5)): `!<arch>`, then members behind 60-byte headers.

use crate::base::digest::Sha256;
use crate::base::limits;
use crate::formats::archives::members::{Member, Members};
use crate::formats::bytes::Cursor;
use std::ops::Range;

pub(crate) const MAGIC: &[u8] = b"!<arch>\n";

/// A member's header, cut into its fields.
struct Header<'a> {
    name: &'a [u8],
    date: &'a [u8],
    /// Owner, group and mode.
    rights: &'a [u8],
    size: usize,
}

/// Reads all members; `None` for what is no sound archive.
pub(crate) fn read(bytes: &[u8]) -> Option<Members> {
    let mut members = Members::default();
    walk(bytes, &mut |header, _, content| {
        members.list.push(Member {
            name: header.name.to_vec(),
            content: Sha256::of(content),
            bytes: None,
            time: header.date.to_vec(),
            attributes: header.rights.to_vec(),
            packing: Vec::new(),
        });
    })?;
    Some(members)
}

/// Where each member's date stands.
pub(crate) fn dates(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut ranges = Vec::new();
    walk(bytes, &mut |_, at, _| ranges.push(at + 16..at + 28))?;
    Some(ranges)
}

/// Where each member's content stands.
pub(crate) fn contents(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut ranges = Vec::new();
    walk(bytes, &mut |header, at, _| ranges.push(at + 60..at + 60 + header.size))?;
    Some(ranges)
}

fn walk(bytes: &[u8], visit: &mut dyn FnMut(&Header<'_>, usize, &[u8])) -> Option<()> {
    let mut cursor = Cursor::new(bytes);
    if cursor.take(MAGIC.len())? != MAGIC {
        return None;
    }
    for _ in 0..limits::NESTED_ARCHIVE_MEMBERS {
        if cursor.rest().is_empty() {
            return Some(());
        }
        let at = bytes.len() - cursor.rest().len();
        let (name, date, rights) = (cursor.take(16)?, cursor.take(12)?, cursor.take(20)?);
        let size = std::str::from_utf8(cursor.take(10)?).ok()?.trim_end().parse().ok()?;
        if cursor.take(2)? != b"`\n" {
            return None;
        }
        let header = Header { name, date, rights, size };
        visit(&header, at, cursor.take(header.size)?);
        // Members start at even offsets.
        if size % 2 == 1 && !cursor.rest().is_empty() {
            cursor.take(1)?;
        }
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An archive of members: name, date, content.
    pub(crate) fn archive(members: &[(&str, u64, &[u8])]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (name, date, content) in members {
            let header =
                format!("{:<16}{date:<12}{:<6}{:<6}{:<8}{:<10}`\n", name, 0, 0, "100644", content.len());
            bytes.extend_from_slice(header.as_bytes());
            bytes.extend_from_slice(content);
            if content.len() % 2 == 1 {
                bytes.push(b'\n');
            }
        }
        bytes
    }

    #[test]
    fn members_are_read_and_cuts_survived() {
        let bytes = archive(&[("a.o/", 1, b"one"), ("b.o/", 2, b"four")]);
        assert_eq!(read(&bytes).unwrap().list.len(), 2);
        assert_eq!(dates(&bytes).unwrap()[0], 24..36);
        for at in 0..bytes.len() {
            let _ = read(&bytes[..at]);
        }
    }
}
