//! The section `why`: each cause with its files, an example, the fix, and the lines to change. What nothing explains
//! comes first.

use super::super::style::{Paint, Style, counted, thousands};
use super::safe;
use crate::verify::drift::Drift;
use crate::verify::outcome::CauseCount;
use crate::verify::{LayerOutcome, Outcome};

/// Unexplained files named before the rest is counted.
const NAMED: usize = 8;

pub(super) fn causes(outcome: &Outcome, dockerfile: Option<&str>, style: &Style) -> Vec<String> {
    let counts = outcome.causes();
    counts
        .iter()
        .flat_map(|count| match &count.cause {
            Some(_) => explained(outcome, count, dockerfile, style),
            None => unexplained(outcome, count, style),
        })
        .collect()
}

fn explained(outcome: &Outcome, count: &CauseCount, dockerfile: Option<&str>, style: &Style) -> Vec<String> {
    let Some(found) = &count.cause else { return Vec::new() };
    let cause = found.cause;
    let files = counted(count.files, "file");
    let mut lines = vec![format!(
        "{}  {files:>12}  {:<13} {}",
        style.paint(Paint::Bold, &format!("{:<20}", cause.id())),
        layers(&count.layers),
        cause.summary()
    )];
    if let Some((_, drift)) = drifts(outcome, Some(cause.id())).next() {
        let path = drift.path.to_string();
        lines.push(style.paint(Paint::Dim, &format!("  e.g.  {path}: {}", safe(&found_evidence(drift)))));
    }
    lines.push(format!("  fix   {}", cause.fix()));
    let places = places(outcome, &count.layers, dockerfile);
    let rule = cause.rule().map(|rule| format!("rule {rule}"));
    let told: Vec<String> = rule.into_iter().chain(places).collect();
    if !told.is_empty() {
        lines.push(format!("  see   {}", told.join(", ")));
    }
    lines
}

fn found_evidence(drift: &Drift) -> String {
    drift.causes.first().map(|found| found.explanation.evidence.clone()).unwrap_or_default()
}

fn unexplained(outcome: &Outcome, count: &CauseCount, style: &Style) -> Vec<String> {
    let files = counted(count.files, "file");
    let head = format!("{:<20}  {files:>12}  {}", "unexplained", layers(&count.layers));
    let mut lines = vec![style.paint(Paint::Red, &head)];
    let shown = if style.verbose { usize::MAX } else { NAMED };
    lines.extend(drifts(outcome, None).take(shown).map(|(layer, drift)| {
        let fields: Vec<&str> = drift.fields.iter().map(|field| field.name()).collect();
        let what = if fields.is_empty() { drift.change.name().to_owned() } else { fields.join(", ") };
        format!("  layer {}  {}  {what}", layer.index, drift.path)
    }));
    if count.files > shown {
        lines.push(format!("  and {} more; -v lists all", thousands(count.files - shown)));
    }
    lines
}

/// The drifted files whose best explanation is `id`.
fn drifts<'a>(
    outcome: &'a Outcome,
    id: Option<&'a str>,
) -> impl Iterator<Item = (&'a LayerOutcome, &'a Drift)> {
    let all = outcome
        .layers
        .iter()
        .flat_map(|layer| layer.drifts.iter().flatten().map(move |drift| (layer, drift)));
    all.filter(move |(_, drift)| drift.causes.first().map(|found| found.cause.id()) == id)
}

/// `layers 3-6`, `layers 1, 5`
fn layers(indexes: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for index in indexes {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == *index => *end = *index,
            _ => runs.push((*index, *index)),
        }
    }
    let run = |(start, end): &(usize, usize)| match end - start {
        0 => start.to_string(),
        1 => format!("{start}, {end}"),
        _ => format!("{start}-{end}"),
    };
    let noun = if indexes.len() == 1 { "layer" } else { "layers" };
    format!("{noun} {}", runs.iter().map(run).collect::<Vec<_>>().join(", "))
}

/// The Dockerfile lines of those layers: `Dockerfile:17, :19`.
fn places(outcome: &Outcome, indexes: &[usize], dockerfile: Option<&str>) -> Option<String> {
    let of = |layer: &&LayerOutcome| indexes.contains(&layer.index);
    let mut lines: Vec<usize> = outcome.layers.iter().filter(of).filter_map(|layer| layer.line).collect();
    lines.sort_unstable();
    lines.dedup();
    let lines: Vec<String> = lines.iter().map(|line| format!(":{line}")).collect();
    (!lines.is_empty()).then(|| format!("{}{}", safe(dockerfile.unwrap_or("Dockerfile")), lines.join(", ")))
}
