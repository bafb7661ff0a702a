//! A cause with what it says of one file or layer.

use super::cause::Cause;
use super::explanation::Explanation;

/// A cause that explains a file.
#[derive(Clone)]
pub struct Attribution {
    /// The cause.
    pub cause: &'static dyn Cause,
    /// What it says.
    pub explanation: Explanation,
}

impl std::fmt::Debug for Attribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Explanation { confidence, evidence, .. } = &self.explanation;
        write!(f, "{} ({confidence:?}: {evidence})", self.cause.id())
    }
}

impl PartialEq for Attribution {
    fn eq(&self, other: &Self) -> bool {
        self.cause.id() == other.cause.id() && self.explanation == other.explanation
    }
}

impl Eq for Attribution {}

/// Sorts what explains one file: the surest first, and of these the one that looks most closely.
pub(crate) fn sort(attributions: &mut [Attribution]) {
    attributions.sort_by_key(|attribution| {
        (attribution.explanation.confidence, attribution.cause.profile().reach, attribution.cause.id())
    });
}
