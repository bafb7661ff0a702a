//! What projects, conda's environments and scripts say that they depend on, and what of it is open.
//!
//! What it refuses to do: it runs no build backend, so that what `setup.py` or a dynamic field says is not known.

use std::collections::{BTreeMap, BTreeSet};

use crate::lint::read::node::Node;
use crate::lint::read::yaml;
use crate::python::{RequirementSource, RequirementsText, normal_name};

/// What a text says that it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Dependencies {
    /// None, or all in one version.
    Held,
    /// This one, among others, in several.
    Open(String),
    /// What can't be told from the text.
    Unknown,
}

/// What of a requirement's text is open.
fn open(text: &str) -> Option<String> {
    let read = RequirementsText::parse(text);
    let open = read.requirements().find(|(_, requirement)| {
        let is_named = matches!(requirement.source, RequirementSource::Index(_) | RequirementSource::Unknown);
        is_named && requirement.exact_version().is_none()
    });
    open.map(|(_, requirement)| requirement.text.text.clone())
}

/// What a `pyproject.toml` depends on, with these extras.
/// <https://packaging.python.org/en/latest/specifications/pyproject-toml/>
pub(crate) fn of_project(text: &str, extras: &[String]) -> Dependencies {
    let Ok(table) = crate::base::toml::from_str::<toml::Table>(text) else { return Dependencies::Unknown };
    let get = |path: &[&str]| -> Option<&toml::Value> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(table.get(*first)?, |value, name| value.get(name))
    };
    if let Some(poetry) = get(&["tool", "poetry", "dependencies"]).and_then(toml::Value::as_table) {
        let is_open = |(name, value): &(&String, &toml::Value)| {
            let version = value.as_str().or_else(|| value.get("version").and_then(toml::Value::as_str));
            *name != "python"
                && version.is_some_and(|version| !version.starts_with("==") && !is_plain(version))
        };
        return poetry
            .iter()
            .find(is_open)
            .map_or(Dependencies::Held, |(name, _)| Dependencies::Open(name.clone()));
    }
    let Some(project) = get(&["project"]) else { return Dependencies::Unknown };
    let dynamic = project.get("dynamic").and_then(toml::Value::as_array);
    if dynamic.is_some_and(|names| names.iter().any(|name| name.as_str() == Some("dependencies"))) {
        return Dependencies::Unknown;
    }
    let own = project.get("dependencies").and_then(toml::Value::as_array);
    let optional = project.get("optional-dependencies");
    let optional = extras.iter().filter_map(|extra| optional?.get(extra)?.as_array());
    let all = own.into_iter().chain(optional).flatten().filter_map(toml::Value::as_str);
    { all }.find_map(open).map_or(Dependencies::Held, Dependencies::Open)
}

/// What a dependency group of a `pyproject.toml` holds, with the groups that it takes in. <https://peps.python.org/pep-0735/>
pub(crate) fn of_group(text: &str, group: &str) -> Dependencies {
    let Ok(table) = crate::base::toml::from_str::<toml::Table>(text) else { return Dependencies::Unknown };
    let groups = table.get("dependency-groups").and_then(toml::Value::as_table);
    let Some(groups) = groups else { return Dependencies::Unknown };
    let groups: BTreeMap<String, &toml::Value> =
        groups.iter().map(|(name, entries)| (normal_name(name), entries)).collect();
    let (mut wanted, mut seen) = (vec![normal_name(group)], BTreeSet::new());
    let mut held = Dependencies::Held;
    while let Some(name) = wanted.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some(entries) = groups.get(&name).and_then(|entries| entries.as_array()) else {
            held = Dependencies::Unknown;
            continue;
        };
        for entry in entries {
            let included = entry.get("include-group").and_then(toml::Value::as_str);
            match (entry.as_str(), included) {
                (Some(text), _) => {
                    if let Some(open) = open(text) {
                        return Dependencies::Open(open);
                    }
                }
                (None, Some(name)) => wanted.push(normal_name(name)),
                (None, None) => held = Dependencies::Unknown,
            }
        }
    }
    held
}

/// Whether a version of poetry's is one: a number without an operator is exact there.
fn is_plain(version: &str) -> bool {
    version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(['*', ',', '<', '>', ' '])
}

