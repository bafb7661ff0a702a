//! Words of commands: how the shell reads them, and what becomes of them once variables have values.

mod ends;
pub(in crate::shell) mod json;
pub(in crate::shell) mod map;
mod model;
pub(in crate::shell) mod parameter;
mod pattern;
pub(in crate::shell) mod reader;
pub(in crate::shell) mod resolve;

pub use model::{Expandable, ExpansionKind, Word};
pub use parameter::{Operation, Parameter};
