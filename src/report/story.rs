//! What every format for people tells alike: the sentence to remember, the layers as rows, which files a cause has.

use std::collections::{BTreeMap, BTreeSet};

use super::style::{counted, thousands};
use crate::base::path::printable;
use crate::causes::{Attribution, Grouping};
use crate::compare::drift::{Change, Drift, Facts, Field};
use crate::compare::outcome::{LayerOutcome, Presence};
use crate::compare::tier::Tier;
use crate::verify::outcome::CauseCount;
use crate::verify::{ExplainedDrift, ExplainedLayer, Outcome};

/// A layer as a row of a table; a base that is the same is one row.
pub(super) struct LayerRow<'a> {
    /// `base`, its places, or `-` for a removed layer.
    pub(super) index: String,
    /// The instruction, or the base's name; as it stands in the image.
    pub(super) what: &'a str,
    /// The Dockerfile's lines: `:17`, `:3-5`, or nothing.
    pub(super) line: String,
    /// Bytes of the blob.
    pub(super) size: u64,
    /// How alike it is.
    pub(super) tier: Tier,
    /// On which side it stands.
    pub(super) presence: Presence,
    /// The layer; `None` for a base.
    pub(super) layer: Option<&'a LayerOutcome>,
}

impl LayerRow<'_> {
    /// The tier; where it is not in its place on both sides, that.
    pub(super) fn verdict(&self) -> String {
        match self.presence {
            Presence::Both => self.tier.name().to_owned(),
            Presence::Added | Presence::Removed => self.presence.name().to_owned(),
            _ if self.tier == Tier::Drifted => format!("{}, drifted", self.presence.name()),
            _ => self.presence.name().to_owned(),
        }
    }

    /// How much it matters: as bad as it is, and as no layer that stands elsewhere is well.
    pub(super) fn weight(&self) -> Tier {
        match self.presence {
            Presence::Both => self.tier,
            Presence::Added | Presence::Removed => Tier::Drifted,
            _ => self.tier.max(Tier::MetadataOnly),
        }
    }
}

pub(super) fn layers<'a>(outcome: &'a Outcome, base: Option<&'a str>) -> Vec<LayerRow<'a>> {
    let mut rows = Vec::new();
    let base_layers: Vec<&LayerOutcome> = outcome.facts.layers.iter().filter(|layer| layer.is_base).collect();
    // A base that is the same is one fact, however many layers it has.
    let is_same = base_layers
        .iter()
        .all(|layer| layer.tier <= Tier::CompressionOnly && layer.presence == Presence::Both);
    if let (Some(tier), true) = (base_layers.iter().map(|layer| layer.tier).max(), is_same) {
        rows.push(LayerRow {
            index: "base".to_owned(),
            what: base.unwrap_or("the base image"),
            line: String::new(),
            size: base_layers.iter().map(|layer| size(layer)).fold(0, u64::saturating_add),
            tier,
            presence: Presence::Both,
            layer: None,
        });
    }
    rows.extend(outcome.facts.layers.iter().filter(|layer| !(layer.is_base && is_same)).map(row));
    rows
}

fn row(layer: &LayerOutcome) -> LayerRow<'_> {
    LayerRow {
        index: if layer.group.new.is_empty() { "-".to_owned() } else { runs(&layer.group.new) },
        what: layer.instruction.as_deref().unwrap_or("(no history)"),
        line: lines(&layer.lines),
        size: size(layer),
        tier: layer.tier,
        presence: layer.presence,
        layer: Some(layer),
    }
}

/// `:17`, `:3-5`
fn lines(lines: &[usize]) -> String {
    match (lines.first(), lines.last()) {
        (Some(first), Some(last)) if first != last => format!(":{first}-{last}"),
        (Some(line), _) => format!(":{line}"),
        _ => String::new(),
    }
}

fn size(layer: &LayerOutcome) -> u64 {
    layer.found.or(layer.expected).map_or(0, |layer| layer.size)
}

