//! SQLite databases (the file format, version 3): the schema, each table's rows and each index's entries, wherever their pages
//! stand, as the next program to open the file would see them: with what a write-ahead log beside it has committed (`wal.rs`), and
//! without what a journal beside it takes back (`journal.rs`).
//!
//! Nothing of SQL is run: a view is a name, whatever it says. What is damaged is told, and what stands beside it is read on.

mod journal;
mod pages;
pub(crate) mod wal;
mod walk;

use std::collections::BTreeMap;

use crate::base::limits;
use crate::formats::bytes::Cursor;
use crate::formats::damage::{Damage, Tell};
use crate::formats::sqlite::pages::Pages;
use crate::formats::sqlite::walk::Walk;

pub(crate) const MAGIC: &[u8] = b"SQLite format 3\0";

/// A database, whose rows are read table by table.
pub(crate) struct Database<'a> {
    /// Version numbers that programs write (user_version, application_id), and the encoding of text.
    pub(crate) header: Vec<u8>,
    /// By type and name: the table it belongs to, and its SQL.
    pub(crate) schema: BTreeMap<(String, String), (String, Vec<u8>)>,
    /// The tables and indexes with pages of their own, by name, each with its first page; of two of one name the last counts.
    roots: Vec<(String, u32)>,
    pages: Pages<'a>,
}

/// The files beside a database that say what of it counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    /// `-wal`.
    pub(crate) wal: Option<&'a [u8]>,
    /// `-journal`.
    pub(crate) journal: Option<&'a [u8]>,
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'r> {
    /// Its key; a column that is the table's `INTEGER PRIMARY KEY` has it, and is null in the values.
    pub(crate) key: i64,
    /// Whether the key is where the tree above it has such keys.
    pub(crate) is_in_order: bool,
    /// All values, as they are stored.
    pub(crate) bytes: &'r [u8],
}

/// A value of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SqlValue<'r> {
    Null,
    Integer(i64),
    Real(f64),
    /// Text in the database's encoding, which most often is UTF-8.
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// A value as it is stored: its serial type and its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored<'r> {
    pub(crate) kind: i64,
    pub(crate) bytes: &'r [u8],
}

/// Takes rows, in the order of their keys; `None` from it says that the row is none of the table's.
pub(crate) type Visit<'v> = dyn FnMut(Record<'_>) -> Option<()> + 'v;

