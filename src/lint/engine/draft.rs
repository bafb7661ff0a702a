//! Where rules put what they find.

use crate::base::secrets;
use crate::base::text::Span;
use crate::finding::{Confidence, Finding, Fix, Root, Turn};
use crate::lint::engine::profile::RuleProfile;

/// The findings of one rule in one source.
pub(crate) struct Findings<'a> {
    profile: &'static RuleProfile,
    all: &'a mut Vec<Finding>,
    /// The last help that was looked through for secrets, and how it leaves: a rule's findings mostly share theirs.
    help: Option<(String, String)>,
}

/// A finding before its rule's name is on it.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    span: Span,
    message: String,
    help: Option<String>,
    confidence: Option<Confidence>,
    fix: Option<Fix>,
    root: Option<Root>,
}

impl<'a> Findings<'a> {
    /// Those of the rule with that profile; they go to the end of `all`.
    pub(crate) fn new(profile: &'static RuleProfile, all: &'a mut Vec<Finding>) -> Self {
        Self { profile, all, help: None }
    }

    /// Takes a draft. It is at most as sure as the rule.
    pub(crate) fn push(&mut self, draft: Draft) {
        let most = self.profile.confidence;
        let help = draft.help.map(|help| self.shown_help(help));
        self.all.push(Finding {
            rule: self.profile.about.id,
            severity: self.profile.severity,
            confidence: draft.confidence.unwrap_or(most).min(most),
            span: draft.span,
            message: shown(draft.message),
            help,
            fix: draft.fix,
            root: draft.root,
            turn: Turn::Now,
        });
    }
}

impl Findings<'_> {
    fn shown_help(&mut self, help: String) -> String {
        match &self.help {
            Some((last, leaves)) if *last == help => leaves.clone(),
            _ => {
                let leaves = shown(help.clone());
                self.help = Some((help, leaves.clone()));
                leaves
            }
        }
    }
}

impl Extend<Draft> for Findings<'_> {
    fn extend<T: IntoIterator<Item = Draft>>(&mut self, drafts: T) {
        drafts.into_iter().for_each(|draft| self.push(draft));
    }
}

/// A text as it leaves: what it quotes may hold a secret.
fn shown(mut text: String) -> String {
    secrets::hide(&mut text);
    text
}

impl Draft {
    /// At `span`, and what changes between builds: lowercase, one sentence without its full stop.
    pub(crate) fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, confidence: None, fix: None, root: None }
    }

    /// At all of `span` and without its fix, since what it is about has no place of its own in the source.
    pub(crate) fn over(self, span: Span) -> Self {
        Self { span, fix: None, ..self }
    }

    /// What to write instead.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Less sure than the rule is where all is known; it can't be made surer.
    pub(crate) fn confidence(self, confidence: Confidence) -> Self {
        Self { confidence: Some(confidence), ..self }
    }

    /// Part of a finding of one of `rules` that begins in `area`, where there is one.
    pub(crate) fn within(self, rules: &'static [&'static str], area: Span) -> Self {
        Self { root: Some(Root { rules, area, advice: None }), ..self }
    }

    /// What the finding that it is a part of says too.
    pub(crate) fn advising(self, advice: &'static str) -> Self {
        let root = self.root.map(|root| Root { advice: Some(advice), ..root });
        Self { root, ..self }
    }

    /// Edits that mend it, where there are any.
    pub(crate) fn fix(self, fix: impl Into<Option<Fix>>) -> Self {
        Self { fix: fix.into(), ..self }
    }
}

/// How sure a rule can be of a value: not at all sure where part of it is unknown.
pub(crate) fn confidence_in(known: bool) -> Confidence {
    if known { Confidence::High } else { Confidence::Low }
}

/// `a`, `a and b`, `a, b and 3 more`: names for a message.
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}
