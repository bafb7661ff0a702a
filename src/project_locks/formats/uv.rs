//! `uv.lock`: packages with the edges between them, from the project's own entry on. Extras and groups are edges of that entry;
//! a name may stand several times, and markers on edges choose.
//! <https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile>
//!
//! What it refuses to do: hashes of archives are read, sizes and times are not.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::base::about::{About, AboutKind};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields::{self, at, table, tables, text, texts};
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{Edge, LockEntry, LockedSource, PartKind, ProjectLock};
use crate::python::normal_name;
use crate::shell::{Arguments, OptionStyle};

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "uv-lock",
    summary: "uv.lock",
    page: include_str!("../../../docs/project-locks/uv-lock.md"),
};

/// The `uv-lock` format.
pub(in crate::project_locks) struct Uv;

impl LockFormat for Uv {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["uv.lock"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["uv"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let document = fields::document(files.text())?;
        let version = document.get("version").and_then(Value::as_integer);
        if version != Some(1) {
            let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
            return Err(format!("its version is {version}, and only 1 is known"));
        }
        let mut lock = fields::with_main();
        let rows = fields::packages(&document, "package", &mut lock)?;
        lock.entries = rows.iter().map(|row| entry(row)).collect();
        let names = Names::of(&lock, &rows);
        for (at, row) in rows.iter().enumerate() {
            let edges = edges(&mut lock, &names, row, "dependencies");
            let optional = groups(&mut lock, &names, table(row, &["optional-dependencies"]));
            if let Some(entry) = lock.entries.get_mut(at) {
                entry.edges = edges;
                entry.extras = optional;
            }
        }
        roots(&mut lock, &names, &document, &rows, files.project);
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = (call.program == "uv").then(|| call.arguments(&STYLE))?;
        let verb = arguments.subcommand().filter(|verb| ["sync", "run", "export"].contains(verb))?;
        let arguments = if verb == "run" { call.arguments_of_run(&STYLE) } else { arguments };
        // Of these, nothing is installed from the project's lock.
        let not_from_it = match verb {
            "run" => ["--no-sync", "--no-project", "--isolated", "--script"].as_slice(),
            _ => &["--script"],
        };
        (!arguments.has(not_from_it)).then(|| ask(call, verb, &arguments))
    }
}

fn ask(call: &LockCall<'_>, verb: &str, arguments: &Arguments<'_>) -> Ask {
    let mut groups = asked::names(arguments, &["--group", "--only-group"]);
    let mut no_groups = asked::names(arguments, &["--no-group"]);
    no_groups.extend(
        (call.variable)("UV_NO_GROUP").iter().flat_map(|names| names.split_whitespace()).map(normal_name),
    );
    let is_only = arguments.has(&["--only-group", "--only-dev"]);
    if arguments.has(&["--dev", "--only-dev"]) {
        groups.insert("dev".to_owned());
    }
    if arguments.has(&["--no-dev"]) || call.is_set("UV_NO_DEV") {
        no_groups.insert("dev".to_owned());
    }
    let place = ["--project", "--directory"].iter().filter_map(|name| arguments.value(&[name])).next();
    let is_all = arguments.has(&["--all-packages"]);
    let package = arguments.has(&["--package"]);
    Ask {
        place: place.map(|value| value.text().to_owned()).unwrap_or_default(),
        without_main: is_only,
        without_defaults: is_only
            || arguments.has(&["--no-default-groups"])
            || call.is_set("UV_NO_DEFAULT_GROUPS"),
        all_groups: arguments.has(&["--all-groups"]),
        all_extras: arguments.has(&["--all-extras"]),
        groups,
        no_groups,
        extras: asked::names(arguments, &["--extra"]),
        no_extras: asked::names(arguments, &["--no-extra"]),
        no_packages: asked::names(arguments, &["--no-install-package", "--no-emit-package"]),
        is_exact: verb == "sync" && !arguments.has(&["--inexact"]),
        without_project: is_only || arguments.has(&["--no-install-project", "--no-emit-project"]),
        is_vague: asked::is_vague(arguments) || is_all || package,
        ..Ask::default()
    }
}

fn entry(row: &Table) -> LockEntry {
    let source = row.get("source").and_then(Value::as_table);
    let said = |key: &str| source.and_then(|source| text(source, key));
    let archives = tables(row, "wheels").chain(row.get("sdist").and_then(Value::as_table));
    let source = if let Some(url) = said("url") {
        LockedSource::Url(url.to_owned())
    } else if let Some(git) = said("git") {
        // `URL?tag=v1#COMMIT`
        let (url, revision) = git.split_once('#').unwrap_or((git, ""));
        let url = url.split('?').next().unwrap_or(url).to_owned();
        LockedSource::Vcs { url, revision: revision.to_owned() }
    } else if let Some(path) = ["path", "directory", "editable", "virtual"].into_iter().find_map(said) {
        LockedSource::Path(path.to_owned())
    } else {
        LockedSource::Index
    };
    LockEntry {
        source,
        hashes: archives.filter_map(|archive| fields::digest(text(archive, "hash")?)).collect(),
        ..LockEntry::python(text(row, "name").unwrap_or_default(), text(row, "version"))
    }
}

/// The entries of each name, each with what tells it apart.
struct Names<'a>(BTreeMap<String, Vec<(usize, &'a Table)>>);

