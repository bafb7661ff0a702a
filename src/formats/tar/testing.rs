//! A tar writer for tests and benches, which include this file: every field of a header is open to be set wrong.
//!
//! It knows nothing of entries. It sums headers, pads data and frames records; what those say is the caller's.

#![allow(dead_code)]

/// Where a header's fields are: start and length.
pub(crate) mod field {
    pub(crate) type Field = (usize, usize);
    pub(crate) const NAME: Field = (0, 100);
    pub(crate) const MODE: Field = (100, 8);
    pub(crate) const UID: Field = (108, 8);
    pub(crate) const GID: Field = (116, 8);
    pub(crate) const SIZE: Field = (124, 12);
    pub(crate) const MTIME: Field = (136, 12);
    pub(crate) const CHECKSUM: Field = (148, 8);
    pub(crate) const TYPE: Field = (156, 1);
    pub(crate) const LINK: Field = (157, 100);
    pub(crate) const MAGIC: Field = (257, 8);
    pub(crate) const UNAME: Field = (265, 32);
    pub(crate) const GNAME: Field = (297, 32);
    pub(crate) const MAJOR: Field = (329, 8);
    pub(crate) const MINOR: Field = (337, 8);
    pub(crate) const PREFIX: Field = (345, 155);
    pub(crate) const STAR_TRAILER: Field = (508, 4);
    pub(crate) const GNU_SPARSE_CONTINUES: Field = (482, 1);
    pub(crate) const GNU_SPARSE_SIZE: Field = (483, 12);
}
use field::Field;

pub(crate) const USTAR: &[u8] = b"ustar\x0000";
pub(crate) const GNU: &[u8] = b"ustar  \0";
pub(crate) const V7: &[u8] = b"";

/// A header in the making: mode 0644, all other numbers 0.
#[derive(Clone)]
pub(crate) struct Header([u8; 512]);

impl Header {
    /// A header of a magic ([`USTAR`], [`GNU`], [`V7`]), a type flag and a name.
    pub(crate) fn new(magic: &[u8], kind: u8, name: &[u8]) -> Self {
        let header = Self([0; 512]).set(field::NAME, name).set(field::TYPE, &[kind]).set(field::MAGIC, magic);
        let numbers = [field::UID, field::GID, field::SIZE, field::MTIME];
        numbers.into_iter().fold(header.octal(field::MODE, 0o644), |header, field| header.octal(field, 0))
    }

    /// Puts `bytes` at the start of a field; too many are cut.
    pub(crate) fn set(mut self, (start, length): Field, bytes: &[u8]) -> Self {
        self.0.iter_mut().skip(start).take(length).zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        self
    }

    /// Puts a number as octal digits and a NUL.
    pub(crate) fn octal(self, field: Field, value: u64) -> Self {
        let width = field.1 - 1;
        self.set(field, format!("{value:0width$o}\0").as_bytes())
    }

    /// Puts a number as GNU's base-256.
    pub(crate) fn base256(self, field: Field, value: i64) -> Self {
        let fill = if value < 0 { 0xff } else { 0 };
        let mut bytes = vec![fill; field.1.saturating_sub(8)];
        bytes.extend(value.to_be_bytes());
        if let Some(first) = bytes.first_mut() {
            *first |= 0x80;
        }
        self.set(field, &bytes)
    }

    /// A size in octal, or in base-256 where octal has no room.
    pub(crate) fn size(self, size: u64) -> Self {
        match i64::try_from(size) {
            Ok(size) if size >= 1 << 33 => self.base256(field::SIZE, size),
            _ => self.octal(field::SIZE, size),
        }
    }

    /// The block, with its checksum.
    pub(crate) fn block(self) -> [u8; 512] {
        let summed = self.set(field::CHECKSUM, b"        ");
        let sum: u64 = summed.0.iter().map(|byte| u64::from(*byte)).sum();
        summed.set(field::CHECKSUM, format!("{sum:06o}\0 ").as_bytes()).0
    }
}

/// A tar in the making.
#[derive(Clone, Default)]
pub(crate) struct Tar(Vec<u8>);

impl Tar {
    /// Adds bytes as they are.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a header.
    pub(crate) fn header(self, header: Header) -> Self {
        self.raw(&header.block())
    }

    /// Adds data and its padding.
    pub(crate) fn data(self, data: &[u8]) -> Self {
        let padding = data.len().next_multiple_of(512) - data.len();
        self.raw(data).raw([0; 512].get(..padding).unwrap_or_default())
    }

    /// Adds a header, its size set to that of `data`, and `data`.
    pub(crate) fn entry(self, header: Header, data: &[u8]) -> Self {
        self.header(header.size(data.len() as u64)).data(data)
    }

    /// Adds a ustar file.
    pub(crate) fn file(self, name: &str, data: &[u8]) -> Self {
        self.entry(Header::new(USTAR, b'0', name.as_bytes()), data)
    }

    /// Adds PAX records for the next entry.
    pub(crate) fn pax(self, records: &[(&str, &[u8])]) -> Self {
        self.entry(Header::new(USTAR, b'x', b"PaxHeaders/x"), &pax_records(records))
    }

    /// Adds PAX records for all entries from here on.
    pub(crate) fn pax_global(self, records: &[(&str, &[u8])]) -> Self {
        self.entry(Header::new(USTAR, b'g', b"pax_global_header"), &pax_records(records))
    }

    /// Adds a GNU long name (`L`) or link (`K`) for the next entry.
    pub(crate) fn gnu_long(self, kind: u8, text: &[u8]) -> Self {
        self.entry(Header::new(GNU, kind, b"././@LongLink"), &[text, b"\0"].concat())
    }

    /// The bytes so far, without an end marker.
    pub(crate) fn cut(self) -> Vec<u8> {
        self.0
    }

    /// The whole tar, with its two blocks of zeros.
    pub(crate) fn end(self) -> Vec<u8> {
        self.raw(&[0; 1024]).0
    }
}

/// Records as they stand in an extended header: each begins with its own length, that number's digits included.
pub(crate) fn pax_records(records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let mut length = rest + rest.to_string().len();
        if rest + length.to_string().len() != length {
            length = rest + length.to_string().len();
        }
        bytes.extend(format!("{length} {key}=").as_bytes());
        bytes.extend_from_slice(value);
        bytes.push(b'\n');
    }
    bytes
}
