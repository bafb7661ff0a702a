//! Lockfiles of 2,000 packages, to TOML and back; file indexes of 200,000 rows, to zstd and back.

mod made;

use std::path::Path;

use divan::{Bencher, counter::ItemsCount};
use reprolock::internal::base::digest::Sha256;
use reprolock::internal::formats::tar::entry::Entry;
use reprolock::internal::lockfile::model::{
    Build, LockedConfig, LockedImage, LockedLayer, LockedPackage, LockedRequirement, Lockfile,
};
use reprolock::internal::lockfile::{codec, files};

fn main() {
    divan::main();
}

const PACKAGES: usize = 2_000;
const ROWS: usize = 200_000;

fn digest(text: &str) -> Sha256 {
    Sha256::of(text.as_bytes())
}

fn package(index: usize) -> LockedPackage {
    let name = format!("package-{index:04}");
    LockedPackage {
        version: format!("{}.{}.0+dfsg-1", index % 17, index % 5),
        location: "usr/lib/python3/dist-packages".into(),
        installer: Some("pip".into()),
        requirement: Some(LockedRequirement {
            file: "requirements.txt".into(),
            line: index + 1,
            specifier: ">=1.0,<2".into(),
            via: None,
        }),
        content: Some(digest(&name)),
        hashes: vec![digest("wheel").into()],
        name,
        ..LockedPackage::default()
    }
}

fn lock() -> Lockfile {
    let layer = LockedLayer {
        digest: Some(digest("blob").into()),
        diff_id: digest("tar").into(),
        content: digest("rows"),
        size: 10,
        uncompressed_size: 20,
        compression: "gzip".into(),
        files: 2,
        instruction: Some("RUN pip install -r requirements.txt".into()),
        dockerfile_line: Some(3),
    };
    let image = LockedImage {
        reference: Some("app:1".into()),
        platform: "linux/amd64".into(),
        media_type: None,
        index: None,
        manifest: Some(digest("manifest").into()),
        config: digest("config").into(),
        created: None,
        distribution: None,
        distribution_version: None,
        files: Some(digest("files")),
        detours: Vec::new(),
    };
    Lockfile {
        version: 2,
        image,
        base: None,
        build: Build::default(),
        config: LockedConfig::default(),
        layer: vec![layer],
        catalog: Vec::new(),
        agreement: Vec::new(),
        package: [("python".to_owned(), (0..PACKAGES).map(package).collect())].into(),
    }
}

#[divan::bench]
fn encode_lock(bencher: Bencher<'_, '_>) {
    let lock = lock();
    bencher.counter(ItemsCount::new(PACKAGES)).bench(|| codec::encode(&lock));
}

#[divan::bench]
fn decode_lock(bencher: Bencher<'_, '_>) {
    let text = codec::encode(&lock());
    bencher.counter(ItemsCount::new(PACKAGES)).bench(|| {
        let lock = codec::decode(&text, Path::new("reprolock.lock"));
        assert!(lock.is_ok());
        lock
    });
}

fn index(entries: &[Entry]) -> (Vec<u8>, Option<Sha256>) {
    let mut bytes = Vec::new();
    let digest = files::write([(0, digest("tar").into(), entries)], &mut bytes).ok();
    (bytes, digest)
}

#[divan::bench(sample_count = 10)]
fn write_index(bencher: Bencher<'_, '_>) {
    let entries = made::entries(ROWS);
    bencher.counter(ItemsCount::new(entries.len())).bench(|| index(&entries));
}

#[divan::bench(sample_count = 10)]
fn read_index(bencher: Bencher<'_, '_>) {
    let entries = made::entries(ROWS);
    let (bytes, digest) = index(&entries);
    bencher.counter(ItemsCount::new(entries.len())).bench(|| {
        let rows =
            digest.map(|digest| files::read(bytes.as_slice(), digest, Path::new("reprolock.lock.files.zst")));
        assert!(matches!(rows, Some(Ok(_))));
        rows
    });
}

#[divan::bench(sample_count = 10)]
fn content_digest(bencher: Bencher<'_, '_>) {
    let entries = made::entries(ROWS);
    bencher.counter(ItemsCount::new(entries.len())).bench(|| files::content::digest(&entries, None));
}
