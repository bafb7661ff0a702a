//! Fields of TOML documents, asked for by key: what is not there, or is something else, is none.
//!
//! What it refuses to do: it says nothing of keys that nobody asks for; tools add some in every version.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::model::{PartKind, ProjectLock};
use crate::base::digest::Digest;
use crate::base::limits;
use crate::python::normal_name;

/// The document, or what is wrong with it.
pub(super) fn document(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| format!("it is not TOML: {}", error.message()))
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

/// The entries of a list of packages, under the cap.
pub(super) fn packages<'a>(document: &'a Table, key: &str, lock: &mut ProjectLock) -> Vec<&'a Table> {
    let all = tables(document, key).count();
    if all > limits::LOCK_ENTRIES {
        lock.problems.push(format!("only {} of its {all} packages are looked at", limits::LOCK_ENTRIES));
    }
    tables(document, key).take(limits::LOCK_ENTRIES).collect()
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
