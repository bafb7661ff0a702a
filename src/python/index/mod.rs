//! What a package index says of the archives of one project: a page of the simple repository API, in JSON or HTML.
//!
//! Sources: PyPA, "Simple repository API" (PEP 503, 592, 629, 691, 714), "Core metadata in the index" (PEP 658).
//!
//! What it refuses to do: it asks nobody, follows no link, and takes nothing for a file of the project whose name is not of the
//! project and of a version that is asked for.

mod html;
mod json;

use std::str::FromStr as _;

use pep440_rs::Version;

use super::archives::{WheelTags, parse_file_name};
use super::name::normal_name;
use crate::base::digest::{Digest, Sha256};

/// What an index may be asked to answer with, the best first.
pub const MEDIA_TYPES: &str =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/// A page, as far as it is of the versions that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexPage {
    /// What links are relative to, where the page says so itself.
    pub base: Option<String>,
    /// The archives, in the page's order.
    pub files: Vec<IndexFile>,
}

/// One archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile {
    /// Its version, as its name has it.
    pub version: String,
    /// Of a wheel, what its name says beside that.
    pub tags: Option<WheelTags>,
    /// Its name.
    pub name: String,
    /// The link to it, which may be relative.
    pub link: String,
    /// Its sha256 and sha512, as far as the index tells them; sorted.
    pub hashes: Vec<Digest>,
    /// The sha256 of its core metadata, where the index tells it.
    pub metadata: Option<Sha256>,
    /// Whether it was yanked: it is there, and installed only where a version is asked for exactly.
    pub is_yanked: bool,
}

/// An installed distribution whose archive nobody tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledWheel {
    /// The name, normalised.
    pub name: String,
    /// The version, as its metadata writes it.
    pub version: String,
    /// What its WHEEL says; `None` where it has none.
    pub tags: Option<WheelTags>,
    /// The sha256 of its METADATA; `None` where there is none.
    pub metadata: Option<Sha256>,
}

/// Reads a page of `project`, which the server says is of this media type: its files of `versions`. The error says why it is none.
pub fn read(media_type: &str, bytes: &[u8], project: &str, versions: &[&str]) -> Result<IndexPage, String> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let asked = Asked::of(project, versions);
    match essence.as_str() {
        "application/vnd.pypi.simple.v1+json" | "application/vnd.pypi.simple.latest+json"
        // Files that a plain web server gives.
        | "application/json" => json::read(bytes, &asked),
        "application/vnd.pypi.simple.v1+html" | "application/vnd.pypi.simple.latest+html" | "text/html" => {
            html::read(bytes, &asked)
        }
        _ => Err(format!("expected JSON or HTML, found {essence:?}")),
    }
}

/// What is looked for on a page.
struct Asked<'a> {
    project: &'a str,
    versions: Vec<(&'a str, Option<Version>)>,
}

/// What a page says of a file beside its name and link.
struct Words {
    hashes: Vec<Digest>,
    metadata: Option<Sha256>,
    is_yanked: bool,
}

impl<'a> Asked<'a> {
    fn of(project: &'a str, versions: &[&'a str]) -> Self {
        let versions = versions.iter().map(|text| (*text, Version::from_str(text).ok())).collect();
        Self { project, versions }
    }

    /// The file of this name, where it is one that is asked for.
    fn file(&self, name: &str, link: &str, words: impl FnOnce() -> Words) -> Option<IndexFile> {
        let (of, version, tags) = parse_file_name(name)?;
        let is_asked = normal_name(of) == self.project && self.has(&version);
        let Words { hashes, metadata, is_yanked } = is_asked.then(words)?;
        let (name, link) = (name.to_owned(), link.to_owned());
        Some(IndexFile { version, tags, name, link, hashes, metadata, is_yanked })
    }

    fn has(&self, version: &str) -> bool {
        let parsed = Version::from_str(version).ok();
        self.versions.iter().any(|(text, own)| *text == version || own.is_some() && *own == parsed)
    }
}

/// Whether two versions are one (PEP 440), or one text.
pub fn is_same_version(a: &str, b: &str) -> bool {
    a == b || matches!((Version::from_str(a), Version::from_str(b)), (Ok(a), Ok(b)) if a == b)
}

/// Whether a page of this version of the API can be read: another minor one only adds.
fn is_readable(version: &str) -> bool {
    version.split('.').next() == Some("1")
}

fn sha256(hex: &str) -> Option<Sha256> {
    match format!("sha256:{}", hex.to_ascii_lowercase()).parse() {
        Ok(Digest::Sha256(digest)) => Some(digest),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
