//! Finding `reprolock.toml`, and its TOML as [`Project`].

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::images::{self, ImageTable};
use super::{Lint, Located, MirrorSetting, NAME, Project, ProjectError, Python, Registry, SeveritySetting};
use crate::base::text::{Lines, Position};
use crate::base::{bounded, checkout, limits};

/// What the file holds, as it stands there.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Document {
    registry: RegistryTable,
    python: PythonTable,
    lint: LintTable,
    image: Vec<ImageTable>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct PythonTable {
    index_urls: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RegistryTable {
    mirror: Vec<MirrorTable>,
    insecure: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MirrorTable {
    prefix: Spanned<String>,
    location: Spanned<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct LintTable {
    select: Option<Vec<Spanned<String>>>,
    ignore: Vec<Spanned<String>>,
    per_path: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    severity: BTreeMap<Spanned<String>, SeveritySetting>,
    min_severity: Option<SeveritySetting>,
    fail_on: Option<SeveritySetting>,
    baseline: Option<Spanned<String>>,
    pedantic: bool,
    runtime: bool,
}

/// Reads the file that `named` names; else the one found from the current folder upwards, for all but registries, and the
/// user's own, for these.
pub fn load(named: Option<&Path>) -> Result<Project, ProjectError> {
    match named {
        Some(path) => parse(&text(path)?, path, true),
        None => unnamed(nearest().as_deref(), own().as_deref()),
    }
}

/// What a file that was found and the user's own say together.
pub(super) fn unnamed(nearest: Option<&Path>, own: Option<&Path>) -> Result<Project, ProjectError> {
    let mut project = match nearest {
        Some(path) if checkout::leads_out(path).is_ok_and(|is_out| is_out) => {
            return Err(ProjectError::LeadsOut(path.into()));
        }
        Some(path) => parse(&text(path)?, path, false)?,
        None => Project::default(),
    };
    let untrusted = [
        (project.registry != Registry::default(), "[registry]"),
        (project.python != Python::default(), "[python]"),
    ];
    project.untrusted =
        untrusted.into_iter().filter_map(|(is_there, name)| is_there.then_some(name)).collect();
    (project.registry, project.python) = match own {
        Some(path) => {
            let own = parse(&text(path)?, path, true)?;
            if own.lint != Lint::default() || !own.images.is_empty() {
                let problem =
                    "a user's own file has no [lint] and no [[image]]: these are the project's".to_owned();
                let hint = Some("move it to the project's reprolock.toml".to_owned());
                let at = Position { line: 1, column: 1 };
                return Err(ProjectError::Value { path: path.into(), at, problem, hint });
            }
            (own.registry, own.python)
        }
        None => Default::default(),
    };
    Ok(project)
}

/// The user's own file, where there is one.
fn own() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let folder = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(folder.join("reprolock").join(NAME)).filter(|file| file.is_file())
}

/// The nearest file at or above the current folder, no higher than the repository's root.
fn nearest() -> Option<PathBuf> {
    let depth = std::env::current_dir().ok()?.ancestors().count();
    above(Path::new(""), depth)
}

/// The nearest file at or above `start`, which has `depth` folders from the root down to itself.
pub(super) fn above(start: &Path, depth: usize) -> Option<PathBuf> {
    let folder = |up: usize| (0..up).fold(start.to_path_buf(), |folder, _| folder.join(".."));
    let root = (0..depth).find(|up| folder(*up).join(".git").exists()).unwrap_or(0);
    (0..=root).map(|up| folder(up).join(NAME)).find(|file| file.is_file())
}

fn text(path: &Path) -> Result<String, ProjectError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => ProjectError::Missing(path.into()),
        _ => ProjectError::Io { path: path.into(), source },
    };
    let limit = limits::PROJECT_BYTES;
    // Asked before opening: opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("it is no regular file")));
    }
    let text = File::open(path).and_then(|file| bounded::read(file, limit)).map_err(failed)?;
    let text = text.ok_or_else(|| ProjectError::TooLarge { path: path.into(), limit })?;
    String::from_utf8(text).map_err(|_| failed(io::Error::new(io::ErrorKind::InvalidData, "not UTF-8")))
}

