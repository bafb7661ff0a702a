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

#[test]
fn records_that_amend_nothing_are_kept_and_those_that_do_are_not() {
    let records: &[(&str, &[u8])] = &[
        ("path", b"y"),
        ("mtime", b"1"),
        ("SCHILY.xattr.user.a", b"1"),
        ("ctime", b"3.5"),
        ("atime", b"2"),
        ("LIBARCHIVE.creationtime", b"4"),
    ];
    let tar = Tar::default().pax(records).entry(ustar(b'0', "x"), b"").entry(ustar(b'0', "z"), b"");
    let entries = read(&tar.end()).unwrap();
    let kept = |at: usize| {
        let records = entries[at].0.records.as_ref().unwrap().iter();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        records.map(|(key, value)| format!("{}={}", text(key), text(value))).collect::<Vec<_>>()
    };
    assert_eq!(kept(0), ["LIBARCHIVE.creationtime=4", "atime=2", "ctime=3.5"]);
    assert_eq!(kept(1), [""; 0]);
}

#[test]
fn an_odd_name_of_an_extended_header_is_kept_once_for_all_that_have_it() {
    let with = |tar: Tar, name: &str| {
        let header = Header::new(USTAR, b'x', name.as_bytes());
        tar.entry(header, b"13 mtime=1.5\n").entry(ustar(b'0', "a"), b"")
    };
    let tar =
        ["./PaxHeaders.17/a", "b/PaxHeaders.17/c", "./PaxHeaders.0/a"].into_iter().fold(Tar::default(), with);
    let entries = read(&tar.end()).unwrap();
    let records: Vec<_> = entries.iter().map(|(entry, _)| entry.records.clone().unwrap()).collect();
    assert_eq!(**records[0], [(b"exthdr.name".as_slice().into(), b"PaxHeaders.17".as_slice().into())]);
    assert!(Arc::ptr_eq(&records[0], &records[1]));
    assert!(records[2].is_empty());
}

#[test]
fn of_records_without_end_only_a_digest_is_kept() {
    let long = vec![b'x'; 5000];
    let tar = Tar::default().pax(&[("comment", &long)]).entry(ustar(b'0', "x"), b"");
    let (entry, _) = only(tar);
    let digest = crate::base::digest::Sha256::of(&[b"comment\0", long.as_slice(), b"\0"].concat());
    let kept = entry.records.unwrap();
    assert_eq!(**kept, [(b"sha256".as_slice().into(), digest.hex().into_bytes().into())]);
}
