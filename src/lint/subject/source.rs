//! What is linted: a text, its name, and what stands around it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::lint::subject::dockerfile_names::{Named, named};
use crate::lint::subject::named_digests::NamedDigests;
use crate::lint::subject::pins::Pins;
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
    /// A compose file.
    Compose,
    /// A devcontainer.json.
    Devcontainer,
    /// A bake file, HCL or JSON.
    Bake,
    /// A Makefile.
    Makefile,
    /// A shell script, or a text with shell commands in it.
    Script,
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
        }
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
    /// The kind that a file's name tells, if any: Dockerfiles in every spelling (`dockerfile_names`); and, without case,
    /// `compose.yaml` and `docker-compose.*.yml`;
    /// `devcontainer.json`; `docker-bake.hcl` and `.json`; `Makefile` and `x.mk`; `requirements*.txt`, `constraints*.txt`;
    /// `x.sh`.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        let dockerfile = named(&name);
        let name = name.to_ascii_lowercase();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let is_yaml = matches!(extension, "yaml" | "yml");
        Some(match (stem, extension) {
            _ if dockerfile == Named::Dockerfile => Self::Dockerfile,
            _ if is_yaml && (stem.starts_with("compose") || stem.starts_with("docker-compose")) => {
                Self::Compose
            }
            ("devcontainer" | ".devcontainer", "json") => Self::Devcontainer,
            (_, "hcl" | "json") if stem.starts_with("docker-bake") => Self::Bake,
            ("makefile" | "gnumakefile", "") | (_, "mk") => Self::Makefile,
            (_, "txt") if stem.contains("constraints") => Self::Constraints,
            (_, "txt" | "in" | "pip") if stem.contains("requirements") => Self::Requirements,
            (_, "sh" | "bash") => Self::Script,
            _ if dockerfile == Named::Either => Self::Dockerfile,
            _ => return None,
        })
    }

    /// Whether a file's name leaves open what it is, so that its text decides: `Dockerfile.go`.
    pub(crate) fn is_open(path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        named(&name) == Named::Either && Self::of_name(path) == Some(Self::Dockerfile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<SourceKind> {
        SourceKind::of_name(Path::new(name))
    }

    #[test]
    fn files_that_build_and_run_images_are_known_by_their_names() {
        assert_eq!(kind("docker-compose.dev.yml"), Some(SourceKind::Compose));
        assert_eq!(kind("compose.yaml"), Some(SourceKind::Compose));
        assert_eq!(kind(".devcontainer/devcontainer.json"), Some(SourceKind::Devcontainer));
        assert_eq!(kind(".devcontainer.json"), Some(SourceKind::Devcontainer));
        assert_eq!(kind("docker-bake.hcl"), Some(SourceKind::Bake));
        assert_eq!(kind("Makefile"), Some(SourceKind::Makefile));
        assert_eq!(kind("requirements-dev.txt"), Some(SourceKind::Requirements));
        assert_eq!(kind("constraints.txt"), Some(SourceKind::Constraints));
        assert_eq!(kind("run.sh"), Some(SourceKind::Script));
        assert_eq!(kind("values.yaml"), None);
        assert_eq!(kind("app.Dockerfile.gpu"), Some(SourceKind::Dockerfile));
        assert_eq!(kind("dockerfile-build.sh"), Some(SourceKind::Script));
        assert_eq!(kind("Dockerfile.mk"), Some(SourceKind::Makefile));
        assert_eq!(kind("dockerfile_parser.py"), None);
    }
}
