//! The comment of `verify` and `diff`: the verdict, what nothing explains, the layers, why, and the files folded away.

use super::super::edits;
use super::super::model::Verified;
use super::super::story::{self, LayerCause, LayerRow};
use super::super::style::{bytes, counted, spelled, thousands};
use super::escape::{block, code, folded, more, notes, printed, section, table, words};
use crate::compare::config::Difference;
use crate::compare::drift::Drift;
use crate::compare::packages::{Changes, Listed};
use crate::compare::tier::Tier;
use crate::finding::Safety;
use crate::verify::outcome::CauseCount;
use crate::verify::{ExplainedDrift, ExplainedLayer, Outcome};

/// Unexplained files that stand unfolded.
const NAMED: usize = 20;

/// Columns of a line that goes or comes.
const COLUMNS: usize = 400;

pub(super) fn verified(verified: &Verified<'_>, rows: usize) -> String {
    let Verified { image, against, platform, base, dockerfile, outcome } = verified;
    let (verdict, detail) = story::verdict(outcome)
        .split_once(": ")
        .map(|(verdict, detail)| (verdict.to_owned(), detail.to_owned()))
        .unwrap_or_default();
    let mut out = format!("### reprolock: {}\n\n**{}**\n\n", words(&verdict), words(&detail));
    out.push_str(&format!("{} against {}, {}\n", code(image), code(against), code(platform)));
    out.push_str(&section("Unexplained", &unexplained(outcome, rows)));
    out.push_str(&section("Layers", &layers(outcome, *base, rows)));
    let causes = [whole_layers(outcome), causes(outcome, *dockerfile)].concat();
    out.push_str(&section("Why", &causes));
    out.push_str(&section("Edits", &mendings(outcome, *dockerfile, rows)));
    out.push_str(&section("Container", &container(outcome, rows)));
    out.push_str(&section("Config", &differences(&outcome.facts.config, rows)));
    out.push_str(&section("Build arguments", &differences(&outcome.facts.args, rows)));
    out.push_str(&section("Packages", &packages(&outcome.facts.packages, rows)));
    out.push_str(&section("Notes", &notes(&outcome.notes, rows)));
    out.push_str(&files(outcome, rows));
    out
}

fn unexplained(outcome: &Outcome, limit: usize) -> String {
    let mut lines = String::new();
    let mut count = 0;
    let limit = limit.min(NAMED);
    for (layer, drift) in story::drifts_of(outcome, None) {
        if count < limit {
            let path = printed(&drift.path.to_string());
            lines.push_str(&format!(
                "- layer {}: {path} {}\n",
                layer.index,
                words(&story::what(drift.drift))
            ));
        }
        count += 1;
    }
    lines + &more(count, limit)
}

fn layers(outcome: &Outcome, base: Option<&str>, limit: usize) -> String {
    let mut rows = story::layers(outcome, base);
    if rows.len() > limit {
        // What differs is worth more than what does not; the sort is stable.
        rows.sort_by_key(|row| row.weight() == Tier::Identical);
    }
    let row = |row: &LayerRow<'_>| {
        let verdict = match row.weight() {
            Tier::Identical => row.verdict(),
            _ => format!("**{}**", row.verdict()),
        };
        vec![row.index.clone(), code(row.what), row.line.clone(), bytes(row.size), verdict]
    };
    table(&["layer", "instruction", "line", "size", "tier"], (rows.iter().map(row), rows.len()), limit)
}

/// What explains layers as a whole.
fn whole_layers(outcome: &Outcome) -> String {
    let found = story::layer_causes(outcome);
    let one = |told: &LayerCause<'_>| {
        let cause = told.found.cause;
        let saw: Vec<String> = told.saw.iter().take(NAMED).map(|saw| code(saw)).collect();
        let more = told.saw.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {} more", thousands(more)) } else { String::new() };
        format!(
            "- **{}**, {}: {}. Saw {}{more}. Fix: {}\n",
            words(cause.id()),
            cut(&story::numbered(&told.layers)),
            words(cause.summary()),
            saw.join("; "),
            words(cause.fix()),
        )
    };
    let lines: String = found.iter().map(one).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// What a container sees, and the paths that differ there and in no layer.
fn container(outcome: &Outcome, limit: usize) -> String {
    let story::Seen { told, others } = story::container(outcome);
    let told: String = told.iter().map(|told| format!("- {}\n", words(told))).collect();
    let line = |drift: &&Drift| format!("{}  {}", drift.path, story::what(drift));
    let count = counted(others.len(), "path");
    told + &folded(("container", &count), (others.iter().map(line), others.len()), limit)
}

