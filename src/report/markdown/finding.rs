//! The comment of `lint`: a table of findings, errors first.

use super::escape::{self, code, prose, words};
use crate::base::text;
use crate::lint::GoneFinding;
use crate::report::findings::{Placed, gone_line};
use crate::report::story::{FixedSource, Unread};
use crate::report::style::{harmless, thousands};

/// The findings, errors first.
pub(super) fn table(findings: &[Placed<'_>], limit: usize) -> String {
    let mut findings: Vec<&Placed<'_>> = findings.iter().collect();
    // Where not all fit, what matters more stays; the sort is stable.
    findings.sort_by_key(|placed| std::cmp::Reverse(placed.finding.severity));
    let rows = (findings.iter().map(|placed| row(placed)), findings.len().min(limit));
    let table = escape::table(&["", "where", "rule", "what changes"], rows, limit);
    match findings.len().saturating_sub(limit) {
        0 => table,
        rest => format!("{table}\n*and {} more; the formats text and json list all*\n", thousands(rest)),
    }
}

pub(super) fn fixed(sources: &[FixedSource<'_>], limit: usize) -> String {
    let line = |source: &FixedSource<'_>| {
        let FixedSource { path, count, rules } = source;
        format!("- {}: {count}, {}\n", code(path), words(&rules.join(", ")))
    };
    sources.iter().take(limit).map(line).collect()
}

pub(super) fn unread(unread: &[Unread<'_>], limit: usize) -> String {
    let line =
        |item: &Unread<'_>| format!("- {}: {}\n", code(item.path), prose(&cut(&harmless(item.message))));
    unread.iter().take(limit).map(line).collect()
}

fn row(placed: &Placed<'_>) -> Vec<String> {
    let finding = &placed.finding;
    let mut what = prose(&cut(&harmless(&finding.message)));
    if let Some(help) = &finding.help {
        what.push_str(&format!("<br>{}", prose(&cut(&harmless(help)))));
    }
    if let Some(lines) = placed.lines_of_all() {
        what.push_str(&format!("<br>{}", words(&lines)));
    }
    let place = code(&format!("{}:{}", placed.source.path, placed.start.line));
    vec![finding.severity.name().to_owned(), place, words(finding.rule), what]
}

/// A sentence that stays a cell, whatever it quotes.
fn cut(text: &str) -> String {
    text::cut(text, 300)
}

pub(super) fn gone(gone: &[GoneFinding], limit: usize) -> String {
    let line = |gone: &GoneFinding| format!("- {}\n", code(&cut(&harmless(&gone_line(gone)))));
    gone.iter().take(limit).map(line).collect()
}
