//! Samples of causes that speak of rows, of files on one side alone, or of the whole of a file.

use super::{Sample, sample};
use crate::base::checksum::Checksum;
use crate::base::digest::Sha256;
use crate::causes::testing::Pair;
use crate::compare::owners::{Owner, Proof};
use crate::compare::pairing::Side;
use crate::formats::sqlite::tests::database;
use crate::formats::tar::entry::tests::{dir, file, link};
use crate::formats::tar::entry::{Dialect, Entry, Kind};

pub(super) fn samples() -> Vec<Sample> {
    let drawn = |name: &str| format!("root/.cache/uv/archive-v0/{name}/c/core.txt");
    let (one, other) = ("4EBkLb18nWut1usZ", "zzOX75Od13YJUj0G");
    let nix = |digit: char| format!("nix/store/{digit}abcdfghijklmnpqrsvwxyz012345678-a-1/a");
    let moved =
        |old: &str, new: &str, new_bytes: &[u8]| Pair::default().removed(old, b"x").added(new, new_bytes);
    let hub = |to: &str| {
        Pair::default().both("h/hub/models--a--b/refs/main", "a".repeat(40).as_bytes(), to.as_bytes())
    };
    let id = |new: &str| Pair::default().both("etc/machine-id", "0".repeat(32).as_bytes(), new.as_bytes());
    let key = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n").into_bytes()
    };
    let ssh = |new: &[u8]| {
        let old = key("OPENSSH PRIVATE KEY", "AAAA");
        Pair::default().both("etc/ssh/ssh_host_rsa_key", &old, new)
    };
    let hi = |text: &[u8; 2]| [&[2, 17][..], text].concat();
    let rows = |text: &[u8; 2]| {
        Pair::default().both("a.db", &database(3, 2, &hi(b"hi")), &database(3, 3, &hi(text)))
    };
    let copy = |bytes: &[u8]| {
        Pair::default().both("a", b"x", b"x").entries(
            link(Kind::Hardlink, "b", "a"),
            b"",
            file("b", bytes),
            bytes,
        )
    };
    let listed = |bytes: &[u8]| {
        let hash = format!("sha256={}", Sha256::of(b"x").url_base64());
        let owner = Owner::new("python a 1 → 2", Proof::Listed);
        let owner = owner.with_sums(Side::New, Checksum::of_record(hash.as_bytes()).map(|sum| vec![sum]));
        Pair::default().added("share/a", bytes).owned("share/a", owner)
    };
    let folder =
        |mode| Pair::default().removed_entry(dir("usr"), b"").below_both(Entry { mode, ..dir("usr") });
    let hidden = |more: &str| {
        let pair = Pair::default().removed("d/.wh.x", b"").added("d/.wh..wh..opq", b"");
        pair.below_both(file("d/x", b"x")).below_both(file(more, b"y"))
    };
    let toc = |digest: &[u8]| {
        let hex = Sha256::of(digest).hex();
        format!(
            r#"{{"version":1,"entries":[{{"name":"a","type":"reg","size":1,"mode":420,"digest":"sha256:{hex}"}}]}}"#
        )
    };
    let estargz = |digest: &[u8]| {
        Pair::default().both("a", b"x", b"x").added("stargz.index.json", toc(digest).as_bytes())
    };
    vec![
        sample("estargz", "stargz.index.json", estargz(b"x"), vec![estargz(b"y")]),
        sample("hardlink-shape", "b", copy(b"x"), vec![copy(b"y")]),
        sample(
            "hub-revision-moved",
            "h/hub/models--a--b/refs/main",
            hub(&"b".repeat(40)),
            vec![hub(&format!("{}g", "b".repeat(39)))],
        ),
        sample(
            "installer-cache",
            &drawn(one),
            moved(&drawn(other), &drawn(one), b"x"),
            vec![moved(&drawn(other), &drawn(one), b"y")],
        ),
        sample(
            "machine-id",
            "etc/machine-id",
            id(&"1".repeat(32)),
            vec![id(&format!("{}g", "1".repeat(31))), id(&"1".repeat(33))],
        ),
        sample(
            "package-version",
            "share/a",
            listed(b"x"),
            vec![
                listed(b"y"),
                Pair::default().both("share/a", b"x", b"y").owner("share/a", "python a 1 → 2"),
            ],
        ),
        sample("parent-folder", "usr", folder(0o755), vec![folder(0o757)]),
        sample("sqlite-content", "a.db", rows(b"hi"), vec![rows(b"ho")]),
        sample(
            "ssh-host-key",
            "etc/ssh/ssh_host_rsa_key",
            ssh(&key("OPENSSH PRIVATE KEY", "BBBB")),
            vec![
                ssh(&key("OPENSSH PRIVATE KEY", "BB\0B")),
                ssh(&[key("OPENSSH PRIVATE KEY", "BBBB"), b"x".to_vec()].concat()),
            ],
        ),
        sample(
            "store-prefix",
            &nix('1'),
            moved(&nix('0'), &nix('1'), b"x"),
            vec![moved(&nix('0'), &nix('1'), b"y")],
        ),
        sample("whiteout-marker", "d/.wh..wh..opq", hidden("e/y"), vec![hidden("d/y")]),
        of_rows("base-times", "a", file("a", b"x"), touched("a"), Pair::of_base),
        of_rows("timestamp-only", "a", file("a", b"x"), touched("a"), |pair| pair),
        of_rows(
            "tar-dialect",
            "a",
            file("a", b"x"),
            Entry { dialect: Dialect::Gnu, ..file("a", b"x") },
            |pair| pair,
        ),
        of_rows("entry-order", "a", file("a", b"x"), file("a", b"x"), |pair| {
            pair.both("b", b"1", b"1").both("c", b"1", b"1").reordered(&["b", "c", "a"])
        }),
    ]
}

/// Rows of one path that differ in more than bytes, of which the new content is tampered with.
fn of_rows(id: &'static str, path: &str, old: Entry, new: Entry, around: impl Fn(Pair) -> Pair) -> Sample {
    let other = Entry { content: Some(Sha256::of(b"y")), ..new.clone() };
    let pair = |new: Entry, bytes: &[u8]| around(Pair::default().entries(old.clone(), b"x", new, bytes));
    sample(id, path, pair(new, b"x"), vec![pair(other, b"y")])
}

fn touched(path: &str) -> Entry {
    let mut touched = file(path, b"x");
    touched.mtime.seconds = 9;
    touched
}
