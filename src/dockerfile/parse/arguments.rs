//! The arguments of an instruction, in the form its keyword asks for.
//!
//! Forms: a single text; a JSON array of strings, else a text or words; words at white space; words outside quotes;
//! `key=value` pairs or one `key value`; a nested instruction.
//!
//! What it refuses to do: it checks no counts and no values, and takes off no quotes but those of JSON.

use std::ops::Range;

use super::parser::{LineReader, is_blank, split_word};
use crate::base::text::SourceWord;
use crate::dockerfile::{InstructionArguments, Keyword, Pair, ProblemKind};

/// Reads the arguments at a range of the line, which has no white space at its ends.
pub(super) fn parse_arguments(
    reader: &mut LineReader<'_>,
    keyword: Keyword,
    range: Range<usize>,
    depth: usize,
) -> InstructionArguments {
    if range.is_empty() {
        return InstructionArguments::None;
    }
    match keyword {
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Run | Keyword::Shell => exec_or_text(reader, range),
        Keyword::Add | Keyword::Copy | Keyword::Volume => {
            exec(reader, &range).unwrap_or_else(|| InstructionArguments::Words(blank_words(reader, range)))
        }
        Keyword::Expose | Keyword::From | Keyword::Unknown => {
            InstructionArguments::Words(blank_words(reader, range))
        }
        Keyword::Arg => InstructionArguments::Words(quoted_words(reader, range)),
        Keyword::Env | Keyword::Label => pairs(reader, range),
        Keyword::Healthcheck => health(reader, range),
        Keyword::Onbuild => InstructionArguments::Trigger(Box::new(reader.instruction(range, depth + 1))),
        Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => {
            InstructionArguments::Text(reader.logical(range))
        }
    }
}

fn exec_or_text(reader: &mut LineReader<'_>, range: Range<usize>) -> InstructionArguments {
    exec(reader, &range).unwrap_or_else(|| InstructionArguments::Text(reader.logical(range)))
}

fn health(reader: &mut LineReader<'_>, range: Range<usize>) -> InstructionArguments {
    let text = reader.text(&range);
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let kind = reader.word(range.start..range.start + end);
    let rest = reader.trim(range.start + end..range.end);
    let command = if rest.is_empty() { InstructionArguments::None } else { exec_or_text(reader, rest) };
    InstructionArguments::Health(kind, Box::new(command))
}

/// A JSON array of strings. Anything that is not JSON is left to other forms; an array of other things is a problem.
fn exec(reader: &mut LineReader<'_>, range: &Range<usize>) -> Option<InstructionArguments> {
    let text = reader.text(range);
    if !text.starts_with('[') {
        return None;
    }
    let values: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    let strings: Option<Vec<&str>> = values.iter().map(serde_json::Value::as_str).collect();
    let Some(strings) = strings else {
        let message = "a JSON array here must hold strings only".to_owned();
        reader.problem(range.clone(), message, ProblemKind::Fatal);
        return None;
    };
    let ranges = json_strings(text);
    let words = strings.into_iter().zip(ranges).map(|(string, inside)| {
        reader.decoded(string.to_owned(), range.start + inside.start..range.start + inside.end)
    });
    Some(InstructionArguments::Exec(words.collect()))
}

/// Where the strings of a valid JSON array of strings stand, without their quotes.
fn json_strings(text: &str) -> Vec<Range<usize>> {
    let mut strings = Vec::new();
    let (mut open, mut escaped) = (None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, open) {
            (b'"', None) => open = Some(at + 1),
            (_, Some(_)) if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (b'"', Some(start)) => {
                strings.push(start..at);
                open = None;
            }
            _ => {}
        }
    }
    strings
}

fn blank_words(reader: &LineReader<'_>, range: Range<usize>) -> Vec<SourceWord> {
    let mut words = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let (end, next) = split_word(reader.text(&(start..range.end)));
        words.push(reader.word(start..start + end));
        start += next;
    }
    words
}

fn quoted_words(reader: &LineReader<'_>, range: Range<usize>) -> Vec<SourceWord> {
    let ranges = quoted_ranges(reader.text(&range), reader.escape());
    ranges.into_iter().map(|word| reader.word(range.start + word.start..range.start + word.end)).collect()
}

/// Words split at white space that is neither quoted nor escaped. An escape character at the very end is dropped.
fn quoted_ranges(text: &str, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let (mut start, mut quote) = (None, None);
    let mut end = text.len();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, quote) {
            (c, None) if c.is_whitespace() => words.extend(start.take().map(|start| start..at)),
            (c, quoted) => {
                if c == escape && quoted != Some('\'') && chars.next().is_none() {
                    end = at;
                } else if quoted == Some(c) {
                    quote = None;
                } else if quoted.is_none() && matches!(c, '\'' | '"') {
                    quote = Some(c);
                }
                start = start.or(Some(at));
            }
        }
    }
    words.extend(start.map(|start| start..end).filter(|word| !word.is_empty()));
    words
}

fn pairs(reader: &mut LineReader<'_>, range: Range<usize>) -> InstructionArguments {
    let words = quoted_ranges(reader.text(&range), reader.escape());
    let words: Vec<_> =
        words.into_iter().map(|word| range.start + word.start..range.start + word.end).collect();
    match words.first() {
        Some(first) if !reader.text(first).contains('=') => return spaced_pair(reader, range),
        None => return InstructionArguments::None,
        Some(_) => {}
    }
    let mut pairs = Vec::new();
    for word in words {
        match reader.text(&word).find('=') {
            Some(at) => pairs.push(Pair {
                key: reader.word(word.start..word.start + at),
                value: reader.word(word.start + at + 1..word.end),
                equals: true,
            }),
            None => {
                let message = format!("{:?} must have the form name=value", reader.text(&word));
                reader.problem(word, message, ProblemKind::Fatal);
            }
        }
    }
    InstructionArguments::Pairs(pairs)
}

/// The old form, `key value`, where the value is all the rest.
fn spaced_pair(reader: &mut LineReader<'_>, range: Range<usize>) -> InstructionArguments {
    let text = reader.text(&range);
    let (end, rest) = split_word(text);
    if !text.contains(is_blank) {
        let message = format!("{text:?} has no value");
        reader.problem(range.clone(), message, ProblemKind::Fatal);
        return InstructionArguments::Words(blank_words(reader, range));
    }
    let key = reader.word(range.start..range.start + end);
    let value = reader.word(range.start + rest..range.end);
    InstructionArguments::Pairs(vec![Pair { key, value, equals: false }])
}
