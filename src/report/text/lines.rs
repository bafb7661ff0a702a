//! Lines below headings.

use std::io::{self, Write};

use crate::report::style::{Paint, Style};

/// A heading and its lines; nothing where there are none.
pub(super) fn under(heading: &str, lines: &[String], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    self::heading(heading, style, out)?;
    lines.iter().try_for_each(|line| writeln!(out, "{}", format!("  {line}").trim_end()))
}

/// A heading, apart from what stands before it.
pub(super) fn heading(heading: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}", style.paint(Paint::Bold, heading))
}

/// Lines that need no heading.
pub(super) fn indented(lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))
}
