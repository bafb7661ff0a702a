//! The text of agreements: a line for each lock, below it what is not as locked.

use super::table::{self, Cell};
use crate::report::story::{AgreedLock, AgreedRow};
use crate::report::style::{Paint, Style, harmless, thousands};

/// Packages of one lock that are named before the rest is counted.
const ROWS: usize = 10;

pub(super) fn locks(locks: &[AgreedLock<'_>], style: &Style, all: bool) -> Vec<String> {
    locks.iter().flat_map(|lock| of_lock(lock, style, all || style.verbose)).collect()
}

fn of_lock(agreed: &AgreedLock<'_>, style: &Style, all: bool) -> Vec<String> {
    let AgreedLock { lock, counts, left_out, environment, asked, is_inferred, line, rows } = agreed;
    let mut lines = vec![format!("{}  {counts}", harmless(lock))];
    let asked: Vec<String> = asked.iter().map(|part| harmless(part)).collect();
    let with = if asked.is_empty() { String::new() } else { format!(" with {}", asked.join(", ")) };
    let left_out = if left_out.is_empty() { String::new() } else { format!("; {left_out}") };
    lines.push(match (is_inferred, line.is_empty()) {
        (false, _) => format!("  asked for by {line}{with}{left_out}"),
        (true, true) => format!("  by what is there{with}{left_out}: no instruction installs from it"),
        (true, false) => format!("  by what is there{with}{left_out}: {line} does not tell all"),
    });
    lines.push(match environment {
        Some(environment) => format!("  held against {}", harmless(environment)),
        None => "  nothing of it is installed".to_owned(),
    });
    let shown = if all { usize::MAX } else { ROWS };
    let cells: Vec<Vec<Cell>> = rows.iter().take(shown).map(row).collect();
    lines.extend(table::lines(&cells, None, 4, style).into_iter().map(|line| format!("  {line}")));
    let more = rows.len().saturating_sub(shown);
    lines.extend((more > 0).then(|| format!("  and {} more; -v lists all", thousands(more))));
    lines
}

fn row(row: &AgreedRow<'_>) -> Vec<Cell> {
    let AgreedRow { what, name, locked, installed, reason, layer, line } = row;
    let text = |value: &Option<&str>| value.map(harmless);
    let versions = match (text(locked), text(installed)) {
        (Some(locked), Some(installed)) if locked == installed => installed,
        (Some(locked), Some(installed)) => format!("{locked} → {installed}"),
        (locked, installed) => installed.or(locked).unwrap_or_default(),
    };
    vec![
        Cell::left(*what).painted(Paint::Dim),
        Cell::left(harmless(name)),
        Cell::left(versions),
        Cell::left(layer.map_or(String::new(), |layer| format!("layer {layer}"))),
        Cell::left(line.as_str()),
        Cell::left(reason.map(harmless).unwrap_or_default()),
    ]
}
