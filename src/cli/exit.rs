//! What a command ends with.

/// What a command ends with, when it could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Same = 0,
    Drift = 1,
    CouldNotCheck = 2,
}
