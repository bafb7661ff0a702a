//! What can be wrong with a tar.

use std::io;

use crate::base::path::PathError;

/// Why a layer's tar cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The input ends inside an entry.
    #[error("the tar ends at byte {offset}, inside {inside}")]
    Truncated {
        /// Where the input ended.
        offset: u64,
        /// What was being read.
        inside: String,
    },
    /// A header whose sum of bytes is not the one it carries: not a tar, or a damaged one.
    #[error("no tar header at byte {offset}: its checksum does not fit")]
    Checksum {
        /// Where the header begins.
        offset: u64,
    },
    /// A field that should hold a number does not.
    #[error("the tar header at byte {offset} has a {field} that is not a number")]
    Number {
        /// Where the header begins.
        offset: u64,
        /// The field's name.
        field: &'static str,
    },
    /// A malformed extended header.
    #[error("the PAX records at byte {offset} are malformed: {problem}")]
    Pax {
        /// Where the records begin.
        offset: u64,
        /// What is wrong with them.
        problem: String,
    },
    /// A sparse map that does not fit its file.
    #[error("the sparse map of \"{path}\" does not fit: {problem}")]
    Sparse {
        /// The entry's name.
        path: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A name no engine would unpack.
    #[error("the entry named \"{name}\" at byte {offset} {source}")]
    Name {
        /// Where the header begins.
        offset: u64,
        /// The name, escaped.
        name: String,
        /// What is wrong with it.
        source: PathError,
    },
    /// Past a cap of `limits.rs`.
    #[error("the tar has {what} over the limit of {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The cap.
        limit: u64,
    },
    /// The input could not be read.
    #[error(transparent)]
    Read(#[from] io::Error),
}
