//! What explains the drift: causes of layers as a whole, causes of files, and what nothing explains.

use std::collections::BTreeMap;

use super::drifted;
use super::edits::{self, Mended};
use crate::base::about::About;
use crate::causes::Grouping;
use crate::compare::outcome::Presence;
use crate::report::style::{counted, thousands};
use crate::report::verdict::Verdict;
use crate::verify::outcome::CauseCount;
use crate::verify::{ExplainedDrift, ExplainedLayer, Outcome};

/// Packages named before the rest is counted.
const NAMED: usize = 8;

/// What explains the drift.
pub(in crate::report) struct Why<'a> {
    /// The causes of layers as a whole, by id.
    pub(in crate::report) layers: Vec<LayerCause<'a>>,
    /// The causes of files: what nothing explains first, then by number of files.
    pub(in crate::report) files: Vec<FileCause<'a>>,
}

/// What explains layers as a whole: a cause, its layers, and what it saw.
pub(in crate::report) struct LayerCause<'a> {
    /// The cause.
    pub(in crate::report) about: About,
    /// What to do about it.
    pub(in crate::report) fix: &'static str,
    /// The layers, by place.
    pub(in crate::report) layers: Vec<usize>,
    /// What it saw of the first layer, quoted; of layers that stand elsewhere, of each.
    pub(in crate::report) saw: Vec<&'a str>,
    /// What mends it.
    pub(in crate::report) edits: Vec<Mended<'a>>,
}

/// A cause with the drifted files that it is the best explanation of, or what has none.
pub(in crate::report) struct FileCause<'a> {
    /// The cause; `None` for what nothing explains.
    pub(in crate::report) cause: Option<KnownCause<'a>>,
    /// How many files.
    pub(in crate::report) files: usize,
    /// In which layers, by place.
    pub(in crate::report) layers: Vec<usize>,
    /// Where to look for what nothing explains, as far as the instruction tells.
    pub(in crate::report) lead: Option<&'static str>,
    outcome: &'a Outcome,
}

/// What is known of the cause of files.
pub(in crate::report) struct KnownCause<'a> {
    /// The cause.
    pub(in crate::report) about: About,
    /// What it says in a line, and of how many files it is not sure.
    pub(in crate::report) summary: String,
    /// What to do about it.
    pub(in crate::report) fix: &'static str,
    /// The lint rule that warns of it.
    pub(in crate::report) rule: Option<&'static str>,
    /// The Dockerfile lines: `Dockerfile:17, :19`; the name quoted.
    pub(in crate::report) places: Option<String>,
    /// What it saw, quoted: of the first file; of packages, each with its files, the most files first.
    pub(in crate::report) saw: Vec<String>,
    /// What mends it.
    pub(in crate::report) edits: Vec<Mended<'a>>,
}

impl<'a> FileCause<'a> {
    /// The cause's id, or that of none.
    pub(in crate::report) fn id(&self) -> &'static str {
        self.cause.as_ref().map_or(Verdict::Unexplained.id(), |cause| cause.about.id)
    }

    /// The files.
    pub(in crate::report) fn drifts(
        &self,
    ) -> impl Iterator<Item = (ExplainedLayer<'a>, ExplainedDrift<'a>)> + use<'a> {
        drifted::of_cause(self.outcome, self.cause.as_ref().map(|cause| cause.about.id))
    }
}

/// What explains the drift; `None` where there is nothing to explain.
pub(super) fn of<'a>(
    outcome: &'a Outcome,
    counts: &[CauseCount],
    dockerfile: Option<&'a str>,
) -> Option<Why<'a>> {
    let mut layers = of_layers(outcome);
    let shown = shown(&layers, counts);
    for cause in &mut layers {
        cause.edits = edits::of(outcome, &shown, cause.about.id, dockerfile);
    }
    let files = counts.iter().map(|count| of_files(outcome, count, &shown, dockerfile)).collect::<Vec<_>>();
    (!layers.is_empty() || !files.is_empty()).then_some(Why { layers, files })
}

