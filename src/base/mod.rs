//! What every floor stands on: digests, paths inside layers, text positions, caps on untrusted input, progress.

pub mod about;
pub mod advice;
pub mod bounded;
pub mod digest;
pub mod limits;
pub mod logical;
pub mod observer;
pub mod path;
pub mod secrets;
pub mod source;
pub mod text;
