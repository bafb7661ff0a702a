//! Word processing as BuildKit does it outside RUN: quotes, escapes and `$variables`, into one text and into words.
//!
//! Vocabulary: a variable is *unset* where nothing in sight gives it a value; the expansion then has a hole, and names
//! it, unless the Dockerfile says what to use instead (`${X:-y}`). Holes are handed on: a value that was itself built
//! with a hole brings its names along.
//!
//! What it refuses to do: it is no shell. No globs, no command substitution, no assignment; values grow no larger than
//! what an environment can hold.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Linux passes no longer string to a program (MAX_ARG_STRLEN), so no build could use a longer value.
const VALUE_BYTES: usize = 128 << 10;

/// `${a:-${b:-…}}` within each other; real ones stop at three.
const NESTING: usize = 64;

/// How to process words.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The escape character.
    pub escape: char,
    /// Keep quotes in the result.
    pub raw_quotes: bool,
    /// Keep escape characters in the result.
    pub raw_escapes: bool,
    /// Leave unset variables as written, instead of dropping them.
    pub keep_unset: bool,
}

/// What a text becomes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expanded {
    /// The text, white space kept.
    pub text: String,
    /// The text split at white space outside quotes, white space of values included.
    pub words: Vec<ShellWord>,
    /// Variables that had a value or a stand-in here.
    pub used: BTreeSet<String>,
    /// Variables that had none, here or in a value used here: the text is not all known.
    pub unset: BTreeSet<String>,
}

/// One word of an expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellWord {
    /// The word.
    pub text: String,
    /// The bytes of the input it was made from.
    pub range: Range<usize>,
}

/// A variable's value, and what it was itself missing.
#[derive(Debug, Clone, Copy)]
pub struct Variable<'a> {
    /// The value.
    pub value: &'a str,
    /// Variables that were unset when the value was made.
    pub unset: Option<&'a BTreeSet<String>>,
}

/// Where variables get their values from.
pub trait Environment {
    /// The variable called `name`, if it is set.
    fn lookup(&self, name: &str) -> Option<Variable<'_>>;
}

/// An environment in which nothing is set.
pub struct NoVariables;

impl Environment for NoVariables {
    fn lookup(&self, _: &str) -> Option<Variable<'_>> {
        None
    }
}

impl Environment for BTreeMap<String, String> {
    fn lookup(&self, name: &str) -> Option<Variable<'_>> {
        self.get(name).map(|value| Variable { value, unset: None })
    }
}

/// Why a text can't be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpansionError {
    /// `'` or `"` without its partner.
    #[error("no closing {0}")]
    Quote(char),
    /// `${` without `}`, or `${x/y` without the second `/`.
    #[error("no closing {0} in ${{}}")]
    Unclosed(char),
    /// `${}`, `${:x}` and the like.
    #[error("no variable name in ${{}}")]
    BadName,
    /// A modifier BuildKit doesn't know.
    #[error("unknown modifier {0:?} in ${{}}")]
    Modifier(String),
    /// `${x?message}` of a variable without a value.
    #[error("{name}: {message}")]
    Required {
        /// The variable.
        name: String,
        /// What the Dockerfile has to say about it.
        message: String,
    },
    /// A wildcard pattern that can't be read.
    #[error("invalid pattern {0:?}")]
    Pattern(String),
    /// More than the caps on length, nesting or work.
    #[error("expands to too much")]
    TooLarge,
}

impl ExpansionError {
    /// Whether it lies in how the text is written, whatever the variables are.
    pub fn is_syntax(&self) -> bool {
        !matches!(self, Self::Required { .. } | Self::TooLarge)
    }
}

impl Words {
    /// Plain processing with the given escape character.
    pub fn new(escape: char) -> Self {
        Self { escape, raw_quotes: false, raw_escapes: false, keep_unset: false }
    }

    /// Expands `text`, with values from `environment`.
    pub fn expand(&self, text: &str, environment: &dyn Environment) -> Result<Expanded, ExpansionError> {
        let (chars, input) = (text.char_indices().collect(), text.len());
        let mut reader = WordReader {
            chars,
            at: 0,
            input,
            options: *self,
            environment,
            depth: 0,
            used: BTreeSet::new(),
            unset: BTreeSet::new(),
        };
        let (text, words) = reader.until(None, self.raw_escapes)?;
        Ok(Expanded { text, words, used: reader.used, unset: reader.unset })
    }
}

/// Words being collected.
#[derive(Default)]
struct Collector {
    word: String,
    range: Option<Range<usize>>,
    words: Vec<ShellWord>,
}

impl Collector {
    /// Adds a character that splits words if it is white space.
    fn character(&mut self, c: char, range: &Range<usize>) {
        if !c.is_whitespace() {
            self.raw(c.encode_utf8(&mut [0; 4]), range);
        } else if !self.word.is_empty() {
            self.end();
        }
    }

    /// Adds text that doesn't split.
    fn raw(&mut self, text: &str, range: &Range<usize>) {
        self.word.push_str(text);
        let start = self.range.as_ref().map_or(range.start, |range| range.start);
        self.range = Some(start..range.end);
    }

