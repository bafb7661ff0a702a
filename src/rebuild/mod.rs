//! Building an image again, as its lock says, with whichever builder is there.
//!
//! Vocabulary: a *builder* is a program that makes an image of a Dockerfile; a *recipe* is what is asked of it, a *plan* how the
//! recipe follows from a lock and from what the user gives; the *work folder* is where one build lies while it runs.
//!
//! What it refuses to do: nothing of a lock or of a file of the repository names a program or an option of one, nothing is
//! written outside of the work folder, and what a builder can't do is said before it builds.

pub mod builders;
pub mod command;
pub mod error;
mod inputs;
pub mod keeper;
mod pinned;
mod place;
pub mod plan;
pub mod recipe;
pub mod run;
pub mod script;
#[cfg(test)]
mod testing;
