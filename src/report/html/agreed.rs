//! The page of agreements: a sentence for each lock, and a table of what is not as locked.

use maud::{Markup, html};

use super::markup::{Shown, table};
use crate::report::story::{AgreedLock, AgreedRow};

pub(super) fn locks(locks: &[AgreedLock<'_>]) -> Markup {
    html! {
        @for agreed in locks { (of_lock(agreed)) }
    }
}

fn of_lock(agreed: &AgreedLock<'_>) -> Markup {
    let AgreedLock { lock, counts, left_out: _, environment, asked: _, is_inferred, line, rows } = agreed;
    let held = environment.map_or(String::new(), |environment| format!(", in {environment}"));
    let from = if line.is_empty() { String::new() } else { format!(", installed from by {line}") };
    let inferred = if *is_inferred { "; no instruction tells all that was asked for" } else { "" };
    html! {
        p { (Shown(&format!("{lock}: {counts}{held}{from}{inferred}"))) } "\n"
        (table(["package", "is", "locked", "installed", "layer", "line"], rows.iter().map(row)))
    }
}

fn row(row: &AgreedRow<'_>) -> Vec<String> {
    let AgreedRow { what, name, locked, installed, reason, layer, line } = row;
    let text = |value: &Option<&str>| value.unwrap_or_default().to_owned();
    let why = reason.map_or(String::new(), |reason| format!(": {reason}"));
    let layer = layer.map_or(String::new(), |layer| layer.to_string());
    vec![(*name).to_owned(), format!("{what}{why}"), text(locked), text(installed), layer, line.clone()]
}
