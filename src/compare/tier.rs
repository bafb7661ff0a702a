//! The tiers of sameness.

use std::fmt;

/// How alike two layers, or two images, are. Ordered from the same to the most different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The blob's digest is equal, or where one side has no compressed blob, the diff_id is.
    Identical,
    /// The diff_id is equal, the blob differs.
    CompressionOnly,
    /// Same paths and contents; only times, order, owner names or tar dialect differ.
    MetadataOnly,
    /// Anything else differs.
    Drifted,
}

impl Tier {
    /// The tier's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::CompressionOnly => "compression-only",
            Self::MetadataOnly => "metadata-only",
            Self::Drifted => "drifted",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
