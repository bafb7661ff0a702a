//! Git's index (gitformat-index(5)), versions 2 and 3: which files are checked out, and what stat said of each.

use crate::formats::bytes::Cursor;

/// Bytes of an entry that stat gave: ctime, mtime, device and inode; then mode, owner and group, and size.
const STAT: usize = 24;

/// Flags of version 3 go on in two more bytes.
const EXTENDED: u16 = 1 << 14;

/// An entry without what stat gave: mode and size; object, flags and name.
type Entry<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// Entries without stat's part, then the version and the extensions, without the checksum.
pub(crate) fn entries(bytes: &[u8]) -> Option<(Vec<Entry<'_>>, u32, &[u8])> {
    let mut cursor = Cursor::new(bytes);
    if cursor.array()? != *b"DIRC" {
        return None;
    }
    let version = cursor.u32_be().filter(|version| matches!(version, 2 | 3))?;
    let count = cursor.u32_be()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let start = cursor;
        cursor.take(STAT)?;
        let mode = cursor.take(4)?;
        cursor.take(8)?;
        let size = cursor.take(4)?;
        let named = cursor;
        cursor.take(20)?;
        if cursor.u16_be()? & EXTENDED != 0 {
            cursor.take(2)?;
        }
        let name = cursor.rest().iter().position(|byte| *byte == 0)?;
        cursor.take(name)?;
        let named = cursor.since(&named)?;
        // One to eight NUL bytes make the entry's length a multiple of eight.
        let length = cursor.since(&start)?.len();
        if cursor.take(8 - length % 8)?.iter().any(|byte| *byte != 0) {
            return None;
        }
        entries.push((mode, size, named));
    }
    let rest = cursor.rest();
    Some((entries, version, rest.get(..rest.len().checked_sub(20)?)?))
}

#[cfg(test)]
pub(crate) mod tests {
    /// An index of one file.
    pub(crate) fn index(inode: u8, object: u8) -> Vec<u8> {
        let stat = [inode; 24];
        let entry =
            [&stat[..], b"\0\0\x81\xa4", &[0; 8], b"\0\0\0\x05", &[object; 20], b"\0\x04a.py", &[0; 6]]
                .concat();
        [b"DIRC\0\0\0\x02\0\0\0\x01", &entry[..], &[inode; 20]].concat()
    }

    #[test]
    fn cuts_are_survived() {
        let whole = index(1, 5);
        assert!(super::entries(&whole).is_some());
        for at in 0..whole.len() {
            let _ = super::entries(&whole[..at]);
        }
    }
}
