//! What extended headers say beside what amends an entry: it changes nothing for a file system, and differs between builds.
//!
//! Kept are the records of other keys (atime, ctime, LIBARCHIVE.creationtime, inodes, comments), and the header's own name
//! where it is odd: POSIX has it hold the number of the process that wrote it (`PaxHeaders.4711`), and the usual ones say
//! no more than the entry's path. Ordinary entries say nothing of this, and share one empty list; those that say what the
//! last one said share that one's.

use crate::base::digest::Sha256;
use crate::base::limits;
use crate::formats::tar::entry::{Attribute, HeaderRecords};
use crate::formats::tar::pax::Records;

/// POSIX's keyword for an extended header's own name.
const NAME: &[u8] = b"exthdr.name";

/// What stands for records that are too long to be kept.
const DIGEST: &[u8] = b"sha256";

/// The folder in the name of a header by GNU tar, whose pattern is `%d/PaxHeaders.%p/%f`.
const NUMBERED: &[u8] = b"PaxHeaders.";

/// Such folders that are the same for each build: Go's, GNU tar's since 1.33, libarchive's and star's, Python's, Java's.
const USUAL: [&[u8]; 5] = [b"PaxHeaders.0", b"PaxHeaders", b"PaxHeader", b"@PaxHeader", b"PaxHeaders.X"];

/// Bytes of a header's name from which on writers have cut it; Go then takes off a slash at the end.
const CUT: usize = 99;

/// What of an extended header's own name is odd; `None` for a name as usual writers make it.
pub(super) fn odd_name(name: &[u8]) -> Option<&[u8]> {
    let parts = || name.split(|byte| *byte == b'/');
    if name.is_empty() || parts().any(|part| USUAL.contains(&part)) {
        return None;
    }
    let numbered = parts().find(|part| part.len() > NUMBERED.len() && part.starts_with(NUMBERED));
    numbered.or_else(|| (name.len() < CUT).then_some(name))
}

/// Keeps records, the same ones once.
#[derive(Default)]
pub(super) struct Keeper {
    none: HeaderRecords,
    last: HeaderRecords,
}

impl Keeper {
    /// What an entry's extended header says besides, `name` being what is odd of its own name.
    pub(super) fn keep(&mut self, name: Option<&[u8]>, records: &Records) -> HeaderRecords {
        let kept: Vec<Attribute> = name
            .map(|name| (NAME, name))
            .into_iter()
            .chain(records.others())
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        if kept.is_empty() {
            return HeaderRecords::clone(&self.none);
        }
        let kept = short(kept);
        if *self.last != kept {
            self.last = HeaderRecords::new(kept);
        }
        HeaderRecords::clone(&self.last)
    }
}

/// The records, or where they are too long their digest: over `key NUL value NUL` of each.
fn short(records: Vec<Attribute>) -> Vec<Attribute> {
    let length: usize = records.iter().map(|(key, value)| key.len() + value.len()).sum();
    if length <= limits::TAR_RECORD_BYTES {
        return records;
    }
    let mut canonical = Vec::new();
    for part in records.iter().flat_map(|(key, value)| [key, value]) {
        canonical.extend_from_slice(part);
        canonical.push(0);
    }
    vec![(DIGEST.into(), Sha256::of(&canonical).hex().into_bytes().into())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_path_does_not_tell_of_a_headers_name_is_odd() {
        for usual in
            ["", "./PaxHeaders/a", "usr/PaxHeaders.0/a", "PaxHeader/a", "././@PaxHeader", "./PaxHeaders.X/a"]
        {
            assert_eq!(odd_name(usual.as_bytes()), None, "{usual}");
        }
        assert_eq!(odd_name(b"usr/PaxHeaders.4711/a"), Some(&b"PaxHeaders.4711"[..]));
        assert_eq!(odd_name(b"tmp.x8Yq1/header"), Some(&b"tmp.x8Yq1/header"[..]));
        // What was cut may have been a usual name.
        assert_eq!(odd_name(&[b'd'; 100]), None);
    }
}
