//! What lint, verify and diff have to say of places in files, as code hosts and CI take it: one notice a finding, or a
//! cause in a layer.
//!
//! What it refuses to do: it lists no files of layers but a few for example; code hosts show some thousand notices at
//! most, and the formats html and json list all.

use std::collections::BTreeMap;

use super::findings::{Counts, Placed, placed};
use super::gathered::gathered;
use super::model::{Checked, Report, Verified};
use super::story;
use super::style::{counted, harmless};
use super::verdict::Verdict;
use crate::agreement::Turned;
use crate::base::text::Position;
use crate::causes::Attribution;
use crate::compare::config::Difference;
use crate::compare::outcome::{Comparison, Presence, Whole};
use crate::compare::packages::{Changes, Unchecked};
use crate::compare::tier::Tier;
use crate::finding::Severity;
use crate::lint::Obstacle;
use crate::policy::Require;
use crate::verify::{ExplainedDrift, ExplainedLayer};

/// Files of a layer that are named for example.
const EXAMPLES: usize = 3;

/// Something to tell, at a place where that is known.
pub(super) struct Notice<'a> {
    /// The rule, or the cause.
    pub(super) id: &'static str,
    pub(super) level: Severity,
    /// The file, where there is one.
    pub(super) path: Option<&'a str>,
    pub(super) start: Option<Position>,
    /// The character after the last one.
    pub(super) end: Option<Position>,
    /// What is so; one line, harmless.
    pub(super) message: String,
    /// What to do about it; one line, harmless.
    pub(super) help: Option<String>,
    /// The layer, of an image.
    pub(super) layer: Option<usize>,
    /// The finding, of lint.
    pub(super) placed: Option<Placed<'a>>,
}

impl Notice<'_> {
    /// Message, help and the lines that it stands for in one.
    pub(super) fn text(&self) -> String {
        let mut text = self.message.clone();
        if let Some(help) = &self.help {
            text.push_str(&format!("\nhelp: {help}"));
        }
        if let Some(lines) = self.placed.as_ref().and_then(|placed| placed.lines_of_all()) {
            text.push_str(&format!("\nnote: {lines}"));
        }
        text
    }
}

/// A report that finds fault with something.
pub(super) enum Faults<'a, 'r> {
    /// With sources.
    Sources(&'r Checked<'a>),
    /// With an image.
    Image(&'r Verified<'a>),
}

impl<'a, 'r> Faults<'a, 'r> {
    /// `None` for a report that has no findings.
    pub(super) fn of(report: &'r Report<'a>) -> Option<Self> {
        match report {
            Report::Lint(checked) => Some(Self::Sources(checked)),
            Report::Verify(verified) | Report::Diff(verified) => Some(Self::Image(verified)),
            Report::Freeze(_) | Report::Inspect(_) => None,
        }
    }

    /// What there is to tell people.
    pub(super) fn notices(&self) -> Vec<Notice<'a>> {
        match self {
            Self::Sources(checked) => gathered(checked).into_iter().map(of_finding).collect(),
            Self::Image(verified) => of_outcome(verified),
        }
    }

    /// All that there is, for programs that choose for themselves.
    pub(super) fn every_notice(&self) -> Vec<Notice<'a>> {
        match self {
            Self::Sources(checked) => placed(checked).map(of_finding).collect(),
            Self::Image(verified) => of_outcome(verified),
        }
    }

    /// The sentence to remember.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Sources(checked) => {
                let counts = Counts::of(checked);
                counts.aside().fold(counts.sentence(), |sentence, line| sentence + "; " + &line)
            }
            Self::Image(verified) => harmless(&story::verdict(verified.outcome)),
        }
    }
}

/// What kept a file, or a part of it, from being linted.
pub(super) fn of_obstacle(obstacle: &Obstacle) -> Notice<'_> {
    let Obstacle { path, at, message, hint, kind: _ } = obstacle;
    Notice {
        id: Verdict::of_obstacle(obstacle).id(),
        level: Severity::Error,
        path: Some(path),
        start: *at,
        end: *at,
        message: harmless(message),
        help: hint.as_deref().map(harmless),
        layer: None,
        placed: None,
    }
}

