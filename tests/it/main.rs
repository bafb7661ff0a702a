//! What the whole crate does, from outside.

mod ecosystems;
mod sources;
