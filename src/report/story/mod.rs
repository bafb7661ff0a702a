//! The story of a report: what formats for people tell, made once from its document, in sections.
//!
//! Text, Markdown and the page lay sections out, each by its *body*: a new section of a known body is in all three, and a new
//! body does not compile until each of them knows it. Documents are taken apart field by field, so a new field does not
//! compile either until it is told or left out by name.
//!
//! What it refuses to do: nothing here is escaped. What a field's description calls quoted stands as it does in the image,
//! the Dockerfile or the user's words, and each format makes it harmless in its own way.

mod agreed;
mod compared;
mod container;
mod drifted;
mod edits;
mod image;
mod layers;
mod linted;
mod listing;
mod section;
mod why;

pub(super) use agreed::{AgreedLock, AgreedRow, line_of};
pub(super) use compared::{Comparing, fields};
pub(super) use container::{Seen, of as seen_in_container};
pub(super) use drifted::{DriftedFiles, value, what};
pub(super) use edits::{HunkLine, Mended, hunk_lines, hunk_place};
pub(super) use image::{ConfigValue, Fact, Holds, Installed, InstalledPackage, KnownArg, unreadable};
pub(super) use layers::{LayerRow, TierRow, numbered, without_mounts};
pub(super) use linted::{FixedSource, Unread};
pub(super) use listing::{Column, ListedGroup, Listing, Set};
pub(super) use section::{Body, ChangedRow, ChangedRows, Section, Story, Title, Topic, visible};
pub(super) use why::{FileCause, KnownCause, LayerCause, Why};

use super::model::Report;

/// The story of a report.
pub(super) fn of<'a>(report: &'a Report<'a>) -> Story<'a> {
    match report {
        Report::Freeze(frozen) => image::of_frozen(frozen),
        Report::Inspect(inspected) => image::of_inspected(inspected),
        Report::Verify(verified) | Report::Diff(verified) => compared::of(verified),
        Report::Lint(checked) => linted::of(checked),
    }
}

/// The sentence to remember of a comparison: `drifted: 4 of 7 layers, 2,972 files, 2 causes, nothing unexplained`.
pub(super) fn verdict(outcome: &crate::verify::Outcome) -> String {
    format!("{}: {}", outcome.verdict, compared::detail(outcome, &outcome.causes()))
}
