//! From source lines to tokens: directives, comments, blanks, and logical lines with their continuations joined.
//!
//! Vocabulary: a *physical line* ends with a newline; its *content* is without the carriage returns and newlines at
//! the end. A line goes on if its last character but spaces and tabs is the escape character, and that is not itself
//! escaped. Comments and blank lines between continuation lines vanish from the logical text.
//!
//! What it refuses to do: it knows no keywords; the parser tells it where a heredoc begins.

use std::collections::HashMap;

use super::directives::{Directive, DirectiveName, DirectiveScanner};
use super::heredoc::HeredocLines;
use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::{Problem, ProblemKind};

/// BuildKit reads lines through a buffer of 64 KiB, newline included.
const LINE_BYTES: usize = 65_535;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// One top-level piece of the file.
#[derive(Debug)]
pub(super) enum Token {
    ByteOrderMark(Span),
    Directive(Span, Directive),
    Comment(Span),
    Blank(Span),
    Line(LogicalLine),
}

/// An instruction's lines, joined.
#[derive(Debug)]
pub(super) struct LogicalLine {
    pub(super) text: Logical,
    pub(super) span: Span,
    pub(super) first_line: usize,
    pub(super) comments: Vec<Span>,
}

/// A physical line.
#[derive(Debug, Clone, Copy)]
struct Physical<'a> {
    span: Span,
    content: &'a str,
}

/// Reads a source from top to bottom.
pub(super) struct Lexer<'a> {
    source: &'a str,
    offset: usize,
    line: usize,
    escape: char,
    directives: DirectiveScanner,
    /// The start of the last line with a given content, to know at once whether a heredoc ends; filled when first needed.
    last_lines: Option<LastLines<'a>>,
    /// What was found wrong so far.
    pub(super) problems: Vec<Problem>,
}

struct LastLines<'a> {
    plain: HashMap<&'a str, usize>,
    without_tabs: HashMap<&'a str, usize>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let (directives, problems) = Default::default();
        Self { source, offset: 0, line: 0, escape: '\\', directives, last_lines: None, problems }
    }

    /// The text all spans point into.
    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// The escape character in effect.
    pub(super) fn escape(&self) -> char {
        self.escape
    }

    /// Lines read so far: the number, from 1, of the last one.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The next token, unless the source is at its end.
    pub(super) fn next_token(&mut self) -> Option<Token> {
        if self.offset == 0 && self.source.starts_with(BYTE_ORDER_MARK) {
            self.offset = BYTE_ORDER_MARK.len_utf8();
            return Some(Token::ByteOrderMark(Span::new(0, self.offset)));
        }
        let line = self.next_line()?;
        let content = line.content.trim_start();
        let at = line.span.start + (line.content.len() - content.len());
        let directive = self.directive(content, at);
        if let Some(directive) = directive {
            return Some(Token::Directive(line.span, directive));
        }
        if content.starts_with('#') {
            return Some(Token::Comment(line.span));
        }
        if content.is_empty() {
            return Some(Token::Blank(line.span));
        }
        Some(Token::Line(self.join(line.span, content, at)))
    }

    /// Joins continuation lines to a first line, whose content starts at `at`.
    fn join(&mut self, first: Span, content: &str, at: usize) -> LogicalLine {
        let mut text = Logical::starting_at(at);
        let mut logical = LogicalLine {
            text: Logical::default(),
            span: first,
            first_line: self.line,
            comments: Vec::new(),
        };
        let mut goes_on = self.push(&mut text, content, at);
        let mut empty = None;
        while goes_on && let Some(line) = self.next_line() {
            logical.span.end = line.span.end;
            // A continuation line ends the directives, or is one, like any other line.
            let _ = self.directive(line.content, line.span.start);
            let trimmed = line.content.trim_start();
            if trimmed.starts_with('#') {
                logical.comments.push(line.span);
            } else if trimmed.is_empty() {
                empty = empty.or(Some(line.span));
            } else {
                goes_on = self.push(&mut text, line.content, line.span.start);
            }
        }
        if let Some(span) = empty {
            self.problem(span, "empty line inside an instruction", ProblemKind::Warning);
        }
        logical.text = text;
        logical
    }

    /// Adds one line without its continuation mark; whether the instruction goes on after it.
    fn push(&self, text: &mut Logical, content: &str, at: usize) -> bool {
        let (kept, goes_on) = strip_continuation(content, self.escape);
        text.push(self.source, Span::new(at, at + kept.len()));
        goes_on
    }

    fn directive(&mut self, content: &str, at: usize) -> Option<Directive> {
        let directive = match self.directives.scan(content, at, "#") {
            Ok(directive) => directive?,
            Err(message) => {
                self.problem(Span::new(at, at + content.len()), message, ProblemKind::Fatal);
                return None;
            }
        };
        if directive.name == DirectiveName::Escape {
            match directive.value.as_str() {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                _ => {
                    let message = "the escape character must be a backslash or a backtick";
                    self.problem(directive.value_span, message, ProblemKind::Fatal);
                }
            }
        }
        Some(directive)
    }

    /// Takes the lines up to the one that is `name`. If there is none, says so and takes nothing.
    pub(super) fn heredoc(&mut self, name: &str, strip_tabs: bool) -> Option<HeredocLines> {
        let start = self.offset;
        if self.last_line(name, strip_tabs)? < start {
            return None;
        }
        while let Some(line) = self.next_line() {
            let content = if strip_tabs { line.content.trim_start_matches('\t') } else { line.content };
            if content == name {
                return Some(HeredocLines { body: Span::new(start, line.span.start), terminator: line.span });
            }
        }
        None
    }

    fn last_line(&mut self, name: &str, strip_tabs: bool) -> Option<usize> {
        let source = self.source;
        let lines = self.last_lines.get_or_insert_with(|| LastLines::of(source));
        let map = if strip_tabs { &lines.without_tabs } else { &lines.plain };
        map.get(name).copied()
    }

    fn next_line(&mut self) -> Option<Physical<'a>> {
        let line = physical_line(self.source, self.offset)?;
        self.offset = line.span.end;
        self.line += 1;
        let with_returns = line.span.text(self.source).trim_end_matches('\n').len();
        if with_returns > LINE_BYTES {
            self.problem(line.span, format!("line longer than {LINE_BYTES} bytes"), ProblemKind::Fatal);
        }
        Some(line)
    }

    fn problem(&mut self, span: Span, message: impl Into<String>, kind: ProblemKind) {
        self.problems.push(Problem { span, message: message.into(), kind });
    }
}

