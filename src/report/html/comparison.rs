//! The page of `verify` and `diff`, as it stands without its script.

use maud::{Markup, html};

use super::markup::{Printed, Shown, bar, count, table};
use crate::base::about::About;
use crate::compare::drift::Drift;
use crate::compare::outcome::Presence;
use crate::compare::tier::Tier;
use crate::finding::Safety;
use crate::report::story::{
    self, ChangedRow, ChangedRows, Comparing, FileCause, KnownCause, LayerCause, LayerRow, Mended, Seen,
    TierRow, Why,
};
use crate::report::style::{bytes, counted, thousands};
use crate::report::verdict::Verdict;

/// Layers of one cause whose evidence is told.
const SEEN: usize = 20;

/// Paths that differ in a container, listed.
const PATHS: usize = 1000;

pub(super) fn header(comparing: &Comparing<'_>) -> Markup {
    let Comparing { image, against, platform, tier, detail, require, passed, manifests } = comparing;
    let (before, now) = manifests;
    let digests = [("before", before), ("now", now)];
    html! {
        header { "\n"
            h1 {
                span class={ "chip " (tier.name()) } aria-hidden="true" { (sign(*tier, Presence::Both)) } " "
                (tier.name())
            } "\n"
            p class="lead" { (Shown(detail)) } "\n"
            p class="sub" {
                span class="mono" { (Shown(image)) } " against " span class="mono" { (Shown(against)) } ", "
                (Shown(platform)) "; " span class="mono whole-word" { "--require " (require.name()) }
                @if *passed { ": passed" } @else { ": not passed" }
            } "\n"
            @if before.is_some() || now.is_some() {
                dl class="facts" { "\n"
                    @for (label, digest) in digests {
                        dt { (label) }
                        dd { (digest.map_or_else(|| "(none)".to_owned(), |digest| digest.to_string())) } "\n"
                    }
                } "\n"
            }
        } "\n"
    }
}

