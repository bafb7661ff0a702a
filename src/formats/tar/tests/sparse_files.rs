//! Sparse files in all four ways of writing their maps.

use crate::formats::tar::tests::*;

const CONTENT: &[u8] = b"\0\0\0\0\0\0\0\0\0\0data\0\0\0\0\0\0end\0\0";

fn check(tar: Tar) {
    let (entry, content) = only(tar);
    assert_eq!((entry.path.to_string().as_str(), entry.size), ("sparse", CONTENT.len() as u64));
    assert_eq!(content, CONTENT);
    assert_eq!(entry.kind, Kind::File);
}

fn old_gnu(size: u64, segments: &[(u64, u64)]) -> Header {
    let header = Header::new(GNU, b'S', b"sparse").octal(field::GNU_SPARSE_SIZE, size);
    segments.iter().enumerate().fold(header, |header, (at, (start, length))| {
        header.octal((386 + at * 24, 12), *start).octal((398 + at * 24, 12), *length)
    })
}

#[test]
fn old_gnu_maps_stand_in_the_header() {
    check(Tar::default().entry(old_gnu(25, &[(10, 4), (20, 3)]), b"dataend"));
    // The last segment, of no length, only says where the file ends.
    let trailing = old_gnu(24, &[(10, 4), (20, 3), (24, 0)]);
    assert_eq!(only(Tar::default().entry(trailing, b"dataend")).1, CONTENT[..24]);
}

#[test]
fn old_gnu_maps_go_on_in_blocks_behind_the_header() {
    let header = old_gnu(25, &[(0, 0), (1, 0), (2, 0), (10, 4)]).set(field::GNU_SPARSE_CONTINUES, &[1]);
    let mut block = [0; 512];
    block[..24].copy_from_slice(b"00000000024\x0000000000003\0");
    let tar = Tar::default().header(header.clone().size(7)).raw(&block).data(b"dataend");
    check(tar);
    let cut = Tar::default().header(header).cut();
    assert_eq!(error(&cut), "the tar ends at byte 0, inside a sparse map");
}

#[test]
fn pax_0_0_repeats_two_records() {
    let records: &[(&str, &[u8])] = &[
        ("GNU.sparse.size", b"25"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.offset", b"10"),
        ("GNU.sparse.numbytes", b"4"),
        ("GNU.sparse.offset", b"20"),
        ("GNU.sparse.numbytes", b"3"),
    ];
    check(Tar::default().pax(records).entry(ustar(b'0', "sparse"), b"dataend"));
    let swapped: Vec<_> = records[..2].iter().chain(records[2..4].iter().rev()).copied().collect();
    let swapped = Tar::default().pax(&swapped).entry(ustar(b'0', "sparse"), b"data").end();
    assert!(error(&swapped).contains("malformed"), "{}", error(&swapped));
}

#[test]
fn pax_0_1_lists_them_in_one_record_and_names_the_file() {
    let records: &[(&str, &[u8])] = &[
        ("GNU.sparse.size", b"25"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.map", b"10,4,20,3"),
        ("GNU.sparse.name", b"sparse"),
    ];
    check(Tar::default().pax(records).entry(ustar(b'0', "GNUSparseFile.0/sparse"), b"dataend"));
}

#[test]
fn pax_1_0_puts_the_map_before_the_data() {
    let records: &[(&str, &[u8])] = &[
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"sparse"),
        ("GNU.sparse.realsize", b"25"),
    ];
    let map = Tar::default().data(b"2\n10\n4\n20\n3\n").raw(b"dataend").cut();
    check(Tar::default().pax(records).entry(ustar(b'0', "GNUSparseFile.0/sparse"), &map));
    let cut = Tar::default().pax(records).entry(ustar(b'0', "x"), b"2\n10\n");
    assert!(error(&cut.end()).contains("it is cut off"));
}

#[test]
fn a_sparse_name_without_a_map_names_nothing() {
    let tar = Tar::default().pax(&[("GNU.sparse.name", b"other")]).entry(ustar(b'0', "x"), b"");
    assert_eq!(only(tar).0.path, "x".into());
}

#[test]
fn a_file_of_one_hole_is_all_zeros() {
    assert_eq!(only(Tar::default().entry(old_gnu(7, &[]), b"")).1, [0; 7]);
}

#[test]
fn maps_that_do_not_fit_are_refused() {
    let broken = |header: Header, data: &[u8]| error(&Tar::default().entry(header, data).end());
    assert!(broken(old_gnu(25, &[(10, 4), (12, 3)]), b"dataend").contains("its parts overlap"));
    assert!(broken(old_gnu(9, &[(10, 4)]), b"data").contains("a part is past the file's end"));
    assert!(broken(old_gnu(25, &[(10, 4)]), b"dataend").contains("not as long as the data stored"));
    let huge =
        Tar::default().pax(&[("GNU.sparse.size", b"1"), ("GNU.sparse.map", b"18446744073709551615,1")]);
    assert!(error(&huge.entry(ustar(b'0', "x"), b"y").end()).contains("past any file's end"));
    let odd = Tar::default().pax(&[("GNU.sparse.size", b"1"), ("GNU.sparse.map", b"0")]);
    assert!(error(&odd.entry(ustar(b'0', "x"), b"y").end()).contains("an offset without a length"));
}
