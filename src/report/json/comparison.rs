//! The documents of `verify` and `diff`.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::edit::edit;
use crate::agreement::Turned;
use crate::causes::{Attribution, Explanation};
use crate::compare::config::Difference;
use crate::compare::drift::{Drift, Field};
use crate::compare::outcome::{Comparison, Container, Identity, LayerOutcome};
use crate::compare::packages::{Changed, Changes, Listed, Unchecked};
use crate::compare::pairing::Group;
use crate::compare::uncompared::Uncompared;
use crate::finding::Fix;
use crate::report::model::Verified;
use crate::report::story;
use crate::report::verdict::Verdict;
use crate::verify::mending::Mending;
use crate::verify::outcome::CauseCount;
use crate::verify::{ExplainedDrift, ExplainedLayer, Outcome};

/// The document of `verify` and `diff`. It is written as it is walked: a hundred thousand drifts are never held as JSON.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'a str,
    verdict: &'a str,
    require: &'a str,
    passed: bool,
    image: Value,
    layers: Vec<LayerDocument<'a>>,
    container: Option<ContainerDocument<'a>>,
    config: Value,
    args: Value,
    images: Value,
    uncompared: Vec<Value>,
    packages: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agreement: Vec<Value>,
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

pub(super) fn document<'a>(verified: &'a Verified<'_>, schema: &'a str) -> Document<'a> {
    // The base's and the other side's names are for people.
    let Verified { image, transport, against: _, platform, base: _, dockerfile, outcome } = verified;
    let Outcome { facts, explanations: _, verdict, passed, require, edits, notes } = outcome;
    let Comparison {
        manifests,
        configs,
        layers: _,
        container,
        config,
        args,
        images,
        packages,
        agreement,
        uncompared,
    } = facts;
    let ((expected, actual), (expected_config, actual_config)) = (manifests, configs);
    let container =
        container.as_ref().map(|Container { drifts }| ContainerDocument { drifts: Paths(drifts) });
    Document {
        schema,
        verdict: verdict.name(),
        require: require.name(),
        passed: *passed,
        image: json!({ "reference": image, "transport": transport, "platform": platform, "expected": expected, "found": actual,
            "expected_config": expected_config, "found_config": actual_config }),
        layers: outcome.layers().map(|item| layer(item, *dockerfile)).collect(),
        container,
        config: differences(config),
        args: differences(args),
        images: differences(images),
        uncompared: uncompared.iter().map(self::uncompared).collect(),
        packages: self::packages(packages),
        agreement: agreement.iter().map(|item| turned(item, outcome)).collect(),
        causes: outcome.causes().iter().map(cause).collect(),
        edits: edits.iter().map(|item| mending(item, *dockerfile)).collect(),
        notes,
    }
}

fn layer<'a>(explained: ExplainedLayer<'a>, dockerfile: Option<&'a str>) -> LayerDocument<'a> {
    let LayerOutcome {
        index,
        group: Group { old, new, is_moved: _ },
        tier,
        presence,
        is_base,
        instruction,
        line,
        lines,
        expected,
        found,
        drifts,
    } = explained.layer;
    LayerDocument {
        index: *index,
        tier: tier.name(),
        presence: presence.name(),
        at: json!({ "expected": old, "found": new }),
        base: *is_base,
        instruction: instruction.as_deref(),
        dockerfile: line.and(dockerfile),
        line: *line,
        lines,
        expected: expected.map(identity),
        found: found.map(identity),
        drifts: drifts.as_ref().map(|_| Drifts(explained)),
        causes: explained.causes.iter().map(layer_cause).collect(),
    }
}

