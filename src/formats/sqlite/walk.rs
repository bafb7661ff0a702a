//! One tree of pages of a SQLite database, from its first page to its rows. What is damaged is told and passed over.

use crate::base::limits;
use crate::formats::bytes::Cursor;
use crate::formats::damage::{Damage, Tell};
use crate::formats::sqlite::pages::Pages;
use crate::formats::sqlite::{Record, Visit, varint};

pub(super) struct Walk<'w, 'a> {
    pages: &'w mut Pages<'a>,
    visit: &'w mut Visit<'w>,
    tell: &'w mut Tell<'w>,
    /// Pages that may still be read. Each is some row's once in a sound database; where two claim one, both are followed.
    budget: usize,
    /// Whether it is a table's tree and not an index's, once that is known.
    is_table: Option<bool>,
}

/// The keys that a page may have: those above the first, up to the last.
type Keys = (Option<i64>, i64);

/// What the header of a page says.
struct PageHeader<'a> {
    is_table: bool,
    is_leaf: bool,
    /// Where each cell begins.
    cells: Vec<usize>,
    right: Option<u32>,
    page: &'a [u8],
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn over(pages: &'w mut Pages<'a>, visit: &'w mut Visit<'w>, tell: &'w mut Tell<'w>) -> Self {
        let budget = pages.most().saturating_mul(2);
        Self { pages, visit, tell, budget, is_table: None }
    }

    /// Visits every row of the tree, in the order of keys.
    pub(super) fn from(&mut self, root: u32) {
        self.below(root, 0, (None, i64::MAX));
    }

    fn below(&mut self, number: u32, depth: usize, keys: Keys) {
        if let Err(what) = self.cells(number, depth, keys) {
            (self.tell)(Damage::at("page", number.into(), what));
        }
    }

    fn page(&mut self, number: u32) -> Result<&'a [u8], &'static str> {
        self.budget = self.budget.checked_sub(1).ok_or("more pages lead to others than there are")?;
        let (page, is_first) = self.pages.page(number).ok_or("it is not there")?;
        if !is_first {
            (self.tell)(Damage::at("page", number.into(), "it stands in two places"));
        }
        Ok(page)
    }

    fn cells(&mut self, number: u32, depth: usize, keys: Keys) -> Result<(), &'static str> {
        if depth > limits::SQLITE_DEPTH {
            return Err("its tree is too deep");
        }
        // The first page starts behind the file's header.
        let start = if number == 1 { 100 } else { 0 };
        let header = PageHeader::read(self.page(number)?, start).ok_or("not a page of a table")?;
        if *self.is_table.get_or_insert(header.is_table) != header.is_table {
            return Err("a page of an index among a table's, or the other way round");
        }
        let mut room = header.page.len();
        let mut least = keys.0;
        let mut broken = None;
        for at in &header.cells {
            let cell = header.page.get(*at..).and_then(|bytes| Cell::read(bytes, &header));
            let Some(cell) = cell else {
                broken = Some("a cell that is none");
                continue;
            };
            // So that no byte is read as part of many rows.
            room = room.checked_sub(cell.size(self.pages.usable)).ok_or("its cells overlap")?;
            if let Some(child) = cell.child {
                self.below(child, depth + 1, (least, cell.key.min(keys.1)));
                least = Some(cell.key);
                if header.is_table {
                    continue;
                }
            }
            let is_in_order = least.is_none_or(|least| cell.key > least) && cell.key <= keys.1;
            if header.is_table {
                least = Some(cell.key);
            }
            let is_in_order = is_in_order || !header.is_table;
            if !is_in_order {
                broken = Some("a row that is not where its key belongs");
            }
            if let Err(what) = self.record(&cell, is_in_order) {
                broken = Some(what);
            }
        }
        if let Some(right) = header.right {
            self.below(right, depth + 1, (least, keys.1));
        }
        broken.map_or(Ok(()), Err)
    }

    /// The record of a cell, of which a long one goes on in overflow pages.
    fn record(&mut self, cell: &Cell<'a>, is_in_order: bool) -> Result<(), &'static str> {
        let kept = cell.payload.get(..cell.kept(self.pages.usable)).ok_or("a cell that is none")?;
        if kept.len() == cell.length {
            return self.row(cell.key, is_in_order, kept);
        }
        let mut next = Cursor::at(cell.payload, kept.len()).and_then(|mut rest| rest.u32_be());
        let mut record = kept.to_vec();
        while record.len() < cell.length {
            let number = next.ok_or("a row that ends before its end")?;
            let mut page = Cursor::new(self.page(number).map_err(|_| "a row that ends before its end")?);
            next = page.u32_be();
            let part = page.rest();
            let part = part.get(..part.len().min(cell.length - record.len())).unwrap_or_default();
            record.extend_from_slice(part);
        }
        self.row(cell.key, is_in_order, &record)
    }

    fn row(&mut self, key: i64, is_in_order: bool, bytes: &[u8]) -> Result<(), &'static str> {
        (self.visit)(Record { key, is_in_order, bytes }).ok_or("a row that is none of its table's")
    }
}

/// A cell of a page: a row, what leads to a page, or both.
struct Cell<'a> {
    child: Option<u32>,
    /// The row's key, or the last below the child; of an index none.
    key: i64,
    /// Bytes of the whole row.
    length: usize,
    /// What of the page stands behind the cell's header.
    payload: &'a [u8],
    is_table: bool,
}

impl<'a> Cell<'a> {
    fn read(bytes: &'a [u8], header: &PageHeader<'_>) -> Option<Self> {
        let mut cell = Cursor::new(bytes);
        let child = if header.is_leaf { None } else { Some(cell.u32_be()?) };
        let has_row = header.is_leaf || !header.is_table;
        let length = if has_row { usize::try_from(varint(&mut cell)?).ok()? } else { 0 };
        let key = if header.is_table { varint(&mut cell)? } else { 0 };
        Some(Self { child, key, length, payload: cell.rest(), is_table: header.is_table })
    }

    /// How many bytes of the row stand in the page.
    fn kept(&self, usable: usize) -> usize {
        let most = if self.is_table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
        if self.length <= most {
            return self.length;
        }
        let least = (usable - 12) * 32 / 255 - 23;
        let kept = least + (self.length - least) % (usable - 4);
        if kept <= most { kept } else { least }
    }

    /// At least how many bytes of the page it takes.
    fn size(&self, usable: usize) -> usize {
        self.kept(usable).saturating_add(2)
    }
}

impl<'a> PageHeader<'a> {
    fn read(page: &'a [u8], start: usize) -> Option<Self> {
        let mut header = Cursor::at(page, start)?;
        let kind = header.u8()?;
        header.take(2)?;
        let count = header.u16_be()?;
        header.take(3)?;
        let (is_table, is_leaf) = match kind {
            2 => (false, false),
            5 => (true, false),
            10 => (false, true),
            13 => (true, true),
            _ => return None,
        };
        let right = if is_leaf { None } else { Some(header.u32_be()?) };
        let cells: Option<Vec<usize>> = (0..count).map(|_| header.u16_be().map(usize::from)).collect();
        Some(Self { is_table, is_leaf, cells: cells?, right, page })
    }
}
