//! Samples of causes that speak of what files hold.

use std::ops::Range;

use super::{Sample, of_bytes};
use crate::base::digest::Sha256;
use crate::causes::testing::Pair;
use crate::formats::archives::zip::tests::stored;
use crate::formats::elf::tests::elf;
use crate::formats::git_index::tests::index;
use crate::formats::tar::testing::{Header, USTAR, field};

pub(super) fn samples() -> Vec<Sample> {
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

fn gdbm(time: &str) -> Vec<u8> {
    [b"\xcf\x9a\x57\x13\0\0ls\0-\t1\t", time.as_bytes(), b"\t0\0x"].concat()
}
