//! Findings: what a lint rule has to say of a place in a text, and how to mend it.
//!
//! Vocabulary: *severity* is how much it matters for reproducibility; *confidence* is how sure the rule is that it is so
//! here. A finding that is part of another one has it as its *root*; its *turn* is whether people are told of it. A *fix* is a
//! set of edits of the text that the finding is in: *safe* where what is built stays what it is now, *unsafe* where somebody
//! should look.
//!
//! What it refuses to do: it knows no rule, reads no file, and counts no lines; a finding's place is a span of bytes.

mod fix;

use std::str::FromStr;

use crate::base::text::Span;

pub use fix::{Edit, Fix, Safety, apply};

/// Something a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// Where, in the source it was found in.
    pub span: Span,
    /// What changes between builds; lowercase, one sentence without its full stop.
    pub message: String,
    /// What to write instead, where the rule can tell.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fix: Option<Fix>,
    /// What it is a part of, where that is found too.
    pub root: Option<Root>,
    /// Whether it is told.
    pub turn: Turn,
}

/// What a finding may be a part of: one that says the same of the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root {
    /// The rules of which one may have found it.
    pub rules: &'static [&'static str],
    /// Where that finding begins.
    pub area: Span,
    /// What is to be written as well, which that finding's help does not say.
    pub advice: Option<&'static str>,
}

/// Whether a finding is told to people. Documents for programs have all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turn {
    /// It is told, and counts.
    #[default]
    Now,
    /// It waits for others of its file, and is counted alone.
    Later,
    /// The finding of that rule tells of it.
    Within(&'static str),
}

/// How much a finding matters. Ordered from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Bytes may change between builds.
    Warning,
    /// Bytes will change between builds, sooner or later.
    Error,
}

/// How sure a rule is. Ordered from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A guess: part of it could not be read or resolved.
    Low,
    /// It looks like it.
    Medium,
    /// It is so.
    High,
}

impl Severity {
    /// All of them, from the least.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// The name in reports and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let severity = Self::ALL.into_iter().find(|severity| severity.name() == text);
        severity.ok_or_else(|| format!("expected error, warning or info, found {text:?}"))
    }
}

impl Turn {
    /// The name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Later => "later",
            Self::Within(_) => "within",
        }
    }

    /// The rule whose finding tells of it.
    pub fn root(self) -> Option<&'static str> {
        match self {
            Self::Within(rule) => Some(rule),
            Self::Now | Self::Later => None,
        }
    }
}

impl Confidence {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
