//! SQLite databases (the file format, version 3): the schema, each table's rows and each index's entries, wherever their pages
//! stand. A write-ahead log is another file and not read.

use std::collections::BTreeMap;

use crate::base::limits;
use crate::formats::bytes::Cursor;

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

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'r> {
    /// Its key; a column that is the table's `INTEGER PRIMARY KEY` has it, and is null in the values.
    pub(crate) key: i64,
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

/// Takes rows, in the order of their keys; `None` from it ends the reading.
pub(crate) type Visit<'v> = dyn FnMut(Record<'_>) -> Option<()> + 'v;

impl<'a> Database<'a> {
    /// Reads the header and the schema; `None` for what is no sound database.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let size = match Cursor::at(bytes, 16)?.u16_be()? {
            1 => 65_536,
            size if size.is_power_of_two() && size >= 512 => usize::from(size),
            _ => return None,
        };
        let usable = size.checked_sub(usize::from(*bytes.get(20)?))?;
        if usable < 480 {
            return None;
        }
        let pages = Pages { bytes, size, usable, seen: vec![false; bytes.len() / size] };
        let header = [bytes.get(56..64)?, bytes.get(68..72)?].concat();
        let mut database = Self { header, schema: BTreeMap::new(), roots: Vec::new(), pages };
        database.read_schema()?;
        Some(database)
    }

    /// The schema stands in a table of its own, on the first page: type, name, table, first page, SQL.
    fn read_schema(&mut self) -> Option<()> {
        let Self { schema, roots, pages, .. } = self;
        pages.walk(1, 0, &mut |record| {
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
        })
    }

    /// The names of the tables and indexes that have pages of their own, in the schema's order.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &str> {
        self.roots.iter().map(|(name, _)| name.as_str())
    }

    /// Visits every row of the table, or entry of the index, at that place among [`Self::tables`]. Each page is read once, so a second reading of
    /// the same table gives `None`.
    pub(crate) fn rows(&mut self, table: usize, visit: &mut Visit<'_>) -> Option<()> {
        let (_, root) = self.roots.get(table)?;
        self.pages.walk(*root, 0, visit)
    }
}

struct Pages<'a> {
    bytes: &'a [u8],
    size: usize,
    /// Bytes of a page without those reserved at its end.
    usable: usize,
    /// Pages that were read: each belongs to one table, once.
    seen: Vec<bool>,
}

impl<'a> Pages<'a> {
    fn page(&mut self, number: u32) -> Option<&'a [u8]> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let seen = self.seen.get_mut(at)?;
        if std::mem::replace(seen, true) {
            return None;
        }
        self.bytes.get(at * self.size..)?.get(..self.usable)
    }

    /// Visits every row below a page, in the order of keys.
    fn walk(&mut self, number: u32, depth: usize, visit: &mut Visit<'_>) -> Option<()> {
        if depth > limits::SQLITE_DEPTH {
            return None;
        }
        let page = self.page(number)?;
        // The first page starts behind the file's header.
        let start = if number == 1 { 100 } else { 0 };
        let mut header = Cursor::at(page, start)?;
        let kind = header.u8()?;
        header.take(2)?;
        let cells = header.u16_be()?;
        header.take(3)?;
        let (is_table, is_leaf) = match kind {
            2 => (false, false),
            5 => (true, false),
            10 => (false, true),
            13 => (true, true),
            _ => return None,
        };
        let right = if is_leaf { None } else { Some(header.u32_be()?) };
        for _ in 0..cells {
            let mut cell = Cursor::at(page, usize::from(header.u16_be()?))?;
            if !is_leaf {
                self.walk(cell.u32_be()?, depth + 1, visit)?;
            }
            if is_table && !is_leaf {
                continue;
            }
            let length = usize::try_from(varint(&mut cell)?).ok()?;
            let key = if is_table { varint(&mut cell)? } else { 0 };
            self.record(cell, length, is_table, &mut |bytes| visit(Record { key, bytes }))?;
        }
        right.map_or(Some(()), |right| self.walk(right, depth + 1, visit))
    }

    /// The record of a cell, of which a long one goes on in overflow pages.
    fn record(
        &mut self,
        mut cell: Cursor<'_>,
        length: usize,
        is_table: bool,
        visit: &mut dyn FnMut(&[u8]) -> Option<()>,
    ) -> Option<()> {
        let most = if is_table { self.usable - 35 } else { (self.usable - 12) * 64 / 255 - 23 };
        if length <= most {
            return visit(cell.take(length)?);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let kept = least + (length - least) % (self.usable - 4);
        let mut record = cell.take(if kept <= most { kept } else { least })?.to_vec();
        let mut next = cell.u32_be()?;
        while record.len() < length {
            let mut page = Cursor::new(self.page(next)?);
            next = page.u32_be()?;
            let part = page.rest();
            record.extend_from_slice(part.get(..part.len().min(length - record.len()))?);
        }
        visit(&record)
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
pub(crate) mod tests {
    use super::*;

    /// A database of one page a table, 512 bytes each: `t(a)` with one record on page `root` of `pages`.
    pub(crate) fn database(pages: u8, root: u8, record: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0_u8; 512 * usize::from(pages)];
        bytes[..16].copy_from_slice(b"SQLite format 3\0");
        bytes[16..18].copy_from_slice(&512_u16.to_be_bytes());
        let sql = b"CREATE TABLE t(a)";
        let types = [6, 23, 15, 15, 1, 13 + 2 * sql.len() as u8];
        let schema = [&types[..], b"tablett", &[root], sql].concat();
        leaf(&mut bytes[..512], 100, &schema);
        let start = 512 * (usize::from(root) - 1);
        leaf(&mut bytes[start..start + 512], 0, record);
        bytes
    }

    /// Makes a page a leaf of a table with one row, of rowid 1.
    fn leaf(page: &mut [u8], header: usize, record: &[u8]) {
        let cell = [&[record.len() as u8, 1][..], record].concat();
        let at = page.len() - cell.len();
        page[at..].copy_from_slice(&cell);
        page[header..header + 10].copy_from_slice(&[
            13,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            (at >> 8) as u8,
            (at & 0xff) as u8,
        ]);
    }

    fn read(bytes: &[u8]) -> Option<Vec<String>> {
        let mut database = Database::open(bytes)?;
        assert!(database.tables().eq(["t"]));
        let mut rows = Vec::new();
        database.rows(0, &mut |record| {
            let values: Vec<SqlValue<'_>> = record.values()?.into_iter().map(Stored::value).collect();
            rows.push(format!("{}: {values:?}", record.key));
            Some(())
        })?;
        assert!(database.rows(0, &mut |_| Some(())).is_none(), "a page is read once");
        Some(rows)
    }

    #[test]
    fn values_have_their_types() {
        let real = 1.5_f64.to_be_bytes();
        let record = [&[7, 0, 1, 9, 7, 17, 16, 0xff][..], &real, b"hi", &[0, 1]].concat();
        assert_eq!(
            read(&database(2, 2, &record)).unwrap(),
            ["1: [Null, Integer(-1), Integer(1), Real(1.5), Text([104, 105]), Blob([0, 1])]"]
        );
    }

    #[test]
    fn a_record_that_ends_before_its_values_is_refused() {
        assert_eq!(read(&database(2, 2, &[2, 17, b'h'])), None);
        assert_eq!(read(&database(2, 2, &[9, 17, b'h', b'i'])), None);
        assert!(Database::open(&database(2, 2, &[1])[..700]).is_some());
        assert!(Database::open(b"SQLite format 3").is_none());
    }
}
