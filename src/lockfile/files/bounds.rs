//! How much of a file index is read: as much as an index of its size can hold.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::limits;

/// An index as it is stored, under its cap.
pub(super) struct Packed<'c, R> {
    index: R,
    count: &'c AtomicU64,
}

impl<'c, R> Packed<'c, R> {
    /// Counts what is read of `index`.
    pub(super) fn new(index: R, count: &'c AtomicU64) -> Self {
        Self { index, count }
    }
}

impl<R: Read> Read for Packed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.index.read(buffer)?;
        let count = self.count.fetch_add(length as u64, Ordering::Relaxed) + length as u64;
        match count > limits::PACKED_INDEX_BYTES {
            true => Err(io::Error::other(format!("it is over {} bytes", limits::PACKED_INDEX_BYTES))),
            false => Ok(length),
        }
    }
}

/// An index's rows, as long as they are no more than an index of its size can have.
pub(super) struct Unpacked<'c, R> {
    decoder: R,
    packed: &'c AtomicU64,
    count: u64,
}

impl<'c, R> Unpacked<'c, R> {
    /// What `decoder` makes of the bytes that `packed` counts.
    pub(super) fn new(decoder: R, packed: &'c AtomicU64) -> Self {
        Self { decoder, packed, count: 0 }
    }
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.decoder.read(buffer)?;
        self.count += length as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        let limit = packed.saturating_mul(limits::INDEX_RATIO).max(limits::FREE_INDEX_BYTES);
        match self.count > limit.min(limits::FILE_INDEX_BYTES) {
            true => Err(io::Error::other(format!("{packed} bytes of it unpack to more than {limit}"))),
            false => Ok(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpack(bytes: &[u8]) -> io::Result<u64> {
        let count = AtomicU64::new(0);
        let decoder = zstd::Decoder::new(Packed::new(bytes, &count))?;
        io::copy(&mut Unpacked::new(decoder, &count), &mut io::sink())
    }

    #[test]
    fn few_bytes_do_not_become_many() {
        let zeros = |length: u64| zstd::encode_all(io::repeat(0).take(length), 1).unwrap();
        assert_eq!(unpack(&zeros(limits::FREE_INDEX_BYTES)).unwrap(), limits::FREE_INDEX_BYTES);
        let error = unpack(&zeros(limits::FREE_INDEX_BYTES + 1)).unwrap_err();
        assert!(error.to_string().contains("unpack to more than 16777216"), "{error}");
    }
}
