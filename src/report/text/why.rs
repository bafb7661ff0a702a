//! The section `why`: each cause with its files, an example, the fix, and the lines to change. What nothing explains
//! comes first.

use std::collections::BTreeMap;

use crate::finding::Safety;
use crate::formats::tar::entry::Kind;
use crate::report::story::{self, FileCause, KnownCause, LayerCause, Mended, Why};
use crate::report::style::{Paint, Style, columns, counted, harmless, thousands};
use crate::verify::ExplainedDrift;
use crate::verify::mending::{Hunk, Mending};

/// Columns before the text of a labelled line.
const LABEL: usize = 8;

/// Edits shown of one cause before the rest is counted.
const EDITS: usize = 4;

/// Unexplained files named before the rest is counted.
const NAMED: usize = 8;

/// What nothing explains, then the causes of layers as a whole, then those of files.
pub(super) fn lines(why: &Why<'_>, style: &Style) -> Vec<String> {
    let heads = Heads::of(why);
    let unknown = why.files.iter().filter(|cause| cause.cause.is_none());
    let mut lines: Vec<String> = unknown.flat_map(|cause| unexplained(cause, &heads, style)).collect();
    lines.extend(why.layers.iter().flat_map(|cause| of_layers(cause, &heads, style)));
    let known = why.files.iter().filter_map(|cause| Some((cause, cause.cause.as_ref()?)));
    lines.extend(known.flat_map(|(files, cause)| of_files(files, cause, &heads, style)));
    lines
}

/// Columns of the lines that begin a cause, each as wide as its widest cell.
struct Heads {
    id: usize,
    files: usize,
    layers: usize,
}

impl Heads {
    fn of(why: &Why<'_>) -> Self {
        let mut heads = Self { id: 0, files: 0, layers: 0 };
        for cause in &why.layers {
            heads.hold(cause.about.id, "", &cause.layers);
        }
        for cause in &why.files {
            heads.hold(cause.id(), &counted(cause.files, "file"), &cause.layers);
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

/// What explains whole layers.
fn of_layers(cause: &LayerCause<'_>, heads: &Heads, style: &Style) -> Vec<String> {
    let width = style.width.saturating_sub(LABEL + 2);
    let LayerCause { about, fix, layers, saw, edits } = cause;
    let mut lines = heads.lines((about.id, Paint::Bold), "", layers, about.summary, style);
    for (place, saw) in saw.iter().take(NAMED).enumerate() {
        lines.extend(labelled(if place == 0 { "saw" } else { "" }, &harmless(saw), width));
    }
    let more = saw.len().saturating_sub(NAMED);
    lines.extend((more > 0).then(|| format!("{:LABEL$}and {} more", "", thousands(more))));
    lines.extend(labelled("fix", fix, width));
    lines.extend(mending(edits, style));
    lines
}

/// What explains files.
fn of_files(files: &FileCause<'_>, cause: &KnownCause<'_>, heads: &Heads, style: &Style) -> Vec<String> {
    let KnownCause { about, summary, fix, rule, places, saw, edits } = cause;
    let count = counted(files.files, "file");
    let mut lines = heads.lines((about.id, Paint::Bold), &count, &files.layers, summary, style);
    let width = style.width.saturating_sub(LABEL + 2);
    lines.push(format!("  e.g.  {}", examples(files, width)));
    for (place, saw) in saw.iter().enumerate() {
        lines.extend(labelled(if place == 0 { "saw" } else { "" }, &harmless(saw), width));
    }
    lines.extend(labelled("fix", fix, width));
    let places = places.as_deref().map(harmless);
    let leads: Vec<String> = rule.map(|rule| format!("rule {rule}")).into_iter().chain(places).collect();
    lines.extend(labelled("see", &leads.join(", "), width));
    lines.extend(mending(edits, style));
    lines
}

/// The edits that mend a cause: those that no cause before it has, and where the others stand.
fn mending(edits: &[Mended<'_>], style: &Style) -> Vec<String> {
    let width = style.width.saturating_sub(LABEL + 2);
    let mut lines = Vec::new();
    let mut elsewhere: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut shown, mut left) = (0, 0);
    for Mended { mending, elsewhere: other, dockerfile } in edits {
        match other {
            Some(other) => *elsewhere.entry(other).or_default() += 1,
            None if shown < EDITS || style.verbose => {
                shown += 1;
                let is_first = lines.is_empty();
                lines.extend(mending_lines(mending, *dockerfile, is_first, width, style));
            }
            None => left += 1,
        }
    }
    lines.extend(
        (left > 0).then(|| format!("{:LABEL$}and {} more; --format json has all", "", thousands(left))),
    );
    for (other, count) in elsewhere {
        let label = if lines.is_empty() { "edit" } else { "" };
        let those = if count == 1 { "the edit" } else { "edits" };
        lines.extend(labelled(label, &format!("{those} of {other} above"), width));
    }
    lines
}

/// An edit, place by place, the label on the first place of the first one.
fn mending_lines(
    mending: &Mending,
    dockerfile: Option<&str>,
    is_first: bool,
    width: usize,
    style: &Style,
) -> Vec<String> {
    let look = if mending.fix.safety == Safety::Unsafe { "; look at what changes" } else { "" };
    let mut lines = Vec::new();
    for hunk in &mending.hunks {
        let label = if is_first && lines.is_empty() { "edit" } else { "" };
        let place = harmless(&story::hunk_place(hunk, dockerfile));
        lines.push(format!("  {label:<5} {place}{look}"));
        lines.extend(hunk_lines(hunk, width, style));
    }
    lines
}

fn hunk_lines(hunk: &Hunk, width: usize, style: &Style) -> Vec<String> {
    let width = if style.verbose { None } else { Some(width.saturating_sub(2)) };
    let one = |line: story::HunkLine| {
        let (sign, paint) = if line.comes { ("+", Paint::Green) } else { ("-", Paint::Red) };
        format!("{:LABEL$}{}", "", style.paint(paint, format!("{sign} {}", line.text).trim_end()))
    };
    story::hunk_lines(hunk, width).into_iter().map(one).collect()
}

/// Files before folders, as many as fit a line; one at least, whole.
fn examples(cause: &FileCause<'_>, width: usize) -> String {
    let (folders, files): (Vec<ExplainedDrift<'_>>, Vec<ExplainedDrift<'_>>) =
        cause.drifts().map(|(_, drift)| drift).partition(|drift| drift.kind == Kind::Directory);
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

fn unexplained(cause: &FileCause<'_>, heads: &Heads, style: &Style) -> Vec<String> {
    let files = counted(cause.files, "file");
    let id = (cause.id(), Paint::Red);
    let mut lines = heads.lines(id, &files, &cause.layers, "nothing known explains these", style);
    let shown = if style.verbose { usize::MAX } else { NAMED };
    lines.extend(cause.drifts().take(shown).map(|(layer, drift)| {
        let fields: Vec<&str> = drift.fields.iter().map(|field| field.name()).collect();
        let what = if fields.is_empty() { drift.change.name().to_owned() } else { fields.join(", ") };
        format!("  layer {}  {}  {what}", layer.index, drift.path)
    }));
    if cause.files > shown {
        lines.push(format!("  and {} more; -v lists all", thousands(cause.files - shown)));
    }
    let width = style.width.saturating_sub(LABEL + 2);
    lines.extend(cause.lead.iter().flat_map(|lead| labelled("look", lead, width)));
    lines
}
