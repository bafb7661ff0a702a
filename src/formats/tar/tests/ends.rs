//! Where a tar ends, and where it is cut or damaged.

use std::io;

use crate::formats::tar::tests::*;

#[test]
fn zeros_or_the_end_of_input_end_a_tar() {
    let tar = Tar::default().file("a", b"x");
    assert_eq!(names(&tar.clone().cut()), ["a"]);
    assert_eq!(names(&tar.clone().raw(&[0; 512]).cut()), ["a"]);
    assert_eq!(names(&tar.clone().end()), ["a"]);
    assert_eq!(names(&tar.raw(&[0; 1024]).raw(b"whatever follows").cut()), ["a"]);
    assert!(names(b"").is_empty());
}

#[test]
fn one_block_of_zeros_and_then_more_is_no_end() {
    let tar = Tar::default().raw(&[0; 512]).file("a", b"x").end();
    assert_eq!(error(&tar), "no tar header at byte 0: its checksum does not fit");
}

#[test]
fn a_tar_may_end_in_the_padding_of_its_last_entry_and_nowhere_else_inside_it() {
    let tar = Tar::default().file("a", &[7; 600]).cut();
    assert_eq!(names(&tar[..512 + 600]), ["a"]);
    assert_eq!(error(&tar[..512 + 599]), "the tar ends at byte 1111, inside a file's content");
    assert_eq!(error(&tar[..300]), "the tar ends at byte 300, inside a header");
}

#[test]
fn what_is_cut_is_cut_even_if_nobody_reads_the_content() {
    let tar = Tar::default().file("a", &[7; 600]).cut();
    let mut reader = TarReader::new(&tar[..700]);
    reader.next_entry().unwrap();
    assert!(matches!(reader.next_entry(), Err(TarError::Truncated { offset: 700, .. })));
}

#[test]
fn a_damaged_header_is_named_by_its_place() {
    let mut tar = Tar::default().file("a", b"x").file("b", b"y").end();
    tar[1024 + 3] ^= 1;
    assert_eq!(error(&tar), "no tar header at byte 1024: its checksum does not fit");
    assert_eq!(error(&[b'x'; 2048]), "no tar header at byte 0: its checksum does not fit");
}

#[test]
fn a_number_that_is_none_is_named() {
    let tar = Tar::default().header(ustar(b'0', "a").set(field::MTIME, b"yesterday")).end();
    assert_eq!(error(&tar), "the tar header at byte 0 has a mtime that is not a number");
}

#[test]
fn a_size_of_exabytes_is_a_cut_and_takes_no_memory() {
    for size in [1 << 60, i64::MAX as u64] {
        let header = Header::new(GNU, b'0', b"a").size(size);
        assert_eq!(
            error(&Tar::default().header(header).data(b"x").cut()),
            "the tar ends at byte 1024, inside a file's content"
        );
        let label = Header::new(GNU, b'V', b"a").size(size);
        assert!(error(&Tar::default().header(label).cut()).contains("a volume label"));
    }
}

#[test]
fn an_input_that_fails_fails_the_reader() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let tar = Tar::default().header(ustar(b'0', "a").size(600)).cut();
    let input = std::io::BufReader::new(std::io::Read::chain(&tar[..], Failing));
    let mut reader = TarReader::new(input);
    reader.next_entry().unwrap();
    assert_eq!(reader.next_entry().unwrap_err().to_string(), "the disk is gone");
}
