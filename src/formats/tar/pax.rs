//! PAX extended records: `<length> <key>=<value>\n`, and what of them amends an entry.
//!
//! Known keys: path, linkpath, size, uid, gid, uname, gname, mtime, `SCHILY.xattr.*` and GNU's sparse maps. Others
//! (atime, ctime, comment, vendor keys) amend nothing; they are kept as they are, by `records`.

use std::collections::BTreeMap;

use crate::base::limits;
use crate::formats::tar::TarError;
use crate::formats::tar::entry::{Attribute, Mtime};
use crate::formats::tar::sparse::Segments;

const XATTR: &[u8] = b"SCHILY.xattr.";
const SPARSE: &[u8] = b"GNU.sparse.";

/// Keys that amend fields of an entry.
const FIELDS: [&[u8]; 8] = [b"path", b"linkpath", b"size", b"uid", b"gid", b"uname", b"gname", b"mtime"];

/// The records before one entry; an empty value takes a key back.
#[derive(Default)]
pub(super) struct Records {
    values: BTreeMap<Vec<u8>, Vec<u8>>,
    // Sparse 0.0 repeats two keys, in order.
    sparse_pairs: Vec<u64>,
}

/// Reads the records that stand in an extended header's data.
pub(super) fn parse(mut bytes: &[u8], at: u64) -> Result<Records, TarError> {
    let malformed = |problem: &str| TarError::Pax { offset: at, problem: problem.into() };
    let mut records = Records::default();
    while !bytes.is_empty() {
        let space =
            bytes.iter().position(|byte| *byte == b' ').ok_or_else(|| malformed("a record has no length"))?;
        let length = bytes.get(..space).and_then(decimal).and_then(|length| usize::try_from(length).ok());
        let length = length.ok_or_else(|| malformed("a record's length is not a number"))?;
        let record =
            bytes.get(space + 1..length).ok_or_else(|| malformed("a record's length is past the end"))?;
        let (newline, record) = record.split_last().ok_or_else(|| malformed("a record is empty"))?;
        if *newline != b'\n' {
            return Err(malformed("a record does not end in a newline"));
        }
        let equals =
            record.iter().position(|byte| *byte == b'=').ok_or_else(|| malformed("a record has no ="))?;
        let (key, value) = record.split_at(equals);
        records.insert(key, value.get(1..).unwrap_or_default(), at)?;
        bytes = bytes.get(length..).unwrap_or_default();
    }
    Ok(records)
}

impl Records {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.sparse_pairs.is_empty()
    }

    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        self.values.get(key.as_bytes()).map(Vec::as_slice)
    }

    pub(super) fn number(&self, key: &'static str, at: u64) -> Result<Option<u64>, TarError> {
        let parse = |value| decimal(value).ok_or(TarError::Number { offset: at, field: key });
        self.get(key).map(parse).transpose()
    }

    pub(super) fn time(&self, key: &'static str, at: u64) -> Result<Option<Mtime>, TarError> {
        let parse = |value| time(value).ok_or(TarError::Number { offset: at, field: key });
        self.get(key).map(parse).transpose()
    }

    /// Extended attributes, sorted by name.
    pub(super) fn xattrs(&self) -> Vec<Attribute> {
        let name = |key: &[u8]| key.strip_prefix(XATTR).map(Box::from);
        self.values.iter().filter_map(|(key, value)| Some((name(key)?, value.as_slice().into()))).collect()
    }

    /// The records that amend nothing, sorted by key.
    pub(super) fn others(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let is_other =
            |key: &[u8]| !FIELDS.contains(&key) && !key.starts_with(XATTR) && !key.starts_with(SPARSE);
        let records = self.values.iter().map(|(key, value)| (key.as_slice(), value.as_slice()));
        records.filter(move |(key, _)| is_other(key))
    }

    /// The file's real name, where its header carries a made-up one (sparse 0.1 and 1.0).
    pub(super) fn sparse_name(&self) -> Option<&[u8]> {
        self.get("GNU.sparse.map").or(self.get("GNU.sparse.major"))?;
        self.get("GNU.sparse.name")
    }

    /// The map of a sparse 0.0 or 0.1 file.
    pub(super) fn sparse_segments(&self, at: u64) -> Result<Option<Segments>, TarError> {
        let malformed = |problem: &str| TarError::Pax { offset: at, problem: problem.into() };
        let mut numbers = self.sparse_pairs.clone();
        if let Some(map) = self.get("GNU.sparse.map") {
            let parsed: Option<Vec<u64>> =
                map.split(|byte| *byte == b',').filter(|part| !part.is_empty()).map(decimal).collect();
            numbers = parsed.ok_or_else(|| malformed("a sparse map holds something else than numbers"))?;
        } else if numbers.is_empty() && self.get("GNU.sparse.numblocks").is_none() {
            return Ok(None);
        }
        if !numbers.len().is_multiple_of(2) {
            return Err(malformed("a sparse map holds an offset without a length"));
        }
        let size = self.number("GNU.sparse.size", at)?.or(self.number("GNU.sparse.realsize", at)?);
        let size = size.ok_or_else(|| malformed("a sparse map comes without the file's size"))?;
        let pair = |pair: &[u64]| Some((*pair.first()?, *pair.last()?));
        Ok(Some(Segments { size, data: numbers.chunks_exact(2).filter_map(pair).collect() }))
    }

    fn insert(&mut self, key: &[u8], value: &[u8], at: u64) -> Result<(), TarError> {
        let malformed = |problem: &str| TarError::Pax { offset: at, problem: problem.into() };
        let is_name = matches!(key, b"path" | b"linkpath" | b"uname" | b"gname");
        if key.contains(&0) || is_name && value.contains(&0) {
            return Err(malformed("a name holds a NUL byte"));
        }
        if matches!(key, b"GNU.sparse.offset" | b"GNU.sparse.numbytes") {
            if (key == b"GNU.sparse.offset") != self.sparse_pairs.len().is_multiple_of(2) {
                return Err(malformed("its sparse map does not take turns of offset and length"));
            }
            if self.sparse_pairs.len() >= 2 * limits::TAR_SPARSE_SEGMENTS {
                return Err(malformed("its sparse map is too long"));
            }
            self.sparse_pairs.push(decimal(value).ok_or_else(|| malformed("a sparse map holds no number"))?);
        } else if value.is_empty() && !key.starts_with(XATTR) {
            self.values.remove(key);
        } else {
            self.values.insert(key.into(), value.into());
        }
        Ok(())
    }
}

