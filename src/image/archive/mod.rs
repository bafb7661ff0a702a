//! Tars that hold an image: OCI layouts and what `docker save` writes, plain or compressed as a whole.
//!
//! From the bottom up: `stored` (a file read by position), `stream` (one copied to a file),
//! `spool` (one unpacked to a file), `index` (where each member
//! lies), `tar` (members by name), `docker` (`manifest.json`).

pub(crate) mod docker;
mod index;
mod spool;
mod stored;
pub(crate) mod stream;
pub(crate) mod tar;
