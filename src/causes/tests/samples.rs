//! The samples: two sides that a cause explains for certain, and the same with one byte of content that is another.

use std::ops::Range;

use crate::base::checksum::Checksum;
use crate::base::digest::Sha256;
use crate::causes::testing::Pair;
use crate::compare::owners::{Owner, Proof};
use crate::compare::pairing::Side;
use crate::formats::archives::zip::tests::stored;
use crate::formats::elf::tests::elf;
use crate::formats::git_index::tests::index;
use crate::formats::sqlite::tests::database;
use crate::formats::tar::entry::tests::{dir, file, link};
use crate::formats::tar::entry::{Dialect, Entry, Kind};
use crate::formats::tar::testing::{Header, USTAR, field};

/// 2026-08-22T10:11:12Z and 2026-08-23T00:12:03Z.
const TIMES: (i64, i64) = (1_787_393_472, 1_787_443_923);

/// Two sides that a cause explains for certain, and the same with one byte of content, or one right, that is another.
pub(super) struct Sample {
    pub(super) id: &'static str,
    pub(super) path: String,
    pub(super) sound: Pair,
    /// Each with the place of the byte.
    pub(super) tampered: Vec<(usize, Pair)>,
}

fn sample(id: &'static str, path: &str, sound: Pair, tampered: Vec<Pair>) -> Sample {
    Sample { id, path: path.to_owned(), sound, tampered: tampered.into_iter().enumerate().collect() }
}

/// A file whose new bytes are tampered with, each of them in turn, but for those that the cause speaks of: those that differ
/// where both sides are equally long, and `explained`.
fn of_bytes(
    id: &'static str,
    path: &str,
    (old, new): (&[u8], &[u8]),
    explained: &[Range<usize>],
    around: impl Fn(Pair) -> Pair,
) -> Sample {
    let pair = |new: &[u8]| {
        let row = |bytes: &[u8], seconds| {
            let mut row = file(path, bytes);
            row.mtime.seconds = seconds;
            row
        };
        around(Pair::default().entries(row(old, TIMES.0), old, row(new, TIMES.1), new))
    };
    let is_content = |at: &usize| {
        let differs = old.len() == new.len() && old.get(*at) != new.get(*at);
        !differs && !explained.iter().any(|range| range.contains(at))
    };
    let flipped = |at: usize| {
        let mut new = new.to_vec();
        new[at] ^= 1;
        (at, pair(&new))
    };
    let tampered = (0..new.len()).filter(is_content).map(flipped).collect();
    Sample { id, path: path.to_owned(), sound: pair(new), tampered }
}

fn plain(id: &'static str, path: &str, old: &str, new: &str, explained: &[&str]) -> Sample {
    let place = |part: &&str| {
        let at = new.find(part).unwrap();
        at..at + part.len()
    };
    let explained: Vec<Range<usize>> = explained.iter().map(place).collect();
    of_bytes(id, path, (old.as_bytes(), new.as_bytes()), &explained, |pair| pair)
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

fn tar(script: &str, time: u64) -> Vec<u8> {
    let header =
        Header::new(USTAR, b'0', b"a").octal(field::SIZE, script.len() as u64).octal(field::MTIME, time);
    let mut tar = header.block().to_vec();
    tar.extend(script.as_bytes());
    tar.resize(1024, 0);
    tar.extend([0; 1024]);
    tar
}

fn keystore(time: u8) -> Vec<u8> {
    let mut bytes = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, b'a'];
    bytes.extend([0, 0, 0, 0, 0, 0, 0, time]);
    bytes.extend(*b"\0\x05X.509\0\0\0\x03one");
    bytes.extend([time; 20]);
    bytes
}

fn aux_cache(inode: u8) -> Vec<u8> {
    let mut bytes = [&b"glibc-ld.so.auxcache-2.0"[..], &1_u32.to_le_bytes(), &9_u32.to_le_bytes()].concat();
    bytes.extend([inode; 16]);
    bytes.extend(5_u64.to_le_bytes());
    bytes.extend([inode; 8]);
    bytes.extend([3, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, inode, inode, inode, inode]);
    [&bytes[..], b"\0libc.so\0"].concat()
}

fn catalog(texts: [(u8, &str); 2]) -> Vec<u8> {
    let mut items = Vec::new();
    let mut at = 0_u64;
    for (id, text) in texts {
        items.push((id, at));
        at += text.len() as u64 + 1;
    }
    items.sort();
    let mut bytes = b"RHHHKSLP\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend([40, 2, 56].into_iter().flat_map(u64::to_le_bytes));
    for (id, at) in items {
        bytes.extend([id; 48]);
        bytes.extend(at.to_le_bytes());
    }
    let text = |(_, text): (u8, &str)| [text.as_bytes(), b"\0"].concat();
    [bytes, texts.map(text).concat()].concat()
}

