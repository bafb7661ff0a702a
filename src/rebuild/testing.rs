//! A lock for the tests of this module.

use crate::lockfile::{Lockfile, codec};

/// A lock of an image of two layers, the lower one its base's.
pub(super) fn lock() -> Lockfile {
    let digest = |c: &str| format!("sha256:{}", c.repeat(64));
    let layer = |c: &str| {
        format!(
            "[[layer]]\ndiff-id = \"{0}\"\ncontent = \"{0}\"\nsize = 1\nuncompressed-size = 1\ncompression = \"gzip\"\nfiles = 1\n",
            digest(c)
        )
    };
    let text = format!(
        "version = 2\n[image]\nplatform = \"linux/amd64\"\nconfig = \"{}\"\n[base]\nlayers = 1\n[build]\ndockerfile = \"Dockerfile\"\n{}{}",
        digest("1"),
        layer("2"),
        layer("3")
    );
    codec::decode(&text, std::path::Path::new("l")).unwrap()
}
