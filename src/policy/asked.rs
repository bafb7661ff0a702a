//! What a user may ask of an image, and whether facts are good enough for it.

use std::fmt;
use std::str::FromStr;

use crate::agreement::Turned;
use crate::compare::outcome::{Comparison, Whole};
use crate::compare::tier::Tier;

/// What `verify` must find to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Require {
    /// Every layer `identical`, and the manifest's digest equal; where one side has no manifest, the config's.
    Blob,
    /// Every layer at least `compression-only`.
    Layer,
    /// Every layer at least `metadata-only`.
    Content,
    /// The locked package set.
    Packages,
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

    /// Whether it cannot be told if facts are good enough: what could be compared is, and not all could.
    pub fn is_undecided(self, facts: &Comparison) -> bool {
        self == Self::Packages && self.allows(facts) && !facts.packages.is_checked()
    }

    /// Whether facts are good enough.
    pub fn is_met(self, facts: &Comparison) -> bool {
        self.allows(facts) && !self.is_undecided(facts)
    }

    /// Whether what could be compared is good enough.
    fn allows(self, facts: &Comparison) -> bool {
        facts.config.is_empty()
            && facts.worst_layer() <= self.worst_layer()
            && match self {
                Self::Blob => match facts.whole() {
                    Some(Whole::Manifest(old, new) | Whole::Config(old, new)) => old == new,
                    None => true,
                },
                // Agreement with the project's own locks is lost through packages alone.
                Self::Packages => facts.packages.is_empty() && !facts.agreement.iter().any(Turned::is_lost),
                Self::Layer | Self::Content => true,
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

impl fmt::Display for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::{Digest, Sha256};
    use crate::compare::config::Difference;
    use crate::compare::packages::{Changes, Listed};

    fn met(facts: &Comparison) -> Vec<&'static str> {
        Require::ALL.into_iter().filter(|require| require.is_met(facts)).map(Require::name).collect()
    }

    #[test]
    fn another_config_meets_nothing() {
        let config = vec![Difference { field: "user".into(), expected: None, found: Some("me".into()) }];
        assert_eq!(met(&Comparison::default()), ["blob", "layer", "content", "packages"]);
        assert_eq!(met(&Comparison { config, ..Comparison::default() }), [""; 0]);
    }

    #[test]
    fn another_manifest_is_asked_of_by_blob_alone_and_other_packages_by_packages_alone() {
        let digest = |text: &[u8]| Some(Digest::from(Sha256::of(text)));
        let (old, new) = (digest(b"old"), digest(b"new"));
        let named = |manifests| Comparison { manifests, ..Comparison::default() };
        assert_eq!(met(&named((old, new))), ["layer", "content", "packages"]);
        assert_eq!(met(&named((old, old))).len(), 4);
        assert_eq!(met(&named((old, None))).len(), 4);
        // Where one side has no manifest, the configs are what there is.
        let configs = |manifests, configs| Comparison { manifests, configs, ..Comparison::default() };
        assert_eq!(met(&configs((old, None), (old, new))), ["layer", "content", "packages"]);
        assert_eq!(met(&configs((None, None), (new, new))).len(), 4);
        assert_eq!(met(&configs((old, old), (old, new))).len(), 4);
        let added = vec![Listed { ecosystem: "deb".into(), name: "a".into(), version: "1".into() }];
        let packages = Changes { added, ..Changes::default() };
        assert_eq!(met(&Comparison { packages, ..Comparison::default() }), ["blob", "layer", "content"]);
    }
}