fn identity(identity: Identity) -> Value {
    let Identity { digest, diff_id, size } = identity;
    json!({ "digest": digest, "diff_id": diff_id, "size": size })
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
    // The page shows excerpts and both sides' rows; of these, values has what is short.
    let ExplainedDrift { drift, causes, preview: _ } = explained;
    let Drift { path, kind: _, change, renamed_from, fields, old: _, new: _, line, is_overwritten } = drift;
    let best = explained.best();
    DriftDocument {
        path: path.to_string(),
        change: change.name(),
        fields: fields.iter().map(|field| field.name()).collect(),
        line: *line,
        overwritten: *is_overwritten,
        renamed_from: renamed_from.as_ref().map(ToString::to_string),
        cause: best.map(|best| best.cause.id()),
        confidence: best.map(|best| best.explanation.confidence.name()),
        evidence: best.map(|best| best.explanation.evidence.as_str()),
        fix: best.map(|best| best.cause.fix()),
        rule: best.and_then(|best| best.cause.rule()),
        values: values(drift),
        also: causes.iter().skip(1).map(|other| other.cause.id()).collect(),
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

fn layer_cause(attribution: &Attribution) -> Value {
    let Attribution { cause, explanation } = attribution;
    // What it covers and how it is put together with others decided what is told.
    let Explanation { confidence, evidence, covers: _, grouping: _, is_by_place: _ } = explanation;
    json!({
        "cause": cause.id(),
        "confidence": confidence.name(),
        "evidence": evidence,
        "fix": cause.fix(),
        "rule": cause.rule(),
    })
}

fn cause(count: &CauseCount) -> Value {
    // The lines stand at each drift.
    let CauseCount { cause, files, likely, layers, lines: _ } = count;
    let id = cause.as_ref().map_or(Verdict::Unexplained.id(), |best| best.cause.id());
    json!({ "cause": id, "files": files, "likely": likely, "layers": layers })
}

fn mending(mending: &Mending, dockerfile: Option<&str>) -> Value {
    let Mending { causes, rule, lines, fix: Fix { safety, edits }, hunks } = mending;
    let before: Vec<&String> = hunks.iter().flat_map(|hunk| &hunk.before).collect();
    let after: Vec<&String> = hunks.iter().flat_map(|hunk| &hunk.after).collect();
    json!({
        "causes": causes,
        "rule": rule,
        "path": dockerfile.unwrap_or("Dockerfile"),
        "lines": lines,
        "safety": safety.name(),
        "before": before,
        "after": after,
        "edits": edits.iter().map(edit).collect::<Vec<_>>(),
    })
}

fn differences(differences: &[Difference]) -> Value {
    let one = |difference: &Difference| {
        let Difference { field, expected, found } = difference;
        json!({ "field": field, "expected": expected, "found": found })
    };
    differences.iter().map(one).collect()
}

fn uncompared(one: &Uncompared) -> Value {
    let Uncompared { field, reason } = one;
    json!({ "field": field, "reason": reason.name() })
}

fn turned(item: &Turned, outcome: &Outcome) -> Value {
    let Turned { lock, ecosystem, environment, name, before, now, locked, installed, layer } = item;
    json!({
        "lock": lock,
        "ecosystem": ecosystem,
        "environment": environment,
        "name": name,
        "before": before.name(),
        "now": now.name(),
        "locked": locked,
        "installed": installed,
        "layer": layer,
        "line": layer.and_then(|layer| story::line_of(outcome, layer)),
        "lost": item.is_lost(),
        "gained": item.is_gained(),
    })
}

fn packages(changes: &Changes) -> Value {
    let Changes { added, removed, changed, unchecked } = changes;
    let listed = |item: &Listed| {
        let Listed { ecosystem, name, version } = item;
        json!({ "ecosystem": ecosystem, "name": name, "version": version })
    };
    let listed = |items: &[Listed]| items.iter().map(listed).collect::<Vec<Value>>();
    let changed = changed.iter().map(|item| {
        let Changed { ecosystem, name, expected, found, fields } = item;
        let fields: Vec<&str> = fields.iter().map(|field| field.name()).collect();
        json!({ "ecosystem": ecosystem, "name": name, "expected": expected, "found": found, "fields": fields })
    });
    let mut packages = json!({
        "added": listed(added),
        "removed": listed(removed),
        "changed": changed.collect::<Vec<_>>(),
    });
    if let (false, Value::Object(packages)) = (unchecked.is_empty(), &mut packages) {
        let unchecked = unchecked.iter().map(|item| {
            let Unchecked { ecosystem, path, reason } = item;
            json!({ "ecosystem": ecosystem, "path": path, "reason": reason })
        });
        packages.insert("unchecked".to_owned(), unchecked.collect());
    }
    packages
}
