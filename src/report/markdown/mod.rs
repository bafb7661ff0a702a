//! Markdown for a pull request's comment, on GitHub and whoever reads its dialect.
//!
//! What comes from an image stands in code spans and code blocks alone, where no markup, no mention and no reference
//! is read. A comment may have 65,536 characters: where a report would be longer, its longest lists are cut, and say so.

mod escape;
mod facts;
mod lint;
mod verify;

use std::io;

use super::format::Format;
use super::model::Report;
use super::style::Style;
use crate::base::about::{About, Kind};

/// Bytes of a comment; the rest of what GitHub takes is the caller's, for words of their own.
const ROOM: usize = 60_000;

/// Rows of a list, at most: nobody reads more in a comment, and the other formats list all.
const ROWS: usize = 200;

/// `--format markdown`
pub(super) struct Markdown;

impl Format for Markdown {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: Kind::Format,
            id: "markdown",
            summary: "for a pull request's comment: the verdict, layers, causes, fixes and edits; long lists cut",
            page: include_str!("../../../docs/formats/markdown.md"),
        };
        &ABOUT
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let render = |rows| match report {
            Report::Freeze(frozen) => facts::frozen(frozen, rows),
            Report::Verify(verified) | Report::Diff(verified) => verify::verified(verified, rows),
            Report::Inspect(inspected) => facts::inspected(inspected, rows),
            Report::Lint(checked) => lint::checked(checked, rows),
        };
        // The most rows a list may have with which the whole still fits: only the longest lists feel it.
        let (mut fits, mut too_many) = (0, ROWS + 1);
        while too_many - fits > 1 {
            let rows = usize::midpoint(fits, too_many);
            if render(rows).len() <= ROOM {
                fits = rows;
            } else {
                too_many = rows;
            }
        }
        out.write_all(render(fits).as_bytes())
    }
}
