//! Words as BuildKit reads them outside RUN.

mod expand;
pub(super) mod pattern;
mod variables;

pub use expand::{Environment, Expanded, ExpansionError, NoVariables, ShellWord, Variable, Words};
