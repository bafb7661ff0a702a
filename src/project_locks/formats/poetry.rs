//! `poetry.lock`: packages with the groups that ask for them, and their markers; of Poetry before 2.0, packages with what they
//! need, so that groups follow from `pyproject.toml`.
//!
//! What it refuses to do: Poetry's own version constraints are not read. Of a name with several versions, markers choose, and
//! in older locks all of them are taken.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::base::about::{About, AboutKind};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields::{self, table, tables, text, texts};
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{Edge, LockEntry, LockedSource, PartKind, ProjectLock};
use crate::python::normal_name;
use crate::shell::{Arguments, OptionStyle};

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "poetry-lock",
    summary: "poetry.lock",
    page: include_str!("../../../docs/project-locks/poetry-lock.md"),
};

/// The `poetry-lock` format.
pub(in crate::project_locks) struct Poetry;

/// The main group's name.
const MAIN: &str = "main";

impl LockFormat for Poetry {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["poetry.lock"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["poetry"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let document = fields::document(files.text())?;
        // Poetry 0.12 wrote no version, and the hash of what it read all the same.
        let version = fields::at(&document, &["metadata", "lock-version"]).and_then(Value::as_str);
        if version.is_some() || fields::at(&document, &["metadata", "content-hash"]).is_none() {
            fields::known_version(version, &["1", "2"])?;
        }
        let mut lock = fields::with_main();
        lock.projects.extend(fields::project_name(files.project));
        declare(&mut lock, &document, files.project);
        let rows = fields::packages(&document, "package", &mut lock)?;
        lock.entries = rows.iter().map(|row| entry(row, &document)).collect();
        let has_groups = |row: &&Table| row.contains_key("groups") || row.contains_key("category");
        match rows.iter().any(has_groups) || files.project.is_none() {
            true => rows.iter().enumerate().for_each(|(at, row)| grouped(&mut lock, at, row)),
            false => reached(&mut lock, &rows, files.project, &document),
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = (call.program == "poetry").then(|| call.arguments(&STYLE))?;
        let verb = arguments.subcommand().filter(|verb| ["install", "sync", "export"].contains(verb))?;
        Some(ask(verb, &arguments))
    }
}

/// <https://python-poetry.org/docs/cli/#install>
fn ask(verb: &str, arguments: &Arguments<'_>) -> Ask {
    let place = arguments.value(&["-C", "--directory", "-P", "--project"]);
    let only = asked::names(arguments, &["--only"]);
    let mut groups = asked::names(arguments, &["--with"]);
    let mut no_groups = asked::names(arguments, &["--without"]);
    if arguments.has(&["--no-dev"]) {
        no_groups.insert("dev".to_owned());
    }
    if verb == "export" && arguments.has(&["--dev"]) {
        groups.insert("dev".to_owned());
    }
    let (is_root, is_only) = (arguments.has(&["--only-root"]), !only.is_empty());
    let without_main = is_root || is_only && !only.contains(MAIN) || no_groups.contains(MAIN);
    groups.extend(only);
    Ask {
        place: place.map(|value| value.text().to_owned()).unwrap_or_default(),
        without_main,
        // An export has the main group, unless more is asked for.
        without_defaults: is_root || is_only || verb == "export",
        all_groups: arguments.has(&["--all-groups"]),
        all_extras: arguments.has(&["--all-extras"]),
        groups,
        no_groups,
        extras: asked::names(arguments, &["-E", "--extras"]),
        is_exact: verb == "sync" || arguments.has(&["--sync"]),
        without_project: verb == "export" || is_only || arguments.has(&["--no-root"]),
        is_vague: asked::is_vague(arguments),
        ..Ask::default()
    }
}

/// What Poetry's commands take a value for.
const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-C",
        "-E",
        "-P",
        "-f",
        "-o",
        "--directory",
        "--extras",
        "--format",
        "--only",
        "--output",
        "--project",
        "--with",
        "--without",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// The groups and extras that the project has, whether or not they hold a package.
fn declare(lock: &mut ProjectLock, document: &Table, project: Option<&Table>) {
    for extra in group_of_extras(document, project) {
        if let Some(part) = lock.part(PartKind::Extra, &extra, false) {
            part.extras.push(extra);
        }
    }
    let groups = fields::group_names(project, &["tool", "poetry", "group"]);
    let standard = fields::group_names(project, &["dependency-groups"]);
    let optional = |group: &str| {
        let groups = project.and_then(|project| table(project, &["tool", "poetry", "group"]));
        let named = groups.into_iter().flatten().find(|(name, _)| normal_name(name) == group);
        named.and_then(|(_, group)| group.get("optional")?.as_bool()).unwrap_or(false)
    };
    for group in groups.union(&standard).filter(|group| *group != MAIN) {
        lock.part(PartKind::Group, group, !optional(group));
    }
}

fn group_of_extras(document: &Table, project: Option<&Table>) -> BTreeSet<String> {
    let mut extras = fields::group_names(Some(document), &["extras"]);
    extras.extend(fields::group_names(project, &["project", "optional-dependencies"]));
    extras.extend(fields::group_names(project, &["tool", "poetry", "extras"]));
    extras
}

fn entry(row: &Table, document: &Table) -> LockEntry {
    let name = text(row, "name").unwrap_or_default();
    // Before 1.3 the files stood at the end.
    let old = table(document, &["metadata", "files"]).map(|files| tables(files, name));
    let files = tables(row, "files").chain(old.into_iter().flatten());
    LockEntry {
        source: source(row),
        hashes: files.filter_map(|file| fields::digest(text(file, "hash")?)).collect(),
        ..LockEntry::python(name, text(row, "version"))
    }
}

fn source(row: &Table) -> LockedSource {
    let Some(source) = row.get("source").and_then(Value::as_table) else { return LockedSource::Index };
    let said = |key: &str| text(source, key).unwrap_or_default().to_owned();
    match text(source, "type") {
        Some("git" | "hg" | "svn") => LockedSource::Vcs {
            url: said("url"),
            revision: text(source, "resolved_reference").unwrap_or_default().to_owned(),
        },
        Some("url") => LockedSource::Url(said("url")),
        Some("directory" | "file") => LockedSource::Path(said("url")),
        _ => LockedSource::Index,
    }
}

/// A package that names its groups, each with a marker or all with one.
fn grouped(lock: &mut ProjectLock, at: usize, row: &Table) {
    let mut groups: Vec<&str> = texts(row, "groups").collect();
    // Before 1.5 it was one of two.
    groups.extend(text(row, "category"));
    if groups.is_empty() {
        groups.push(MAIN);
    }
    for group in groups {
        let marker = match row.get("markers") {
            Some(Value::String(all)) => all,
            Some(Value::Table(each)) => text(each, group).unwrap_or_default(),
            _ => "",
        };
        let edge = lock.edge(at, marker);
        match group {
            MAIN => lock.add(PartKind::Main, "", true, edge),
            group => lock.add(PartKind::Group, &normal_name(group), true, edge),
        }
    }
}

/// The edges of a lock whose packages do not name their groups.
fn reached(lock: &mut ProjectLock, rows: &[&Table], project: Option<&Table>, document: &Table) {
    let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, entry) in lock.entries.iter().enumerate() {
        names.entry(entry.name.clone()).or_default().push(at);
    }
    for (at, row) in rows.iter().enumerate() {
        let edges = table(row, &["dependencies"]).map(|of| dependencies(lock, &names, of, false));
        let extras = table(row, &["extras"]).map(|extras| extras_of(lock, &names, extras));
        if let Some(entry) = lock.entries.get_mut(at) {
            entry.edges = edges.unwrap_or_default();
            entry.extras = extras.unwrap_or_default();
        }
    }
    let Some(project) = project else { return };
    let ask = |lock: &mut ProjectLock, kind, name: &str, path: &[&str]| {
        let edges = table(project, path).map(|of| dependencies(lock, &names, of, false)).unwrap_or_default();
        edges.into_iter().for_each(|edge| lock.add(kind, name, true, edge));
    };
    ask(lock, PartKind::Main, "", &["tool", "poetry", "dependencies"]);
    ask(lock, PartKind::Group, "dev", &["tool", "poetry", "dev-dependencies"]);
    let groups = table(project, &["tool", "poetry", "group"]).into_iter().flat_map(Table::keys);
    for group in groups {
        let path = ["tool", "poetry", "group", group, "dependencies"];
        ask(lock, PartKind::Group, &normal_name(group), &path);
    }
    // An optional package comes with the extras that name it.
    for (extra, of) in table(document, &["extras"]).into_iter().flatten() {
        let named = of.as_array().into_iter().flatten().filter_map(Value::as_str);
        let places = named.filter_map(|name| names.get(&normal_name(name))).flatten();
        for place in places {
            let edge = lock.edge(*place, "");
            lock.add(PartKind::Extra, &normal_name(extra), false, edge);
        }
    }
}

/// What a table of dependencies asks for; optional ones are asked for by extras alone.
fn dependencies(
    lock: &mut ProjectLock,
    names: &BTreeMap<String, Vec<usize>>,
    of: &Table,
    with_optional: bool,
) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (name, asked) in of {
        let variants = match asked {
            Value::Array(variants) => variants.as_slice(),
            one => std::slice::from_ref(one),
        };
        for variant in variants {
            let variant = variant.as_table();
            let is_optional = variant.and_then(|variant| variant.get("optional")?.as_bool()).unwrap_or(false);
            if is_optional && !with_optional {
                continue;
            }
            let said = |key: &str| variant.and_then(|variant| text(variant, key)).unwrap_or_default();
            let marker = marker(said("markers"), said("python"));
            let extras: Vec<String> =
                variant.into_iter().flat_map(|variant| texts(variant, "extras")).map(normal_name).collect();
            if lock.is_full() {
                return edges;
            }
            for to in names.get(&normal_name(name)).into_iter().flatten() {
                edges.push(lock.edge(*to, &marker).with_extras(extras.clone()));
            }
        }
    }
    edges
}

