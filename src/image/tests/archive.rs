//! Tars: finding members, hostile headers, archives compressed as a whole.

use std::io::Write;

use crate::base::limits::Expansion;
use crate::image::archive::tar::Archive;
use crate::image::error::{ArchiveFault, ImageError, ImageFault};
use crate::image::options::OpenOptions;
use crate::image::reference::{Reference, open};
use crate::image::tests::{Layout, Place, Tar, header, layer_text};

fn archive(bytes: &[u8]) -> Result<Archive, ImageError> {
    Archive::open(&Place::with_file(bytes).path("img.tar"), "x".into(), Expansion::default())
}

fn text(archive: &Archive, name: &str) -> String {
    let bytes = archive.member(name).unwrap().unwrap().bytes(1 << 20, "member", "x").unwrap();
    String::from_utf8(bytes).unwrap()
}

fn error(bytes: &[u8]) -> String {
    archive(bytes).err().unwrap().to_string()
}

fn record(key: &str, value: &str) -> Vec<u8> {
    let body = format!(" {key}={value}\n");
    let digits = (body.len() + 2).to_string().len();
    format!("{}{body}", body.len() + digits).into_bytes()
}

#[test]
fn long_names_are_read_in_every_dialect() {
    let long = format!("{}/layer.tar", "d".repeat(200));
    let pax = [record("path", &long), record("comment", "x")].concat();
    let mut prefixed = header(b"layer.tar", b"00000000003\0", b'0', b"", b"ustar\x0000");
    prefixed[345..348].copy_from_slice(b"dir");
    let sum: u32 = prefixed.iter().map(|byte| u32::from(*byte)).sum::<u32>()
        - prefixed[148..156].iter().map(|byte| u32::from(*byte)).sum::<u32>()
        + 8 * 32;
    prefixed[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let gnu =
        Tar::default().entry(b'L', "././@LongLink", "", format!("{long}\0").as_bytes()).file("ddd", b"gnu");
    assert_eq!(text(&archive(&gnu.end()).unwrap(), &long), "gnu");
    let pax = Tar::default().entry(b'x', "PaxHeaders/x", "", &pax).file("ddd", b"pax");
    assert_eq!(text(&archive(&pax.end()).unwrap(), &long), "pax");
    let mut ustar = Tar::default();
    ustar.0.extend(prefixed);
    assert_eq!(text(&archive(&ustar.data(b"pre").end()).unwrap(), "dir/layer.tar"), "pre");
}

#[test]
fn sizes_are_read_in_octal_in_base_256_and_from_pax() {
    let mut base256 = [0; 12];
    base256[0] = 0x80;
    base256[11] = 3;
    let mut tar = Tar::default().entry(b'x', "p", "", &record("size", "4")).0;
    tar.extend(header(b"pax", b"00000000000\0", b'0', b"", b"ustar\x0000"));
    let mut tar = Tar(tar).data(b"four").0;
    tar.extend(header(b"gnu", &base256, b'0', b"", b"ustar  \0"));
    let archive = archive(&Tar(tar).data(b"abc").file("last", b"z").end()).unwrap();
    assert_eq!(
        (text(&archive, "pax"), text(&archive, "gnu"), text(&archive, "last")),
        ("four".into(), "abc".into(), "z".into())
    );
}

#[test]
fn names_go_by_their_normal_form_and_the_last_of_two_wins() {
    let tar = Tar::default()
        .file("./a/b", b"old")
        .entry(b'5', "a/", "", b"")
        .file("/a//b", b"new")
        .file("../a/b", b"out");
    let archive = archive(&tar.end()).unwrap();
    assert_eq!(text(&archive, "a/b"), "new");
    assert_eq!(text(&archive, "./a/b"), "new");
    assert!(archive.member("a").unwrap().is_none());
}

#[test]
fn links_lead_to_other_members_and_nowhere_else() {
    let tar = Tar::default()
        .file("one/layer.tar", b"layer")
        .entry(b'2', "two/layer.tar", "../one/layer.tar", b"")
        .entry(b'1', "three", "two/layer.tar", b"")
        .entry(b'2', "absolute", "/etc/passwd", b"")
        .entry(b'2', "climbing", "../../etc/passwd", b"")
        .entry(b'2', "a", "b", b"")
        .entry(b'2', "b", "a", b"")
        .entry(b'6', "pipe", "", b"")
        .entry(b'2', "dangling", "nothing", b"");
    let archive = archive(&tar.end()).unwrap();
    assert_eq!(text(&archive, "two/layer.tar"), "layer");
    assert_eq!(text(&archive, "three"), "layer");
    assert!(archive.member("dangling").unwrap().is_none());
    let error = |name: &str| archive.member(name).err().unwrap().to_string();
    assert_eq!(
        error("absolute"),
        "member \"absolute\" of x: expected a file, found a link that leaves the archive"
    );
    assert!(error("climbing").ends_with("found a link that leaves the archive"));
    assert!(error("a").ends_with("found links that lead in a circle"));
    assert!(error("pipe").ends_with("found a device or a pipe"));
}

#[test]
fn an_old_sparse_member_moves_nothing_behind_it() {
    let mut sparse = header(b"sparse", b"00000000003\0", b'S', b"", b"ustar  \0");
    sparse[482] = 1;
    let sum: u32 = sparse.iter().map(|byte| u32::from(*byte)).sum::<u32>()
        - sparse[148..156].iter().map(|byte| u32::from(*byte)).sum::<u32>()
        + 8 * 32;
    sparse[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut more = [0; 512];
    more[504] = 1;
    let tar = [&sparse[..], &more, &[0; 512]].concat();
    let archive = archive(&Tar(tar).data(b"abc").file("next", b"n").end()).unwrap();
    assert_eq!(text(&archive, "next"), "n");
    assert!(archive.member("sparse").err().unwrap().to_string().ends_with("found a file stored with holes"));
}

#[test]
fn a_header_that_claims_an_exabyte_costs_nothing() {
    let mut size = [0; 12];
    size[0] = 0x80;
    size[4] = 0x10;
    for kind in [b'0', b'x', b'L', b'g', b'S'] {
        let mut tar = header(b"huge", &size, kind, b"", b"ustar  \0").to_vec();
        tar.extend([1; 1024]);
        let error = error(&tar);
        assert!(error.contains("truncated") || error.ends_with("the extension is too large"), "{error}");
    }
    size[0] = 0xff;
    let negative = header(b"huge", &size, b'0', b"", b"ustar  \0");
    assert_eq!(error(&negative), "x: tar header at byte 0: the size is no number");
}

#[test]
fn a_tar_cut_anywhere_is_an_error_or_lacks_its_last_members() {
    let whole = Tar::default().file("one", &[b'1'; 700]).file("two", b"2").0;
    assert_eq!(error(&whole[..1000]), "x is truncated: expected 700 bytes of member \"one\", found 488");
    assert_eq!(error(&whole[..1600]), "x is truncated: expected 512 bytes of a header, found 64");
    for length in 1..whole.len() {
        let _ = archive(&whole[..length]);
    }
    // Without padding and end marks it is whole all the same.
    assert_eq!(text(&archive(&whole[..whole.len() - 511]).unwrap(), "two"), "2");
}

#[test]
fn a_name_longer_than_any_path_is_refused() {
    let name = "n".repeat(70_000);
    let tar = Tar::default().entry(b'L', "l", "", name.as_bytes()).file("short", b"").end();
    assert!(error(&tar).ends_with("the name is too long"));
    let tar = Tar::default().entry(b'K', "k", "", name.as_bytes()).entry(b'2', "short", "", b"").end();
    assert!(error(&tar).ends_with("the name is too long"));
}

#[test]
fn broken_headers_and_records_are_named_with_their_place() {
    let mut tar = Tar::default().file("one", b"1").end();
    tar[1024..1028].copy_from_slice(b"junk");
    assert_eq!(error(&tar), "x: tar header at byte 1024: the checksum does not fit");
    for records in [&b"9 path"[..], b"99999999999999999999 a=b\n", b"5 ab\n", b"0 a=b\n", b"x"] {
        let tar = Tar::default().entry(b'x', "p", "", records).file("one", b"1").end();
        assert_eq!(error(&tar), "x: tar header at byte 0: a PAX record is malformed");
    }
}

#[test]
fn a_file_that_is_no_tar_is_told_what_it_is() {
    assert!(error(b"").ends_with("expected a tar archive, found an empty file"));
    assert!(error(b"\x04\x22\x4d\x18lz4").ends_with("found lz4 (read are gzip, zstd, xz and bzip2)"));
    assert!(error(b"BZh91AYSY").starts_with("unpack x as bzip2: "));
    assert!(error(&[b'{'; 600]).ends_with("found JSON"));
    let twice = zstd::encode_all(&gzip(&Tar::default().end())[..], 1).unwrap();
    assert!(error(&twice).ends_with("found an archive compressed twice"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One xz stream with one block of stored LZMA2 chunks and no check.
fn xz(bytes: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let varint = |mut value: usize| {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    };
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let mut block = vec![2, 0, 0x21, 1, 0, 0, 0, 0];
    block.extend(crc(&block));
    for (at, chunk) in bytes.chunks(1 << 16).enumerate() {
        block.push(if at == 0 { 1 } else { 2 });
        block.extend(((chunk.len() - 1) as u16).to_be_bytes());
        block.extend(chunk);
    }
    block.push(0);
    let mut index = padded([vec![0, 1], varint(block.len()), varint(bytes.len())].concat());
    index.extend(crc(&index));
    let mut footer = ((index.len() / 4 - 1) as u32).to_le_bytes().to_vec();
    footer.extend([0, 0]);
    let start = [&b"\xfd7zXZ\0\0\0"[..], &crc(&[0, 0])].concat();
    [start, padded(block), index, crc(&footer).to_vec(), footer, b"YZ".to_vec()].concat()
}

#[test]
fn an_archive_compressed_as_a_whole_in_several_parts_is_the_same_image() {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["first", "second"]);
    layout.entries.push(image);
    let tar = layout.tar().end();
    let (start, end) = tar.split_at(700);
    let skippable = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
    let packed = [
        [gzip(start), gzip(end)].concat(),
        [zstd(start), skippable.clone(), zstd(end)].concat(),
        [skippable, zstd(&tar)].concat(),
        [xz(start), xz(end)].concat(),
    ];
    let plain = Place::with_file(&tar).image("~/img.tar", "").unwrap();
    for bytes in packed {
        let place = Place::with_file(&bytes);
        let source = place.open("~/img.tar").unwrap();
        let image = source.image(None).unwrap();
        assert_eq!(format!("{image:?}"), format!("{plain:?}"));
        assert_eq!(layer_text(&*source, &image, 1), "second");
        let cut = archive(&bytes[..bytes.len() - 9]).err().unwrap();
        assert!(matches!(&*cut.kind, ImageFault::Archive(ArchiveFault::Unpack { .. })), "{cut}");
    }
}

#[test]
fn unpacking_stops_at_the_limit() {
    let bomb = gzip(&vec![0; 8 << 20]);
    let place = Place::with_file(&bomb);
    let reference: Reference = place.path("img.tar").to_str().unwrap().parse().unwrap();
    let options = OpenOptions { expansion: Expansion::of_bytes(1 << 20), ..OpenOptions::default() };
    let error = open(&reference, &options).err().unwrap();
    assert!(
        matches!(*error.kind, ImageFault::Archive(ArchiveFault::Expansion { expected: 1_048_576, found, .. }) if found < 2 << 20),
        "{error}"
    );
}

#[test]
fn layers_are_read_side_by_side() {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["first", "second"]);
    layout.entries.push(image);
    let place = Place::with_file(&layout.tar().end());
    let source = place.open("~/img.tar").unwrap();
    let image = source.image(None).unwrap();
    let (mut one, mut two) = (source.open(&image.layers[0]).unwrap(), source.open(&image.layers[1]).unwrap());
    let mut bytes = [0; 2];
    one.read_exact(&mut bytes).unwrap();
    two.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"se");
    one.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"rs");
}