/// A module of Python 3.9 with a set of two texts.
fn module(set: &[u8]) -> Vec<u8> {
    let mut bytes = [&3425_u16.to_le_bytes()[..], b"\r\n", &[0; 8], &1_u32.to_le_bytes()].concat();
    bytes.extend([b"\xe3", &[0; 24][..], b"s\0\0\0\0)\x01>\x02\0\0\0", set].concat());
    bytes.extend(b")\0".repeat(4));
    bytes.extend(b"z\x04b.pyz\x08<module>\x01\0\0\0s\0\0\0\0");
    bytes
}

fn fonts(seconds: u8) -> Vec<u8> {
    let mut bytes = [0; 64];
    bytes[..4].copy_from_slice(&[0x04, 0xfc, 0x02, 0xfc]);
    bytes[16] = 64;
    bytes[48] = seconds;
    [&bytes[..], b"/usr/share/fonts\0x"].concat()
}

fn numba(time: f64) -> Vec<u8> {
    [&b"\x80\x04\x8c\x05K.G"[..], &time.to_be_bytes(), b"abc."].concat()
}

/// Causes that speak of what files hold.
fn of_files() -> Vec<Sample> {
    let same = |pair| pair;
    let source = |pair: Pair| pair.both("a/b.py", b"x", b"x");
    let module_path = "a/__pycache__/b.cpython-39.pyc";
    let header = |time: u8| {
        let mut header = module(b"z\x01az\x01b");
        header[8] = time;
        header
    };
    let record = |cache: &[u8]| {
        let hash = Sha256::of(cache).url_base64();
        format!("a/c.json,sha256={hash},{}\nb.py,,\n", cache.len()).into_bytes()
    };
    let drifted = |pair: Pair| pair.both("lib/site-packages/a/c.json", b"1", b"2");
    let arg = |pair: Pair| pair.arg("USER_UID", "1000", "1001");
    let library = |id: &[u8]| elf(&[(".text", b"code"), (".note.gnu.build-id", id)]);
    let compiled = |name: &str| elf(&[(".text", b"code"), (".rodata", format!("\0{name}\0").as_bytes())]);
    let store = keystore(1);
    vec![
        of_bytes(
            "apk-scripts-tar",
            "lib/apk/db/scripts.tar",
            (&tar("#!x", 5), &tar("#!x", 9)),
            // The header's sum, and padding that no one reads.
            &[148..156, 515..2048],
            same,
        ),
        of_bytes(
            "archive-times",
            "a.whl",
            (&stored(&[("a", b"one", 1)]), &stored(&[("a", b"one", 2)])),
            // Versions and times, in the member's header and in the directory.
            &[4..6, 10..14, 40..42, 46..50],
            same,
        ),
        of_bytes(
            "build-arg",
            "etc/id",
            (b"id 1000 of a", b"id 1001 of a"),
            &[Range { start: 3, end: 7 }],
            arg,
        ),
        of_bytes(
            "build-user",
            "etc/passwd",
            (b"ada:x:1000::/bin/sh", b"ada:x:1001::/bin/sh"),
            &[Range { start: 6, end: 10 }],
            arg,
        ),
        of_bytes("build-id", "a.so", (&library(b"0123"), &library(b"4567")), &[], same),
        of_bytes(
            "compiler-temp-name",
            "a.so",
            (&compiled("/tmp/tmpab12/x.c"), &compiled("/tmp/tmpzz99/x.c")),
            &[],
            same,
        ),
        of_bytes(
            "font-cache",
            "var/cache/fontconfig/0-le64.cache-8",
            (&fonts(5), &fonts(9)),
            &[Range { start: 48, end: 64 }],
            same,
        ),
        of_bytes("git-metadata", "a/.git/index", (&index(1, 5), &index(2, 5)), &index_stat(), same),
        of_bytes(
            "java-keystore",
            "etc/cacerts",
            (&store, &keystore(2)),
            &[19..27, store.len() - 20..store.len(), 7..8],
            same,
        ),
        of_bytes(
            "jit-cache",
            "a/__pycache__/b.f-12.py311.nbi",
            (&numba(1.6e9), &numba(1.7e9)),
            &[Range { start: 8, end: 16 }],
            same,
        ),
        of_bytes(
            "ldconfig-aux-cache",
            "var/cache/ldconfig/aux-cache",
            (&aux_cache(1), &aux_cache(2)),
            &[],
            same,
        ),
        of_bytes(
            "man-index",
            "var/cache/man/index.db",
            (&gdbm("1787393472"), &gdbm("1787443923")),
            &[Range { start: 13, end: 23 }],
            same,
        ),
        of_bytes(
            "pyc-content",
            module_path,
            (&module(b"z\x01az\x01b"), &module(b"z\x01bz\x01a")),
            &[Range { start: 8, end: 12 }],
            source,
        ),
        of_bytes("pyc-header", module_path, (&header(1), &header(2)), &[Range { start: 8, end: 12 }], source),
        of_bytes(
            "record-follows",
            "lib/site-packages/a-1.dist-info/RECORD",
            (&record(b"1"), &record(b"2")),
            &[],
            drifted,
        ),
        of_bytes(
            "systemd-catalog",
            "var/lib/systemd/catalog/database",
            (&catalog([(1, "a"), (2, "b")]), &catalog([(2, "b"), (1, "a")])),
            &[],
            same,
        ),
    ]
}

