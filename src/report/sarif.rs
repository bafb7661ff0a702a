//! SARIF 2.1.0 (OASIS), for code hosts and editors: each finding or cause as a result at its line, with fixes.
//!
//! Paths are relative to `%SRCROOT%`, the folder that reprolock ran in. A result's fingerprint is made of its rule, its
//! file and its line's text, so that it stays the same result when lines above it come and go.

use std::collections::BTreeMap;
use std::io;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::escaping;
use super::findings::{Counts, Placed, set};
use super::format::Format;
use super::guard::Guard;
use super::model::{Matter, Report};
use super::notices::{Faults, Notice};
use super::style::Style;
use super::verdict::Verdict;
use crate::base::about::{About, AboutKind};
use crate::base::digest::Sha256;
use crate::base::text::{Position, percent_encoded};
use crate::causes;
use crate::finding::{Fix, Safety, Severity};
use crate::lint::{Obstacle, Silenced, rules};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// `--format sarif`
pub(super) struct Sarif;

impl Format for Sarif {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "sarif",
            summary: "for code hosts and editors: each finding with its fix, each cause in a layer, at their lines",
            page: include_str!("../../docs/formats/sarif.md"),
        };
        &ABOUT
    }

    fn covers(&self, matter: Matter) -> bool {
        matter.has_findings()
    }

    fn guard(&self) -> Guard {
        Guard::Json
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(faults) = Faults::of(report) else { return Ok(()) };
        let notices = faults.every_notice();
        let mut ids: Vec<&'static str> = notices.iter().map(|notice| notice.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let obstacles = match faults {
            Faults::Sources(checked) => checked.obstacles,
            Faults::Image(_) => &[],
        };
        let run = Run {
            automation_details: json!({ "id": format!("reprolock/{}/", report.matter().name()) }),
            column_kind: "unicodeCodePoints",
            invocations: json!([{
                "executionSuccessful": obstacles.is_empty(),
                "toolExecutionNotifications": obstacles.iter().map(notification).collect::<Vec<_>>(),
            }]),
            properties: properties(&faults),
            tool: json!({ "driver": {
                "name": "reprolock",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": ids.iter().map(|id| rule(id)).collect::<Vec<_>>(),
            }}),
            results: Results { notices: &notices, ids: &ids },
        };
        escaping::pretty(&Log { schema: SCHEMA, runs: [run], version: "2.1.0" }, out)
    }
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'a>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    automation_details: Value,
    column_kind: &'static str,
    invocations: Value,
    properties: Value,
    results: Results<'a>,
    tool: Value,
}

/// Notices, each made into a result as it is written.
struct Results<'a> {
    notices: &'a [Notice<'a>],
    ids: &'a [&'static str],
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The same finding twice on lines of the same text: the second one is another.
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        serializer.collect_seq(self.notices.iter().map(|notice| {
            let key = key(notice);
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            result(notice, self.ids, &format!("{key}\0{count}"))
        }))
    }
}

/// The verdict, of images, and what was silenced, of sources: without results it would not be told.
fn properties(faults: &Faults<'_, '_>) -> Value {
    match faults {
        Faults::Image(verified) => {
            let outcome = verified.outcome;
            json!({ "verdict": Verdict::from(outcome.verdict).id(), "require": outcome.require.name(),
                    "passed": outcome.passed })
        }
        Faults::Sources(checked) => {
            let Counts { silenced, unchanged, more, hidden, .. } = Counts::of(checked);
            let Silenced { comments, settings, baseline } = silenced;
            json!({ "silenced": { "comments": comments, "settings": settings, "baseline": baseline },
                    "unchanged": unchanged, "notListed": more,
                    "hiddenFiles": hidden.files, "failOn": checked.fail_on.name() })
        }
    }
}

