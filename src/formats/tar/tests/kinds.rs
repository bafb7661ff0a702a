//! Types of entries, and which of them carry data.

use crate::formats::tar::tests::*;

#[test]
fn links_devices_and_folders_are_told_by_type() {
    let device = |kind| ustar(kind, "d").octal(field::MAJOR, 8).octal(field::MINOR, 1);
    let tar = Tar::default()
        .file("./a", b"x")
        .header(ustar(b'1', "hard").set(field::LINK, b"./a"))
        .header(ustar(b'2', "soft").set(field::LINK, b"./a/../b"))
        .header(device(b'3'))
        .header(device(b'4'))
        .header(ustar(b'5', "dir"))
        .header(ustar(b'6', "fifo"))
        .entry(ustar(b'7', "contiguous"), b"x");
    let entries = read(&tar.end()).unwrap();
    let kinds: Vec<_> = entries.iter().map(|(entry, _)| entry.kind).collect();
    use Kind::*;
    assert_eq!(kinds, [File, Hardlink, Symlink, CharDevice, BlockDevice, Directory, Fifo, File]);
    let links: Vec<_> = entries.iter().filter_map(|(entry, _)| entry.link.as_deref()).collect();
    assert_eq!(links, [&b"a"[..], b"./a/../b"], "a hardlink names a path, a symlink holds a text");
    assert_eq!((entries[3].0.device, entries[0].0.device), (Some((8, 1)), None));
}

#[test]
fn entries_that_carry_no_data_may_claim_a_size() {
    for kind in *b"123456" {
        let tar = Tar::default().header(ustar(kind, "x").size(1 << 40)).file("next", b"y").end();
        let entries = read(&tar).unwrap();
        assert_eq!(
            (entries[0].0.size, entries[1].0.path.to_string().as_str()),
            (0, "next"),
            "{}",
            kind as char
        );
    }
}

#[test]
fn a_file_that_says_so_may_end_in_a_slash_as_in_go() {
    let (entry, content) = only(Tar::default().file("a/", b"x"));
    assert_eq!((entry.kind, entry.path, content), (Kind::File, "a".into(), b"x".to_vec()));
}

#[test]
fn a_gnu_dump_folder_is_a_folder_and_its_list_is_skipped() {
    let tar =
        Tar::default().entry(Header::new(GNU, b'D', b"dir/"), b"Yfile\0\0").file("dir/file", b"x").end();
    let entries = read(&tar).unwrap();
    assert_eq!((entries[0].0.kind, entries[0].0.size, entries[0].0.content), (Kind::Directory, 0, None));
    assert_eq!(entries[1].1, b"x");
}

#[test]
fn a_volume_label_is_no_entry() {
    let tar = Tar::default().header(Header::new(GNU, b'V', b"backup")).file("a", b"");
    assert_eq!(names(&tar.end()), ["a"]);
}

#[test]
fn only_permission_bits_of_a_mode_count() {
    assert_eq!(
        only(Tar::default().entry(ustar(b'0', "x").octal(field::MODE, 0o104_755), b"")).0.mode,
        0o4755
    );
    let negative = Header::new(GNU, b'0', b"x").base256(field::MODE, -1);
    assert_eq!(only(Tar::default().entry(negative, b"")).0.mode, 0o7777);
}