impl<'a> Names<'a> {
    fn of(lock: &ProjectLock, rows: &[&'a Table]) -> Self {
        let mut names: BTreeMap<String, Vec<(usize, &Table)>> = BTreeMap::new();
        for (at, (entry, row)) in lock.entries.iter().zip(rows).enumerate() {
            names.entry(entry.name.clone()).or_default().push((at, row));
        }
        Self(names)
    }

    /// The entry that a dependency names: by name, and by version and source where these stand there.
    fn find(&self, dependency: &Table) -> Option<usize> {
        let all = self.0.get(&normal_name(text(dependency, "name")?))?;
        let is_it = |(_, row): &&(usize, &Table)| {
            ["version", "source"].into_iter().all(|key| match dependency.get(key) {
                Some(asked) => row.get(key) == Some(asked),
                None => true,
            })
        };
        all.iter().find(is_it).map(|(at, _)| *at)
    }
}

fn edges(lock: &mut ProjectLock, names: &Names<'_>, of: &Table, key: &str) -> Vec<Edge> {
    of.get(key).map(|list| listed(lock, names, list)).unwrap_or_default()
}

fn listed(lock: &mut ProjectLock, names: &Names<'_>, list: &Value) -> Vec<Edge> {
    let dependencies = list.as_array().into_iter().flatten().filter_map(Value::as_table);
    let edge = |dependency: &Table| {
        let to = names.find(dependency).filter(|_| !lock.is_full())?;
        let extras = texts(dependency, "extra").map(normal_name).collect();
        Some(lock.edge(to, text(dependency, "marker").unwrap_or_default()).with_extras(extras))
    };
    dependencies.filter_map(edge).collect()
}

fn groups(lock: &mut ProjectLock, names: &Names<'_>, of: Option<&Table>) -> BTreeMap<String, Vec<Edge>> {
    let lists = of.into_iter().flatten();
    lists.map(|(name, list)| (normal_name(name), listed(lock, names, list))).collect()
}

/// The parts: the edges of the project's own entry, and of the workspace where it has none.
fn roots(
    lock: &mut ProjectLock,
    names: &Names<'_>,
    document: &Table,
    rows: &[&Table],
    project: Option<&Table>,
) {
    let manifest = table(document, &["manifest"]);
    let members: BTreeSet<String> =
        manifest.into_iter().flat_map(|manifest| texts(manifest, "members")).map(normal_name).collect();
    let is_root = |entry: &LockEntry| entry.source == LockedSource::Path(".".to_owned());
    let root = lock.entries.iter().position(is_root);
    lock.projects = members;
    lock.projects.extend(root.and_then(|root| Some(lock.entries.get(root)?.name.clone())));
    let defaults = default_groups(project);
    let is_default = |name: &str| defaults.as_ref().is_none_or(|defaults| defaults.contains(name));
    let Some((root, row)) = root.and_then(|root| Some((root, *rows.get(root)?))) else {
        // A workspace without a project of its own: its members, and the manifest's own groups.
        let members: Vec<usize> = members_of(lock).collect();
        for at in members {
            let edge = lock.edge(at, "");
            lock.add(PartKind::Main, "", true, edge);
        }
        let groups =
            groups(lock, names, manifest.and_then(|manifest| table(manifest, &["dependency-groups"])));
        add_groups(lock, groups, &is_default, "");
        return;
    };
    let name = lock.entries.get(root).map(|entry| entry.name.clone()).unwrap_or_default();
    let edge = lock.edge(root, "");
    lock.add(PartKind::Main, "", true, edge);
    let extras: Vec<String> =
        lock.entries.get(root).into_iter().flat_map(|entry| entry.extras.keys()).cloned().collect();
    let declared =
        table(row, &["metadata"]).into_iter().flat_map(|metadata| texts(metadata, "provides-extras"));
    let extras: BTreeSet<String> = extras.into_iter().chain(declared.map(normal_name)).collect();
    for extra in extras {
        let edge = lock.edge(root, "").with_extras(vec![extra.clone()]);
        lock.add(PartKind::Extra, &extra, false, edge);
        // Of extras that exclude each other, markers name the one that is asked for so.
        name_in_markers(lock, PartKind::Extra, &extra, format!("extra-{}-{name}-{extra}", name.len()));
    }
    let groups = groups(lock, names, table(row, &["dev-dependencies"]));
    add_groups(lock, groups, &is_default, &name);
}

fn members_of(lock: &ProjectLock) -> impl Iterator<Item = usize> {
    let is_member = |(_, entry): &(usize, &LockEntry)| lock.projects.contains(&entry.name);
    lock.entries.iter().enumerate().filter(is_member).map(|(at, _)| at)
}

fn add_groups(
    lock: &mut ProjectLock,
    groups: BTreeMap<String, Vec<Edge>>,
    is_default: &dyn Fn(&str) -> bool,
    project: &str,
) {
    for (group, edges) in groups {
        if let Some(part) = lock.part(PartKind::Group, &group, is_default(&group)) {
            part.edges.extend(edges);
        }
        name_in_markers(lock, PartKind::Group, &group, format!("group-{}-{project}-{group}", project.len()));
    }
}

fn name_in_markers(lock: &mut ProjectLock, kind: PartKind, name: &str, marker: String) {
    if let Some(part) = lock.part(kind, name, false) {
        part.extras.push(marker);
    }
}

/// The groups that `tool.uv.default-groups` names; none stands for all of them.
fn default_groups(project: Option<&Table>) -> Option<BTreeSet<String>> {
    let named = project.and_then(|project| at(project, &["tool", "uv", "default-groups"]));
    match named {
        Some(Value::String(all)) if all == "all" => None,
        Some(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).map(normal_name).collect()),
        _ => Some(BTreeSet::from(["dev".to_owned()])),
    }
}

/// `uv sync`, `uv run`, `uv export`: <https://docs.astral.sh/uv/reference/cli/#uv-sync>. `--extra` stands for itself here.
const STYLE: OptionStyle = OptionStyle { stop_at_operand: false, ..crate::python::UV_OPTIONS };
