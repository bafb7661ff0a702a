//! The files: a place for the tree that the script draws, and the first files as a table for readers without it and
//! for paper.

use super::super::story;
use super::super::style::{counted, thousands};
use super::markup::Html;
use crate::verify::{ExplainedDrift, ExplainedLayer, Outcome};

/// Files of the table.
const SHOWN: usize = 200;

pub(super) fn section(outcome: &Outcome) -> Html {
    let mut html = Html::default();
    let count = outcome.drifts().count();
    if count == 0 {
        return html;
    }
    html.raw("<div class=\"live\" hidden>\n<div class=\"tools\">");
    html.raw("<input id=\"search\" type=\"search\" placeholder=\"part of a path\" aria-label=\"Filter files by path\" ");
    html.raw("autocomplete=\"off\" spellcheck=\"false\">");
    html.raw("<span id=\"filters\"></span><span id=\"count\" role=\"status\"></span></div>\n");
    html.raw("<div class=\"panes\">\n<div id=\"tree\" role=\"tree\" tabindex=\"0\" aria-label=\"Drifted files by layer\" aria-describedby=\"keys\">");
    html.raw("<div id=\"rows\" role=\"presentation\"></div></div>\n");
    html.raw("<div id=\"detail\" role=\"region\" tabindex=\"0\" aria-label=\"Details of the selected file\"></div>\n");
    html.raw("<div id=\"excerpt\"></div>\n</div>\n");
    html.raw("<p class=\"keys\" id=\"keys\">Arrow keys move and fold, letters jump to a name, <kbd>*</kbd> unfolds ");
    html.raw("what stands beside a row, <kbd>/</kbd> searches, <kbd>Esc</kbd> shows all again.");
    html.raw("</p>\n</div>\n<div class=\"still\">\n").add(table(outcome, count)).raw("</div>\n");
    html
}

/// What nothing explains first, then the files in the layers' order.
fn table(outcome: &Outcome, count: usize) -> Html {
    let mut html = Html::default();
    let unexplained = outcome.drifts().filter(|(_, drift)| drift.causes.is_empty());
    let explained = outcome.drifts().filter(|(_, drift)| !drift.causes.is_empty());
    html.raw("<div class=\"scroll\"><table class=\"files\">\n<thead><tr><th scope=\"col\">layer</th>");
    html.raw("<th scope=\"col\">path</th><th scope=\"col\">differs in</th><th scope=\"col\">cause</th></tr></thead>\n");
    html.raw("<tbody>\n");
    for (layer, drift) in unexplained.chain(explained).take(SHOWN) {
        html.add(row(layer, drift));
    }
    html.raw("</tbody>\n</table></div>\n");
    if count > SHOWN {
        html.raw("<p>The first ").text(&thousands(SHOWN)).raw(" of ").text(&counted(count, "file"));
        html.raw("; the page's script, or the JSON report, lists all.</p>\n");
    }
    html
}

fn row(layer: ExplainedLayer<'_>, drift: ExplainedDrift<'_>) -> Html {
    let mut html = Html::default();
    html.raw("<tr><td class=\"num\">").text(&layer.index.to_string()).raw("</td><td class=\"path\">");
    html.printed(&drift.path.to_string()).raw("</td><td>").text(&story::what(drift.drift)).raw("</td><td>");
    html.raw(drift.best().map_or("unexplained", |found| found.cause.id())).raw("</td></tr>\n");
    html
}