impl<'a> Database<'a> {
    /// Reads the header and the schema of a database that nothing stands beside; `None` for what is no sound database.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let mut is_sound = true;
        let database = Self::open_beside(bytes, Beside::default(), &mut |_| is_sound = false)?;
        is_sound.then_some(database)
    }

    /// Reads the header and as much of the schema as can be read; `None` for what is no database.
    pub(crate) fn open_beside(bytes: &'a [u8], beside: Beside<'a>, tell: &mut Tell<'_>) -> Option<Self> {
        let pages = Pages::open(bytes, beside, tell)?;
        let first = pages.first()?;
        let header = [first.get(56..64)?, first.get(68..72)?].concat();
        let mut database = Self { header, schema: BTreeMap::new(), roots: Vec::new(), pages };
        database.read_schema(tell);
        Some(database)
    }

    /// The schema stands in a table of its own, on the first page: type, name, table, first page, SQL.
    fn read_schema(&mut self, tell: &mut Tell<'_>) {
        let Self { schema, roots, pages, .. } = self;
        let mut visit = |record: Record<'_>| {
            let mut values = record.values()?.into_iter().map(Stored::value);
            let mut text = || match values.next()? {
                SqlValue::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
                _ => None,
            };
            let (kind, name, table) = (text()?, text()?, text()?);
            if let (Some(SqlValue::Integer(root)), "table" | "index") = (values.next(), kind.as_str())
                && root > 0
            {
                roots.push((name.clone(), u32::try_from(root).ok()?));
            }
            let sql = match values.next() {
                Some(SqlValue::Text(sql)) => sql.to_vec(),
                _ => Vec::new(),
            };
            schema.insert((kind, name), (table, sql));
            Some(())
        };
        Walk::over(pages, &mut visit, tell).from(1);
    }

    /// The names of the tables and indexes that have pages of their own, in the schema's order.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &str> {
        self.roots.iter().map(|(name, _)| name.as_str())
    }

    /// Visits every row of the table, or entry of the index, at that place among [`Self::tables`]. A page is one table's, once, so a
    /// second reading of the same table gives `None`.
    pub(crate) fn rows(&mut self, table: usize, visit: &mut Visit<'_>) -> Option<()> {
        let mut is_sound = true;
        self.readable_rows(table, visit, &mut |_| is_sound = false)?;
        is_sound.then_some(())
    }

    /// Visits every row that can be read, and tells of what can't; `None` where there is no such table.
    pub(crate) fn readable_rows(
        &mut self,
        table: usize,
        visit: &mut Visit<'_>,
        tell: &mut Tell<'_>,
    ) -> Option<()> {
        let (_, root) = self.roots.get(table)?;
        Walk::over(&mut self.pages, visit, tell).from(*root);
        Some(())
    }

    /// The place among [`Self::tables`] of the one table of that name, whatever its case; `None` also where there are two.
    pub(crate) fn table(&self, name: &str, tell: &mut Tell<'_>) -> Option<usize> {
        let is_table = |(at, named): (usize, &str)| {
            let is_named = named.eq_ignore_ascii_case(name)
                && self.schema.contains_key(&("table".to_owned(), named.to_owned()));
            is_named.then_some(at)
        };
        let mut places = self.tables().enumerate().filter_map(is_table);
        let place = places.next();
        if places.next().is_some() {
            tell(Damage::of("the schema", "two tables of one name"));
            return None;
        }
        place
    }
}

/// One to nine bytes, seven bits each, the ninth whole.
fn varint(cursor: &mut Cursor<'_>) -> Option<i64> {
    let mut value = 0_u64;
    for _ in 0..8 {
        let byte = cursor.u8()?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value.cast_signed());
        }
    }
    Some((value << 8 | u64::from(cursor.u8()?)).cast_signed())
}

impl<'r> Record<'r> {
    /// The values, as they are stored.
    pub(crate) fn values(self) -> Option<Vec<Stored<'r>>> {
        let mut cursor = Cursor::new(self.bytes);
        let length = usize::try_from(varint(&mut cursor)?).ok()?;
        let types = length.checked_sub(self.bytes.len() - cursor.rest().len())?;
        let mut types = Cursor::new(cursor.take(types)?);
        let mut values = Vec::new();
        while !types.rest().is_empty() {
            if values.len() >= limits::SQLITE_COLUMNS {
                return None;
            }
            let kind = varint(&mut types)?;
            let size = match kind {
                0 | 8 | 9 => 0,
                1..=4 => kind,
                5 => 6,
                6 | 7 => 8,
                12.. => (kind - 12) / 2,
                _ => return None,
            };
            values.push(Stored { kind, bytes: cursor.take(usize::try_from(size).ok()?)? });
        }
        Some(values)
    }
}

impl<'r> Stored<'r> {
    /// What it stands for.
    pub(crate) fn value(self) -> SqlValue<'r> {
        let Self { kind, bytes } = self;
        match kind {
            1..=6 => {
                let sign = bytes.first().map_or(0, |byte| i64::from(byte.cast_signed() >> 7));
                SqlValue::Integer(bytes.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte)))
            }
            7 => bytes.try_into().map_or(SqlValue::Null, |bytes| SqlValue::Real(f64::from_be_bytes(bytes))),
            8 => SqlValue::Integer(0),
            9 => SqlValue::Integer(1),
            13.. if kind % 2 == 1 => SqlValue::Text(bytes),
            12.. => SqlValue::Blob(bytes),
            _ => SqlValue::Null,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
