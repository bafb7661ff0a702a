//! A word of a source, filled in as far as it is known.

use crate::base::text::Span;

/// A word of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedText {
    /// Where it stands; for a word that no source holds as it is, the place it was made at.
    pub(crate) span: Span,
    /// The text with quotes off and variables filled in, as far as they are known; what is not known is left as it is
    /// written (`$X`, `$(id -u)`).
    pub(crate) text: String,
    /// Whether all of it is known.
    pub(crate) known: bool,
    /// Whether the source holds just this text at the span, so that an edit may replace it: no variable, no escape.
    pub(crate) verbatim: bool,
}
