//! Package indexes that the user has set up, asked for the hashes of the wheels that are installed.
//!
//! Vocabulary: an *index* is a server of the simple repository API, by its URL (`https://host/simple`). A wheel in it is *proved* to
//! be the one that a distribution was installed from where name, version, build, all tags and the digest of the metadata are the
//! same, and nothing else there could be it; what is not has a reason (`Unproven`).
//!
//! From the bottom up: `error`; `url` (an index's URL and login); `pip_conf` and `configured` (where the user says which
//! index); `proof` (which file of a page is the installed one); `asking` (pages, side by side).
//!
//! What it refuses to do: it takes no index from a project's files, sends a login to no other server than its index, follows no
//! redirect to another host, and fetches no archive: only, where the index tells no digest of it, the metadata beside a wheel.

mod asking;
mod configured;
mod error;
mod pip_conf;
mod proof;
mod url;

pub use asking::PackageIndexes;
pub use configured::configured;
pub use error::IndexError;
pub use proof::{ProvedHashes, Unproven};
