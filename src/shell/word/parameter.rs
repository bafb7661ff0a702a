//! `${…}`: a variable and what is done with its value.
//!
//! Vocabulary: POSIX's and bash's own: a parameter has a name and an operation, whose operands are words.
//!
//! What it refuses to do: arrays, indirection (`${!X}`) and bash's transformations (`${X@Q}`) have no value here.

use std::ops::Range;

use crate::shell::word::Word;
use crate::shell::word::reader::{Source, read_operand};

/// A variable in a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name; `1`, `@`, `?` and the like for the shell's own. Empty where it could not be read.
    pub name: String,
    /// What is done with the value.
    pub operation: Operation,
}

/// What `${…}` does with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Nothing: `$X`, `${X}`.
    None,
    /// `${X-y}`, and `${X:-y}` where empty counts as unset; `=` does the same and assigns.
    Default {
        /// Written with a colon.
        or_empty: bool,
        /// What stands in for the value.
        word: Box<Word>,
    },
    /// `${X+y}`, `${X:+y}`.
    Alternative {
        /// Written with a colon.
        or_empty: bool,
        /// What replaces the value.
        word: Box<Word>,
    },
    /// `${X?message}`: the value, or the shell stops.
    Required,
    /// `${X#pattern}`, `${X##pattern}`, `${X%pattern}`, `${X%%pattern}`.
    Remove {
        /// From the end.
        suffix: bool,
        /// As much as matches.
        longest: bool,
        /// What is taken off.
        pattern: Box<Word>,
    },
    /// `${X/pattern/y}`, `${X//pattern/y}`.
    Replace {
        /// Every match, not the first.
        all: bool,
        /// What is replaced.
        pattern: Box<Word>,
        /// What takes its place.
        replacement: Box<Word>,
    },
    /// `${X:offset}`, `${X:offset:length}` with plain numbers.
    Substring {
        /// Where it begins; from the end if negative.
        offset: i64,
        /// How long it is; from the end if negative.
        length: Option<i64>,
    },
    /// Anything else.
    Other,
}

impl Operation {
    /// The words among the operands.
    pub fn words(&self) -> Vec<&Word> {
        match self {
            Self::Default { word, .. } | Self::Alternative { word, .. } => vec![word],
            Self::Remove { pattern, .. } => vec![pattern],
            Self::Replace { pattern, replacement, .. } => vec![pattern, replacement],
            Self::None | Self::Required | Self::Substring { .. } | Self::Other => Vec::new(),
        }
    }
}

impl Parameter {
    pub(crate) fn plain(name: String) -> Self {
        Self { name, operation: Operation::None }
    }

    pub(crate) fn unknown() -> Self {
        Self { name: String::new(), operation: Operation::Other }
    }
}

/// Bytes of the name that a text begins with: a variable's, or one digit.
pub(crate) fn name_length(text: &str) -> usize {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.bytes().next() {
        Some(byte) if byte.is_ascii_digit() => 1,
        _ => text.bytes().take_while(|byte| is_name(*byte)).count(),
    }
}

/// Bytes of `${…}` up to its closing brace.
pub(crate) fn braced_length(text: &str) -> usize {
    let (mut open, mut escaped, mut single, mut previous) = (0usize, false, false, 0u8);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\'' => single = !single && text.get(at + 1..).is_some_and(|rest| rest.contains('\'')),
            _ if single => {}
            b'\\' => escaped = true,
            b'{' if previous == b'$' => open += 1,
            b'}' if open <= 1 => return at + 1,
            b'}' => open -= 1,
            _ => {}
        }
        previous = byte;
    }
    text.len()
}

/// Reads what stands between the braces.
pub(crate) fn parse(source: Source<'_>, range: Range<usize>, quoted: bool, depth: usize) -> Parameter {
    let text = source.text.get(range.clone()).unwrap_or_default();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = name_length(text).max(digits);
    if length == 0 && text.starts_with(['@', '*', '?', '-', '$', '#', '!']) && text.len() == 1 {
        length = 1;
    }
    let (name, rest) = text.split_at(length);
    if name.is_empty() {
        return Parameter { name: inner_name(text), operation: Operation::Other };
    }
    let operand = |skip: usize| {
        let start = range.start + length + skip;
        Box::new(read_operand(source, start.min(range.end)..range.end, quoted, depth))
    };
    let or_empty = rest.starts_with(':');
    let colon = usize::from(or_empty);
    let operation = match rest.as_bytes().get(colon) {
        None if !or_empty => Operation::None,
        Some(b'-' | b'=') => Operation::Default { or_empty, word: operand(colon + 1) },
        Some(b'+') => Operation::Alternative { or_empty, word: operand(colon + 1) },
        Some(b'?') => Operation::Required,
        _ if or_empty => substring(rest.get(1..).unwrap_or_default()),
        Some(sign @ (b'#' | b'%')) => {
            let longest = rest.as_bytes().get(1) == Some(sign);
            let pattern = operand(1 + usize::from(longest));
            Operation::Remove { suffix: *sign == b'%', longest, pattern }
        }
        Some(b'/') => replace(source, range.start + length..range.end, quoted, depth),
        _ => Operation::Other,
    };
    Parameter { name: name.to_owned(), operation }
}

/// The name in `#X`, `!X` or the like.
fn inner_name(text: &str) -> String {
    let rest = text.trim_start_matches(['#', '!', '=']);
    rest.get(..name_length(rest)).unwrap_or_default().to_owned()
}

fn substring(text: &str) -> Operation {
    let mut numbers = text.splitn(2, ':').map(|number| number.trim().parse::<i64>());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(offset)), None) => Operation::Substring { offset, length: None },
        (Some(Ok(offset)), Some(Ok(length))) => Operation::Substring { offset, length: Some(length) },
        _ => Operation::Other,
    }
}

/// Reads `/pattern/replacement` or `//pattern/replacement`.
fn replace(source: Source<'_>, range: Range<usize>, quoted: bool, depth: usize) -> Operation {
    let text = source.text.get(range.clone()).unwrap_or_default();
    let all = text.starts_with("//");
    let start = 1 + usize::from(all);
    let rest = text.get(start..).unwrap_or_default();
    if rest.starts_with(['#', '%']) {
        return Operation::Other;
    }
    let mut slash = rest.len();
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'/' => {
                slash = at;
                break;
            }
            _ => {}
        }
    }
    let middle = range.start + start + slash;
    let read = |range: Range<usize>| Box::new(read_operand(source, range, quoted, depth));
    Operation::Replace {
        all,
        pattern: read(range.start + start..middle),
        replacement: read((middle + 1).min(range.end)..range.end),
    }
}
