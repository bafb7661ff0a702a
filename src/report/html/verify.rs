//! The page of `verify` and `diff`, as it stands without its script.

use super::super::edits;
use super::super::model::Verified;
use super::super::story::{self, LayerRow};
use super::super::style::{bytes, counted, thousands};
use super::files;
use super::markup::{Html, bar, notes, section, table};
use crate::causes::Cause;
use crate::compare::config::Difference;
use crate::compare::drift::Drift;
use crate::compare::outcome::Presence;
use crate::compare::packages::Changes;
use crate::compare::tier::Tier;
use crate::finding::Safety;
use crate::verify::Outcome;
use crate::verify::outcome::CauseCount;

/// Layers of one cause whose evidence is told.
const SEEN: usize = 20;

/// Paths that differ in a container, listed.
const PATHS: usize = 1000;

pub(super) fn verified(verified: &Verified<'_>) -> Html {
    let outcome = verified.outcome;
    let mut html = Html::default();
    if outcome.drifts().next().is_some() {
        html.raw("<a class=\"skip\" href=\"#files\">Skip to the files</a>\n");
    }
    html.add(header(verified)).raw("<main>\n");
    html.add(section("layers", "Layers", layers(outcome, verified.base)));
    html.add(section("why", "Why", why(outcome, verified.dockerfile)));
    html.add(section("container", "Container", container(outcome)));
    html.add(section("files", "Files", files::section(outcome)));
    html.add(section("config", "Config", differences(&outcome.facts.config)));
    html.add(section("args", "Build arguments", differences(&outcome.facts.args)));
    html.add(section("packages", "Packages", packages(&outcome.facts.packages)));
    html.add(section("notes", "Notes", notes(&outcome.notes)));
    html.raw("</main>\n").add(legend());
    html
}

fn header(verified: &Verified<'_>) -> Html {
    let outcome = verified.outcome;
    let sentence = story::verdict(outcome);
    let (verdict, detail) = sentence.split_once(": ").unwrap_or((&sentence, ""));
    let mut html = Html::default();
    html.raw("<header>\n<h1><span class=\"chip ").raw(class(outcome.verdict));
    html.raw("\" aria-hidden=\"true\">")
        .raw(sign(outcome.verdict, Presence::Both))
        .raw("</span> ")
        .text(verdict)
        .raw("</h1>\n<p class=\"lead\">");
    html.text(detail).raw("</p>\n<p class=\"sub\"><span class=\"mono\">").text(verified.image);
    html.raw("</span> against <span class=\"mono\">").text(verified.against).raw("</span>, ");
    html.text(verified.platform)
        .raw("; <span class=\"mono whole-word\">--require ")
        .text(outcome.require.name());
    html.raw(if outcome.passed { "</span>: passed</p>\n" } else { "</span>: not passed</p>\n" });
    let manifests = [("before", outcome.facts.manifests.0), ("now", outcome.facts.manifests.1)];
    if manifests.iter().any(|(_, digest)| digest.is_some()) {
        html.raw("<dl class=\"facts\">\n");
        for (label, digest) in manifests {
            let digest = digest.map_or_else(|| "(none)".to_owned(), |digest| digest.to_string());
            html.raw("<dt>").raw(label).raw("</dt><dd>").text(&digest).raw("</dd>\n");
        }
        html.raw("</dl>\n");
    }
    html.raw("</header>\n");
    html
}

fn layers(outcome: &Outcome, base: Option<&str>) -> Html {
    let rows = story::layers(outcome, base);
    let mut html = Html::default();
    if rows.is_empty() {
        html.raw("<p>The image has no layers.</p>\n");
        return html;
    }
    let largest = rows.iter().map(|row| row.size).max().unwrap_or(0);
    html.raw(
        "<table class=\"layers\">\n<thead><tr><th scope=\"col\">layer</th><th scope=\"col\">instruction</th>",
    );
    html.raw("<th scope=\"col\">line</th><td class=\"wide\"></td><th scope=\"col\">size</th>");
    html.raw("<th scope=\"col\">files</th><th scope=\"col\">tier</th></tr></thead>\n<tbody>\n");
    for row in &rows {
        html.add(layer(row, largest));
    }
    html.raw("</tbody>\n</table>\n");
    html
}

