//! From tokens to items: each logical line becomes an instruction with keyword, flags, arguments and heredocs.
//!
//! Vocabulary: a *nested* instruction is the one ONBUILD keeps; it shares its line with it. Offsets within this file
//! are those of the logical line; words get source spans when they are made.
//!
//! What it refuses to do: it never stops. A heredoc without end is read as having no body, and the lines after it as
//! instructions; arguments that BuildKit refuses are kept as the text they are.

use std::ops::Range;
use std::path::Path;

use super::arguments::parse_arguments;
use super::directives::detect_syntax;
use super::heredoc::{Heredoc, HeredocWord, heredoc_words};
use super::lexer::{Lexer, LogicalLine, Token};
use crate::base::limits;
use crate::base::logical::Logical;
use crate::base::source::{self, SourceError};
use crate::base::text::{SourceWord, Span};
use crate::dockerfile::{
    Dockerfile, Flag, Instruction, InstructionArguments, Item, ItemKind, Keyword, Problem, ProblemKind,
};

/// ONBUILD within ONBUILD, which BuildKit refuses anyway; deeper ones are read as words.
const ONBUILD_DEPTH: usize = 4;

impl Dockerfile {
    /// Parses a Dockerfile. Never fails: what is wrong is in [`Dockerfile::problems`].
    pub fn parse(source: &str) -> Self {
        let mut lexer = Lexer::new(source);
        let mut problems = Vec::new();
        let items = parse(&mut lexer, &mut problems);
        problems.append(&mut lexer.problems);
        problems.sort_by_key(|problem| problem.span);
        let syntax = detect_syntax(source);
        Self { source: source.to_owned(), escape: lexer.escape(), syntax, items, problems }
    }

    /// Reads and parses the Dockerfile at `path`.
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        source::read(path).map(|source| Self::parse(&source))
    }
}

/// Reads all items.
fn parse(lexer: &mut Lexer<'_>, problems: &mut Vec<Problem>) -> Vec<Item> {
    let mut items = Vec::new();
    let (mut instructions, mut stages) = (0, 0);
    while let Some(token) = lexer.next_token() {
        items.push(match token {
            Token::ByteOrderMark(span) => Item { span, kind: ItemKind::ByteOrderMark },
            Token::Directive(span, directive) => Item { span, kind: ItemKind::Directive(directive) },
            Token::Comment(span) => Item { span, kind: ItemKind::Comment },
            Token::Blank(span) => Item { span, kind: ItemKind::Blank },
            Token::Line(line) => {
                instructions += 1;
                let instruction = instruction_of(line, lexer, problems);
                stages += usize::from(instruction.keyword == Keyword::From);
                if instructions > limits::INSTRUCTIONS || stages > limits::STAGES {
                    let message = match stages > limits::STAGES {
                        true => format!("more than {} stages: the rest is not read", limits::STAGES),
                        false => {
                            format!("more than {} instructions: the rest is not read", limits::INSTRUCTIONS)
                        }
                    };
                    problems.push(Problem { span: instruction.span, message, kind: ProblemKind::Fatal });
                    let rest = Span::new(instruction.span.start, lexer.source().len());
                    items.push(Item { span: rest, kind: ItemKind::Comment });
                    break;
                }
                Item { span: instruction.span, kind: ItemKind::Instruction(Box::new(instruction)) }
            }
        });
    }
    if instructions == 0 {
        let span = Span::new(lexer.source().len(), lexer.source().len());
        problems.push(Problem { span, message: "no instructions".into(), kind: ProblemKind::Fatal });
    }
    items
}

fn instruction_of(line: LogicalLine, lexer: &mut Lexer<'_>, problems: &mut Vec<Problem>) -> Instruction {
    let whole = 0..line.text.text().len();
    let mut reader = LineReader { line: &line.text, escape: lexer.escape(), problems };
    let mut instruction = reader.instruction(whole, 0);
    instruction.comments = line.comments;
    instruction.span = line.span;
    let heredocs = heredocs(&instruction, &line.text, lexer, problems);
    if let Some(last) = heredocs.last() {
        instruction.span.end = last.terminator.end;
    }
    finish(&mut instruction, (line.first_line, lexer.line()), heredocs);
    instruction
}

