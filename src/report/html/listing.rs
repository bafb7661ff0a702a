//! Tables with headings on a page.

use maud::{Markup, html};

use super::markup::{Shown, notes, table};
use crate::report::story::{ListedGroup, Listing};

pub(super) fn tables(listing: &Listing) -> Markup {
    let Listing { lead, columns, groups } = listing;
    let heads = || columns.iter().map(|column| column.name);
    html! {
        (notes(lead.iter().map(String::as_str)))
        @for ListedGroup { heading, about, rows } in groups {
            @if heading.is_empty() {
                (table(heads(), rows.iter().cloned()))
            } @else {
                details open { summary { (Shown(heading)) " " (Shown(about)) } "\n"
                    (table(heads(), rows.iter().cloned()))
                } "\n"
            }
        }
    }
}
