//! Fields of TOML documents, asked for by key: what is not there, or is something else, is none.
//!
//! What it refuses to do: it says nothing of keys that nobody asks for; tools add some in every version.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::model::{PartKind, ProjectLock};
use crate::base::digest::Digest;
use crate::base::limits;
use crate::python::normal_name;

/// The document, or what is wrong with it.
pub(super) fn document(text: &str) -> Result<Table, String> {
    crate::base::toml::from_str::<Table>(text).map_err(|error| {
        let line = crate::base::toml::line(&error, text);
        let line = line.map_or(String::new(), |line| format!("line {line}: "));
        format!("it is not TOML: {line}{}", error.message())
    })
}

/// An error unless `version` of the format, `none` where there is none, begins as one of `known`.
pub(super) fn known_version(version: Option<&str>, known: &[&str]) -> Result<(), String> {
    let is_known = |version: &str| {
        let major = version.split('.').next().unwrap_or_default();
        known.contains(&major)
    };
    match version {
        Some(version) if is_known(version) => Ok(()),
        version => {
            let version = version.map_or("none".to_owned(), |version| format!("{version:.40?}"));
            Err(format!("its version is {version}, and {} is read", known.join(" or ")))
        }
    }
}

/// The value at the end of a path of keys.
pub(super) fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

/// The table at the end of a path of keys.
pub(super) fn table<'a>(of: &'a Table, path: &[&str]) -> Option<&'a Table> {
    at(of, path)?.as_table()
}

/// A text.
pub(super) fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

/// The texts of a list.
pub(super) fn texts<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The tables of a list.
pub(super) fn tables<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> + use<'a> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// The entries of a list of packages that have a name, under the caps.
pub(super) fn packages<'a>(
    document: &'a Table,
    key: &str,
    lock: &mut ProjectLock,
) -> Result<Vec<&'a Table>, String> {
    let list = match document.get(key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(format!("its {key} is no list")),
    };
    if list.len() > limits::LOCK_ENTRIES {
        return Err(format!("it has more than {} packages", limits::LOCK_ENTRIES));
    }
    let mut rows = Vec::new();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, row) in list.iter().enumerate() {
        let named =
            row.as_table().and_then(|row| Some((row, text(row, "name").filter(|name| !name.is_empty())?)));
        let Some((row, name)) = named else {
            lock.problem(format!("its {}. {key} has no name", at + 1));
            continue;
        };
        if row.get("version").is_some_and(|version| !version.is_str()) {
            lock.problem(format!("the version of its {}. {key}, {name:.80}, is no text", at + 1));
        }
        let count = names.entry(name).or_default();
        *count += 1;
        if *count > limits::LOCK_ALTERNATIVES {
            return Err(format!("it has {name:.80} more than {} times", limits::LOCK_ALTERNATIVES));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// A digest as locks write it, `sha256:…`; none of an algorithm that is not compared.
pub(super) fn digest(text: &str) -> Option<Digest> {
    text.trim().to_ascii_lowercase().parse().ok()
}

/// The project's name by its `pyproject.toml`, in normal form.
pub(super) fn project_name(project: Option<&Table>) -> Option<String> {
    let named = |path: &[&str]| at(project?, path)?.as_str();
    named(&["project", "name"]).or_else(|| named(&["tool", "poetry", "name"])).map(normal_name)
}

/// The names of the keys of a table of groups, in normal form.
pub(super) fn group_names(project: Option<&Table>, path: &[&str]) -> BTreeSet<String> {
    let groups = project.and_then(|project| table(project, path));
    groups.into_iter().flat_map(Table::keys).map(|name| normal_name(name)).collect()
}

/// Makes the main part, which every lock has.
pub(super) fn with_main() -> ProjectLock {
    let mut lock = ProjectLock::default();
    lock.part(PartKind::Main, "", true);
    lock
}

/// The parts that `pyproject.toml` declares as extras.
pub(super) fn declare_extras(lock: &mut ProjectLock, project: Option<&Table>) {
    for extra in group_names(project, &["project", "optional-dependencies"]) {
        lock.part(PartKind::Extra, &extra, false);
    }
}
