//! The tiers of sameness, and what a user may ask for.

use std::fmt;
use std::str::FromStr;

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

/// What `verify` must find to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Require {
    /// Every layer `identical`, and the manifest's digest equal where both sides have one.
    Blob,
    /// Every layer at least `compression-only`.
    Layer,
    /// Every layer at least `metadata-only`.
    Content,
    /// The locked package set.
    Packages,
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

impl Require {
    /// All of them, strictest first.
    pub const ALL: [Self; 4] = [Self::Blob, Self::Layer, Self::Content, Self::Packages];

    /// The name, as `--require` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Layer => "layer",
            Self::Content => "content",
            Self::Packages => "packages",
        }
    }

    /// The worst tier a layer may have.
    pub fn worst_layer(self) -> Tier {
        match self {
            Self::Blob => Tier::Identical,
            Self::Layer => Tier::CompressionOnly,
            Self::Content => Tier::MetadataOnly,
            Self::Packages => Tier::Drifted,
        }
    }
}

impl FromStr for Require {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|require| require.name() == name)
            .ok_or_else(|| format!("{name:?} is not one of blob, layer, content, packages"))
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
