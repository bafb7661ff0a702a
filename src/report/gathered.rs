//! The findings as people are told of them: those whose turn it is, what is said twice of one file once, and of a list of
//! requirements one for each rule.
//!
//! What it refuses to do: programs get each line (`findings::placed`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::findings::{Placed, placed};
use super::model::Checked;
use super::style::{counted, thousands};
use crate::base::secrets;
use crate::base::text::cut;
use crate::finding::{Finding, Safety, Severity, Turn};
use crate::lint::{Linted, SourceKind, SourceText, profile_of};

/// Names that are listed for example.
const NAMES: usize = 3;

/// Runs of lines that are listed.
const RUNS: usize = 8;

/// Characters of a name that is listed.
const NAME: usize = 60;

/// What is told, in the order it is reported.
pub(super) fn gathered<'a>(checked: &Checked<'a>) -> Vec<Placed<'a>> {
    let mut all: Vec<Placed<'a>> = Vec::new();
    // Where what is told of the current source stands in `all`.
    let mut current: (Option<&SourceText>, BTreeMap<Key<'a>, usize>) = (None, BTreeMap::new());
    for placed in placed(checked).filter(|placed| placed.finding.turn == Turn::Now) {
        if !current.0.is_some_and(|source| std::ptr::eq(source, placed.source)) {
            current = (Some(placed.source), BTreeMap::new());
        }
        let Cow::Borrowed(finding) = placed.finding else { continue };
        let first = *current.1.entry(key(placed.source, finding)).or_insert(all.len());
        if first == all.len() {
            all.push(Placed { all: vec![finding], ..placed });
        } else if let Some(first) = all.get_mut(first) {
            first.all.push(finding);
        }
    }
    all.iter_mut().for_each(join);
    all
}

/// How much each of what is told of a source matters.
pub(super) fn severities(linted: &Linted) -> Vec<Severity> {
    let mut heaviest: BTreeMap<Key<'_>, Severity> = BTreeMap::new();
    for finding in linted.findings.iter().filter(|finding| finding.turn == Turn::Now) {
        let severity = heaviest.entry(key(&linted.source, finding)).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
    heaviest.into_values().collect()
}

/// What is the same in findings that are told as one.
type Key<'a> = (&'static str, &'a str);

/// Of a list of requirements it is the rule: all of its lines are mended as one list is. Elsewhere it is what is said too.
fn key<'a>(source: &SourceText, finding: &'a Finding) -> Key<'a> {
    match source.kind {
        SourceKind::Requirements | SourceKind::Constraints => (finding.rule, ""),
        _ => (finding.rule, &finding.message),
    }
}

/// Words the finding that stands for several.
fn join(placed: &mut Placed<'_>) {
    let [first, rest @ ..] = placed.all.as_slice() else { return };
    let each = |finding: &&Finding| (finding.severity, finding.confidence);
    let heaviest = placed.all.iter().map(each).max().unwrap_or((first.severity, first.confidence));
    if rest.iter().all(|other| other.message == first.message) {
        if heaviest != each(first) {
            placed.finding =
                Cow::Owned(Finding { severity: heaviest.0, confidence: heaviest.1, ..(*first).clone() });
        }
        return;
    }
    let summary = profile_of(first.rule).map_or("", |profile| profile.about.summary);
    let names: Vec<String> =
        placed.all.iter().take(NAMES).map(|finding| name(placed.source, finding)).collect();
    let rest = placed.all.len() - names.len();
    let names = match (names.as_slice(), rest) {
        ([before @ .., last], 0) => format!("{} and {last}", before.join(", ")),
        (names, rest) => format!("{} and {} more", names.join(", "), thousands(rest)),
    };
    let finding = Finding {
        message: format!("{summary}: {names}"),
        severity: heaviest.0,
        confidence: heaviest.1,
        ..(*first).clone()
    };
    placed.finding = Cow::Owned(finding);
}

/// What a finding marks, short and without its secrets.
fn name(source: &SourceText, finding: &Finding) -> String {
    let mut text = finding.span.text(&source.text).split_whitespace().collect::<Vec<_>>().join(" ");
    secrets::hide(&mut text);
    cut(&text, NAME)
}

impl Placed<'_> {
    /// `38 lines: 1-12, 14, 16-40`, of a finding that stands for several.
    pub(super) fn lines_of_all(&self) -> Option<String> {
        let [_, _, ..] = self.all.as_slice() else { return None };
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for finding in &self.all {
            let line = self.lines.lines.line(finding.span.start);
            match runs.last_mut() {
                Some((_, last)) if *last + 1 >= line => *last = line.max(*last),
                _ => runs.push((line, line)),
            }
        }
        let shown = runs.iter().take(RUNS).map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        });
        let mut shown: Vec<String> = shown.collect();
        shown.extend((runs.len() > RUNS).then(|| "…".to_owned()));
        let shown = shown.join(", ");
        Some(match self.source.kind {
            SourceKind::Requirements | SourceKind::Constraints => {
                format!("{}: {shown}", counted(self.all.len(), "line"))
            }
            _ => format!("{}: lines {shown}", counted(self.all.len(), "place")),
        })
    }

    /// How many fixes there are that are safe, how many that are not, and of how many findings.
    pub(super) fn fixes(&self) -> (usize, usize, usize) {
        let is = |finding: &Finding, safety| finding.fix.as_ref().is_some_and(|fix| fix.safety == safety);
        let count = |safety| self.all.iter().filter(|finding| is(finding, safety)).count();
        (count(Safety::Safe), count(Safety::Unsafe), self.all.len())
    }
}
