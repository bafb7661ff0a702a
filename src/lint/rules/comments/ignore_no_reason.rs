//! ignore-no-reason: a comment that silences a rule and doesn't say why.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::engine::suppress::Suppression;
use crate::lint::subject::Subject;
use crate::lint::subject::source::SourceText;

pub(crate) struct IgnoreNoReason;

impl Rule for IgnoreNoReason {
    profile! {
        id: "ignore-no-reason",
        summary: "an ignore comment that doesn't say why",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    // Comments are looked at after all rules.
    fn check(&self, _: &Subject<'_>, _: &mut Findings<'_>) {}

    fn check_suppressions(&self, suppressions: &[Suppression], _: &SourceText, findings: &mut Findings<'_>) {
        let unreasoned = suppressions.iter().filter(|suppression| suppression.reason.is_empty());
        findings.extend(unreasoned.map(|suppression| {
            Draft::at(suppression.span, "this ignore doesn't say why").help(
                "write the reason after the bracket: # reprolock: ignore[rule] the mirror is a snapshot",
            )
        }));
    }
}
