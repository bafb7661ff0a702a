//! The text of `verify`: a line a layer, then what drifted, then the verdict.

use super::super::model::Verified;
use super::super::story::{self, LayerRow};
use super::super::style::{Paint, Style, bytes, counted, fit, harmless, thousands};
use super::super::table::{self, Cell};
use super::{section, why};
use crate::compare::config::Difference;
use crate::compare::drift::Drift;
use crate::compare::outcome::LayerOutcome;
use crate::compare::packages::{Changes, Listed};
use crate::compare::tier::Tier;
use crate::policy::Require;
use crate::verify::{ExplainedDrift, Outcome};

/// Paths that differ in a container, named before the rest is counted.
const PATHS: usize = 8;

pub(super) fn verified(verified: &Verified<'_>, style: &Style) -> String {
    let Verified { image, against, platform, base, outcome, dockerfile } = verified;
    let heading = format!("{} against {}, {platform}", harmless(image), harmless(against));
    let mut out = format!("{}\n\n", style.paint(Paint::Bold, &heading));
    for line in layers(outcome, *base, style) {
        out.push_str(&format!("  {line}\n"));
    }
    section(&mut out, style, "why", &why::lines(outcome, *dockerfile, style));
    section(&mut out, style, "drifted files", &files(outcome, style));
    section(&mut out, style, "container", &container(outcome, style));
    section(&mut out, style, "manifest", &manifests(outcome));
    section(&mut out, style, "config", &differences(&outcome.facts.config, style));
    section(&mut out, style, "build arguments", &differences(&outcome.facts.args, style));
    section(&mut out, style, "packages", &packages(&outcome.facts.packages, style));
    section(&mut out, style, "notes", &outcome.notes.iter().map(|note| harmless(note)).collect::<Vec<_>>());
    out.push('\n');
    out.push_str(&verdict(outcome, style));
    out.push('\n');
    out
}

fn layers(outcome: &Outcome, base: Option<&str>, style: &Style) -> Vec<String> {
    let one = |layer: &LayerRow<'_>| {
        let tier = Cell::left(layer.verdict()).painted(Paint::of_tier(layer.weight()));
        vec![
            Cell::left(format!("{:<4}", layer.index)),
            Cell::left(harmless(&story::without_mounts(layer.what))),
            Cell::right(layer.line.as_str()),
            Cell::right(bytes(layer.size)),
            tier,
        ]
    };
    let rows: Vec<Vec<Cell>> = story::layers(outcome, base).iter().map(one).collect();
    table::lines(&rows, Some(1), 2, style)
}

fn instruction(layer: &LayerOutcome) -> String {
    layer.instruction.as_deref().map_or_else(|| "(no history)".to_owned(), harmless)
}

fn files(outcome: &Outcome, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    if !style.verbose {
        return lines;
    }
    for layer in outcome.layers() {
        let drifts: Vec<ExplainedDrift<'_>> = layer.drifts().collect();
        if drifts.is_empty() {
            continue;
        }
        let head = format!("layer {}, {}", layer.index, counted(drifts.len(), "file"));
        let rest = style.width.saturating_sub(head.len() + 6);
        lines.push(format!(
            "{head}  {}",
            style.paint(Paint::Dim, fit(&instruction(layer.layer), rest).trim_end())
        ));
        let rows: Vec<Vec<Cell>> = drifts.iter().copied().map(file).collect();
        lines.extend(table::lines(&rows, None, 4, style).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

/// What a container sees, and some of the paths that differ there and in no layer.
fn container(outcome: &Outcome, style: &Style) -> Vec<String> {
    let story::Seen { told: mut lines, others } = story::container(outcome);
    let shown = if style.verbose { usize::MAX } else { PATHS };
    let row = |drift: &Drift| vec![Cell::left(story::what(drift)), Cell::left(drift.path.to_string())];
    let rows: Vec<Vec<Cell>> = others.iter().copied().take(shown).map(row).collect();
    lines.extend(table::lines(&rows, None, 4, style).into_iter().map(|line| format!("  {line}")));
    let more = others.len().saturating_sub(shown);
    lines.extend((more > 0).then(|| format!("  and {} more; -v lists all", thousands(more))));
    lines
}

/// What differs, why, and the path last: it is never cut, and what stands before it stays in line.
fn file(drift: ExplainedDrift<'_>) -> Vec<Cell> {
    let what = story::what(drift.drift);
    let why = drift.best().map_or("unexplained", |found| found.cause.id());
    vec![Cell::left(what), Cell::left(why).painted(Paint::Dim), Cell::left(drift.path.to_string())]
}

/// The manifests' digests, where they are what was asked for and not found.
fn manifests(outcome: &Outcome) -> Vec<String> {
    match outcome.facts.manifests {
        (Some(expected), Some(found)) if outcome.require == Require::Blob && expected != found => {
            vec![format!("expected  {expected}"), format!("found     {found}")]
        }
        _ => Vec::new(),
    }
}

fn differences(differences: &[Difference], style: &Style) -> Vec<String> {
    let side = |value: &Option<String>| value.as_deref().map_or_else(|| "(unset)".to_owned(), harmless);
    let row = |difference: &Difference| {
        let Difference { field, expected, found } = difference;
        vec![Cell::left(harmless(field)), Cell::left(format!("{} → {}", side(expected), side(found)))]
    };
    let rows: Vec<Vec<Cell>> = differences.iter().map(row).collect();
    table::lines(&rows, None, 2, style)
}

fn packages(changes: &Changes, style: &Style) -> Vec<String> {
    let row = |ecosystem: &str, name: &str, what: String| {
        vec![Cell::left(harmless(ecosystem)), Cell::left(harmless(name)), Cell::left(what)]
    };
    let changed = changes.changed.iter().map(|package| {
        let what = format!("{} → {}", harmless(&package.expected), harmless(&package.found));
        row(&package.ecosystem, &package.name, what)
    });
    let one = |what: &'static str| {
        move |package: &Listed| {
            row(&package.ecosystem, &package.name, format!("{what} {}", harmless(&package.version)))
        }
    };
    let removed = changes.removed.iter().map(one("removed"));
    let rows: Vec<Vec<Cell>> = changed.chain(removed).chain(changes.added.iter().map(one("added"))).collect();
    table::lines(&rows, None, 2, style)
}

fn verdict(outcome: &Outcome, style: &Style) -> String {
    let paint = match (outcome.verdict, outcome.passed) {
        (_, false) => Paint::Red,
        (Tier::Identical, true) => Paint::Green,
        (_, true) => Paint::Yellow,
    };
    style.paint(paint, &story::verdict(outcome))
}