/// What is known of a rule or a cause: its page is the help.
fn rule(id: &str) -> Value {
    let described = |summary: &str, doc: &str, level: Severity, more: Value| {
        json!({
            "id": id,
            "shortDescription": { "text": summary },
            "help": { "text": doc, "markdown": doc },
            "defaultConfiguration": { "level": self::level(level) },
            "properties": more,
        })
    };
    if let Some(rule) = rules::find(id) {
        let (about, profile) = (rule.about(), rule.profile());
        let kind = match profile.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "recommendation",
        };
        let more = json!({ "tags": ["reproducibility", profile.set.name()], "precision": profile.confidence.name(),
            "problem.severity": kind });
        return described(about.summary, about.page, profile.severity, more);
    }
    let more = json!({ "tags": ["reproducibility", "drift"] });
    let verdict = Verdict::ALL.iter().map(|verdict| verdict.about()).find(|about| about.id == id);
    match causes::find(id).map(|cause| cause.about()).or(verdict) {
        Some(About { summary, page, .. }) => described(summary, page, Severity::Error, more),
        None => described(id, id, Severity::Error, more),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// What a result is known by from run to run.
fn key(notice: &Notice<'_>) -> String {
    let what = match &notice.placed {
        Some(placed) => placed.line(),
        None => notice.layer.map_or_else(|| notice.message.clone(), |layer| layer.to_string()),
    };
    [notice.id, notice.path.unwrap_or_default(), &what].join("\0")
}

fn result(notice: &Notice<'_>, ids: &[&str], key: &str) -> Value {
    let fingerprint = Sha256::of(key.as_bytes()).hex();
    let mut result = Map::new();
    result.insert("ruleId".into(), notice.id.into());
    result.insert("ruleIndex".into(), ids.binary_search(&notice.id).unwrap_or_default().into());
    result.insert("level".into(), level(notice.level).into());
    result.insert("message".into(), json!({ "text": plain(&notice.text()) }));
    result.insert("locations".into(), location(notice));
    result.insert("partialFingerprints".into(), json!({ "reprolock/v1": fingerprint }));
    if let Some(placed) = &notice.placed {
        if let Some(fix) = placed.fix() {
            result.insert("fixes".into(), json!([self::fix(placed, fix)]));
        }
        let finding = &placed.finding;
        let properties = json!({ "confidence": finding.confidence.name(), "set": set(finding.rule),
                                 "turn": finding.turn.name(), "root": finding.turn.root() });
        result.insert("properties".into(), properties);
    }
    Value::Object(result)
}

/// Where it is: a place in a file, a layer, both, or neither.
fn location(notice: &Notice<'_>) -> Value {
    let mut location = Map::new();
    if let Some(path) = notice.path {
        let mut physical = Map::new();
        physical.insert("artifactLocation".into(), artifact(path));
        if let (Some(start), Some(end)) = (notice.start, notice.end) {
            let whole_line = json!({ "startLine": start.line });
            let region = if notice.placed.is_some() { region(start, end) } else { whole_line };
            physical.insert("region".into(), region);
        }
        location.insert("physicalLocation".into(), Value::Object(physical));
    }
    if let Some(layer) = notice.layer {
        let layer = json!([{ "name": format!("layer {layer}"), "kind": "module" }]);
        location.insert("logicalLocations".into(), layer);
    }
    if location.is_empty() { json!([]) } else { json!([location]) }
}

fn region(start: Position, end: Position) -> Value {
    json!({ "startLine": start.line, "startColumn": start.column,
            "endLine": end.line, "endColumn": end.column })
}

fn artifact(path: &str) -> Value {
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{}", uri(path)) }),
        false => json!({ "uri": uri(path), "uriBaseId": "%SRCROOT%" }),
    }
}

/// A path as a relative reference (RFC 3986 §3.3, §4.2): what is not plain is percent-encoded, a colon too.
fn uri(path: &str) -> String {
    percent_encoded(path, b"/")
}

fn fix(placed: &Placed<'_>, fix: &Fix) -> Value {
    let replacement = |edit: &crate::finding::Edit| {
        let (start, end) = placed.range(edit);
        json!({ "deletedRegion": region(start, end), "insertedContent": { "text": edit.text } })
    };
    let description = match fix.safety {
        Safety::Safe => "what is built stays what it is now",
        Safety::Unsafe => "unsafe: what is built may change",
    };
    json!({
        "description": { "text": description },
        "artifactChanges": [{
            "artifactLocation": artifact(&placed.source.path),
            "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

fn notification(obstacle: &Obstacle) -> Value {
    let mut physical = Map::new();
    physical.insert("artifactLocation".into(), artifact(&obstacle.path));
    if let Some(at) = obstacle.at {
        physical.insert("region".into(), json!({ "startLine": at.line, "startColumn": at.column }));
    }
    json!({ "level": "error", "message": { "text": plain(&obstacle.message) },
            "locations": [{ "physicalLocation": physical }] })
}

/// Text with no link in it, whatever it quotes (SARIF 2.1.0 §3.11.6).
fn plain(text: &str) -> String {
    text.replace("](", "\\](")
}