impl<'a> LastLines<'a> {
    fn of(source: &'a str) -> Self {
        let mut lines = Self { plain: HashMap::new(), without_tabs: HashMap::new() };
        let mut offset = 0;
        while let Some(line) = physical_line(source, offset) {
            lines.plain.insert(line.content, line.span.start);
            lines.without_tabs.insert(line.content.trim_start_matches('\t'), line.span.start);
            offset = line.span.end;
        }
        lines
    }
}

fn physical_line(source: &str, offset: usize) -> Option<Physical<'_>> {
    let rest = source.get(offset..).filter(|rest| !rest.is_empty())?;
    let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
    let content = rest.get(..length).unwrap_or_default().trim_end_matches(['\r', '\n']);
    Some(Physical { span: Span::new(offset, offset + length), content })
}

/// The line without the escape character that continues it, and whether there is one.
fn strip_continuation(content: &str, escape: char) -> (&str, bool) {
    match content.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(kept) if !kept.ends_with(escape) => (kept, true),
        _ => (content, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(source: &str) -> Vec<String> {
        let mut lexer = Lexer::new(source);
        let mut lines = Vec::new();
        while let Some(token) = lexer.next_token() {
            if let Token::Line(line) = token {
                lines.push(line.text.text().to_owned());
            }
        }
        lines
    }

    #[test]
    fn an_escape_followed_by_spaces_continues_but_an_escaped_one_does_not() {
        assert_eq!(lines("RUN a \\ \t\r\nb\n"), ["RUN a b"]);
        assert_eq!(lines("RUN a\\\\\nRUN b\n"), ["RUN a\\\\", "RUN b"]);
        assert_eq!(lines("RUN a\\\\\\\nRUN b\n"), ["RUN a\\\\\\", "RUN b"]);
    }

    #[test]
    fn comments_and_blank_lines_inside_an_instruction_vanish() {
        assert_eq!(lines("RUN a \\\n  # no \\\n\n\\\n b"), ["RUN a  b"]);
    }

    #[test]
    fn a_backtick_continues_only_where_the_directive_says_so() {
        assert_eq!(lines("# escape=`\nRUN a `\nb\\\nRUN c"), ["RUN a b\\", "RUN c"]);
        assert_eq!(lines("# note\n# escape=`\nRUN a `\nRUN b"), ["RUN a `", "RUN b"]);
        assert_eq!(lines("#!/bin/x\n# escape=`\nRUN a `\nRUN b"), ["RUN a `", "RUN b"]);
    }

    #[test]
    fn a_line_of_65535_bytes_is_taken_and_a_longer_one_is_fatal() {
        for (bytes, problems) in [(LINE_BYTES, 0), (LINE_BYTES + 1, 1)] {
            let source = format!("RUN {}\n", "x".repeat(bytes - 4));
            let mut lexer = Lexer::new(&source);
            while lexer.next_token().is_some() {}
            assert_eq!(lexer.problems.len(), problems, "{bytes}");
        }
    }

    #[test]
    fn repeated_directives_and_strange_escapes_are_fatal() {
        for source in ["# escape=`\n# escape=`\n", "# escape=x\n", "# syntax=a\n# Syntax=b\n"] {
            let mut lexer = Lexer::new(source);
            while lexer.next_token().is_some() {}
            assert_eq!(lexer.problems.len(), 1, "{source}");
            assert_eq!(lexer.problems[0].kind, ProblemKind::Fatal);
        }
    }
}