/// `drifted: 4 of 7 layers, 2,972 files, 2 causes, nothing unexplained`
pub(super) fn verdict(outcome: &Outcome) -> String {
    let layers = outcome.facts.layers.len();
    let causes = outcome.causes();
    let is_equal = |layer: &&LayerOutcome| layer.tier == Tier::Identical && layer.presence == Presence::Both;
    let unequal = layers - outcome.facts.layers.iter().filter(is_equal).count();
    let mut parts = match unequal {
        // "drifted: 8 layers" would say that they all did.
        0 if outcome.verdict == Tier::Drifted => vec!["no layer".to_owned()],
        0 => vec![counted(layers, "layer")],
        unequal => vec![format!("{} of {}", thousands(unequal), counted(layers, "layer"))],
    };
    let unexplained =
        causes.iter().filter(|count| count.cause.is_none()).map(|count| count.files).sum::<usize>();
    let files = outcome.drifts().count();
    parts.extend((files > 0).then(|| counted(files, "file")));
    let known = causes.iter().filter(|count| count.cause.is_some()).count();
    parts.extend((known > 0).then(|| counted(known, "cause")));
    parts.extend((files > 0).then(|| match unexplained {
        0 => "nothing unexplained".to_owned(),
        count => format!("{} unexplained", thousands(count)),
    }));
    parts.extend(
        (!outcome.facts.config.is_empty()).then(|| counted(outcome.facts.config.len(), "config difference")),
    );
    let changes = &outcome.facts.packages;
    let packages = changes.added.len() + changes.removed.len() + changes.changed.len();
    parts.extend((packages > 0).then(|| counted(packages, "package")));
    format!("{}: {}{}", outcome.verdict, parts.join(", "), met(outcome))
}

fn met(outcome: &Outcome) -> String {
    let require = outcome.require;
    match (outcome.verdict, outcome.passed) {
        (Tier::Identical, true) | (Tier::Drifted, false) => String::new(),
        (_, true) => format!("; this meets --require {require}"),
        (_, false) => format!("; --require {require} asks for more"),
    }
}

/// What explains layers as a whole: a cause, its layers, and what it saw.
pub(super) struct LayerCause<'a> {
    /// As it explains the first layer.
    pub(super) found: &'a Attribution,
    /// The layers, by place.
    pub(super) layers: Vec<usize>,
    /// What it saw of the first layer; of layers that stand elsewhere, of each.
    pub(super) saw: Vec<&'a str>,
}

/// What explains layers as a whole, each cause with its layers.
pub(super) fn layer_causes(outcome: &Outcome) -> Vec<LayerCause<'_>> {
    let mut causes: BTreeMap<&str, LayerCause<'_>> = BTreeMap::new();
    for layer in outcome.layers() {
        let Some(found) = layer.causes.first() else { continue };
        let new = || LayerCause { found, layers: Vec::new(), saw: Vec::new() };
        let cause = causes.entry(found.cause.id()).or_insert_with(new);
        cause.layers.push(layer.index);
        let saw = found.explanation.evidence.as_str();
        if cause.saw.is_empty() || (layer.presence != Presence::Both && !cause.saw.contains(&saw)) {
            cause.saw.push(saw);
        }
    }
    causes.into_values().collect()
}

/// What a container sees of the drift.
pub(super) struct Seen<'a> {
    /// In sentences, none or more.
    pub(super) told: Vec<String>,
    /// The paths that differ in a container and are no layer's drift: those of layers that one side alone has.
    pub(super) others: Vec<&'a Drift>,
}

/// What a container sees: where the lists of layers differ, and where later layers replace what drifted.
pub(super) fn container(outcome: &Outcome) -> Seen<'_> {
    let mut told = Vec::new();
    let mut others = Vec::new();
    if let Some(container) = &outcome.facts.container {
        let by_layer: BTreeSet<_> = outcome.drifts().map(|(_, drift)| &drift.drift.path).collect();
        others.extend(container.drifts.iter().filter(|drift| !by_layer.contains(&drift.path)));
        let all = container.drifts.len();
        told.push(match (all, others.len()) {
            (0, _) => "nothing differs: merged, the layers of both sides are the same files".to_owned(),
            (all, 0) => format!("{}, told above by layer", differ(all)),
            (all, rest) if rest < all => {
                format!("{}: {} in layers that one side alone has", differ(all), changes(&others))
            }
            (all, _) => format!("{}: {}", differ(all), changes(&others)),
        });
    }
    match outcome.drifts().filter(|(_, drift)| drift.is_overwritten).count() {
        0 => {}
        1 => told
            .push("1 drifted file is not seen: later layers replace or remove it on both sides".to_owned()),
        count => told.push(format!(
            "{} drifted files are not seen: later layers replace or remove them on both sides",
            thousands(count)
        )),
    }
    Seen { told, others }
}

fn differ(paths: usize) -> String {
    let verb = if paths == 1 { "differs" } else { "differ" };
    format!("{} {verb}", counted(paths, "path"))
}

/// `12 added, 2 modified`
fn changes(drifts: &[&Drift]) -> String {
    let count = |change| drifts.iter().filter(|drift| drift.change == change).count();
    let counts =
        [Change::Added, Change::Removed, Change::Modified].map(|change| (change.name(), count(change)));
    let some = counts.iter().filter(|(_, count)| *count > 0);
    some.map(|(name, count)| format!("{} {name}", thousands(*count))).collect::<Vec<_>>().join(", ")
}

