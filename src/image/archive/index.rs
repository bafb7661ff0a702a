//! Where each member of a tar lies: one walk over the headers, which seeks past the data.
//!
//! It knows ustar with prefixes, GNU long names and base-256 sizes, PAX paths and sizes, and the extra blocks of old
//! GNU sparse members: all that decides where a member starts and ends. It keeps names, offsets and links, reads no
//! data, and believes no size that the archive is too short for. As in Go's reader, which Docker uses, links, folders
//! and devices have no data whatever their size says, and PAX global headers change nothing.

use std::collections::BTreeMap;

use crate::base::limits;
use crate::base::path::LayerPath;
use crate::image::archive::stored::Stored;
use crate::image::error::{ArchiveFault, DocumentFault, ImageError, shown};

/// Bytes of a tar block.
const BLOCK: u64 = 512;

/// A member that is no folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Where its data starts.
    pub(crate) offset: u64,
    /// Bytes of data.
    pub(crate) size: u64,
    pub(crate) kind: Kind,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Plain data.
    File,
    /// A symbolic link, its target as written.
    Symlink(Box<[u8]>),
    /// A hard link, its target as written.
    Hardlink(Box<[u8]>),
    /// A file stored with holes.
    Sparse,
    /// A device or a pipe.
    Special,
}

/// Bytes of all names and link targets together; the walk keeps no more than this of an archive.
const NAMES_BYTES: usize = limits::ARCHIVE_MEMBERS * 256;

/// What an archive holds.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// By name; of several with one name, the last, as who unpacks the archive has it.
    pub(crate) last: BTreeMap<LayerPath, Member>,
    /// Those of a name before its last: who reads an archive as it comes takes the first.
    pub(crate) earlier: BTreeMap<LayerPath, Vec<Member>>,
}

/// Walks the headers of `tar`.
pub(crate) fn members(tar: &Stored, from: &str) -> Result<Members, ImageError> {
    Walk { tar, from, at: 0, members: Members::default(), count: 0, name_bytes: 0 }.run()
}

/// Whether a block is a tar header: its checksum fits.
pub(crate) fn is_header(block: &Block) -> bool {
    let claimed = octal(field(block, 148, 8));
    let byte = |(at, byte): (usize, &u8)| if (148..156).contains(&at) { b' ' } else { *byte };
    let unsigned: u64 = block.iter().enumerate().map(|entry| u64::from(byte(entry))).sum();
    // Some old tars summed signed bytes.
    let signed: i64 = block.iter().enumerate().map(|entry| i64::from(byte(entry).cast_signed())).sum();
    claimed.is_some_and(|claimed| claimed == unsigned || i64::try_from(claimed) == Ok(signed))
}

/// One block.
pub(crate) type Block = [u8; BLOCK as usize];

/// What extension headers say of the next member.
#[derive(Default)]
struct Extension {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

struct Walk<'a> {
    tar: &'a Stored,
    from: &'a str,
    at: u64,
    members: Members,
    count: usize,
    name_bytes: usize,
}

