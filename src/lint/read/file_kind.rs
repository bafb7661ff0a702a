//! The kinds of files around a Dockerfile that are linted: what each is called, and how it is read.
//!
//! What it refuses to do: it names no kind; `files` does.

use std::path::Path;

use crate::base::about::About;
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::source::SourceText;

/// A kind of file; one is added in a file of its own, with its line in the registry, a fixture and a page.
pub(crate) trait FileKind: Sync {
    /// Its id, the names of such files in a line, and its page.
    fn about(&self) -> &'static About;

    /// Whether a file's name tells that it is one.
    fn has_name(&self, path: &FileName) -> bool;

    /// Whether a file so named may be one: then its text tells.
    fn may_have_name(&self, path: &FileName) -> bool {
        self.has_name(path)
    }

    /// Whether a text is one, whatever its file is called.
    fn has_text(&self, text: &str) -> bool;

    /// Whether a file of a folder that nobody named is worth linting, by its text; its name may be one.
    fn is_wanted(&self, _text: &str) -> bool {
        true
    }

    /// Names of files in its folder that say more of it, where they are there.
    fn beside(&self) -> &'static [&'static str] {
        &[]
    }

    /// Reads one.
    fn read(&self, source: &SourceText) -> FileReading;

    /// The lines of Dockerfiles inside it.
    fn inline(&self, _text: &str) -> Vec<std::ops::Range<usize>> {
        Vec::new()
    }
}

/// A file's name, in small letters.
#[derive(Debug)]
pub(crate) struct FileName {
    /// Its whole path, with forward slashes.
    pub(crate) path: String,
    /// The name without its folder.
    pub(crate) name: String,
    /// The name up to its last dot.
    pub(crate) stem: String,
    /// What follows that dot.
    pub(crate) extension: String,
}

impl FileName {
    /// The name of `path`.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let (stem, extension) = (stem.to_owned(), extension.to_owned());
        let whole = path.to_string_lossy().to_ascii_lowercase().replace('\\', "/");
        Some(Self { path: whole, name, stem, extension })
    }

    /// Whether it is called as YAML is.
    pub(crate) fn is_yaml(&self) -> bool {
        matches!(self.extension.as_str(), "yaml" | "yml")
    }

    /// Whether one of the folders that it stands in is called `folder` below one called `above`.
    pub(crate) fn is_below(&self, above: &str, folder: &str) -> bool {
        let folders = format!("{above}/{folder}/");
        self.path.starts_with(&folders) || self.path.contains(&format!("/{folders}"))
    }
}

/// The profile of a kind; the page is the one that the id names.
macro_rules! file_kind {
    ($id:literal, $summary:literal) => {
        fn about(&self) -> &'static $crate::base::about::About {
            static ABOUT: $crate::base::about::About = $crate::base::about::About {
                kind: $crate::base::about::AboutKind::File,
                id: $id,
                summary: $summary,
                page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/files/", $id, ".md")),
            };
            &ABOUT
        }
    };
}

pub(crate) use file_kind;
