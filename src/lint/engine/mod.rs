//! What runs the rules over a source, and what comes of it: findings, without those that comments silence; fixes, to
//! convergence; files written.
//!
//! Vocabulary: a *profile* is what is known of a rule without a text at hand. A rule pushes *drafts*: findings before the
//! rule's id and severity are on them.
//!
//! What it refuses to do: it knows no rule by name. Rules are asked for by what they do.

pub(super) mod check;
pub(super) mod draft;
pub(super) mod edits;
pub(super) mod error;
pub(super) mod fixing;
pub(super) mod last_command;
pub(super) mod profile;
pub(super) mod rule;
pub(super) mod session;
pub(super) mod settings;
pub(super) mod suppress;
mod turns;
pub(super) mod unpinned;
pub(super) mod write;
