//! What takes a cause away from the next build.

/// A way to mend a cause in a Dockerfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mends {
    /// The fix of the lint rule of this id, where it stands within the extent.
    Rule(&'static str, Extent),
    /// What the RUN that made the files does at its end.
    Remove(&'static [Removal]),
}

/// Where a lint rule's finding stands for what drifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// In the instruction that made the file.
    Instruction,
    /// Anywhere in the stage of that instruction.
    Stage,
    /// At the end of the RUN that made the file, as far as it takes away what drifted.
    RunEnd,
    /// In the FROM that names the base: no rule sees the base's layers themselves.
    Base,
}

/// What a RUN takes away at its end, by paths that are always the same. They begin with `/` or `~`, and may be patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Files, or folders with all that is in them.
    Delete(&'static str),
    /// A file that has to exist, whose bytes go.
    Empty(&'static str),
}

impl Removal {
    /// The path or the pattern.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Delete(path) | Self::Empty(path) => path,
        }
    }
}
