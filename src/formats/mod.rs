//! Readers of the file formats that causes look into: small, bounded, and blind to what they don't need.
//!
//! The bytes are of untrusted images. A reader takes a slice or streams, follows no link twice, allocates nothing that a
//! field claims, and answers `None` for what it cannot read: then the cause that asked has no proof.

pub(crate) mod ar;
pub(crate) mod archive;
pub(crate) mod bytes;
pub(crate) mod elf;
pub(crate) mod json;
pub(crate) mod marshal;
pub(crate) mod members;
pub(crate) mod pyc;
pub(crate) mod sqlite;
pub mod tar;
pub(crate) mod zip;
