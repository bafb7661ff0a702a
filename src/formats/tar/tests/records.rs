//! PAX records: what they amend, and what is refused.

use crate::formats::tar::tests::*;

#[test]
fn records_amend_the_next_entry_and_no_other() {
    let tar = Tar::default()
        .pax(&[
            ("path", b"p\xc3\xa9"),
            ("size", b"3"),
            ("uid", b"5000000000"),
            ("gid", b"6"),
            ("uname", b"u"),
            ("gname", b"g"),
            ("mtime", b"-1.25"),
            ("comment", b"no matter"),
        ])
        .header(ustar(b'0', "x"))
        .data(b"abc")
        .entry(ustar(b'0', "y"), b"");
    let entries = read(&tar.end()).unwrap();
    let (first, content) = &entries[0];
    assert_eq!((first.path.to_string().as_str(), first.size, content.as_slice()), ("pé", 3, &b"abc"[..]));
    assert_eq!(
        (first.uid, first.gid, &*first.uname, &*first.gname),
        (5_000_000_000, 6, &b"u"[..], &b"g"[..])
    );
    assert_eq!(first.mtime, Mtime { seconds: -2, nanos: 750_000_000 });
    assert_eq!((first.dialect, entries[1].0.dialect), (Dialect::Pax, Dialect::Ustar));
    assert_eq!((entries[1].0.path.to_string().as_str(), entries[1].0.uid), ("y", 0));
}

#[test]
fn a_link_of_any_length_stands_in_linkpath() {
    let target = "../".repeat(100) + "x";
    let tar = Tar::default().pax(&[("linkpath", target.as_bytes())]).header(ustar(b'2', "l"));
    assert_eq!(only(tar).0.link.as_deref(), Some(target.as_bytes()));
}

#[test]
fn attributes_are_sorted_and_may_be_binary_or_empty() {
    let tar = Tar::default()
        .pax(&[
            ("SCHILY.xattr.user.b", b"\0\n="),
            ("SCHILY.xattr.user.a", b""),
            ("LIBARCHIVE.xattr.x", b"eA"),
        ])
        .entry(ustar(b'0', "x"), b"");
    let attribute = |name: &[u8], value: &[u8]| (Box::from(name), Box::from(value));
    assert_eq!(only(tar).0.xattrs, [attribute(b"user.a", b""), attribute(b"user.b", b"\0\n=")]);
}

#[test]
fn an_empty_value_leaves_what_the_header_says() {
    let tar = Tar::default().pax(&[("path", b"other"), ("path", b""), ("mtime", b"")]);
    let (entry, _) = only(tar.entry(ustar(b'0', "x").octal(field::MTIME, 9), b""));
    assert_eq!((entry.path.to_string().as_str(), entry.mtime.seconds), ("x", 9));
}

#[test]
fn global_records_are_read_and_not_applied() {
    let tar = Tar::default().pax_global(&[("path", b"all"), ("mtime", b"7")]).entry(ustar(b'0', "x"), b"");
    let (entry, _) = only(tar);
    assert_eq!(
        (entry.path.to_string().as_str(), entry.mtime.seconds, entry.dialect),
        ("x", 0, Dialect::Ustar)
    );
    let broken = Tar::default().entry(ustar(b'g', "g"), b"nonsense").file("x", b"").end();
    assert!(error(&broken).starts_with("the PAX records at byte 0 are malformed"));
}

#[test]
fn records_that_are_no_number_or_time_are_refused() {
    for (key, value) in
        [("size", "12x"), ("size", "-1"), ("uid", ""), ("mtime", "1.2.3"), ("size", "18446744073709551615")]
    {
        let tar = Tar::default().pax(&[(key, value.as_bytes())]).entry(ustar(b'0', "x"), b"").end();
        match value {
            "" => assert!(read(&tar).is_ok()),
            _ => assert_eq!(
                error(&tar),
                format!("the tar header at byte 1024 has a {key} that is not a number")
            ),
        }
    }
}

#[test]
fn records_of_five_megabytes_are_refused_before_they_are_read() {
    let header = ustar(b'x', "x").size(5 << 20);
    let expected = "the tar has an extended header over the limit of 4194304";
    assert_eq!(error(&Tar::default().header(header).end()), expected);
    assert_eq!(error(&Tar::default().header(Header::new(GNU, b'L', b"x").size(1 << 60)).end()), expected);
}

#[test]
fn records_without_an_entry_behind_them_are_a_cut() {
    assert!(error(&Tar::default().pax(&[("path", b"x")]).end()).contains("inside an extended header"));
    let cut = Tar::default().header(ustar(b'x', "x").size(600)).raw(&[b'1'; 100]).cut();
    assert_eq!(error(&cut), "the tar ends at byte 612, inside an extended header");
}
