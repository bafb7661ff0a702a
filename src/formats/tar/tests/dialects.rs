//! Headers as v7, ustar, star, GNU and Go wrote them.

use crate::formats::tar::tests::*;

#[test]
fn v7_has_no_owner_names_and_folders_end_in_a_slash() {
    let header = Header::new(V7, 0, b"a").octal(field::UID, 7).set(field::UNAME, b"not a name");
    let tar = Tar::default().entry(header, b"x").header(Header::new(V7, 0, b"dir/")).end();
    let entries = read(&tar).unwrap();
    assert_eq!((entries[0].0.uid, &*entries[0].0.uname, entries[0].0.dialect), (7, &b""[..], Dialect::V7));
    assert_eq!((entries[1].0.kind, entries[1].0.path.to_string()), (Kind::Directory, "dir".into()));
}

#[test]
fn a_ustar_name_is_its_prefix_a_slash_and_its_name() {
    let header = ustar(b'0', "name").set(field::PREFIX, b"long/prefix").set(field::UNAME, b"alice");
    let (entry, _) = only(Tar::default().entry(header, b""));
    assert_eq!((entry.path.to_string().as_str(), entry.dialect), ("long/prefix/name", Dialect::Ustar));
    assert_eq!(&*entry.uname, b"alice");
}

#[test]
fn star_keeps_times_where_ustar_has_the_end_of_its_prefix() {
    let header = ustar(b'0', "name").set(field::PREFIX, b"prefix").set(field::STAR_TRAILER, b"tar\0");
    let (entry, _) = only(Tar::default().entry(header.set((476, 12), b"12345670123\0"), b""));
    assert_eq!(entry.path, "prefix/name".into());
}

#[test]
fn gnu_keeps_times_where_ustar_has_its_prefix() {
    let header = Header::new(GNU, b'0', b"name").octal((345, 12), 0o1234).octal((357, 12), 0o1234);
    let (entry, _) = only(Tar::default().entry(header, b""));
    assert_eq!((entry.path, entry.dialect), ("name".into(), Dialect::Gnu));
}

#[test]
fn a_gnu_header_with_text_where_its_times_should_be_has_a_prefix() {
    // What Go's writer made before 1.8, and with it Docker.
    let header = Header::new(GNU, b'0', b"name").set(field::PREFIX, b"a/long/prefix");
    assert_eq!(only(Tar::default().entry(header, b"")).0.path, "a/long/prefix/name".into());
}

#[test]
fn gnu_long_names_and_links_stand_for_the_next_entry_only() {
    let (name, target) = ("n/".repeat(90) + "end", "t/".repeat(90) + "end");
    let tar = Tar::default()
        .gnu_long(b'K', target.as_bytes())
        .gnu_long(b'L', name.as_bytes())
        .header(Header::new(GNU, b'2', b"cut").set(field::LINK, b"cut"))
        .entry(Header::new(GNU, b'0', b"next"), b"x");
    let entries = read(&tar.end()).unwrap();
    assert_eq!(entries[0].0.path, name.as_str().into());
    assert_eq!(entries[0].0.link.as_deref(), Some(target.as_bytes()));
    assert_eq!(entries[1].0.path, "next".into());
}

#[test]
fn a_gnu_long_name_ends_at_its_first_nul() {
    let tar = Tar::default().gnu_long(b'L', b"a\0b").entry(Header::new(GNU, b'0', b"x"), b"");
    assert_eq!(only(tar).0.path, "a".into());
}

#[test]
fn a_gnu_long_name_wins_over_a_pax_path_as_in_go() {
    let tar = Tar::default().gnu_long(b'L', b"gnu").pax(&[("path", b"pax")]).entry(ustar(b'0', "x"), b"");
    assert_eq!(only(tar).0.path, "gnu".into());
}

#[test]
fn binary_numbers_hold_large_owners_and_times_before_the_epoch() {
    let header = Header::new(GNU, b'0', b"a").base256(field::UID, 4_000_000_000).base256(field::MTIME, -5);
    let (entry, content) = only(Tar::default().header(header.base256(field::SIZE, 3)).data(b"abc"));
    assert_eq!((entry.uid, entry.mtime.seconds, entry.size), (4_000_000_000, -5, 3));
    assert_eq!(content, b"abc");
}

#[test]
fn a_negative_size_or_owner_is_refused() {
    let tar = |field| Tar::default().header(Header::new(GNU, b'0', b"a").base256(field, -1)).end();
    assert_eq!(error(&tar(field::SIZE)), "the tar header at byte 0 has a size that is not a number");
    assert_eq!(error(&tar(field::UID)), "the tar header at byte 0 has a uid that is not a number");
}

#[test]
fn a_checksum_of_signed_bytes_is_taken_too() {
    let mut block = ustar(b'0', "caf\u{e9}").block();
    let sum: i64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { i64::from(*byte as i8) })
        .sum();
    block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    assert_eq!(names(&Tar::default().raw(&block).end()), ["café"]);
}
