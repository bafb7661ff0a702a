//! Holds what is installed against the locks that the project keeps itself.
//!
//! Vocabulary: an *environment* is what one interpreter or one prefix sees: site directories that belong together. A lock is held
//! against the one environment that has most of it. A package is *as locked* where name, version and source are; what else it
//! can be is [`AgreementStatus`](crate::lockfile::model::AgreementStatus).
//!
//! What it refuses to do: it runs no tool. Bytes are compared where an image records the hash of what was installed; else name,
//! version and source are all that can be said.

mod environment;
mod holding;
mod interpreter;
mod retold;
mod source;
mod turned;

pub use environment::is_one_place;
pub use holding::agreements;
pub use retold::retold;
pub use turned::{LockStanding, Turned, turned, words};
