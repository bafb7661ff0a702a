//! The sections of an ELF file (elf(5)): names and where they stand.

use std::ops::Range;

use crate::formats::bytes::Cursor;

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section<'a> {
    pub(crate) name: &'a [u8],
    /// Where its bytes are; empty for one without bytes.
    pub(crate) range: Range<usize>,
    /// Where it is loaded.
    pub(crate) address: u64,
    pub(crate) is_loaded: bool,
}

/// Occupies no bytes of the file (.bss).
const NOBITS: u32 = 8;

/// Bytes of a name; linkers make them of a symbol's name at most.
const NAME: usize = 4096;

/// Bytes of all names together.
const NAMES: usize = 16 << 20;

/// Is loaded when the program runs.
const ALLOC: u64 = 2;

pub(crate) fn is_elf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x7fELF")
}

/// Whether an ELF file says that it has a table of sections.
pub(crate) fn has_table(bytes: &[u8]) -> bool {
    let places = match bytes.get(4) {
        Some(1) => bytes.get(0x20..0x24),
        Some(2) => bytes.get(0x28..0x30),
        _ => None,
    };
    is_elf(bytes) && places.is_some_and(|place| place.iter().any(|byte| *byte != 0))
}

/// All sections; `None` for what is no sound ELF file.
pub(crate) fn sections(bytes: &[u8]) -> Option<Vec<Section<'_>>> {
    if !is_elf(bytes) {
        return None;
    }
    let shape = Shape {
        is_64: match bytes.get(4)? {
            1 => false,
            2 => true,
            _ => return None,
        },
        is_big: *bytes.get(5)? == 2,
    };
    let (table, counts) = if shape.is_64 { (0x28, 0x3a) } else { (0x20, 0x2e) };
    let table = shape.word(&mut Cursor::at(bytes, table)?)?;
    let mut counts = Cursor::at(bytes, counts)?;
    let (size, count, names_at) =
        (shape.half(&mut counts)?, shape.half(&mut counts)?, shape.half(&mut counts)?);
    let header = |at: u16| {
        let offset = usize::try_from(table).ok()?.checked_add(usize::from(at) * usize::from(size))?;
        shape.header(&mut Cursor::at(bytes, offset)?)
    };
    let names = header(names_at)?;
    let names = bytes.get(names.range()?)?;
    let sections: Option<Vec<Section<'_>>> = (0..count).map(|at| header(at)?.section(names, bytes)).collect();
    sections.filter(|sections| is_sound(sections, bytes.len()))
}

