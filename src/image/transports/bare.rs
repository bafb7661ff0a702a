//! A reference without a prefix: a path, which is looked into, or else a name.

use std::fmt;
use std::path::Path;

use crate::image::archive::stream::STDIN;
use crate::image::error::{ImageError, ReferenceFault, shown};
use crate::image::names::Name;
use crate::image::options::OpenOptions;
use crate::image::registry::name::RegistryName;
use crate::image::source::{ImageSource, Place};
use crate::image::transports::path::{NamedPath, split};
use crate::image::transports::resolved::Resolved;
use crate::image::transports::unpacked::{self, INDEX, MANIFEST};
use crate::image::transports::word::Word;
use crate::image::transports::{docker_archive, oci, oci_archive};

/// A path, still to be looked into.
#[derive(Debug)]
struct Unknown(NamedPath);

/// A path that is there, as it is written.
pub(crate) fn existing(path: &str) -> Box<dyn Place> {
    Box::new(Unknown(NamedPath { path: path.into(), name: None }))
}

/// A bare word that is no path in full: a path and a name, or the name of an image in an engine or a registry.
pub(crate) fn place(text: &str) -> Result<Box<dyn Place>, ImageError> {
    let (path, name) = split(text);
    let path = Path::new(path);
    if path == Path::new(STDIN) {
        return Ok(Box::new(Unknown(NamedPath { path: path.into(), name: Name::parse(name)? })));
    }
    // A folder named as an image is (`python:3.11` beside `python/`) is taken for the image only where it is one.
    if path.is_file() || oci::is_layout(path) {
        return Ok(Box::new(Unknown(NamedPath { path: path.into(), name: Name::parse(name)? })));
    }
    if text.is_empty() {
        return Err(ImageError::at("", ReferenceFault::Malformed { expected: "a name or a path" }));
    }
    if is_like_a_path(text) {
        return Err(ImageError::at(shown(text), ReferenceFault::NotFound));
    }
    Ok(Box::new(Word(text.parse()?)))
}

/// Whether a word names a path, and no image that somebody else keeps.
pub(crate) fn is_path(text: &str) -> bool {
    let path = Path::new(split(text).0);
    Path::new(text).exists() || path.is_file() || oci::is_layout(path) || is_like_a_path(text)
}

/// Whether a word is written as paths are.
fn is_like_a_path(text: &str) -> bool {
    // A host's name may hold such a word (`registry.target.com/app`); the last part of a name does not.
    let last = text.rsplit('/').next().unwrap_or(text);
    let is_file_name = [".tar", ".oci", ".tgz", ".tbz"].iter().any(|word| last.contains(word));
    text.starts_with(['/', '.', '~']) || is_file_name
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reference(""))
    }
}

impl Place for Unknown {
    fn open(&self, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
        let Self(place) = self;
        let is_folder = place.path.is_dir();
        let source = if is_folder { folder(place)? } else { file(place, options)? };
        let written = place.reference("");
        // What nobody would take for an image's name needs no word.
        if is_like_a_path(&written) || written.parse::<RegistryName>().is_err() {
            return Ok(source);
        }
        let kind = if is_folder { "a folder" } else { "a file" };
        let note =
            format!("{written} is {kind} here: no engine or registry was asked for an image of that name");
        Ok(Resolved::boxed(source, note))
    }
}

fn file(place: &NamedPath, options: &OpenOptions) -> Result<Box<dyn ImageSource>, ImageError> {
    let archive = unpacked::open(place, "", options)?;
    match (archive.has(MANIFEST), archive.has(INDEX)) {
        (true, _) => Ok(docker_archive::source(archive, place)),
        (false, true) => Ok(oci_archive::source(archive, place)),
        (false, false) => Err(unpacked::neither(&archive)),
    }
}

fn folder(place: &NamedPath) -> Result<Box<dyn ImageSource>, ImageError> {
    if oci::is_layout(&place.path) {
        return oci::open(place);
    }
    let contents = match place.path.join(MANIFEST).is_file() {
        true => "manifest.json: an unpacked docker save, or skopeo's dir: form",
        false => "a folder without index.json",
    };
    Err(ImageError::at(
        place.reference(""),
        ReferenceFault::NotAnImage { expected: "an OCI layout or an archive", found: contents.to_owned() },
    ))
}
