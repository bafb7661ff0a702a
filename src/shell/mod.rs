//! Shell scripts, read for the commands that they run.
//!
//! Vocabulary: the *outermost* text is what [`Script::parse`] was given; every span points into it. A *command* is a
//! simple command of POSIX, found wherever it stands: behind `&&`, in functions and substitutions, in the text of
//! `sh -c`, in the heredoc of a shell. A *wrapper* is a program that only runs another (`sudo`, `env X=1`); it is peeled
//! off, so that a command's first word is the program that does the work. A *context* is where a command stands.
//!
//! What it refuses to do: it runs nothing, evaluates no condition, matches no files, and never fails: what the grammar
//! can't place is read as far as it goes ([`Script::has_errors`]), and what passes a cap is left out
//! ([`Script::incomplete`]).

mod context;
mod folders;
mod model;
mod options;
mod parse;
mod values;
mod word;

#[cfg(test)]
mod tests;

pub use context::{ContextKind, ScriptContext};
pub use folders::Folders;
pub use model::{Assigned, Assignment, Command, Outside, Redirect, Script, Target, Wrapper};
pub use options::{Arguments, Given, OptionStyle, Value};
pub use word::{Expandable, ExpansionKind, Operation, Parameter, Word};
