//! What there is to report, before any format has its say.

use crate::lint::{Linted, Obstacle};
use crate::lockfile::Lockfile;
use crate::verify::Outcome;

/// The result of a command.
pub enum Report<'a> {
    /// Of `freeze`.
    Freeze(Frozen<'a>),
    /// Of `verify`.
    Verify(Verified<'a>),
    /// Of `diff`.
    Diff(Verified<'a>),
    /// Of `inspect`.
    Inspect(Inspected<'a>),
    /// Of `lint`.
    Lint(Checked<'a>),
}

/// A lockfile was written.
pub struct Frozen<'a> {
    /// The image's name for people.
    pub image: &'a str,
    /// The lockfile's name.
    pub lockfile: &'a str,
    /// What was written.
    pub lock: &'a Lockfile,
    /// What the user should know.
    pub notes: &'a [String],
}

/// An image was compared with its lock, or with another image.
pub struct Verified<'a> {
    /// The image's name for people.
    pub image: &'a str,
    /// The lockfile's or the other image's name.
    pub against: &'a str,
    /// The image's platform.
    pub platform: &'a str,
    /// The base image's name.
    pub base: Option<&'a str>,
    /// The Dockerfile's name.
    pub dockerfile: Option<&'a str>,
    /// What was found.
    pub outcome: &'a Outcome,
}

/// An image was looked at.
pub struct Inspected<'a> {
    /// The image's name for people.
    pub image: &'a str,
    /// What a freeze would write.
    pub lock: &'a Lockfile,
    /// What the user should know.
    pub notes: &'a [String],
}

/// Sources were linted.
pub struct Checked<'a> {
    /// The sources, in the order they are reported.
    pub sources: &'a [Linted],
    /// What kept files, or parts of them, from being linted, sorted.
    pub obstacles: &'a [Obstacle],
}
