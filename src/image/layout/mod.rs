//! An OCI layout, wherever its blobs are: a folder, a tar, a registry.
//!
//! From the bottom up: `blobs` (the trait), `folder` (a layout on disk), `documents` (reading them held to their
//! descriptors), `search` and `select` (one manifest of many), `beside`
//! (one that `manifest.json` names too), `assemble` (the image of it), `attestation` (what lies
//! beside it), `source`.

pub(crate) mod assemble;
pub(crate) mod attestation;
pub(crate) mod beside;
pub(crate) mod blobs;
pub(crate) mod documents;
pub(crate) mod folder;
mod search;
pub(crate) mod select;
pub(crate) mod source;
