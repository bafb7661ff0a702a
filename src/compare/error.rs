//! Why two sides could not be compared.

use crate::lockfile::attached::AttachedError;
use crate::scan::ScanError;

/// Why two sides could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// An image could not be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The lock's file index could not be read.
    #[error(transparent)]
    Index(#[from] AttachedError),
}
