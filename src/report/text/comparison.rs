//! The text of `verify` and `diff`: a line a layer, the drifted files, what a container sees, and what became another.

use std::io::{self, Write};

use super::lines::heading;
use super::table::{self, Cell};
use crate::compare::drift::Drift;
use crate::report::story::{self, ChangedRow, ChangedRows, DriftedFiles, Seen, TierRow};
use crate::report::style::{Paint, Style, bytes, counted, fit, harmless, thousands};
use crate::report::verdict::Verdict;
use crate::verify::ExplainedDrift;

/// Paths that differ in a container, named before the rest is counted.
const PATHS: usize = 8;

pub(super) fn layers(rows: &[TierRow<'_>], style: &Style) -> Vec<String> {
    let one = |layer: &TierRow<'_>| {
        let tier = Cell::left(layer.verdict()).painted(Paint::of_tier(layer.weight()));
        vec![
            Cell::left(format!("{:<4}", layer.row.index)),
            Cell::left(harmless(&story::without_mounts(layer.row.what))),
            Cell::right(layer.row.line.as_str()),
            Cell::right(bytes(layer.row.size)),
            tier,
        ]
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(one).collect();
    table::lines(&rows, Some(1), 2, style)
}

/// Every drifted file, layer by layer, where all are asked for.
pub(super) fn files(files: &DriftedFiles<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if !style.verbose {
        return Ok(());
    }
    heading("drifted files", style, out)?;
    for layer in files.outcome.layers() {
        let rows: Vec<Vec<Cell>> = layer.drifts().map(file).collect();
        if rows.is_empty() {
            continue;
        }
        let head = format!("layer {}, {}", layer.index, counted(rows.len(), "file"));
        let rest = style.width.saturating_sub(head.len() + 6);
        let instruction = layer.instruction.as_deref().map_or_else(|| "(no history)".to_owned(), harmless);
        let instruction = style.paint(Paint::Dim, fit(&instruction, rest).trim_end());
        writeln!(out, "  {}", format!("{head}  {instruction}").trim_end())?;
        for line in table::lines(&rows, None, 4, style) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// What differs, why, and the path last: it is never cut, and what stands before it stays in line.
fn file(drift: ExplainedDrift<'_>) -> Vec<Cell> {
    let what = story::what(drift.drift);
    let why = drift.best().map_or(Verdict::Unexplained.id(), |best| best.cause.id());
    vec![Cell::left(what), Cell::left(why).painted(Paint::Dim), Cell::left(drift.path.to_string())]
}

/// What a container sees, and some of the paths that differ there and in no layer.
pub(super) fn container(seen: &Seen<'_>, style: &Style) -> Vec<String> {
    let Seen { sentences, others } = seen;
    let mut lines = sentences.clone();
    let shown = if style.verbose { usize::MAX } else { PATHS };
    let row = |drift: &&Drift| vec![Cell::left(story::what(drift)), Cell::left(drift.path.to_string())];
    let rows: Vec<Vec<Cell>> = others.iter().take(shown).map(row).collect();
    lines.extend(table::lines(&rows, None, 4, style).into_iter().map(|line| format!("  {line}")));
    let more = others.len().saturating_sub(shown);
    lines.extend((more > 0).then(|| format!("  and {} more; -v lists all", thousands(more))));
    lines
}

pub(super) fn changes(changes: &ChangedRows<'_>, style: &Style) -> Vec<String> {
    let ChangedRows { keys: _, unset, rows } = changes;
    let row = |row: &ChangedRow<'_>| {
        let ChangedRow { name, before, now, also } = row;
        let side = |value: &Option<&str>| {
            value.map(|value| harmless(story::visible(value))).or_else(|| unset.map(str::to_owned))
        };
        let what = match (side(before), side(now)) {
            (Some(before), Some(now)) if before == now && !also.is_empty() => format!("{now}: {also}"),
            (Some(before), Some(now)) if !also.is_empty() => format!("{before} → {now}: {also}"),
            (Some(before), Some(now)) => format!("{before} → {now}"),
            (Some(before), None) => format!("removed {before}"),
            (None, Some(now)) => format!("added {now}"),
            (None, None) => String::new(),
        };
        let name = name.iter().map(|part| Cell::left(harmless(part)));
        name.chain([Cell::left(what)]).collect::<Vec<Cell>>()
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(row).collect();
    table::lines(&rows, None, 2, style)
}
