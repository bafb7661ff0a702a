//! Sparse maps: which parts of a file the archive stores, and that they fit.

use std::io::BufRead;

use crate::base::limits;
use crate::base::path::LayerPath;
use crate::formats::tar::TarError;
use crate::formats::tar::TarReader;
use crate::formats::tar::header::{BLOCK, Block};
use crate::formats::tar::pax::{Records, decimal};

/// The stored parts of a sparse file; all between them is zeros.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Segments {
    /// Bytes of the file with its holes.
    pub(super) size: u64,
    /// Offset and length of each stored part, ascending.
    pub(super) data: Vec<(u64, u64)>,
}

impl Segments {
    /// Whether the parts ascend, end within the file, and are as long together as what is `stored`.
    pub(super) fn check(&self, stored: u64) -> Result<(), &'static str> {
        let mut end = 0;
        let mut total = 0_u64;
        for (start, length) in &self.data {
            if *start < end {
                return Err("its parts overlap");
            }
            end = start.checked_add(*length).ok_or("a part is past any file's end")?;
            total = total.saturating_add(*length);
        }
        if end > self.size {
            return Err("a part is past the file's end");
        }
        if total != stored {
            return Err("its parts are not as long as the data stored");
        }
        Ok(())
    }
}

/// Feeds `length` zeros to `sink`.
pub(super) fn zeros(
    length: u64,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), TarError>,
) -> Result<(), TarError> {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let mut left = length;
    while left > 0 {
        let take = left.min(ZEROS.len() as u64);
        sink(ZEROS.get(..usize::try_from(take).unwrap_or_default()).unwrap_or_default())?;
        left -= take;
    }
    Ok(())
}

/// The text map of PAX sparse 1.0: a count, then offsets and lengths, each number on its line.
#[derive(Default)]
pub(super) struct TextMap {
    numbers: Vec<u64>,
    partial: Vec<u8>,
    complete: bool,
}

impl TextMap {
    /// Takes in one more block; the rest of the block that ends the map is padding.
    pub(super) fn push(&mut self, block: &[u8]) -> Result<(), &'static str> {
        for byte in block {
            match byte {
                b'\n' => self.end_line()?,
                byte if byte.is_ascii_digit() && self.partial.len() < 20 => self.partial.push(*byte),
                _ => return Err("it holds something else than numbers"),
            }
            if self.complete {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn segments(&self) -> Vec<(u64, u64)> {
        let pairs = self.numbers.get(1..).unwrap_or_default().chunks_exact(2);
        pairs.filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
    }

    fn end_line(&mut self) -> Result<(), &'static str> {
        let number = decimal(&std::mem::take(&mut self.partial)).ok_or("a line of it is empty")?;
        self.numbers.push(number);
        let count = self.numbers.first().copied().unwrap_or_default();
        if count > limits::TAR_SPARSE_SEGMENTS as u64 {
            return Err("it has too many parts");
        }
        self.complete = self.numbers.len() as u64 == 1 + 2 * count;
        Ok(())
    }
}

impl<R: BufRead> TarReader<R> {
    /// The map of the file whose header is `block`; `None` where it is not sparse.
    pub(super) fn sparse_segments(
        &mut self,
        block: &Block,
        records: &Records,
        path: &LayerPath,
        at: u64,
    ) -> Result<Option<Segments>, TarError> {
        let segments = if block.type_flag() == b'S' {
            Some(self.old_gnu_segments(block, at)?)
        } else if records.get("GNU.sparse.major") == Some(b"1")
            && records.get("GNU.sparse.minor") == Some(b"0")
        {
            Some(self.pax_segments_in_data(records, path, at)?)
        } else {
            records.sparse_segments(at)?
        };
        let Some(segments) = segments else { return Ok(None) };
        segments.check(self.data).map_err(|problem| TarError::Sparse { path: path.to_string(), problem })?;
        Ok(Some(segments))
    }

    /// Old GNU: four segments in the header, more in blocks behind it, each saying whether another follows.
    fn old_gnu_segments(&mut self, block: &Block, at: u64) -> Result<Segments, TarError> {
        let mut segments = Segments { size: block.sparse_size(at)?, data: block.sparse_segments(at)? };
        let mut more = block.sparse_continues();
        while more {
            let inside = || TarError::Truncated { offset: at, inside: "a sparse map".into() };
            let next = self.read_block("a sparse map")?.ok_or_else(inside)?;
            segments.data.extend(next.sparse_extension_segments(at)?);
            more = next.sparse_extension_continues();
            if segments.data.len() > limits::TAR_SPARSE_SEGMENTS {
                return Err(TarError::Limit {
                    what: "sparse segments",
                    limit: limits::TAR_SPARSE_SEGMENTS as u64,
                });
            }
        }
        Ok(segments)
    }

    /// PAX 1.0: the map is text at the head of the data, padded to a block.
    fn pax_segments_in_data(
        &mut self,
        records: &Records,
        path: &LayerPath,
        at: u64,
    ) -> Result<Segments, TarError> {
        let size = records.number("GNU.sparse.realsize", at)?.unwrap_or(self.data);
        let malformed = |problem| TarError::Sparse { path: path.to_string(), problem };
        let mut map = TextMap::default();
        while !map.is_complete() {
            if self.data < BLOCK as u64 {
                return Err(malformed("it is cut off"));
            }
            let truncated = || TarError::Truncated { offset: at, inside: "a sparse map".into() };
            let block = self.read_block("a sparse map")?.ok_or_else(truncated)?;
            self.data -= BLOCK as u64;
            map.push(block.bytes()).map_err(malformed)?;
        }
        Ok(Segments { size, data: map.segments() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_must_ascend_end_within_the_file_and_fit_the_data() {
        let segments = |size, data: &[(u64, u64)]| Segments { size, data: data.to_vec() };
        assert_eq!(segments(10, &[(0, 2), (5, 5)]).check(7), Ok(()));
        assert!(segments(10, &[(0, 6), (5, 5)]).check(11).is_err());
        assert!(segments(9, &[(5, 5)]).check(5).is_err());
        assert!(segments(10, &[(0, 2)]).check(7).is_err());
        assert!(segments(u64::MAX, &[(u64::MAX, 2)]).check(2).is_err());
    }

    #[test]
    fn a_text_map_may_span_blocks() {
        let mut map = TextMap::default();
        map.push(b"2\n0\n1").unwrap();
        assert!(!map.is_complete());
        map.push(b"0\n20\n5\n\0\0\0").unwrap();
        assert!(map.is_complete());
        assert_eq!(map.segments(), [(0, 10), (20, 5)]);
    }
}