fn layer(row: &LayerRow<'_>, largest: u64) -> Html {
    let class = class(row.weight());
    let drifts = row.layer.and_then(|layer| layer.drifts.as_ref()).map_or(0, Vec::len);
    let mut html = Html::default();
    html.raw("<tr><td class=\"num\">").text(&row.index).raw("</td><td class=\"what\">");
    match row.layer.filter(|_| drifts > 0) {
        Some(layer) => {
            html.raw("<button type=\"button\" class=\"pick cut\" aria-pressed=\"false\" data-layer=\"");
            html.text(&layer.index.to_string()).raw("\">").text(row.what).raw("</button>");
        }
        None => {
            html.raw("<span class=\"cut\">").text(row.what).raw("</span>");
        }
    }
    html.raw("</td><td class=\"num\">").text(&row.line);
    html.raw("</td><td class=\"wide\">").add(bar(row.size, largest, class)).raw("</td><td class=\"num\">");
    html.text(&bytes(row.size)).raw("</td><td class=\"num count\">");
    html.add(count(drifts));
    html.raw("</td><td class=\"tier\"><span class=\"chip ").raw(class).raw("\" aria-hidden=\"true\">");
    html.raw(sign(row.tier, row.presence)).raw("</span> ").text(&row.verdict()).raw("</td></tr>\n");
    html
}

/// A count whose column names what it counts, and that names it itself where a screen has no room for columns.
pub(super) fn count(files: usize) -> Html {
    let mut html = Html::default();
    if files > 0 {
        html.text(&thousands(files)).raw("<span class=\"unit\">");
        html.raw(if files == 1 { " file</span>" } else { " files</span>" });
    }
    html
}

fn why(outcome: &Outcome, dockerfile: Option<&str>) -> Html {
    let mut html = Html::default();
    for story::LayerCause { found, layers, saw } in story::layer_causes(outcome) {
        html.raw("<article class=\"cause\">\n<h3>").raw(found.cause.id()).raw(" <small>");
        html.text(&story::numbered(&layers)).raw("</small></h3>\n<p>").text(found.cause.summary());
        html.raw("</p>\n<dl class=\"facts\"><dt>saw</dt>");
        for saw in saw.iter().take(SEEN) {
            html.raw("<dd>").text(saw).raw("</dd>");
        }
        if saw.len() > SEEN {
            html.raw("<dd>and ").text(&thousands(saw.len() - SEEN)).raw(" more</dd>");
        }
        html.raw("<dt>fix</dt><dd>").text(found.cause.fix()).raw("</dd>");
        html.add(mending(outcome, found.cause.id(), dockerfile)).raw("</dl>\n");
        html.add(page(found.cause)).raw("</article>\n");
    }
    let counts = outcome.causes();
    let most = counts.iter().map(|count| count.files).max().unwrap_or(0) as u64;
    for count in &counts {
        html.add(cause(outcome, count, dockerfile, most));
    }
    html
}

fn cause(outcome: &Outcome, count: &CauseCount, dockerfile: Option<&str>, most: u64) -> Html {
    let id = count.cause.as_ref().map_or("unexplained", |found| found.cause.id());
    let (paint, mark) = if count.cause.is_some() { ("plain", "") } else { ("drifted", "? ") };
    let mut html = Html::default();
    html.raw("<article class=\"cause\">\n<h3><button type=\"button\" class=\"pick\" aria-pressed=\"false\" data-cause=\"");
    html.raw(id).raw("\">").raw(mark).raw(id).raw("</button> <small>").text(&thousands(count.files));
    html.raw(if count.files == 1 { " file, " } else { " files, " }).text(&story::numbered(&count.layers));
    html.raw("</small>").add(bar(count.files as u64, most, paint)).raw("</h3>\n");
    let Some(found) = &count.cause else {
        html.raw("<p>Nothing known explains these.</p>\n</article>\n");
        return html;
    };
    html.raw("<p>").text(&story::summary(count)).raw("</p>\n<dl class=\"facts\"><dt>saw</dt>");
    for saw in story::seen(outcome, id) {
        html.raw("<dd>").text(&saw).raw("</dd>");
    }
    html.raw("<dt>fix</dt><dd>").text(found.cause.fix()).raw("</dd>");
    if let Some(place) = story::places(count, dockerfile) {
        html.raw("<dt>where</dt><dd class=\"mono\">").text(&place).raw("</dd>");
    }
    if let Some(rule) = found.cause.rule() {
        html.raw("<dt>rule</dt><dd class=\"mono\">").raw(rule).raw("</dd>");
    }
    html.add(mending(outcome, id, dockerfile));
    html.raw("</dl>\n").add(page(found.cause)).raw("</article>\n");
    html
}

