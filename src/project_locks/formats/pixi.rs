//! `pixi.lock` (versions 4 to 7): environments, each with packages of conda and of an index for each platform.
//!
//! What it refuses to do: what is locked for other platforms is passed over, and what an environment is solved from
//! (`pixi.toml`) is not read.

use std::collections::{BTreeMap, BTreeSet};

use super::conda_entries::{self, Sums};
use crate::base::about::{About, AboutKind};
use crate::formats::conda;
use crate::formats::yaml::{self, YamlValue};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields;
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{LockEntry, LockedSource, PartKind, ProjectLock};
use crate::shell::OptionStyle;

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "pixi-lock",
    summary: "pixi.lock",
    page: include_str!("../../../docs/project-locks/pixi-lock.md"),
};

/// The `pixi-lock` format.
pub(in crate::project_locks) struct Pixi;

/// The versions that are read.
const VERSIONS: [&str; 4] = ["4", "5", "6", "7"];

/// The environment that is meant where none is named.
const DEFAULT: &str = "default";

impl LockFormat for Pixi {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["pixi.lock"]
    }

    fn ecosystems(&self) -> &'static [&'static str] {
        &["conda", "python"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["pixi"]
    }

    fn part_at(&self, location: &str) -> Option<(PartKind, String)> {
        let mut parts = location.split('/').skip_while(|part| *part != ".pixi").skip(1);
        parts.next().filter(|part| *part == "envs")?;
        Some(part(parts.next()?))
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let document = yaml::parse(files.text())?;
        let version = document.text_of("version").unwrap_or("none");
        if !VERSIONS.contains(&version) {
            return Err(format!("its version is {version:?}, and {} are read", VERSIONS.join(", ")));
        }
        let subdir = conda::linux_subdir(&files.platform.architecture)
            .ok_or_else(|| format!("conda has no platform {}", files.platform.architecture))?;
        let packages = document.get("packages").map_or(&[][..], YamlValue::items);
        let rows: BTreeMap<(bool, &str), &YamlValue> =
            packages.iter().filter_map(|row| Some((key(row)?, row))).collect();
        let environments = || document.get("environments").into_iter().flat_map(YamlValue::pairs);
        let platforms: BTreeSet<&str> = environments()
            .flat_map(|(_, of_it)| of_it.get("packages").into_iter().flat_map(YamlValue::pairs))
            .map(|(platform, _)| platform)
            .collect();
        conda_entries::check_platform(subdir, &platforms)?;
        let mut lock = fields::with_main();
        let mut known: BTreeMap<(bool, &str), Option<usize>> = BTreeMap::new();
        for (environment, of_it) in environments() {
            let (kind, name) = part(environment);
            lock.part(kind, &name, kind == PartKind::Main);
            let asked = of_it.get("packages").and_then(|packages| packages.get(subdir));
            for asked in asked.map_or(&[][..], YamlValue::items).iter().filter_map(key) {
                let at =
                    *known.entry(asked).or_insert_with(|| add(&mut lock, asked, rows.get(&asked).copied()));
                if let Some(at) = at {
                    let edge = lock.edge(at, "");
                    lock.add(kind, &name, kind == PartKind::Main, edge);
                }
            }
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let all = (call.program == "pixi").then(|| call.arguments(&STYLE))?;
        let verb = all.subcommand()?;
        let arguments = if ["run", "r"].contains(&verb) { call.arguments_of_run(&STYLE) } else { all };
        ["install", "i", "run", "r", "shell-hook"].contains(&verb).then(|| {
            let mut groups = asked::names(&arguments, &["-e", "--environment"]);
            let is_default = groups.remove(DEFAULT) || groups.is_empty();
            Ask {
                without_main: !is_default && !arguments.has(&["-a", "--all"]),
                all_groups: arguments.has(&["-a", "--all"]),
                groups,
                is_vague: asked::is_vague(&arguments),
                ..Ask::default()
            }
        })
    }
}

/// What pixi's commands take a value for.
const STYLE: OptionStyle = OptionStyle {
    values: &["-e", "--environment", "--manifest-path", "--color", "--pypi-keyring-provider", "--auth-file"],
    single_dash: false,
    stop_at_operand: false,
};

fn part(environment: &str) -> (PartKind, String) {
    match environment {
        DEFAULT => (PartKind::Main, String::new()),
        // As its option's value is read.
        name => (PartKind::Group, crate::python::normal_name(name)),
    }
}

/// Whether a row is conda's, and where its package is: what tells it from others.
fn key(row: &YamlValue) -> Option<(bool, &str)> {
    let own = |key: &str| row.text_of(key);
    let by_kind = |kind: &str| {
        let place = own("url").or_else(|| own("path"))?;
        Some((kind.starts_with("conda"), place))
    };
    let conda = own("conda").or_else(|| own("conda_source")).map(|place| (true, place));
    conda.or_else(|| own("pypi").map(|place| (false, place))).or_else(|| by_kind(own("kind")?))
}

/// Adds the entry of a package; `None`, with a problem, where nothing tells what it is.
fn add(lock: &mut ProjectLock, (is_conda, place): (bool, &str), row: Option<&YamlValue>) -> Option<usize> {
    let own = |key: &str| row.and_then(|row| row.text_of(key));
    let entry = match is_conda {
        true => conda_entries::of_archive(place, Sums { sha256: own("sha256"), md5: own("md5") })
            .or_else(|| Some(of_source(own("name")?, own("version"), place))),
        false => own("name").map(|name| conda_entries::of_python(name, own("version"), place, own("sha256"))),
    };
    let Some(entry) = entry else {
        lock.problem(format!("nothing tells what {place:.200} is"));
        return None;
    };
    Some(lock.enter(entry))
}

/// A package of conda that is built from a folder.
fn of_source(name: &str, version: Option<&str>, place: &str) -> LockEntry {
    let source = LockedSource::Path(place.to_owned());
    let name_of_it = name.to_ascii_lowercase();
    LockEntry { ecosystem: "conda", name: name_of_it, source, ..LockEntry::python(name, version) }
}
