//! `Pipfile.lock`: categories of packages, each with its marker. `packages` of the Pipfile is `default` there, `dev-packages` is
//! `develop`.
//!
//! What it refuses to do: the Pipfile is not read; what the lock leaves out, nobody asked for.

use serde_json::{Map, Value};

use crate::base::about::{About, AboutKind};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields;
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{LockEntry, LockedSource, PartKind, ProjectLock};
use crate::python::normal_name;
use crate::shell::OptionStyle;

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "pipfile-lock",
    summary: "Pipfile.lock",
    page: include_str!("../../../docs/project-locks/pipfile-lock.md"),
};

/// The `pipfile-lock` format.
pub(in crate::project_locks) struct Pipenv;

impl LockFormat for Pipenv {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["Pipfile.lock"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["pipenv"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let document: Map<String, Value> =
            serde_json::from_str(files.text()).map_err(|error| format!("it is not JSON: {error}"))?;
        let spec = document.get("_meta").and_then(|meta| meta.get("pipfile-spec"));
        fields::known_version(spec.map(Value::to_string).as_deref(), &["6"])?;
        let mut lock = fields::with_main();
        lock.projects.extend(fields::project_name(files.project));
        let categories = document.iter().filter(|(name, _)| *name != "_meta");
        let mut rows = Vec::new();
        for (category, packages) in categories {
            let packages = packages.as_object().ok_or_else(|| format!("its {category:.80} is no object"))?;
            rows.extend(packages.iter().map(|row| (category, row)));
        }
        for (category, (name, row)) in rows {
            let marker = row.get("markers").and_then(Value::as_str).unwrap_or_default();
            if !row.is_object() || name.is_empty() {
                lock.problem(format!("{name:.80} of its {category:.80} is no package"));
                continue;
            }
            let at = lock.enter(entry(name, row));
            let edge = lock.edge(at, marker);
            match group(category) {
                None => lock.add(PartKind::Main, "", true, edge),
                Some(group) => lock.add(PartKind::Group, &group, false, edge),
            }
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = (call.program == "pipenv").then(|| call.arguments(&STYLE))?;
        let verb = arguments.subcommand()?;
        let is_install = verb == "install"
            && arguments.operands.len() == 1
            && !arguments.has(&["-r", "--requirements", "--skip-lock"]);
        let is_from_lock = is_install || ["sync", "requirements"].contains(&verb);
        is_from_lock.then(|| {
            let categories = asked::names(&arguments, &["--categories"]);
            let named: Vec<Option<String>> = categories.iter().map(|name| group(name)).collect();
            let mut groups: std::collections::BTreeSet<String> = named.iter().flatten().cloned().collect();
            let is_dev = arguments.has(&["-d", "--dev", "--dev-only"]) || call.is_set("PIPENV_DEV");
            groups.extend(is_dev.then(|| "dev".to_owned()));
            let is_only = !named.is_empty() && !named.contains(&None) || arguments.has(&["--dev-only"]);
            Ask { without_main: is_only, groups, is_vague: asked::is_vague(&arguments), ..Ask::default() }
        })
    }
}

/// The group that a category is, by its name in the Pipfile or in its lock; none for the main one.
fn group(category: &str) -> Option<String> {
    match category {
        "default" | "packages" => None,
        "develop" | "dev-packages" => Some("dev".to_owned()),
        other => Some(normal_name(other)),
    }
}

/// What pipenv's commands take a value for: <https://pipenv.pypa.io/en/latest/cli.html>
const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-e",
        "-i",
        "-r",
        "--categories",
        "--editable",
        "--extra-pip-args",
        "--index",
        "--pypi-mirror",
        "--python",
        "--requirements",
    ],
    single_dash: false,
    stop_at_operand: false,
};

fn entry(name: &str, row: &Value) -> LockEntry {
    let said = |key: &str| row.get(key).and_then(Value::as_str);
    let vcs = ["git", "hg", "svn", "bzr"].into_iter().find_map(said);
    let source = if let Some(url) = vcs {
        LockedSource::Vcs { url: url.to_owned(), revision: said("ref").unwrap_or_default().to_owned() }
    } else if let Some(file) = said("file") {
        match file.contains("://") && !file.starts_with("file:") {
            true => LockedSource::Url(file.to_owned()),
            false => LockedSource::Path(file.to_owned()),
        }
    } else if let Some(path) = said("path") {
        LockedSource::Path(path.to_owned())
    } else {
        LockedSource::Index
    };
    let hashes = row.get("hashes").and_then(Value::as_array).into_iter().flatten();
    LockEntry {
        source,
        hashes: hashes.filter_map(|hash| fields::digest(hash.as_str()?)).collect(),
        // `*` is of what no version was chosen of, since its marker is false wherever it was locked.
        ..LockEntry::python(name, said("version").and_then(|version| version.strip_prefix("==")))
    }
}