/// Takes the file's text apart; `path` is where it was found.
pub(super) fn parse(text: &str, path: &Path, is_named: bool) -> Result<Project, ProjectError> {
    let places = Places { text, lines: Lines::of(text), path };
    let document: Document = crate::base::toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let problem = error.message().lines().next().unwrap_or("not TOML").to_owned();
        places.refuse(start, problem, None)
    })?;
    Ok(Project {
        file: Some(path.into()),
        registry: places.registry(document.registry)?,
        python: Python { index_urls: document.python.index_urls },
        lint: places.lint(document.lint),
        untrusted: Vec::new(),
        images: images::images(document.image, &places, is_named)?,
        is_named,
    })
}

/// The text, to tell where in it things stand.
pub(super) struct Places<'a> {
    text: &'a str,
    lines: Lines,
    pub(super) path: &'a Path,
}

impl Places<'_> {
    fn at(&self, offset: usize) -> Position {
        self.lines.position(self.text, offset)
    }

    pub(super) fn refuse(&self, offset: usize, problem: String, hint: Option<&str>) -> ProjectError {
        let hint = hint.map(str::to_owned);
        ProjectError::Value { path: self.path.into(), at: self.at(offset), problem, hint }
    }

    fn located(&self, value: Spanned<String>) -> Located {
        Located { at: self.at(value.span().start), text: value.into_inner() }
    }

    fn registry(&self, table: RegistryTable) -> Result<Registry, ProjectError> {
        let place = |value: Spanned<String>| {
            let hint = "write docker.io/library, registry.example.org:5000 or mirror.example.org/hub";
            self.checked(value, is_place, "HOST[:PORT][/PATH] without a scheme, a tag or a digest", hint)
        };
        let mirror = |mirror: MirrorTable| {
            Ok(MirrorSetting { prefix: place(mirror.prefix)?, location: place(mirror.location)? })
        };
        let host = |value: Spanned<String>| {
            let hint = "write registry.example.org:5000";
            self.checked(value, is_host, "HOST[:PORT] without a scheme or a path", hint)
        };
        Ok(Registry {
            mirrors: table.mirror.into_iter().map(mirror).collect::<Result<_, _>>()?,
            insecure: table.insecure.into_iter().map(host).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn checked(
        &self,
        value: Spanned<String>,
        is_good: impl Fn(&str) -> bool,
        expected: &str,
        hint: &str,
    ) -> Result<String, ProjectError> {
        match is_good(value.get_ref()) {
            true => Ok(value.into_inner()),
            false => {
                let problem = format!("expected {expected}, found {:?}", value.get_ref());
                Err(self.refuse(value.span().start, problem, Some(hint)))
            }
        }
    }

    fn lint(&self, table: LintTable) -> Lint {
        let all =
            |values: Vec<Spanned<String>>| values.into_iter().map(|value| self.located(value)).collect();
        let per_path = table.per_path.into_iter().map(|(glob, ignore)| (self.located(glob), all(ignore)));
        let severity = table.severity.into_iter().map(|(rule, severity)| (self.located(rule), severity));
        Lint {
            select: table.select.map(all),
            ignore: all(table.ignore),
            per_path: per_path.collect(),
            severity: severity.collect(),
            min_severity: table.min_severity,
            fail_on: table.fail_on,
            baseline: table.baseline.map(|value| self.located(value)),
            pedantic: table.pedantic,
            runtime: table.runtime,
        }
    }
}

/// Whether `text` is `HOST[:PORT]`, told from the first part of a path by a dot, a port or the name `localhost`.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_name = |host: &str| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
    };
    let is_named = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => is_name(host) && (host.contains('.') || host == "localhost" || port.is_some()),
    };
    is_named && port.is_none_or(is_port)
}

fn is_place(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.chars().all(is_known)
    };
    let mut parts = text.split('/');
    parts.next().is_some_and(is_host) && parts.all(is_part)
}
