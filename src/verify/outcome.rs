//! What a comparison found, before anything is said of it.

use super::causes::Attribution;
use super::config::Difference;
use super::drift::Drift;
use super::packages::Changes;
use super::verdict::{Require, Tier};
use crate::base::digest::Digest;

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
    /// The layers, in the new image's order; removed ones where they were.
    pub layers: Vec<LayerOutcome>,
    /// What differs in the config.
    pub config: Vec<Difference>,
    /// Build arguments that differ. They explain; they decide nothing.
    pub args: Vec<Difference>,
    /// What differs in the packages.
    pub packages: Changes,
    /// What the user should know: files that could not be named, and why.
    pub notes: Vec<String>,
}

/// What was found of one layer.
#[derive(Debug)]
pub struct LayerOutcome {
    /// Its place in the new image; for a removed layer, in the old.
    pub index: usize,
    /// How alike it is.
    pub tier: Tier,
    /// Whether it stands on both sides.
    pub presence: Presence,
    /// Whether it is the base's.
    pub is_base: bool,
    /// The instruction that made it.
    pub instruction: Option<String>,
    /// Its line in the Dockerfile, from 1.
    pub line: Option<usize>,
    /// The old side's digest and diff_id.
    pub expected: Option<Identity>,
    /// The new side's.
    pub found: Option<Identity>,
    /// The files that drifted; `None` where they cannot be named.
    pub drifts: Option<Vec<Drift>>,
    /// What explains the layer as a whole: a recompression, a moved base; mostly nothing.
    pub causes: Vec<Attribution>,
}

/// On which side a layer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// On both.
    Both,
    /// On the new side alone.
    Added,
    /// On the old side alone.
    Removed,
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
    /// In which layers, by place.
    pub layers: Vec<usize>,
}

impl Outcome {
    /// The causes, each with its files: the unexplained first, then by number of files.
    pub fn causes(&self) -> Vec<CauseCount> {
        let mut counts: Vec<CauseCount> = Vec::new();
        let drifts = self.layers.iter().flat_map(|layer| {
            layer.drifts.iter().flatten().map(move |drift| (layer.index, drift.causes.first()))
        });
        for (layer, cause) in drifts {
            let id = |cause: Option<&Attribution>| cause.map(|found| found.cause.id());
            match counts.iter_mut().find(|count| id(count.cause.as_ref()) == id(cause)) {
                Some(count) => {
                    count.files += 1;
                    if count.layers.last() != Some(&layer) {
                        count.layers.push(layer);
                    }
                }
                None => counts.push(CauseCount { cause: cause.cloned(), files: 1, layers: vec![layer] }),
            }
        }
        counts.sort_by_key(|count| {
            let id = count.cause.as_ref().map(|found| found.cause.id());
            (id.is_some(), std::cmp::Reverse(count.files), id)
        });
        counts
    }
}
