//! The rollback journal of a SQLite database (`-journal`): pages as they were before a transaction that did not end.
//!
//! A journal that is not empty and does not begin with a zero is *hot*: whoever opens the database next puts its pages back. It is
//! made of segments, each with a header at the start of a sector and as many records as the header says: a page's number, the page,
//! a checksum of every two hundredth of its bytes. A last header that was not yet written through is zero.

use std::collections::BTreeMap;

use crate::formats::bytes::Cursor;
use crate::formats::damage::{Damage, Tell};
use crate::formats::sqlite::pages::Newer;

const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// The page that holds this byte of a database is never used.
const LOCK_BYTE: usize = 1 << 30;

/// What a header says when the records go on to the end of the file.
const ALL: u32 = u32::MAX;

/// The pages of a hot journal, and how many the database had; `None` where nothing is to be put back.
pub(super) fn pages<'a>(journal: &'a [u8], size: usize, tell: &mut Tell<'_>) -> Option<Newer<'a>> {
    if journal.first().is_none_or(|first| *first == 0) {
        return None;
    }
    if journal.ends_with(&MAGIC) {
        tell(Damage::of("the -journal", "it is part of a transaction over several databases"));
        return None;
    }
    let mut segment = match Segment::read(journal, 0, size) {
        Ok(segment) => segment,
        Err(what) => {
            tell(Damage::of("the -journal's header", what));
            return None;
        }
    };
    let mut newer = Newer { pages: BTreeMap::new(), count: segment.count };
    loop {
        let end = match segment.records(journal, size, &mut newer) {
            Ok(end) => end,
            Err((number, what)) => {
                tell(Damage::at("record", number, what));
                return Some(newer);
            }
        };
        let next = end.next_multiple_of(segment.sector);
        let rest = journal.get(next..).unwrap_or_default();
        // Where records were never written through, none of what they are of was either.
        if rest.is_empty() || segment.records == 0 || rest.iter().take(MAGIC.len()).all(|byte| *byte == 0) {
            return Some(newer);
        }
        segment = match Segment::read(journal, next, size) {
            Ok(segment) => segment,
            Err(what) => {
                tell(Damage::of("a header of the -journal", what));
                return Some(newer);
            }
        };
    }
}

/// A header and the records behind it.
struct Segment {
    start: usize,
    records: u32,
    /// What checksums begin with.
    nonce: u32,
    count: u32,
    sector: usize,
}

impl Segment {
    fn read(journal: &[u8], at: usize, size: usize) -> Result<Self, &'static str> {
        const SHORT: &str = "it ends before its end";
        let mut header = Cursor::at(journal, at).ok_or(SHORT)?;
        if header.array() != Some(MAGIC) {
            return Err("not one that is known");
        }
        let mut word = || header.u32_be().ok_or(SHORT);
        let (records, nonce, count, sector, page_size) = (word()?, word()?, word()?, word()?, word()?);
        let sector = usize::try_from(sector).unwrap_or_default();
        if !sector.is_power_of_two() || !(32..=65_536).contains(&sector) {
            return Err("its size of sectors is none");
        }
        if usize::try_from(page_size) != Ok(size) {
            return Err("its size of pages is not the database's");
        }
        Ok(Self { start: at.saturating_add(sector), records, nonce, count, sector })
    }

    /// Adds the pages of the records, and says where they end; or which is broken.
    fn records<'a>(
        &self,
        journal: &'a [u8],
        size: usize,
        newer: &mut Newer<'a>,
    ) -> Result<usize, (u64, &'static str)> {
        let records = journal.get(self.start..).unwrap_or_default().chunks(size + 8);
        let count = if self.records == ALL {
            usize::MAX
        } else {
            usize::try_from(self.records).unwrap_or(usize::MAX)
        };
        let mut read = 0;
        for record in records.take(count) {
            let number = u64::try_from(read).unwrap_or(u64::MAX);
            let (page, content) = self.record(record, size).map_err(|what| (number, what))?;
            // The first is the page as it was before the transaction.
            newer.pages.entry(page).or_insert(content);
            read += 1;
        }
        if self.records != ALL && read < count {
            return Err((u64::try_from(read).unwrap_or(u64::MAX), "it is not there"));
        }
        Ok(self.start.saturating_add(read * (size + 8)))
    }

    fn record<'a>(&self, record: &'a [u8], size: usize) -> Result<(u32, &'a [u8]), &'static str> {
        let mut record = Cursor::new(record);
        let mut read = || Some((record.u32_be()?, record.take(size)?, record.u32_be()?));
        let (page, content, written) = read().ok_or("it ends before its end")?;
        let sampled = content.iter().rev().skip(199).step_by(200);
        let sum = sampled.fold(self.nonce, |sum, byte| sum.wrapping_add(u32::from(*byte)));
        if sum != written {
            return Err("its checksum is not that of what was written");
        }
        if page == 0 || usize::try_from(page) == Ok(LOCK_BYTE / size + 1) {
            return Err("a page that no database has");
        }
        Ok((page, content))
    }
}
