//! Databases of some pages, made here; what SQLite itself makes of larger ones is asked in `tests/it`.

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
    page[header..header + 10].copy_from_slice(&[13, 0, 0, 0, 1, 0, 0, 0, (at >> 8) as u8, (at & 0xff) as u8]);
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

/// All that is told of a damaged database, and the keys of the rows that are read of `t`.
fn read_on(bytes: &[u8], beside: Beside<'_>) -> (Vec<i64>, Vec<String>) {
    let (mut keys, mut told) = (Vec::new(), Vec::new());
    let mut tell = |damage: Damage| told.push(damage.to_string());
    if let Some(mut database) = Database::open_beside(bytes, beside, &mut tell)
        && let Some(table) = database.table("T", &mut tell)
    {
        let mut visit = |record: Record<'_>| {
            record.values()?;
            keys.push(record.key);
            Some(())
        };
        database.readable_rows(table, &mut visit, &mut tell);
    }
    (keys, told)
}

const TEXT: &[u8] = &[2, 17, b'h', b'i'];

#[test]
fn pages_that_lead_in_a_circle_come_to_an_end() {
    let mut circle = database(2, 2, TEXT);
    // An interior page whose one child and whose right child is itself.
    circle[512..512 + 14].copy_from_slice(&[5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 1, 0]);
    circle[512 + 256..512 + 261].copy_from_slice(&[0, 0, 0, 2, 9]);
    let (keys, told) = read_on(&circle, Beside::default());
    assert!(keys.is_empty() && !told.is_empty() && told.len() < 20, "{told:?}");
}

#[test]
fn a_row_that_goes_on_in_itself_ends() {
    let mut circle = database(2, 2, &[]);
    // A row of 2^31 bytes, whose overflow page is the page it stands in.
    circle[512 + 300..512 + 306].copy_from_slice(&[0x88, 0x80, 0x80, 0x80, 0, 1]);
    circle[512 + 8..512 + 10].copy_from_slice(&300_u16.to_be_bytes());
    let (keys, told) = read_on(&circle, Beside::default());
    assert!(keys.is_empty() && !told.is_empty(), "{told:?}");
}

#[test]
fn cells_that_stand_in_one_place_are_not_read_over_and_over() {
    let mut many = database(2, 2, &[&[2, 13 + 2 * 100][..], &[b'x'; 100]].concat());
    let at = [many[512 + 8], many[512 + 9]];
    many[512 + 4] = 100;
    for cell in 0..100 {
        many[512 + 8 + 2 * cell..512 + 10 + 2 * cell].copy_from_slice(&at);
    }
    let (keys, told) = read_on(&many, Beside::default());
    assert!(keys.len() < 8 && !told.is_empty(), "{keys:?}");
}

#[test]
fn a_view_of_the_tables_name_is_not_the_table() {
    let mut view = database(2, 2, TEXT);
    let at = view.windows(5).position(|five| five == b"table").unwrap();
    view[at..at + 5].copy_from_slice(b"views");
    assert_eq!(read_on(&view, Beside::default()), (Vec::new(), Vec::new()));
}

/// A log with these frames: page, count of pages behind it, content.
fn log(frames: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let sum = |bytes: &[u8], [mut one, mut other]: [u32; 2]| {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| u32::from_le_bytes(pair[at..at + 4].try_into().unwrap());
            one = one.wrapping_add(word(0)).wrapping_add(other);
            other = other.wrapping_add(word(4)).wrapping_add(one);
        }
        [one, other]
    };
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let mut log = words(&[0x377f_0682, 3_007_000, 512, 0, 7, 8]);
    let mut running = sum(&log, [0; 2]);
    log.extend(words(&running));
    for (page, count, content) in frames {
        running = sum(content, sum(&words(&[*page, *count]), running));
        log.extend(words(&[*page, *count, 7, 8, running[0], running[1]]));
        log.extend(*content);
    }
    log
}

