//! From a Dockerfile's text to instructions, as BuildKit's parser goes: lines, joined; keywords, flags, arguments and
//! heredocs.

mod arguments;
mod directives;
mod heredoc;
mod lexer;
mod parser;

#[cfg(test)]
mod tests;

pub use directives::{Directive, DirectiveName, Syntax, detect_syntax};
pub use heredoc::Heredoc;
