//! Damaged, lying and hostile blobs: the fault told is the one nearest to its cause, and no stage waits for another.

use super::*;

fn expecting(blob: &[u8], expected: Expected) -> String {
    read(blob, expected, &options(Depth::Entries)).unwrap_err().to_string()
}

fn its_own(blob: &[u8]) -> Expected {
    Expected { digest: Some(Sha256::of(blob).into()), size: Some(blob.len() as u64), diff_id: None }
}

#[test]
fn a_damaged_copy_is_called_that_whatever_its_damage_does_inside() {
    let good = gzip(&sample());
    let mut damaged = good.clone();
    damaged[40] ^= 0xff;
    let cut = &good[..good.len() / 2];
    let expected = Expected { size: None, ..its_own(&good) };
    assert!(expecting(&damaged, expected).starts_with("the blob's digest is sha256:"));
    assert!(expecting(cut, expected).starts_with("the blob's digest is sha256:"));
    // Damaged before it was pushed.
    assert!(expecting(&damaged, its_own(&damaged)).starts_with("the gzip stream is damaged or cut off"));
    assert!(expecting(cut, its_own(cut)).starts_with("the gzip stream is damaged or cut off"));
    let cut = &zstd(&sample())[..40];
    assert!(expecting(cut, its_own(cut)).starts_with("the zstd stream is damaged or cut off"));
}

#[test]
fn a_cut_off_tar_in_a_whole_stream_is_the_tars_fault() {
    let tar = Tar::default().file("a", &[7; 5000]).cut();
    for blob in [tar[..4000].to_vec(), gzip(&tar[..4000]), zstd(&tar[..4000])] {
        assert_eq!(expecting(&blob, its_own(&blob)), "the tar ends at byte 4000, inside a file's content");
    }
}

#[test]
fn a_blob_of_another_size_is_told_before_its_digest() {
    let blob = gzip(&sample());
    let size = blob.len() as u64;
    let sized = |size| Expected { size: Some(size), ..its_own(b"other") };
    let (less, more) = (size - 1, size + 1);
    let expected = format!("the blob has more bytes; its descriptor says {less}");
    assert_eq!(expecting(&blob, sized(less)), expected);
    assert_eq!(
        expecting(&blob, sized(more)),
        format!("the blob has {size} bytes; its descriptor says {more}")
    );
    assert!(expecting(&blob, sized(size)).starts_with("the blob's digest is"));
    assert_eq!(expecting(b"", sized(1)), "the blob has 0 bytes; its descriptor says 1");
}

#[test]
fn a_blob_without_an_end_is_read_no_further_than_its_size() {
    let text = in_time(|| {
        let expected = Expected { size: Some(1 << 20), ..Expected::default() };
        read(io::repeat(b'x'), expected, &options(Depth::Entries)).unwrap_err().to_string()
    });
    assert_eq!(text.unwrap(), "the blob has more bytes; its descriptor says 1048576");
}

#[test]
fn another_diff_id_than_the_configs_is_told() {
    for blob in [sample(), gzip(&sample())] {
        for depth in [Depth::DiffId, Depth::Entries] {
            let expected = Expected { diff_id: Some(Sha256::of(b"other").into()), ..its_own(&blob) };
            let found = read(&blob[..], expected, &options(depth));
            assert!(matches!(found, Err(LayerError::DiffId { .. })), "{found:?}");
        }
    }
}

#[test]
fn xz_is_refused_by_name_if_the_blob_is_what_its_descriptor_says() {
    let blob = b"\xfd7zXZ\0 and so on";
    assert!(expecting(blob, its_own(blob)).starts_with("the blob is compressed with xz"));
    assert!(expecting(blob, its_own(b"other")).contains("its descriptor says"));
}

#[test]
fn a_bomb_is_stopped_at_the_limit() {
    for blob in [gzip(&vec![0; 64 << 20]), zstd(&vec![0; 64 << 20])] {
        for depth in [Depth::DiffId, Depth::Entries] {
            let options = PassOptions { expansion: Expansion::of_bytes(1 << 20), ..options(depth) };
            let Err(LayerError::Expansion { unpacked, .. }) = read(&blob[..], its_own(&blob), &options)
            else {
                panic!("no limit");
            };
            assert!(unpacked < 2 << 20, "{unpacked}");
            let damaged =
                read(&blob[..], its_own(b"other"), &PassOptions { expansion: options.expansion, ..options });
            assert!(matches!(damaged, Err(LayerError::Size { .. })), "{damaged:?}");
        }
    }
}

