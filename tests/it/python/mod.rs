//! Python packages through the command line: what is locked of trees whose truth is known.

mod environments;
mod flips;
mod trees;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::support::{Image, Layer, Place};

/// Packages by site, normal name and version.
type Found = BTreeSet<(String, String, String)>;

/// An image of one layer, the gzipped tar at `path`.
fn image(path: &Path) -> Image {
    let mut tar = Vec::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut tar).unwrap();
    Image::new("linux/amd64").tag("tree:1").layer(Layer::of_tar("COPY tree /", tar))
}

/// A name as PEP 503 compares it.
fn normal(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// The lock that a freeze wrote, and the Python packages in it.
fn locked(place: &Place) -> (toml::Table, Found) {
    let lock: toml::Table =
        toml::from_str(&String::from_utf8(place.read("reprolock.lock")).unwrap()).unwrap();
    let packages = lock.get("package").and_then(|packages| packages.get("python"));
    let packages = packages.and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    let row = |package| (text(package, "location"), text(package, "name"), text(package, "version"));
    let found = packages.iter().map(row).collect();
    (lock, found)
}