/// The edits that mend a cause; for those that stand under another, its id.
fn mending(outcome: &Outcome, id: &str, dockerfile: Option<&str>) -> Html {
    let mut html = Html::default();
    for (at, (mending, told)) in edits::of(outcome, id).enumerate() {
        if at == 0 {
            html.raw("<dt>edit</dt>");
        }
        html.raw("<dd>");
        if let Some(told) = told {
            html.raw("one of ").raw(told).raw("</dd>");
            continue;
        }
        for hunk in &mending.hunks {
            html.raw("<span class=\"mono\">").text(&edits::place(hunk, dockerfile)).raw("</span>");
            html.raw(if mending.fix.safety == Safety::Unsafe { "; look at what changes" } else { "" });
            html.raw("<div class=\"edit\">");
            for line in edits::lines(hunk, None) {
                html.raw(if line.comes { "<div class=\"come\">+ " } else { "<div class=\"gone\">− " });
                html.printed(&line.text).raw("</div>");
            }
            html.raw("</div>");
        }
        html.raw("</dd>");
    }
    html
}

/// What a container sees, and the first paths that differ there and in no layer.
fn container(outcome: &Outcome) -> Html {
    let story::Seen { told, others } = story::container(outcome);
    let mut html = Html::default();
    for told in told {
        html.raw("<p>").text(&told).raw("</p>\n");
    }
    if others.is_empty() {
        return html;
    }
    html.raw("<details><summary>").text(&counted(others.len(), "path")).raw("</summary>\n");
    let row = |drift: &&Drift| vec![drift.path.to_string(), story::what(drift)];
    html.add(table(&["path", "what"], others.iter().take(PATHS).map(row)));
    if others.len() > PATHS {
        let more = thousands(others.len() - PATHS);
        html.raw("<p>and ").text(&more).raw(" more; the format json lists all</p>\n");
    }
    html.raw("</details>\n");
    html
}

/// A cause's page, below its title.
fn page(cause: &dyn Cause) -> Html {
    let mut html = Html::default();
    let text = cause.about().page.split_once('\n').map_or("", |(_, text)| text).trim();
    if !text.is_empty() {
        html.raw("<details><summary>about ").raw(cause.id()).raw("</summary>\n<div class=\"doc\">");
        for line in text.lines() {
            html.printed(line).raw("\n");
        }
        html.raw("</div></details>\n");
    }
    html
}

fn differences(differences: &[Difference]) -> Html {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "(unset)".to_owned());
    let row = |item: &Difference| vec![item.field.clone(), side(&item.expected), side(&item.found)];
    table(&["field", "before", "now"], differences.iter().map(row))
}

fn packages(changes: &Changes) -> Html {
    let row = |ecosystem: &str, name: &str, before: &str, now: &str| {
        vec![ecosystem.to_owned(), name.to_owned(), before.to_owned(), now.to_owned()]
    };
    let changed =
        changes.changed.iter().map(|item| row(&item.ecosystem, &item.name, &item.expected, &item.found));
    let removed = changes.removed.iter().map(|item| row(&item.ecosystem, &item.name, &item.version, "–"));
    let added = changes.added.iter().map(|item| row(&item.ecosystem, &item.name, "–", &item.version));
    table(&["ecosystem", "package", "before", "now"], changed.chain(removed).chain(added))
}

fn class(tier: Tier) -> &'static str {
    tier.name()
}

/// Tiers are told by sign and name; colour only repeats them.
fn sign(tier: Tier, presence: Presence) -> &'static str {
    match (presence, tier) {
        (Presence::Added, _) => "+",
        (Presence::Removed, _) => "−",
        (Presence::Moved, _) => "↕",
        (Presence::Squashed | Presence::Split | Presence::Regrouped, _) => "⇄",
        (Presence::Both, Tier::Identical) => "=",
        (Presence::Both, Tier::CompressionOnly) => "≈",
        (Presence::Both, Tier::MetadataOnly) => "~",
        (Presence::Both, Tier::Drifted) => "≠",
    }
}

fn legend() -> Html {
    let mut html = Html::default();
    html.raw("<footer>\n<dl class=\"legend\">\n");
    let tiers = [
        (Tier::Identical, "the same bytes"),
        (Tier::CompressionOnly, "the same tar, compressed otherwise"),
        (Tier::MetadataOnly, "the same files; times, order or owners' names differ"),
        (Tier::Drifted, "contents, modes, owners or paths differ"),
    ];
    for (tier, meaning) in tiers {
        html.raw("<dt><span class=\"chip ").raw(tier.name()).raw("\" aria-hidden=\"true\">");
        html.raw(sign(tier, Presence::Both)).raw("</span> ").raw(tier.name()).raw("</dt><dd>").raw(meaning);
        html.raw("</dd>\n");
    }
    html.raw("</dl>\n</footer>\n");
    html
}
