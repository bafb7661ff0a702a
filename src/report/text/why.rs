//! The section `why`: each cause with its files, an example, the fix, and the lines to change. What nothing explains
//! comes first.

use std::collections::BTreeMap;

use super::super::edits;
use super::super::story::{self, LayerCause};
use super::super::style::{Paint, Style, columns, counted, harmless, thousands};
use crate::compare::drift::Drift;
use crate::finding::Safety;
use crate::formats::tar::entry::Kind;
use crate::verify::Outcome;
use crate::verify::mending::Hunk;
use crate::verify::outcome::CauseCount;

/// Columns before the text of a labelled line.
const LABEL: usize = 8;

/// What stands for a cause where there is none.
const UNEXPLAINED: &str = "unexplained";

/// Edits shown of one cause before the rest is counted.
const EDITS: usize = 4;

/// Unexplained files named before the rest is counted.
const NAMED: usize = 8;

/// What nothing explains, then the causes of layers as a whole, then those of files.
pub(super) fn lines(outcome: &Outcome, dockerfile: Option<&str>, style: &Style) -> Vec<String> {
    let heads = Heads::of(outcome);
    let counts = outcome.causes();
    let one = |count: &CauseCount| match &count.cause {
        Some(_) => explained(outcome, count, dockerfile, (&heads, style)),
        None => unexplained(outcome, count, (&heads, style)),
    };
    let (known, unknown): (Vec<&CauseCount>, Vec<&CauseCount>) =
        counts.iter().partition(|count| count.cause.is_some());
    let mut lines: Vec<String> = unknown.into_iter().flat_map(one).collect();
    lines.extend(layers(outcome, dockerfile, (&heads, style)));
    lines.extend(known.into_iter().flat_map(one));
    lines
}

/// Columns of the lines that begin a cause, each as wide as its widest cell.
struct Heads {
    id: usize,
    files: usize,
    layers: usize,
}

impl Heads {
    fn of(outcome: &Outcome) -> Self {
        let mut heads = Self { id: 0, files: 0, layers: 0 };
        for told in story::layer_causes(outcome) {
            heads.hold(told.found.cause.id(), "", &told.layers);
        }
        for count in outcome.causes() {
            let id = count.cause.as_ref().map_or(UNEXPLAINED, |found| found.cause.id());
            heads.hold(id, &counted(count.files, "file"), &count.layers);
        }
        heads
    }

    fn hold(&mut self, id: &str, files: &str, layers: &[usize]) {
        self.id = self.id.max(columns(id));
        self.files = self.files.max(columns(files));
        self.layers = self.layers.max(columns(&story::numbered(layers)));
    }

    /// `timestamp-only  1,939 files  layers 3-6`, and the summary, on a line of its own where there is no room.
    fn lines(
        &self,
        (id, paint): (&str, Paint),
        files: &str,
        layers: &[usize],
        summary: &str,
        style: &Style,
    ) -> Vec<String> {
        let Self { id: wide, files: files_wide, layers: layers_wide } = *self;
        let id = style.paint(paint, id) + &" ".repeat(wide.saturating_sub(columns(id)));
        let head = format!("{id}  {files:>files_wide$}  {:<layers_wide$}", story::numbered(layers));
        let width = style.width.saturating_sub(2);
        if wide + files_wide + layers_wide + 6 + columns(summary) <= width {
            return vec![format!("{head}  {summary}")];
        }
        let mut lines = vec![head];
        lines.extend(labelled("", summary, width.saturating_sub(LABEL)));
        lines
    }
}

/// What explains whole layers, a cause with its layers.
fn layers(outcome: &Outcome, dockerfile: Option<&str>, (heads, style): (&Heads, &Style)) -> Vec<String> {
    let width = style.width.saturating_sub(LABEL + 2);
    let one = |told: LayerCause<'_>| {
        let cause = told.found.cause;
        let mut lines = heads.lines((cause.id(), Paint::Bold), "", &told.layers, cause.summary(), style);
        for (place, saw) in told.saw.iter().take(NAMED).enumerate() {
            lines.extend(labelled(if place == 0 { "saw" } else { "" }, &harmless(saw), width));
        }
        let more = told.saw.len().saturating_sub(NAMED);
        lines.extend((more > 0).then(|| format!("{:LABEL$}and {} more", "", thousands(more))));
        lines.extend(labelled("fix", cause.fix(), width));
        lines.extend(mending(outcome, cause.id(), dockerfile, style));
        lines
    };
    story::layer_causes(outcome).into_iter().flat_map(one).collect()
}

