//! The text of `lint`: each finding with the lines it is in.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::excerpt::excerpt;
use crate::base::secrets;
use crate::finding::{Confidence, Severity};
use crate::lint::{GoneFinding, SourceText};
use crate::report::findings::{Placed, gone_line};
use crate::report::story::FixedSource;
use crate::report::style::{Paint, Style, columns, counted, harmless, thousands};

/// Findings that are listed of those that are gone from a baseline; json has all.
const GONE: usize = 20;

/// Each finding, and an empty line.
pub(super) fn all(findings: &[Placed<'_>], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width).decor_style(DecorStyle::Ascii);
    // Findings stand source by source: what is hidden of each is looked for once.
    let mut hidden: (Option<&SourceText>, Vec<Range<usize>>) = (None, Vec::new());
    findings.iter().try_for_each(|placed| {
        if !hidden.0.is_some_and(|source| std::ptr::eq(source, placed.source)) {
            hidden = (Some(placed.source), secrets::spans(&placed.source.text));
        }
        write!(out, "{}\n\n", one(placed, &hidden.1, &renderer, style))
    })
}

/// A line for each source that fixes changed.
pub(super) fn fixed(sources: &[FixedSource<'_>], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for FixedSource { path, count, rules } in sources {
        let sentence = format!("fixed {} in {}", counted(*count, "finding"), harmless(path));
        writeln!(out, "{}: {}", style.paint(Paint::Green, &sentence), rules.join(", "))?;
    }
    Ok(())
}

/// What is gone from a baseline, a line each, and an empty line.
pub(super) fn gone(gone: &[GoneFinding], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, "gone from the baseline"))?;
    for gone in gone.iter().take(GONE) {
        writeln!(out, "  {}", harmless(&gone_line(gone)))?;
    }
    match gone.len().saturating_sub(GONE) {
        0 => writeln!(out),
        rest => writeln!(out, "  and {} more\n", thousands(rest)),
    }
}

fn one(placed: &Placed<'_>, hidden: &[Range<usize>], renderer: &Renderer, style: &Style) -> String {
    let finding = &placed.finding;
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let shown = excerpt(&placed.source.text, hidden, finding.span, placed.start.line);
    let mark = AnnotationKind::Primary.span(shown.span);
    let snippet = Snippet::source(shown.text).line_start(shown.line).path(harmless(&placed.source.path));
    let title = level.primary_title(harmless(&finding.message)).id(finding.rule);
    let mut group = title.element(snippet.annotation(mark));
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(wrapped(help, style)));
    }
    for note in notes(placed) {
        group = group.element(Level::NOTE.message(wrapped(&note, style)));
    }
    renderer.render(&[group])
}

/// What else there is to know: who installs from the file, how sure the rule is, and that there is a fix.
fn notes(placed: &Placed<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(by) = &placed.source.installed_by {
        notes.push(format!("installed by {by}"));
    }
    notes.extend(placed.lines_of_all());
    if placed.finding.confidence == Confidence::Low {
        notes.push("a guess: not all of it is known here".to_owned());
    }
    notes.extend(match placed.fixes() {
        (0, 0, _) => None,
        (safe, _, all) if safe == all => Some("--fix mends it".to_owned()),
        (0, not_safe, all) if not_safe == all => {
            Some("--fix --unsafe-fixes mends it; look at what changes".to_owned())
        }
        (0, not_safe, all) => {
            Some(format!("--fix --unsafe-fixes mends {not_safe} of {all}; look at what changes"))
        }
        (safe, _, all) => Some(format!("--fix mends {safe} of {all}")),
    });
    notes
}

/// Text in lines that fit behind `   = help: `.
fn wrapped(text: &str, style: &Style) -> String {
    let width = style.width.saturating_sub(16).max(20);
    let mut lines = String::new();
    let mut used = 0;
    for word in harmless(text).split(' ') {
        let columns = columns(word);
        if used > 0 && used + 1 + columns > width {
            lines.push('\n');
            used = 0;
        } else if used > 0 {
            lines.push(' ');
            used += 1;
        }
        lines.push_str(word);
        used += columns;
    }
    lines
}
