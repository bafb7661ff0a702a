//! Berkeley DB's hash databases (version 4 and later, `db_page.h`), in both byte orders: the pairs of key and data of all their
//! pages. Btrees, encrypted and partitioned databases, and pages with checksums are refused.
//!
//! A page of pairs has an offset for each item, falling from the page's end; an item is bytes, or names the first of a chain of
//! *overflow* pages. What a page says twice must agree, so that a page of which pairs are missing is told.

use std::collections::BTreeSet;

use crate::formats::bytes::Cursor;
use crate::formats::damage::{Damage, Tell};

const HASH_MAGIC: u32 = 0x0006_1561;

/// Bytes in front of a page's items.
const PAGE_HEADER: usize = 26;

/// Kinds of pages.
const FREE: u8 = 0;
const UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const META: u8 = 8;
const SORTED: u8 = 13;

/// Kinds of items.
const BYTES: u8 = 1;
const OFF_PAGE: u8 = 3;

/// Takes each key and its data.
pub(crate) type VisitPair<'v> = dyn FnMut(&[u8], &[u8]) + 'v;

/// The bytes of a database, by the order and the size that its first page says.
struct Hash<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
    size: usize,
    /// Overflow pages that a pair was read from.
    reached: BTreeSet<u32>,
    /// Pages of chains that may still be read; each is one pair's in a sound database.
    budget: usize,
}

struct Page<'a> {
    bytes: &'a [u8],
    number: u32,
    before: u32,
    next: u32,
    entries: usize,
    /// Of pairs, where the last item begins; of an overflow page, how many bytes it holds.
    offset: usize,
    kind: u8,
}

/// In which order of bytes a hash database is; `None` for none.
pub(crate) fn is_big_endian(bytes: &[u8]) -> Option<bool> {
    Hash::open(bytes).map(|hash| hash.is_big_endian)
}

/// Visits every pair; `None` where this is no hash database.
pub(crate) fn pairs(bytes: &[u8], visit: &mut VisitPair<'_>, tell: &mut Tell<'_>) -> Option<()> {
    let mut hash = Hash::open(bytes)?;
    hash.budget = bytes.len() / hash.size * 2;
    let last = hash.u32_at(bytes, 32)?;
    let pages = bytes.len() / hash.size;
    if !bytes.len().is_multiple_of(hash.size) || usize::try_from(last).is_ok_and(|last| last >= pages) {
        tell(Damage::of("the file", "it ends before its last page"));
    }
    let mut chains = BTreeSet::new();
    for number in 1..u32::try_from(pages).ok()? {
        let kind = hash.page(number, visit, tell);
        if let Err(what) = kind {
            tell(Damage::at("page", number.into(), what));
        }
        if kind == Ok(OVERFLOW) {
            chains.insert(number);
        }
    }
    // A pair that is missing leaves its pages behind.
    if let Some(number) = chains.difference(&hash.reached).next() {
        tell(Damage::at("page", (*number).into(), "no pair leads to it"));
    }
    Some(())
}

