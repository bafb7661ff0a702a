//! What is secret in a text or a value, and what stands there instead when it leaves.
//!
//! A name tells (`HF_TOKEN`, `dbPassword`), an issuer's documented shape tells (`hf_…`, `AKIA…`, a JWT), and a place tells: the
//! password of a URL, the value of `--password`, what stands after `Authorization: Bearer`. What only looks random does not:
//! digests and commits do too, and a lockfile is made of them.
//!
//! Vocabulary: a *span* is what is replaced in a text; a value is hidden *whole* where its name says so.
//!
//! What it refuses to do: it replaces nothing that could be code. A span holds what a password is written with and none of
//! what a shell acts on, and is no longer than a token is; all else stays, is shown, and is compared. It keeps no hash of what
//! it hides: short secrets could be looked up by it. Hiding what is hidden changes nothing.

mod commands;
mod named;
mod names;
mod shapes;
mod urls;
mod values;
mod words;

use std::ops::Range;

use names::Naming;

/// What stands in a text where a secret was.
pub const REDACTED: &str = "[redacted]";

/// What leaves of a value that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redacted {
    /// All of it.
    Nothing,
    /// The name alone.
    Whole,
    /// The text, with spans replaced.
    Parts(String),
}

/// What is hidden of `value`, which is called `name`.
pub fn hidden(name: &str, value: &str) -> Redacted {
    if is_whole(name, value) {
        return Redacted::Whole;
    }
    match redact(value) {
        None => Redacted::Nothing,
        Some(text) if text == REDACTED => Redacted::Whole,
        Some(text) => Redacted::Parts(text),
    }
}

fn is_whole(name: &str, value: &str) -> bool {
    match names::naming(name) {
        Naming::Secret => values::is_password(value) && !values::is_harmless(value),
        Naming::Key => values::is_password(value) && !values::is_harmless(value) && values::is_random(value),
        Naming::Harmless => false,
    }
}

/// Whether a variable's name says that its value is secret.
pub fn is_secret_name(name: &str) -> bool {
    names::naming(name) == Naming::Secret
}

/// `text` with its secrets replaced; `None` where it has none.
pub fn redact(text: &str) -> Option<String> {
    let spans = spans(text);
    (!spans.is_empty()).then(|| replaced(text, &spans))
}

/// Replaces the secrets of `text`.
pub fn hide(text: &mut String) {
    if let Some(hidden) = redact(text) {
        *text = hidden;
    }
}

/// Replaces the secrets of all `texts`.
pub fn hide_all<'t>(texts: impl IntoIterator<Item = &'t mut String>) {
    texts.into_iter().for_each(hide);
}

/// The words of one command with their secrets replaced: an option's value may be the next word. `None` where they have none.
pub fn redact_words(words: &[String]) -> Option<Vec<String>> {
    let mut text = String::new();
    let mut ends = Vec::new();
    for word in words {
        text.push_str(word);
        ends.push(text.len());
        text.push(words::BETWEEN);
    }
    let spans = spans(&text);
    if spans.is_empty() {
        return None;
    }
    let mut start = 0;
    let one = |end: usize| {
        let within = spans.iter().filter(|span| span.start >= start && span.end <= end);
        let within: Vec<Range<usize>> = within.map(|span| span.start - start..span.end - start).collect();
        let word = replaced(text.get(start..end).unwrap_or_default(), &within);
        start = end + words::BETWEEN.len_utf8();
        word
    };
    Some(ends.into_iter().map(one).collect())
}

/// The places of the secrets in `text`, sorted and apart.
pub fn spans(text: &str) -> Vec<Range<usize>> {
    let mut spans = Spans { text, ranges: Vec::new() };
    shapes::find(&mut spans);
    urls::find(&mut spans);
    named::find(&mut spans);
    commands::find(&mut spans);
    spans.merged()
}

fn replaced(text: &str, spans: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        out.push_str(text.get(from..span.start).unwrap_or_default());
        out.push_str(REDACTED);
        from = span.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// The spans of a text. Nothing gets in but by [`Spans::push`] and [`Spans::push_shape`].
struct Spans<'t> {
    text: &'t str,
    ranges: Vec<Range<usize>>,
}

impl Spans<'_> {
    /// Takes what stands where a secret does, if it is written as one.
    fn push(&mut self, range: Range<usize>) {
        let value = self.text.get(range.clone()).unwrap_or_default();
        if values::is_password(value) && !values::is_harmless(value) && !self.is_hidden(&range) {
            self.ranges.push(range);
        }
    }

    /// Whether it is what stands there since it was hidden before.
    fn is_hidden(&self, range: &Range<usize>) -> bool {
        let around = range.start.checked_sub(1).and_then(|start| self.text.get(start..range.end + 1));
        around == Some(REDACTED)
    }

    /// Takes what has an issuer's shape, which holds nothing that a shell acts on.
    fn push_shape(&mut self, range: Range<usize>) {
        if range.len() <= crate::base::limits::SECRET_BYTES {
            self.ranges.push(range);
        }
    }

    fn merged(mut self) -> Vec<Range<usize>> {
        self.ranges.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::new();
        for range in self.ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }
}

#[cfg(test)]
mod tests;