fn explained(
    outcome: &Outcome,
    count: &CauseCount,
    dockerfile: Option<&str>,
    (heads, style): (&Heads, &Style),
) -> Vec<String> {
    let Some(found) = &count.cause else { return Vec::new() };
    let cause = found.cause;
    let files = counted(count.files, "file");
    let summary = story::summary(count);
    let mut lines = heads.lines((cause.id(), Paint::Bold), &files, &count.layers, &summary, style);
    let width = style.width.saturating_sub(LABEL + 2);
    lines.push(format!("  e.g.  {}", examples(outcome, cause.id(), width)));
    for (place, saw) in story::seen(outcome, cause.id()).iter().enumerate() {
        lines.extend(labelled(if place == 0 { "saw" } else { "" }, &harmless(saw), width));
    }
    lines.extend(labelled("fix", cause.fix(), width));
    let places = story::places(count, dockerfile).map(|places| harmless(&places));
    let rule = cause.rule().map(|rule| format!("rule {rule}"));
    let told: Vec<String> = rule.into_iter().chain(places).collect();
    lines.extend(labelled("see", &told.join(", "), width));
    lines.extend(mending(outcome, cause.id(), dockerfile, style));
    lines
}

/// The edits that mend a cause: those that no cause before it has, and where the others stand.
fn mending(outcome: &Outcome, id: &str, dockerfile: Option<&str>, style: &Style) -> Vec<String> {
    let width = style.width.saturating_sub(LABEL + 2);
    let mut lines = Vec::new();
    let mut elsewhere: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut shown, mut left) = (0, 0);
    for (mending, told) in edits::of(outcome, id) {
        match told {
            Some(told) => *elsewhere.entry(told).or_default() += 1,
            None if shown < EDITS || style.verbose => {
                shown += 1;
                for hunk in &mending.hunks {
                    let label = if lines.is_empty() { "edit" } else { "" };
                    let place = harmless(&edits::place(hunk, dockerfile));
                    let look =
                        if mending.fix.safety == Safety::Unsafe { "; look at what changes" } else { "" };
                    lines.push(format!("  {label:<5} {place}{look}"));
                    lines.extend(hunk_lines(hunk, width, style));
                }
            }
            None => left += 1,
        }
    }
    lines.extend(
        (left > 0).then(|| format!("{:LABEL$}and {} more; --format json has all", "", thousands(left))),
    );
    for (told, count) in elsewhere {
        let label = if lines.is_empty() { "edit" } else { "" };
        let those = if count == 1 { "the edit" } else { "edits" };
        lines.extend(labelled(label, &format!("{those} of {told} above"), width));
    }
    lines
}

fn hunk_lines(hunk: &Hunk, width: usize, style: &Style) -> Vec<String> {
    let width = if style.verbose { None } else { Some(width.saturating_sub(2)) };
    let one = |line: edits::Line| {
        let (sign, paint) = if line.comes { ("+", Paint::Green) } else { ("-", Paint::Red) };
        format!("{:LABEL$}{}", "", style.paint(paint, format!("{sign} {}", line.text).trim_end()))
    };
    edits::lines(hunk, width).into_iter().map(one).collect()
}

/// Files before folders, as many as fit a line; one at least, whole.
fn examples(outcome: &Outcome, id: &str, width: usize) -> String {
    let (folders, files): (Vec<&Drift>, Vec<&Drift>) = story::drifts_of(outcome, Some(id))
        .map(|(_, drift)| drift.drift)
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

fn unexplained(outcome: &Outcome, count: &CauseCount, (heads, style): (&Heads, &Style)) -> Vec<String> {
    let files = counted(count.files, "file");
    let mut lines =
        heads.lines((UNEXPLAINED, Paint::Red), &files, &count.layers, "nothing known explains these", style);
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