/// Where git's index has what stat gave, and the checksum that follows.
fn index_stat() -> [Range<usize>; 3] {
    let length = index(1, 5).len();
    [12..36, 40..48, length - 20..length]
}

/// The same of texts.
fn of_texts() -> Vec<Sample> {
    let history = |date: &str| format!("==> {date} <==\n+main::a-1-0\n");
    let dist_info = |name: &str| format!("lib/site-packages/a-1.dist-info/{name}");
    let zeros = "0".repeat(40);
    let log = |time: &str| format!("{zeros} {zeros} A <a@b.org> {time} +0000\tclone\n");
    let hsts = |time: &str| {
        format!("# HSTS 1.0 Known Hosts database for GNU Wget.\nexample.org\t0\t1\t{time}\t63072000\n")
    };
    vec![
        plain(
            "another-source",
            &dist_info("direct_url.json"),
            r#"{"url":"u","vcs_info":{"vcs":"git","commit_id":"1"}}"#,
            r#"{"url":"u","vcs_info":{"vcs":"git","commit_id":"2"}}"#,
            &["u\",", "\"2\""],
        ),
        plain(
            "apk-virtual-version",
            "lib/apk/db/installed",
            "C:Q1a=\nP:.deps\nV:20260822.101112\nA:noarch\n\n",
            "C:Q1b=\nP:.deps\nV:20260823.001203\nA:noarch\n\n",
            &["Q1b=", "20260823.001203"],
        ),
        plain(
            "conda-history",
            "opt/conda/conda-meta/history",
            &history("2026-08-22 10:11:11"),
            &history("2026-08-23 00:12:02"),
            &["==> 2026-08-23 00:12:02 <=="],
        ),
        plain(
            "embedded-clock",
            "etc/built",
            "on 2026-08-22T10:11:12Z by",
            "on 2026-08-23T00:12:03Z by",
            &["2026-08-23T00:12:03Z"],
        ),
        plain(
            "embedded-host",
            "etc/built",
            "by root@0123456789ab in\n",
            "by root@ba9876543210 in\n",
            &["ba9876543210"],
        ),
        plain("git-metadata", "a/.git/logs/HEAD", &log("1"), &log("2"), &[" 2 +0000"]),
        plain(
            "hub-cache-metadata",
            "m/.cache/huggingface/download/c.json.metadata",
            "c\netag\n1700000000.5\n",
            "c\netag\n1800000000.5\n",
            &["1800000000.5"],
        ),
        plain(
            "installer-metadata",
            &dist_info("uv_cache.json"),
            r#"{"timestamp":{"secs_since_epoch":1},"commit":null}"#,
            r#"{"timestamp":{"secs_since_epoch":2},"commit":null}"#,
            &["2"],
        ),
        plain(
            "matplotlib-font-list",
            "root/.cache/matplotlib/fontlist-v390.json",
            r#"{"ttflist":[{"name":"A"},{"name":"B"}]}"#,
            r#"{"ttflist":[{"name":"B"},{"name":"A"}]}"#,
            &[],
        ),
        plain("mime-cache", "usr/share/mime/globs", "a:1\nb:2\n", "b:2\na:1\n", &[]),
        plain(
            "package-manager-log",
            "var/log/dpkg.log",
            "2026-08-22 10:11:11 install a 1\n",
            "2026-08-23 00:12:02 install a 1\n",
            &["2026-08-23 00:12:02"],
        ),
        plain(
            "shadow-last-change",
            "etc/shadow",
            "root:*:20687:0:99999:7:::\n",
            "root:*:20688:0:99999:7:::\n",
            &["20688"],
        ),
        plain("wget-hsts", "root/.wget-hsts", &hsts("1"), &hsts("2"), &["2\t630"]),
    ]
}

fn gdbm(time: &str) -> Vec<u8> {
    [b"\xcf\x9a\x57\x13\0\0ls\0-\t1\t", time.as_bytes(), b"\t0\0x"].concat()
}

/// Causes that speak of rows, of files on one side alone, or of the whole of a file.
fn of_places() -> Vec<Sample> {
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

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Sample> {
    [of_files(), of_texts(), of_places()].into_iter().flatten()
}
