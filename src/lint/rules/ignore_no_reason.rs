//! ignore-no-reason: a comment that silences a rule and doesn't say why.

use crate::finding::{Confidence, Severity};
use crate::lint::{About, Findings, Found, Remedy, Rule, Set, Subject, Suppression};

static ABOUT: About = About {
    id: "ignore-no-reason",
    summary: "an ignore comment that doesn't say why",
    severity: Severity::Warning,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::None,
    doc: include_str!("../../../docs/rules/ignore-no-reason.md"),
};

/// See [`ABOUT`].
pub(super) struct IgnoreNoReason;

impl Rule for IgnoreNoReason {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    // Comments are looked at after all other rules: see `check`.
    fn check(&self, _: &Subject<'_>, _: &mut Findings<'_>) {}
}

/// Looks at the comments.
pub(super) fn check(suppressions: &[Suppression], findings: &mut Findings<'_>) {
    for suppression in suppressions.iter().filter(|suppression| suppression.reason.is_empty()) {
        findings.push(
            Found::at(suppression.span, "this ignore doesn't say why").help(
                "write the reason after the bracket: # reprolock: ignore[rule] the mirror is a snapshot",
            ),
        );
    }
}
