//! Text for people: what matters first, one line to remember last, 80 columns unless the terminal has more.

mod excerpt;
mod facts;
mod lint;
mod verify;
mod why;

use super::model::Report;
use super::style::Style;

/// `--format text`
pub struct Text;

impl super::Format for Text {
    fn id(&self) -> &'static str {
        "text"
    }

    fn render(&self, report: &Report<'_>, style: &Style) -> String {
        match report {
            Report::Freeze(frozen) => facts::frozen(frozen, style),
            Report::Verify(verified) | Report::Diff(verified) => verify::verified(verified, style),
            Report::Inspect(inspected) => facts::inspected(inspected, style),
            Report::Lint(checked) => lint::checked(checked, style),
        }
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
