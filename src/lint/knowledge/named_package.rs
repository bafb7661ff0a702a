//! What package managers of other languages are asked for: names with versions.
//!
//! What it refuses to do: it asks no registry what a range stands for.

use crate::base::text::Span;
use crate::lint::engine::draft::{Draft, confidence_in, listed};
use crate::lint::subject::shell_code::Call;
use crate::shell::Word;

/// A package as a command names it.
pub(crate) struct NamedPackage {
    /// As written, variables filled in.
    pub(crate) text: String,
    /// Where it is named.
    pub(crate) span: Span,
    /// Whether all of it is known.
    pub(crate) known: bool,
}

impl NamedPackage {
    /// The package that a word names.
    pub(crate) fn of(call: &Call<'_>, word: &Word) -> Self {
        let span = call.script.place(word.span);
        Self { text: word.text.clone(), span, known: word.is_literal() }
    }
}

/// One finding for what a command leaves open, if anything: `told` makes the message from the names.
pub(crate) fn one_finding(
    open: &[NamedPackage],
    message: impl Fn(&str) -> String,
    help: impl Into<String>,
) -> Option<Draft> {
    let first = open.first()?;
    let names: Vec<String> = open.iter().map(|wanted| wanted.text.clone()).collect();
    let known = open.iter().any(|wanted| wanted.known);
    Some(Draft::at(first.span, message(&listed(&names))).help(help).confidence(confidence_in(known)))
}

/// Whether a text is one version, `1.2.3`, and no range or tag.
pub(crate) fn is_exact_version(text: &str) -> bool {
    let number = text.strip_prefix('v').unwrap_or(text);
    let core = number.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a word is a path or an archive at hand, or a URL, and no name of a registry.
pub(crate) fn is_path(text: &str) -> bool {
    text.starts_with(['.', '/', '~']) || text.contains("://") || text.starts_with("file:")
}
