//! The only writer of stdout and stderr: the result goes to stdout, everything else to stderr.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use crate::base::observer::{Observer, Silent};
use crate::base::path::{misleads, printable};
use crate::base::secrets;
use crate::report::style::{Paint, Style, harmless, spelled};
use crate::report::{self, Format, Matter, Report, Text, without_commands};

use super::args::{Color, GlobalFlags};
use super::error::CliError;
use super::progress::Bars;

/// Columns where the reader is no terminal, or does not say.
const WIDTH: usize = 80;

/// Columns of the narrowest and of the widest terminal that lines are made for: past it, eyes lose the line.
const WIDTHS: [usize; 2] = [40, 160];

/// Bytes that are written at once.
const PIECE: usize = 1 << 16;

/// Where a command's words go.
pub(super) struct Terminal {
    format: &'static dyn report::Format,
    style: Style,
    errors: Style,
    bars: bool,
}

impl Terminal {
    pub(super) fn new(global: &GlobalFlags) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let wishes =
            Wishes::of(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0"));
        let color = |is_terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => wishes.color(is_terminal && !is_dumb),
        };
        let out = io::stdout().is_terminal();
        let err = io::stderr().is_terminal();
        let width = if out { console_width() } else { WIDTH };
        Self {
            format: global.format.0,
            style: Style { color: color(out), width, verbose: global.verbose },
            errors: Style { color: color(err), width: WIDTH, verbose: global.verbose },
            bars: err && !is_dumb && !global.quiet,
        }
    }

    /// Says that a command has no report in the format that was asked for, before it does its work.
    pub(super) fn must_cover(&self, matter: Matter) -> Result<(), CliError> {
        let message = || format!("{} has no findings to write as {}", matter.name(), self.format.about().id);
        self.must(|format| format.covers(matter), message)
    }

    /// Says that pages are not written in the format that was asked for.
    pub(super) fn must_write_pages(&self) -> Result<(), CliError> {
        self.must(
            |format| format.has_pages(),
            || format!("explain has no page to write as {}", self.format.about().id),
        )
    }

    /// Says that what a command writes is no report, where a format for one was asked for.
    pub(super) fn must_be_for_people(&self, what: &str) -> Result<(), CliError> {
        if self.format.about().id == report::Text.about().id {
            return Ok(());
        }
        Err(CliError {
            message: format!("{what}, and no report as {}", self.format.about().id),
            hint: Some("leave --format out".to_owned()),
        })
    }

    fn must(
        &self,
        is_fit: impl Fn(&dyn Format) -> bool,
        message: impl Fn() -> String,
    ) -> Result<(), CliError> {
        if is_fit(self.format) {
            return Ok(());
        }
        let others =
            report::REGISTRY.iter().filter(|format| is_fit(**format)).map(|format| format.about().id);
        Err(CliError {
            message: message(),
            hint: Some(format!("use --format with one of {}", others.collect::<Vec<_>>().join(", "))),
        })
    }

    /// Writes the result.
    pub(super) fn report(&self, report: &Report<'_>) -> Result<(), CliError> {
        self.write(|out| report::render(self.format, report, &self.style, out))
    }

    /// Writes text that is the same in every format.
    pub(super) fn text(&self, text: &str) -> Result<(), CliError> {
        self.write(|out| out.write_all(text.as_bytes()))
    }

    /// Writes to stdout in large pieces, however small those are that come.
    fn write(&self, pieces: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), CliError> {
        let mut out = BufWriter::with_capacity(PIECE, io::stdout().lock());
        match pieces(&mut out).and_then(|()| out.flush()) {
            // Whoever closed the pipe has read what they wanted; the exit code still counts.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(CliError::new(format!("write the result: {error}"))),
            Ok(()) => Ok(()),
        }
    }

    /// Writes a report as text beside a result that is something else.
    pub(super) fn aside(&self, report: &Report<'_>) {
        // As for errors: with stderr gone the exit code says it.
        let mut err = BufWriter::new(io::stderr().lock());
        let _ = report::render(&Text, report, &self.errors, &mut err).and_then(|()| err.flush());
    }

    /// Writes an error and its hint.
    pub(super) fn error(&self, error: &CliError) {
        let mut err = io::stderr().lock();
        // With stderr gone there is nobody left to tell; the exit code says it.
        let _ = writeln!(err, "{}: {}", self.errors.paint(Paint::Red, "error"), shown(&error.message));
        if let Some(hint) = &error.hint {
            let _ = writeln!(err, "{}: {}", self.errors.paint(Paint::Bold, "hint"), shown(hint));
        }
    }

    /// Writes what the user should know before the result.
    pub(super) fn note(&self, note: &str) {
        // As for errors.
        let _ = writeln!(io::stderr().lock(), "{}: {}", self.errors.paint(Paint::Bold, "note"), shown(note));
    }

    /// Writes a line of a builder's output, where all is to be shown.
    pub(super) fn output(&self, line: &str) {
        if self.errors.verbose {
            self.failed_output([line]);
        }
    }

    /// Writes lines of a builder's output: a stranger's commands wrote them.
    pub(super) fn failed_output(&self, lines: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut err = io::stderr().lock();
        for line in lines {
            let line = secrets::redact(line.as_ref()).unwrap_or_else(|| line.as_ref().to_owned());
            // As for errors.
            let _ = writeln!(err, "  {}", without_commands(&spelled(&line)));
        }
    }

    /// Writes what is wrong with the command line, or the help that was asked for; whether that could be done.
    ///
    /// What it quotes may be a file's name that a shell put there, so it is plain where it holds what acts.
    pub(super) fn usage(usage: &clap::Error) -> bool {
        // Help has our own words alone: that of `--secret <SPEC>` hides nothing.
        if !usage.use_stderr() {
            return usage.print().is_ok();
        }
        let mut plain = usage.render().to_string();
        let quoted = plain.clone();
        secrets::hide(&mut plain);
        let is_odd = |c: char| misleads(c) && c != '\n';
        if plain == quoted && !plain.contains(is_odd) && without_commands(&plain) == plain {
            return usage.print().is_ok();
        }
        let lines = plain.lines().map(|line| printable(line.as_bytes()).replace("\\\\", "\\"));
        let text = without_commands(&lines.collect::<Vec<_>>().join("\n"));
        writeln!(io::stderr().lock(), "{text}").is_ok()
    }

    /// Shows progress on a terminal, and nothing elsewhere.
    pub(super) fn progress(&self) -> Box<dyn Observer> {
        if self.bars { Box::new(Bars::new()) } else { Box::new(Silent) }
    }
}

