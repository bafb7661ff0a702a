//! What was not compared, and why: a report that is silent of it would say more than was looked at.

use crate::base::text::listed;

/// A value that was not compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uncompared {
    /// `env.HF_TOKEN`, `args.HF_TOKEN`, `config.Hostname`.
    pub field: String,
    /// Why not.
    pub reason: Reason,
}

/// Why a value was not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It looks secret: the name stands on both sides.
    Redacted,
    /// A part of it looks secret; all else is equal.
    RedactedPart,
    /// The lock was written before such keys were kept.
    Unlocked,
    /// It differs, and no engine reads it from an image.
    Inert,
}

impl Reason {
    /// The name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redacted => "redacted",
            Self::RedactedPart => "redacted-part",
            Self::Unlocked => "not-locked",
            Self::Inert => "inert",
        }
    }
}

/// How many fields a sentence names.
const NAMED: usize = 12;

/// What to tell of what was not compared, a sentence for each reason.
pub fn notes(uncompared: &[Uncompared]) -> Vec<String> {
    let of = |reasons: &[Reason], what: &str| {
        let fields = uncompared.iter().filter(|one| reasons.contains(&one.reason));
        let fields: Vec<&str> = fields.map(|one| one.field.as_str()).collect();
        (!fields.is_empty())
            .then(|| format!("not compared: {} ({}; {what})", listed(fields.iter(), NAMED), fields.len()))
    };
    let redacted = of(&[Reason::Redacted, Reason::RedactedPart], "secret, so by name alone");
    let unlocked = of(&[Reason::Unlocked], "not in this older lock: freeze again to lock it");
    let inert = of(&[Reason::Inert], "other than before, and read from an image by no engine");
    [redacted, unlocked, inert].into_iter().flatten().collect()
}
