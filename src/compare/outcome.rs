//! The facts that a comparison gives: layers, the merged trees, config, arguments, packages. No cause and no verdict on what
//! was asked: who explains and judges keeps that beside them.

use crate::agreement::Turned;
use crate::base::digest::Digest;
use crate::compare::config::Difference;
use crate::compare::drift::Drift;
use crate::compare::packages::Changes;
use crate::compare::pairing::Group;
use crate::compare::tier::Tier;
use crate::compare::uncompared::Uncompared;

/// What differs between two sides.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The old and the new manifest's digest, where there is one.
    pub manifests: (Option<Digest>, Option<Digest>),
    /// The old and the new config's digest.
    pub configs: (Option<Digest>, Option<Digest>),
    /// The layers, in the new image's order; removed ones where they were. Layers that were split or squashed are one.
    pub layers: Vec<LayerOutcome>,
    /// What a container sees, where the lists of layers are not the same and the layers' files are known.
    pub container: Option<Container>,
    /// What differs in the config.
    pub config: Vec<Difference>,
    /// Build arguments that differ. They explain; they decide nothing.
    pub args: Vec<Difference>,
    /// Images that the builds name, whose digests differ; by name. They explain; they decide nothing.
    pub images: Vec<Difference>,
    /// What differs in the packages.
    pub packages: Changes,
    /// Packages that stand otherwise to the project's own locks; by lock and name.
    pub agreement: Vec<Turned>,
    /// What was not compared of config and arguments. Nothing, where both configs have one digest: it covers them.
    pub uncompared: Vec<Uncompared>,
}

/// The document whose digest stands for a whole image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// The manifest, which names the blobs.
    Manifest(Digest, Digest),
    /// Where one side has no manifest, the config, which names the layers' tars.
    Config(Digest, Digest),
}

impl Comparison {
    /// What stands for both images as a whole, old and new; `None` where nothing does.
    pub fn whole(&self) -> Option<Whole> {
        let (old, new) = self.manifests;
        let manifests = old.zip(new).map(|(old, new)| Whole::Manifest(old, new));
        let (old, new) = self.configs;
        manifests.or_else(|| old.zip(new).map(|(old, new)| Whole::Config(old, new)))
    }

    /// How alike the layers are: the worst layer's tier. Another list of layers is a drift, whatever the layers hold.
    pub fn worst_layer(&self) -> Tier {
        match self.layers.iter().any(LayerOutcome::is_elsewhere) {
            true => Tier::Drifted,
            false => self.layers.iter().map(|layer| layer.tier).max().unwrap_or(Tier::Identical),
        }
    }

    /// How alike the sides are: the worst layer's tier; `drifted` also where the config or the platform differs.
    pub fn tier(&self) -> Tier {
        if self.config.is_empty() { self.worst_layer() } else { Tier::Drifted }
    }
}

/// What differs between the merged trees of both sides, whichever layers it comes from.
#[derive(Debug)]
pub struct Container {
    /// The paths, sorted. Owners' names, the order and the dialect of tars are not seen by a container.
    pub drifts: Vec<Drift>,
}

/// What was found of one layer, or of several that are others there.
#[derive(Debug)]
pub struct LayerOutcome {
    /// Its first place in the new image; for a removed layer, in the old.
    pub index: usize,
    /// Its places on both sides.
    pub group: Group,
    /// How alike it is.
    pub tier: Tier,
    /// Whether it stands on both sides.
    pub presence: Presence,
    /// Whether it is the base's.
    pub is_base: bool,
    /// The instruction that made it; of several, all.
    pub instruction: Option<String>,
    /// Its first line in the Dockerfile, from 1.
    pub line: Option<usize>,
    /// The first lines of all the instructions that made it, sorted.
    pub lines: Vec<usize>,
    /// The old side's digest and diff_id; `None` where it is no layer there, or several.
    pub expected: Option<Identity>,
    /// The new side's.
    pub found: Option<Identity>,
    /// The files that drifted; `None` where they cannot be named.
    pub drifts: Option<Vec<Drift>>,
}

impl LayerOutcome {
    /// Whether it is not one layer for one, in order.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.presence != Presence::Both
    }
}

/// On which side a layer stands, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// On both, in the same place among the others.
    Both,
    /// On both, in another place among the others.
    Moved,
    /// On both, several layers of the old side as one.
    Squashed,
    /// On both, one layer of the old side as several.
    Split,
    /// On both, several layers as several others.
    Regrouped,
    /// On the new side alone.
    Added,
    /// On the old side alone.
    Removed,
}

impl Presence {
    /// How the layers of `group` stand.
    pub fn of(group: &Group) -> Self {
        match (group.old.len(), group.new.len()) {
            (_, 0) => Self::Removed,
            (0, _) => Self::Added,
            (1, 1) if group.is_moved => Self::Moved,
            (1, 1) => Self::Both,
            (_, 1) => Self::Squashed,
            (1, _) => Self::Split,
            _ => Self::Regrouped,
        }
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Moved => "moved",
            Self::Squashed => "squashed",
            Self::Split => "split",
            Self::Regrouped => "regrouped",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// What names a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The blob's digest, where there is a blob apart from the tar.
    pub digest: Option<Digest>,
    /// The tar's digest.
    pub diff_id: Digest,
    /// The blob's bytes.
    pub size: u64,
}
