//! Git's index (gitformat-index(5)), versions 2 and 3: which files are checked out, and what stat said of each.

use crate::causes::Explanation;
use crate::formats::bytes::Cursor;

/// Bytes of an entry that stat gave: ctime, mtime, device and inode; then mode, owner and group, and size.
const STAT: usize = 24;

/// Flags of version 3 go on in two more bytes.
const EXTENDED: u16 = 1 << 14;

/// An entry without what stat gave: mode and size; object, flags and name.
type Entry<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// Entries without stat's part, then the extensions, without the checksum.
pub(super) fn entries(bytes: &[u8]) -> Option<(Vec<Entry<'_>>, &[u8])> {
    let mut cursor = Cursor::new(bytes);
    if cursor.array()? != *b"DIRC" || !matches!(cursor.u32_be()?, 2 | 3) {
        return None;
    }
    let count = cursor.u32_be()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let before = cursor.rest().len();
        cursor.take(STAT)?;
        let mode = cursor.take(4)?;
        cursor.take(8)?;
        let size = cursor.take(4)?;
        let named = cursor.rest();
        cursor.take(20)?;
        if cursor.u16_be()? & EXTENDED != 0 {
            cursor.take(2)?;
        }
        let name = cursor.rest().iter().position(|byte| *byte == 0)?;
        cursor.take(name)?;
        let named = named.get(..named.len() - cursor.rest().len())?;
        // One to eight NUL bytes make the entry's length a multiple of eight.
        let length = before - cursor.rest().len();
        cursor.take(8 - length % 8)?;
        entries.push((mode, size, named));
    }
    let rest = cursor.rest();
    Some((entries, rest.get(..rest.len().checked_sub(20)?)?))
}

pub(super) fn same_files(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (entries(old)?, entries(new)?);
    (old == new).then(|| {
        Explanation::certain(format!("{} files are equal; their times, inodes or owners differ", new.0.len()))
    })
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    fn index(inode: u8, object: u8) -> Vec<u8> {
        let stat = [inode; 24];
        let entry =
            [&stat[..], b"\0\0\x81\xa4", &[0; 8], b"\0\0\0\x05", &[object; 20], b"\0\x04a.py", &[0; 6]]
                .concat();
        [b"DIRC\0\0\0\x02\0\0\0\x01", &entry[..], &[inode; 20]].concat()
    }

    #[test]
    fn times_and_inodes_are_told_for_certain() {
        let pair = Pair::default().both("a/.git/index", &index(1, 5), &index(2, 5));
        assert_eq!(pair.told(), ["a/.git/index: git-metadata (certain)"]);
        assert_eq!(pair.told_against_lock(), ["a/.git/index: git-metadata (likely)"]);
    }

    #[test]
    fn another_object_is_not_explained_and_cuts_are_survived() {
        let pair = Pair::default().both("a/.git/index", &index(1, 5), &index(2, 6));
        assert_eq!(pair.told(), ["a/.git/index: "]);
        let whole = index(1, 5);
        for at in 0..whole.len() {
            let _ = super::entries(&whole[..at]);
        }
    }
}
