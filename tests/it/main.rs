//! Everything that takes more than one module: one binary, a module for each concern.

// A test fails by panicking; clippy's allowance for tests covers only functions marked as such.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod corpus_images;
mod dockerfile;
mod docs;
mod ecosystems;
mod floors;
mod program;
mod seed;
mod sources;
