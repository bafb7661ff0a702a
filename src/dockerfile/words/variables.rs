//! `$name` and `${name…}`: values, stand-ins, patterns.
//!
//! What it refuses to do: no assignment (`${x:=y}`), no lengths, no slices, as BuildKit.

use super::expand::{ExpansionError, WordReader};
use super::pattern::{Pattern, PatternError};

/// Missing variables named of one text; real ones miss three.
const UNSET_NAMES: usize = 64;

impl WordReader<'_> {
    /// What stands for the `$` at hand and what belongs to it.
    pub(super) fn dollar(&mut self) -> Result<String, ExpansionError> {
        self.at += 1;
        if self.peek() == Some('{') {
            self.at += 1;
            return self.braces();
        }
        let name = self.name();
        if name.is_empty() {
            return Ok("$".into());
        }
        Ok(self.value_or(&name, || format!("${name}")))
    }

    /// The value; for an unset variable nothing, or what was written where that is to be kept.
    fn value_or(&mut self, name: &str, written: impl FnOnce() -> String) -> String {
        match self.environment.lookup(name) {
            Some(variable) => {
                self.used.insert(name.to_owned());
                self.note_unset(variable.unset.into_iter().flatten().cloned());
                variable.value.to_owned()
            }
            None => {
                self.note_unset([name.to_owned()]);
                if self.options.keep_unset { written() } else { String::new() }
            }
        }
    }

    /// That one is missing matters more than which: of very many, the first few are named.
    fn note_unset(&mut self, names: impl IntoIterator<Item = String>) {
        let room = UNSET_NAMES.saturating_sub(self.unset.len());
        self.unset.extend(names.into_iter().take(room));
    }

    fn braces(&mut self) -> Result<String, ExpansionError> {
        match self.peek() {
            None => return Err(ExpansionError::Unclosed('}')),
            Some('{' | '}' | ':') => return Err(ExpansionError::BadName),
            Some(_) => {}
        }
        let name = self.name();
        match self.next() {
            Some('}') => Ok(self.value_or(&name, || format!("${{{name}}}"))),
            Some('/') => self.replacement(&name),
            Some(':') => {
                let modifier = self.next().ok_or(ExpansionError::Unclosed('}'))?;
                self.modified(&name, modifier, true)
            }
            Some(modifier @ ('+' | '-' | '?' | '#' | '%')) => self.modified(&name, modifier, false),
            Some(_) if name.is_empty() => Err(ExpansionError::BadName),
            Some(other) => Err(ExpansionError::Modifier(other.into())),
            None => Err(ExpansionError::Unclosed('}')),
        }
    }

    /// `${name<modifier>word}`; with a colon, an empty value counts as none.
    fn modified(&mut self, name: &str, modifier: char, colon: bool) -> Result<String, ExpansionError> {
        let unset_before = self.unset.clone();
        let (word, _) = self.until(Some('}'), matches!(modifier, '#' | '%'))?;
        let unset_in_word = std::mem::replace(&mut self.unset, unset_before);
        let written = || format!("${{{name}{}{modifier}{word}}}", if colon { ":" } else { "" });
        let set = self.environment.lookup(name);
        if set.is_none() && self.options.keep_unset {
            return Ok(self.value_or(name, written));
        }
        let has_value = set.is_some_and(|variable| !colon || !variable.value.is_empty());
        match (modifier, has_value) {
            ('-', false) | ('+', true) => {
                self.used.insert(name.to_owned());
                self.note_unset(unset_in_word);
                Ok(word)
            }
            ('+', false) => Ok(String::new()),
            ('?', false) => {
                let reason = if set.is_some() { "must not be empty" } else { "must be set" };
                let message = if word.is_empty() { reason.to_owned() } else { word };
                Err(ExpansionError::Required { name: name.to_owned(), message })
            }
            ('-' | '?', true) => Ok(self.value_or(name, String::new)),
            ('#' | '%', _) => {
                self.note_unset(unset_in_word);
                let value = self.value_or(name, String::new);
                trimmed(&value, modifier, &word)
            }
            _ => Err(ExpansionError::Modifier(if colon { format!(":{modifier}") } else { modifier.into() })),
        }
    }

    /// `${name/pattern/text}` and `${name//pattern/text}`.
    fn replacement(&mut self, name: &str) -> Result<String, ExpansionError> {
        let all = self.peek() == Some('/');
        self.at += usize::from(all);
        let (pattern, _) = self.until(Some('/'), true)?;
        let (replacement, _) = self.until(Some('}'), true)?;
        let slashes = if all { "//" } else { "/" };
        let unset = self.environment.lookup(name).is_none();
        let value = self.value_or(name, || format!("${{{name}{slashes}{pattern}/{replacement}}}"));
        if unset {
            return Ok(value);
        }
        let parsed = Pattern::parse(&pattern).map_err(|error| pattern_error(&pattern, error))?;
        parsed.replace(&value, &replacement, all).map_err(|error| pattern_error(&pattern, error))
    }

    /// A variable's name: letters, digits and `_`; or digits alone; or one special character.
    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.peek() {
            Some(c) if c.is_numeric() => {
                while let Some(c) = self.peek().filter(|c| c.is_numeric()) {
                    self.at += 1;
                    name.push(c);
                }
            }
            Some(c @ ('@' | '*' | '#' | '?' | '-' | '$' | '!')) => {
                self.at += 1;
                name.push(c);
            }
            _ => {
                while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || *c == '_') {
                    self.at += 1;
                    name.push(c);
                }
            }
        }
        name
    }
}

fn trimmed(value: &str, modifier: char, word: &str) -> Result<String, ExpansionError> {
    let (text, longest) = word.strip_prefix(modifier).map_or((word, false), |rest| (rest, true));
    let failed = |error| pattern_error(text, error);
    let pattern = Pattern::parse(text).map_err(failed)?;
    let result =
        if modifier == '#' { pattern.trim_start(value, longest) } else { pattern.trim_end(value, longest) };
    result.map_err(failed)
}

fn pattern_error(text: &str, error: PatternError) -> ExpansionError {
    match error {
        PatternError::TooCostly => ExpansionError::TooLarge,
        _ => ExpansionError::Pattern(text.to_owned()),
    }
}
