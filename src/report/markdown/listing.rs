//! Tables with headings in a comment.

use super::escape::{code, prose, table};
use crate::report::story::{ListedGroup, Listing, Set};

pub(super) fn tables(listing: &Listing, limit: usize) -> String {
    let Listing { lead, columns, groups } = listing;
    let mut text: String = lead.iter().map(|sentence| format!("{}\n\n", prose(sentence))).collect();
    let heads: Vec<&str> = columns.iter().map(|column| column.name).collect();
    for ListedGroup { heading, about, rows } in groups {
        let cells = |row: &Vec<String>| {
            let cell = |(text, set): (&String, Set)| match set {
                _ if text.is_empty() => String::new(),
                Set::Number => prose(text),
                Set::Words | Set::Elastic => code(text),
            };
            row.iter().zip(columns.iter().map(|column| column.set)).map(cell).collect::<Vec<String>>()
        };
        let about = if about.is_empty() { String::new() } else { format!(": {}", code(about)) };
        if !heading.is_empty() {
            text.push_str(&format!("\n**{}**{about}\n\n", prose(heading)));
        }
        text.push_str(&table(&heads, (rows.iter().map(cells), rows.len()), limit));
    }
    text
}
