//! The documents of `freeze` and `inspect`.

use serde_json::{Map, Value, json};

use super::{executables, ownership};
use crate::inspect::Inspection;
use crate::lockfile::Lockfile;
use crate::report::model::{Frozen, Inspected};

pub(super) fn frozen(frozen: &Frozen<'_>) -> Value {
    // What the lockfile holds is in the lockfile; its name is the image's in it.
    let Frozen { image: _, transport, lockfile, lock, notes } = frozen;
    let packages: Map<String, Value> =
        lock.package.iter().map(|(ecosystem, packages)| (ecosystem.clone(), packages.len().into())).collect();
    json!({
        "schema": "reprolock/freeze/1",
        "lockfile": lockfile,
        "image": { "reference": lock.image.reference, "transport": transport, "platform": lock.image.platform,
                   "manifest": lock.image.manifest, "config": lock.image.config },
        "layers": lock.layer.len(),
        "packages": packages,
        "files": lock.image.files,
        "notes": notes,
    })
}

pub(super) fn inspected(inspected: &Inspected<'_>) -> Value {
    let Inspected { image: _, transport, parts: _, inspection } = inspected;
    let Inspection { lock, notes, ownership, executables } = inspection;
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
