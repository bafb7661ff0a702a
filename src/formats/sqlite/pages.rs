//! The pages of a SQLite database: each as it stands in the file, or newer in what stands beside it.

use std::collections::{BTreeMap, BTreeSet};

use crate::formats::bytes::Cursor;
use crate::formats::damage::{Damage, Tell};
use crate::formats::sqlite::{Beside, MAGIC, journal, wal};

/// Pages that stand beside a database and go before its own, and how many it has with them.
pub(super) struct Newer<'a> {
    pub(super) pages: BTreeMap<u32, &'a [u8]>,
    pub(super) count: u32,
}

pub(super) struct Pages<'a> {
    bytes: &'a [u8],
    size: usize,
    /// Bytes of a page without those reserved at its end.
    pub(super) usable: usize,
    newer: Newer<'a>,
    /// Pages that were read: each belongs to one table, once.
    seen: BTreeSet<u32>,
}

impl<'a> Pages<'a> {
    pub(super) fn open(bytes: &'a [u8], beside: Beside<'a>, tell: &mut Tell<'_>) -> Option<Self> {
        let size = page_size(bytes)?;
        let count = u32::try_from(bytes.len() / size).ok()?;
        let mut newer = Newer { pages: BTreeMap::new(), count };
        if let Some(before) = beside.journal.and_then(|journal| journal::pages(journal, size, tell)) {
            newer = before;
        }
        if let Some(committed) = beside.wal.and_then(|log| wal::pages(log, size, tell)) {
            newer.pages.extend(committed.pages);
            newer.count = committed.count;
        }
        let mut pages = Self { bytes, size, usable: size, newer, seen: BTreeSet::new() };
        let first = pages.first()?;
        if page_size(first)? != size {
            tell(Damage::of("the header", "its size of pages is not that of the file beside it"));
            return None;
        }
        pages.usable = size.checked_sub(usize::from(*first.get(20)?)).filter(|usable| *usable >= 480)?;
        Some(pages)
    }

    /// The first page, whole.
    pub(super) fn first(&self) -> Option<&'a [u8]> {
        self.whole(1)
    }

    fn whole(&self, number: u32) -> Option<&'a [u8]> {
        if number == 0 || number > self.newer.count {
            return None;
        }
        if let Some(page) = self.newer.pages.get(&number) {
            return Some(page);
        }
        let at = usize::try_from(number - 1).ok()?.checked_mul(self.size)?;
        self.bytes.get(at..)?.get(..self.size)
    }

    /// What of a page can be used, and whether it is read for the first time.
    pub(super) fn page(&mut self, number: u32) -> Option<(&'a [u8], bool)> {
        let page = self.whole(number)?.get(..self.usable)?;
        Some((page, self.seen.insert(number)))
    }

    /// How many pages there are at most.
    pub(super) fn most(&self) -> usize {
        self.bytes.len() / self.size + self.newer.pages.len()
    }
}

/// The size of a page, by the header of a database; `None` for none.
fn page_size(first: &[u8]) -> Option<usize> {
    if !first.starts_with(MAGIC) {
        return None;
    }
    match Cursor::at(first, 16)?.u16_be()? {
        1 => Some(65_536),
        size if size.is_power_of_two() && size >= 512 => Some(usize::from(size)),
        _ => None,
    }
}