fn causes(outcome: &Outcome, dockerfile: Option<&str>) -> String {
    let row = |count: &CauseCount| {
        let layers =
            cut(story::numbered(&count.layers).trim_start_matches("layers ").trim_start_matches("layer "));
        let (name, fix, rule) = match &count.cause {
            None => ("**unexplained**".to_owned(), String::new(), String::new()),
            Some(found) => {
                let place = story::places(count, dockerfile);
                let place = place.map_or(String::new(), |place| format!("<br>{}", code(&place)));
                let rule = found.cause.rule().map_or(String::new(), words);
                let saw = story::seen(outcome, found.cause.id());
                let saw: String = saw.iter().map(|saw| format!("<br>{}", code(saw))).collect();
                let name =
                    format!("**{}**<br>{}{saw}", words(found.cause.id()), words(&story::summary(count)));
                (name, words(found.cause.fix()) + &place, rule)
            }
        };
        vec![name, thousands(count.files), layers, fix, rule]
    };
    let counts = outcome.causes();
    table(&["cause", "files", "layers", "fix", "rule"], (counts.iter().map(row), counts.len()), usize::MAX)
}

/// What mends each cause; what mends several stands under the one that is told first.
fn mendings(outcome: &Outcome, dockerfile: Option<&str>, limit: usize) -> String {
    let mut groups: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for mending in outcome.edits.iter().take(limit) {
        let mut causes: Vec<&str> = mending.causes.iter().copied().collect();
        if mending.fix.safety == Safety::Unsafe {
            causes.push("look at what changes");
        }
        let lines = mending.hunks.iter().flat_map(|hunk| {
            let place = spelled(&edits::place(hunk, dockerfile));
            let sign = |line: edits::Line| format!("{} {}", if line.comes { '+' } else { '-' }, line.text);
            [format!("@@ {place} @@")]
                .into_iter()
                .chain(edits::lines(hunk, Some(COLUMNS)).into_iter().map(sign))
        });
        match groups.iter_mut().find(|(known, _)| *known == causes) {
            Some((_, known)) => known.extend(lines),
            None => groups.push((causes, lines.collect())),
        }
    }
    let one = |(causes, lines): &(Vec<&str>, Vec<String>)| {
        format!("{}:\n\n{}", words(&causes.join(", ")), block("diff", lines))
    };
    groups.iter().map(one).collect::<Vec<_>>().join("\n") + &more(outcome.edits.len(), limit)
}

/// A list of layers' numbers that stays a cell.
fn cut(numbers: &str) -> String {
    match numbers.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", numbers.get(..at).unwrap_or_default()),
        None => numbers.to_owned(),
    }
}

fn differences(differences: &[Difference], limit: usize) -> String {
    let side = |value: &Option<String>| value.as_deref().map_or_else(|| "(unset)".to_owned(), code);
    let row = |item: &Difference| vec![code(&item.field), side(&item.expected), side(&item.found)];
    table(&["field", "before", "now"], (differences.iter().map(row), differences.len()), limit)
}

fn packages(changes: &Changes, limit: usize) -> String {
    let absent = || "–".to_owned();
    let changed = changes
        .changed
        .iter()
        .map(|item| vec![code(&item.ecosystem), code(&item.name), code(&item.expected), code(&item.found)]);
    let removed =
        |item: &Listed| vec![code(&item.ecosystem), code(&item.name), code(&item.version), absent()];
    let added = |item: &Listed| vec![code(&item.ecosystem), code(&item.name), absent(), code(&item.version)];
    let rows = changed.chain(changes.removed.iter().map(removed)).chain(changes.added.iter().map(added));
    let count = changes.changed.len() + changes.removed.len() + changes.added.len();
    table(&["", "package", "before", "now"], (rows, count), limit)
}

/// The files of each cause, folded away.
fn files(outcome: &Outcome, limit: usize) -> String {
    let mut out = String::new();
    for count in outcome.causes() {
        let id = count.cause.as_ref().map(|found| found.cause.id());
        let line = |(layer, drift): (ExplainedLayer<'_>, ExplainedDrift<'_>)| {
            format!("{:>3}  {}  {}", layer.index, drift.path, story::what(drift.drift))
        };
        let summary = (id.unwrap_or("unexplained"), &*counted(count.files, "file"));
        out.push_str(&folded(summary, (story::drifts_of(outcome, id).map(line), count.files), limit));
    }
    out
}
