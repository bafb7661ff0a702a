//! The comment of `lint`: a table of findings, errors first.

use super::super::lint::{Counts, Placed, fixed, placed};
use super::super::model::Checked;
use super::super::style::{harmless, thousands};
use super::escape::{code, section, table, words};

pub(super) fn checked(checked: &Checked<'_>, limit: usize) -> String {
    let counts = Counts::of(checked);
    let mut out = format!("### reprolock: {}\n", words(&counts.sentence()));
    if let Some(fixable) = counts.fixable() {
        out.push_str(&format!("\n{}.\n", words(&fixable)));
    }
    let mut found: Vec<Placed<'_>> = placed(checked).collect();
    // Where not all fit, what matters more stays; the sort is stable.
    found.sort_by_key(|placed| std::cmp::Reverse(placed.finding.severity));
    out.push('\n');
    out.push_str(&table(
        &["", "where", "rule", "what changes"],
        (found.iter().map(row), found.len().min(limit)),
        limit,
    ));
    if let Some(rest) = found.len().checked_sub(limit).filter(|rest| *rest > 0) {
        out.push_str(&format!("\n*and {} more; the formats text and json list all*\n", thousands(rest)));
    }
    let mended: String = fixed(checked)
        .take(limit)
        .map(|(path, count, rules)| format!("- {}: {count}, {}\n", code(path), words(&rules.join(", "))))
        .collect();
    out.push_str(&section("Fixed", &mended));
    let unread = checked.obstacles.iter().take(limit);
    let unread = unread
        .map(|obstacle| format!("- {}: {}\n", code(&obstacle.path), words(&harmless(&obstacle.message))));
    out.push_str(&section("Not linted", &unread.collect::<String>()));
    out
}

fn row(placed: &Placed<'_>) -> Vec<String> {
    let finding = placed.finding;
    let mut what = words(&cut(&harmless(&finding.message)));
    if let Some(help) = &finding.help {
        what.push_str(&format!("<br>{}", words(&cut(&harmless(help)))));
    }
    let place = code(&format!("{}:{}", placed.source.path, placed.start.line));
    vec![finding.severity.name().to_owned(), place, words(finding.rule), what]
}

/// A sentence that stays a cell, whatever it quotes.
fn cut(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
