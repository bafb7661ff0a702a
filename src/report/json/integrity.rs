//! What packages' own lists say of the files, in the document of `inspect`.

use serde_json::{Value, json};

use crate::ecosystem::{Integrity, NamedFiles};

/// Of one database.
pub(super) fn of_database(integrity: &Integrity) -> Value {
    let Integrity { ecosystem, location, packages, intact, changed, missing, unchecked, unlisted } =
        integrity;
    json!({
        "ecosystem": ecosystem,
        "location": location.to_string(),
        "packages": packages,
        "intact": intact,
        "changed": files(changed),
        "missing": files(missing),
        "unchecked": files(unchecked),
        "unlisted": files(unlisted),
    })
}

fn files(files: &NamedFiles) -> Value {
    let NamedFiles { count, named } = files;
    let named = named.iter().map(|(path, package)| match package {
        Some(package) => json!({ "path": path.to_string(), "package": package }),
        None => json!({ "path": path.to_string() }),
    });
    json!({ "count": count, "named": named.collect::<Vec<Value>>() })
}
