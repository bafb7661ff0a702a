//! What a requirements file says.
//!
//! What it refuses to do: it reads nothing; [`RequirementsText::parse`] stands beside.

use pep440_rs::{Operator, VersionSpecifiers};
use pep508_rs::MarkerTree;

use crate::base::text::{SourceWord, Span};

/// A requirements file, read.
#[derive(Debug, Clone)]
pub struct RequirementsText {
    /// The text; spans point into it.
    pub source: String,
    /// What its lines say, in order.
    pub entries: Vec<RequirementsEntry>,
    /// Whether the file has other bytes than the text: it is in another encoding than UTF-8.
    pub recoded: bool,
    /// Whether the text has more lines than were read.
    pub is_cut: bool,
}

/// One thing a line says.
#[derive(Debug, Clone)]
pub struct RequirementsEntry {
    /// The line it begins on, from 1.
    pub line: usize,
    /// Where it stands, continuation lines included, comments not.
    pub span: Span,
    /// What it says.
    pub kind: EntryKind,
}

/// What a line of a requirements file says.
#[derive(Debug, Clone)]
pub enum EntryKind {
    /// Something to install.
    Requirement(Box<PipRequirement>),
    /// Another file to read.
    Include(FileRole, SourceWord),
    /// An option for the whole file, by its long name without dashes (`index-url`, `pre`), and its value.
    Option(String, Option<SourceWord>),
}

/// What a file's lines are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileRole {
    /// Installed (`-r`).
    Requirements,
    /// Versions allowed if something else installs them (`-c`).
    Constraints,
}

/// Something to install.
#[derive(Debug, Clone)]
pub struct PipRequirement {
    /// The requirement as written, without its options.
    pub text: SourceWord,
    /// The name, normalised as PEP 503 says; also from `#egg=`.
    pub name: Option<String>,
    /// Extras, as written.
    pub extras: Vec<String>,
    /// Where it comes from.
    pub source: RequirementSource,
    /// The marker as written, after `;`.
    pub marker: Option<String>,
    /// The marker, where it is one.
    pub marker_tree: Option<MarkerTree>,
    /// Values of `--hash`.
    pub hashes: Vec<SourceWord>,
    /// Other options of its line, by their long names without dashes, each with its value and where it stands.
    pub options: Vec<LineOption>,
    /// Given with `-e`.
    pub editable: bool,
}

/// An option of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineOption {
    /// The long name without dashes.
    pub name: String,
    /// Its value.
    pub value: Option<SourceWord>,
    /// Where name and value stand.
    pub span: Span,
}

/// Where a requirement comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum RequirementSource {
    /// An index, in a version that fits.
    Index(VersionSpecifiers),
    /// A file at a URL.
    Url(String),
    /// A version control system: the URL as written, and the revision after its last `@`.
    Vcs(String, Option<String>),
    /// A file or folder.
    Path(String),
    /// None of these, or versions that can't be read.
    Unknown,
}

impl RequirementsText {
    /// The requirements, in order, with their entries.
    pub fn requirements(&self) -> impl Iterator<Item = (&RequirementsEntry, &PipRequirement)> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            EntryKind::Requirement(requirement) => Some((entry, &**requirement)),
            _ => None,
        })
    }
}

impl PipRequirement {
    /// The one version that fits, where `==` or `===` names it.
    pub fn exact_version(&self) -> Option<String> {
        let RequirementSource::Index(specifiers) = &self.source else { return None };
        let mut exact = specifiers
            .iter()
            .filter(|specifier| matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual));
        exact.next().map(|specifier| specifier.version().to_string())
    }
}
