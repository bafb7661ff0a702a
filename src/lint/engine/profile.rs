//! What is known of a rule without a text at hand.

use crate::base::about::About;
use crate::finding::{Confidence, Severity};

/// A rule's facts, as its page, settings and SARIF need them.
#[derive(Debug)]
pub struct RuleProfile {
    /// Id, summary and page.
    pub about: About,
    /// How much its findings matter, unless settings say otherwise.
    pub severity: Severity,
    /// How sure it is where all that it looks at is known.
    pub confidence: Confidence,
    /// What it is about, which says when it is on.
    pub set: Set,
    /// The kind of fix it has.
    pub remedy: Remedy,
}

/// What a rule is about, which says when it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// What goes into a build: images, packages, downloads, clones, locks, models, the host. Always on.
    Inputs,
    /// What a build makes of the same inputs: times, logs, caches, bytecode, days in shadow files. On, and told once nothing is
    /// open of the inputs.
    Bytes,
    /// Where pedantic rules are asked for.
    Pedantic,
    /// Where rules of runs are asked for: it is about results of runs, not about the image's bytes.
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
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Inputs, Self::Bytes, Self::Pedantic, Self::Runtime];

    /// The name in settings, lists and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Bytes => "bytes",
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

/// A rule's profile, as the first item of its `impl Rule`. The page is the one that the id names: without it the rule
/// does not compile.
macro_rules! profile {
    (
        id: $id:literal,
        summary: $summary:literal,
        severity: $severity:ident,
        confidence: $confidence:ident,
        set: $set:ident,
        remedy: $remedy:ident $(,)?
    ) => {
        fn profile(&self) -> &'static $crate::lint::engine::profile::RuleProfile {
            static PROFILE: $crate::lint::engine::profile::RuleProfile =
                $crate::lint::engine::profile::RuleProfile {
                    about: $crate::base::about::About {
                        kind: $crate::base::about::AboutKind::Rule,
                        id: $id,
                        summary: $summary,
                        page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules/", $id, ".md")),
                    },
                    severity: $crate::finding::Severity::$severity,
                    confidence: $crate::finding::Confidence::$confidence,
                    set: $crate::lint::engine::profile::Set::$set,
                    remedy: $crate::lint::engine::profile::Remedy::$remedy,
                };
            &PROFILE
        }
    };
}

pub(crate) use profile;
