//! JSON for programs. Shapes: docs/schemas/; each document names its own.

use std::collections::BTreeMap;
use std::io;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::escaping;
use super::format::Format;
use super::lint::{Placed, fixed, placed};
use super::model::{Checked, Frozen, Inspected, Report, Verified};
use super::story;
use super::style::Style;
use crate::base::about::{About, Kind};
use crate::causes::Attribution;
use crate::compare::config::Difference;
use crate::compare::drift::{Drift, Field};
use crate::compare::outcome::Identity;
use crate::compare::packages::Changes;
use crate::finding::Edit;
use crate::lint::Obstacle;
use crate::lockfile::Lockfile;
use crate::verify::mending::Mending;
use crate::verify::outcome::CauseCount;
use crate::verify::{ExplainedDrift, ExplainedLayer};

/// The shape of what `verify` found.
const VERIFY: &str = "reprolock/verify/1";

/// `--format json`
pub(super) struct Json;

impl Format for Json {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: Kind::Format,
            id: "json",
            summary: "for programs: everything, in documents with schemas",
            page: include_str!("../../docs/formats/json.md"),
        };
        &ABOUT
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        match report {
            Report::Freeze(frozen) => escaping::pretty(&freeze(frozen), out),
            Report::Verify(verified) => escaping::pretty(&verify(verified, VERIFY), out),
            Report::Diff(verified) => escaping::pretty(&verify(verified, "reprolock/diff/1"), out),
            Report::Inspect(inspected) => escaping::pretty(&inspect(inspected), out),
            Report::Lint(checked) => escaping::pretty(&lint(checked), out),
        }
    }
}

/// What `verify` found, as its document has it.
pub(super) fn verified<'a>(verified: &'a Verified<'a>) -> impl Serialize + use<'a> {
    verify(verified, VERIFY)
}

fn freeze(frozen: &Frozen<'_>) -> Value {
    let lock = frozen.lock;
    let packages: Map<String, Value> =
        lock.package.iter().map(|(ecosystem, packages)| (ecosystem.clone(), packages.len().into())).collect();
    json!({
        "schema": "reprolock/freeze/1",
        "lockfile": frozen.lockfile,
        "image": { "reference": lock.image.reference, "platform": lock.image.platform,
                   "manifest": lock.image.manifest, "config": lock.image.config },
        "layers": lock.layer.len(),
        "packages": packages,
        "files": lock.image.files,
        "notes": frozen.notes,
    })
}

fn inspect(inspected: &Inspected<'_>) -> Value {
    let mut document = Map::new();
    document.insert("schema".into(), "reprolock/inspect/1".into());
    let Value::Object(facts) = snake_case(value(inspected.lock)) else { return Value::Null };
    // The lockfile's own version, and the digest of an index that was not written, say nothing here.
    document.extend(facts.into_iter().filter(|(key, _)| key != "version"));
    document.insert("notes".into(), inspected.notes.into());
    Value::Object(document)
}

fn value(lock: &Lockfile) -> Value {
    // A lockfile has string keys alone, so it always has a JSON form.
    serde_json::to_value(lock).unwrap_or_default()
}

/// TOML's `diff-id` is JSON's `diff_id`.
fn snake_case(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.into_iter().map(|(key, value)| (key.replace('-', "_"), snake_case(value)));
            Value::Object(entries.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(snake_case).collect()),
        other => other,
    }
}

/// The document of `verify` and `diff`. It is written as it is walked: a hundred thousand drifts are never held as JSON.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    verdict: &'a str,
    require: &'a str,
    passed: bool,
    image: Value,
    layers: Vec<LayerDocument<'a>>,
    container: Option<ContainerDocument<'a>>,
    config: Value,
    args: Value,
    packages: Value,
    causes: Vec<Value>,
    edits: Vec<Value>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct LayerDocument<'a> {
    index: usize,
    tier: &'a str,
    presence: &'a str,
    at: Value,
    base: bool,
    instruction: Option<&'a str>,
    dockerfile: Option<&'a str>,
    line: Option<usize>,
    lines: &'a [usize],
    expected: Option<Value>,
    found: Option<Value>,
    drifts: Option<Drifts<'a>>,
    causes: Vec<Value>,
}

