//! What tests stand on: images made in memory, a folder that goes away, the built program run in it.
//!
//! ```ignore
//! let place = Place::new();
//! let image = Image::new("linux/amd64").tag("app:1").layer(Layer::new("COPY a /", [file("a", b"x")]));
//! place.write("img.tar", &image.oci().archive());
//! let run = place.run(&["verify", "oci-archive:img.tar"]);
//! assert_eq!(run.code, 0, "{run}");
//! ```
//!
//! From the bottom up: `tar` (headers, byte by byte), `layer` (entries to blobs), `image` (config, manifest, index),
//! `files` (blobs as a folder or an archive, and how to break them), `registry`, `command`, `verdict`.
//! `outcome` makes what a report tells without any image. The same calls give the same bytes.

// Each test uses what it needs, and a test fails by panicking.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

pub(crate) mod command;
pub(crate) mod files;
pub(crate) mod image;
pub(crate) mod layer;
#[path = "../../../src/base/testing.rs"]
pub(crate) mod numbers;
pub(crate) mod outcome;
pub(crate) mod pages;
pub(crate) mod registry;
#[path = "../../../src/formats/tar/testing.rs"]
pub(crate) mod tar;
mod verdict;

pub(crate) use command::{Place, Run};
pub(crate) use files::Files;
pub(crate) use image::{Image, attested, index};
pub(crate) use layer::{Compression, Entry, Layer, dir, file, hardlink, opaque, symlink, whiteout};
pub(crate) use pages::Pages;
pub(crate) use registry::Registry;
