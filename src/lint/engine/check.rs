//! One source before the rules that are on.
//!
//! What a settings file turns off is looked for all the same, where the command line asks for it, and counted: a report that
//! is empty since a repository's settings silenced it must not read like one of a clean text.

use crate::finding::Finding;
use crate::lint::engine::draft::Findings;
use crate::lint::engine::profile::RuleProfile;
use crate::lint::engine::rule::Rule;
use crate::lint::engine::settings::Settings;
use crate::lint::engine::suppress::{self, Standing, Suppression};
use crate::lint::engine::turns;
use crate::lint::read::with_subject;
use crate::lint::rules::{self, REGISTRY};
use crate::lint::subject::Subject;
use crate::lint::subject::source::SourceText;

/// Findings that nobody sees, since something in the repository says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silenced {
    /// By comments in the source.
    pub comments: usize,
    /// By the settings file.
    pub settings: usize,
    /// By a baseline.
    pub baseline: usize,
}

impl Silenced {
    /// How many there are.
    pub fn count(self) -> usize {
        self.comments + self.settings + self.baseline
    }
}

/// What came of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Checked {
    /// What the rules that are on find, in the order of the text.
    pub(crate) findings: Vec<Finding>,
    /// What they find and what is silenced.
    pub(crate) silenced: Silenced,
    /// The language that the source should be of, where it can't be read as one.
    pub(crate) unread: Option<&'static str>,
    /// Whether it is a list of more lines than are read.
    pub(crate) is_cut: bool,
}

/// What the rules that are on find in a source, in the order of the text.
pub fn check(source: &SourceText, settings: &Settings) -> Vec<Finding> {
    checked(source, settings).findings
}

/// The same, with what was silenced.
pub(crate) fn checked(source: &SourceText, settings: &Settings) -> Checked {
    with_subject(source, |subject| judged(subject, settings))
}

/// What the rules that are on find in what was read of a source, in the order of the text.
pub(crate) fn findings(subject: &Subject<'_>, settings: &Settings) -> Vec<Finding> {
    judged(subject, &Settings { asked: None, ..settings.clone() }).findings
}

/// Runs the rules that are on, and those that would be without the settings file.
fn judged(subject: &Subject<'_>, settings: &Settings) -> Checked {
    let source = subject.source;
    let is_on = |profile: &RuleProfile| settings.is_on(profile, &source.path);
    let (mut findings, mut hidden) = (Vec::new(), Vec::new());
    let asked = settings.asked.as_deref();
    let is_asked = |profile: &RuleProfile| asked.is_some_and(|asked| asked.is_on(profile, &source.path));
    let all = REGISTRY.iter().map(|rule| (*rule, is_on(rule.profile())));
    let on: Vec<(&'static dyn Rule, bool)> =
        all.filter(|(rule, is_on)| *is_on || is_asked(rule.profile())).collect();
    for (rule, is_on) in &on {
        let into = if *is_on { &mut findings } else { &mut hidden };
        rule.check(subject, &mut Findings::new(rule.profile(), into));
    }
    let dockerfile = subject.build.as_ref().map(|build| build.dockerfile);
    let mut suppressions = suppress::suppressions(&source.text, dockerfile);
    let mut silenced = suppress::silence(&mut findings, &mut suppressions);
    turns::silence_parts(&mut findings, &mut silenced, settings);
    judge(&mut suppressions, &is_on);
    for (rule, is_on) in &on {
        let into = if *is_on { &mut findings } else { &mut hidden };
        rule.check_suppressions(&suppressions, source, &mut Findings::new(rule.profile(), into));
    }
    let below = weighed(&mut findings, settings);
    turns::take(&mut findings, settings);
    weighed(&mut silenced, settings);
    hidden.extend(below);
    // What the command line leaves out itself was silenced by nobody else.
    match asked {
        Some(asked) => drop(weighed(&mut hidden, asked)),
        None => hidden.clear(),
    }
    let silenced = Silenced { comments: silenced.len(), settings: hidden.len(), baseline: 0 };
    let is_cut = subject.requirements.as_ref().is_some_and(|list| list.is_cut);
    Checked { findings, silenced, unread: subject.unread, is_cut }
}

fn judge(suppressions: &mut [Suppression], is_on: &dyn Fn(&RuleProfile) -> bool) {
    suppress::judge(suppressions, |id| match rules::find(id) {
        None => Standing::Unknown { close: rules::closest(id) },
        Some(rule) if !is_on(rule.profile()) => Standing::Off,
        Some(_) => Standing::Idle,
    });
}

/// Gives findings their severities and their order, each once; and what is below the least severity.
fn weighed(findings: &mut Vec<Finding>, settings: &Settings) -> Vec<Finding> {
    findings.sort_by(|one, other| (one.span, one.rule).cmp(&(other.span, other.rule)));
    findings.dedup();
    let is_below =
        |finding: &mut Finding| settings.min_severity.is_some_and(|least| settings.severity(finding) < least);
    // In place: a text may have a hundred thousand of them.
    let below = findings.extract_if(.., is_below).collect();
    for finding in &mut *findings {
        finding.severity = settings.severity(finding);
    }
    below
}
