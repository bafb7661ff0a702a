//! What the user decides: which rules are on, where, and how much they matter.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};

use super::rules::{self, REGISTRY};
use super::{Rule, Set};
use crate::finding::Severity;

/// Which rules are on, where, and how much they matter.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// These rules alone; all of the sets that are on where it is empty.
    pub select: BTreeSet<&'static str>,
    /// Not these, whatever is selected.
    pub ignore: BTreeSet<&'static str>,
    /// Not these in the files that a pattern matches.
    pub ignore_in: Vec<(GlobMatcher, BTreeSet<&'static str>)>,
    /// Severities other than the rules' own.
    pub severity: BTreeMap<&'static str, Severity>,
    /// Findings below it are left out.
    pub min_severity: Option<Severity>,
    /// The pedantic rules too.
    pub pedantic: bool,
    /// The rules of runs too.
    pub runtime: bool,
}

/// Why settings are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No rule has that id.
    #[error("there is no rule {name:?}{}", did_you_mean(*.close))]
    UnknownRule {
        /// As the user wrote it.
        name: String,
        /// The rule whose id is closest.
        close: Option<&'static str>,
    },
    /// A pattern of paths that is none.
    #[error("read the pattern {pattern:?}: {reason}")]
    Pattern {
        /// As the user wrote it.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn did_you_mean(close: Option<&'static str>) -> String {
    close.map_or(String::new(), |name| format!(", did you mean {name}?"))
}

impl Settings {
    /// Whether `rule` is on for the source called `path`.
    pub fn is_on(&self, rule: &dyn Rule, path: &str) -> bool {
        let about = rule.about();
        let in_set = match about.set {
            Set::Default => true,
            Set::Pedantic => self.pedantic,
            Set::Runtime => self.runtime,
        };
        let selected = if self.select.is_empty() { in_set } else { self.select.contains(about.id) };
        let ignored_here =
            || self.ignore_in.iter().any(|(glob, ids)| ids.contains(about.id) && glob.is_match(path));
        selected && !self.ignore.contains(about.id) && !ignored_here()
    }

    /// The severity of a rule's findings.
    pub fn severity(&self, id: &str, own: Severity) -> Severity {
        self.severity.get(id).copied().unwrap_or(own)
    }
}

/// The ids of the rules that `name` stands for: one rule, or all of them for `all`.
pub fn rules_named(name: &str) -> Result<Vec<&'static str>, SettingsError> {
    if name == "all" {
        return Ok(REGISTRY.iter().map(|rule| rule.about().id).collect());
    }
    match rules::find(name) {
        Some(rule) => Ok(vec![rule.about().id]),
        None => Err(SettingsError::UnknownRule { name: name.to_owned(), close: rules::closest(name) }),
    }
}

/// A pattern of paths: `docker/**`, `*.dev`; without a slash it matches in every folder.
pub fn pattern(text: &str) -> Result<GlobMatcher, SettingsError> {
    let whole = if text.contains('/') { text.to_owned() } else { format!("**/{text}") };
    let glob = GlobBuilder::new(&whole).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| SettingsError::Pattern {
        pattern: text.to_owned(),
        reason: error.kind().to_string(),
    })
}
