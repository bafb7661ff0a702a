//! Flipped bits in the corpus' databases of dpkg and apk, and in its executables: nothing panics or hangs, and the stanzas that
//! the bit is not in stay as they were. None of these has a checksum of what it says, so a flip may read as another package.
//!
//! `REPROLOCK_FLIPS` says how many flips each file gets; `benches/flips` asks for many.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use reprolock::internal::base::path::LayerPath;
use reprolock::internal::ecosystem::Package;
use reprolock::internal::inspect::executables::Executable;

use crate::rpm::{Files, catalogs, corpus};
use crate::support::numbers::Numbers;

fn flips() -> usize {
    std::env::var("REPROLOCK_FLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// Stanzas that a flipped bit may be in: its own, and the one that an empty line that came or went joins it to.
const TOUCHED: usize = 2;

fn facts(id: &str, files: &Files) -> BTreeSet<String> {
    let of = |package: &Package| {
        let Package { name, version, architecture, source, source_version, state, checksum, .. } = package;
        format!("{name} {version} {architecture:?} {source:?} {source_version:?} {state:?} {checksum:?}")
    };
    catalogs(id, files).iter().flat_map(|catalog| catalog.packages.iter().map(of)).collect()
}

#[test]
fn a_flipped_bit_in_a_text_of_packages_leaves_the_other_stanzas_as_they_are() {
    let Some(corpus) = corpus() else { return };
    for (id, file, path) in [
        ("deb", "dpkg-status-91", "var/lib/dpkg/status"),
        ("apk", "apk-installed-15", "lib/apk/db/installed"),
    ] {
        let bytes = fs::read(corpus.join("pkgdb").join(file)).unwrap();
        let mut files: Files = vec![(path.to_owned(), bytes)];
        let whole = facts(id, &files);
        let (mut numbers, mut lost, mut read) = (Numbers(7), 0, 0);
        for _ in 0..flips() {
            let bit = numbers.below(files[0].1.len() * 8);
            files[0].1[bit / 8] ^= 1 << (bit % 8);
            let now = facts(id, &files);
            files[0].1[bit / 8] ^= 1 << (bit % 8);
            let case = format!("{file}: byte {}, bit {}", bit / 8, bit % 8);
            let (gone, new) = (whole.difference(&now).count(), now.difference(&whole).count());
            assert!(gone <= TOUCHED, "{case}: {:?}", whole.difference(&now));
            assert!(new <= TOUCHED, "{case}: {:?}", now.difference(&whole));
            (lost, read) = (lost.max(gone), read + usize::from(new > 0));
        }
        eprintln!("{file}: of {} flips {read} read as another package, {lost} lost at most", flips());
    }
}

/// The executables of the corpus, unpacked.
fn executables(corpus: &Path) -> Vec<(String, Vec<u8>)> {
    let folders = ["go", "rust"].map(|language| corpus.join("catalogs/others").join(language));
    let items = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let packed =
        items.map(|item| item.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "gz"));
    let unpacked = |path: PathBuf| {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(fs::File::open(&path).unwrap()).read_to_end(&mut bytes).unwrap();
        (path.file_name().unwrap().to_string_lossy().into_owned(), bytes)
    };
    let mut all: Vec<_> = packed.map(unpacked).collect();
    all.sort();
    all
}

/// Where the sections of build notes stand in a 64-bit, little-endian ELF file (elf(5)).
fn noted(bytes: &[u8]) -> Vec<Range<usize>> {
    let number = |at: usize, size: usize| {
        bytes[at..at + size].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (table, size, count, names) = (number(0x28, 8), number(0x3a, 2), number(0x3c, 2), number(0x3e, 2));
    let header = |at: usize| table + at * size;
    let names = number(header(names) + 0x18, 8);
    let is_note = |at: &usize| {
        let name = &bytes[names + number(header(*at), 4)..];
        name.starts_with(b".dep-v0\0") || name.starts_with(b".go.buildinfo\0")
    };
    let range = |at: usize| {
        let start = number(header(at) + 0x18, 8);
        start..start + number(header(at) + 0x20, 8)
    };
    let own = (0..count).filter(is_note).map(range);
    // The headers of sections, too: where one leads elsewhere, the note is not found.
    own.chain(std::iter::once(table..table + count * size)).collect()
}

#[test]
fn a_flipped_bit_in_an_executable_is_survived() {
    let Some(corpus) = corpus() else { return };
    let path = LayerPath::from("a");
    for (name, mut bytes) in executables(&corpus) {
        let whole = Executable::of(&path, 0, &bytes);
        let places: Vec<usize> = noted(&bytes).into_iter().flatten().collect();
        let (mut numbers, mut changed) = (Numbers(11), 0);
        for flip in 0..flips() {
            // Three in the notes, one anywhere.
            let place =
                if flip % 4 == 0 { numbers.below(bytes.len()) } else { places[numbers.below(places.len())] };
            let bit = numbers.below(8);
            bytes[place] ^= 1 << bit;
            changed += usize::from(Executable::of(&path, 0, &bytes) != whole);
            bytes[place] ^= 1 << bit;
        }
        assert_eq!(Executable::of(&path, 0, &bytes), whole);
        eprintln!("{name}: {} notes, of {} flips {changed} changed what is read", whole.len(), flips());
    }
}
