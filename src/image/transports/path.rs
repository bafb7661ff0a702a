//! A path, and the name of an image in what it holds: `PATH[:NAME]`.
//!
//! A path may be `-`, standard input. Paths may hold colons: what is there on disk decides where the path ends, the longest that fits. The name may be
//! `@N`, the place in `index.json` or `manifest.json` from 0.

use std::path::{Path, PathBuf};

use crate::image::archive::stream::STDIN;
use crate::image::error::{ImageError, ReferenceFault, shown};
use crate::image::names::Name;

/// A path, and a name inside what it holds.
#[derive(Debug)]
pub(super) struct NamedPath {
    pub(super) path: PathBuf,
    pub(super) name: Option<Name>,
}

impl NamedPath {
    /// Takes apart what stands behind `prefix`.
    pub(super) fn parse(prefix: &str, operand: &str) -> Result<Self, ImageError> {
        let (path, name) = split(operand);
        let name = Name::parse(name)?;
        match path {
            "" => {
                let expected = "a path after the colon";
                let text = shown(format!("{prefix}{operand}"));
                Err(ImageError::at(text, ReferenceFault::Malformed { expected }))
            }
            path => Ok(Self { path: path.into(), name }),
        }
    }

    /// The reference with `prefix`, harmless to print.
    pub(super) fn reference(&self, prefix: &str) -> String {
        let path = shown(self.path.to_string_lossy().as_bytes());
        match &self.name {
            Some(name) => format!("{prefix}{path}:{name}"),
            None => format!("{prefix}{path}"),
        }
    }
}

/// A path and the name behind it: the longest path that is there, else all before the last colon.
pub(crate) fn split(text: &str) -> (&str, &str) {
    if text == STDIN || Path::new(text).exists() {
        return (text, "");
    }
    if let Some(name) = text.strip_prefix(STDIN).and_then(|rest| rest.strip_prefix(':')) {
        return (STDIN, name);
    }
    let colons =
        || text.rmatch_indices(':').filter_map(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?)));
    colons().find(|(path, _)| Path::new(path).exists()).or_else(|| colons().next()).unwrap_or((text, ""))
}
