//! SQLite databases (the file format, versions 3): the schema, and each table's rows as digests, wherever their pages
//! stand. Indexes follow from tables and are not read; a write-ahead log is another file and not read either.

use std::collections::BTreeMap;

use crate::base::digest::{Digest, Hasher, Sha256};
use crate::base::limits;
use crate::formats::bytes::Cursor;

pub(crate) const MAGIC: &[u8] = b"SQLite format 3\0";

/// A database, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    /// Version numbers that programs write (user_version, application_id), and the encoding of text.
    pub(crate) header: Vec<u8>,
    /// By type and name: the table it belongs to, and its SQL.
    pub(crate) schema: BTreeMap<(String, String), (String, Vec<u8>)>,
    /// By name.
    pub(crate) tables: BTreeMap<String, Rows>,
}

/// A table's rows, in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) count: u64,
    /// Of keys and records.
    pub(crate) digest: Sha256,
    /// The same with every value that reads as a time taken out.
    pub(crate) timeless: Sha256,
}

/// A value of a record, as far as it matters here.
enum Value<'a> {
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
    Other,
}

/// Reads all tables; `None` for what is no sound database.
pub(crate) fn read(bytes: &[u8]) -> Option<Database> {
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
    let mut pages = Pages { bytes, size, usable, seen: vec![false; bytes.len() / size] };
    let mut schema = BTreeMap::new();
    let mut roots = Vec::new();
    pages.walk(1, 0, &mut |_, record| {
        let mut values = values(record)?.into_iter();
        let mut text = || match values.next()? {
            Value::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        };
        let (kind, name, table) = (text()?, text()?, text()?);
        if let (Some(Value::Integer(root)), "table") = (values.next(), kind.as_str())
            && root > 0
        {
            roots.push((name.clone(), u32::try_from(root).ok()?));
        }
        let sql = match values.next() {
            Some(Value::Text(sql)) => sql.to_vec(),
            _ => Vec::new(),
        };
        schema.insert((kind, name), (table, sql));
        Some(())
    })?;
    let mut tables = BTreeMap::new();
    for (name, root) in roots {
        tables.insert(name, pages.rows(root)?);
    }
    let header = [bytes.get(56..64)?, bytes.get(68..72)?].concat();
    Some(Database { header, schema, tables })
}

struct Pages<'a> {
    bytes: &'a [u8],
    size: usize,
    /// Bytes of a page without those reserved at its end.
    usable: usize,
    /// Pages that were read: each belongs to one table, once.
    seen: Vec<bool>,
}

type Visit<'v> = dyn FnMut(i64, &[u8]) -> Option<()> + 'v;

impl<'a> Pages<'a> {
    fn page(&mut self, number: u32) -> Option<&'a [u8]> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let seen = self.seen.get_mut(at)?;
        if std::mem::replace(seen, true) {
            return None;
        }
        self.bytes.get(at * self.size..)?.get(..self.usable)
    }

    fn rows(&mut self, root: u32) -> Option<Rows> {
        let (mut hasher, mut timeless, mut count) = (Hasher::sha256(), Hasher::sha256(), 0);
        self.walk(root, 0, &mut |key, record| {
            count += 1;
            for hasher in [&mut hasher, &mut timeless] {
                hasher.update(&key.to_le_bytes());
                hasher.update(&(record.len() as u64).to_le_bytes());
            }
            hasher.update(record);
            without_times(record, &mut timeless)
        })?;
        let sha = |hasher: Hasher| match hasher.finish() {
            Digest::Sha256(sha) => Some(sha),
            Digest::Sha512(_) => None,
        };
        Some(Rows { count, digest: sha(hasher)?, timeless: sha(timeless)? })
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
            self.record(cell, length, is_table, &mut |record| visit(key, record))?;
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

/// The serial types of a record, and its values' bytes.
fn fields(record: &[u8]) -> Option<Vec<(i64, &[u8])>> {
    let mut cursor = Cursor::new(record);
    let length = usize::try_from(varint(&mut cursor)?).ok()?;
    let types = length.checked_sub(record.len() - cursor.rest().len())?;
    let mut types = Cursor::new(cursor.take(types)?);
    let mut found = Vec::new();
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
        found.push((kind, cursor.take(usize::try_from(size).ok()?)?));
    }
    Some(found)
}

fn values(record: &[u8]) -> Option<Vec<Value<'_>>> {
    Some(fields(record)?.into_iter().map(|(kind, bytes)| value(kind, bytes)).collect())
}

fn value(kind: i64, bytes: &[u8]) -> Value<'_> {
    match kind {
        1..=6 => {
            let sign = bytes.first().map_or(0, |byte| i64::from(byte.cast_signed() >> 7));
            Value::Integer(bytes.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte)))
        }
        7 => bytes.try_into().map_or(Value::Other, |bytes| Value::Real(f64::from_be_bytes(bytes))),
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        13.. if kind % 2 == 1 => Value::Text(bytes),
        _ => Value::Other,
    }
}

/// Hashes a record's values but those that read as times.
fn without_times(record: &[u8], hasher: &mut Hasher) -> Option<()> {
    for (kind, bytes) in fields(record)? {
        if is_time(&value(kind, bytes)) {
            hasher.update(b"time");
        } else {
            hasher.update(&kind.to_le_bytes());
            hasher.update(bytes);
        }
    }
    Some(())
}

/// Seconds since the epoch between 2001 and 2100, also in thousandths, millionths and so on; or text like `2021-02-25`.
fn is_time(value: &Value<'_>) -> bool {
    const SECONDS: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;
    match value {
        Value::Integer(time) => {
            [1, 1_000, 1_000_000, 1_000_000_000].iter().any(|unit| SECONDS.contains(&(time / unit)))
        }
        Value::Real(time) => *time >= 1e9 && *time < 4_102_444_800.0,
        Value::Text(text) => {
            let digits = |range: std::ops::Range<usize>| {
                text.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
            };
            let is_dash = |at: usize| text.get(at) == Some(&b'-');
            digits(0..4) && is_dash(4) && digits(5..7) && is_dash(7) && digits(8..10)
        }
        Value::Other => false,
    }
}
