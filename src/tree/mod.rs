//! Layers merged into the file tree that a container sees.

pub mod stack;

pub use stack::{FileTree, Node};
