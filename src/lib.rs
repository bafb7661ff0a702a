//! reprolock locks what an ML container image is made of, and proves that a rebuild gives the same bytes.
//!
//! The modules are floors: a file uses only floors below its own (docs/ARCHITECTURE.md, held by `tests/it/floors.rs`).

// F0
pub mod base;
// F1
pub mod finding;
pub mod formats;
pub mod image;
pub mod project;
pub mod shell;
// F2
pub mod dockerfile;
pub mod layer;
// F3
pub mod python;
pub mod tree;
// F4
pub mod ecosystem;
pub mod lockfile;
// F5
pub mod build;
pub mod lint;
pub mod scan;
// F6
pub mod compare;
pub mod freeze;
// F7
pub mod causes;
// F8
pub mod policy;
// F9
pub mod verify;
// F10
pub mod report;
// F11
pub mod cli;
