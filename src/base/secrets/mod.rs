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
mod curl;
mod lexicon;
mod logins;
mod named;
mod names;
mod piped;
mod settings;
mod shapes;
mod spans;
mod sql;
mod urls;
mod values;
mod words;

use std::ops::Range;

use names::Naming;
use spans::Spans;

pub use spans::REDACTED;

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
    is_secret(name, value)
        && (values::is_password(value) || names::is_of_words(name) && values::is_phrase(value))
}

/// Whether `value` is secret by its name, however it is written. What says only what the name is about is none: a switch, a
/// choice, a path, a version, a place.
pub fn is_secret(name: &str, value: &str) -> bool {
    names::is_secret(name, value)
}

/// Whether a variable's name says that its value is secret, whatever it will be.
pub fn is_secret_name(name: &str) -> bool {
    matches!(names::naming(name), Naming::Secret | Naming::Choice)
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
        let from = spans.partition_point(|span| span.start < start);
        let within = spans.iter().skip(from).take_while(|span| span.end <= end);
        let within: Vec<Range<usize>> = within.map(|span| span.start - start..span.end - start).collect();
        let word = replaced(text.get(start..end).unwrap_or_default(), &within);
        start = end + words::BETWEEN.len_utf8();
        word
    };
    Some(ends.into_iter().map(one).collect())
}

/// The places of the secrets in `text`, sorted and apart.
pub fn spans(text: &str) -> Vec<Range<usize>> {
    let mut spans = Spans::of(text);
    shapes::find(&mut spans);
    urls::find(&mut spans);
    let words = words::words(text);
    named::find(&mut spans, &words);
    sql::find(&mut spans, &words);
    commands::find(&mut spans, &words);
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

#[cfg(test)]
mod tests;