/// A marker, and the Python that a dependency is for: `>=3.7,<3.9`, `^3.8`.
fn marker(marker: &str, python: &str) -> String {
    let alternatives: Vec<String> = python.split("||").map(of_python).collect();
    // One that holds for every Python makes the others say nothing.
    let python = match alternatives.iter().any(String::is_empty) {
        true => String::new(),
        false => format!("({})", alternatives.join(" or ")),
    };
    let own = if marker.is_empty() { String::new() } else { format!("({marker})") };
    [own, python].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" and ")
}

/// What a constraint in Poetry's words asks of Python: <https://python-poetry.org/docs/dependency-specification/>
fn of_python(constraint: &str) -> String {
    let parts = constraint.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "*");
    let each = parts.map(|part| {
        let start = part.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let (operator, version) = part.split_at(start);
        let numbers: Vec<u32> = version.split('.').map_while(|number| number.parse().ok()).collect();
        // What these two leave alone stands left of the number that may grow.
        let below = match (operator.trim(), numbers.as_slice()) {
            ("^", [major, ..]) if *major > 0 => Some(format!("{}", major + 1)),
            ("~", [major]) => Some(format!("{}", major + 1)),
            ("~", [major, minor, ..]) => Some(format!("{major}.{}", minor + 1)),
            _ => None,
        };
        match below {
            Some(below) => {
                format!("python_full_version >= '{version}' and python_full_version < '{below}'")
            }
            None => {
                // `== '3.8'` is of 3.8.1 too, and is not of its whole version.
                let name = if numbers.len() > 2 { "python_full_version" } else { "python_version" };
                format!("{name} {} '{version}'", if operator.is_empty() { "==" } else { operator.trim() })
            }
        }
    });
    each.collect::<Vec<_>>().join(" and ")
}

/// The extras of a package: lists of requirements, `name (>=1) ; marker`.
fn extras_of(
    lock: &mut ProjectLock,
    names: &BTreeMap<String, Vec<usize>>,
    extras: &Table,
) -> BTreeMap<String, Vec<Edge>> {
    let mut all = BTreeMap::new();
    for (extra, list) in extras {
        let mut edges = Vec::new();
        for asked in list.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let (asked, marker) = asked.split_once(';').unwrap_or((asked, ""));
            let name = asked.split([' ', '[', '(', '<', '>', '=', '!', '~']).next().unwrap_or_default();
            if lock.is_full() {
                return all;
            }
            for to in names.get(&normal_name(name)).into_iter().flatten() {
                edges.push(lock.edge(*to, marker));
            }
        }
        all.insert(normal_name(extra), edges);
    }
    all
}
