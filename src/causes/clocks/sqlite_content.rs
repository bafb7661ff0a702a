//! `sqlite-content`: a SQLite database holds the same rows in other pages, or rows that differ in times alone.

use std::collections::BTreeMap;

use crate::base::digest::{Digest, Hasher, Sha256};
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::formats::bytes::{differing, within};
use crate::formats::sqlite::{self, Database, SqlValue};

/// See docs/causes/sqlite-content.md.
pub(crate) struct SqliteContent;

impl Cause for SqliteContent {
    declare!(
        "sqlite-content",
        "SQLite databases hold equal rows otherwise",
        Profile::of(
            Reach::Format,
            "dump and load it in one go (sqlite3 old .dump | sqlite3 new), or build it at first start"
        )
        .proved_by("same rows on other pages")
    );

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
    let (old, new) = (Content::read(old)?, Content::read(new)?);
    // The entries of an index that a time is in stand in the order of these.
    let timeless = |content: &Content| -> Vec<Sha256> {
        let tables = content.tables.iter().filter(|(name, _)| !content.is_index(name));
        tables.map(|(_, table)| table.timeless).collect()
    };
    let is_alike = old.has_shape_of(&new) && old.tables != new.tables && timeless(&old) == timeless(&new);
    is_alike.then(|| Explanation::likely(format!("the same {} but for what reads as a time", new.counted())))
}

fn compare(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old_rows, new_rows) = (Content::read(old)?, Content::read(new)?);
    if !old_rows.has_shape_of(&new_rows) {
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
        .then(|| Explanation::certain(format!("the same {}; {what}", new_rows.counted())))
}

/// What a database holds, wherever its pages stand.
struct Content {
    header: Vec<u8>,
    schema: BTreeMap<(String, String), (String, Vec<u8>)>,
    /// Tables and indexes, by name.
    tables: BTreeMap<String, Rows>,
}

/// A table's rows, in the order of their keys, or an index's entries in theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rows {
    count: u64,
    /// Of keys and records.
    digest: Sha256,
    /// The same with every value that reads as a time taken out.
    timeless: Sha256,
}

impl Content {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut database = Database::open(bytes)?;
        let names: Vec<String> = database.tables().map(str::to_owned).collect();
        let mut tables = BTreeMap::new();
        for (at, name) in names.into_iter().enumerate() {
            tables.insert(name, Rows::read(&mut database, at)?);
        }
        let Database { header, schema, .. } = database;
        Some(Self { header, schema, tables })
    }

    fn has_shape_of(&self, other: &Self) -> bool {
        (&self.header, &self.schema) == (&other.header, &other.schema)
            && self.tables.keys().eq(other.tables.keys())
    }

    fn is_index(&self, name: &str) -> bool {
        self.schema.contains_key(&("index".to_owned(), name.to_owned()))
    }

    /// `3 rows of 2 tables`
    fn counted(&self) -> String {
        let tables: Vec<&Rows> =
            self.tables.iter().filter(|(name, _)| !self.is_index(name)).map(|(_, rows)| rows).collect();
        let rows: u64 = tables.iter().map(|table| table.count).sum();
        let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
        match tables.len() {
            1 => format!("{rows} of 1 table"),
            tables => format!("{rows} of {tables} tables"),
        }
    }
}

impl Rows {
    fn read(database: &mut Database<'_>, table: usize) -> Option<Self> {
        let (mut whole, mut timeless, mut count) = (Hasher::sha256(), Hasher::sha256(), 0);
        database.rows(table, &mut |record| {
            count += 1;
            for hasher in [&mut whole, &mut timeless] {
                hasher.update(&record.key.to_le_bytes());
                hasher.update(&(record.bytes.len() as u64).to_le_bytes());
            }
            whole.update(record.bytes);
            for stored in record.values()? {
                if is_time(stored.value()) {
                    timeless.update(b"time");
                } else {
                    timeless.update(&stored.kind.to_le_bytes());
                    timeless.update(stored.bytes);
                }
            }
            Some(())
        })?;
        let sha = |hasher: Hasher| match hasher.finish() {
            Digest::Sha256(sha) => Some(sha),
            Digest::Sha512(_) => None,
        };
        Some(Self { count, digest: sha(whole)?, timeless: sha(timeless)? })
    }
}

/// Seconds since the epoch between 2001 and 2100, also in thousandths, millionths and so on; or text like `2021-02-25`.
fn is_time(value: SqlValue<'_>) -> bool {
    const SECONDS: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;
    match value {
        SqlValue::Integer(time) => {
            [1, 1_000, 1_000_000, 1_000_000_000].iter().any(|unit| SECONDS.contains(&(time / unit)))
        }
        SqlValue::Real(time) => (1e9..4_102_444_800.0).contains(&time),
        SqlValue::Text(text) => {
            let digits = |range: std::ops::Range<usize>| {
                text.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
            };
            let is_dash = |at: usize| text.get(at) == Some(&b'-');
            digits(0..4) && is_dash(4) && digits(5..7) && is_dash(7) && digits(8..10)
        }
        SqlValue::Null | SqlValue::Blob(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::sqlite::tests::database;

    fn explained(old: &[u8], new: &[u8]) -> String {
        Pair::default().both("a.db", old, new).explained().join("; ")
    }

    const TEXT: &[u8] = &[2, 17, b'h', b'i'];

    #[test]
    fn equal_rows_in_other_pages_are_told_for_certain() {
        assert_eq!(explained(&database(3, 2, TEXT), &database(3, 3, TEXT)), "a.db: sqlite-content (certain)");
        let mut counted = database(2, 2, TEXT);
        counted[27] = 9;
        assert_eq!(explained(&database(2, 2, TEXT), &counted), "a.db: sqlite-content (certain)");
    }

    #[test]
    fn rows_that_differ_in_a_time_alone_are_the_clocks() {
        let at = |time: u32| [&[2, 4][..], &time.to_be_bytes()].concat();
        let (old, new) = (database(2, 2, &at(1_600_000_000)), database(2, 2, &at(1_700_000_000)));
        assert_eq!(explained(&old, &new), "a.db: embedded-clock (likely)");
    }

    #[test]
    fn other_rows_are_not_explained() {
        assert_eq!(explained(&database(2, 2, TEXT), &database(2, 2, &[2, 17, b'h', b'o'])), "a.db: ");
    }

    #[test]
    fn any_flipped_byte_is_survived() {
        let sound = database(3, 2, TEXT);
        for at in 0..sound.len() {
            let mut broken = sound.clone();
            broken[at] ^= 0xff;
            let _ = explained(&sound, &broken);
        }
    }
}
