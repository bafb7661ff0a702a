//! What a rule is.

use super::{Findings, Subject};
use crate::finding::{Confidence, Severity};

/// A pattern that doesn't reproduce, and what to say of it.
pub trait Rule: Sync {
    /// What is known of the rule without a text at hand.
    fn about(&self) -> &'static About;

    /// Looks at one source, of whatever kind; a rule leaves alone what is not its own.
    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>);
}

/// A rule's facts, as its page, `--select` and SARIF need them.
#[derive(Debug)]
pub struct About {
    /// The id, in kebab-case; users write it in comments and settings, so it never changes.
    pub id: &'static str,
    /// What it flags, in a line: `FROM without a digest`.
    pub summary: &'static str,
    /// How much its findings matter, unless settings say otherwise.
    pub severity: Severity,
    /// How sure it is where all that it looks at is known.
    pub confidence: Confidence,
    /// When it is on.
    pub set: Set,
    /// The kind of fix it has.
    pub remedy: Remedy,
    /// Its page.
    pub doc: &'static str,
}

/// When a rule is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// Always.
    Default,
    /// With `--pedantic`.
    Pedantic,
    /// With `--runtime`: it is about results of runs, not about the image's bytes.
    Runtime,
}

/// Where a rule's fix comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// There is none.
    None,
    /// The text alone.
    Rewrite,
    /// The lockfile.
    Lock,
    /// The text alone, and somebody should look at it.
    UnsafeRewrite,
    /// The lockfile, and somebody should look at it.
    UnsafeLock,
}

impl Set {
    /// The name in lists and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Pedantic => "pedantic",
            Self::Runtime => "runtime",
        }
    }
}

impl Remedy {
    /// What it is, in lists and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Rewrite => "safe",
            Self::Lock => "safe, from the lock",
            Self::UnsafeRewrite => "unsafe",
            Self::UnsafeLock => "unsafe, from the lock",
        }
    }
}
