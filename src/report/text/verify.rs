//! The text of `verify`: a line a layer, then what drifted, then the verdict.

use super::super::model::Verified;
use super::super::story::{self, LayerRow};
use super::super::style::{Paint, Style, bytes, counted, fit};
use super::{safe, section, why};
use crate::verify::config::Difference;
use crate::verify::drift::Drift;
use crate::verify::packages::Changes;
use crate::verify::verdict::Tier;
use crate::verify::{LayerOutcome, Outcome, Presence};

pub(super) fn verified(verified: &Verified<'_>, style: &Style) -> String {
    let Verified { image, against, platform, base, outcome, dockerfile } = verified;
    let heading = format!("{} against {}, {platform}", safe(image), safe(against));
    let mut out = format!("{}\n\n", style.paint(Paint::Bold, &heading));
    for line in layers(outcome, *base, style) {
        out.push_str(&line);
        out.push('\n');
    }
    let mut whys = why::layers(outcome, style);
    whys.extend(why::causes(outcome, *dockerfile, style));
    section(&mut out, style, "why", &whys);
    section(&mut out, style, "drifted files", &files(outcome, style));
    section(&mut out, style, "config", &differences(&outcome.config));
    section(&mut out, style, "build arguments", &differences(&outcome.args));
    section(&mut out, style, "packages", &packages(&outcome.packages));
    section(&mut out, style, "notes", &outcome.notes.iter().map(|note| safe(note)).collect::<Vec<_>>());
    out.push('\n');
    out.push_str(&verdict(outcome, style));
    out.push('\n');
    out
}

fn layers(outcome: &Outcome, base: Option<&str>, style: &Style) -> Vec<String> {
    let one = |layer: &LayerRow<'_>| {
        let tier = match layer.presence {
            Presence::Both => style.tier(layer.tier),
            Presence::Added | Presence::Removed => style.paint(Paint::Red, layer.verdict()),
        };
        row(&layer.index, &safe(layer.what), layer.line, layer.size, &tier, style)
    };
    story::layers(outcome, base).iter().map(one).collect()
}

/// `  4     RUN useradd -m …       :12    2.8 KiB  metadata-only`
fn row(index: &str, what: &str, line: Option<usize>, size: u64, tier: &str, style: &Style) -> String {
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    let what = fit(what, style.width.saturating_sub(42).max(20));
    format!("  {index:<4}  {what} {line:>5} {:>10}  {tier}", bytes(size))
}

fn instruction(layer: &LayerOutcome) -> String {
    layer.instruction.as_deref().map_or_else(|| "(no history)".to_owned(), safe)
}

fn files(outcome: &Outcome, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    if !style.verbose {
        return lines;
    }
    for layer in &outcome.layers {
        let drifts = layer.drifts.as_deref().unwrap_or_default();
        if drifts.is_empty() {
            continue;
        }
        let head = format!("layer {}, {}", layer.index, counted(drifts.len(), "file"));
        let rest = style.width.saturating_sub(head.len() + 6);
        lines.push(format!("{head}  {}", style.paint(Paint::Dim, fit(&instruction(layer), rest).trim_end())));
        lines.extend(drifts.iter().map(|drift| file(drift, style)));
    }
    lines
}

fn file(drift: &Drift, style: &Style) -> String {
    let what = story::what(drift);
    let path = drift.path.to_string();
    let width = style.width.saturating_sub(34).max(20);
    // A path that does not fit is worth more than its column.
    let path = if super::super::style::columns(&path) <= width { fit(&path, width) } else { path };
    let why = drift.causes.first().map_or("unexplained", |found| found.cause.id());
    format!("  {path}  {what}  {}", style.paint(Paint::Dim, why))
}

fn differences(differences: &[Difference]) -> Vec<String> {
    let side = |value: &Option<String>| value.as_deref().map_or_else(|| "(unset)".to_owned(), safe);
    let one = |difference: &Difference| {
        let Difference { field, expected, found } = difference;
        format!("{}  {} → {}", safe(field), side(expected), side(found))
    };
    differences.iter().map(one).collect()
}

fn packages(changes: &Changes) -> Vec<String> {
    let changed = changes.changed.iter().map(|package| {
        let (name, expected, found) = (safe(&package.name), safe(&package.expected), safe(&package.found));
        format!("{:<8}{name}  {expected} → {found}", package.ecosystem)
    });
    let one = |sign: &'static str| {
        move |package: &crate::verify::packages::Listed| {
            format!("{:<8}{}  {sign} {}", package.ecosystem, safe(&package.name), safe(&package.version))
        }
    };
    let removed = changes.removed.iter().map(one("removed"));
    changed.chain(removed).chain(changes.added.iter().map(one("added"))).collect()
}

fn verdict(outcome: &Outcome, style: &Style) -> String {
    let paint = match (outcome.verdict, outcome.passed) {
        (_, false) => Paint::Red,
        (Tier::Identical, true) => Paint::Green,
        (_, true) => Paint::Yellow,
    };
    style.paint(paint, &story::verdict(outcome))
}