    fn end(&mut self) {
        let range = self.range.take().unwrap_or_default();
        self.words.push(ShellWord { text: std::mem::take(&mut self.word), range });
    }

    fn finish(mut self) -> Vec<ShellWord> {
        if !self.word.is_empty() {
            self.end();
        }
        self.words
    }
}

/// Reads one text.
pub(super) struct WordReader<'a> {
    chars: Vec<(usize, char)>,
    pub(super) at: usize,
    input: usize,
    pub(super) options: Words,
    pub(super) environment: &'a dyn Environment,
    depth: usize,
    pub(super) used: BTreeSet<String>,
    pub(super) unset: BTreeSet<String>,
}

/// A text and its words.
type Processed = Result<(String, Vec<ShellWord>), ExpansionError>;

impl WordReader<'_> {
    /// The character at hand.
    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).map(|(_, c)| *c)
    }

    /// Takes the character at hand.
    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn offset(&self) -> usize {
        self.chars.get(self.at).map_or(self.input, |(offset, _)| *offset)
    }

    /// Processes text up to an unquoted `stop`, or to the end.
    pub(super) fn until(&mut self, stop: Option<char>, raw_escapes: bool) -> Processed {
        let outer = std::mem::replace(&mut self.options.raw_escapes, raw_escapes);
        self.depth += 1;
        let result = if self.depth > NESTING { Err(ExpansionError::TooLarge) } else { self.text_until(stop) };
        self.depth -= 1;
        self.options.raw_escapes = outer;
        result
    }

    fn text_until(&mut self, stop: Option<char>) -> Processed {
        let (mut text, mut words) = (String::new(), Collector::default());
        loop {
            let start = self.offset();
            let Some(c) = self.peek() else { break };
            if Some(c) == stop {
                self.at += 1;
                return Ok((text, words.finish()));
            }
            let (piece, splits) = match c {
                '$' => (self.dollar()?, true),
                '\'' => (self.single_quoted()?, false),
                '"' => (self.double_quoted()?, false),
                '<' => (self.angles(), false),
                c if c == self.options.escape => (self.escaped(), false),
                c => {
                    self.at += 1;
                    (c.to_string(), true)
                }
            };
            let range = start..self.offset();
            if splits {
                piece.chars().for_each(|c| words.character(c, &range));
            } else if !piece.is_empty() {
                words.raw(&piece, &range);
            }
            text.push_str(&piece);
            if text.len() > VALUE_BYTES.max(self.input) {
                return Err(ExpansionError::TooLarge);
            }
        }
        match stop {
            Some(stop) => Err(ExpansionError::Unclosed(stop)),
            None => Ok((text, words.finish())),
        }
    }

    /// `<<` keeps the white space after it in its word, so that `<< EOF` is one.
    fn angles(&mut self) -> String {
        self.at += 1;
        if self.peek() != Some('<') {
            return "<".into();
        }
        let mut text = String::from("<");
        while let Some(c) = self.peek().filter(|c| text.len() == 1 || matches!(c, ' ' | '\t' | '\r')) {
            text.push(c);
            self.at += 1;
        }
        text
    }

    fn escaped(&mut self) -> String {
        let escape = self.next().filter(|_| self.options.raw_escapes);
        escape.into_iter().chain(self.next()).collect()
    }

    fn single_quoted(&mut self) -> Result<String, ExpansionError> {
        let mut text: String = self.next().filter(|_| self.options.raw_quotes).into_iter().collect();
        loop {
            match self.next().ok_or(ExpansionError::Quote('\''))? {
                '\'' => {
                    text.extend(self.options.raw_quotes.then_some('\''));
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
    }

    fn double_quoted(&mut self) -> Result<String, ExpansionError> {
        let mut text: String = self.next().filter(|_| self.options.raw_quotes).into_iter().collect();
        loop {
            match self.peek().ok_or(ExpansionError::Quote('"'))? {
                '"' => {
                    self.at += 1;
                    text.extend(self.options.raw_quotes.then_some('"'));
                    return Ok(text);
                }
                '$' => text.push_str(&self.dollar()?),
                c if c == self.options.escape => text.push_str(&self.escaped_in_quotes()),
                c => {
                    self.at += 1;
                    text.push(c);
                }
            }
            if text.len() > VALUE_BYTES.max(self.input) {
                return Err(ExpansionError::TooLarge);
            }
        }
    }

    /// In double quotes only `"`, `$` and the escape character itself can be escaped.
    fn escaped_in_quotes(&mut self) -> String {
        let escape = self.options.escape;
        self.at += 1;
        let mut text: String = self.options.raw_escapes.then_some(escape).into_iter().collect();
        match self.peek() {
            None => {}
            Some(c) if c == '"' || c == '$' || c == escape => {
                self.at += 1;
                text.push(c);
            }
            // Kept twice when escapes are kept, as BuildKit does.
            Some(_) => text.push(escape),
        }
        text
    }
}

#[cfg(test)]
mod tests;
