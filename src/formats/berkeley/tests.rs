//! Databases of some pages, made here; `db_load` makes others in `tests/it`.

use super::*;

/// A database in an order of bytes whose pages hold these pairs, one page of pairs each; data of more than 100 bytes stand in pages
/// of their own.
fn database(is_big_endian: bool, size: usize, pages: &[&[(&[u8], &[u8])]]) -> Vec<u8> {
    let long = |number: u32| if is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    let short = |number: usize| {
        let number = u16::try_from(number % 65_536).unwrap();
        if is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    };
    let mut overflow = u32::try_from(pages.len()).unwrap() + 1;
    let mut chains: Vec<Vec<u8>> = Vec::new();
    let mut sheets = vec![vec![0_u8; size]];
    let head = |number: u32, before: u32, next: u32, entries: usize, offset: usize, kind: u8| {
        [&[0; 8][..], &long(number), &long(before), &long(next), &short(entries), &short(offset), &[0, kind]]
            .concat()
    };
    for (number, pairs) in (1..).zip(pages) {
        let mut page = vec![0_u8; size];
        let (mut end, mut offsets) = (size, Vec::new());
        let mut put = |item: &[u8], page: &mut Vec<u8>| {
            page[end - item.len()..end].copy_from_slice(item);
            end -= item.len();
            offsets.extend(short(end));
            end
        };
        let mut last = size;
        for (key, data) in *pairs {
            put(&[&[BYTES], *key].concat(), &mut page);
            let item = if data.len() <= 100 {
                [&[BYTES], *data].concat()
            } else {
                let first = overflow;
                let parts: Vec<&[u8]> = data.chunks(size - PAGE_HEADER).collect();
                for (at, part) in parts.iter().enumerate() {
                    let before = if at == 0 { 0 } else { overflow - 1 };
                    let next = if at + 1 == parts.len() { 0 } else { overflow + 1 };
                    let mut sheet = [&head(overflow, before, next, 1, part.len(), OVERFLOW), *part].concat();
                    sheet.resize(size, 0);
                    chains.push(sheet);
                    overflow += 1;
                }
                [&[OFF_PAGE, 0, 0, 0][..], &long(first), &long(u32::try_from(data.len()).unwrap())].concat()
            };
            last = put(&item, &mut page);
        }
        let top = [head(number, 0, 0, pairs.len() * 2, last, SORTED), offsets].concat();
        page[..top.len()].copy_from_slice(&top);
        sheets.push(page);
    }
    sheets.extend(chains);
    let last = u32::try_from(sheets.len() - 1).unwrap();
    sheets[0][12..16].copy_from_slice(&long(HASH_MAGIC));
    sheets[0][16..20].copy_from_slice(&long(9));
    sheets[0][20..24].copy_from_slice(&long(u32::try_from(size).unwrap()));
    sheets[0][25] = META;
    sheets[0][32..36].copy_from_slice(&long(last));
    sheets.concat()
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn read(bytes: &[u8]) -> Option<(Pairs, Vec<String>)> {
    let (mut all, mut told) = (Vec::new(), Vec::new());
    pairs(bytes, &mut |key, data| all.push((key.to_vec(), data.to_vec())), &mut |damage| {
        told.push(damage.to_string());
    })?;
    all.sort();
    Some((all, told))
}

#[test]
fn pairs_are_read_in_both_orders_and_all_sizes_of_pages_wherever_their_data_stand() {
    let long = vec![7_u8; 2000];
    let pages: &[&[(&[u8], &[u8])]] = &[&[(b"a", b"short"), (b"b", &long)], &[], &[(b"c", b"")]];
    for is_big_endian in [false, true] {
        for size in [512, 4096, 65_536] {
            let expected = vec![
                (b"a".to_vec(), b"short".to_vec()),
                (b"b".to_vec(), long.clone()),
                (b"c".to_vec(), Vec::new()),
            ];
            assert_eq!(read(&database(is_big_endian, size, pages)), Some((expected, Vec::new())), "{size}");
        }
    }
}

#[test]
fn a_flipped_bit_makes_no_pair_come_or_go_unsaid_but_in_data() {
    let long = vec![7_u8; 600];
    let sound = database(false, 512, &[&[(b"a", b"1"), (b"b", &long)], &[(b"c", b"3")]]);
    let whole = read(&sound).unwrap().0;
    // The first page but for what is read of it, and the log's number of each page.
    let is_free = |at: usize| at % 512 < 8 || at < 512;
    for at in (0..sound.len()).filter(|at| !is_free(*at)) {
        for bit in 0..8 {
            let mut flipped = sound.clone();
            flipped[at] ^= 1 << bit;
            let (all, told) = read(&flipped).unwrap();
            let is_same = all.len() == whole.len() && {
                let differing = all.iter().filter(|pair| !whole.contains(pair));
                differing.count() <= 1
            };
            assert!(is_same || !told.is_empty(), "{at} {bit}: {all:?}");
        }
    }
}

#[test]
fn chains_that_run_in_a_circle_or_claim_too_much_end() {
    let long = vec![7_u8; 2000];
    let sound = database(false, 512, &[&[(b"a", &long)]]);
    // The last overflow page leads to the first.
    let last = sound.len() - 512;
    let mut circle = sound.clone();
    circle[last + 16] = 2;
    assert!(!read(&circle).unwrap().1.is_empty());
    let at = sound.windows(4).position(|four| four == 2000_u32.to_le_bytes()).unwrap();
    let mut long = sound.clone();
    long[at..at + 4].fill(0xff);
    assert!(!read(&long).unwrap().1.is_empty());
}

#[test]
fn other_databases_are_none() {
    let sound = database(false, 512, &[]);
    assert!(read(&sound).is_some());
    for (at, byte) in [(12, 0x62), (25, 9), (24, 1), (26, 1), (36, 1), (20, 1)] {
        let mut other = sound.clone();
        other[at] = byte;
        assert!(read(&other).is_none(), "{at}");
    }
    assert!(read(b"").is_none());
}

#[test]
fn items_whose_offsets_rise_again_are_not_read_again() {
    let (size, entries) = (4096, 1000);
    let mut bytes = database(false, size, &[&[(b"a", b"1")]]);
    let page = &mut bytes[size..];
    page[20..22].copy_from_slice(&u16::try_from(entries).unwrap().to_le_bytes());
    page[PAGE_HEADER..].fill(BYTES);
    let floor = PAGE_HEADER + 2 * entries;
    // Each second pair goes back to the page's end, and the next would be all of the page again.
    for (at, offset) in [3000, floor, size, size].into_iter().cycle().take(entries).enumerate() {
        let offset = u16::try_from(offset).unwrap().to_le_bytes();
        page[PAGE_HEADER + 2 * at..][..2].copy_from_slice(&offset);
    }
    let (pairs, told) = read(&bytes).unwrap();
    let visited: usize = pairs.iter().map(|(key, data)| key.len() + data.len()).sum();
    assert!(visited <= size && !told.is_empty(), "{visited} bytes of {size}: {told:?}");
}
