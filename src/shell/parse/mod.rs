//! From text to commands: the grammar's tree, walked; words read; wrappers peeled; scripts inside commands parsed in turn.

mod assemble;
mod grammar;
mod nested;
mod pieces;
mod redirect;
mod repair;
mod walk;
pub(super) mod windows;
mod wrapper;
