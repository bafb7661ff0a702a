//! `sqlite-content`: a SQLite database holds the same rows in other pages, or rows that differ in times alone.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::FileCase;
use crate::causes::Reach;
use crate::formats::bytes::{differing, within};
use crate::formats::sqlite::{self, Database};

/// See docs/causes/sqlite-content.md.
pub(super) struct SqliteContent;

impl Cause for SqliteContent {
    fn id(&self) -> &'static str {
        "sqlite-content"
    }

    fn summary(&self) -> &'static str {
        "SQLite databases hold equal rows otherwise"
    }

    fn fix(&self) -> &'static str {
        "dump and load it in one go (sqlite3 old .dump | sqlite3 new), or build it at first start"
    }

    fn doc(&self) -> &'static str {
        include_str!("../../docs/causes/sqlite-content.md")
    }

    fn reach(&self) -> Reach {
        Reach::Format
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.content_differs() {
            return None;
        }
        let (old, new) = file.both()?;
        if !old.starts_with(sqlite::MAGIC) || !new.starts_with(sqlite::MAGIC) {
            return None;
        }
        compare(old, new)
    }
}

/// Against another day's database: whether the rows are equal but for what reads as a time.
pub(super) fn but_for_times(old: &[u8], new: &[u8]) -> Option<Explanation> {
    if !old.starts_with(sqlite::MAGIC) || !new.starts_with(sqlite::MAGIC) {
        return None;
    }
    let (old, new) = (sqlite::read(old)?, sqlite::read(new)?);
    let same_shape = (&old.header, &old.schema) == (&new.header, &new.schema);
    let is_alike = same_shape && old.tables != new.tables && timeless(&old).eq(timeless(&new));
    is_alike.then(|| Explanation::likely(format!("the same {} but for what reads as a time", counted(&new))))
}

/// `3 rows of 2 tables`
fn counted(database: &Database) -> String {
    let rows: u64 = database.tables.values().map(|table| table.count).sum();
    let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    match database.tables.len() {
        1 => format!("{rows} of 1 table"),
        tables => format!("{rows} of {tables} tables"),
    }
}

fn compare(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old_rows, new_rows) = (sqlite::read(old)?, sqlite::read(new)?);
    if (&old_rows.header, &old_rows.schema) != (&new_rows.header, &new_rows.schema) {
        return None;
    }
    // The change counter, the version it is valid for, and the library's version.
    let counters = [24..28, 92..100];
    let is_counter = |run| counters.iter().any(|field| within(run, field));
    let what = match differing(old, new) {
        Some(runs) if runs.iter().all(is_counter) => "the header's counters differ",
        _ => "pages differ",
    };
    (old_rows.tables == new_rows.tables)
        .then(|| Explanation::certain(format!("the same {}; {what}", counted(&new_rows))))
}

fn timeless(database: &Database) -> impl Iterator<Item = (&String, [u8; 32])> {
    database.tables.iter().map(|(name, rows)| (name, rows.timeless.0))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    fn told(old: &[u8], new: &[u8]) -> String {
        Pair::default().both("a.db", old, new).told().join("; ")
    }

    /// A database of one page a table, 512 bytes each: `t(a)` with one record on page `root` of `pages`.
    fn database(pages: u8, root: u8, record: &[u8]) -> Vec<u8> {
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

    const TEXT: &[u8] = &[2, 17, b'h', b'i'];

    #[test]
    fn equal_rows_in_other_pages_are_told_for_certain() {
        assert_eq!(told(&database(3, 2, TEXT), &database(3, 3, TEXT)), "a.db: sqlite-content (certain)");
        let mut counted = database(2, 2, TEXT);
        counted[27] = 9;
        assert_eq!(told(&database(2, 2, TEXT), &counted), "a.db: sqlite-content (certain)");
    }

    #[test]
    fn rows_that_differ_in_a_time_alone_are_the_clocks() {
        let at = |time: u32| [&[2, 4][..], &time.to_be_bytes()].concat();
        let (old, new) = (database(2, 2, &at(1_600_000_000)), database(2, 2, &at(1_700_000_000)));
        assert_eq!(told(&old, &new), "a.db: embedded-clock (likely)");
    }

    #[test]
    fn other_rows_are_not_explained() {
        assert_eq!(told(&database(2, 2, TEXT), &database(2, 2, &[2, 17, b'h', b'o'])), "a.db: ");
    }

    #[test]
    fn any_flipped_byte_is_survived() {
        let sound = database(3, 2, TEXT);
        for at in 0..sound.len() {
            let mut broken = sound.clone();
            broken[at] ^= 0xff;
            let _ = told(&sound, &broken);
        }
    }
}