/// Digits only: no sign, no space.
pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |value, byte| match byte {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// `[-]seconds[.fraction]`; a fraction counts away from zero, and digits past the ninth are dropped.
fn time(text: &[u8]) -> Option<Mtime> {
    let (negative, text) = match text.strip_prefix(b"-") {
        Some(text) => (true, text),
        None => (false, text),
    };
    let dot = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let seconds = i64::try_from(decimal(text.get(..dot)?)?).ok()?;
    let digits = text.get(dot + 1..).unwrap_or_default();
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let nanos = digits.iter().chain(std::iter::repeat(&b'0')).take(9);
    let nanos = nanos.fold(0_u32, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some(match (negative, nanos) {
        (false, nanos) => Mtime { seconds, nanos },
        (true, 0) => Mtime { seconds: -seconds, nanos },
        (true, nanos) => Mtime { seconds: -seconds - 1, nanos: 1_000_000_000 - nanos },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_nanoseconds_on_both_sides_of_the_epoch() {
        assert_eq!(time(b"1350244992.023960108"), Some(Mtime { seconds: 1_350_244_992, nanos: 23_960_108 }));
        assert_eq!(time(b"-1.5"), Some(Mtime { seconds: -2, nanos: 500_000_000 }));
        assert_eq!(time(b"-3"), Some(Mtime { seconds: -3, nanos: 0 }));
        assert_eq!(time(b"12"), Some(Mtime { seconds: 12, nanos: 0 }));
        assert_eq!(time(b"1.x"), None);
    }

    #[test]
    fn a_record_with_a_wrong_length_is_refused() {
        assert!(parse(b"99 path=x\n", 0).is_err());
        assert!(parse(b"10 path=xy", 0).is_err());
        assert!(parse(b"0 path=x\n", 0).is_err());
        assert!(parse(b"nonsense", 0).is_err());
    }

    #[test]
    fn an_empty_value_takes_a_key_back() {
        let records = parse(b"10 path=x\n8 path=\n", 0);
        assert!(records.unwrap().get("path").is_none());
    }

    #[test]
    fn names_with_nul_are_refused_and_binary_attributes_kept() {
        assert!(parse(b"12 path=a\0b\n", 0).is_err());
        let records = parse(b"25 SCHILY.xattr.user.x=\0\n", 0).unwrap();
        assert_eq!(records.xattrs(), [(Box::from(&b"user.x"[..]), Box::from(&b"\0"[..]))]);
    }
}
