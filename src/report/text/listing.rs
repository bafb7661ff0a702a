//! The text of tables with headings.

use super::table::{self, Cell};
use crate::report::story::{Column, ListedGroup, Listing, Set};
use crate::report::style::{Paint, Style, columns, fit, harmless, thousands};

/// Rows of one group that are shown unless all are asked for.
const ROWS: usize = 10;

/// Columns before a row that stands under a heading, and before one that stands under none.
const INDENT: [usize; 2] = [4, 2];

/// What is to be known, and the rows of each group below its heading.
pub(super) fn lines(listing: &Listing, style: &Style) -> Vec<String> {
    let Listing { lead, columns, groups } = listing;
    let mut lines: Vec<String> = lead.iter().map(|sentence| harmless(sentence)).collect();
    for (at, group) in groups.iter().enumerate() {
        let ListedGroup { heading, about, rows } = group;
        lines.extend((at > 0 || !lead.is_empty()).then(String::new));
        let [below, alone] = INDENT;
        let indent = if heading.is_empty() { alone } else { below };
        lines.extend((!heading.is_empty()).then(|| self::heading(heading, about, style)));
        let shown = if style.verbose { usize::MAX } else { ROWS };
        let elastic = columns.iter().position(|column| column.set == Set::Elastic);
        let cells: Vec<Vec<Cell>> = rows.iter().take(shown).map(|row| cells(row, columns)).collect();
        let pad = " ".repeat(indent - alone);
        let table = table::lines(&cells, elastic, indent, style);
        lines.extend(table.into_iter().map(|line| format!("{pad}{line}")));
        let more = rows.len().saturating_sub(shown);
        lines.extend((more > 0).then(|| format!("{pad}and {} more; -v lists all", thousands(more))));
    }
    lines
}

fn heading(heading: &str, about: &str, style: &Style) -> String {
    let heading = harmless(heading);
    let left = style.width.saturating_sub(columns(&heading) + 4);
    let about = harmless(about);
    format!("{heading}  {}", style.paint(Paint::Dim, fit(&about, left.min(columns(&about))).trim_end()))
}

fn cells(row: &[String], columns: &[Column]) -> Vec<Cell> {
    let cell = |(text, column): (&String, &Column)| match column.set {
        Set::Number => Cell::right(harmless(text)),
        Set::Words | Set::Elastic => Cell::left(harmless(text)),
    };
    row.iter().zip(columns).map(cell).collect()
}
