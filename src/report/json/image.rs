//! The documents of `freeze` and `inspect`.

use serde_json::{Map, Value, json};

use super::{executables, ownership};
use crate::inspect::Inspection;
use crate::lockfile::Lockfile;
use crate::lockfile::model::{AgreementStatus, LockedAgreement};
use crate::report::model::{Frozen, Inspected};

use super::integrity;

pub(super) fn frozen(frozen: &Frozen<'_>) -> Value {
    // What the lockfile holds is in the lockfile; its name is the image's in it.
    let Frozen { image: _, transport, lockfile, lock, notes } = frozen;
    let packages: Map<String, Value> =
        lock.package.iter().map(|(ecosystem, packages)| (ecosystem.clone(), packages.len().into())).collect();
    let mut document = json!({
        "schema": "reprolock/freeze/1",
        "lockfile": lockfile,
        "image": { "reference": lock.image.reference, "transport": transport, "platform": lock.image.platform,
                   "manifest": lock.image.manifest, "config": lock.image.config },
        "layers": lock.layer.len(),
        "packages": packages,
        "files": lock.image.files,
        "notes": notes,
    });
    if let (false, Value::Object(document)) = (lock.agreement.is_empty(), &mut document) {
        document.insert("agreement".to_owned(), lock.agreement.iter().map(agreement).collect());
    }
    document
}

/// How many packages are what; which, is in the lockfile.
fn agreement(agreement: &LockedAgreement) -> Value {
    let missing = agreement.package.iter().filter(|row| row.is_missing()).count();
    let mut counts = Map::new();
    counts.insert("as_locked".into(), agreement.as_locked.len().into());
    counts.insert("missing".into(), missing.into());
    for status in AgreementStatus::ALL {
        let other = if status == AgreementStatus::Absent { missing } else { 0 };
        counts.insert(status.name().replace('-', "_"), (agreement.rows(status).count() - other).into());
    }
    json!({
        "lock": agreement.lock,
        "format": agreement.format,
        "ecosystem": agreement.ecosystem,
        "environment": agreement.environment,
        "asked": agreement.asked,
        "asked_by": agreement.asked_by.name(),
        "line": agreement.dockerfile_line,
        "counts": counts,
    })
}

pub(super) fn inspected(inspected: &Inspected<'_>) -> Value {
    let Inspected { image: _, transport, parts: _, inspection } = inspected;
    let Inspection { lock, notes, ownership, integrity, executables } = inspection;
    let mut document = Map::new();
    document.insert("schema".into(), "reprolock/inspect/1".into());
    let Value::Object(facts) = snake_case(value(lock)) else { return Value::Null };
    // The lockfile's own version, and the digest of an index that was not written, say nothing here.
    document.extend(facts.into_iter().filter(|(key, _)| key != "version"));
    if let Some(Value::Object(image)) = document.get_mut("image") {
        image.insert("transport".into(), (*transport).into());
    }
    // A field for each thing that is derived.
    document.insert("ownership".into(), ownership::amounts(ownership));
    document.insert("unowned".into(), ownership::unowned(ownership));
    document.insert("unlisted".into(), ownership::unlisted(ownership));
    document.insert("integrity".into(), integrity.iter().map(integrity::of_database).collect());
    if let Some(executables) = executables {
        document.insert("executables".into(), executables::executables(executables));
    }
    document.insert("notes".into(), notes.as_slice().into());
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
