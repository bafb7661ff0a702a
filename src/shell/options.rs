//! The words of a command as options and operands.
//!
//! Vocabulary: POSIX's: an *option* begins with `-` and may have a value, in its own word (`--file=x`, `-fx`) or the next;
//! what is neither is an *operand*. Short options may be bundled: `-yqq`. A subcommand (`install`) is the first operand.
//!
//! What it refuses to do: it knows no program; a rule says which options take a value. Shortened long options
//! (`--req`) are not completed.

use std::ops::Range;

use super::word::Word;
use crate::base::text::Span;

/// Which options of a program take a value, and how they are written.
#[derive(Debug, Clone, Copy, Default)]
pub struct OptionStyle {
    /// Options that take a value, dashes included: `-r`, `--requirement`.
    pub values: &'static [&'static str],
    /// Long options have one dash (`find`, `go`), so that short ones are not bundled.
    pub single_dash: bool,
    /// Options end at the first operand: those of a program before its subcommand.
    pub stop_at_operand: bool,
}

/// The arguments of a command.
#[derive(Debug, Clone, Default)]
pub struct Arguments<'a> {
    /// The options, in order.
    pub options: Vec<Given<'a>>,
    /// The operands, in order; behind `--` everything is one.
    pub operands: Vec<&'a Word>,
    /// Where the words behind the first operand begin, counted in the words given.
    pub rest: usize,
}

/// An option as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<'a> {
    /// Its name, dashes included.
    pub name: String,
    /// Its value.
    pub value: Option<Value<'a>>,
    /// The word it stands in; others may stand there too.
    pub word: &'a Word,
    /// Which of the words given that is.
    pub index: usize,
}

/// The value of an option, or a part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value<'a> {
    /// The word it stands in.
    pub word: &'a Word,
    /// Where it stands in the word's text.
    pub range: Range<usize>,
}

impl<'a> Value<'a> {
    /// The value, quotes taken off.
    pub fn text(&self) -> &'a str {
        self.word.text.get(self.range.clone()).unwrap_or_default()
    }

    /// Whether the shell takes it as it is.
    pub fn is_literal(&self) -> bool {
        self.word.expansions.iter().all(|expansion| {
            expansion.range.end <= self.range.start || expansion.range.start >= self.range.end
        })
    }

    /// Where it stands, for messages.
    pub fn span(&self) -> Span {
        self.word.source(self.range.clone())
    }

    /// Where it stands byte for byte, for fixes.
    pub fn exact(&self) -> Option<Span> {
        self.word.exact(self.range.clone())
    }
}

impl<'a> Arguments<'a> {
    /// Takes the arguments behind a program's name apart.
    pub fn of(words: &'a [Word], style: &OptionStyle) -> Self {
        let mut arguments = Self { rest: words.len(), ..Self::default() };
        let mut index = 0;
        while let Some(word) = words.get(index) {
            let text = word.text.as_str();
            if text == "--" {
                arguments.operands_from(words, index + 1);
                break;
            }
            if text.len() < 2 || !text.starts_with('-') {
                if style.stop_at_operand {
                    arguments.operands_from(words, index);
                    break;
                }
                arguments.operand(word, index);
                index += 1;
                continue;
            }
            let is_long = text.starts_with("--") || style.single_dash;
            let next = words.get(index + 1);
            let used_next = match is_long {
                true => arguments.long(word, index, next, style),
                false => arguments.bundle(word, index, next, style),
            };
            index += 1 + usize::from(used_next);
        }
        arguments
    }

    fn operand(&mut self, word: &'a Word, index: usize) {
        if self.operands.is_empty() {
            self.rest = index + 1;
        }
        self.operands.push(word);
    }

    fn operands_from(&mut self, words: &'a [Word], start: usize) {
        for (index, word) in words.iter().enumerate().skip(start) {
            self.operand(word, index);
        }
    }

    /// `--name`, `--name=value`, `--name value`; whether the next word was taken.
    fn long(&mut self, word: &'a Word, index: usize, next: Option<&'a Word>, style: &OptionStyle) -> bool {
        let text = word.text.as_str();
        let (name, value, used_next) = match text.split_once('=') {
            Some((name, _)) => (name, Some(Value { word, range: name.len() + 1..text.len() }), false),
            None if style.values.contains(&text) => (text, next.map(whole), next.is_some()),
            None => (text, None, false),
        };
        self.options.push(Given { name: name.to_owned(), value, word, index });
        used_next
    }

    /// `-yqq`, `-rFILE`, `-yr FILE`; whether the next word was taken.
    fn bundle(&mut self, word: &'a Word, index: usize, next: Option<&'a Word>, style: &OptionStyle) -> bool {
        for (at, letter) in word.text.char_indices().skip(1) {
            let name = format!("-{letter}");
            let after = at + letter.len_utf8();
            if !style.values.contains(&name.as_str()) {
                self.options.push(Given { name, value: None, word, index });
                continue;
            }
            let attached = after < word.text.len();
            let value = match attached {
                true => Some(Value { word, range: after..word.text.len() }),
                false => next.map(whole),
            };
            self.options.push(Given { name, value, word, index });
            return !attached && next.is_some();
        }
        false
    }

    /// The first operand: the subcommand of programs that have them.
    pub fn subcommand(&self) -> Option<&'a str> {
        self.operands.first().map(|word| word.text.as_str())
    }

    /// The operands behind the subcommand.
    pub fn after_subcommand(&self) -> &[&'a Word] {
        self.operands.get(1..).unwrap_or_default()
    }

    /// Whether one of these options is given.
    pub fn has(&self, names: &[&str]) -> bool {
        self.all(names).next().is_some()
    }

    /// The options of these names, in order.
    pub fn all<'b>(&'b self, names: &'b [&str]) -> impl Iterator<Item = &'b Given<'a>> {
        self.options.iter().filter(move |option| names.contains(&option.name.as_str()))
    }

    /// The value of the last of these options that has one.
    pub fn value(&self, names: &[&str]) -> Option<&Value<'a>> {
        let named = self.options.iter().rev().filter(|option| names.contains(&option.name.as_str()));
        named.filter_map(|option| option.value.as_ref()).next()
    }
}

fn whole(word: &Word) -> Value<'_> {
    Value { word, range: 0..word.text.len() }
}
