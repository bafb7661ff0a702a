//! Words as the shell reads them: quotes and escapes taken off, with what is still to be expanded marked.
//!
//! Vocabulary: an *expansion* is a part of a word whose value the shell works out when it runs (`$X`, `$(date)`, `*`); the
//! word's text holds it as written. A word is *verbatim* where it stands in the outermost text byte for byte, so that its
//! span can be replaced.
//!
//! What it refuses to do: it matches no files. Brackets are no pattern here: `pip install x[extra]` names no file, and a
//! pattern that matches none stays as it is.

use std::ops::Range;

use crate::base::text::Span;
use crate::shell::word::map::Map;
use crate::shell::word::parameter::Parameter;

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands in the outermost text, quotes included.
    pub span: Span,
    /// The word without its quotes and escapes; expansions as written.
    pub text: String,
    /// Whether the bytes at `span` are the word as the innermost shell reads it. A fix edits no other word whole.
    pub verbatim: bool,
    /// Whether a part of it is quoted or escaped.
    pub quoted: bool,
    /// What the shell expands, in order.
    pub expansions: Vec<Expandable>,
    pub(crate) map: Map,
}

/// A part of a word that the shell works out when it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expandable {
    /// Where it stands in the word's text.
    pub range: Range<usize>,
    /// Whether it stands in double quotes, so that its value is not split into words.
    pub quoted: bool,
    /// What it is.
    pub kind: ExpansionKind,
}

/// What an expansion is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpansionKind {
    /// `$X`, `${X:-y}`, `$1`.
    Parameter(Parameter),
    /// `$(…)` or backticks.
    Command,
    /// `<(…)` or `>(…)`.
    Process,
    /// `$((…))`.
    Arithmetic,
    /// `*` or `?`.
    Glob,
    /// `{a,b}`: where its commas stand in the word's text; `{1..3}` has none.
    Braces(Vec<usize>),
    /// `~` at the start.
    Tilde,
}

impl Word {
    /// Whether the shell takes the text as it is: nothing in it is expanded.
    pub fn is_literal(&self) -> bool {
        self.expansions.is_empty()
    }

    /// Whether a part of the value is the output of commands.
    pub fn has_substitution(&self) -> bool {
        let substitutes = |expansion: &Expandable| {
            matches!(expansion.kind, ExpansionKind::Command | ExpansionKind::Process)
        };
        self.expansions.iter().any(substitutes)
    }

    /// The variables that the word names, in order, those in defaults of others included.
    pub fn variables(&self) -> Vec<&Parameter> {
        let mut variables = Vec::new();
        for expansion in &self.expansions {
            if let ExpansionKind::Parameter(parameter) = &expansion.kind {
                variables.push(parameter);
                variables.extend(parameter.operation.words().into_iter().flat_map(Self::variables));
            }
        }
        variables
    }

    /// Where a range of the text stands in the outermost text, if it does so byte for byte.
    ///
    /// What replaces it must hold no white space, quote, backslash or `$`: it may stand inside any quotes.
    pub fn exact(&self, range: Range<usize>) -> Option<Span> {
        self.text.get(range.clone())?;
        self.map.exact(range)
    }

    /// Where a range of the text comes from; for messages, since the bytes there may be others.
    pub fn source(&self, range: Range<usize>) -> Span {
        match range.is_empty() || self.text.is_empty() {
            true => self.span,
            false => self.map.span(range),
        }
    }
}
