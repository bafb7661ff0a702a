//! The page of `lint`: a table of the findings, what was fixed, and what could not be read.

use maud::Markup;

use super::markup::{notes, table};
use crate::finding::Finding;
use crate::lint::GoneFinding;
use crate::report::findings::Placed;
use crate::report::findings::gone_line;
use crate::report::story::{FixedSource, Unread};

pub(super) fn findings(findings: &[Placed<'_>]) -> Markup {
    let row = |placed: &Placed<'_>| {
        let Finding { rule, severity, confidence: _, span: _, message, help, fix: _, root: _, turn: _ } =
            &*placed.finding;
        let place = format!("{}:{}", placed.source.path, placed.start.line);
        let help = help.clone().unwrap_or_default();
        vec![severity.name().to_owned(), place, (*rule).to_owned(), message.clone(), help]
    };
    let heads = ["severity", "place", "rule", "what changes", "what to write"];
    table(heads, findings.iter().map(row))
}

pub(super) fn fixed(sources: &[FixedSource<'_>]) -> Markup {
    let line = |source: &FixedSource<'_>| {
        let FixedSource { path, count, rules } = source;
        format!("{path}: {count}, {}", rules.join(", "))
    };
    let lines: Vec<String> = sources.iter().map(line).collect();
    notes(lines.iter().map(String::as_str))
}

pub(super) fn unread(unread: &[Unread<'_>]) -> Markup {
    let lines: Vec<String> = unread.iter().map(|item| format!("{}: {}", item.path, item.message)).collect();
    notes(lines.iter().map(String::as_str))
}

pub(super) fn gone(gone: &[GoneFinding]) -> Markup {
    let lines: Vec<String> = gone.iter().map(gone_line).collect();
    notes(lines.iter().map(String::as_str))
}
