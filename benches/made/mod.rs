//! What the benches work on: tars, entries and lockfiles made from a seed, the same in every run.

#![allow(dead_code)]

#[path = "../../src/formats/tar/testing.rs"]
pub(crate) mod tar;

#[path = "../../src/base/testing.rs"]
mod testing;

use std::sync::Arc;

use reprolock::internal::base::digest::Sha256;
use reprolock::internal::formats::tar::entry::{Dialect, Entry, HeaderRecords, Kind, Mtime};
use tar::Tar;
pub(crate) use testing::Numbers;

impl Numbers {
    /// Bytes that compress about three to one, as programs and libraries do: runs of few values, then noise.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 64);
        while bytes.len() < length {
            let number = self.next();
            match number % 4 {
                0 => bytes.extend(number.to_le_bytes()),
                1 => bytes.extend([(number >> 32) as u8; 24]),
                _ => bytes
                    .extend(b"fn reprolock(layer: &Layer) -> Result<Pass, Error> {\n    ".iter().take(40)),
            }
        }
        bytes.truncate(length);
        bytes
    }
}

/// A tar of `count` files of `size` bytes each, a hundred a folder.
pub(crate) fn files(count: usize, size: usize) -> Vec<u8> {
    let mut numbers = Numbers(count as u64);
    let content = numbers.bytes(size + 4096);
    let file = |tar: Tar, index: usize| {
        let start = numbers.next() as usize % 4096;
        tar.file(&path(index), content.get(start..start + size).unwrap_or_default())
    };
    (0..count).fold(Tar::default(), file).end()
}

/// `count` files as a pass finds them, and a folder for each hundred.
pub(crate) fn entries(count: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    for index in 0..count {
        let path = path(index);
        if index.is_multiple_of(100) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            entries.push(Entry {
                kind: Kind::Directory,
                mode: 0o755,
                size: 0,
                content: None,
                ..entry(folder)
            });
        }
        entries.push(entry(&path));
    }
    entries
}

fn entry(path: &str) -> Entry {
    Entry {
        path: path.into(),
        kind: Kind::File,
        mode: 0o644,
        uid: 0,
        gid: 0,
        uname: Arc::from(&b"root"[..]),
        gname: Arc::from(&b"root"[..]),
        size: 1234,
        mtime: Mtime { seconds: 1_614_211_200, nanos: 0 },
        link: None,
        device: None,
        xattrs: Vec::new(),
        content: Some(Sha256::of(path.as_bytes())),
        dialect: Dialect::Ustar,
        records: Some(HeaderRecords::default()),
    }
}

fn path(index: usize) -> String {
    format!("usr/lib/python3/dist-packages/package{:05}/module{:03}.py", index / 100, index % 100)
}
