//! What formats print of an image, a layer or a file as a whole by an id that is no rule and no cause: one closed list,
//! each with its page.

use crate::base::about::{About, AboutKind};
use crate::compare::outcome::Presence;
use crate::compare::tier::Tier;
use crate::lint::{Obstacle, ObstacleKind};

/// Something that a report says by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The blob's digest is the same.
    Identical,
    /// The tar is the same, its blob is not.
    CompressionOnly,
    /// The files are the same, their times and the like are not.
    MetadataOnly,
    /// Files differ.
    Drifted,
    /// On the new side alone.
    Added,
    /// On the old side alone.
    Removed,
    /// Elsewhere among the others.
    Moved,
    /// Several layers became one.
    Squashed,
    /// One layer became several.
    Split,
    /// Several layers became several others.
    Regrouped,
    /// No cause explains it.
    Unexplained,
    /// The image's config differs.
    ConfigDrift,
    /// The set of packages differs.
    PackageDrift,
    /// Packages stand no more to the project's own locks as they did.
    AgreementLost,
    /// A package database could not be compared.
    PackagesUnchecked,
    /// The manifest's digest differs.
    ManifestDrift,
    /// A file could not be read.
    Read,
    /// A file could not be parsed.
    Parse,
    /// A file was linted, and could not be fixed.
    NotFixed,
}

/// The constant [`About`] of a verdict, its page at `docs/verdicts/<id>.md`.
macro_rules! about {
    ($id:literal, $summary:literal) => {{
        const ABOUT: About = About {
            kind: AboutKind::Verdict,
            id: $id,
            summary: $summary,
            page: include_str!(concat!("../../docs/verdicts/", $id, ".md")),
        };
        &ABOUT
    }};
}

impl Verdict {
    /// All, in the order of lists.
    pub const ALL: [Self; 19] = [
        Self::Identical,
        Self::CompressionOnly,
        Self::MetadataOnly,
        Self::Drifted,
        Self::Added,
        Self::Removed,
        Self::Moved,
        Self::Squashed,
        Self::Split,
        Self::Regrouped,
        Self::Unexplained,
        Self::ConfigDrift,
        Self::PackageDrift,
        Self::AgreementLost,
        Self::PackagesUnchecked,
        Self::ManifestDrift,
        Self::Read,
        Self::Parse,
        Self::NotFixed,
    ];

    /// What is known of it.
    pub fn about(self) -> &'static About {
        match self {
            Self::Identical => about!("identical", "the same bytes"),
            Self::CompressionOnly => about!("compression-only", "the same tar, compressed otherwise"),
            Self::MetadataOnly => {
                about!("metadata-only", "the same files; times, order or owners' names differ")
            }
            Self::Drifted => about!("drifted", "contents, modes, owners or paths differ"),
            Self::Added => about!("added", "a layer that the old side does not have"),
            Self::Removed => about!("removed", "a layer that the new side does not have"),
            Self::Moved => about!("moved", "a layer that stands elsewhere among the others"),
            Self::Squashed => about!("squashed", "several layers became one"),
            Self::Split => about!("split", "one layer became several"),
            Self::Regrouped => about!("regrouped", "several layers became several others"),
            Self::Unexplained => about!("unexplained", "a layer differs, and nothing explains why"),
            Self::ConfigDrift => about!("config-drift", "the image's config differs"),
            Self::PackageDrift => about!("package-drift", "the set of packages differs"),
            Self::AgreementLost => {
                about!("agreement-lost", "packages are no more as the project's own locks say")
            }
            Self::PackagesUnchecked => {
                about!("packages-unchecked", "a package database could not be compared")
            }
            Self::ManifestDrift => about!("manifest-drift", "the manifest's digest differs"),
            Self::Read => about!("read", "a file could not be read, so nothing is said of it"),
            Self::Parse => about!("parse", "a file could not be parsed from some line on"),
            Self::NotFixed => about!("not-fixed", "a file was linted, and its fixes could not be written"),
        }
    }

    /// Its id.
    pub fn id(self) -> &'static str {
        self.about().id
    }

    /// What an obstacle of lint comes to.
    pub fn of_obstacle(obstacle: &Obstacle) -> Self {
        match (obstacle.kind, obstacle.at) {
            (ObstacleKind::NotFixed, _) => Self::NotFixed,
            (_, Some(_)) => Self::Parse,
            (_, None) => Self::Read,
        }
    }

    /// How a layer stands to the other side's: its tier, or where it is not in its place on both sides, that.
    pub fn of_layer(tier: Tier, presence: Presence) -> Self {
        match presence {
            Presence::Both => tier.into(),
            Presence::Moved => Self::Moved,
            Presence::Squashed => Self::Squashed,
            Presence::Split => Self::Split,
            Presence::Regrouped => Self::Regrouped,
            Presence::Added => Self::Added,
            Presence::Removed => Self::Removed,
        }
    }
}

impl From<Tier> for Verdict {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Identical => Self::Identical,
            Tier::CompressionOnly => Self::CompressionOnly,
            Tier::MetadataOnly => Self::MetadataOnly,
            Tier::Drifted => Self::Drifted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_has_the_name_of_the_tier_or_presence_that_it_stands_for() {
        for tier in [Tier::Identical, Tier::CompressionOnly, Tier::MetadataOnly, Tier::Drifted] {
            assert_eq!(Verdict::from(tier).id(), tier.name());
            assert_eq!(Verdict::of_layer(tier, Presence::Both).id(), tier.name());
            for presence in [
                Presence::Moved,
                Presence::Squashed,
                Presence::Split,
                Presence::Regrouped,
                Presence::Added,
                Presence::Removed,
            ] {
                assert_eq!(Verdict::of_layer(tier, presence).id(), presence.name());
            }
        }
    }
}