/// The causes in the order in which they are told.
fn shown(layers: &[LayerCause<'_>], counts: &[CauseCount]) -> Vec<&'static str> {
    let files = counts.iter().filter_map(|count| Some(count.cause.as_ref()?.cause.id()));
    layers.iter().map(|cause| cause.about.id).chain(files).collect()
}

/// What explains layers as a whole, each cause with its layers, and without edits.
fn of_layers(outcome: &Outcome) -> Vec<LayerCause<'_>> {
    let mut causes: BTreeMap<&str, LayerCause<'_>> = BTreeMap::new();
    for layer in outcome.layers() {
        let Some(best) = layer.causes.first() else { continue };
        let new = || LayerCause {
            about: *best.cause.about(),
            fix: best.cause.fix(),
            layers: Vec::new(),
            saw: Vec::new(),
            edits: Vec::new(),
        };
        let cause = causes.entry(best.cause.id()).or_insert_with(new);
        cause.layers.push(layer.index);
        let saw = best.explanation.evidence.as_str();
        if cause.saw.is_empty() || (layer.presence != Presence::Both && !cause.saw.contains(&saw)) {
            cause.saw.push(saw);
        }
    }
    causes.into_values().collect()
}

fn of_files<'a>(
    outcome: &'a Outcome,
    count: &CauseCount,
    shown: &[&'static str],
    dockerfile: Option<&'a str>,
) -> FileCause<'a> {
    let CauseCount { cause, files, likely, layers, lines } = count;
    let places = || {
        let lines: Vec<String> = lines.iter().map(|line| format!(":{line}")).collect();
        (!lines.is_empty()).then(|| format!("{}{}", dockerfile.unwrap_or("Dockerfile"), lines.join(", ")))
    };
    let summary = |summary: &str| match *likely {
        0 => summary.to_owned(),
        likely if likely == *files => format!("likely: {summary}"),
        likely => format!("{summary} ({} likely)", thousands(likely)),
    };
    let cause = cause.as_ref().map(|best| KnownCause {
        about: *best.cause.about(),
        summary: summary(best.cause.summary()),
        fix: best.cause.fix(),
        rule: best.cause.rule(),
        places: places(),
        saw: saw(outcome, best.cause.id()),
        edits: edits::of(outcome, shown, best.cause.id(), dockerfile),
    });
    let lead = if cause.is_none() { lead(outcome, layers) } else { None };
    FileCause { cause, files: *files, layers: layers.clone(), lead, outcome }
}

/// What is known of files that nothing explains, where all are in layers that take them in and make none.
fn lead(outcome: &Outcome, layers: &[usize]) -> Option<&'static str> {
    let is_taken = |layer: &ExplainedLayer<'_>| {
        let instruction = layer.instruction.as_deref().unwrap_or_default();
        ["COPY ", "ADD "].iter().any(|name| instruction.starts_with(name))
    };
    let is_all = outcome.layers().filter(|layer| layers.contains(&layer.index)).all(|layer| is_taken(&layer));
    let lead = "what COPY takes was another: from the context, build from the same commit, and let .dockerignore leave out what is no part of it; from a stage, compare what that stage builds";
    is_all.then_some(lead)
}

/// What the cause `id` saw, as it stands in the image: of the first file; of packages, each with its files, the most
/// files first.
fn saw(outcome: &Outcome, id: &str) -> Vec<String> {
    let mut explanations = drifted::of_cause(outcome, Some(id))
        .filter_map(|(_, drift)| drift.best())
        .map(|best| &best.explanation)
        .peekable();
    match explanations.peek().map(|first| first.grouping) {
        None | Some(Grouping::First) => {
            explanations.take(1).map(|explanation| explanation.evidence.clone()).collect()
        }
        Some(Grouping::Packages) => packages(explanations.map(|explanation| explanation.evidence.as_str())),
    }
}

/// Packages, each as often as files are theirs: `deb curl 1 became 2, 12 files`.
fn packages<'a>(of_files: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for package in of_files {
        *counts.entry(package).or_default() += 1;
    }
    let mut packages: Vec<(&str, usize)> = counts.into_iter().collect();
    packages.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
    let more = packages.len().saturating_sub(NAMED);
    let one = |(package, files): (&str, usize)| format!("{package}, {}", counted(files, "file"));
    let mut sentences: Vec<String> = packages.into_iter().take(NAMED).map(one).collect();
    if more > 0 {
        sentences.push(format!("and {}", counted(more, "more package")));
    }
    sentences
}
