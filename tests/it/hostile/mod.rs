//! Bad input through the command line: exit 2, one line that says why and one that says what to do, and no file.

mod acting;
mod checkout;
mod documents;
mod layers;
mod locks;
#[cfg(unix)]
mod odd_files;
mod sources;
mod streams;

use reprolock::internal::base::digest::Sha256;
use reprolock::internal::base::path::misleads;
use reprolock::internal::lockfile::store;
use serde_json::{Value, json};

use crate::support::tar::Tar;
use crate::support::{Compression, Files, Image, Layer, Place, dir, file, hardlink, index, symlink};

fn image(layer: Layer) -> Image {
    Image::new("linux/amd64").tag("app:1").layer(layer)
}

fn plain() -> Image {
    image(Layer::new("COPY a /", [dir("etc"), file("etc/motd", "hello")]))
}

/// The error of a freeze, and its hint; nothing else may be left of it.
fn refused(files: &Files, more: &[&str]) -> (String, String) {
    refused_file(&files.archive(), more)
}

fn refused_file(bytes: &[u8], more: &[&str]) -> (String, String) {
    let place = Place::new();
    place.write("img.tar", bytes);
    let (error, hint) = place.run(&[&["freeze", "img.tar"], more].concat()).refusal();
    assert_eq!(place.names(), ["img.tar"], "{error}");
    assert!(hint.len() > 10, "{error}: no hint");
    assert_eq!(place.run(&[&["inspect", "img.tar"], more].concat()).refusal(), (error.clone(), hint.clone()));
    (error, hint)
}

/// Holds that the error has all of `parts`.
fn says(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

/// The JSON of a freeze and of a verify right after it.
fn taken(files: &Files) -> (Value, Place) {
    let place = Place::new();
    place.write("img.tar", files.archive());
    let run = place.run(&["freeze", "img.tar", "--format", "json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let verified = place.run(&["verify", "img.tar", "--require", "blob"]);
    assert_eq!(verified.code, 0, "{verified}");
    for command in ["freeze", "verify", "inspect"] {
        for format in ["text", "json"] {
            is_harmless(&place.run(&[command, "img.tar", "-v", "--format", format]).stdout);
        }
    }
    (run.json(), place)
}

/// Holds that no character but the end of a line acts on a terminal, or reorders what stands there.
fn is_harmless(text: &str) {
    assert!(!text.replace('\n', "").contains(misleads), "{text:?}");
}

fn blob_of(files: &Files, media_type: &str) -> String {
    let index = files.document("index.json");
    let manifest = Files::path_of(index["manifests"][0]["digest"].as_str().unwrap());
    if media_type == "manifest" {
        return manifest;
    }
    let document = files.document(&manifest);
    let descriptor = if media_type == "config" { &document["config"] } else { &document["layers"][0] };
    Files::path_of(descriptor["digest"].as_str().unwrap())
}

/// Changes a layout's manifest and the descriptor above it, so that nothing else is wrong.
fn remade(image: &Image, change: impl FnOnce(&mut Files, &mut Value)) -> Files {
    let mut files = image.oci();
    let mut manifest = files.document(&blob_of(&files, "manifest"));
    change(&mut files, &mut manifest);
    let descriptor = files.json_blob(manifest["mediaType"].clone().as_str().unwrap(), &manifest);
    files.edited("index.json", |index| index["manifests"] = json!([descriptor]))
}

/// Changes a layer's blob and the descriptors above it, so that nothing but the blob itself is wrong.
fn rewritten(image: &Image, change: impl FnOnce(&mut Vec<u8>)) -> Files {
    remade(image, |files, manifest| {
        let layer = &mut manifest["layers"][0];
        let mut blob = files.0.remove(&Files::path_of(layer["digest"].as_str().unwrap())).unwrap();
        change(&mut blob);
        *layer = files.blob(layer["mediaType"].clone().as_str().unwrap(), &blob);
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let layer = Layer::of_tar("", bytes.to_vec()).compressed(Compression::Gzip);
    layer.blob()
}
