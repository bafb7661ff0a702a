//! What is asked of an installer: lines of requirements files, words of commands, files that name files.

mod encoding;
mod file;
mod line;
mod model;
mod pep508;
mod tree;

pub(super) use file::editable;
pub use model::{
    EntryKind, FileRole, LineOption, PipRequirement, RequirementSource, RequirementsEntry, RequirementsText,
};
pub use pep508::{parse_marker, parse_pep508};
pub use tree::{ReadFile, RequirementsProblem, RequirementsTree, Unread};
