//! The lockfile: what an image is, written down so that a person can review it and a program can check it.
//!
//! Two files: `reprolock.lock`, canonical TOML (the same facts always give the same bytes), and beside it
//! `reprolock.lock.files.zst`, one row for each file of the layers above the base. The lockfile alone decides; the
//! index lets `verify` name the files. Both are written beside their place and renamed into it; [`attached`] keeps both
//! beside the image in a registry.
//!
//! Vocabulary: *rows* are the index's lines; *content* of a layer is the digest of what it unpacks to, without times, order,
//! owner names, tar dialect and header records, which tells `metadata-only` from `drifted` even where there is no index.

pub mod attached;
pub(crate) mod beside;
pub mod codec;
mod contradictions;
pub(crate) mod encode;
pub mod error;
pub mod files;
pub mod hiding;
pub mod index;
mod migration;
pub mod model;
mod place;
pub mod store;

pub use error::LockError;
pub use model::Lockfile;
