//! One 512-byte header block: where its fields are, and how numbers are written in them.
//!
//! Sources: POSIX.1-2017 `pax` (ustar), GNU tar's manual "Basic Tar Format", Go's archive/tar for what engines accept.

use crate::formats::tar::TarError;
use crate::formats::tar::entry::{Dialect, Kind};

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;

/// A block read as a header.
pub(super) struct Block([u8; BLOCK]);

impl Block {
    pub(super) fn new(bytes: [u8; BLOCK]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; BLOCK] {
        &self.0
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    /// Whether the sum of the header's bytes, its own field read as spaces, is the one it carries. Old tars summed
    /// signed bytes.
    pub(super) fn checksum_fits(&self) -> bool {
        let Some(carried) = octal(self.field(148, 8)) else { return false };
        let bytes =
            self.0.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
        let unsigned: u64 = bytes.clone().map(u64::from).sum();
        let signed: i64 = bytes.map(|byte| i64::from(byte as i8)).sum();
        carried == unsigned || i64::try_from(carried) == Ok(signed)
    }

    pub(super) fn type_flag(&self) -> u8 {
        self.byte(156)
    }

    pub(super) fn dialect(&self, has_records: bool) -> Dialect {
        match (self.field(257, 6), self.field(263, 2)) {
            (b"ustar ", b" \0") => Dialect::Gnu,
            (b"ustar\0", b"00") if has_records => Dialect::Pax,
            (b"ustar\0", _) => Dialect::Ustar,
            _ if has_records => Dialect::Pax,
            _ => Dialect::V7,
        }
    }

    /// What the entry makes. In v7, which has no type for folders, a folder is a file whose name ends in a slash.
    pub(super) fn kind(&self, name: &[u8]) -> Kind {
        match self.type_flag() {
            b'1' => Kind::Hardlink,
            b'2' => Kind::Symlink,
            b'3' => Kind::CharDevice,
            b'4' => Kind::BlockDevice,
            b'5' | b'D' => Kind::Directory,
            b'6' => Kind::Fifo,
            0 if name.ends_with(b"/") => Kind::Directory,
            _ => Kind::File,
        }
    }

    /// The name, with the prefix that ustar and star keep apart. GNU uses the prefix's bytes for times, except in
    /// what Go wrote before 1.8, and Docker with it: like Go, we take text where no times are for a prefix.
    pub(super) fn name(&self) -> Vec<u8> {
        let name = text(self.field(0, 100));
        let prefix = match self.field(257, 6) {
            b"ustar\0" if self.field(508, 4) == b"tar\0" => text(self.field(345, 131)),
            b"ustar\0" => text(self.field(345, 155)),
            b"ustar " if !self.has_gnu_times() => {
                Some(text(self.field(345, 155))).filter(|prefix| prefix.is_ascii()).unwrap_or_default()
            }
            _ => b"",
        };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    /// The name field alone, without what other dialects add to it.
    pub(super) fn short_name(&self) -> &[u8] {
        text(self.field(0, 100))
    }

    pub(super) fn link_name(&self) -> Vec<u8> {
        text(self.field(157, 100)).to_vec()
    }

    pub(super) fn uname(&self) -> &[u8] {
        if self.has_magic() { text(self.field(265, 32)) } else { b"" }
    }

    pub(super) fn gname(&self) -> &[u8] {
        if self.has_magic() { text(self.field(297, 32)) } else { b"" }
    }

    pub(super) fn mode(&self, at: u64) -> Result<u64, TarError> {
        // Some writers put S_IFMT or a sign there; only the low bits count.
        Ok(self.number(100, 8, "mode", at)? as u64)
    }

    pub(super) fn uid(&self, at: u64) -> Result<u64, TarError> {
        self.unsigned(108, 8, "uid", at)
    }

    pub(super) fn gid(&self, at: u64) -> Result<u64, TarError> {
        self.unsigned(116, 8, "gid", at)
    }

    pub(super) fn size(&self, at: u64) -> Result<u64, TarError> {
        self.unsigned(124, 12, "size", at)
    }

    pub(super) fn mtime(&self, at: u64) -> Result<i64, TarError> {
        self.number(136, 12, "mtime", at)
    }

    pub(super) fn device(&self, at: u64) -> Result<(u64, u64), TarError> {
        if !self.has_magic() {
            return Ok((0, 0));
        }
        Ok((self.unsigned(329, 8, "device major", at)?, self.unsigned(337, 8, "device minor", at)?))
    }

    /// Old GNU sparse: the size of the file with its holes.
    pub(super) fn sparse_size(&self, at: u64) -> Result<u64, TarError> {
        self.unsigned(483, 12, "sparse size", at)
    }

    pub(super) fn sparse_segments(&self, at: u64) -> Result<Vec<(u64, u64)>, TarError> {
        self.segments(386, 4, at)
    }

    pub(super) fn sparse_continues(&self) -> bool {
        self.byte(482) != 0
    }

    pub(super) fn sparse_extension_segments(&self, at: u64) -> Result<Vec<(u64, u64)>, TarError> {
        self.segments(0, 21, at)
    }

    pub(super) fn sparse_extension_continues(&self) -> bool {
        self.byte(504) != 0
    }

    fn segments(&self, start: usize, count: usize, at: u64) -> Result<Vec<(u64, u64)>, TarError> {
        let mut segments = Vec::new();
        for start in (start..).step_by(24).take(count) {
            if self.byte(start) == 0 {
                break;
            }
            segments.push((
                self.unsigned(start, 12, "sparse offset", at)?,
                self.unsigned(start + 12, 12, "sparse length", at)?,
            ));
        }
        Ok(segments)
    }

    /// Whether the access and change times of a GNU header are numbers, or not there.
    fn has_gnu_times(&self) -> bool {
        [345, 357].into_iter().all(|start| self.byte(start) == 0 || self.number(start, 12, "time", 0).is_ok())
    }

    fn has_magic(&self) -> bool {
        self.field(257, 5) == b"ustar"
    }

    fn unsigned(&self, start: usize, length: usize, field: &'static str, at: u64) -> Result<u64, TarError> {
        u64::try_from(self.number(start, length, field, at)?)
            .map_err(|_| TarError::Number { offset: at, field })
    }

    fn number(&self, start: usize, length: usize, field: &'static str, at: u64) -> Result<i64, TarError> {
        let bytes = self.field(start, length);
        let value = match bytes.first() {
            Some(first) if first & 0x80 != 0 => base256(bytes),
            _ => octal(bytes).and_then(|value| i64::try_from(value).ok()),
        };
        value.ok_or(TarError::Number { offset: at, field })
    }

    fn field(&self, start: usize, length: usize) -> &[u8] {
        self.0.get(start..start + length).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or_default()
    }
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Octal digits between spaces and NULs; an empty field is 0.
fn octal(field: &[u8]) -> Option<u64> {
    let is_filler = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_filler(byte)).unwrap_or(field.len());
    let digits = field.get(start..)?.split(is_filler).next()?;
    digits.iter().try_fold(0_u64, |value, byte| match byte {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

/// GNU's binary numbers: the top bit marks them, the next is the sign, the rest is big-endian two's complement.
fn base256(field: &[u8]) -> Option<i64> {
    let (first, rest) = field.split_first()?;
    let negative = first & 0x40 != 0;
    let head = if negative { i128::from(first | 0x80) - 256 } else { i128::from(first & 0x7f) };
    let value = rest.iter().try_fold(head, |value, byte| {
        let value = (value << 8) | i128::from(*byte);
        i64::try_from(value).ok().map(i128::from)
    })?;
    i64::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_numbers_come_padded_with_spaces_and_nuls() {
        assert_eq!(octal(b"0000644\0"), Some(0o644));
        assert_eq!(octal(b"   644 \0"), Some(0o644));
        assert_eq!(octal(b"\0\0\0\0"), Some(0));
        assert_eq!(octal(b"64x"), None);
    }

    #[test]
    fn binary_numbers_hold_what_octal_cannot() {
        assert_eq!(base256(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]), Some(2 << 32));
        assert_eq!(base256(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Some(-1));
        assert_eq!(base256(&[0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
