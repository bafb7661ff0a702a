//! `pylock.toml` and `pylock.NAME.toml` (PEP 751): packages with markers, which may ask for extras and dependency groups.
//! <https://packaging.python.org/en/latest/specifications/pylock-toml/>
//!
//! What it refuses to do: `dependencies` are for people, says the specification, and are not followed.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::base::about::{About, AboutKind};
use crate::project_locks::asked::{self, Ask, LockCall};
use crate::project_locks::fields::{self, table, tables, text, texts};
use crate::project_locks::format::{LockFormat, LockText};
use crate::project_locks::model::{LockEntry, LockedSource, PartKind, ProjectLock};
use crate::python::normal_name;
use crate::shell::OptionStyle;

static ABOUT: About = About {
    kind: AboutKind::ProjectLock,
    id: "pylock-toml",
    summary: "pylock.toml (PEP 751)",
    page: include_str!("../../../docs/project-locks/pylock-toml.md"),
};

/// The `pylock-toml` format.
pub(in crate::project_locks) struct Pylock;

/// What stands before a group's name where markers have it as an extra.
const GROUP: &str = "dependency-group-";

impl LockFormat for Pylock {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn names(&self) -> &'static [&'static str] {
        &["pylock.toml"]
    }

    fn is_named(&self, name: &str) -> bool {
        let middle = name.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix(".toml"));
        name == "pylock.toml" || middle.is_some_and(|middle| !middle.is_empty() && !middle.contains('.'))
    }

    fn programs(&self) -> &'static [&'static str] {
        &["pip", "uv"]
    }

    fn read(&self, files: &LockText<'_>) -> Result<ProjectLock, String> {
        let document = fields::document(files.text())?;
        match text(&document, "lock-version") {
            Some(version) if version == "1" || version.starts_with("1.") => {}
            version => {
                return Err(format!("its version is {}, and only 1 is known", version.unwrap_or("none")));
            }
        }
        let mut lock = fields::with_main();
        lock.projects.extend(fields::project_name(files.project));
        let defaults: BTreeSet<String> = texts(&document, "default-groups").map(normal_name).collect();
        for extra in texts(&document, "extras").map(normal_name) {
            if let Some(part) = lock.part(PartKind::Extra, &extra, false) {
                part.extras.push(extra);
            }
        }
        // A default group that no list has is made up by the tool that exported the lock, to stand for its default choice.
        let groups: BTreeSet<String> =
            texts(&document, "dependency-groups").map(normal_name).chain(defaults.clone()).collect();
        for group in groups {
            if let Some(part) = lock.part(PartKind::Group, &group, defaults.contains(&group)) {
                part.extras.push(format!("{GROUP}{group}"));
            }
        }
        let rows = fields::packages(&document, "packages", &mut lock)?;
        for row in rows {
            let marker = plain_marker(text(row, "marker").unwrap_or_default());
            let at = lock.entries.len();
            lock.entries.push(entry(row));
            let edge = lock.edge(at, &marker);
            lock.add(PartKind::Main, "", true, edge);
        }
        Ok(lock)
    }

    fn ask(&self, call: &LockCall<'_>) -> Option<Ask> {
        let arguments = call.arguments(&STYLE);
        let words: Vec<&str> = arguments.operands.iter().map(|word| word.text.as_str()).collect();
        let operands = match (call.program, words.as_slice()) {
            ("pip", ["install", ..]) | ("uv", ["pip", "install", ..]) => &[],
            ("uv", ["pip", "sync", files @ ..]) => files,
            _ => return None,
        };
        let given = arguments.all(&["-r", "--requirement", "--requirements"]);
        let given = given.filter_map(|option| option.value.as_ref()).map(|value| value.text());
        let mut places = given.chain(operands.iter().copied());
        let place = places.find(|place| self.is_named(place.rsplit('/').next().unwrap_or_default()))?;
        Some(Ask {
            place: place.to_owned(),
            extras: asked::names(&arguments, &["--extra"]),
            groups: asked::names(&arguments, &["--group"]),
            all_extras: arguments.has(&["--all-extras"]),
            is_exact: words.contains(&"sync"),
            is_vague: asked::is_vague(&arguments),
            ..Ask::default()
        })
    }
}

/// Options with values of `pip install`, `uv pip install` and `uv pip sync`.
const STYLE: OptionStyle = crate::python::UV_OPTIONS;

/// The marker in PEP 508's words: `'x' in extras` is `extra == 'x'`, and groups are extras of a name that no extra has.
fn plain_marker(marker: &str) -> String {
    let mut plain = String::new();
    let mut rest = marker;
    while let Some(start) = rest.find(['\'', '"']) {
        let (before, quoted) = rest.split_at(start);
        let quote = quoted.chars().next().unwrap_or('\'');
        let Some(end) = quoted.get(1..).and_then(|inner| inner.find(quote)) else { break };
        let name = quoted.get(1..=end).unwrap_or_default();
        let after = quoted.get(end + 2..).unwrap_or_default();
        plain.push_str(before);
        let operators = [(" in extras", "==", ""), (" not in extras", "!=", "")];
        let of_groups = [(" in dependency_groups", "==", GROUP), (" not in dependency_groups", "!=", GROUP)];
        let blank = after.trim_start();
        let words = operators.into_iter().chain(of_groups).find_map(|(words, operator, prefix)| {
            Some((blank.strip_prefix(words.trim_start())?, operator, prefix))
        });
        rest = match words {
            Some((after, operator, prefix)) => {
                plain.push_str(&format!("extra {operator} '{prefix}{}'", normal_name(name)));
                after
            }
            None => {
                plain.push_str(&format!("{quote}{name}{quote}"));
                after
            }
        };
    }
    plain.push_str(rest);
    plain
}

fn entry(row: &Table) -> LockEntry {
    let part = |key: &str| table(row, &[key]);
    let source = if let Some(vcs) = part("vcs") {
        let url = text(vcs, "url").or_else(|| text(vcs, "path")).unwrap_or_default().to_owned();
        LockedSource::Vcs { url, revision: text(vcs, "commit-id").unwrap_or_default().to_owned() }
    } else if let Some(folder) = part("directory") {
        LockedSource::Path(text(folder, "path").unwrap_or_default().to_owned())
    } else if let Some(archive) = part("archive") {
        match text(archive, "url") {
            Some(url) => LockedSource::Url(url.to_owned()),
            None => LockedSource::Path(text(archive, "path").unwrap_or_default().to_owned()),
        }
    } else {
        LockedSource::Index
    };
    let archives = tables(row, "wheels").chain(part("sdist")).chain(part("archive"));
    let hashes = archives.filter_map(|archive| archive.get("hashes")?.as_table());
    let hashes = hashes.flatten().filter_map(|(algorithm, hash): (&String, &Value)| {
        fields::digest(&format!("{algorithm}:{}", hash.as_str()?))
    });
    LockEntry {
        source,
        hashes: hashes.collect(),
        ..LockEntry::python(text(row, "name").unwrap_or_default(), text(row, "version"))
    }
}
