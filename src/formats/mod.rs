//! Readers of file formats: small, bounded, and blind to what nobody asks of them.
//!
//! The bytes are of untrusted images. A reader takes a slice or streams, follows no link twice, allocates nothing that a
//! field claims, and answers `None` for what it cannot read. It gives rows and values, and judges nothing: what two of
//! them have to do with each other, others say.

pub(crate) mod archives;
pub(crate) mod berkeley;
pub(crate) mod bytes;
pub(crate) mod conda;
pub(crate) mod damage;
pub(crate) mod elf;
pub(crate) mod git_index;
pub(crate) mod go_build;
pub(crate) mod jks;
pub(crate) mod json;
pub(crate) mod ndb;
pub(crate) mod python;
pub(crate) mod rpm_header;
pub(crate) mod rust_audit;
pub(crate) mod sqlite;
pub mod tar;
pub(crate) mod yaml;
