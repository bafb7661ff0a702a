//! Registries: a real one on loopback, and one that fails in every way a proxy before it can.

// A test fails by panicking; clippy's allowance for tests covers only functions marked as such.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr)]

mod access;
mod admission;
mod attach;
mod base;
mod distribution;
mod faults;
mod image;
mod listing;
mod mirrors;
mod named;
mod oddities;
mod program;
mod proxy;
mod reuse;
mod unread;
