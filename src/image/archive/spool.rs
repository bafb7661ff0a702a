//! Archives compressed as a whole: unpacked once into an unnamed temporary file.
//!
//! The manifest usually comes last in such an archive and names layers that came before it, and a compressed stream
//! cannot be read backwards. Unpacking to a file costs disk and reads the archive once; the file has no name, so it
//! is gone when the process is, however it ends. How far it may grow is [`Expansion`]'s to say.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use crate::base::limits::Expansion;
use crate::image::archive::stored::Stored;
use crate::image::error::{ArchiveFault, DocumentFault, ImageError};

/// KiB that an xz dictionary may take; `xz -9` takes 65 MiB.
const XZ_DICTIONARY_KIB: u32 = 256 << 10;

/// How an archive is compressed as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}

impl Compression {
    fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            // A skippable frame, which some writers put first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // The fourth byte is the size of its blocks.
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

/// What a file is that is neither a tar nor compressed in a way that is read here.
pub(crate) fn other_format(start: &[u8]) -> &'static str {
    match start {
        [0x04, 0x22, 0x4d, 0x18, ..] => "lz4 (read are gzip, zstd, xz and bzip2)",
        [b'P', b'K', 3, 4, ..] => "a zip file",
        [b'{' | b'[', ..] => "JSON",
        [b'h', b's', b'q', b's', ..] => "a squashfs file system",
        start if start.windows(8).any(|word| word == b"SIF_MAGI") => "a Singularity image",
        start if Compression::of(start).is_some() => "an archive compressed twice",
        _ => "a file of another kind",
    }
}

/// The tar in `file`: the file itself, or its unpacked bytes.
pub(crate) fn plain(file: File, from: &str, expansion: Expansion) -> Result<Stored, ImageError> {
    let failed = |source| ImageError::of("the file", from, DocumentFault::Unreadable).because(source);
    let stored = Stored::new(file).map_err(failed)?;
    let mut start = [0; 6];
    let known = usize::try_from(stored.size()).unwrap_or(start.len()).min(start.len());
    stored.read_exact_at(0, start.get_mut(..known).unwrap_or_default()).map_err(failed)?;
    match Compression::of(&start) {
        None => Ok(stored),
        Some(compression) => unpack(&stored, compression, from, expansion),
    }
}

fn unpack(
    packed: &Stored,
    compression: Compression,
    from: &str,
    expansion: Expansion,
) -> Result<Stored, ImageError> {
    let failed = |source| {
        ImageError::at(from, ArchiveFault::Unpack { compression: compression.name() }).because(source)
    };
    let read = Cell::new(0);
    let input = BufReader::with_capacity(256 << 10, Counted { inner: packed.reader(), read: &read });
    let mut output = tempfile::tempfile().map_err(failed)?;
    let mut decoder: Box<dyn Read + '_> = match compression {
        Compression::Gzip => Box::new(MultiGzDecoder::new(input)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(input).map_err(failed)?),
        // As docker load reads it. It asks for some MB, whatever the bytes say.
        Compression::Bzip2 => Box::new(MultiBzDecoder::new(input)),
        Compression::Xz => Box::new(XzReader::new_mem_limit(input, true, XZ_DICTIONARY_KIB)),
    };
    let mut buffer = vec![0; 256 << 10];
    let mut unpacked = 0;
    loop {
        let count = match decoder.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        unpacked += count as u64;
        if expansion.exceeded(read.get(), unpacked) {
            let Expansion { bytes: expected, ratio } = expansion;
            return Err(ImageError::at(from, ArchiveFault::Expansion { expected, ratio, found: unpacked }));
        }
        output.write_all(buffer.get(..count).unwrap_or_default()).map_err(failed)?;
    }
    Stored::new(output).map_err(failed)
}

/// Counts what is read through it.
struct Counted<'a, R> {
    inner: R,
    read: &'a Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}
