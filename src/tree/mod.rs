//! Layers merged into the file tree that a container sees, and two such trees side by side.

pub mod join;
pub mod moves;
pub mod stack;

pub use join::join;
pub use stack::{FileTree, Node, Rows};
