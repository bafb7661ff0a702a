//! What a project says once, for every run: `reprolock.toml`.
//!
//! `--config FILE` names it. Without that it is looked for in the current folder, and from there upwards to the root of
//! the repository (the first folder with `.git`); outside a repository in the current folder alone, since a file in a
//! folder that others may write to, such as the one for temporary files, must not decide anything. The nearest file is
//! taken as a whole; nothing is merged.
//!
//! A file that is found may be a stranger's: that of a pull request. So it decides nothing about registries and package indexes,
//! where a line could send credentials over plain HTTP or make another server answer: `[registry]` and `[python]` are taken from a
//! file that was named, or else from the user's own, `reprolock/reprolock.toml` in the folder for settings (`$XDG_CONFIG_HOME`, `~/.config`).
//!
//! Refused: a key that is not known, and a value that is not what its key asks for, with line and column. What can
//! only be judged higher up (whether a rule exists) keeps its place in the file for whoever judges it. Sections that
//! nothing reads yet are unknown keys: a setting that is accepted and does nothing would be a lie.

mod error;
mod images;
mod read;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use error::ProjectError;
pub use images::ProjectImage;
pub use read::load;

use crate::base::text::Position;

/// The file's name.
pub const NAME: &str = "reprolock.toml";

/// All that the file says; without a file, its defaults.
#[derive(Debug, Clone, Default)]
pub struct Project {
    /// The file, as it was found: relative to the current folder where nobody named another.
    pub file: Option<PathBuf>,
    /// `[registry]`
    pub registry: Registry,
    /// `[python]`
    pub python: Python,
    /// `[lint]`
    pub lint: Lint,
    /// The sections of a file that nobody named which are not used.
    pub untrusted: Vec<&'static str>,
    /// `[[image]]`, in the file's order.
    pub images: Vec<ProjectImage>,
    /// Whether somebody named the file, and so trusts it.
    pub is_named: bool,
}

/// `[python]`: where hashes of Python's archives are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Python {
    /// `index-urls`: the indexes, in the file's order. A URL may hold a login.
    pub index_urls: Vec<String>,
}

/// `[registry]`: where images are fetched from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// `[[registry.mirror]]`, in the file's order.
    pub mirrors: Vec<MirrorSetting>,
    /// `insecure`: registries that may speak plain HTTP, as `HOST[:PORT]`.
    pub insecure: Vec<String>,
}

/// `[[registry.mirror]]`: another place for the images below a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorSetting {
    /// `HOST[:PORT][/PATH]`, as names are completed: `docker.io/library`.
    pub prefix: String,
    /// What stands in the prefix's place at the mirror, `HOST[:PORT][/PATH]`.
    pub location: String,
}

/// `[lint]`: which rules apply where. Globs and rules are not judged here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lint {
    /// `select`: these rules alone; `None` where the file does not say.
    pub select: Option<Vec<Located>>,
    /// `ignore`: not these rules.
    pub ignore: Vec<Located>,
    /// `[lint.per-path]`: for files that match a glob, relative to the file's folder, not these rules. By glob.
    pub per_path: Vec<(Located, Vec<Located>)>,
    /// `[lint.severity]`: another severity for a rule. By rule.
    pub severity: Vec<(Located, SeveritySetting)>,
    /// `min-severity`: what is below it is left out.
    pub min_severity: Option<SeveritySetting>,
    /// `baseline`: the file of findings that are accepted, from this file's folder.
    pub baseline: Option<Located>,
    /// `fail-on`: from which severity on a finding fails the run.
    pub fail_on: Option<SeveritySetting>,
    /// `pedantic`: the pedantic rules too.
    pub pedantic: bool,
    /// `runtime`: the rules about results at run time too.
    pub runtime: bool,
}

/// A text, and where in the file it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The text.
    pub text: String,
    /// Where it begins.
    pub at: Position,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeveritySetting {
    /// Good to know.
    Info,
    /// Likely to go wrong.
    Warning,
    /// Wrong.
    Error,
}

impl Project {
    /// The error for a value of the file that turned out wrong after it was read.
    pub fn refuse(&self, value: &Located, problem: String, hint: Option<String>) -> ProjectError {
        let path = self.file.clone().unwrap_or_else(|| NAME.into());
        ProjectError::Value { path, at: value.at, problem, hint }
    }
}
