//! The lines around a span of hostile text, made fit to be shown.
//!
//! What it refuses to do: it shows no more of a line than any terminal does, and no more lines than a reader takes in.

use std::ops::Range;

use crate::base::path::{misleads, printable};
use crate::base::runners::is_command;
use crate::base::secrets;
use crate::base::text::Span;

/// Lines shown of one span; of a longer one, only the first is marked.
const LINES: usize = 6;

/// Characters kept on each side of a span, and of the span itself on one line. More than any terminal is wide.
const AROUND: usize = 400;

/// Bytes on each side in which these are.
const REACH: usize = 4 * (AROUND + 1);

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

/// The lines that `span` touches, which begins in line `line`, without what is `hidden` of the source: its secrets, in order.
pub(super) fn excerpt(source: &str, hidden: &[Range<usize>], span: Span, line: usize) -> Excerpt {
    let span = shortened(source, span);
    let before = source.get(..span.start).unwrap_or_default();
    // Of a long line no more is looked at than is shown, however many findings are in it.
    let near = before.ceil_char_boundary(before.len().saturating_sub(REACH));
    let start = before.get(near..).and_then(|near| near.rfind('\n')).map_or(near, |at| near + at + 1);
    let after = source.get(span.end..).unwrap_or_default();
    let after = after.get(..after.floor_char_boundary(REACH)).unwrap_or(after);
    let end = span.end + after.find('\n').unwrap_or(after.len());
    let first = before.get(start..).unwrap_or_default();
    let first =
        first.char_indices().rev().nth(AROUND).map_or(first, |(at, _)| first.get(at..).unwrap_or(first));
    let last = source.get(span.end..end).unwrap_or_default();
    let last = last.char_indices().nth(AROUND).map_or(last, |(at, _)| last.get(..at).unwrap_or(last));
    let (first, last) = (span.start - first.len()..span.start, span.end..span.end + last.len());
    let from = hidden.partition_point(|secret| secret.end <= first.start);
    let hidden = hidden.get(from..).unwrap_or_default();
    let mut text = String::new();
    push_shown(&mut text, source, first, hidden);
    let from = text.len();
    push_shown(&mut text, source, span.start..span.end, hidden);
    let to = text.len();
    push_shown(&mut text, source, last, hidden);
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

/// Adds a part of `source` without its secrets.
fn push_shown(text: &mut String, source: &str, part: Range<usize>, hidden: &[Range<usize>]) {
    let mut from = part.start;
    let reaches = |secret: &&Range<usize>| secret.end > part.start;
    for secret in hidden.iter().take_while(|secret| secret.start < part.end).filter(reaches) {
        push(text, source.get(from..secret.start.max(from)).unwrap_or_default());
        text.push_str(secrets::REDACTED);
        from = secret.end.min(part.end);
    }
    push(text, source.get(from..part.end).unwrap_or_default());
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
        let shown = excerpt(source, &secrets::spans(source), Span::new(at, at + part.len()), line);
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
    fn secrets_are_hidden_in_and_beside_the_span() {
        let source = "ENV A=1\nRUN curl -u me:hunter2hunter2 https://h && x\n";
        let shown = "RUN curl -u me:[redacted] https://h && x";
        assert_eq!(of(source, "x"), (shown.into(), 2, "x".into()));
        assert_eq!(of(source, "hunter2hunter2"), (shown.into(), 2, "[redacted]".into()));
        assert_eq!(
            of(source, "hunter2"),
            ("RUN curl -u me:[redacted][redacted] https://h && x".into(), 2, "[redacted]".into())
        );
        let torn = "RUN login --password \\\n  hunter2hunter2 \\\n  && x";
        assert_eq!(of(torn, "&& x").0, "  && x");
        assert_eq!(of(torn, "  hunter").0, "  [redacted][redacted] \\");
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
