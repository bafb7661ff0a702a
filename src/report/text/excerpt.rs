//! The lines around a span of hostile text, made fit to be shown.
//!
//! What it refuses to do: it shows no more of a line than any terminal does, and no more lines than a reader takes in.

use std::ops::Range;

use crate::base::path::{misleads, printable};
use crate::base::runners::is_command;
use crate::base::text::Span;

/// Lines shown of one span; of a longer one, only the first is marked.
const LINES: usize = 6;

/// Characters kept on each side of a span, and of the span itself on one line. More than any terminal is wide.
const AROUND: usize = 400;

/// Whole lines out of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The lines, harmless.
    pub(super) text: String,
    /// The line that they begin with, from 1.
    pub(super) line: usize,
    /// The span in them.
    pub(super) span: Range<usize>,
}

/// The lines that `span` touches, which begins in line `line`.
pub(super) fn excerpt(source: &str, span: Span, line: usize) -> Excerpt {
    let span = shortened(source, span);
    let before = source.get(..span.start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let after = source.get(span.end..).unwrap_or_default();
    let end = span.end + after.find('\n').unwrap_or(after.len());
    let first = before.get(start..).unwrap_or_default();
    let first =
        first.char_indices().rev().nth(AROUND).map_or(first, |(at, _)| first.get(at..).unwrap_or(first));
    let last = source.get(span.end..end).unwrap_or_default();
    let last = last.char_indices().nth(AROUND).map_or(last, |(at, _)| last.get(..at).unwrap_or(last));
    let mut text = String::new();
    push(&mut text, first);
    let from = text.len();
    push(&mut text, span.text(source));
    let to = text.len();
    push(&mut text, last);
    Excerpt { text, line, span: from..to }
}

/// The span, or where it is too long, its first line.
fn shortened(source: &str, span: Span) -> Span {
    let text = span.text(source);
    let text = match text.matches('\n').count() >= LINES {
        true => text.lines().next().unwrap_or_default(),
        false => text,
    };
    let cut = text.char_indices().nth(AROUND).map_or(text.len(), |(at, _)| at);
    Span::new(span.start, span.start + cut)
}

/// Adds `part` with everything escaped that could mislead; the CR of a line's end goes.
fn push(text: &mut String, part: &str) {
    for (at, c) in part.char_indices() {
        let is_line_end = || part.get(at + 1..).is_none_or(|rest| rest.is_empty() || rest.starts_with('\n'));
        match c {
            '\n' | '\t' => text.push(c),
            '\r' if is_line_end() => {}
            '#' if is_command(part.as_bytes().get(at..).unwrap_or_default()) => text.push_str("\\x23"),
            c if misleads(c) => text.push_str(&printable(c.to_string().as_bytes())),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: &str, part: &str) -> (String, usize, String) {
        let at = source.find(part).unwrap();
        let line = source[..at].matches('\n').count() + 1;
        let shown = excerpt(source, Span::new(at, at + part.len()), line);
        (shown.text.clone(), shown.line, shown.text[shown.span].to_owned())
    }

    #[test]
    fn the_lines_of_the_span_and_no_others() {
        assert_eq!(of("FROM a\nRUN b c\nRUN d\n", "b"), ("RUN b c".into(), 2, "b".into()));
        assert_eq!(
            of("RUN a \\\r\n b\r\nRUN c", "a \\\r\n b"),
            ("RUN a \\\n b".into(), 1, "a \\\n b".into())
        );
    }

    #[test]
    fn what_could_mislead_is_escaped_and_the_span_stays_on_its_text() {
        let (text, _, marked) = of("RUN \u{1b}[2J\u{202e}x y", "x");
        assert_eq!((text.as_str(), marked.as_str()), ("RUN \\x1b[2J\\u{202e}x y", "x"));
    }

    #[test]
    fn long_lines_and_long_spans_are_cut() {
        let line = format!("{}x{}", "é".repeat(10_000), "b".repeat(10_000));
        let (text, _, marked) = of(&line, "x");
        assert!(text.len() < 2000 && marked == "x", "{}", text.len());
        let many = "a\n".repeat(100);
        assert_eq!(of(&many, &many), ("a".into(), 1, "a".into()));
    }
}
