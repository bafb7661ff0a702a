//! What a format is: a way to write any report into a writer, as it is walked.

use std::io;

use super::guard::{Guard, Guarded};
use super::model::{Matter, Report};
use super::style::Style;
use crate::base::about::About;

/// A way to write a report.
pub trait Format: Sync {
    /// What is known of it without a report: its id is the name that `--format` takes.
    fn about(&self) -> &'static About;

    /// Whether it has a form for the reports of a command. Asked before the command does its work.
    fn covers(&self, _: Matter) -> bool {
        true
    }

    /// Whether a page of `explain` is in it, as it stands.
    fn has_pages(&self) -> bool {
        false
    }

    /// How it writes a character that would make a CI runner act.
    fn guard(&self) -> Guard {
        Guard::Text
    }

    /// Writes the report, a newline at its end; nothing where it does not cover it. Pieces are written as they are made,
    /// and many are small, so the caller buffers. An error is the writer's own. Asked by [`render`] alone.
    fn render(&self, report: &Report<'_>, style: &Style, out: &mut dyn io::Write) -> io::Result<()>;
}

/// Writes `report` in `format`, and no command to a CI runner with it.
pub fn render(
    format: &dyn Format,
    report: &Report<'_>,
    style: &Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut guarded = Guarded::new(out, format.guard());
    format.render(report, style, &mut guarded)?;
    guarded.finish()
}
