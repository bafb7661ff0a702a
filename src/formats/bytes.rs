//! A cursor over untrusted bytes, and where two runs of bytes differ.

use std::ops::Range;

/// Reads numbers and runs from the front of bytes; `None` past their end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// From the byte at `offset` on.
    pub(crate) fn at(bytes: &'a [u8], offset: usize) -> Option<Self> {
        Some(Self { rest: bytes.get(offset..)? })
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(u8::from_le_bytes)
    }

    pub(crate) fn u16_le(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32_le(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u16_be(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32_be(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64_le(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn u64_be(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// A 64-bit place or length.
    pub(crate) fn place_le(&mut self) -> Option<usize> {
        usize::try_from(self.u64_le()?).ok()
    }

    /// A 32-bit length.
    pub(crate) fn size_be(&mut self) -> Option<usize> {
        usize::try_from(self.u32_be()?).ok()
    }

    /// The bytes up to the next NUL, which must come within `room` bytes and is taken too.
    pub(crate) fn c_string(&mut self, room: usize) -> Option<&'a [u8]> {
        let end = self.rest.iter().take(room.saturating_add(1)).position(|byte| *byte == 0)?;
        let text = self.take(end)?;
        self.take(1)?;
        Some(text)
    }

    /// What was read since `start`, an earlier state of this cursor.
    pub(crate) fn since(&self, start: &Self) -> Option<&'a [u8]> {
        start.rest.get(..start.rest.len().checked_sub(self.rest.len())?)
    }

    /// A 32-bit length.
    pub(crate) fn size_le(&mut self) -> Option<usize> {
        usize::try_from(self.u32_le()?).ok()
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// The runs of bytes in which two slices of one length differ; `None` where the lengths differ.
pub(crate) fn differing(old: &[u8], new: &[u8]) -> Option<Vec<Range<usize>>> {
    if old.len() != new.len() {
        return None;
    }
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in old.iter().zip(new).enumerate().filter(|(_, (a, b))| a != b) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    Some(runs)
}

/// Whether `inner` lies within `outer`.
pub(crate) fn within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Where `needle` first stands in `bytes`.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, needle).filter(|_| !needle.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_stops_at_the_end() {
        let mut cursor = Cursor::new(&[1, 2, 3]);
        assert_eq!(cursor.u16_le(), Some(0x0201));
        assert_eq!(cursor.u16_le(), None);
        assert_eq!(cursor.u8(), Some(3));
        assert!(Cursor::at(&[1], 2).is_none());
    }

    #[test]
    fn a_string_ends_at_its_nul_within_its_room() {
        let start = Cursor::new(b"ab\0c");
        let mut cursor = start;
        assert_eq!((start.clone().c_string(1), cursor.c_string(2)), (None, Some(&b"ab"[..])));
        assert_eq!((cursor.since(&start), cursor.c_string(9)), (Some(&b"ab\0"[..]), None));
    }

    #[test]
    fn differing_runs_are_told_apart() {
        assert_eq!(differing(b"abcdef", b"aXXdeX"), Some(vec![1..3, 5..6]));
        assert_eq!(differing(b"a", b"ab"), None);
    }
}