impl Walk<'_> {
    fn run(mut self) -> Result<Members, ImageError> {
        let mut extension = Extension::default();
        while let Some((start, block)) = self.header()? {
            self.count += 1;
            if self.count > limits::ARCHIVE_MEMBERS {
                return Err(ImageError::of(
                    "members",
                    self.from,
                    DocumentFault::TooMany { expected: limits::ARCHIVE_MEMBERS, found: self.count },
                ));
            }
            let size =
                number(field(&block, 124, 12)).ok_or_else(|| self.bad(start, "the size is no number"))?;
            match typeflag(&block) {
                b'L' => extension.name = Some(until_nul(&self.extension(start, size)?).to_vec()),
                b'K' => extension.link = Some(until_nul(&self.extension(start, size)?).to_vec()),
                b'x' | b'X' => {
                    let records = self.extension(start, size)?;
                    self.pax(start, &records, &mut extension)?;
                }
                b'g' => self.skip(size, "a PAX global header")?,
                kind => self.member(kind, &block, size, std::mem::take(&mut extension))?,
            }
        }
        Ok(self.members)
    }

    /// The next header and where it starts; `None` at the archive's end.
    fn header(&mut self) -> Result<Option<(u64, Block)>, ImageError> {
        let start = self.at;
        let mut block = [0; BLOCK as usize];
        let left = self.tar.size().saturating_sub(start);
        if left == 0 {
            return Ok(None);
        }
        if left < BLOCK {
            return Err(self.truncated("a header".into(), BLOCK, left));
        }
        self.read(start, &mut block)?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if !is_header(&block) {
            return Err(self.bad(start, "the checksum does not fit"));
        }
        self.at = start + BLOCK;
        Ok(Some((start, block)))
    }

    fn member(&mut self, kind: u8, block: &Block, size: u64, extension: Extension) -> Result<(), ImageError> {
        let name = extension.name.unwrap_or_else(|| short_name(block));
        let link = || extension.link.clone().unwrap_or_else(|| until_nul(field(block, 157, 100)).to_vec());
        let size = extension.size.unwrap_or(size);
        if kind == b'S' {
            self.skip_sparse_map(block)?;
        }
        let offset = self.at;
        let (kind, size) = match kind {
            b'1' => (Kind::Hardlink(link().into()), 0),
            b'2' => (Kind::Symlink(link().into()), 0),
            b'3' | b'4' | b'6' => (Kind::Special, 0),
            b'5' => return Ok(()),
            // Before ustar, a folder was a file whose name ends with a slash.
            0 | b'0' if name.ends_with(b"/") => {
                return self.skip(size, &format!("folder \"{}\"", shown(&name)));
            }
            b'S' => (Kind::Sparse, size),
            _ if extension.sparse => (Kind::Sparse, size),
            _ => (Kind::File, size),
        };
        self.skip(size, &format!("member \"{}\"", shown(&name)))?;
        self.count_names(offset, &name, &kind)?;
        // A name that climbs out of the archive cannot be asked for, so nothing is lost without it.
        if let Ok(name) = LayerPath::normalize(&name) {
            let earlier = self.members.last.insert(name.clone(), Member { offset, size, kind });
            if let Some(earlier) = earlier {
                self.members.earlier.entry(name).or_default().push(earlier);
            }
        }
        Ok(())
    }

    /// Holds one name, and all names together, to their caps.
    fn count_names(&mut self, offset: u64, name: &[u8], kind: &Kind) -> Result<(), ImageError> {
        let link = match kind {
            Kind::Symlink(target) | Kind::Hardlink(target) => target.len(),
            Kind::File | Kind::Sparse | Kind::Special => 0,
        };
        if name.len().max(link) > limits::PATH_BYTES {
            return Err(self.bad(offset.saturating_sub(BLOCK), "the name is too long"));
        }
        self.name_bytes += name.len() + link;
        if self.name_bytes > NAMES_BYTES {
            return Err(ImageError::of(
                "bytes of names",
                self.from,
                DocumentFault::TooMany { expected: NAMES_BYTES, found: self.name_bytes },
            ));
        }
        Ok(())
    }

    /// Goes past `size` bytes of data and their padding.
    fn skip(&mut self, size: u64, what: &str) -> Result<(), ImageError> {
        let left = self.tar.size().saturating_sub(self.at);
        if size > left {
            return Err(self.truncated(what.to_owned(), size, left));
        }
        // The last member's padding may be missing.
        let padded = size.checked_next_multiple_of(BLOCK).unwrap_or(left).min(left);
        self.at += padded;
        Ok(())
    }

    /// The data of an extension header.
    fn extension(&mut self, start: u64, size: u64) -> Result<Vec<u8>, ImageError> {
        if size > limits::TAR_EXTENSION_BYTES {
            return Err(self.bad(start, "the extension is too large"));
        }
        let at = self.at;
        self.skip(size, "an extension header")?;
        // No larger than the cap above, and no larger than the archive.
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        self.read(at, &mut bytes)?;
        Ok(bytes)
    }

    /// PAX records: `LENGTH KEY=VALUE\n`.
    fn pax(&self, start: u64, records: &[u8], extension: &mut Extension) -> Result<(), ImageError> {
        let mut rest = records;
        // Some tools pad the records with NULs.
        while rest.first().is_some_and(|byte| *byte != 0) {
            let record =
                next_record(&mut rest).ok_or_else(|| self.bad(start, "a PAX record is malformed"))?;
            match record {
                (_, b"") => {}
                (b"path" | b"GNU.sparse.name", value) => extension.name = Some(value.to_vec()),
                (b"linkpath", value) => extension.link = Some(value.to_vec()),
                (b"size", value) => {
                    let size = decimal(value).ok_or_else(|| self.bad(start, "the PAX size is no number"))?;
                    extension.size = Some(size);
                }
                (key, _) if key.starts_with(b"GNU.sparse.") => extension.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// Goes past the blocks that continue an old GNU sparse member's map.
    fn skip_sparse_map(&mut self, header: &Block) -> Result<(), ImageError> {
        const SEGMENTS_A_BLOCK: usize = 21;
        let start = self.at;
        let mut more = field(header, 482, 1) == [1];
        let mut block = [0; BLOCK as usize];
        let mut segments = 0;
        while more {
            segments += SEGMENTS_A_BLOCK;
            if segments > limits::TAR_SPARSE_SEGMENTS {
                return Err(self.bad(start, "the sparse map is too large"));
            }
            let at = self.at;
            self.skip(BLOCK, "a sparse map")?;
            self.read(at, &mut block)?;
            more = field(&block, 504, 1) == [1];
        }
        Ok(())
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), ImageError> {
        self.tar.read_exact_at(at, bytes).map_err(|source| {
            ImageError::of(format!("the header at byte {at}"), self.from, DocumentFault::Unreadable)
                .because(source)
        })
    }

    fn bad(&self, offset: u64, reason: &'static str) -> ImageError {
        ImageError::at(self.from, ArchiveFault::Header { offset, reason })
    }

    fn truncated(&self, what: String, expected: u64, left: u64) -> ImageError {
        ImageError::of(what, self.from, ArchiveFault::Truncated { expected, found: left })
    }
}

fn field(block: &Block, at: usize, length: usize) -> &[u8] {
    block.get(at..at + length).unwrap_or_default()
}

fn typeflag(block: &Block) -> u8 {
    field(block, 156, 1).first().copied().unwrap_or_default()
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The name in the header, with ustar's prefix where the magic is POSIX's (GNU keeps times there).
fn short_name(block: &Block) -> Vec<u8> {
    let name = until_nul(field(block, 0, 100));
    let prefix = until_nul(field(block, 345, 155));
    if field(block, 257, 6) != b"ustar\0" || prefix.is_empty() {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

/// A number: octal, or base-256 where the first bit is set; `None` for a negative or too large one.
fn number(bytes: &[u8]) -> Option<u64> {
    match bytes.split_first() {
        Some((first, rest)) if first & 0x80 != 0 => {
            let first = u64::from(first & 0x7f);
            rest.iter().try_fold(first, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)))
        }
        _ => octal(bytes),
    }
}

fn octal(bytes: &[u8]) -> Option<u64> {
    let digits = until_nul(bytes).trim_ascii();
    digits.iter().try_fold(0u64, |value, byte| match byte {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

fn decimal(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

fn next_record<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let space = rest.iter().position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(rest.get(..space)?)?).ok()?;
    let record = rest.get(space + 1..length)?.strip_suffix(b"\n")?;
    *rest = rest.get(length..)?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((record.get(..equals)?, record.get(equals + 1..)?))
}
