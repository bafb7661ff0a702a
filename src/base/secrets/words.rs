//! Words of a text as shells, lists and JSON have them alike: what stands between white space, quotes and a shell's signs.
//!
//! It is no shell's grammar: a secret has to be seen in a history's line, in a list of words, in JSON and in half a line of an
//! excerpt too.

use std::ops::Range;

use crate::base::limits;

/// What stands between the words of a command that is a list.
pub(super) const BETWEEN: char = '\u{1f}';

/// Signs that end a word between quotes or white space: a shell's, and those that no password has.
fn is_sign(c: char) -> bool {
    matches!(c, ';' | '|' | '&' | '<' | '>' | '(' | ')' | '`' | '{' | '}' | '[' | ']')
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\')
}

pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == BETWEEN
}

/// A word, and what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// Nothing but quotes stands between the word before and this one.
    pub(super) is_glued: bool,
    /// A shell's sign or a line's end stands before it: a new command may begin here.
    pub(super) is_first: bool,
    /// Of what ends the command before, whether that is a pipe.
    pub(super) is_piped: bool,
}

impl Word {
    /// What it is in `text`, which it is a word of.
    pub(super) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// The words of `text`.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut is_glued, mut is_first, mut is_piped) = (false, true, false);
    let mut start = None;
    let mut before = ' ';
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        // `\n`, as `printf` writes a line's end.
        let is_escape = before == '\\' && matches!(c, 'n' | 't' | 'r');
        let ends = is_escape || is_space(c) || is_quote(c) || is_sign(c);
        match start {
            None if !ends => start = Some(at),
            // In a list the comma stands apart.
            Some(from) if ends && text.get(from..at) == Some(",") => {
                is_glued = false;
                start = None;
            }
            Some(from) if ends => {
                words.push(Word { range: from..at, is_glued, is_first, is_piped });
                (is_glued, is_first, is_piped) = (true, false, false);
                start = None;
            }
            _ => {}
        }
        is_glued &= !ends || is_quote(c);
        // A line that goes on behind a backslash is one.
        if is_sign(c) && !matches!(c, '{' | '}' | '[' | ']' | '<' | '>') || c == '\n' && before != '\\' {
            is_first = true;
            is_piped = c == '|';
        }
        before = c;
    }
    words
}

/// Where a value ends that begins at `from`: at its quote where `quote` is one, else with the word.
pub(super) fn value_end(text: &str, from: usize, quote: Option<char>) -> usize {
    let rest = head(text, from);
    let ends = |c: char| match quote {
        Some(quote) => c == quote || c == '\n' || c == '\\',
        None => {
            is_space(c)
                || is_quote(c)
                || matches!(c, ';' | '|' | '&' | '<' | '>' | '(' | ')' | '`' | ']' | '}')
        }
    };
    from + rest.find(ends).unwrap_or(rest.len())
}

/// The text from `from` on, as far as a secret may go and a character more: what is longer is none, and not looked through
/// again for each sign in it.
pub(super) fn head(text: &str, from: usize) -> &str {
    let rest = text.get(from..).unwrap_or_default();
    let mut end = rest.len().min(limits::SECRET_BYTES + 1);
    while !rest.is_char_boundary(end) {
        end += 1;
    }
    rest.get(..end).unwrap_or(rest)
}

/// Where the text goes on behind spaces and tabs at `from`.
pub(super) fn past_blanks(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
}

/// The opening quote at `from`, also where it is escaped, and where the value begins behind it.
pub(super) fn opened(text: &str, from: usize) -> (usize, Option<char>) {
    let rest = text.get(from..).unwrap_or_default();
    let bare = rest.trim_start_matches('\\');
    match bare.chars().next() {
        Some(quote @ ('"' | '\'')) => (from + (rest.len() - bare.len()) + 1, Some(quote)),
        _ => (from, None),
    }
}
