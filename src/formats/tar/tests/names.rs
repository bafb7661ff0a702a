//! Names from hostile tars.

use crate::formats::tar::tests::*;

fn named(name: &[u8]) -> Result<Read, TarError> {
    read(&Tar::default().gnu_long(b'L', name).entry(Header::new(GNU, b'0', b"x"), b"").end())
}

#[test]
fn absolute_and_dotted_names_are_paths_from_the_root() {
    assert_eq!(named(b"/etc/../usr/./x").unwrap()[0].0.path, "usr/x".into());
    assert!(named(b"./").unwrap()[0].0.path.is_root());
}

#[test]
fn a_name_that_climbs_out_is_refused_and_printed_harmlessly() {
    let text = named(b"../\x1b[2J").unwrap_err().to_string();
    assert_eq!(text, r#"the entry named "../\x1b[2J" at byte 1024 climbs out of the image's root with .."#);
    let hardlink = Tar::default().header(ustar(b'1', "x").set(field::LINK, b"../../etc/passwd")).end();
    assert!(error(&hardlink).contains("climbs out"));
}

#[test]
fn a_symlink_may_point_out_since_it_is_followed_inside_the_image() {
    let tar = Tar::default().header(ustar(b'2', "x").set(field::LINK, b"../../etc/passwd"));
    assert_eq!(only(tar).0.link.as_deref(), Some(&b"../../etc/passwd"[..]));
}

#[test]
fn a_name_with_a_nul_is_refused() {
    let tar = Tar::default().pax(&[("path", b"a\0b")]).entry(ustar(b'0', "x"), b"").end();
    assert!(error(&tar).contains("a name holds a NUL byte"));
}

#[test]
fn names_that_are_no_text_are_kept_as_bytes() {
    assert_eq!(named(b"\xff\x1b").unwrap()[0].0.path.as_bytes(), b"\xff\x1b");
}

#[test]
fn a_name_or_target_longer_than_any_path_is_refused() {
    let long = vec![b'a'; limits::PATH_BYTES + 1];
    assert_eq!(named(&long).unwrap_err().to_string(), "the tar has a name over the limit of 4096");
    for kind in *b"12" {
        let tar = Tar::default().pax(&[("linkpath", &long)]).header(ustar(kind, "x")).end();
        assert!(error(&tar).contains("over the limit of 4096"), "{}", error(&tar));
    }
}

#[test]
fn lengths_of_records_count_their_own_digits() {
    for length in [1, 90, 91, 92, 93, 94, 990, 991, 992, 993] {
        let value = vec![b'a'; length];
        let records = pax_records(&[("path", &value)]);
        assert!(records.starts_with(records.len().to_string().as_bytes()), "{length}");
    }
}