#[derive(Serialize)]
struct ContainerDocument<'a> {
    drifts: Paths<'a>,
}

/// A layer's drifts, each made into its document as it is written.
struct Drifts<'a>(ExplainedLayer<'a>);

impl Serialize for Drifts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.drifts().map(drift))
    }
}

/// A container's drifts, likewise.
struct Paths<'a>(&'a [Drift]);

impl Serialize for Paths<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(path))
    }
}

fn verify<'a>(verified: &'a Verified<'_>, schema: &'a str) -> Document<'a> {
    let outcome = verified.outcome;
    Document {
        schema,
        verdict: outcome.verdict.name(),
        require: outcome.require.name(),
        passed: outcome.passed,
        image: json!({ "reference": verified.image, "platform": verified.platform,
                       "expected": outcome.facts.manifests.0, "found": outcome.facts.manifests.1 }),
        layers: outcome.layers().map(|item| layer(item, verified.dockerfile)).collect(),
        container: outcome
            .facts
            .container
            .as_ref()
            .map(|item| ContainerDocument { drifts: Paths(&item.drifts) }),
        config: differences(&outcome.facts.config),
        args: differences(&outcome.facts.args),
        packages: packages(&outcome.facts.packages),
        causes: outcome.causes().iter().map(cause).collect(),
        edits: outcome.edits.iter().map(|item| mending(item, verified.dockerfile)).collect(),
        notes: &outcome.notes,
    }
}

fn layer<'a>(explained: ExplainedLayer<'a>, dockerfile: Option<&'a str>) -> LayerDocument<'a> {
    let ExplainedLayer { layer, causes, .. } = explained;
    LayerDocument {
        index: layer.index,
        tier: layer.tier.name(),
        presence: layer.presence.name(),
        at: json!({ "expected": layer.group.old, "found": layer.group.new }),
        base: layer.is_base,
        instruction: layer.instruction.as_deref(),
        dockerfile: layer.line.and(dockerfile),
        line: layer.line,
        lines: &layer.lines,
        expected: layer.expected.map(identity),
        found: layer.found.map(identity),
        drifts: layer.drifts.as_ref().map(|_| Drifts(explained)),
        causes: causes.iter().map(layer_cause).collect(),
    }
}

fn identity(identity: Identity) -> Value {
    json!({ "digest": identity.digest, "diff_id": identity.diff_id, "size": identity.size })
}

/// A drifted path. There may be a hundred thousand of them, so it borrows what it can.
#[derive(Serialize)]
struct DriftDocument<'a> {
    path: String,
    change: &'a str,
    fields: Vec<&'a str>,
    line: Option<usize>,
    overwritten: bool,
    renamed_from: Option<String>,
    cause: Option<&'a str>,
    confidence: Option<&'a str>,
    evidence: Option<&'a str>,
    fix: Option<&'a str>,
    rule: Option<&'a str>,
    values: BTreeMap<&'a str, (String, String)>,
    also: Vec<&'a str>,
}

fn drift(explained: ExplainedDrift<'_>) -> DriftDocument<'_> {
    let ExplainedDrift { drift, causes, .. } = explained;
    let best = explained.best();
    DriftDocument {
        path: drift.path.to_string(),
        change: drift.change.name(),
        fields: drift.fields.iter().map(|field| field.name()).collect(),
        line: drift.line,
        overwritten: drift.is_overwritten,
        renamed_from: drift.renamed_from.as_ref().map(ToString::to_string),
        cause: best.map(|found| found.cause.id()),
        confidence: best.map(|found| found.explanation.confidence.name()),
        evidence: best.map(|found| found.explanation.evidence.as_str()),
        fix: best.map(|found| found.cause.fix()),
        rule: best.and_then(|found| found.cause.rule()),
        values: values(drift),
        also: causes.iter().skip(1).map(|found| found.cause.id()).collect(),
    }
}

/// Both sides' values of the fields that differ and have short ones.
fn values(drift: &Drift) -> BTreeMap<&'static str, (String, String)> {
    let one = |field: &Field| Some((field.name(), story::value(drift, *field)?));
    drift.fields.iter().filter_map(one).collect()
}

