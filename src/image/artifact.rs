//! Documents kept beside an image: OCI artifacts whose `subject` is the image's manifest (*referrers*).
//!
//! What such a document says is its author's word: whoever may push to the repository may attach one.

use std::collections::BTreeMap;
use std::io::Read;

use crate::base::digest::Digest;
use crate::image::error::ImageError;

/// A place that keeps documents beside its images.
pub trait Referrers {
    /// The artifacts of this type whose subject is the manifest `subject`, by digest.
    fn attached(&self, subject: &Digest, artifact_type: &str) -> Result<Vec<Artifact>, ImageError>;

    /// Opens a part of an artifact; its size is checked, its digest is the reader's to check.
    fn part(&self, part: &Part) -> Result<Box<dyn Read + Send + '_>, ImageError>;

    /// Attaches `artifact` to the manifest `subject`. What is there already is not pushed again.
    fn attach(&self, subject: &Digest, artifact: &NewArtifact<'_>) -> Result<Attached, ImageError>;

    /// What should be told of how the artifacts were found; for people.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// An artifact as its manifest describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The digest of its manifest.
    pub digest: Digest,
    /// The annotations of its manifest.
    pub annotations: BTreeMap<String, String>,
    /// What it holds.
    pub parts: Vec<Part>,
}

/// A blob of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// Its bytes, where the descriptor says.
    pub size: Option<u64>,
}

/// An artifact to attach.
#[derive(Debug)]
pub struct NewArtifact<'a> {
    /// What it is, as a media type.
    pub artifact_type: &'a str,
    /// The annotations of its manifest.
    pub annotations: BTreeMap<&'a str, &'a str>,
    /// What it holds.
    pub parts: Vec<NewPart<'a>>,
}

/// A blob to attach.
#[derive(Debug)]
pub struct NewPart<'a> {
    /// Its media type.
    pub media_type: &'a str,
    /// The annotations of its descriptor.
    pub annotations: BTreeMap<&'a str, &'a str>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of an artifact to attach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// The digest of its manifest.
    pub digest: Digest,
    /// Whether it was not there before.
    pub is_new: bool,
}