#[test]
fn what_a_log_committed_goes_before_the_file_and_any_flip_in_it_is_told() {
    let old = database(2, 2, TEXT);
    let mut new = old.clone();
    // The row's key.
    let at = usize::from(u16::from_be_bytes([new[512 + 8], new[512 + 9]])) + 512 + 1;
    new[at] = 5;
    let page = &new[512..];
    let read = |log: &[u8]| read_on(&old, Beside { wal: Some(log), journal: None });
    assert_eq!(read(b""), (vec![1], Vec::new()));
    assert_eq!(read(&log(&[(2, 2, page)])), (vec![5], Vec::new()));
    assert_eq!(read(&log(&[(2, 0, page)])), (vec![1], Vec::new()), "not committed");
    assert_eq!(read(&log(&[(2, 3, page), (2, 0, &old[512..])])), (vec![5], Vec::new()), "the first alone");
    let sound = log(&[(2, 3, page), (1, 3, &new[..512])]);
    for at in 0..sound.len() {
        for bit in 0..8 {
            let mut flipped = sound.clone();
            flipped[at] ^= 1 << bit;
            assert!(!read(&flipped).1.is_empty(), "byte {at}, bit {bit}");
        }
    }
    let cut = read(&sound[..sound.len() - 1]);
    assert_eq!(cut.1, ["the -wal: it ends within a frame"]);
}

#[test]
fn frames_of_the_round_before_mean_nothing() {
    let old = database(2, 2, TEXT);
    let mut log = log(&[(2, 2, &old[512..]), (2, 2, &[0; 512])]);
    let second = 32 + 24 + 512;
    log[second + 8..second + 16].copy_from_slice(&[0, 0, 0, 6, 0, 0, 0, 9]);
    assert_eq!(read_on(&old, Beside { wal: Some(&log), journal: None }), (vec![1], Vec::new()));
}

/// A journal of one segment with these pages.
fn journal(pages: &[(u32, &[u8])]) -> Vec<u8> {
    let mut journal = [&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7][..]].concat();
    for word in [pages.len() as u32, 77, 2, 512, 512] {
        journal.extend(word.to_be_bytes());
    }
    journal.resize(512, 0);
    for (page, content) in pages {
        journal.extend(page.to_be_bytes());
        journal.extend(*content);
        let sum = (1..=2).fold(77, |sum, part| sum + u32::from(content[512 - 200 * part]));
        journal.extend(sum.to_be_bytes());
    }
    journal
}

#[test]
fn a_hot_journals_pages_are_put_back_and_others_are_not() {
    let old = database(2, 2, TEXT);
    let mut new = old.clone();
    new[512..].fill(0);
    let read = |journal: &[u8]| read_on(&new, Beside { journal: Some(journal), wal: None });
    let hot = journal(&[(2, &old[512..])]);
    assert_eq!(read(&hot), (vec![1], Vec::new()));
    for not_hot in [&[0; 600][..], b""] {
        assert!(read(not_hot).0.is_empty());
    }
    let mut broken = hot.clone();
    *broken.last_mut().unwrap() ^= 1;
    assert!(read(&broken).1.contains(&"record 0: its checksum is not that of what was written".to_owned()));
    assert!(read(&hot[..600]).1.contains(&"record 0: it ends before its end".to_owned()));
    let several = [&hot[..], b"x\0\0\0\x01\0\0\0\x78", &hot[..8]].concat();
    assert!(read(&several).1[0].contains("several databases"));
}

#[test]
fn a_row_of_more_columns_than_tables_have_is_none() {
    let record = |columns: usize| {
        // The length of what says the types, in three bytes.
        let length = columns + 3;
        let head = [0x80 | (length >> 14) as u8, 0x80 | (length >> 7 & 0x7f) as u8, (length & 0x7f) as u8];
        [&head[..], &vec![0; columns]].concat()
    };
    let values = |columns| {
        let bytes = record(columns);
        Record { key: 1, is_in_order: true, bytes: &bytes }.values().map(|values| values.len())
    };
    assert_eq!(values(limits::SQLITE_COLUMNS), Some(limits::SQLITE_COLUMNS));
    assert_eq!(values(limits::SQLITE_COLUMNS + 1), None);
}
