//! The image that the README begins with, and its lock: both are what they say they are.
//!
//! `testdata/seed` holds a Dockerfile, its context, the image it makes, and a rebuild a day later that drifts as such
//! rebuilds do: times, the day in etc/shadow, the times in .pyc files. `lockfiles/seed.lock` is the first image's.
//! `REPROLOCK_BLESS=1` writes the archives and the lock anew; read the diff.

mod image;
mod python;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use crate::support::{Place, Run};

/// 2021-02-25T09:00:00Z
const FIRST: u64 = 1_614_243_600;
/// A day later.
const SECOND: u64 = FIRST + 86_400;
const IMAGES: [(&str, u64); 2] = [("image.oci.tar", FIRST), ("rebuild.oci.tar", SECOND)];

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// With `REPROLOCK_BLESS`, writes what is committed; once, before any test reads it.
fn blessed() {
    static BLESSED: Once = Once::new();
    BLESSED.call_once(|| {
        if std::env::var_os("REPROLOCK_BLESS").is_some() {
            for (name, time) in IMAGES {
                fs::write(project("testdata/seed").join(name), image::archive(time)).unwrap();
            }
            fs::create_dir_all(project("lockfiles")).unwrap();
            assert_eq!(freeze("lockfiles/seed.lock").code, 0);
        }
    });
}

fn freeze(lock: &str) -> Run {
    Place::new().run_in(
        &project("."),
        &["freeze", "testdata/seed/image.oci.tar", "-f", "testdata/seed/Dockerfile", "-o", lock],
    )
}

#[test]
fn the_committed_archives_are_what_their_builder_makes() {
    blessed();
    for (name, time) in IMAGES {
        let path = project("testdata/seed").join(name);
        assert!(fs::read(&path).unwrap() == image::archive(time), "{name} is not what is built now");
    }
}

#[test]
fn freezing_the_seed_image_gives_the_committed_lock_byte_for_byte() {
    blessed();
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("seed.lock");
    let frozen = freeze(lock.to_str().unwrap());
    assert_eq!((frozen.code, frozen.stderr.as_str()), (0, ""));
    let committed = fs::read_to_string(project("lockfiles/seed.lock")).unwrap();
    let found = fs::read_to_string(&lock).unwrap();
    for (found, committed) in found.lines().zip(committed.lines()) {
        assert_eq!(found, committed);
    }
    assert_eq!(found.len(), committed.len());
    // The lock holds the digest of the index's rows; zstd's own bytes may change with its version.
    assert!(project("lockfiles/seed.lock.files.zst").exists());
}

#[test]
fn the_seed_image_is_the_locked_one_and_its_rebuild_is_not() {
    blessed();
    let verified = |image: &str, more: &[&str]| {
        let args = ["verify", image, "--lock", "lockfiles/seed.lock"];
        let ran = Place::new().run_in(&project("."), &[&args[..], more].concat());
        (ran.code, ran.stdout)
    };
    assert_eq!(verified("testdata/seed/image.oci.tar", &["--require", "blob"]).0, 0);
    let (code, text) = verified("testdata/seed/rebuild.oci.tar", &[]);
    assert_eq!(code, 1);
    for (layer, line, tier) in
        [(4, 10, "metadata-only"), (5, 11, "drifted"), (6, 17, "drifted"), (7, 19, "drifted")]
    {
        let row = text.lines().find(|row| row.starts_with(&format!("  {layer} "))).unwrap();
        assert!(row.contains(&format!(":{line} ")) && row.ends_with(tier), "{row}");
    }
    for cause in ["timestamp-only", "pyc-header", "shadow-last-change"] {
        assert!(text.contains(cause), "{text}");
    }
    assert!(text.contains("e.g.  etc/shadow\n") && text.contains("nothing unexplained"), "{text}");
    // What is installed is the same: only how it lies there is not.
    assert_eq!(verified("testdata/seed/rebuild.oci.tar", &["--require", "packages"]).0, 0);
}
