//! Words of commands: how the shell reads them, and what becomes of them once variables have values.

mod ends;
pub(crate) mod json;
pub(crate) mod map;
mod model;
pub(crate) mod parameter;
mod pattern;
pub(crate) mod reader;
pub(crate) mod resolve;

pub use model::{Expandable, ExpansionKind, Word};
pub use parameter::{Operation, Parameter};
