//! A streaming reader of layer tars: every dialect that builders write, and nothing unpacked.
//!
//! Reads v7, ustar, star, GNU (long names, base-256 numbers, sparse) and PAX (records, sparse 0.0, 0.1 and 1.0). It
//! follows Go's archive/tar, which every engine unpacks with, where POSIX leaves room or engines differ from it:
//! PAX *global* headers are skipped, since engines do not apply them; links, folders and devices carry no data;
//! one block of zeros followed by another, or the end of input between entries, ends the archive.
//!
//! It refuses headers with a wrong checksum, numbers that do not parse, names with NUL, names that climb out of the
//! root, and extension records over the caps of `limits.rs`; it allocates only what it has read.

mod header;
mod pax;
mod sparse;

use std::io::{self, BufRead};
use std::sync::Arc;

use crate::base::limits;
use crate::base::path::{LayerPath, PathError, printable};
use crate::layer::entry::{Dialect, Entry, Kind, Mtime};
use header::{BLOCK, Block};
use pax::Records;
use sparse::Segments;

/// Why a layer's tar cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The input ends inside an entry.
    #[error("the tar ends at byte {offset}, inside {inside}")]
    Truncated {
        /// Where the input ended.
        offset: u64,
        /// What was being read.
        inside: String,
    },
    /// A header whose sum of bytes is not the one it carries: not a tar, or a damaged one.
    #[error("no tar header at byte {offset}: its checksum does not fit")]
    Checksum {
        /// Where the header begins.
        offset: u64,
    },
    /// A field that should hold a number does not.
    #[error("the tar header at byte {offset} has a {field} that is not a number")]
    Number {
        /// Where the header begins.
        offset: u64,
        /// The field's name.
        field: &'static str,
    },
    /// A malformed extended header.
    #[error("the PAX records at byte {offset} are malformed: {problem}")]
    Pax {
        /// Where the records begin.
        offset: u64,
        /// What is wrong with them.
        problem: String,
    },
    /// A sparse map that does not fit its file.
    #[error("the sparse map of {path:?} does not fit: {problem}")]
    Sparse {
        /// The entry's name.
        path: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A name no engine would unpack.
    #[error("the entry named {name:?} at byte {offset} {source}")]
    Name {
        /// Where the header begins.
        offset: u64,
        /// The name, escaped.
        name: String,
        /// What is wrong with it.
        source: PathError,
    },
    /// Past a cap of `limits.rs`.
    #[error("the tar has {what} over the limit of {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The cap.
        limit: u64,
    },
    /// The input could not be read.
    #[error(transparent)]
    Read(#[from] io::Error),
}

/// Reads entries, one after the other, from an uncompressed tar.
pub struct TarReader<R> {
    input: R,
    offset: u64,
    data: u64,
    padding: u64,
    segments: Option<Segments>,
    names: Vec<Arc<[u8]>>,
}

/// What stands before an entry's own header and amends it.
#[derive(Default)]
struct Extensions {
    records: Records,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl<R: BufRead> TarReader<R> {
    /// Reads a tar from `input`'s first byte.
    pub fn new(input: R) -> Self {
        Self { input, offset: 0, data: 0, padding: 0, segments: None, names: Vec::new() }
    }

    /// Bytes read so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next entry, its content not yet read ([`TarReader::read_content`]); `None` at the archive's end.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, TarError> {
        self.skip_content()?;
        let mut extensions = Extensions::default();
        loop {
            let at = self.offset;
            let Some(block) = self.read_header()? else {
                return match extensions.is_empty() {
                    true => Ok(None),
                    false => Err(TarError::Truncated { offset: at, inside: "an extended header".into() }),
                };
            };
            let size = block.size(at)?;
            match block.type_flag() {
                b'x' | b'X' => extensions.records = pax::parse(&self.read_extension(size)?, at)?,
                b'L' => extensions.long_name = Some(until_nul(self.read_extension(size)?)),
                b'K' => extensions.long_link = Some(until_nul(self.read_extension(size)?)),
                b'g' => drop(pax::parse(&self.read_extension(size)?, at)?),
                b'V' => self.skip(size.next_multiple_of(BLOCK as u64), "a volume label")?,
                _ => return self.entry(&block, extensions, at).map(Some),
            }
        }
    }

