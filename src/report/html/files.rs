//! The files: a place for the tree that the script draws, and the first files as a table for readers without it and
//! for paper.

use maud::{Markup, html};

use super::markup::{Printed, Shown};
use crate::report::story::{self, DriftedFiles};
use crate::report::style::{counted, thousands};
use crate::report::verdict::Verdict;
use crate::verify::{ExplainedDrift, ExplainedLayer};

/// Files of the table.
const SHOWN: usize = 200;

pub(super) fn files(files: &DriftedFiles<'_>) -> Markup {
    html! {
        div class="live" hidden { "\n"
            div class="tools" {
                input id="search" type="search" placeholder="part of a path" aria-label="Filter files by path"
                    autocomplete="off" spellcheck="false";
                span id="filters" {} span id="count" role="status" {}
            } "\n"
            div class="panes" { "\n"
                div id="tree" role="tree" tabindex="0" aria-label="Drifted files by layer" aria-describedby="keys" {
                    div id="rows" role="presentation" {}
                } "\n"
                div id="detail" role="region" tabindex="0" aria-label="Details of the selected file" {} "\n"
                div id="excerpt" {} "\n"
            } "\n"
            p class="keys" id="keys" {
                "Arrow keys move and fold, letters jump to a name, " kbd { "*" } " unfolds what stands beside a row, "
                kbd { "/" } " searches, " kbd { "Esc" } " shows all again."
            } "\n"
        } "\n"
        div class="still" { "\n" (table(files)) } "\n"
    }
}

/// What nothing explains first, then the files in the layers' order.
fn table(files: &DriftedFiles<'_>) -> Markup {
    html! {
        div class="scroll" { table class="files" { "\n"
            thead { tr {
                th scope="col" { "layer" } th scope="col" { "path" } th scope="col" { "differs in" }
                th scope="col" { "cause" }
            } } "\n"
            tbody { "\n"
                @for (layer, drift) in files.unexplained_first().take(SHOWN) { (row(layer, drift)) }
            } "\n"
        } } "\n"
        @if files.count > SHOWN {
            p {
                "The first " (thousands(SHOWN)) " of " (counted(files.count, "file"))
                "; the page's script, or the JSON report, lists all."
            } "\n"
        }
    }
}

fn row(layer: ExplainedLayer<'_>, drift: ExplainedDrift<'_>) -> Markup {
    let cause = drift.best().map_or(Verdict::Unexplained.id(), |best| best.cause.id());
    html! {
        tr {
            td class="num" { (layer.index) }
            td class="path" { (Printed(&drift.path.to_string())) }
            td { (Shown(&story::what(drift.drift))) }
            td { (cause) }
        } "\n"
    }
}
