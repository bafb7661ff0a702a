//! What the user decides: which rules are on, where, and how much they matter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use crate::base::checkout::absolute;
use crate::finding::{Confidence, Finding, Severity};
use crate::lint::engine::error::LintError;
use crate::lint::engine::profile::{RuleProfile, Set};
use crate::lint::rules::{self, REGISTRY};

/// Which rules are on, where, and how much they matter.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// These rules alone; all of the sets that are on where it is empty.
    pub select: BTreeSet<&'static str>,
    /// Not these, whatever is selected.
    pub ignore: BTreeSet<&'static str>,
    /// Not these in the files that a pattern matches.
    pub ignore_in: Vec<(GlobMatcher, BTreeSet<&'static str>)>,
    /// Where those patterns start: the current folder, and the one that they are relative to, both from the root.
    pub folders: Option<(PathBuf, PathBuf)>,
    /// Severities other than the rules' own.
    pub severity: BTreeMap<&'static str, Severity>,
    /// Findings below it are left out.
    pub min_severity: Option<Severity>,
    /// The pedantic rules too.
    pub pedantic: bool,
    /// The rules of runs too.
    pub runtime: bool,
    /// What was asked for before a settings file had its say; what that file leaves out of it is counted.
    pub asked: Option<Box<Settings>>,
}

impl Settings {
    /// Whether `rule` is on for the source called `path`.
    pub(crate) fn is_on(&self, rule: &RuleProfile, path: &str) -> bool {
        let id = rule.about.id;
        let in_set = match rule.set {
            Set::Inputs | Set::Bytes => true,
            Set::Pedantic => self.pedantic,
            Set::Runtime => self.runtime,
        };
        let selected = if self.select.is_empty() { in_set } else { self.select.contains(id) };
        let ignored_here = || {
            let mut patterns = self.ignore_in.iter().filter(|(_, ids)| ids.contains(id)).peekable();
            let path = patterns.peek().map(|_| self.matched(path));
            path.is_some_and(|path| patterns.any(|(glob, _)| glob.is_match(&path)))
        };
        selected && !self.ignore.contains(id) && !ignored_here()
    }

    /// Matches patterns with paths from `folder` on, not from the current folder.
    pub fn match_below(&mut self, folder: &Path) {
        let here = std::env::current_dir().unwrap_or_default();
        self.folders = Some((here.clone(), absolute(&here, folder)));
    }

    /// The path of a source as patterns see it.
    fn matched(&self, path: &str) -> PathBuf {
        let Some((here, folder)) = &self.folders else { return path.into() };
        let from_root = absolute(here, path.as_ref());
        from_root.strip_prefix(folder).map_or_else(|_| path.into(), Path::to_owned)
    }

    /// Whether the user names the rule: it is told whatever else is open, and weighs what it says by itself.
    pub(crate) fn is_asked_for(&self, id: &str) -> bool {
        self.select.contains(id) || self.severity.contains_key(id)
    }

    /// How much a finding matters. What is a guess is never an error; what is about bytes is for later, unless it is asked
    /// for.
    pub(crate) fn severity(&self, finding: &Finding) -> Severity {
        let is_about_bytes = rules::profile_of(finding.rule).is_some_and(|profile| profile.set == Set::Bytes);
        let own = match is_about_bytes && !self.is_asked_for(finding.rule) {
            true => Severity::Info,
            false => finding.severity,
        };
        let severity = self.severity.get(finding.rule).copied().unwrap_or(own);
        match finding.confidence {
            Confidence::Low => severity.min(Severity::Warning),
            Confidence::Medium | Confidence::High => severity,
        }
    }
}

/// The ids of the rules that `name` stands for: one rule, those of a set, or all of them for `all`.
pub fn rules_named(name: &str) -> Result<Vec<&'static str>, LintError> {
    if name == "all" {
        return Ok(REGISTRY.iter().map(|rule| rule.about().id).collect());
    }
    if let Some(set) = Set::ALL.into_iter().find(|set| set.name() == name) {
        let rules = REGISTRY.iter().filter(|rule| rule.profile().set == set);
        return Ok(rules.map(|rule| rule.about().id).collect());
    }
    match rules::find(name) {
        Some(rule) => Ok(vec![rule.about().id]),
        None => Err(LintError::UnknownRule { name: name.to_owned(), close: rules::closest(name) }),
    }
}

/// Bytes of a pattern, and braces within each other: each becomes an automaton, whose maker calls itself for each brace.
const PATTERN_BYTES: usize = 1024;
const PATTERN_DEPTH: usize = 8;

/// Whether a pattern is more than anybody writes.
fn is_too_much(text: &str) -> bool {
    let mut depth = 0_usize;
    let is_deep = text.bytes().any(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > PATTERN_DEPTH
    });
    is_deep || text.len() > PATTERN_BYTES
}

/// A pattern of paths: `docker/**`, `*.dev`; without a slash it matches in every folder.
pub fn pattern(text: &str) -> Result<GlobMatcher, LintError> {
    if is_too_much(text) {
        let pattern = text.chars().take(40).chain(['…']).collect();
        let reason = format!("longer than {PATTERN_BYTES} bytes, or braces more than {PATTERN_DEPTH} deep");
        return Err(LintError::Pattern { pattern, reason });
    }
    let whole = if text.contains('/') { text.to_owned() } else { format!("**/{text}") };
    let glob = GlobBuilder::new(&whole).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| LintError::Pattern { pattern: text.to_owned(), reason: error.kind().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_bounded_however_they_nest() {
        assert!(pattern("docker/{a,b{c,d}}/**/*.dev").is_ok());
        for text in [
            "{".repeat(100_000),
            "{a,".repeat(9),
            "a".repeat(PATTERN_BYTES + 1),
            "{a,".repeat(300) + &"}".repeat(300),
        ] {
            assert!(matches!(pattern(&text), Err(LintError::Pattern { .. })));
        }
    }
}
