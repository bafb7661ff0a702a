//! What there is to report, before any format has its say.

use crate::finding::Severity;
use crate::inspect::Inspection;
use crate::lint::{Accepted, Hidden, Linted, Obstacle};
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

/// The command that a report is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// `freeze`
    Freeze,
    /// `verify`
    Verify,
    /// `diff`
    Diff,
    /// `inspect`
    Inspect,
    /// `lint`
    Lint,
}

impl Matter {
    /// The command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::Verify => "verify",
            Self::Diff => "diff",
            Self::Inspect => "inspect",
            Self::Lint => "lint",
        }
    }

    /// Whether its reports find fault with something, so that code hosts and CI have a place for them.
    pub fn has_findings(self) -> bool {
        matches!(self, Self::Verify | Self::Diff | Self::Lint)
    }
}

impl Report<'_> {
    /// The command that it is of.
    pub fn matter(&self) -> Matter {
        match self {
            Self::Freeze(_) => Matter::Freeze,
            Self::Verify(_) => Matter::Verify,
            Self::Diff(_) => Matter::Diff,
            Self::Inspect(_) => Matter::Inspect,
            Self::Lint(_) => Matter::Lint,
        }
    }
}

/// A lockfile was written.
pub struct Frozen<'a> {
    /// The image's name for people.
    pub image: &'a str,
    /// The form of reference by which the image was found: `docker-archive`, `docker-daemon`, `docker`.
    pub transport: &'a str,
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
    /// The form of reference by which the image was found: `docker-archive`, `docker-daemon`, `docker`.
    pub transport: &'a str,
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
    /// The form of reference by which the image was found: `docker-archive`, `docker-daemon`, `docker`.
    pub transport: &'a str,
    /// What of it people are to be told; programs are told all.
    pub parts: InspectedParts,
    /// What it holds.
    pub inspection: &'a Inspection,
}

/// What of an image that was looked at is told; all of it in short where nothing is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InspectedParts {
    /// Whose its files are, and all that are nobody's.
    pub unowned: bool,
    /// What its executables say of their build.
    pub executables: bool,
}

/// Sources were linted.
pub struct Checked<'a> {
    /// The sources, in the order they are reported.
    pub sources: &'a [Linted],
    /// What kept files, or parts of them, from being linted, sorted.
    pub obstacles: &'a [Obstacle],
    /// What ignore files leave out.
    pub hidden: Hidden,
    /// From which severity on a finding fails the run.
    pub fail_on: Severity,
    /// What a baseline accepts, where there is one.
    pub accepted: Option<&'a Accepted>,
}
