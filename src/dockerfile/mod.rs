//! Dockerfiles, read the way BuildKit's frontend reads them, but losslessly and without giving up.
//!
//! Vocabulary: an *item* is a run of whole source lines (a directive, a comment, a blank line, an instruction with its
//! continuation lines and heredoc bodies); items follow each other without a gap, so their spans joined are the file.
//! *Logical text* is what is left of an instruction once its lines are joined, with a map back to the source. A
//! *problem* is something BuildKit would stop at ([`ProblemKind::Fatal`]) or something it merely warns of or refuses later.
//!
//! A Dockerfile's text goes one way here: `parse` makes instructions of it, `stages` works out what builds on what and
//! which variables hold where, `refusals` says what a build would stop at, `code` hands what runs to the shell's grammar, and `transfers` follows the files that come
//! from the build context.
//!
//! What it refuses to do: it reads no `.dockerignore`, resolves no image, runs nothing, and does not judge what it read.

mod code;
mod model;
mod parse;
mod refusals;
mod run_body;
mod stages;
mod transfers;
mod words;

pub use crate::base::logical::Logical;
pub use code::{CodePlaces, ShellCode, names_shell_of_windows};
pub use model::{
    Dockerfile, Flag, Instruction, InstructionArguments, Item, ItemKind, Keyword, Pair, Problem, ProblemKind,
};
pub use parse::{Directive, DirectiveName, Heredoc, Syntax, detect_syntax};
pub use refusals::refusals;
pub use run_body::RunBody;
pub use stages::{
    Binding, BindingKind, BuildInputs, Chain, CopySource, ImageMention, NamedBy, PLATFORM_ARGS,
    PREDEFINED_ARGS, Scope, Stage, StageBase, Stages, Step, named_images,
};
pub(crate) use transfers::matches_glob;
pub use transfers::{Brought, RunFiles, Transfers, is_fetched};
pub use words::{Environment, Expanded, ExpansionError, NoVariables, ShellWord, Variable, Words};
