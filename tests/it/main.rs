//! What the whole crate does, from outside.

mod sources;
