//! Where rules put what they find.

use super::About;
use crate::base::text::Span;
use crate::finding::{Confidence, Finding, Fix};

/// The findings of one rule in one source.
pub struct Findings<'a> {
    about: &'static About,
    found: &'a mut Vec<Finding>,
}

/// A finding before its rule's name is on it.
#[derive(Debug, Clone)]
pub struct Found {
    span: Span,
    message: String,
    help: Option<String>,
    confidence: Option<Confidence>,
    fix: Option<Fix>,
}

impl<'a> Findings<'a> {
    /// Those of the rule that `about` describes; they go to the end of `found`.
    pub fn new(about: &'static About, found: &'a mut Vec<Finding>) -> Self {
        Self { about, found }
    }

    /// Takes findings.
    pub fn extend(&mut self, found: impl IntoIterator<Item = Found>) {
        found.into_iter().for_each(|found| self.push(found));
    }

    /// Takes a finding.
    pub fn push(&mut self, found: Found) {
        self.found.push(Finding {
            rule: self.about.id,
            severity: self.about.severity,
            confidence: found.confidence.unwrap_or(self.about.confidence).min(self.about.confidence),
            span: found.span,
            message: found.message,
            help: found.help,
            fix: found.fix,
        });
    }
}

impl Extend<Found> for Findings<'_> {
    fn extend<T: IntoIterator<Item = Found>>(&mut self, found: T) {
        found.into_iter().for_each(|found| self.push(found));
    }
}

impl Found {
    /// At `span`, and what changes between builds: lowercase, one sentence without its full stop.
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, confidence: None, fix: None }
    }

    /// At all of `span` and without its fix, since what it is about has no place of its own in the source.
    pub fn over(self, span: Span) -> Self {
        Self { span, fix: None, ..self }
    }

    /// What to write instead.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Less sure than the rule is where all is known; it can't be made surer.
    pub fn confidence(self, confidence: Confidence) -> Self {
        Self { confidence: Some(confidence), ..self }
    }

    /// Edits that mend it, where there are any.
    pub fn fix(self, fix: impl Into<Option<Fix>>) -> Self {
        Self { fix: fix.into(), ..self }
    }
}
