//! What executables say of how they were built, in the document of `inspect`.

use serde_json::{Map, Value, json};

use crate::formats::go_build::{GoBuild, GoModule};
use crate::formats::rust_audit::RustCrate;
use crate::inspect::executables::{BuildNotes, Executable};
use crate::report::story::unreadable;

pub(super) fn executables(executables: &[Executable]) -> Value {
    executables.iter().map(executable).collect()
}

fn executable(executable: &Executable) -> Value {
    let Executable { path, layer, notes } = executable;
    let mut document = Map::new();
    document.insert("path".into(), path.to_string().into());
    document.insert("layer".into(), (*layer).into());
    let (key, value) = match notes {
        BuildNotes::Go(build) => ("go", go(build)),
        BuildNotes::Rust(crates) => ("rust", crates.iter().map(rust).collect()),
        BuildNotes::Unreadable(fault) => ("problem", unreadable(*fault).into()),
        BuildNotes::TooLarge => ("problem", "too large to be looked at".into()),
    };
    document.insert(key.into(), value);
    Value::Object(document)
}

fn go(build: &GoBuild) -> Value {
    let GoBuild { version, path, main, modules, settings } = build;
    let modules: Value = modules.iter().map(module).collect();
    let settings: Map<String, Value> =
        settings.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    json!({ "version": version, "path": path, "main": main.as_ref().map(module), "modules": modules, "settings": settings })
}

fn module(module: &GoModule) -> Value {
    let GoModule { path, version, sum, replace } = module;
    let mut row = json!({ "path": path, "version": version });
    if let Some(row) = row.as_object_mut() {
        if !sum.is_empty() {
            row.insert("sum".into(), sum.as_str().into());
        }
        if let Some(replace) = replace {
            row.insert("replace".into(), self::module(replace));
        }
    }
    row
}

fn rust(one: &RustCrate) -> Value {
    let RustCrate { name, version, source, is_for_build, is_root } = one;
    json!({ "name": name, "version": version, "source": source, "build": is_for_build, "root": is_root })
}