    /// Hands the entry's content to `sink`, piece by piece; holes of a sparse file as zeros.
    /// Nothing for entries without content, and nothing the second time.
    pub fn read_content(
        &mut self,
        sink: &mut dyn FnMut(&[u8]) -> Result<(), TarError>,
    ) -> Result<(), TarError> {
        let Some(segments) = self.segments.take() else {
            return self.read_data(self.data, sink);
        };
        let mut at = 0;
        for (start, length) in segments.data {
            sparse::zeros(start - at, sink)?;
            self.read_data(length, sink)?;
            at = start + length;
        }
        sparse::zeros(segments.size - at, sink)
    }

    /// Reads the input to its end: what engines ignore after the archive still counts for the diff_id.
    pub fn drain(mut self) -> Result<u64, TarError> {
        loop {
            let length = self.input.fill_buf()?.len();
            if length == 0 {
                return Ok(self.offset);
            }
            self.input.consume(length);
            self.offset += length as u64;
        }
    }

    fn read_header(&mut self) -> Result<Option<Block>, TarError> {
        let at = self.offset;
        let Some(block) = self.read_block("a header")? else { return Ok(None) };
        if block.is_zero() {
            return match self.read_block("the end marker")? {
                Some(block) if !block.is_zero() => Err(TarError::Checksum { offset: at }),
                _ => Ok(None),
            };
        }
        if !block.checksum_fits() {
            return Err(TarError::Checksum { offset: at });
        }
        Ok(Some(block))
    }

    fn entry(&mut self, block: &Block, extensions: Extensions, at: u64) -> Result<Entry, TarError> {
        let Extensions { records, long_name, long_link } = extensions;
        let dialect = block.dialect(!records.is_empty());
        let stored = match records.number("size", at)? {
            Some(size) if i64::try_from(size).is_ok() => size,
            Some(_) => return Err(TarError::Number { offset: at, field: "size" }),
            None => block.size(at)?,
        };
        let raw_name = records
            .sparse_name()
            .or(records.get("path"))
            .map(<[u8]>::to_vec)
            .or(long_name)
            .unwrap_or_else(|| block.name());
        let kind = block.kind(&raw_name);
        let path = self.path(&raw_name, at)?;
        self.data = if kind == Kind::File || block.type_flag() == b'D' { stored } else { 0 };
        self.padding = self.data.next_multiple_of(BLOCK as u64) - self.data;
        if kind == Kind::File {
            self.segments = self.sparse_segments(block, &records, &path, at)?;
        }
        let size = self.segments.as_ref().map_or(self.data, |segments| segments.size);
        let link =
            records.get("linkpath").map(<[u8]>::to_vec).or(long_link).unwrap_or_else(|| block.link_name());
        let link = match kind {
            Kind::Symlink => Some(link.into()),
            Kind::Hardlink => Some(self.path(&link, at)?.as_bytes().into()),
            _ => None,
        };
        let is_device = matches!(kind, Kind::CharDevice | Kind::BlockDevice);
        Ok(Entry {
            path,
            kind,
            mode: u32::try_from(block.mode(at)? & 0o7777).unwrap_or_default(),
            uid: records.number("uid", at)?.map_or_else(|| block.uid(at), Ok)?,
            gid: records.number("gid", at)?.map_or_else(|| block.gid(at), Ok)?,
            uname: self.intern(records.get("uname").unwrap_or(block.uname())),
            gname: self.intern(records.get("gname").unwrap_or(block.gname())),
            size: if kind == Kind::File { size } else { 0 },
            mtime: match records.time("mtime", at)? {
                Some(mtime) => mtime,
                None => Mtime { seconds: block.mtime(at)?, nanos: 0 },
            },
            link,
            device: if is_device { Some(block.device(at)?) } else { None },
            xattrs: records.xattrs(),
            content: None,
            dialect: if dialect == Dialect::Ustar && self.segments.is_some() {
                Dialect::Gnu
            } else {
                dialect
            },
        })
    }