impl<'a> Hash<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let magic: [u8; 4] = Cursor::at(bytes, 12)?.array()?;
        let is_big_endian = magic == HASH_MAGIC.to_be_bytes();
        if !is_big_endian && magic != HASH_MAGIC.to_le_bytes() {
            return None;
        }
        let mut hash = Self { bytes, is_big_endian, size: 0, reached: BTreeSet::new(), budget: 0 };
        hash.size = usize::try_from(hash.u32_at(bytes, 20)?).ok()?;
        let is_size = hash.size.is_power_of_two() && (512..=65_536).contains(&hash.size);
        let flags = bytes.get(24..27)?;
        let parts = hash.u32_at(bytes, 36)?;
        (is_size && flags == [0, META, 0] && parts == 0).then_some(hash)
    }

    fn u32_at(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let mut field = Cursor::at(bytes, at)?;
        if self.is_big_endian { field.u32_be() } else { field.u32_le() }
    }

    fn u16_at(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let mut field = Cursor::at(bytes, at)?;
        if self.is_big_endian { field.u16_be() } else { field.u16_le() }.map(usize::from)
    }

    fn at(&self, number: u32) -> Option<Page<'a>> {
        let at = usize::try_from(number).ok()?.checked_mul(self.size)?;
        let bytes = self.bytes.get(at..)?.get(..self.size)?;
        Some(Page {
            bytes,
            number: self.u32_at(bytes, 8)?,
            before: self.u32_at(bytes, 12)?,
            next: self.u32_at(bytes, 16)?,
            entries: self.u16_at(bytes, 20)?,
            offset: self.u16_at(bytes, 22)?,
            kind: *bytes.get(25)?,
        })
    }

    /// Visits the pairs of a page; gives its kind.
    fn page(
        &mut self,
        number: u32,
        visit: &mut VisitPair<'_>,
        tell: &mut Tell<'_>,
    ) -> Result<u8, &'static str> {
        let page = self.at(number).ok_or("it is not there")?;
        let is_blank = page.kind == FREE && page.bytes.iter().all(|byte| *byte == 0);
        if page.number != number && !is_blank {
            return Err("it has another's number");
        }
        match page.kind {
            FREE if page.entries == 0 => {}
            OVERFLOW => {}
            SORTED | UNSORTED => self.items(&page, visit, tell)?,
            _ => return Err("it is of no kind that such a database has"),
        }
        Ok(page.kind)
    }

    fn items(
        &mut self,
        page: &Page<'a>,
        visit: &mut VisitPair<'_>,
        tell: &mut Tell<'_>,
    ) -> Result<(), &'static str> {
        let mut broken = None;
        let (mut key, mut end) = (None, self.size);
        let floor = PAGE_HEADER + 2 * page.entries;
        for at in 0..page.entries {
            let start = self.u16_at(page.bytes, PAGE_HEADER + 2 * at).ok_or("more items than it holds")?;
            let bytes = page.bytes.get(start..end).filter(|_| start >= floor);
            let item = bytes.and_then(|bytes| self.item(bytes));
            // Nothing behind the item before it: what was read is not read again.
            if (floor..=end).contains(&start) {
                end = start;
            }
            if at % 2 == 0 {
                key = item;
            } else if let Some((key, data)) = key.take().zip(item) {
                visit(&key, &data);
            } else {
                broken = Some("a pair that can't be read");
            }
        }
        if page.entries % 2 == 1 {
            broken = Some("a key without data");
        }
        // The offset of a page of 64 KiB without items does not fit its field.
        if page.offset != end % 65_536 {
            tell(Damage::at("page", page.number.into(), "items are missing or too many"));
        }
        broken.map_or(Ok(()), Err)
    }

    /// The bytes of an item, wherever they stand.
    fn item(&mut self, item: &[u8]) -> Option<Vec<u8>> {
        match item.split_first()? {
            (&BYTES, bytes) => Some(bytes.to_vec()),
            (&OFF_PAGE, fields) if fields.len() == 11 => {
                self.chain(self.u32_at(fields, 3)?, self.u32_at(fields, 7)?)
            }
            _ => None,
        }
    }

    fn chain(&mut self, first: u32, length: u32) -> Option<Vec<u8>> {
        let length = usize::try_from(length).ok()?;
        let (mut bytes, mut before, mut next) = (Vec::new(), 0, first);
        while next != 0 {
            self.budget = self.budget.checked_sub(1)?;
            let page = self.at(next)?;
            if page.kind != OVERFLOW || page.number != next || page.before != before || bytes.len() >= length
            {
                return None;
            }
            self.reached.insert(next);
            bytes.extend_from_slice(page.bytes.get(PAGE_HEADER..)?.get(..page.offset)?);
            (before, next) = (next, page.next);
        }
        (bytes.len() == length).then_some(bytes)
    }
}

#[cfg(test)]
mod tests;
