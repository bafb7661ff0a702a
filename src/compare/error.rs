//! Why two sides could not be compared.

use crate::base::advice::Advice;
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

impl Advice for CompareError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Scan(error) => error.hint(),
            Self::Index(error) => error.hint(),
        }
    }
}