/// A path that differs between the merged trees.
#[derive(Serialize)]
struct PathDocument<'a> {
    path: String,
    change: &'a str,
    fields: Vec<&'a str>,
}

fn path(drift: &Drift) -> PathDocument<'_> {
    PathDocument {
        path: drift.path.to_string(),
        change: drift.change.name(),
        fields: drift.fields.iter().map(|field| field.name()).collect(),
    }
}

fn layer_cause(found: &Attribution) -> Value {
    json!({
        "cause": found.cause.id(),
        "confidence": found.explanation.confidence.name(),
        "evidence": found.explanation.evidence,
        "fix": found.cause.fix(),
        "rule": found.cause.rule(),
    })
}

fn cause(count: &CauseCount) -> Value {
    json!({
        "cause": count.cause.as_ref().map_or("unexplained", |found| found.cause.id()),
        "files": count.files,
        "likely": count.likely,
        "layers": count.layers,
    })
}

fn mending(mending: &Mending, dockerfile: Option<&str>) -> Value {
    let before: Vec<&String> = mending.hunks.iter().flat_map(|hunk| &hunk.before).collect();
    let after: Vec<&String> = mending.hunks.iter().flat_map(|hunk| &hunk.after).collect();
    json!({
        "causes": mending.causes,
        "rule": mending.rule,
        "path": dockerfile.unwrap_or("Dockerfile"),
        "lines": mending.lines,
        "safety": mending.fix.safety.name(),
        "before": before,
        "after": after,
        "edits": mending.fix.edits.iter().map(edit).collect::<Vec<_>>(),
    })
}

fn edit(edit: &Edit) -> Value {
    json!({ "start": edit.span.start, "end": edit.span.end, "text": edit.text })
}

fn differences(differences: &[Difference]) -> Value {
    let one = |difference: &Difference| json!({ "field": difference.field, "expected": difference.expected, "found": difference.found });
    differences.iter().map(one).collect()
}

fn packages(changes: &Changes) -> Value {
    #[derive(Serialize)]
    struct Listed<'a> {
        ecosystem: &'a str,
        name: &'a str,
        version: &'a str,
    }
    let listed = |items: &[crate::compare::packages::Listed]| {
        let one = |item: &crate::compare::packages::Listed| {
            json!(Listed { ecosystem: &item.ecosystem, name: &item.name, version: &item.version })
        };
        items.iter().map(one).collect::<Vec<_>>()
    };
    let changed = changes.changed.iter().map(|item| {
        json!({ "ecosystem": item.ecosystem, "name": item.name, "expected": item.expected, "found": item.found })
    });
    json!({
        "added": listed(&changes.added),
        "removed": listed(&changes.removed),
        "changed": changed.collect::<Vec<_>>(),
    })
}

fn lint(checked: &Checked<'_>) -> Value {
    let fixed =
        fixed(checked).map(|(path, count, rules)| json!({ "path": path, "findings": count, "rules": rules }));
    let obstacle = |obstacle: &Obstacle| {
        json!({ "path": obstacle.path, "line": obstacle.at.map(|at| at.line),
                "column": obstacle.at.map(|at| at.column), "message": obstacle.message })
    };
    json!({
        "schema": "reprolock/lint/1",
        "findings": placed(checked).map(|placed| finding(&placed)).collect::<Vec<_>>(),
        "fixed": fixed.collect::<Vec<_>>(),
        "obstacles": checked.obstacles.iter().map(obstacle).collect::<Vec<_>>(),
    })
}

fn finding(placed: &Placed<'_>) -> Value {
    let finding = placed.finding;
    let fix = finding.fix.as_ref().map(
        |fix| json!({ "safety": fix.safety.name(), "edits": fix.edits.iter().map(edit).collect::<Vec<_>>() }),
    );
    json!({
        "rule": finding.rule,
        "severity": finding.severity.name(),
        "confidence": finding.confidence.name(),
        "path": placed.source.path,
        "line": placed.start.line,
        "column": placed.start.column,
        "end_line": placed.end.line,
        "end_column": placed.end.column,
        "message": finding.message,
        "help": finding.help,
        "fix": fix,
    })
}
