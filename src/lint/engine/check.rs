//! One source before the rules that are on.

use crate::finding::Finding;
use crate::lint::engine::draft::Findings;
use crate::lint::engine::settings::Settings;
use crate::lint::engine::suppress::{self, Standing};
use crate::lint::read::with_subject;
use crate::lint::rules::{self, REGISTRY};
use crate::lint::subject::Subject;
use crate::lint::subject::source::SourceText;

/// What the rules that are on find in a source, in the order of the text.
pub fn check(source: &SourceText, settings: &Settings) -> Vec<Finding> {
    with_subject(source, |subject| findings(subject, settings))
}

/// What the rules that are on find in what was read of a source, in the order of the text.
pub(crate) fn findings(subject: &Subject<'_>, settings: &Settings) -> Vec<Finding> {
    let source = subject.source;
    let mut findings = Vec::new();
    let on = || REGISTRY.iter().filter(|rule| settings.is_on(rule.profile(), &source.path));
    for rule in on() {
        rule.check(subject, &mut Findings::new(rule.profile(), &mut findings));
    }
    let dockerfile = subject.build.as_ref().map(|build| build.dockerfile);
    let mut suppressions = suppress::suppressions(&source.text, dockerfile);
    suppress::silence(&mut findings, &mut suppressions);
    suppress::judge(&mut suppressions, |id| match rules::find(id) {
        None => Standing::Unknown { close: rules::closest(id) },
        Some(rule) if !settings.is_on(rule.profile(), &source.path) => Standing::Off,
        Some(_) => Standing::Idle,
    });
    for rule in on() {
        rule.check_suppressions(&suppressions, source, &mut Findings::new(rule.profile(), &mut findings));
    }
    for finding in &mut findings {
        finding.severity = settings.severity(finding.rule, finding.severity);
    }
    findings.retain(|finding| settings.min_severity.is_none_or(|least| finding.severity >= least));
    findings.sort_by(|one, other| (one.span, one.rule).cmp(&(other.span, other.rule)));
    findings.dedup();
    findings
}
