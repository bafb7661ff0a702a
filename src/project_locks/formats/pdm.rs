//! `pdm.lock`: packages with the groups that ask for them and one marker; a package with an extra is a second entry.
//!
//! What it refuses to do: locks that follow dependencies alone (without `inherit_metadata`) are read as if every package's marker
//! were its own, and those without groups as all asked for.

use toml::{Table, Value};

use crate::base::about::{About, AboutKind};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields::{self, text, texts};
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{LockEntry, LockedSource, PartKind, ProjectLock};
use crate::python::normal_name;
use crate::shell::{Arguments, OptionStyle};

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "pdm-lock",
    summary: "pdm.lock",
    page: include_str!("../../../docs/project-locks/pdm-lock.md"),
};

/// The `pdm-lock` format.
pub(in crate::project_locks) struct Pdm;

/// The main group's name.
const MAIN: &str = "default";

impl LockFormat for Pdm {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["pdm.lock"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["pdm"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let document = fields::document(files.text())?;
        let version = fields::at(&document, &["metadata", "lock_version"]).and_then(Value::as_str);
        fields::known_version(version, &["4"])?;
        let mut lock = fields::with_main();
        lock.projects.extend(fields::project_name(files.project));
        fields::declare_extras(&mut lock, files.project);
        let extras = fields::group_names(files.project, &["project", "optional-dependencies"]);
        let dev = fields::group_names(files.project, &["tool", "pdm", "dev-dependencies"]);
        let standard = fields::group_names(files.project, &["dependency-groups"]);
        for group in dev.union(&standard) {
            lock.part(PartKind::Group, group, true);
        }
        let rows = fields::packages(&document, "package", &mut lock)?;
        for row in rows {
            let at = lock.entries.len();
            lock.entries.push(entry(row));
            let groups: Vec<String> = texts(row, "groups").map(normal_name).collect();
            let groups = if groups.is_empty() { vec![MAIN.to_owned()] } else { groups };
            for group in groups {
                let edge = lock.edge(at, text(row, "marker").unwrap_or_default());
                match group.as_str() {
                    MAIN => lock.add(PartKind::Main, "", true, edge),
                    extra if extras.contains(extra) => lock.add(PartKind::Extra, extra, false, edge),
                    group => lock.add(PartKind::Group, group, true, edge),
                }
            }
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = (call.program == "pdm").then(|| call.arguments(&STYLE))?;
        let verb = arguments.subcommand().filter(|verb| ["install", "sync", "export"].contains(verb))?;
        Some(ask(verb, &arguments))
    }
}

/// <https://pdm-project.org/en/latest/reference/cli/#sync>
fn ask(verb: &str, arguments: &Arguments<'_>) -> Ask {
    const GROUPS: &[&str] = &["-G", "--group", "--with"];
    let mut groups = asked::names(arguments, GROUPS);
    // `:all` stands for all extras, and what stands behind a colon is no name.
    let is_all = groups.remove(":all");
    let is_production = arguments.has(&["--prod", "--production", "--no-dev"]);
    let without = asked::names(arguments, &["--without"]);
    let is_unset = groups.is_empty()
        && !is_all
        && !arguments.has(&["-d", "--dev", "--prod", "--production", "--no-dev", "--no-default"]);
    let place = arguments.value(&["-p", "--project"]);
    let lock = arguments.value(&["-L", "--lockfile"]);
    Ask {
        place: lock.or(place).map(|value| value.text().to_owned()).unwrap_or_default(),
        without_main: arguments.has(&["--no-default"]) || without.contains(MAIN),
        without_defaults: is_production,
        named_alone: true,
        // Without a word about groups all that is locked is installed, extras too.
        all_extras: is_unset || is_all,
        extras: groups.clone(),
        groups,
        no_extras: without.clone(),
        no_groups: without,
        is_exact: arguments.has(&["--only-keep", "--clean-unselected"]),
        without_project: verb == "export" || arguments.has(&["--no-self"]),
        is_vague: asked::is_vague(arguments),
        ..Ask::default()
    }
}

/// What PDM's commands take a value for.
const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-G",
        "-L",
        "-f",
        "-o",
        "-p",
        "--config",
        "--format",
        "--group",
        "--lockfile",
        "--output",
        "--override",
        "--project",
        "--venv",
        "--with",
        "--without",
    ],
    single_dash: false,
    stop_at_operand: false,
};

fn entry(row: &Table) -> LockEntry {
    let said = |key: &str| text(row, key).map(str::to_owned);
    let source = if let Some(url) = said("git").or_else(|| said("hg")).or_else(|| said("svn")) {
        LockedSource::Vcs { url, revision: said("revision").unwrap_or_default() }
    } else if let Some(url) = said("url") {
        LockedSource::Url(url)
    } else if let Some(path) = said("path") {
        LockedSource::Path(path)
    } else {
        LockedSource::Index
    };
    let files = row.get("files").and_then(Value::as_array).into_iter().flatten();
    let hashes = files.filter_map(|file| fields::digest(file.get("hash")?.as_str()?));
    LockEntry {
        source,
        hashes: hashes.collect(),
        ..LockEntry::python(text(row, "name").unwrap_or_default(), text(row, "version"))
    }
}
