//! Whole passes over blobs made here: what they learn, and which fault of several is told.

use std::sync::mpsc;
use std::time::Duration;

use super::walk::{FileSink, Kept};
use super::*;
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::formats::tar::testing::{GNU, Header, Tar, USTAR, field};
use crate::layer::Capture;
use crate::layer::decompress::tests::gzip;

mod faults;

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn options(depth: Depth) -> PassOptions<'static> {
    PassOptions {
        depth,
        expansion: Expansion::default(),
        wants: &|_| Keep::Nothing,
        progress: &|_| {},
        total: None,
    }
}

fn pass(blob: &[u8], depth: Depth) -> Result<Pass, LayerError> {
    read(blob, Expected::default(), &options(depth))
}

fn entries(pass: &Pass) -> Vec<String> {
    let contents = pass.unpacked.as_ref().unwrap().contents.as_ref().unwrap();
    contents.entries.iter().map(|entry| entry.path.to_string()).collect()
}

fn sample() -> Vec<u8> {
    Tar::default().file("a", b"first").file("b", &[7; 300_000]).file("c", b"").end()
}

#[test]
fn the_same_tar_gives_the_same_facts_in_any_compression() {
    let tar = sample();
    let halves = tar.split_at(100_000);
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    let blobs = [
        (Compression::None, tar.clone()),
        (Compression::Gzip, gzip(&tar)),
        (Compression::Gzip, [gzip(halves.0), gzip(b""), gzip(halves.1)].concat()),
        (Compression::Zstd, zstd(&tar)),
        (Compression::Zstd, [skippable.clone(), zstd(halves.0), skippable, zstd(halves.1)].concat()),
    ];
    for (compression, blob) in blobs {
        let pass = pass(&blob, Depth::Entries).unwrap();
        let unpacked = pass.unpacked.as_ref().unwrap();
        assert_eq!((pass.digest, pass.size), (Sha256::of(&blob).into(), blob.len() as u64));
        assert_eq!((unpacked.compression, unpacked.size), (compression, tar.len() as u64));
        assert_eq!(unpacked.diff_id, Sha256::of(&tar).into());
        assert_eq!(entries(&pass), ["a", "b", "c"]);
        let contents = unpacked.contents.as_ref().unwrap();
        let hashes: Vec<_> = contents.entries.iter().map(|entry| entry.content.unwrap()).collect();
        assert_eq!(hashes, [Sha256::of(b"first"), Sha256::of(&[7; 300_000]), Sha256::of(b"")]);
    }
}

#[test]
fn what_follows_the_end_of_the_tar_counts_for_the_diff_id() {
    let tar = Tar::default().file("a", b"").raw(&[0; 1024]).raw(&[1; 400_000]).cut();
    let pass = pass(&gzip(&tar), Depth::Entries).unwrap();
    assert_eq!(pass.unpacked.unwrap().diff_id, Sha256::of(&tar).into());
}

#[test]
fn an_empty_blob_is_a_tar_of_nothing() {
    let pass = pass(b"", Depth::Entries).unwrap();
    assert_eq!((pass.digest, pass.size), (Sha256::of(b"").into(), 0));
    assert!(entries(&pass).is_empty());
}

#[test]
fn a_pass_goes_no_deeper_than_asked() {
    let no_tar = gzip(&[b'x'; 5000]);
    let found = pass(&no_tar, Depth::DiffId).unwrap().unpacked.unwrap();
    assert_eq!((found.diff_id, found.contents.is_none()), (Sha256::of(&[b'x'; 5000]).into(), true));
    assert!(pass(&no_tar, Depth::Entries).is_err());
    let plain = pass(&[b'x'; 5000], Depth::DiffId).unwrap().unpacked.unwrap();
    assert_eq!((plain.compression, plain.contents.is_none()), (Compression::None, true));
    // At this depth neither a damaged stream nor an unknown one is looked into.
    for blob in [&no_tar[..no_tar.len() - 9], b"\xfd7zXZ\0 and so on"] {
        let pass = pass(blob, Depth::Blob).unwrap();
        assert_eq!((pass.digest, pass.unpacked.is_none()), (Sha256::of(blob).into(), true));
    }
}

#[test]
fn a_blob_is_read_once_from_its_first_byte_to_its_last() {
    struct Counting<'a> {
        bytes: &'a [u8],
        read: &'a AtomicU64,
        ends: &'a AtomicU64,
    }
    impl Read for Counting<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            // Odd lengths, as from a network.
            let length = buffer.len().min(7777);
            let count = self.bytes.read(&mut buffer[..length])?;
            self.read.fetch_add(count as u64, Ordering::Relaxed);
            self.ends.fetch_add(u64::from(count == 0), Ordering::Relaxed);
            Ok(count)
        }
    }
    // The damaged one too: its digest is worth knowing.
    let damaged = [zstd(&sample()), vec![1; 500_000]].concat();
    for blob in [sample(), gzip(&sample()), zstd(&sample()), damaged] {
        for depth in [Depth::Blob, Depth::DiffId, Depth::Entries] {
            let (bytes, ends, told) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
            let progress = |more| {
                told.fetch_add(more, Ordering::Relaxed);
            };
            let options = PassOptions { progress: &progress, ..options(depth) };
            let _ = read(Counting { bytes: &blob, read: &bytes, ends: &ends }, Expected::default(), &options);
            assert_eq!(bytes.into_inner(), blob.len() as u64);
            assert_eq!(told.into_inner(), blob.len() as u64);
            assert!(ends.into_inner() > 0);
        }
    }
}

