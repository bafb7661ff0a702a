//! Layers as rows of a table, and their numbers and lines in words.

use crate::compare::outcome::{LayerOutcome, Presence};
use crate::compare::pairing::Group;
use crate::compare::tier::Tier;
use crate::verify::Outcome;

/// A layer as a row of a table.
pub(in crate::report) struct LayerRow<'a> {
    /// `base`, its places, or `-` for a removed layer.
    pub(in crate::report) index: String,
    /// The instruction, or the base's name; quoted.
    pub(in crate::report) what: &'a str,
    /// The Dockerfile's lines: `:17`, `:3-5`, or nothing.
    pub(in crate::report) line: String,
    /// Bytes of the blob.
    pub(in crate::report) size: u64,
    /// The files that it holds, or of compared layers, those that drifted.
    pub(in crate::report) files: usize,
}

/// A layer that was compared; a base that is the same is one row.
pub(in crate::report) struct TierRow<'a> {
    pub(in crate::report) row: LayerRow<'a>,
    /// How alike it is.
    pub(in crate::report) tier: Tier,
    /// On which side it stands.
    pub(in crate::report) presence: Presence,
    /// Its place, by which its files are found; `None` for a base.
    pub(in crate::report) place: Option<usize>,
}

impl TierRow<'_> {
    /// The tier; where it is not in its place on both sides, that.
    pub(in crate::report) fn verdict(&self) -> String {
        match self.presence {
            Presence::Both => self.tier.name().to_owned(),
            Presence::Added | Presence::Removed => self.presence.name().to_owned(),
            _ if self.tier == Tier::Drifted => format!("{}, drifted", self.presence.name()),
            _ => self.presence.name().to_owned(),
        }
    }

    /// How much it matters: as bad as it is, and as no layer that stands elsewhere is well.
    pub(in crate::report) fn weight(&self) -> Tier {
        match self.presence {
            Presence::Both => self.tier,
            Presence::Added | Presence::Removed => Tier::Drifted,
            _ => self.tier.max(Tier::MetadataOnly),
        }
    }
}

pub(super) fn compared<'a>(outcome: &'a Outcome, base: Option<&'a str>) -> Vec<TierRow<'a>> {
    let layers = &outcome.facts.layers;
    let mut rows = Vec::new();
    let base_layers: Vec<&LayerOutcome> = layers.iter().filter(|layer| layer.is_base).collect();
    // A base that is the same is one fact, however many layers it has.
    let is_same = base_layers
        .iter()
        .all(|layer| layer.tier <= Tier::CompressionOnly && layer.presence == Presence::Both);
    if let (Some(tier), true) = (base_layers.iter().map(|layer| layer.tier).max(), is_same) {
        let size = base_layers.iter().map(|layer| size(layer)).fold(0, u64::saturating_add);
        let what = base.unwrap_or("the base image");
        let row = LayerRow { index: "base".to_owned(), what, line: String::new(), size, files: 0 };
        rows.push(TierRow { row, tier, presence: Presence::Both, place: None });
    }
    rows.extend(layers.iter().filter(|layer| !(layer.is_base && is_same)).map(row));
    rows
}

fn row(layer: &LayerOutcome) -> TierRow<'_> {
    // The digests are JSON's alone; of a base, the rows above are made.
    let LayerOutcome {
        index,
        group: Group { old: _, new, is_moved: _ },
        tier,
        presence,
        is_base: _,
        instruction,
        line: _,
        lines,
        expected: _,
        found: _,
        drifts,
    } = layer;
    let row = LayerRow {
        index: if new.is_empty() { "-".to_owned() } else { runs(new) },
        what: instruction.as_deref().unwrap_or("(no history)"),
        line: spanned(lines),
        size: size(layer),
        files: drifts.as_ref().map_or(0, Vec::len),
    };
    TierRow { row, tier: *tier, presence: *presence, place: Some(*index) }
}

fn size(layer: &LayerOutcome) -> u64 {
    layer.found.or(layer.expected).map_or(0, |layer| layer.size)
}

/// `:17`, `:3-5`
fn spanned(lines: &[usize]) -> String {
    match (lines.first(), lines.last()) {
        (Some(first), Some(last)) if first != last => format!(":{first}-{last}"),
        (Some(line), _) => format!(":{line}"),
        _ => String::new(),
    }
}

/// An instruction without what a RUN mounts: of many lines that begin alike the command tells more.
pub(in crate::report) fn without_mounts(instruction: &str) -> String {
    let Some(mut rest) = instruction.strip_prefix("RUN ") else { return instruction.to_owned() };
    while let Some(flag) = rest.strip_prefix("--mount=") {
        rest = flag.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
    }
    if rest.is_empty() { instruction.to_owned() } else { format!("RUN {rest}") }
}

/// `layers 3-6`, `layers 1, 5`
pub(in crate::report) fn numbered(indexes: &[usize]) -> String {
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
