//! Text for people: what matters first, one line to remember last, 80 columns unless the terminal has more.

mod excerpt;
mod facts;
mod lint;
mod verify;
mod why;

use std::io;

use super::format::Format;
use super::model::Report;
use super::style::Style;
use crate::base::about::{About, Kind};

/// `--format text`
pub struct Text;

impl Format for Text {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: Kind::Format,
            id: "text",
            summary: "for the terminal: layers, causes with examples, the verdict last; all files with -v",
            page: include_str!("../../../docs/formats/text.md"),
        };
        &ABOUT
    }

    fn render(&self, report: &Report<'_>, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let text = match report {
            Report::Freeze(frozen) => facts::frozen(frozen, style),
            Report::Verify(verified) | Report::Diff(verified) => verify::verified(verified, style),
            Report::Inspect(inspected) => facts::inspected(inspected, style),
            Report::Lint(checked) => lint::checked(checked, style),
        };
        out.write_all(text.as_bytes())
    }
}

/// A heading and its lines; nothing where there are none.
fn section(out: &mut String, style: &Style, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    out.push('\n');
    out.push_str(&style.paint(super::style::Paint::Bold, heading));
    out.push('\n');
    for line in lines {
        out.push_str("  ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
