//! JSON for programs. Shapes: docs/schemas/; each document names its own.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::model::{Frozen, Inspected, Report, Verified};
use super::style::Style;
use crate::base::path::misleads;
use crate::lockfile::Lockfile;
use crate::verify::causes::Attribution;
use crate::verify::config::Difference;
use crate::verify::drift::Drift;
use crate::verify::outcome::CauseCount;
use crate::verify::packages::Changes;
use crate::verify::{Identity, LayerOutcome, Presence};

/// The shape of what `verify` found.
const VERIFY: &str = "reprolock/verify/1";

/// `--format json`
pub struct Json;

impl super::Format for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn render(&self, report: &Report<'_>, _: &Style) -> String {
        let document = match report {
            Report::Freeze(frozen) => freeze(frozen),
            Report::Verify(verified) => verify(verified, VERIFY),
            Report::Diff(verified) => verify(verified, "reprolock/diff/1"),
            Report::Inspect(inspected) => inspect(inspected),
        };
        escaped(format!("{document:#}\n"))
    }
}

/// What `verify` found, as its document has it.
pub(super) fn verified(verified: &Verified<'_>) -> Value {
    verify(verified, VERIFY)
}

/// JSON asks for fewer escapes than a terminal does. All these characters have at most four digits.
fn escaped(text: String) -> String {
    let is_raw = |c: char| c != '\n' && misleads(c);
    let escape = |c: char| if is_raw(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    if text.contains(is_raw) { text.chars().map(escape).collect() } else { text }
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

fn verify(verified: &Verified<'_>, schema: &str) -> Value {
    let outcome = verified.outcome;
    json!({
        "schema": schema,
        "verdict": outcome.verdict.name(),
        "require": outcome.require.name(),
        "passed": outcome.passed,
        "image": { "reference": verified.image, "platform": verified.platform,
                   "expected": outcome.manifests.0, "found": outcome.manifests.1 },
        "layers": outcome.layers.iter().map(|item| layer(item, verified.dockerfile)).collect::<Vec<_>>(),
        "config": differences(&outcome.config),
        "args": differences(&outcome.args),
        "packages": packages(&outcome.packages),
        "causes": outcome.causes().iter().map(cause).collect::<Vec<_>>(),
        "notes": outcome.notes,
    })
}

fn layer(layer: &LayerOutcome, dockerfile: Option<&str>) -> Value {
    json!({
        "index": layer.index,
        "tier": layer.tier.name(),
        "presence": match layer.presence {
            Presence::Both => "both",
            Presence::Added => "added",
            Presence::Removed => "removed",
        },
        "base": layer.is_base,
        "instruction": layer.instruction,
        "dockerfile": layer.line.and(dockerfile),
        "line": layer.line,
        "causes": layer.causes.iter().map(layer_cause).collect::<Vec<_>>(),
        "expected": layer.expected.map(identity),
        "found": layer.found.map(identity),
        "drifts": layer.drifts.as_ref().map(|drifts| drifts.iter().map(drift).collect::<Vec<_>>()),
    })
}

fn identity(identity: Identity) -> Value {
    json!({ "digest": identity.digest, "diff_id": identity.diff_id, "size": identity.size })
}

fn drift(drift: &Drift) -> Value {
    let best = drift.causes.first();
    json!({
        "path": drift.path.to_string(),
        "change": drift.change.name(),
        "fields": drift.fields.iter().map(|field| field.name()).collect::<Vec<_>>(),
        "renamed_from": drift.renamed_from.as_ref().map(ToString::to_string),
        "cause": best.map(|found| found.cause.id()),
        "confidence": best.map(|found| found.explanation.confidence.name()),
        "evidence": best.map(|found| &found.explanation.evidence),
        "fix": best.map(|found| found.cause.fix()),
        "rule": best.and_then(|found| found.cause.rule()),
        "also": drift.causes.iter().skip(1).map(|found| found.cause.id()).collect::<Vec<_>>(),
    })
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
        "layers": count.layers,
    })
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
    let listed = |items: &[crate::verify::packages::Listed]| {
        let one = |item: &crate::verify::packages::Listed| {
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
