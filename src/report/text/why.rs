//! The section `why`: each cause with its files, an example, the fix, and the lines to change. What nothing explains
//! comes first.

use std::collections::BTreeMap;

use super::super::style::{Paint, Style, columns, counted, harmless, thousands};
use crate::layer::entry::Kind;
use crate::verify::causes::Attribution;
use crate::verify::drift::Drift;
use crate::verify::outcome::CauseCount;
use crate::verify::{LayerOutcome, Outcome};

/// Columns before the text of a labelled line.
const LABEL: usize = 8;

/// Unexplained files, and packages, named before the rest is counted.
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

/// What explains whole layers, a cause with its layers.
pub(super) fn layers(outcome: &Outcome, style: &Style) -> Vec<String> {
    let mut found: BTreeMap<&str, (&Attribution, Vec<usize>)> = BTreeMap::new();
    for layer in &outcome.layers {
        if let Some(best) = layer.causes.first() {
            found.entry(best.cause.id()).or_insert((best, Vec::new())).1.push(layer.index);
        }
    }
    let width = style.width.saturating_sub(LABEL + 2);
    let one = |(attribution, indexes): (&Attribution, Vec<usize>)| {
        let cause = attribution.cause;
        let head = style.paint(Paint::Bold, &format!("{:<18}", cause.id()));
        let mut lines = vec![format!("{head}  {:>11}  {:<11}  {}", "", numbered(&indexes), cause.summary())];
        lines.extend(labelled("saw", &harmless(&attribution.explanation.evidence), width));
        lines.extend(labelled("fix", cause.fix(), width));
        lines
    };
    found.into_values().flat_map(one).collect()
}

fn explained(outcome: &Outcome, count: &CauseCount, dockerfile: Option<&str>, style: &Style) -> Vec<String> {
    let Some(found) = &count.cause else { return Vec::new() };
    let cause = found.cause;
    let files = counted(count.files, "file");
    let mut lines = vec![format!(
        "{}  {files:>11}  {:<11}  {}",
        style.paint(Paint::Bold, &format!("{:<18}", cause.id())),
        numbered(&count.layers),
        cause.summary()
    )];
    let width = style.width.saturating_sub(LABEL + 2);
    lines.push(format!("  e.g.  {}", examples(outcome, cause.id(), width)));
    for (place, saw) in seen(outcome, cause.id()).iter().enumerate() {
        lines.extend(labelled(if place == 0 { "saw" } else { "" }, saw, width));
    }
    lines.extend(labelled("fix", cause.fix(), width));
    let places = places(outcome, &count.layers, dockerfile);
    let rule = cause.rule().map(|rule| format!("rule {rule}"));
    let told: Vec<String> = rule.into_iter().chain(places).collect();
    lines.extend(labelled("see", &told.join(", "), width));
    lines
}

/// Files before folders, as many as fit a line; one at least, whole.
fn examples(outcome: &Outcome, id: &str, width: usize) -> String {
    let (folders, files): (Vec<&Drift>, Vec<&Drift>) =
        drifts(outcome, Some(id)).map(|(_, drift)| drift).partition(|drift| drift.kind == Kind::Directory);
    let mut paths = files.iter().chain(&folders).map(|drift| drift.path.to_string());
    let mut text = paths.next().unwrap_or_default();
    for path in paths {
        if columns(&text) + 2 + columns(&path) > width {
            break;
        }
        text.push_str(", ");
        text.push_str(&path);
    }
    text
}

/// `  fix   …`, broken at spaces to fit, the label on the first line alone.
fn labelled(label: &str, text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width + LABEL => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!("  {label:<5} {word}")),
            Some(_) => lines.push(format!("{:LABEL$}{word}", "")),
        }
    }
    lines
}

/// What the cause saw: of the first file; of packages, each with its files, the most files first.
fn seen(outcome: &Outcome, id: &str) -> Vec<String> {
    if id != "package-version" {
        return drifts(outcome, Some(id))
            .take(1)
            .map(|(_, drift)| harmless(&found_evidence(drift)))
            .collect();
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, drift) in drifts(outcome, Some(id)) {
        *counts.entry(found_evidence(drift)).or_default() += 1;
    }
    let mut packages: Vec<(String, usize)> = counts.into_iter().collect();
    packages.sort_by_key(|(_, files)| std::cmp::Reverse(*files));
    let more = packages.len().saturating_sub(NAMED);
    let one =
        |(package, files): (String, usize)| format!("{}, {}", harmless(&package), counted(files, "file"));
    let mut told: Vec<String> = packages.into_iter().take(NAMED).map(one).collect();
    if more > 0 {
        told.push(format!("and {}", counted(more, "more package")));
    }
    told
}

fn found_evidence(drift: &Drift) -> String {
    drift.causes.first().map(|found| found.explanation.evidence.clone()).unwrap_or_default()
}

fn unexplained(outcome: &Outcome, count: &CauseCount, style: &Style) -> Vec<String> {
    let files = counted(count.files, "file");
    let head = format!("{:<18}  {files:>11}  {}", "unexplained", numbered(&count.layers));
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
fn numbered(indexes: &[usize]) -> String {
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
    (!lines.is_empty())
        .then(|| format!("{}{}", harmless(dockerfile.unwrap_or("Dockerfile")), lines.join(", ")))
}
