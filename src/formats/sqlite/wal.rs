//! The write-ahead log of a SQLite database (`-wal`): frames, each a page as a transaction left it, in the order of writing.
//!
//! What counts are the frames from the first on that have the salts of the log's header and a right running checksum, up to the last
//! that ends a transaction. A log that was begun anew keeps the frames of the round before behind its own; they have that round's
//! salts, of which the first is another and the second drawn anew, and mean nothing. Nor do those of a transaction that did not end,
//! whose checksums are made when it does. A transaction of this round that ends behind a frame that is not right was written and
//! can't be trusted: that is told.

use std::collections::BTreeMap;

use crate::formats::bytes::Cursor;
use crate::formats::damage::{Damage, Tell};
use crate::formats::sqlite::pages::Newer;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The format that all logs have.
const VERSION: u32 = 3_007_000;

/// The magic number, but for its last bit, which says by which byte order checksums go.
const LOG_MAGIC: u32 = 0x377f_0682;

/// The newest committed version of each page of a log that is not empty; `None` where nothing is committed.
pub(super) fn pages<'a>(log: &'a [u8], size: usize, tell: &mut Tell<'_>) -> Option<Newer<'a>> {
    if log.is_empty() {
        return None;
    }
    let header = match Header::read(log, size) {
        Ok(header) => header,
        Err(what) => {
            tell(Damage::of("the -wal's header", what));
            return None;
        }
    };
    let mut sum = header.sum;
    let mut open = BTreeMap::new();
    let mut committed: Option<Newer<'a>> = None;
    let mut frames = (1..).zip(log.get(HEADER..)?.chunks_exact(FRAME_HEADER + size));
    while let Some((number, bytes)) = frames.next() {
        let Some(frame) = header.frame(bytes, &mut sum) else {
            if header.ends_a_transaction(bytes) || frames.any(|(_, bytes)| header.ends_a_transaction(bytes)) {
                tell(Damage::at("frame", number, "its checksum is not that of what was written"));
            }
            return committed;
        };
        open.insert(frame.page, frame.content);
        if frame.count > 0 {
            let newer = committed.get_or_insert(Newer { pages: BTreeMap::new(), count: frame.count });
            newer.pages.append(&mut open);
            newer.count = frame.count;
        }
    }
    if !(log.len() - HEADER).is_multiple_of(FRAME_HEADER + size) {
        tell(Damage::of("the -wal", "it ends within a frame"));
    }
    committed
}

/// What the header of a log says.
struct Header {
    is_big_endian: bool,
    salts: [u32; 2],
    sum: [u32; 2],
}

/// A page that a transaction wrote.
struct Frame<'a> {
    page: u32,
    /// How many pages the database has behind the transaction that this frame ends; 0 for a frame that ends none.
    count: u32,
    content: &'a [u8],
}

impl Header {
    fn read(log: &[u8], size: usize) -> Result<Self, &'static str> {
        let mut header = Cursor::new(log);
        let mut word = || header.u32_be().ok_or("it ends before its end");
        let (magic, version, page_size) = (word()?, word()?, word()?);
        let (_, salts, written) = (word()?, [word()?, word()?], [word()?, word()?]);
        if magic & !1 != LOG_MAGIC || version != VERSION {
            return Err("not one that is known");
        }
        let mut this = Self { is_big_endian: magic & 1 == 1, salts, sum: [0; 2] };
        this.sum = this.summed(log.get(..24).unwrap_or_default(), [0; 2]);
        if this.sum != written {
            return Err("its checksum is not that of what was written");
        }
        if usize::try_from(page_size) != Ok(size) {
            return Err("its size of pages is not the database's");
        }
        Ok(this)
    }

    /// Goes on with a running checksum.
    fn summed(&self, bytes: &[u8], [mut one, mut other]: [u32; 2]) -> [u32; 2] {
        let word = |bytes: &[u8; 4]| {
            if self.is_big_endian { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) }
        };
        let (words, _) = bytes.as_chunks::<4>();
        let (pairs, _) = words.as_chunks::<2>();
        for [first, second] in pairs {
            one = one.wrapping_add(word(first)).wrapping_add(other);
            other = other.wrapping_add(word(second)).wrapping_add(one);
        }
        [one, other]
    }

    /// The frame, if it is one of this round that is as it was written.
    fn frame<'a>(&self, bytes: &'a [u8], sum: &mut [u32; 2]) -> Option<Frame<'a>> {
        let mut frame = Cursor::new(bytes);
        let (page, count) = (frame.u32_be()?, frame.u32_be()?);
        let salts = [frame.u32_be()?, frame.u32_be()?];
        let written = [frame.u32_be()?, frame.u32_be()?];
        let content = frame.rest();
        *sum = self.summed(content, self.summed(bytes.get(..8)?, *sum));
        (salts == self.salts && *sum == written && page > 0).then_some(Frame { page, count, content })
    }

    /// Whether a frame ends a transaction of this round, by its count and by either salt: one of the round before has neither.
    fn ends_a_transaction(&self, bytes: &[u8]) -> bool {
        let mut frame = Cursor::new(bytes);
        let mut word = || frame.u32_be().unwrap_or_default();
        let (_, count, salts) = (word(), word(), [word(), word()]);
        count > 0 && (salts[0] == self.salts[0] || salts[1] == self.salts[1])
    }
}
