//! What is asked of an installer: lines of requirements files, words of commands, files that name files.

mod file;
mod line;
mod model;
mod tree;

pub use model::{Entry, EntryKind, FileRole, Requirement, RequirementsFile, Source};
pub use tree::{ReadFile, RequirementsProblem, RequirementsTree, Unread};
