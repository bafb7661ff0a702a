//! The comment of `verify` and `diff`: the verdict, what nothing explains, the layers, why, and the files folded away.

use super::escape::{block, code, folded, more, printed, table, words};
use crate::base::text;
use crate::compare::drift::Drift;
use crate::compare::tier::Tier;
use crate::finding::Safety;
use crate::report::story::{
    self, ChangedRow, ChangedRows, DriftedFiles, FileCause, KnownCause, LayerCause, Mended, Seen, TierRow,
    Unread, Why,
};
use crate::report::style::{bytes, counted, spelled, thousands};
use crate::report::verdict::Verdict;
use crate::verify::{ExplainedDrift, ExplainedLayer};

/// Unexplained files that stand unfolded.
const NAMED: usize = 20;

/// Columns of a line that goes or comes.
const COLUMNS: usize = 400;

/// The files that nothing explains, as far as they stand unfolded.
pub(super) fn unexplained(why: &Why<'_>, limit: usize) -> String {
    let limit = limit.min(NAMED);
    let of_cause = |cause: &FileCause<'_>| {
        let line = |(layer, drift): (ExplainedLayer<'_>, ExplainedDrift<'_>)| {
            let path = printed(&drift.path.to_string());
            format!("- layer {}: {path} {}\n", layer.index, words(&story::what(drift.drift)))
        };
        cause.drifts().take(limit).map(line).collect::<String>() + &more(cause.files, limit)
    };
    why.files.iter().filter(|cause| cause.cause.is_none()).map(of_cause).collect()
}

pub(super) fn layers(rows: &[TierRow<'_>], limit: usize) -> String {
    let mut rows: Vec<&TierRow<'_>> = rows.iter().collect();
    if rows.len() > limit {
        // What differs is worth more than what does not; the sort is stable.
        rows.sort_by_key(|row| row.weight() == Tier::Identical);
    }
    let row = |tier: &&TierRow<'_>| {
        let verdict = match tier.weight() {
            Tier::Identical => tier.verdict(),
            _ => format!("**{}**", tier.verdict()),
        };
        let row = &tier.row;
        vec![row.index.clone(), code(row.what), row.line.clone(), bytes(row.size), verdict]
    };
    table(&["layer", "instruction", "line", "size", "tier"], (rows.iter().map(row), rows.len()), limit)
}

/// What explains layers as a whole, and a table of what explains files.
pub(super) fn why(why: &Why<'_>) -> String {
    let Why { layers, files } = why;
    let whole: String = layers.iter().map(of_layers).collect();
    let whole = if whole.is_empty() { whole } else { whole + "\n" };
    let heads = ["cause", "files", "layers", "fix", "rule"];
    whole + &table(&heads, (files.iter().map(of_files), files.len()), usize::MAX)
}

fn of_layers(cause: &LayerCause<'_>) -> String {
    let LayerCause { about, fix, layers, saw, edits: _ } = cause;
    let more = saw.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {} more", thousands(more)) } else { String::new() };
    let saw: Vec<String> = saw.iter().take(NAMED).map(|saw| code(saw)).collect();
    let (id, summary, fix) = (words(about.id), words(about.summary), words(fix));
    let layers = cut(&story::numbered(layers));
    format!("- **{id}**, {layers}: {summary}. Saw {}{more}. Fix: {fix}\n", saw.join("; "))
}

fn of_files(cause: &FileCause<'_>) -> Vec<String> {
    let layers = story::numbered(&cause.layers);
    let layers = cut(layers.trim_start_matches("layers ").trim_start_matches("layer "));
    let (name, fix, rule) = match &cause.cause {
        None => {
            let lead = cause.lead.map_or(String::new(), words);
            (format!("**{}**", cause.id()), lead, String::new())
        }
        Some(KnownCause { about, summary, fix, rule, places, saw, edits: _ }) => {
            let places = places.as_deref().map_or(String::new(), |places| format!("<br>{}", code(places)));
            let saw: String = saw.iter().map(|saw| format!("<br>{}", code(saw))).collect();
            let name = format!("**{}**<br>{}{saw}", words(about.id), words(summary));
            (name, words(fix) + &places, rule.map_or(String::new(), words))
        }
    };
    vec![name, thousands(cause.files), layers, fix, rule]
}

