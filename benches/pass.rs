//! The single pass, whole: what a `freeze` does to each layer. Throughput counts the tar's bytes, not the blob's.

mod made;

use std::io::Write;

use divan::{Bencher, counter::BytesCount};
use reprolock::internal::base::limits::Expansion;
use reprolock::internal::layer::pass::{self, Depth, Expected, Keep};

fn main() {
    divan::main();
}

/// What is in a layer: files, and bytes of each.
const LAYERS: [(usize, usize); 3] = [(20_000, 100), (4_000, 16 << 10), (4, 32 << 20)];

fn plain(tar: &[u8]) -> Vec<u8> {
    tar.to_vec()
}

fn gzip(tar: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(tar).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

fn zstd(tar: &[u8]) -> Vec<u8> {
    zstd::encode_all(tar, 3).unwrap_or_default()
}

fn measure(
    bencher: Bencher<'_, '_>,
    depth: Depth,
    (files, size): (usize, usize),
    pack: fn(&[u8]) -> Vec<u8>,
) {
    let tar = made::files(files, size);
    let blob = pack(&tar);
    let options = pass::PassOptions {
        depth,
        expansion: Expansion::default(),
        wants: &|_| Keep::Nothing,
        progress: &|_| {},
        total: None,
    };
    bencher.counter(BytesCount::new(tar.len())).bench(|| {
        let pass = pass::read(blob.as_slice(), Expected::default(), &options);
        assert!(pass.is_ok());
        pass
    });
}

#[divan::bench(args = LAYERS, sample_count = 10)]
fn plain_entries(bencher: Bencher<'_, '_>, layer: (usize, usize)) {
    measure(bencher, Depth::Entries, layer, plain);
}

#[divan::bench(args = LAYERS, sample_count = 10)]
fn gzip_entries(bencher: Bencher<'_, '_>, layer: (usize, usize)) {
    measure(bencher, Depth::Entries, layer, gzip);
}

#[divan::bench(args = LAYERS, sample_count = 10)]
fn zstd_entries(bencher: Bencher<'_, '_>, layer: (usize, usize)) {
    measure(bencher, Depth::Entries, layer, zstd);
}

#[divan::bench(args = LAYERS, sample_count = 10)]
fn gzip_diff_id(bencher: Bencher<'_, '_>, layer: (usize, usize)) {
    measure(bencher, Depth::DiffId, layer, gzip);
}

#[divan::bench(args = LAYERS, sample_count = 10)]
fn digest_alone(bencher: Bencher<'_, '_>, layer: (usize, usize)) {
    measure(bencher, Depth::Blob, layer, plain);
}