/// A sentence that may quote what was typed or read: without secrets, harmless.
fn shown(text: &str) -> String {
    harmless(secrets::redact(text).as_deref().unwrap_or(text))
}

fn console_width() -> usize {
    let (_, columns) = console::Term::stdout().size();
    usize::from(columns).clamp(WIDTHS[0], WIDTHS[1])
}

/// What the environment asks of all programs: `NO_COLOR` (no-color.org), and `CLICOLOR_FORCE` for a log that shows
/// colours without being a terminal. The first wins over the second, and `--color` over both.
struct Wishes {
    none: bool,
    force: bool,
}

impl Wishes {
    fn of(is_set: impl Fn(&str) -> bool) -> Self {
        Self { none: is_set("NO_COLOR"), force: is_set("CLICOLOR_FORCE") }
    }

    fn color(&self, is_terminal: bool) -> bool {
        !self.none && (self.force || is_terminal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_wins_over_clicolor_force_and_that_over_not_being_a_terminal() {
        let color = |set: &[&str], is_terminal| Wishes::of(|name| set.contains(&name)).color(is_terminal);
        assert!(color(&[], true) && !color(&[], false));
        assert!(color(&["CLICOLOR_FORCE"], false));
        assert!(!color(&["NO_COLOR"], true) && !color(&["NO_COLOR", "CLICOLOR_FORCE"], true));
    }
}
