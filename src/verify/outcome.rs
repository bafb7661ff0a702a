//! What a comparison found, before anything is said of it.

use std::collections::BTreeSet;

use super::mending::Mending;
use crate::base::digest::Digest;
use crate::causes::{Attribution, Certainty};
use crate::compare::config::Difference;
use crate::compare::drift::Drift;
use crate::compare::packages::Changes;
use crate::compare::pairing::Group;
use crate::compare::tier::{Require, Tier};

/// What `verify` or `diff` found.
#[derive(Debug)]
pub struct Outcome {
    /// The worst tier of any layer; `drifted` also where the config or the platform differs.
    pub verdict: Tier,
    /// Whether it is good enough for what was asked.
    pub passed: bool,
    /// What was asked.
    pub require: Require,
    /// The old and the new manifest's digest, where there is one.
    pub manifests: (Option<Digest>, Option<Digest>),
    /// The layers, in the new image's order; removed ones where they were. Layers that were split or squashed are one.
    pub layers: Vec<LayerOutcome>,
    /// What a container sees, where the lists of layers are not the same and the layers' files are known.
    pub container: Option<Container>,
    /// What differs in the config.
    pub config: Vec<Difference>,
    /// Build arguments that differ. They explain; they decide nothing.
    pub args: Vec<Difference>,
    /// What differs in the packages.
    pub packages: Changes,
    /// Edits of the Dockerfile that mend what drifted, where its text is at hand.
    pub edits: Vec<Mending>,
    /// What the user should know: files that could not be named, and why.
    pub notes: Vec<String>,
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
    /// What explains the layer as a whole: a recompression, a moved base; mostly nothing.
    pub causes: Vec<Attribution>,
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

/// A cause, and the drifted files it is the best explanation of.
#[derive(Debug, Clone)]
pub struct CauseCount {
    /// The best explanation of one of them; `None` for what nothing explains.
    pub cause: Option<Attribution>,
    /// How many files.
    pub files: usize,
    /// Of how many of these it is likely alone, not certain.
    pub likely: usize,
    /// In which layers, by place.
    pub layers: Vec<usize>,
    /// The Dockerfile lines that made them.
    pub lines: BTreeSet<usize>,
}

impl Outcome {
    /// The causes, each with its files: the unexplained first, then by number of files.
    pub fn causes(&self) -> Vec<CauseCount> {
        let mut counts: Vec<CauseCount> = Vec::new();
        let drifts = self
            .layers
            .iter()
            .flat_map(|layer| layer.drifts.iter().flatten().map(move |drift| (layer, drift)));
        let id = |cause: Option<&Attribution>| cause.map(|found| found.cause.id());
        for (layer, drift) in drifts {
            let cause = drift.causes.first();
            let at = counts.iter().position(|count| id(count.cause.as_ref()) == id(cause));
            let at = at.unwrap_or_else(|| {
                let (layers, lines) = (Vec::new(), BTreeSet::new());
                counts.push(CauseCount { cause: cause.cloned(), files: 0, likely: 0, layers, lines });
                counts.len() - 1
            });
            let Some(count) = counts.get_mut(at) else { continue };
            count.files += 1;
            count.likely +=
                usize::from(cause.is_some_and(|found| found.explanation.confidence == Certainty::Likely));
            count.lines.extend(drift.line.or(layer.line));
            if count.layers.last() != Some(&layer.index) {
                count.layers.push(layer.index);
            }
        }
        counts.sort_by_key(|count| {
            let id = count.cause.as_ref().map(|found| found.cause.id());
            (id.is_some(), std::cmp::Reverse(count.files), id)
        });
        counts
    }
}