#[test]
fn layers_that_each_keep_to_the_limit_are_stopped_together() {
    let blob = gzip(&Tar::default().file("zeros", &vec![0; 600 << 10]).end());
    for depth in [Depth::DiffId, Depth::Entries] {
        let total = Total::of_bytes(1 << 20);
        let options = PassOptions { total: Some(&total), ..options(depth) };
        assert!(read(&blob[..], its_own(&blob), &options).is_ok());
        let second = read(&blob[..], its_own(&blob), &options);
        assert!(matches!(second, Err(LayerError::Together { .. })), "{second:?}");
    }
    let hole = Header::new(GNU, b'S', b"hole").octal(field::GNU_SPARSE_SIZE, 700_000);
    let tar = Tar::default().header(hole).end();
    let total = Total::of_bytes(1 << 20);
    let options = PassOptions { total: Some(&total), ..options(Depth::Entries) };
    assert!(read(&tar[..], its_own(&tar), &options).is_ok());
    assert!(matches!(read(&tar[..], its_own(&tar), &options), Err(LayerError::Together { .. })));
}

#[test]
fn a_hole_of_exabytes_is_refused_before_it_is_hashed() {
    let hole = Header::new(GNU, b'S', b"hole").base256(field::GNU_SPARSE_SIZE, 1 << 60);
    let found = in_time(move || {
        let tar = Tar::default().header(hole).end();
        let start = std::time::Instant::now();
        (read(&tar[..], its_own(&tar), &options(Depth::Entries)), start.elapsed())
    });
    let (found, time) = found.unwrap();
    assert!(matches!(found, Err(LayerError::Expansion { .. })), "{found:?}");
    assert!(time < Duration::from_secs(2), "{time:?}");
}

#[test]
fn many_holes_count_together() {
    let hole = |name: &[u8]| Header::new(GNU, b'S', name).octal(field::GNU_SPARSE_SIZE, 700_000);
    let tar = Tar::default().header(hole(b"a")).header(hole(b"b")).end();
    let with = |bytes| PassOptions { expansion: Expansion::of_bytes(bytes), ..options(Depth::Entries) };
    assert!(read(&tar[..], its_own(&tar), &with(1_400_000)).is_ok());
    let found = read(&tar[..], its_own(&tar), &with(1_399_999));
    assert!(matches!(found, Err(LayerError::Expansion { .. })), "{found:?}");
}

#[test]
fn a_blob_that_cannot_be_read_on_is_that_and_no_damage() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::ConnectionReset, "the peer is gone"))
        }
    }
    for whole in [sample(), gzip(&sample()), zstd(&sample()), vec![b'x'; 9_000_000]] {
        for part in [0, 100, whole.len() * 2 / 3, whole.len()] {
            for depth in [Depth::Blob, Depth::DiffId, Depth::Entries] {
                let blob = whole[..part].to_vec();
                let text = in_time(move || {
                    let blob = io::Cursor::new(blob).chain(Failing);
                    read(blob, Expected::default(), &options(depth)).unwrap_err().to_string()
                });
                assert_eq!(text.unwrap(), "the blob cannot be read: the peer is gone");
            }
        }
    }
}

#[test]
fn a_stage_that_ends_early_holds_nobody_up() {
    const BYTES: usize = 200 << 20;
    // No tar from the first byte; no gzip behind the first member; no zstd behind the first frame.
    let start = Tar::default().file("a", b"x").cut();
    let blobs: [(&str, Vec<u8>); 4] = [
        ("no tar header", vec![b'x'; BYTES]),
        ("no tar header", gzip(&vec![b'x'; BYTES])),
        ("the gzip stream", [gzip(&start), vec![b'x'; BYTES]].concat()),
        ("the zstd stream", [zstd(&start), vec![b'x'; BYTES]].concat()),
    ];
    for (fault, blob) in blobs {
        for (expected, text) in
            [(its_own(&blob), fault), (Expected { size: None, ..its_own(b"other") }, "the blob's digest")]
        {
            let blob = blob.clone();
            let found = in_time(move || expecting(&blob, expected)).unwrap();
            assert!(found.starts_with(text), "{found}");
        }
    }
}

#[test]
fn a_panic_in_any_stage_ends_the_pass() {
    struct Panicking(usize);
    impl Read for Panicking {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).unwrap();
            buffer.fill(b'x');
            Ok(buffer.len())
        }
    }
    let blob = gzip(&Tar::default().file("a", b"").file("b", &vec![7; 9 << 20]).end());
    let walk = PassOptions { wants: &|_| panic!("walk"), ..options(Depth::Entries) };
    let tell = PassOptions { progress: &|_| panic!("tell"), ..options(Depth::Entries) };
    for options in [walk, tell] {
        let blob = blob.clone();
        assert!(in_time(move || read(&blob[..], Expected::default(), &options).is_ok()).is_none());
    }
    for reads in [0, 1, 100] {
        let found =
            in_time(move || read(Panicking(reads), Expected::default(), &options(Depth::DiffId)).is_ok());
        assert!(found.is_none());
    }
}
