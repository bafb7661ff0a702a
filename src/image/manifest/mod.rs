//! What the documents of an image say: indexes, manifests, configs, the platforms and media types in them.
//!
//! Bytes in, facts out: nothing here knows where a document is kept, and none is held to its digest here.

pub mod config;
pub(crate) mod descriptor;
pub(crate) mod document;
pub(crate) mod json;
mod keys;
pub(crate) mod media_type;
pub mod platform;
