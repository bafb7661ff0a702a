//! A word of a source, filled in as far as it is known.

use crate::base::text::Span;

/// A word of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Where it stands; for a word that no source holds as it is, the place it was made at.
    pub span: Span,
    /// The text with quotes off and variables filled in, as far as they are known; what is not known is left as it is
    /// written (`$X`, `$(id -u)`).
    pub text: String,
    /// Whether all of it is known.
    pub known: bool,
    /// Whether the source holds just this text at the span, so that an edit may replace it: no variable, no escape.
    pub verbatim: bool,
}

impl Value {
    /// The value as a word that was typed, where all of it is known.
    pub fn if_known(&self) -> Option<&str> {
        self.known.then_some(self.text.as_str())
    }
}