/// What a script depends on, by its own words. <https://peps.python.org/pep-0723/>
pub(crate) fn of_script(text: &str) -> Dependencies {
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "# /// script").skip(1);
    let block = { &mut lines }.take_while(|line| line.trim_end() != "# ///");
    let block: String =
        block.map(|line| format!("{}\n", line.trim_start_matches('#').trim_start())).collect();
    let Ok(table) = crate::base::toml::from_str::<toml::Table>(&block) else { return Dependencies::Unknown };
    let own = table.get("dependencies").and_then(toml::Value::as_array);
    let mut all = own.into_iter().flatten().filter_map(toml::Value::as_str);
    all.find_map(open).map_or(Dependencies::Held, Dependencies::Open)
}

/// What an environment of conda asks of conda, in this order, and of pip.
pub(crate) struct Environment {
    /// The packages, as they are written.
    pub(crate) specs: Vec<String>,
    /// What of pip's part is open.
    pub(crate) pip: Option<String>,
}

/// What an environment file says; none where it is none.
/// <https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html>
pub(crate) fn of_environment(text: &str) -> Option<Environment> {
    let root = yaml::parse(text)?;
    let items = root.get("dependencies")?.items();
    let specs = items.iter().filter_map(Node::text).map(str::to_owned).collect();
    let pip = items.iter().filter_map(|item| item.get("pip")).flat_map(Node::items);
    Some(Environment { specs, pip: { pip }.filter_map(Node::text).find_map(open) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_held_where_all_it_needs_is_exact() {
        let project = |dependencies: &str| {
            of_project(&format!("[project]\nname = 'a'\n{dependencies}"), &["gpu".into()])
        };
        assert_eq!(project(""), Dependencies::Held);
        assert_eq!(project("dependencies = ['a==1.0', 'b @ https://example.org/b.whl']"), Dependencies::Held);
        assert_eq!(project("dependencies = ['a>=1.0']"), Dependencies::Open("a>=1.0".into()));
        assert_eq!(project("optional-dependencies.gpu = ['torch']"), Dependencies::Open("torch".into()));
        assert_eq!(project("optional-dependencies.dev = ['pytest']"), Dependencies::Held);
        assert_eq!(project("dynamic = ['dependencies']"), Dependencies::Unknown);
        assert_eq!(of_project("[build-system]\nrequires = []", &[]), Dependencies::Unknown);
        let poetry = "[tool.poetry.dependencies]\npython = '^3.11'\n";
        assert_eq!(of_project(&format!("{poetry}a = '^1'"), &[]), Dependencies::Open("a".into()));
        assert_eq!(of_project(&format!("{poetry}a = '1.2.3'"), &[]), Dependencies::Held);
    }

    #[test]
    fn a_group_is_held_with_all_that_it_takes_in() {
        let group = |entries: &str| {
            of_group(
                &format!(
                    "[dependency-groups]\nDev_A = {entries}\nb = ['x>=1']\nc = [{{include-group = 'c'}}]"
                ),
                "dev-a",
            )
        };
        assert_eq!(group("['a==1.0']"), Dependencies::Held);
        assert_eq!(group("['a==1.0', 'pytest']"), Dependencies::Open("pytest".into()));
        assert_eq!(group("[{include-group = 'b'}]"), Dependencies::Open("x>=1".into()));
        assert_eq!(group("[{include-group = 'c'}]"), Dependencies::Held);
        assert_eq!(group("[{include-group = 'd'}]"), Dependencies::Unknown);
        assert_eq!(of_group("[project]\nname = 'a'", "dev"), Dependencies::Unknown);
    }

    #[test]
    fn a_script_says_what_it_needs_in_its_comments() {
        let text = "#!/usr/bin/env -S uv run\n# /// script\n# dependencies = [\n#   'requests',\n# ]\n# ///\nimport requests\n";
        assert_eq!(of_script(text), Dependencies::Open("requests".into()));
        assert_eq!(of_script(&text.replace("requests'", "requests==2.31.0'")), Dependencies::Held);
        assert_eq!(of_script("import os\n"), Dependencies::Held);
    }

    #[test]
    fn an_environment_has_a_part_of_pip() {
        let text = "name: x\ndependencies:\n  - python=3.11.8=h_0\n  - pip:\n    - torch\n    - a==1\n";
        let environment = of_environment(text).unwrap();
        assert_eq!(
            (environment.specs, environment.pip),
            (vec!["python=3.11.8=h_0".into()], Some("torch".into()))
        );
        assert!(of_environment("a: 1").is_none());
    }
}
