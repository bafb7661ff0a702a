//! What is linted: a text, its name, and what stands around it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lint::subject::dockerfile_names::{Named, named};
use crate::lint::subject::named_digests::NamedDigests;
use crate::lint::subject::pins::Pins;
use crate::lint::subject::reading::Around;
use crate::lint::subject::together::Together;

/// A text to lint.
#[derive(Debug, Clone)]
pub struct SourceText {
    /// Its name in reports: the path as the user would write it, with forward slashes.
    pub path: String,
    /// Where it was read from; none for standard input.
    pub file: Option<PathBuf>,
    /// What it is.
    pub kind: SourceKind,
    /// The text.
    pub text: String,
    /// The folder that COPY copies from, where it is known.
    pub context: Option<BuildContext>,
    /// What the lockfile of the image knows.
    pub pins: Option<Arc<Pins>>,
    /// What the names of images lead to, where that was asked for.
    pub digests: Option<Arc<NamedDigests>>,
    /// For a requirements file, who installs from it: `Dockerfile:17`.
    pub installed_by: Option<String>,
    /// For a requirements file, what it is installed together with.
    pub together: Together,
    /// Whether it is a part of a file that is a source too: it is linted, and not fixed.
    pub is_part: bool,
    /// For a Dockerfile whose context is known, the files of it that RUN installs from.
    pub installed_from: Option<InstalledFrom>,
    /// What is known of the files around it.
    pub around: Around,
}

/// The files of the context that a Dockerfile's RUNs install from, each by its path as the RUN has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstalledFrom {
    /// Those that are linted beside the Dockerfile, or said to be unread.
    pub known: BTreeSet<String>,
    /// The names that constraints pin, normalised, with all that they name.
    pub pinned: BTreeMap<String, BTreeSet<String>>,
    /// The texts of what else says what is installed: `pyproject.toml` of a project, an environment of conda, a script.
    pub texts: BTreeMap<String, String>,
}

/// What kind of text a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// A Dockerfile.
    Dockerfile,
    /// A pip requirements file.
    Requirements,
    /// A pip constraints file: its lines say nothing of what is installed.
    Constraints,
    /// A file around Dockerfiles, of the kind of that id: a compose file, a workflow, a script.
    Around(&'static str),
}

/// A build context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildContext {
    /// The folder.
    pub folder: PathBuf,
    /// The folder as the user would write it, with forward slashes; empty for the working directory.
    pub name: String,
}

impl SourceText {
    /// A text without anything around it.
    pub fn new(path: impl Into<String>, kind: SourceKind, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            file: None,
            kind,
            text: text.into(),
            context: None,
            pins: None,
            digests: None,
            installed_by: None,
            together: Together::default(),
            is_part: false,
            installed_from: None,
            around: Around::default(),
        }
    }

    /// Where it was read from; of a text that came without a file, its name.
    pub(crate) fn location(&self) -> &Path {
        self.file.as_deref().unwrap_or_else(|| Path::new(&self.path))
    }
}

impl BuildContext {
    /// A file of it, as the user would write it.
    pub fn shown(&self, path: &str) -> String {
        match self.name.as_str() {
            "" => path.to_owned(),
            name => format!("{}/{path}", name.trim_end_matches('/')),
        }
    }
}

impl SourceKind {
    /// The kind that a file's name tells, of Dockerfiles (`dockerfile_names`) and, without case, of lists of requirements:
    /// `requirements*.txt`, `constraints*.txt`. One that may also be a program is not told.
    pub(crate) fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        let dockerfile = named(&name);
        let name = name.to_ascii_lowercase();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        Some(match (stem, extension) {
            _ if dockerfile == Named::Dockerfile => Self::Dockerfile,
            (_, "txt") if stem.contains("constraints") => Self::Constraints,
            (_, "txt" | "in" | "pip") if stem.contains("requirements") => Self::Requirements,
            _ => return None,
        })
    }

    /// Whether a file of that name is a Dockerfile or a program, which its text decides: `Dockerfile.go`.
    pub(crate) fn is_either(path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        named(&name) == Named::Either
    }
}

/// Kinds that tests name often.
#[cfg(test)]
#[expect(non_upper_case_globals, reason = "they stand beside the variants")]
impl SourceKind {
    pub(crate) const Bake: Self = Self::Around("bake");
    pub(crate) const Compose: Self = Self::Around("compose");
    pub(crate) const Devcontainer: Self = Self::Around("devcontainer");
    pub(crate) const Kubernetes: Self = Self::Around("kubernetes");
    pub(crate) const Makefile: Self = Self::Around("makefile");
    pub(crate) const Script: Self = Self::Around("script");
    pub(crate) const Workflow: Self = Self::Around("workflow");
}
