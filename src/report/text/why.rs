//! The section `why`: each cause with its files, an example, the fix, and the lines to change. What nothing explains
//! comes first.

use super::super::story;
use super::super::style::{Paint, Style, columns, counted, harmless, thousands};
use crate::layer::entry::Kind;
use crate::verify::Outcome;
use crate::verify::causes::Attribution;
use crate::verify::drift::Drift;
use crate::verify::outcome::CauseCount;

/// Columns before the text of a labelled line.
const LABEL: usize = 8;

/// Unexplained files named before the rest is counted.
const NAMED: usize = 8;

pub(super) fn causes(outcome: &Outcome, dockerfile: Option<&str>, style: &Style) -> Vec<String> {
    let counts = outcome.causes();
    counts
        .iter()
        .flat_map(|count| match &count.cause {
            Some(_) => explained(outcome, count, dockerfile, style),
            None => unexplained(outcome, count, style),
        })
        .collect()
}

/// What explains whole layers, a cause with its layers.
pub(super) fn layers(outcome: &Outcome, style: &Style) -> Vec<String> {
    let width = style.width.saturating_sub(LABEL + 2);
    let one = |(attribution, indexes): (&Attribution, Vec<usize>)| {
        let cause = attribution.cause;
        let head = style.paint(Paint::Bold, &format!("{:<18}", cause.id()));
        let mut lines =
            vec![format!("{head}  {:>11}  {:<11}  {}", "", story::numbered(&indexes), cause.summary())];
        lines.extend(labelled("saw", &harmless(&attribution.explanation.evidence), width));
        lines.extend(labelled("fix", cause.fix(), width));
        lines
    };
    story::layer_causes(outcome).into_iter().flat_map(one).collect()
}

fn explained(outcome: &Outcome, count: &CauseCount, dockerfile: Option<&str>, style: &Style) -> Vec<String> {
    let Some(found) = &count.cause else { return Vec::new() };
    let cause = found.cause;
    let files = counted(count.files, "file");
    let mut lines = vec![format!(
        "{}  {files:>11}  {:<11}  {}",
        style.paint(Paint::Bold, &format!("{:<18}", cause.id())),
        story::numbered(&count.layers),
        cause.summary()
    )];
    let width = style.width.saturating_sub(LABEL + 2);
    lines.push(format!("  e.g.  {}", examples(outcome, cause.id(), width)));
    for (place, saw) in story::seen(outcome, cause.id()).iter().enumerate() {
        lines.extend(labelled(if place == 0 { "saw" } else { "" }, &harmless(saw), width));
    }
    lines.extend(labelled("fix", cause.fix(), width));
    let places = story::places(outcome, &count.layers, dockerfile).map(|places| harmless(&places));
    let rule = cause.rule().map(|rule| format!("rule {rule}"));
    let told: Vec<String> = rule.into_iter().chain(places).collect();
    lines.extend(labelled("see", &told.join(", "), width));
    lines
}

/// Files before folders, as many as fit a line; one at least, whole.
fn examples(outcome: &Outcome, id: &str, width: usize) -> String {
    let (folders, files): (Vec<&Drift>, Vec<&Drift>) = story::drifts_of(outcome, Some(id))
        .map(|(_, drift)| drift)
        .partition(|drift| drift.kind == Kind::Directory);
    let mut paths = files.iter().chain(&folders).map(|drift| drift.path.to_string());
    let mut text = paths.next().unwrap_or_default();
    for path in paths {
        if columns(&text) + 2 + columns(&path) > width {
            break;
        }
        text.push_str(", ");
        text.push_str(&path);
    }
    text
}

/// `  fix   …`, broken at spaces to fit, the label on the first line alone.
fn labelled(label: &str, text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width + LABEL => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!("  {label:<5} {word}")),
            Some(_) => lines.push(format!("{:LABEL$}{word}", "")),
        }
    }
    lines
}

fn unexplained(outcome: &Outcome, count: &CauseCount, style: &Style) -> Vec<String> {
    let files = counted(count.files, "file");
    let head = format!("{:<18}  {files:>11}  {}", "unexplained", story::numbered(&count.layers));
    let mut lines = vec![style.paint(Paint::Red, &head)];
    let shown = if style.verbose { usize::MAX } else { NAMED };
    lines.extend(story::drifts_of(outcome, None).take(shown).map(|(layer, drift)| {
        let fields: Vec<&str> = drift.fields.iter().map(|field| field.name()).collect();
        let what = if fields.is_empty() { drift.change.name().to_owned() } else { fields.join(", ") };
        format!("  layer {}  {}  {what}", layer.index, drift.path)
    }));
    if count.files > shown {
        lines.push(format!("  and {} more; -v lists all", thousands(count.files - shown)));
    }
    lines
}
