//! Markdown for a pull request's comment, on GitHub and whoever reads its dialect.
//!
//! What comes from an image stands in code spans and code blocks alone, where no markup, no mention and no reference
//! is read. A comment may have 65,536 characters: where a report would be longer, its longest lists are cut, and say so.

mod escape;
mod facts;
mod lint;
mod verify;

use super::model::Report;
use super::style::Style;

/// Bytes of a comment; the rest of what GitHub takes is the caller's, for words of their own.
const ROOM: usize = 60_000;

/// Rows of a list, at most: nobody reads more in a comment, and the other formats list all.
const ROWS: usize = 200;

/// `--format markdown`
pub struct Markdown;

impl super::Format for Markdown {
    fn id(&self) -> &'static str {
        "markdown"
    }

    fn render(&self, report: &Report<'_>, _: &Style) -> String {
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
        render(fits)
    }
}
