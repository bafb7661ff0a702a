//! What a command ends with.

use crate::verify::Outcome;

/// What a command ends with, when it could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Same = 0,
    Drift = 1,
    CouldNotCheck = 2,
}

impl Exit {
    /// What a comparison ends with, once it is told.
    pub(super) fn of(outcome: &Outcome) -> Self {
        match (outcome.passed, outcome.is_undecided()) {
            (true, _) => Self::Same,
            (false, true) => Self::CouldNotCheck,
            (false, false) => Self::Drift,
        }
    }
}
