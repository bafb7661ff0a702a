//! Values of variables, put into words by the shell's rules.
//!
//! Vocabulary: to *resolve* a word is to put in the values that are known and to leave the rest marked; *fields* are the
//! words that the shell makes of one, where values outside quotes are split at white space.
//!
//! What it refuses to do: it runs no command and computes no arithmetic; a variable set in a branch that may not have
//! run is not known. A value that outgrows [`limits::SHELL_VALUE_BYTES`] is not known either.

use std::ops::Range;

use crate::base::limits;
use crate::shell::Outside;
use crate::shell::word::map::Map;
use crate::shell::word::parameter::{Operation, Parameter};
use crate::shell::word::pattern;
use crate::shell::word::{Expandable, ExpansionKind, Word};

/// What is known of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Variable {
    Known(String),
    /// Nothing sets it.
    Unset,
    /// Something sets it, but what to can't be told.
    Unknown,
}

impl Variable {
    pub(crate) fn of(value: Option<String>) -> Self {
        value.map_or(Self::Unset, Self::Known)
    }
}

/// Where the values of variables come from.
pub(crate) type Values<'a> = &'a dyn Fn(&str) -> Variable;

/// Defaults inside defaults that are put in.
const DEPTH: usize = 32;

/// Braces of one word that are expanded.
const BRACES: usize = 16;

/// Words that the braces of one word make.
const FIELDS: usize = 256;

impl Word {
    /// The word with the values of its variables. What stays unknown stays an expansion, so that
    /// [`Word::is_literal`] tells whether all was known.
    pub fn resolve(&self, lookup: Outside<'_>) -> Self {
        self.resolve_with(&|name| Variable::of(lookup(name)))
    }

    pub(crate) fn resolve_with(&self, lookup: Values<'_>) -> Self {
        match self.variables().is_empty() {
            true => self.clone(),
            false => Builder::new(self).build(lookup, false).pop().unwrap_or_else(|| self.clone()),
        }
    }

    /// The words that the shell makes of this one: braces expanded, values outside quotes split at white space. None
    /// where all of it is an empty value outside quotes.
    pub fn fields(&self, lookup: Outside<'_>) -> Vec<Self> {
        self.fields_with(&|name| Variable::of(lookup(name)))
    }

    pub(crate) fn fields_with(&self, lookup: Values<'_>) -> Vec<Self> {
        let words = self.braces();
        let fields = words.into_iter().flat_map(|word| match word.variables().is_empty() {
            true => vec![word],
            false => Builder::new(&word).build(lookup, true),
        });
        fields.collect()
    }

    /// A part of the word; expansions that the ends cut through are left out.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        self.joined(&[range])
    }

    /// Parts of the word, one behind the other.
    fn joined(&self, ranges: &[Range<usize>]) -> Self {
        let mut built = Self {
            span: self.span,
            text: String::new(),
            verbatim: false,
            quoted: self.quoted,
            expansions: Vec::new(),
            map: Map::empty(),
        };
        for range in ranges {
            let Some(text) = self.text.get(range.clone()) else { continue };
            let at = built.text.len();
            let inside = |expansion: &&Expandable| {
                expansion.range.start >= range.start && expansion.range.end <= range.end
            };
            built.expansions.extend(
                self.expansions.iter().filter(inside).map(|expansion| expansion.moved(range.start, at)),
            );
            built.map.push_copied(at, &self.map, range.clone());
            built.text.push_str(text);
        }
        built.map = built.map.tidy();
        if let Some(span) = built.map.exact(0..built.text.len()).filter(|span| !span.is_empty()) {
            built.span = span;
            built.verbatim = built.expansions.is_empty();
        }
        built
    }

    /// The words that braces with commas make of this one.
    fn braces(&self) -> Vec<Self> {
        let is_braces = |expansion: &&Expandable| matches!(expansion.kind, ExpansionKind::Braces(_));
        if self.expansions.iter().filter(is_braces).count() > BRACES {
            return vec![self.clone()];
        }
        let mut done = Vec::new();
        let mut left = vec![self.clone()];
        while let Some(word) = left.pop() {
            let list = word.expansions.iter().find_map(|expansion| match &expansion.kind {
                ExpansionKind::Braces(commas) if !commas.is_empty() => {
                    Some((expansion.range.clone(), commas))
                }
                _ => None,
            });
            match list {
                Some((range, commas)) if done.len() + left.len() + commas.len() < FIELDS => {
                    let mut ends = commas.clone();
                    ends.push(range.end.saturating_sub(1));
                    let starts = std::iter::once(range.start).chain(commas.iter().copied());
                    let parts: Vec<_> = starts
                        .zip(&ends)
                        .map(|(start, end)| {
                            word.joined(&[0..range.start, start + 1..*end, range.end..word.text.len()])
                        })
                        .collect();
                    left.extend(parts.into_iter().rev());
                }
                _ => done.push(word),
            }
        }
        done
    }
}

impl Expandable {
    /// The same, in a text where `from` has become `to`.
    fn moved(&self, from: usize, to: usize) -> Self {
        let shift = |at: usize| (at + to).saturating_sub(from);
        let kind = match &self.kind {
            ExpansionKind::Braces(commas) => {
                ExpansionKind::Braces(commas.iter().map(|at| shift(*at)).collect())
            }
            kind => kind.clone(),
        };
        Self { range: shift(self.range.start)..shift(self.range.end), quoted: self.quoted, kind }
    }
}