/// Reads the bodies of the heredocs that a line calls for.
fn heredocs(
    instruction: &Instruction,
    line: &Logical,
    lexer: &mut Lexer<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Heredoc> {
    if !takes_heredocs(instruction.effective()) || !line.text().contains("<<") {
        return Vec::new();
    }
    let words = heredoc_words(line.text()).unwrap_or_else(|message| {
        let message = format!("heredoc: {message}");
        problems.push(Problem { span: line.span(), message, kind: ProblemKind::Fatal });
        Vec::new()
    });
    words.into_iter().filter_map(|word| heredoc(word, line, lexer, problems)).collect()
}

fn heredoc(
    word: HeredocWord,
    line: &Logical,
    lexer: &mut Lexer<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Heredoc> {
    let span = line.source_span(word.range.clone());
    match lexer.heredoc(&word.name, word.strip_tabs) {
        Some(lines) => Some(Heredoc::new(lexer.source(), word, span, lines)),
        None => {
            let message = format!("heredoc without a line {:?} to end it", word.name);
            problems.push(Problem { span, message, kind: ProblemKind::Fatal });
            None
        }
    }
}

fn takes_heredocs(instruction: &Instruction) -> bool {
    matches!(instruction.keyword, Keyword::Add | Keyword::Copy | Keyword::Run)
        && !matches!(instruction.arguments, InstructionArguments::Exec(_))
}

/// Gives the instruction that does the work its heredocs and line numbers, and those around it their numbers.
fn finish(instruction: &mut Instruction, lines: (usize, usize), heredocs: Vec<Heredoc>) {
    instruction.lines = lines;
    match &mut instruction.arguments {
        InstructionArguments::Trigger(inner) => finish(inner, lines, heredocs),
        _ => instruction.heredocs = heredocs,
    }
}

/// Reads one logical line.
pub(super) struct LineReader<'a> {
    line: &'a Logical,
    escape: char,
    problems: &'a mut Vec<Problem>,
}

impl LineReader<'_> {
    /// The escape character in effect.
    pub(super) fn escape(&self) -> char {
        self.escape
    }

    /// The text at a range of the line.
    pub(super) fn text(&self, range: &Range<usize>) -> &str {
        self.line.text().get(range.clone()).unwrap_or_default()
    }

    /// The text at a range, with its map.
    pub(super) fn logical(&self, range: Range<usize>) -> Logical {
        self.line.slice(range)
    }

    /// The text at a range, as a word.
    pub(super) fn word(&self, range: Range<usize>) -> SourceWord {
        self.decoded(self.text(&range).to_owned(), range)
    }

    /// A word that reads otherwise than it is written.
    pub(super) fn decoded(&self, text: String, range: Range<usize>) -> SourceWord {
        SourceWord { text, span: self.line.source_span(range) }
    }

    /// Notes something wrong at a range.
    pub(super) fn problem(&mut self, range: Range<usize>, message: String, kind: ProblemKind) {
        self.problems.push(Problem { span: self.line.source_span(range), message, kind });
    }

    /// The range without white space at its ends.
    pub(super) fn trim(&self, range: Range<usize>) -> Range<usize> {
        let text = self.text(&range);
        let start = range.start + (text.len() - text.trim_start().len());
        start..(start + text.trim().len())
    }

    /// The instruction that fills a range.
    pub(super) fn instruction(&mut self, range: Range<usize>, depth: usize) -> Instruction {
        let range = self.trim(range);
        let (keyword_range, rest) = split_word(self.text(&range));
        let keyword_range = range.start..range.start + keyword_range;
        let mut keyword = Keyword::of(self.text(&keyword_range));
        let (flags, arguments) = self.flags(range.start + rest..range.end);
        let arguments_range = self.trim(arguments..range.end);
        if keyword == Keyword::Unknown {
            let message = format!("unknown instruction {:?}", self.text(&keyword_range));
            self.problem(keyword_range.clone(), message, ProblemKind::Refused);
        } else if keyword == Keyword::Onbuild && depth >= ONBUILD_DEPTH {
            keyword = Keyword::Unknown;
        }
        let arguments = parse_arguments(self, keyword, arguments_range, depth);
        Instruction {
            span: self.line.source_span(range.clone()),
            lines: (0, 0),
            keyword,
            keyword_word: self.word(keyword_range),
            flags,
            arguments,
            heredocs: Vec::new(),
            comments: Vec::new(),
            logical: self.line.slice(range),
        }
    }

    /// The flags at the start of a range, and where the arguments after them begin.
    fn flags(&self, range: Range<usize>) -> (Vec<Flag>, usize) {
        let mut flags = Vec::new();
        let mut start = self.trim(range.clone()).start;
        while self.text(&(start..range.end)).starts_with("--") {
            let (text, length) = flag_text(self.text(&(start..range.end)));
            let end = start + length;
            // `--` ends the flags; quotes around nothing still make a flag, white space alone doesn't.
            if text == "--" {
                return (flags, end);
            }
            flags.push(self.flag(text, start..end));
            start = self.trim(end..range.end).start;
        }
        (flags, start)
    }

    fn flag(&self, text: String, range: Range<usize>) -> Flag {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text.as_str(), None),
        };
        let name = name.trim_start_matches('-').to_owned();
        let value_start = self.text(&range).find('=').map_or(range.end, |at| range.start + at + 1);
        let value = value.map(|value| self.decoded(value, value_start..range.end));
        Flag { word: self.decoded(text, range), name, value }
    }
}

/// Splits off the first word: where it ends, and where the rest begins.
pub(super) fn split_word(text: &str) -> (usize, usize) {
    let end = text.find(is_blank).unwrap_or(text.len());
    let rest = text.get(end..).unwrap_or_default();
    (end, text.len() - rest.trim_start_matches(is_blank).len())
}

/// The white space that separates words of a line; a newline can't occur, and other spaces are text.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// A flag without its quotes and backslashes, and its length as written. The backslash escapes here, always.
fn flag_text(text: &str) -> (String, usize) {
    let (mut flag, mut quote) = (String::new(), None);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            (c, None) if c.is_whitespace() => return (flag, at),
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('\\', _) => flag.extend(chars.next().map(|(_, escaped)| escaped)),
            (c, _) => flag.push(c),
        }
    }
    (flag, text.len())
}
