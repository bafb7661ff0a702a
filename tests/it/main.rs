//! Everything that takes more than one module: one binary, a module for each concern.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking; clippy's own allowance covers only functions marked as tests"
)]

mod agreement;
mod browser;
mod catalogue;
mod causes;
mod code_hosts;
mod conda;
mod corpus_images;
mod dockerfile;
mod docs;
mod ecosystems;
mod engine;
mod exports;
mod flips;
mod floors;
mod formats;
mod hostile;
mod house;
mod indexes;
mod inspect;
mod layers;
mod lint;
mod made;
mod mending;
mod named;
mod packages;
mod provenance;
mod python;
mod real;
mod registry;
mod rpm;
mod secrets;
mod seed;
mod shell;
mod sources;
mod stored;
mod structure;
mod support;