/// Puts words together from parts of one and values.
struct Builder<'a> {
    from: &'a Word,
    done: Vec<Word>,
    text: String,
    map: Map,
    expansions: Vec<Expandable>,
    /// Whether the field has begun: it has a text, or quotes that may hold none.
    begun: bool,
}

impl<'a> Builder<'a> {
    fn new(from: &'a Word) -> Self {
        Self {
            from,
            done: Vec::new(),
            text: String::new(),
            map: Map::empty(),
            expansions: Vec::new(),
            begun: from.quoted,
        }
    }

    fn build(mut self, lookup: Values<'_>, split: bool) -> Vec<Word> {
        let from = self.from;
        let mut at = 0;
        for expansion in &from.expansions {
            if expansion.range.start < at {
                continue;
            }
            self.copy(at..expansion.range.start);
            at = expansion.range.end;
            let value = match &expansion.kind {
                ExpansionKind::Parameter(parameter) => parameter.value(lookup, 0),
                // What stands between braces has its own expansions.
                ExpansionKind::Braces(_) => {
                    at = expansion.range.start;
                    continue;
                }
                _ => None,
            };
            let room = limits::SHELL_VALUE_BYTES.saturating_sub(self.text.len());
            match value.filter(|value| value.len() <= room) {
                Some(value) => self.value(&value, &expansion.range, split && !expansion.quoted),
                None => {
                    self.expansions.push(expansion.moved(expansion.range.start, self.text.len()));
                    self.copy(expansion.range.clone());
                }
            }
        }
        self.copy(at..from.text.len());
        if self.begun || !split {
            self.end_field();
        }
        self.done
    }

    fn copy(&mut self, range: Range<usize>) {
        if let Some(text) = self.from.text.get(range.clone()).filter(|text| !text.is_empty()) {
            self.map.push_copied(self.text.len(), &self.from.map, range);
            self.text.push_str(text);
            self.begun = true;
        }
    }

    fn value(&mut self, value: &str, range: &Range<usize>, split: bool) {
        let outer = self.from.source(range.clone());
        let push = |builder: &mut Self, text: &str| {
            builder.map.push_made(builder.text.len(), outer);
            builder.text.push_str(text);
            builder.begun = true;
        };
        if !split {
            push(self, value);
            return;
        }
        let mut first = true;
        for part in value.split([' ', '\t', '\n']) {
            if !first && self.begun {
                self.end_field();
            }
            first = false;
            if !part.is_empty() {
                push(self, part);
            }
        }
    }

    fn end_field(&mut self) {
        self.begun = false;
        self.done.push(Word {
            span: self.from.span,
            text: std::mem::take(&mut self.text),
            verbatim: false,
            quoted: self.from.quoted,
            expansions: std::mem::take(&mut self.expansions),
            map: std::mem::replace(&mut self.map, Map::empty()).tidy(),
        });
    }
}

impl Parameter {
    /// The value, if it is known. A variable that nothing sets has none here: an image may set it. Its default counts.
    pub(crate) fn value(&self, lookup: Values<'_>, depth: usize) -> Option<String> {
        if self.name.is_empty() || depth > DEPTH {
            return None;
        }
        let operand = |word: &Word| word.known(lookup, depth + 1);
        let value = match lookup(&self.name) {
            Variable::Unknown => return None,
            Variable::Unset => None,
            Variable::Known(value) => Some(value),
        };
        let is_set = |or_empty: bool| value.as_ref().is_some_and(|value| !(or_empty && value.is_empty()));
        match &self.operation {
            Operation::None | Operation::Required => value,
            Operation::Default { or_empty, .. } if is_set(*or_empty) => value,
            Operation::Default { word, .. } => operand(word),
            Operation::Alternative { or_empty, word } => match is_set(*or_empty) {
                true => operand(word),
                false => Some(String::new()),
            },
            Operation::Remove { suffix, longest, pattern } => {
                pattern::remove(&value?, &operand(pattern)?, *suffix, *longest)
            }
            Operation::Replace { all, pattern, replacement } => {
                pattern::replace(&value?, &operand(pattern)?, &operand(replacement)?, *all)
            }
            Operation::Substring { offset, length } => substring(&value?, *offset, *length),
            Operation::Other => None,
        }
    }
}

impl Word {
    /// The value, if all of it is known; patterns stay as they are.
    pub(crate) fn known(&self, lookup: Values<'_>, depth: usize) -> Option<String> {
        let mut text = String::new();
        let mut at = 0;
        for expansion in &self.expansions {
            if matches!(expansion.kind, ExpansionKind::Glob | ExpansionKind::Braces(_) | ExpansionKind::Tilde)
            {
                continue;
            }
            let ExpansionKind::Parameter(parameter) = &expansion.kind else { return None };
            text.push_str(self.text.get(at..expansion.range.start)?);
            text.push_str(&parameter.value(lookup, depth)?);
            at = expansion.range.end;
            if text.len() > limits::SHELL_VALUE_BYTES {
                return None;
            }
        }
        text.push_str(self.text.get(at..)?);
        Some(text)
    }
}

fn substring(value: &str, offset: i64, length: Option<i64>) -> Option<String> {
    let chars: Vec<char> = value.chars().collect();
    let count = i64::try_from(chars.len()).ok()?;
    let start = if offset < 0 { count.checked_add(offset)? } else { offset.min(count) };
    let end = match length {
        None => count,
        Some(length) if length < 0 => count.checked_add(length)?,
        Some(length) => start.saturating_add(length).min(count),
    };
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    chars.get(start..end).map(|chars| chars.iter().collect())
}