fn of_finding(placed: Placed<'_>) -> Notice<'_> {
    let finding = &placed.finding;
    Notice {
        id: finding.rule,
        level: finding.severity,
        path: Some(&placed.source.path),
        start: Some(placed.start),
        end: Some(placed.end),
        message: harmless(&finding.message),
        help: finding.help.as_deref().map(harmless),
        layer: None,
        placed: Some(placed),
    }
}

fn of_outcome<'a>(verified: &Verified<'a>) -> Vec<Notice<'a>> {
    let outcome = verified.outcome;
    let level = if outcome.passed { Severity::Info } else { Severity::Error };
    let whole = |id, message: String| Notice {
        id,
        level,
        path: verified.dockerfile,
        start: None,
        end: None,
        message: harmless(&message),
        help: None,
        layer: None,
        placed: None,
    };
    let mut notices: Vec<Notice<'a>> = outcome.layers().flat_map(|layer| of_layer(layer, verified)).collect();
    // Build arguments explain alone, and what a container sees is a view of the layers' drift, but for layers of one side.
    let of_one_side = story::seen_in_container(outcome).filter(|seen| !seen.others.is_empty());
    notices.extend(of_one_side.map(|seen| {
        let names: Vec<String> =
            seen.others.iter().take(EXAMPLES).map(|drift| drift.path.to_string()).collect();
        whole(Verdict::Unexplained.id(), format!("{}; e.g. {}", seen.sentences.join("; "), names.join(", ")))
    }));
    let Comparison {
        manifests: _,
        configs: _,
        layers: _,
        container: _,
        config,
        args: _,
        images: _,
        packages,
        agreement,
        uncompared: _,
    } = &outcome.facts;
    notices.extend(config.iter().map(|item| whole(Verdict::ConfigDrift.id(), difference(item))));
    notices.extend(of_packages(packages).map(|text| whole(Verdict::PackageDrift.id(), text)));
    let lost = agreement.iter().filter(|turned| turned.is_lost());
    notices.extend(lost.map(|turned| whole(Verdict::AgreementLost.id(), lost_words(turned))));
    // What decides nothing that was asked is worth a word, and fails nobody.
    let level = if outcome.is_undecided() { Severity::Error } else { Severity::Info };
    let unchecked = |item: &Unchecked| {
        let text =
            format!("{}: its {} packages could not be compared: {}", item.path, item.ecosystem, item.reason);
        Notice { level, ..whole(Verdict::PackagesUnchecked.id(), text) }
    };
    notices.extend(packages.unchecked.iter().map(unchecked));
    let (document, old, new) = match outcome.facts.whole() {
        Some(Whole::Manifest(old, new)) => ("manifest", old, new),
        Some(Whole::Config(old, new)) => ("config", old, new),
        None => return notices,
    };
    if outcome.require == Require::Blob && old != new {
        notices.push(whole(Verdict::ManifestDrift.id(), format!("the {document} {old} became {new}")));
    }
    notices
}

/// `click is no more as uv.lock has it: other version, 8.5.1 locked, 8.6.0 installed`
fn lost_words(turned: &Turned) -> String {
    let Turned { lock, ecosystem: _, environment: _, name, before: _, now, locked, installed, layer: _ } =
        turned;
    let side = |value: &Option<String>, word| value.as_ref().map(|value| format!(", {value} {word}"));
    let locked = side(locked, "locked").unwrap_or_default();
    let installed = side(installed, "installed").unwrap_or_default();
    format!("{name} is no more as {lock} has it: {}{locked}{installed}", now.words())
}

/// `env.A: 1 became 2`
fn difference(difference: &Difference) -> String {
    let Difference { field, expected, found } = difference;
    let side = |value: &Option<String>| value.as_deref().map_or("(unset)", story::visible).to_owned();
    format!("{field}: {} became {}", side(expected), side(found))
}

/// `numpy 1 became 2`, `six 1 was removed`
fn of_packages(changes: &Changes) -> impl Iterator<Item = String> {
    let Changes { added, removed, changed, unchecked: _ } = changes;
    let changed = changed.iter().map(|item| match item.is_version() {
        true => format!("{} {} became {}", item.name, item.expected, item.found),
        false => format!("{} {} differs in {}", item.name, item.found, story::fields(item)),
    });
    let added = added.iter().map(|item| format!("{} {} was added", item.name, item.version));
    let removed = removed.iter().map(|item| format!("{} {} was removed", item.name, item.version));
    changed.chain(removed).chain(added)
}

/// A notice for each cause of a layer's drift.
fn of_layer<'a>(layer: ExplainedLayer<'_>, verified: &Verified<'a>) -> Vec<Notice<'a>> {
    let outcome = verified.outcome;
    let alone = layer.presence != Presence::Both;
    if layer.tier == Tier::Identical && !alone {
        return Vec::new();
    }
    let fails = !outcome.passed && (alone || layer.tier > outcome.require.worst_layer());
    let at = layer.line.map(|line| Position { line, column: 1 });
    let notice = |cause: Option<&Attribution>, message: String| Notice {
        id: cause.map_or(Verdict::Unexplained.id(), |best| best.cause.id()),
        level: if fails { Severity::Error } else { Severity::Info },
        path: verified.dockerfile,
        start: at,
        end: at,
        message: harmless(&format!("layer {}: {message}", layer.index)),
        help: cause.map(|best| harmless(best.cause.fix())),
        layer: Some(layer.index),
        placed: None,
    };
    let mut by_cause: BTreeMap<Option<&str>, Vec<ExplainedDrift<'_>>> = BTreeMap::new();
    for drift in layer.drifts() {
        by_cause.entry(drift.best().map(|best| best.cause.id())).or_default().push(drift);
    }
    let of_files = by_cause.into_values().map(|drifts| {
        let cause = drifts.first().and_then(|drift| drift.best());
        notice(cause, files(&drifts, cause))
    });
    let of_whole = layer.causes.first().map(|best| notice(Some(best), best.cause.summary().to_owned()));
    let mut notices: Vec<Notice<'a>> = of_whole.into_iter().chain(of_files).collect();
    if notices.is_empty() {
        notices.push(notice(None, Verdict::of_layer(layer.tier, layer.presence).id().to_owned()));
    }
    notices
}

/// `7 files: they hold their source's mtime; e.g. a, b, c`
fn files(drifts: &[ExplainedDrift<'_>], cause: Option<&Attribution>) -> String {
    let why = cause.map_or("nothing explains what differs", |best| best.cause.summary());
    let names: Vec<String> = drifts.iter().take(EXAMPLES).map(|drift| drift.path.to_string()).collect();
    format!("{}: {why}; e.g. {}", counted(drifts.len(), "file"), names.join(", "))
}
