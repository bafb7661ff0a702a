//! A streaming reader of layer tars: every dialect that builders write, and nothing unpacked.
//!
//! Reads v7, ustar, star, GNU (long names, base-256 numbers, sparse) and PAX (records, sparse 0.0, 0.1 and 1.0). It
//! follows Go's archive/tar, which every engine unpacks with, where POSIX leaves room or engines differ from it:
//! PAX *global* headers are skipped, since engines do not apply them; links, folders and devices carry no data;
//! one block of zeros followed by another, or the end of input between entries, ends the archive.
//!
//! It refuses headers with a wrong checksum, numbers that do not parse, names with NUL, names that climb out of the
//! root, and extension records over the caps of `limits.rs`; it allocates only what it has read.

pub mod entry;
mod error;
mod header;
mod pax;
mod records;
mod sparse;

use std::io::BufRead;
use std::sync::Arc;

use crate::base::limits;
use crate::base::path::{LayerPath, printable};
use crate::formats::tar::entry::{Dialect, Entry, Kind, Mtime};
pub use error::TarError;
use header::{BLOCK, Block};
use pax::Records;
use sparse::Segments;

const CONTENT: &str = "a file's content";

/// Reads entries, one after the other, from an uncompressed tar.
pub struct TarReader<R> {
    input: R,
    offset: u64,
    data: u64,
    padding: u64,
    segments: Option<Segments>,
    names: Vec<Arc<[u8]>>,
    keeper: records::Keeper,
    slack: Slack,
}

/// What of a tar says nothing of its entries, up to its end marker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slack {
    /// PAX global headers, which engines skip.
    pub globals: u64,
    /// Bytes behind contents, up to the next block, that are not zero.
    pub filled: u64,
}

/// What stands before an entry's own header and amends it.
#[derive(Default)]
struct Extensions {
    records: Records,
    odd_name: Option<Box<[u8]>>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl<R: BufRead> TarReader<R> {
    /// Reads a tar from `input`'s first byte.
    pub fn new(input: R) -> Self {
        let (names, keeper) = (Vec::new(), records::Keeper::default());
        let slack = Slack::default();
        Self { input, offset: 0, data: 0, padding: 0, segments: None, names, keeper, slack }
    }

    /// What says nothing of the entries read so far.
    pub fn slack(&self) -> Slack {
        self.slack
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
                b'x' | b'X' => {
                    extensions.odd_name = records::odd_name(block.short_name()).map(Into::into);
                    extensions.records = pax::parse(&self.read_extension(size)?, at)?;
                }
                b'L' => extensions.long_name = Some(until_nul(self.read_extension(size)?)),
                b'K' => extensions.long_link = Some(until_nul(self.read_extension(size)?)),
                b'g' => {
                    drop(pax::parse(&self.read_extension(size)?, at)?);
                    self.slack.globals += 1;
                }
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
            return self.read_data(self.data, CONTENT, sink);
        };
        let mut at = 0;
        for (start, length) in segments.data {
            sparse::zeros(start - at, sink)?;
            self.read_data(length, CONTENT, sink)?;
            at = start + length;
        }
        sparse::zeros(segments.size - at, sink)
    }

    /// Bytes of the entry's content, not yet read, that the tar does not store.
    pub fn holes(&self) -> u64 {
        self.segments.as_ref().map_or(0, |segments| segments.size.saturating_sub(self.data))
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
        let Extensions { records, odd_name, long_name, long_link } = extensions;
        let dialect = block.dialect(!records.is_empty());
        let stored = match records.number("size", at)? {
            Some(size) if i64::try_from(size).is_ok() => size,
            Some(_) => return Err(TarError::Number { offset: at, field: "size" }),
            None => block.size(at)?,
        };
        let raw_name = match records.sparse_name() {
            Some(name) => name.to_vec(),
            None => long_name.or(records.get("path").map(<[u8]>::to_vec)).unwrap_or_else(|| block.name()),
        };
        let kind = block.kind(&raw_name);
        let path = self.path(&raw_name, at)?;
        self.data = if kind == Kind::File || block.type_flag() == b'D' { stored } else { 0 };
        self.padding = self.data.next_multiple_of(BLOCK as u64) - self.data;
        if kind == Kind::File {
            self.segments = self.sparse_segments(block, &records, &path, at)?;
        }
        let size = self.segments.as_ref().map_or(self.data, |segments| segments.size);
        let link =
            long_link.or(records.get("linkpath").map(<[u8]>::to_vec)).unwrap_or_else(|| block.link_name());
        let link = match kind {
            Kind::Symlink => Some(check_length(&link).map(Into::into)?),
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
            dialect: match dialect {
                Dialect::Ustar if self.segments.is_some() => Dialect::Gnu,
                dialect => dialect,
            },
            records: Some(self.keeper.keep(odd_name.as_deref(), &records)),
        })
    }

    fn path(&self, raw: &[u8], offset: u64) -> Result<LayerPath, TarError> {
        LayerPath::normalize(check_length(raw)?).map_err(|source| TarError::Name {
            offset,
            name: printable(raw),
            source,
        })
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
        self.read_data(size, "an extended header", &mut |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        self.skip_content()?;
        Ok(bytes)
    }

    fn read_data(
        &mut self,
        length: u64,
        inside: &str,
        sink: &mut dyn FnMut(&[u8]) -> Result<(), TarError>,
    ) -> Result<(), TarError> {
        let mut left = length;
        while left > 0 {
            let buffer = self.input.fill_buf()?;
            let take = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let Some(piece) = buffer.get(..take).filter(|piece| !piece.is_empty()) else {
                return Err(TarError::Truncated { offset: self.offset, inside: inside.into() });
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
        self.skip(rest, CONTENT)?;
        // Go accepts an archive that ends inside the last entry's padding.
        match self.skip_padding(padding) {
            Err(TarError::Truncated { .. }) => Ok(()),
            result => result,
        }
    }

    fn skip_padding(&mut self, length: u64) -> Result<(), TarError> {
        let mut filled = 0;
        let skipped = self.skip_seeing(length, "padding", &mut |piece| {
            filled += piece.iter().filter(|byte| **byte != 0).count() as u64;
        });
        self.slack.filled += filled;
        skipped
    }

    fn skip(&mut self, length: u64, inside: &str) -> Result<(), TarError> {
        self.skip_seeing(length, inside, &mut |_| {})
    }

    fn skip_seeing(&mut self, length: u64, inside: &str, see: &mut dyn FnMut(&[u8])) -> Result<(), TarError> {
        let mut left = length;
        while left > 0 {
            let buffer = self.input.fill_buf()?;
            let take = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let Some(piece) = buffer.get(..take).filter(|piece| !piece.is_empty()) else {
                return Err(TarError::Truncated { offset: self.offset, inside: inside.into() });
            };
            see(piece);
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

fn check_length(name: &[u8]) -> Result<&[u8], TarError> {
    match name.len() {
        0..=limits::PATH_BYTES => Ok(name),
        _ => Err(TarError::Limit { what: "a name", limit: limits::PATH_BYTES as u64 }),
    }
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
    }
    bytes
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
