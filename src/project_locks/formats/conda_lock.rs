//! `conda-lock.yml`: packages of conda and pip for several platforms, each in one category or more.
//!
//! What it refuses to do: what is locked for other platforms is passed over.

use std::collections::{BTreeMap, BTreeSet};

use super::conda_entries::{self, Sums};
use crate::base::about::{About, AboutKind};
use crate::formats::conda;
use crate::formats::yaml::{self, YamlValue};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields;
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{LockEntry, PartKind, ProjectLock};
use crate::shell::OptionStyle;

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "conda-lock",
    summary: "conda-lock.yml",
    page: include_str!("../../../docs/project-locks/conda-lock.md"),
};

/// The `conda-lock` format.
pub(in crate::project_locks) struct CondaLock;

/// The version that is read.
const VERSION: &str = "1";

impl LockFormat for CondaLock {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["conda-lock.yml", "conda-lock.yaml"]
    }

    fn is_named(&self, name: &str) -> bool {
        self.names().contains(&name) || name.ends_with(".conda-lock.yml")
    }

    fn ecosystems(&self) -> &'static [&'static str] {
        &["conda", "python"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["conda-lock", "micromamba", "mamba"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let document = yaml::parse(files.text())?;
        match document.text_of("version") {
            Some(VERSION) => {}
            version => {
                let version = version.unwrap_or("none");
                return Err(format!("its version is {version:?}, and {VERSION} is read"));
            }
        }
        let subdir = conda::linux_subdir(&files.platform.architecture)
            .ok_or_else(|| format!("conda has no platform {}", files.platform.architecture))?;
        let rows = match document.get("package") {
            Some(YamlValue::List(rows)) => rows.as_slice(),
            _ => return Err("its package is no list".to_owned()),
        };
        let platforms: BTreeSet<&str> = rows.iter().filter_map(|row| row.text_of("platform")).collect();
        conda_entries::check_platform(subdir, &platforms)?;
        let mut lock = fields::with_main();
        let mut known: BTreeMap<(bool, String), usize> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.text_of("platform") == Some(subdir)) {
            let Some((is_conda, entry)) = entry(row) else {
                let name = row.text_of("name").unwrap_or("without a name");
                lock.problem(format!("a package {name:.80} has no URL that tells what it is"));
                continue;
            };
            // A package stands once for each category that needs it.
            let at = *known.entry((is_conda, entry.name.clone())).or_insert_with(|| lock.enter(entry));
            let edge = lock.edge(at, "");
            match row.text_of("category").unwrap_or("main") {
                "main" => lock.add(PartKind::Main, "", true, edge),
                category => lock.add(PartKind::Group, category, category == "dev", edge),
            }
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = call.arguments(&STYLE);
        let verb = arguments.subcommand()?;
        let file = match call.program {
            "conda-lock" if verb == "install" => arguments.operands.get(1).map(|word| word.text.clone()),
            "conda-lock" => return None,
            _ if ["create", "install", "update"].contains(&verb) => {
                let files = arguments.all(&["-f", "--file"]).filter_map(|option| option.value.as_ref());
                let own = |file: &str| self.is_named(file.rsplit('/').next().unwrap_or_default());
                Some(files.map(|file| file.text().to_owned()).find(|file| own(file))?)
            }
            _ => return None,
        };
        let mut groups = asked::names(&arguments, &["-E", "--extras", "--category"]);
        groups.remove("main");
        Some(Ask {
            place: file.unwrap_or_default(),
            groups,
            without_defaults: call.program != "conda-lock" || arguments.has(&["--no-dev"]),
            is_vague: asked::is_vague(&arguments),
            ..Ask::default()
        })
    }
}

/// What conda-lock's and micromamba's commands take a value for.
const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-E",
        "-c",
        "-f",
        "-n",
        "-p",
        "-r",
        "--category",
        "--channel",
        "--conda",
        "--extras",
        "--file",
        "--log-level",
        "--name",
        "--prefix",
        "--root-prefix",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Whether it is conda's, and the entry that a row is.
fn entry(row: &YamlValue) -> Option<(bool, LockEntry)> {
    let url = row.text_of("url")?;
    let sums = row.get("hash");
    let sum = |name: &str| sums.and_then(|sums| sums.text_of(name));
    Some(match row.text_of("manager")? {
        "conda" => (true, conda_entries::of_archive(url, Sums { sha256: sum("sha256"), md5: sum("md5") })?),
        _ => (
            false,
            conda_entries::of_python(row.text_of("name")?, row.text_of("version"), url, sum("sha256")),
        ),
    })
}