/// What a container sees, and the paths that differ there and in no layer.
pub(super) fn container(seen: &Seen<'_>, limit: usize) -> String {
    let Seen { sentences, others } = seen;
    let sentences: String = sentences.iter().map(|sentence| format!("- {}\n", words(sentence))).collect();
    let line = |drift: &&Drift| format!("{}  {}", drift.path, story::what(drift));
    let count = counted(others.len(), "path");
    sentences + &folded(("container", &count), (others.iter().map(line), others.len()), limit)
}

/// What mends each cause; what mends several stands under the one that is told first.
pub(super) fn mendings(edits: &[Mended<'_>], limit: usize) -> String {
    let mut groups: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for Mended { mending, elsewhere: _, dockerfile } in edits.iter().take(limit) {
        let mut causes: Vec<&str> = mending.causes.iter().copied().collect();
        if mending.fix.safety == Safety::Unsafe {
            causes.push("look at what changes");
        }
        let lines = mending.hunks.iter().flat_map(|hunk| {
            let place = spelled(&story::hunk_place(hunk, *dockerfile));
            let sign =
                |line: story::HunkLine| format!("{} {}", if line.comes { '+' } else { '-' }, line.text);
            let lines = story::hunk_lines(hunk, Some(COLUMNS)).into_iter().map(sign);
            [format!("@@ {place} @@")].into_iter().chain(lines)
        });
        match groups.iter_mut().find(|(known, _)| *known == causes) {
            Some((_, known)) => known.extend(lines),
            None => groups.push((causes, lines.collect())),
        }
    }
    let one = |(causes, lines): &(Vec<&str>, Vec<String>)| {
        format!("{}:\n\n{}", words(&causes.join(", ")), block("diff", lines))
    };
    groups.iter().map(one).collect::<Vec<_>>().join("\n") + &more(edits.len(), limit)
}

/// A list of layers' numbers that stays a cell.
fn cut(numbers: &str) -> String {
    text::cut(numbers, 60)
}

pub(super) fn changes(changes: &ChangedRows<'_>, limit: usize) -> String {
    let ChangedRows { keys, unset, rows } = changes;
    // What the name stands under says enough, and a comment is narrow.
    let named = keys.len().saturating_sub(1);
    let heads = keys.iter().enumerate().map(|(at, key)| if at < named { "" } else { key });
    let heads: Vec<&str> = heads.chain(["before", "now"]).collect();
    let side = |value: &Option<&str>| value.map_or_else(|| unset.unwrap_or("–").to_owned(), code);
    let row = |row: &ChangedRow<'_>| {
        let ChangedRow { name, before, now, also } = row;
        let also = if also.is_empty() { String::new() } else { format!(" ({also})") };
        name.iter().map(|part| code(part)).chain([side(before), side(now) + &also]).collect()
    };
    table(&heads, (rows.iter().map(row), rows.len()), limit)
}

/// The databases that were not compared, and why.
pub(super) fn unchecked(unread: &[Unread<'_>], limit: usize) -> String {
    let row = |item: &Unread<'_>| vec![code(item.path), code(item.message)];
    table(&["database", "why"], (unread.iter().map(row), unread.len()), limit)
}

/// The files of each cause, folded away.
pub(super) fn files(files: &DriftedFiles<'_>, limit: usize) -> String {
    let line = |(layer, drift): (ExplainedLayer<'_>, ExplainedDrift<'_>)| {
        format!("{:>3}  {}  {}", layer.index, drift.path, story::what(drift.drift))
    };
    let of_cause = |(id, count): &(Option<&'static str>, usize)| {
        let summary = (id.unwrap_or(Verdict::Unexplained.id()), &*counted(*count, "file"));
        folded(summary, (files.of_cause(*id).map(line), *count), limit)
    };
    files.causes.iter().map(of_cause).collect()
}
