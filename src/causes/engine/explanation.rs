//! What a cause says of a file or a layer.

use super::fields::Fields;

/// How sure a cause is. Ordered from the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The bytes prove it.
    Certain,
    /// Path and shape fit.
    Likely,
}

/// How the explanations of several files by one cause are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// The first stands for all.
    First,
    /// Each names a package: packages are counted, each with its files.
    Packages,
}

/// What a cause says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// How sure it is.
    pub confidence: Certainty,
    /// What it saw, for people: `2 rows differ in field 3 alone`.
    pub evidence: String,
    /// Of which fields it speaks; what differs beside them it leaves open.
    pub covers: Fields,
    /// How it is put together with those of other files.
    pub grouping: Grouping,
    /// Whether it says no more than where the file stands, or what it begins with: no code is explained so.
    pub(crate) is_by_place: bool,
}

impl Certainty {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
        }
    }
}

impl Explanation {
    /// Proved by the bytes.
    pub fn certain(evidence: impl Into<String>) -> Self {
        Self::new(Certainty::Certain, evidence.into())
    }

    /// Path and shape fit.
    pub fn likely(evidence: impl Into<String>) -> Self {
        Self::new(Certainty::Likely, evidence.into())
    }

    /// Where it stands fits, and what it begins with.
    pub(crate) fn by_place(evidence: impl Into<String>) -> Self {
        Self { is_by_place: true, ..Self::likely(evidence) }
    }

    fn new(confidence: Certainty, evidence: String) -> Self {
        Self { confidence, evidence, covers: Fields::BYTES, grouping: Grouping::First, is_by_place: false }
    }

    /// The same of other fields than what a file holds.
    pub(crate) fn of(self, covers: Fields) -> Self {
        Self { covers, ..self }
    }

    /// The same, whose evidence is a package.
    pub fn of_package(self) -> Self {
        Self { grouping: Grouping::Packages, ..self }
    }
}