pub(super) fn layers(rows: &[TierRow<'_>]) -> Markup {
    let largest = rows.iter().map(|row| row.row.size).max().unwrap_or(0);
    html! {
        @if rows.is_empty() {
            p { "The image has no layers." } "\n"
        } @else {
            table class="layers" { "\n"
                thead { tr {
                    th scope="col" { "layer" } th scope="col" { "instruction" } th scope="col" { "line" }
                    td class="wide" {} th scope="col" { "size" } th scope="col" { "files" } th scope="col" { "tier" }
                } } "\n"
                tbody { "\n"
                    @for row in rows { (layer(row, largest)) }
                } "\n"
            } "\n"
        }
    }
}

fn layer(tier: &TierRow<'_>, largest: u64) -> Markup {
    let class = tier.weight().name();
    let LayerRow { index, what, line, size, files } = &tier.row;
    let picked = tier.place.filter(|_| *files > 0);
    html! {
        tr {
            td class="num" { (index) }
            td class="what" {
                @if let Some(place) = picked {
                    button type="button" class="pick cut" aria-pressed="false" data-layer=(place) { (Shown(what)) }
                } @else {
                    span class="cut" { (Shown(what)) }
                }
            }
            td class="num" { (line) }
            td class="wide" { (bar(*size, largest, class)) }
            td class="num" { (bytes(*size)) }
            td class="num count" { (count(*files)) }
            td class="tier" {
                span class={ "chip " (class) } aria-hidden="true" { (sign(tier.tier, tier.presence)) } " "
                (tier.verdict())
            }
        } "\n"
    }
}

pub(super) fn why(why: &Why<'_>) -> Markup {
    let Why { layers, files } = why;
    let most = files.iter().map(|cause| cause.files).max().unwrap_or(0) as u64;
    html! {
        @for cause in layers { (of_layers(cause)) }
        @for cause in files { (of_files(cause, most)) }
    }
}

fn of_layers(cause: &LayerCause<'_>) -> Markup {
    let LayerCause { about, fix, layers, saw, edits } = cause;
    html! {
        article class="cause" { "\n"
            h3 { (about.id) " " small { (story::numbered(layers)) } } "\n"
            p { (Shown(about.summary)) } "\n"
            dl class="facts" {
                dt { "saw" }
                @for saw in saw.iter().take(SEEN) { dd { (Shown(saw)) } }
                @if saw.len() > SEEN { dd { "and " (thousands(saw.len() - SEEN)) " more" } }
                dt { "fix" } dd { (Shown(fix)) }
                (mendings(edits))
            } "\n"
            (page(about))
        } "\n"
    }
}

fn of_files(cause: &FileCause<'_>, most: u64) -> Markup {
    let id = cause.id();
    let (paint, mark) = if cause.cause.is_some() { ("plain", "") } else { (Tier::Drifted.name(), "? ") };
    html! {
        article class="cause" { "\n"
            h3 {
                button type="button" class="pick" aria-pressed="false" data-cause=(id) { (mark) (id) } " "
                small {
                    (thousands(cause.files)) @if cause.files == 1 { " file, " } @else { " files, " }
                    (story::numbered(&cause.layers))
                }
                (bar(cause.files as u64, most, paint))
            } "\n"
            @if let Some(known) = &cause.cause { (known_cause(known)) } @else {
                p { "Nothing known explains these." @if let Some(lead) = cause.lead { " Look at it: " (lead) "." } } "\n"
            }
        } "\n"
    }
}

fn known_cause(cause: &KnownCause<'_>) -> Markup {
    let KnownCause { about, summary, fix, rule, places, saw, edits } = cause;
    html! {
        p { (Shown(summary)) } "\n"
        dl class="facts" {
            dt { "saw" }
            @for saw in saw { dd { (Shown(saw)) } }
            dt { "fix" } dd { (Shown(fix)) }
            @if let Some(places) = places { dt { "where" } dd class="mono" { (Shown(places)) } }
            @if let Some(rule) = rule { dt { "rule" } dd class="mono" { (rule) } }
            (mendings(edits))
        } "\n"
        (page(about))
    }
}

/// The edits that mend a cause; for those that stand under another, its id.
fn mendings(edits: &[Mended<'_>]) -> Markup {
    html! {
        @if !edits.is_empty() { dt { "edit" } }
        @for mended in edits {
            dd {
                @if let Some(elsewhere) = mended.elsewhere { "one of " (elsewhere) } @else { (edit(mended)) }
            }
        }
    }
}

fn edit(mended: &Mended<'_>) -> Markup {
    let Mended { mending, elsewhere: _, dockerfile } = mended;
    html! {
        @for hunk in &mending.hunks {
            span class="mono" { (Shown(&story::hunk_place(hunk, *dockerfile))) }
            @if mending.fix.safety == Safety::Unsafe { "; look at what changes" }
            div class="edit" {
                @for line in story::hunk_lines(hunk, None) {
                    @if line.comes {
                        div class="come" { "+ " (Printed(&line.text)) }
                    } @else {
                        div class="gone" { "− " (Printed(&line.text)) }
                    }
                }
            }
        }
    }
}

/// What a container sees, and the first paths that differ there and in no layer.
pub(super) fn container(seen: &Seen<'_>) -> Markup {
    let Seen { sentences, others } = seen;
    let row = |drift: &&Drift| vec![drift.path.to_string(), story::what(drift)];
    html! {
        @for sentence in sentences { p { (Shown(sentence)) } "\n" }
        @if !others.is_empty() {
            details { summary { (counted(others.len(), "path")) } "\n"
                (table(["path", "what"], others.iter().take(PATHS).map(row)))
                @if others.len() > PATHS {
                    p { "and " (thousands(others.len() - PATHS)) " more; the format json lists all" } "\n"
                }
            } "\n"
        }
    }
}

/// A cause's page, below its title.
fn page(about: &About) -> Markup {
    let text = about.page.split_once('\n').map_or("", |(_, text)| text).trim();
    html! {
        @if !text.is_empty() {
            details { summary { "about " (about.id) } "\n"
                div class="doc" {
                    @for line in text.lines() { (Printed(line)) "\n" }
                }
            } "\n"
        }
    }
}

pub(super) fn changes(changes: &ChangedRows<'_>) -> Markup {
    let ChangedRows { keys, unset, rows } = changes;
    let side = |value: &Option<&str>| value.map(story::visible).or(*unset).unwrap_or("–").to_owned();
    let row = |row: &ChangedRow<'_>| {
        let ChangedRow { name, before, now, also } = row;
        let also = if also.is_empty() { String::new() } else { format!(" ({also})") };
        let name = name.iter().map(|part| (*part).to_owned());
        name.chain([side(before), side(now) + &also]).collect()
    };
    table(keys.iter().copied().chain(["before", "now"]), rows.iter().map(row))
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

pub(super) fn legend() -> Markup {
    html! {
        footer { "\n"
            dl class="legend" { "\n"
                @for tier in [Tier::Identical, Tier::CompressionOnly, Tier::MetadataOnly, Tier::Drifted] {
                    dt {
                        span class={ "chip " (tier.name()) } aria-hidden="true" { (sign(tier, Presence::Both)) } " "
                        (tier.name())
                    }
                    dd { (Verdict::from(tier).about().summary) } "\n"
                }
            } "\n"
        } "\n"
    }
}