/// Whether sections lie beside each other, as far as that matters: where many lie over each other, or share long names, a
/// small file would be a great deal to look at.
fn is_sound(sections: &[Section<'_>], length: usize) -> bool {
    let names: usize = sections.iter().map(|section| section.name.len()).sum();
    let held: usize = sections.iter().fold(0, |sum, section| sum.saturating_add(section.range.len()));
    names <= NAMES && held <= length.saturating_mul(2)
}

#[derive(Clone, Copy)]
struct Shape {
    is_64: bool,
    is_big: bool,
}

struct Header {
    name: u32,
    kind: u32,
    flags: u64,
    address: u64,
    offset: u64,
    size: u64,
}

impl Shape {
    fn half(self, cursor: &mut Cursor<'_>) -> Option<u16> {
        if self.is_big { cursor.u16_be() } else { cursor.u16_le() }
    }

    fn number(self, cursor: &mut Cursor<'_>) -> Option<u32> {
        if self.is_big { cursor.u32_be() } else { cursor.u32_le() }
    }

    fn word(self, cursor: &mut Cursor<'_>) -> Option<u64> {
        if !self.is_64 {
            return self.number(cursor).map(u64::from);
        }
        if self.is_big { cursor.u64_be() } else { cursor.u64_le() }
    }

    fn header(self, cursor: &mut Cursor<'_>) -> Option<Header> {
        let (name, kind) = (self.number(cursor)?, self.number(cursor)?);
        let (flags, address) = (self.word(cursor)?, self.word(cursor)?);
        Some(Header { name, kind, flags, address, offset: self.word(cursor)?, size: self.word(cursor)? })
    }
}

impl Header {
    fn range(&self) -> Option<Range<usize>> {
        let start = usize::try_from(self.offset).ok()?;
        Some(start..start.checked_add(usize::try_from(self.size).ok()?)?)
    }

    fn section<'a>(&self, names: &'a [u8], bytes: &[u8]) -> Option<Section<'a>> {
        let name = names.get(usize::try_from(self.name).ok()?..)?;
        let name = name.get(..memchr::memchr(0, name.get(..NAME.min(name.len()))?)?)?;
        let range = if self.kind == NOBITS { 0..0 } else { self.range()? };
        bytes.get(range.clone())?;
        Some(Section { name, range, address: self.address, is_loaded: self.flags & ALLOC != 0 })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A 64-bit file of these sections, none loaded but `.text`.
    pub(crate) fn elf(sections: &[(&str, &[u8])]) -> Vec<u8> {
        let mut names = vec![0];
        let mut body = Vec::new();
        let mut headers = vec![0_u8; 64];
        let mut header = |name: usize, offset: usize, size: usize, flags: u64| {
            let word = |value: usize| (value as u64).to_le_bytes();
            headers.extend_from_slice(&(name as u32).to_le_bytes());
            headers.extend_from_slice(&1_u32.to_le_bytes());
            headers.extend_from_slice(
                &[flags.to_le_bytes(), [0; 8], word(offset), word(size), [0; 8], [0; 8], [0; 8]].concat(),
            );
        };
        for (name, bytes) in sections {
            header(names.len(), 64 + body.len(), bytes.len(), if *name == ".text" { ALLOC } else { 0 });
            names.extend_from_slice(name.as_bytes());
            names.push(0);
            body.extend_from_slice(bytes);
        }
        let (start, own) = (64 + body.len(), names.len());
        names.extend_from_slice(b".shstrtab\0");
        header(own, start, names.len(), 0);
        body.extend_from_slice(&names);
        let table = (64 + body.len() as u64).to_le_bytes();
        let count = (sections.len() + 2) as u16;
        let mut file = [b"\x7fELF\x02\x01\x01", &[0; 33][..], &table, &[0; 10]].concat();
        file.extend_from_slice(
            &[64_u16.to_le_bytes(), count.to_le_bytes(), (count - 1).to_le_bytes()].concat(),
        );
        [file, body, headers].concat()
    }

    #[test]
    fn sections_over_each_other_and_names_without_end_are_refused() {
        let long = "n".repeat(NAME + 1);
        assert!(sections(&elf(&[(".text", b"code"), (&long, b"x")])).is_none());
        let mut file = elf(&[(".a", &[0; 4096]), (".b", b""), (".c", b""), (".d", b"")]);
        assert!(sections(&file).is_some());
        // Each of the others is made as long as the first.
        let table = file.len() - 6 * 64;
        for section in 2..5 {
            let at = table + section * 64 + 24;
            file[at..at + 16].copy_from_slice(&[64_u64.to_le_bytes(), 4096_u64.to_le_bytes()].concat());
        }
        assert!(sections(&file).is_none());
    }

    #[test]
    fn sections_are_found_and_cuts_survived() {
        let file = elf(&[(".text", b"code"), (".note.gnu.build-id", b"0123")]);
        let sections = super::sections(&file).unwrap();
        assert_eq!(sections[1].name, b".text");
        assert_eq!(&file[sections[2].range.clone()], b"0123");
        for at in 0..file.len() {
            let _ = super::sections(&file[..at]);
            let mut broken = file.clone();
            broken[at] ^= 0xff;
            let _ = super::sections(&broken);
        }
    }
}