#[test]
fn files_asked_for_are_kept_by_their_place_among_the_entries() {
    let tar = Tar::default().file("no", b"no").file("etc/yes", b"1").file("etc/yes", b"22").end();
    let wants = |path: &LayerPath| if *path == "etc/yes".into() { Keep::Catalog } else { Keep::Nothing };
    let options = PassOptions { wants: &wants, ..options(Depth::Entries) };
    let pass = read(&gzip(&tar)[..], Expected::default(), &options).unwrap();
    let captures = pass.unpacked.unwrap().contents.unwrap().captures;
    let kept = |bytes: &[u8]| Capture::Kept(bytes.into());
    assert_eq!(captures, [(1, kept(b"1")), (2, kept(b"22"))].into());
}

#[test]
fn a_file_over_the_cap_is_hashed_and_not_kept() {
    let hole = limits::CAPTURE_BYTES + 1;
    let tar = Tar::default().header(Header::new(GNU, b'S', b"big").octal(field::GNU_SPARSE_SIZE, hole)).end();
    let pass = read(
        &tar[..],
        Expected::default(),
        &PassOptions { wants: &|_| Keep::Catalog, ..options(Depth::Entries) },
    );
    let contents = pass.unwrap().unpacked.unwrap().contents.unwrap();
    assert_eq!((contents.entries[0].size, contents.entries[0].content.is_some()), (hole, true));
    assert_eq!(contents.captures, [(0, Capture::TooLarge)].into());
    // All files of a layer together have a cap too.
    let mut kept = Kept { catalogs: limits::CAPTURES_BYTES - 1, ..Kept::default() };
    let mut file = FileSink::new(2, Keep::Catalog, &kept);
    file.push(b"xx");
    assert_eq!(file.finish(&mut kept), (Sha256::of(b"xx"), Some(Capture::TooLarge)));
}

#[test]
fn of_files_that_may_have_drifted_those_with_other_bytes_are_kept_while_there_is_room() {
    let tar = Tar::default().file("same", b"old").file("a", b"new").file("b", b"added").file("c", b"n").end();
    let wants = |path: &LayerPath| {
        let locked = (*path != "b".into()).then(|| Sha256::of(b"old"));
        Keep::Drift { locked, room: 4, most: 4 }
    };
    let options = PassOptions { wants: &wants, ..options(Depth::Entries) };
    let pass = read(&tar[..], Expected::default(), &options).unwrap();
    let captures = pass.unpacked.unwrap().contents.unwrap().captures;
    let kept = |bytes: &[u8]| Capture::Kept(bytes.into());
    assert_eq!(captures, [(1, kept(b"new")), (3, kept(b"n"))].into());
}

#[test]
fn whiteouts_and_links_are_entries_like_others() {
    let hardlink = Header::new(USTAR, b'1', b"b").set(field::LINK, b"a");
    let tar = Tar::default().file("etc/.wh.motd", b"").file("a", b"x").header(hardlink).end();
    let pass = pass(&tar, Depth::Entries).unwrap();
    assert_eq!(entries(&pass), ["etc/.wh.motd", "a", "b"]);
    let contents = pass.unpacked.unwrap().contents.unwrap();
    assert_eq!(contents.entries[2].content, None);
}

#[test]
fn digests_are_checked_in_the_algorithm_they_are_written_in() {
    let tar = sample();
    let sha512 = |bytes: &[u8]| {
        let mut hasher = Hasher::Sha512(sha2::Digest::new());
        hasher.update(bytes);
        hasher.finish()
    };
    let sha256 = |bytes: &[u8]| Digest::from(Sha256::of(bytes));
    for blob in [tar.clone(), gzip(&tar)] {
        for (digest, diff_id) in [(sha512(&blob), sha256(&tar)), (sha256(&blob), sha512(&tar))] {
            let expected = Expected { digest: Some(digest), diff_id: Some(diff_id), size: None };
            let pass = read(&blob[..], expected, &options(Depth::Entries)).unwrap();
            assert_eq!((pass.digest, pass.unpacked.unwrap().diff_id), (digest, diff_id));
        }
        let expected = Expected { diff_id: Some(sha512(&tar)), ..Expected::default() };
        assert!(read(&blob[..], expected, &options(Depth::DiffId)).is_ok());
    }
}

#[test]
fn hundreds_of_small_layers_are_read_one_after_the_other() {
    for index in 0..500 {
        let tar = Tar::default().file("a", format!("{index}").as_bytes()).end();
        let blob = if index % 2 == 0 { gzip(&tar) } else { zstd(&tar) };
        assert_eq!(entries(&pass(&blob, Depth::Entries).unwrap()), ["a"]);
    }
}

/// What `test` gives, on a thread of its own, in half a minute; a hang is a failure, a panic is `None`.
fn in_time<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::spawn(move || sender.send(test()));
    match receiver.recv_timeout(Duration::from_secs(30)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the pass hangs"),
        found => {
            let _ = thread.join();
            found.ok()
        }
    }
}