    fn sparse_segments(
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
        let mut map = sparse::TextMap::default();
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

    fn path(&self, raw: &[u8], offset: u64) -> Result<LayerPath, TarError> {
        if raw.len() > limits::PATH_BYTES {
            return Err(TarError::Limit { what: "a name", limit: limits::PATH_BYTES as u64 });
        }
        LayerPath::normalize(raw).map_err(|source| TarError::Name { offset, name: printable(raw), source })
    }

    fn intern(&mut self, name: &[u8]) -> Arc<[u8]> {
        if let Some(known) = self.names.iter().find(|known| ***known == *name) {
            return Arc::clone(known);
        }
        let name: Arc<[u8]> = name.into();
        // A layer has a handful of owners; a hostile one with a million must not make the search slow.
        if self.names.len() < 64 {
            self.names.push(Arc::clone(&name));
        }
        name
    }

    fn read_block(&mut self, inside: &str) -> Result<Option<Block>, TarError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let count = self.input.read(rest)?;
            if count == 0 {
                break;
            }
            filled += count;
        }
        self.offset += filled as u64;
        match filled {
            0 => Ok(None),
            BLOCK => Ok(Some(Block::new(block))),
            _ => Err(TarError::Truncated { offset: self.offset, inside: inside.into() }),
        }
    }

    fn read_extension(&mut self, size: u64) -> Result<Vec<u8>, TarError> {
        if size > limits::TAR_EXTENSION_BYTES {
            return Err(TarError::Limit { what: "an extended header", limit: limits::TAR_EXTENSION_BYTES });
        }
        let mut bytes = Vec::new();
        self.data = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        self.read_data(size, &mut |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        self.skip_content()?;
        Ok(bytes)
    }

    fn read_data(
        &mut self,
        length: u64,
        sink: &mut dyn FnMut(&[u8]) -> Result<(), TarError>,
    ) -> Result<(), TarError> {
        let mut left = length;
        while left > 0 {
            let buffer = self.input.fill_buf()?;
            let take = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let Some(piece) = buffer.get(..take).filter(|piece| !piece.is_empty()) else {
                return Err(TarError::Truncated { offset: self.offset, inside: "a file's content".into() });
            };
            sink(piece)?;
            self.input.consume(take);
            self.offset += take as u64;
            self.data -= take as u64;
            left -= take as u64;
        }
        Ok(())
    }

    fn skip_content(&mut self) -> Result<(), TarError> {
        self.segments = None;
        let rest = self.data;
        self.data = 0;
        let padding = std::mem::take(&mut self.padding);
        self.skip(rest, "a file's content")?;
        // Go accepts an archive that ends inside the last entry's padding.
        match self.skip(padding, "padding") {
            Err(TarError::Truncated { .. }) => Ok(()),
            result => result,
        }
    }

    fn skip(&mut self, length: u64, inside: &str) -> Result<(), TarError> {
        let mut left = length;
        while left > 0 {
            let available = self.input.fill_buf()?.len();
            if available == 0 {
                return Err(TarError::Truncated { offset: self.offset, inside: inside.into() });
            }
            let take = available.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.input.consume(take);
            self.offset += take as u64;
            left -= take as u64;
        }
        Ok(())
    }
}

impl Extensions {
    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.long_name.is_none() && self.long_link.is_none()
    }
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
    }
    bytes
}

#[cfg(test)]
mod tests;