/// The drifted files whose best explanation is `id`.
pub(super) fn drifts_of<'a>(
    outcome: &'a Outcome,
    id: Option<&'a str>,
) -> impl Iterator<Item = (ExplainedLayer<'a>, ExplainedDrift<'a>)> {
    outcome.drifts().filter(move |(_, drift)| drift.best().map(|best| best.cause.id()) == id)
}

/// What happened to a path: `added`, or the fields that differ, with the values of those that tell who may do what.
pub(super) fn what(drift: &Drift) -> String {
    let field = |field: &Field| match value(drift, *field) {
        Some((old, new)) => format!("{} {old} → {new}", field.name()),
        None => field.name().to_owned(),
    };
    match drift.change {
        Change::Modified => drift.fields.iter().map(field).collect::<Vec<_>>().join(", "),
        change => change.name().to_owned(),
    }
}

/// Both sides' values of a field that fits in a line.
pub(super) fn value(drift: &Drift, field: Field) -> Option<(String, String)> {
    let (old, new) = (drift.old.as_ref()?, drift.new.as_ref()?);
    let of = |facts: &Facts| match field {
        Field::Type => Some(facts.kind.name().to_owned()),
        Field::Mode => Some(format!("{:04o}", facts.mode)),
        Field::Uid => Some(facts.uid.to_string()),
        Field::Gid => Some(facts.gid.to_string()),
        Field::Link => facts.link.as_deref().map(printable),
        _ => None,
    };
    of(old).zip(of(new))
}

/// An instruction without what a RUN mounts: of many lines that begin alike the command tells more.
pub(super) fn without_mounts(instruction: &str) -> String {
    let Some(mut rest) = instruction.strip_prefix("RUN ") else { return instruction.to_owned() };
    while let Some(flag) = rest.strip_prefix("--mount=") {
        rest = flag.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
    }
    if rest.is_empty() { instruction.to_owned() } else { format!("RUN {rest}") }
}

/// `layers 3-6`, `layers 1, 5`
pub(super) fn numbered(indexes: &[usize]) -> String {
    let noun = if indexes.len() == 1 { "layer" } else { "layers" };
    format!("{noun} {}", runs(indexes))
}

/// `3-6`, `1, 5`
fn runs(indexes: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for index in indexes {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == *index => *end = *index,
            _ => runs.push((*index, *index)),
        }
    }
    let run = |(start, end): &(usize, usize)| match end.saturating_sub(*start) {
        0 => start.to_string(),
        1 => format!("{start}, {end}"),
        _ => format!("{start}-{end}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}

/// The Dockerfile lines of a cause: `Dockerfile:17, :19`; the name as the caller wrote it.
pub(super) fn places(count: &CauseCount, dockerfile: Option<&str>) -> Option<String> {
    let lines: Vec<String> = count.lines.iter().map(|line| format!(":{line}")).collect();
    (!lines.is_empty()).then(|| format!("{}{}", dockerfile.unwrap_or("Dockerfile"), lines.join(", ")))
}

/// What a cause says in a line, and of how many files it is not sure.
pub(super) fn summary(count: &CauseCount) -> String {
    let summary = count.cause.as_ref().map_or("nothing explains them", |found| found.cause.summary());
    match count.likely {
        0 => summary.to_owned(),
        likely if likely == count.files => format!("likely: {summary}"),
        likely => format!("{summary} ({} likely)", thousands(likely)),
    }
}

/// Packages named before the rest is counted.
const NAMED: usize = 8;

/// What the cause `id` saw, as it stands in the image: of the first file; of packages, each with its files, the most
/// files first.
pub(super) fn seen(outcome: &Outcome, id: &str) -> Vec<String> {
    let mut explanations = drifts_of(outcome, Some(id))
        .filter_map(|(_, drift)| drift.best())
        .map(|best| &best.explanation)
        .peekable();
    if explanations.peek().is_none_or(|first| first.grouping == Grouping::First) {
        return explanations.take(1).map(|first| first.evidence.clone()).collect();
    }
    let evidence = explanations.map(|explanation| explanation.evidence.as_str());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for package in evidence {
        *counts.entry(package).or_default() += 1;
    }
    let mut packages: Vec<(&str, usize)> = counts.into_iter().collect();
    packages.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
    let more = packages.len().saturating_sub(NAMED);
    let one = |(package, files): (&str, usize)| format!("{package}, {}", counted(files, "file"));
    let mut told: Vec<String> = packages.into_iter().take(NAMED).map(one).collect();
    if more > 0 {
        told.push(format!("and {}", counted(more, "more package")));
    }
    told
}
