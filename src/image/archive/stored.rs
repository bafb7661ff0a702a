//! A file on disk that many readers read at once.

use std::fs::File;
use std::io::{self, Read};

/// A file read by position, so that readers do not share a cursor.
pub(super) struct Stored {
    file: File,
    size: u64,
}

impl Stored {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    #[cfg(unix)]
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, at)
    }

    #[cfg(windows)]
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, at)
    }

    /// All of it, from the first byte.
    pub(super) fn reader(&self) -> impl Read + '_ {
        self.part(0, self.size)
    }

    /// The `size` bytes from `at` on.
    pub(super) fn part(&self, at: u64, size: u64) -> impl Read + '_ {
        Slice { stored: self, at, end: at.saturating_add(size) }
    }

    /// Whether the `size` bytes from both places on are the same; not where they cannot be read.
    pub(super) fn is_same(&self, one: u64, other: u64, size: u64) -> bool {
        let (mut one, mut other) = (self.part(one, size), self.part(other, size));
        let (mut here, mut there) = ([0; 8192], [0; 8192]);
        let mut left = size;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(here.len()).min(here.len());
            let (Some(here), Some(there)) = (here.get_mut(..count), there.get_mut(..count)) else {
                return false;
            };
            if one.read_exact(here).is_err() || other.read_exact(there).is_err() || here != there {
                return false;
            }
            left -= count as u64;
        }
        true
    }

    pub(super) fn read_exact_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.part(at, buffer.len() as u64).read_exact(buffer)
    }
}

/// A part of a file, from `at` up to `end`.
struct Slice<'a> {
    stored: &'a Stored,
    at: u64,
    end: u64,
}

impl Read for Slice<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let count = self.stored.read_at(self.at, buffer)?;
        if count == 0 {
            // The index held every member to the file's size: the file shrank since.
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the archive was cut while it was read",
            ));
        }
        self.at += count as u64;
        Ok(count)
    }
}
