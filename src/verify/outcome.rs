//! What `verify` and `diff` say of the facts: the verdict, whether it is good enough, and what explains it.
//!
//! Facts don't own what explains them, so explanations stand beside the layers and drifts, in the same order. They are read
//! together alone ([`Outcome::layers`], [`ExplainedLayer::drifts`]): a layer or a drift without an explanation has none, and
//! is never left out.

use std::collections::BTreeSet;
use std::ops::Deref;

use super::hiding;
use super::mending::Mending;
use super::preview::Preview;
use crate::causes::{Attribution, Certainty};
use crate::compare::drift::Drift;
use crate::compare::outcome::{Comparison, LayerOutcome};
use crate::compare::tier::Tier;
use crate::policy::Require;

/// What `verify` or `diff` found.
#[derive(Debug)]
pub struct Outcome {
    /// What differs.
    pub facts: Comparison,
    /// What explains it, a layer each.
    pub explanations: Vec<LayerExplanation>,
    /// How alike both sides are.
    pub verdict: Tier,
    /// Whether it is good enough for what was asked.
    pub passed: bool,
    /// What was asked.
    pub require: Require,
    /// Edits of the Dockerfile that mend what drifted, where its text is at hand.
    pub edits: Vec<Mending>,
    /// What the user should know: files that could not be named, and why.
    pub notes: Vec<String>,
}

/// What explains a layer.
#[derive(Debug, Default)]
pub struct LayerExplanation {
    /// The layer as a whole: a recompression, a moved base; mostly nothing.
    pub causes: Vec<Attribution>,
    /// Its drifts, one each.
    pub drifts: Vec<DriftExplanation>,
}

/// What explains a drifted file.
#[derive(Debug, Default)]
pub struct DriftExplanation {
    /// The best first; empty for what nothing explains.
    pub causes: Vec<Attribution>,
    /// What changed in its bytes, for a few files of each cause.
    pub preview: Option<Box<Preview>>,
}

/// A layer, and what explains it.
#[derive(Debug, Clone, Copy)]
pub struct ExplainedLayer<'a> {
    /// The layer.
    pub layer: &'a LayerOutcome,
    /// What explains it as a whole, the best first.
    pub causes: &'a [Attribution],
    drifts: &'a [DriftExplanation],
}

/// A drifted file, and what explains it.
#[derive(Debug, Clone, Copy)]
pub struct ExplainedDrift<'a> {
    /// The file.
    pub drift: &'a Drift,
    /// What explains it, the best first; empty for what nothing explains.
    pub causes: &'a [Attribution],
    /// What changed in its bytes, for a few files of each cause.
    pub preview: Option<&'a Preview>,
}

impl<'a> ExplainedLayer<'a> {
    /// The files that drifted; none where they cannot be named.
    pub fn drifts(self) -> impl Iterator<Item = ExplainedDrift<'a>> + use<'a> {
        self.layer.drifts.iter().flatten().enumerate().map(move |(at, drift)| {
            let explanation = self.drifts.get(at);
            ExplainedDrift {
                drift,
                causes: explanation.map_or(&[], |explanation| &explanation.causes),
                preview: explanation.and_then(|explanation| explanation.preview.as_deref()),
            }
        })
    }
}

impl<'a> ExplainedDrift<'a> {
    /// The best explanation.
    pub fn best(self) -> Option<&'a Attribution> {
        self.causes.first()
    }
}

impl Deref for ExplainedLayer<'_> {
    type Target = LayerOutcome;

    fn deref(&self) -> &LayerOutcome {
        self.layer
    }
}

impl Deref for ExplainedDrift<'_> {
    type Target = Drift;

    fn deref(&self) -> &Drift {
        self.drift
    }
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
    /// Judges `facts`, and hides what is secret of all that is told from here on. Digests decide: neither the explanations nor what is asked change the verdict.
    pub fn of(
        mut facts: Comparison,
        mut explanations: Vec<LayerExplanation>,
        require: Require,
        mut notes: Vec<String>,
    ) -> Self {
        hiding::hide(&mut facts, &mut explanations, &mut notes);
        let (verdict, passed) = (facts.tier(), require.is_met(&facts));
        Self { facts, explanations, verdict, passed, require, edits: Vec::new(), notes }
    }

    /// Whether it could not be told if it is good enough for what was asked.
    pub fn is_undecided(&self) -> bool {
        self.require.is_undecided(&self.facts)
    }

    /// The layers, each with what explains it.
    pub fn layers(&self) -> impl Iterator<Item = ExplainedLayer<'_>> {
        self.facts.layers.iter().enumerate().map(|(at, layer)| {
            let explanation = self.explanations.get(at);
            ExplainedLayer {
                layer,
                causes: explanation.map_or(&[], |explanation| &explanation.causes),
                drifts: explanation.map_or(&[], |explanation| &explanation.drifts),
            }
        })
    }

    /// All drifted files with their layers, each with what explains it.
    pub fn drifts(&self) -> impl Iterator<Item = (ExplainedLayer<'_>, ExplainedDrift<'_>)> {
        self.layers().flat_map(|layer| layer.drifts().map(move |drift| (layer, drift)))
    }

    /// The causes, each with its files: the unexplained first, then by number of files.
    pub fn causes(&self) -> Vec<CauseCount> {
        let mut counts: Vec<CauseCount> = Vec::new();
        let id = |cause: Option<&Attribution>| cause.map(|best| best.cause.id());
        for (layer, drift) in self.drifts() {
            let cause = drift.best();
            let at = counts.iter().position(|count| id(count.cause.as_ref()) == id(cause));
            let at = at.unwrap_or_else(|| {
                let (layers, lines) = (Vec::new(), BTreeSet::new());
                counts.push(CauseCount { cause: cause.cloned(), files: 0, likely: 0, layers, lines });
                counts.len() - 1
            });
            let Some(count) = counts.get_mut(at) else { continue };
            count.files += 1;
            count.likely +=
                usize::from(cause.is_some_and(|best| best.explanation.confidence == Certainty::Likely));
            count.lines.extend(drift.line.or(layer.line));
            if count.layers.last() != Some(&layer.index) {
                count.layers.push(layer.index);
            }
        }
        counts.sort_by_key(|count| {
            let id = count.cause.as_ref().map(|best| best.cause.id());
            (id.is_some(), std::cmp::Reverse(count.files), id)
        });
        counts
    }
}
