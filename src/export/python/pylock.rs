//! `pylock`: a `pylock.toml` (PEP 751), as `uv pip install -r` and pip take it.
//!
//! It names each archive by its URL and its hash, so both have to be in the lock. A checkout is named by its commit.
//!
//! Source: PyPA specifications, "pylock.toml Specification" (PEP 751).

use std::collections::BTreeMap;

use super::source::{self, Installable, Source};
use super::wanted;
use crate::base::about::{About, AboutKind};
use crate::base::digest::Digest;
use crate::export::error::{ExportError, Lack};
use crate::export::interface::{Export, ExportOptions, Exported};
use crate::export::selection::Wanted;
use crate::lockfile::Lockfile;
use crate::lockfile::encode::string;
use crate::python::archives::file_of_url;

static ABOUT: About = About {
    kind: AboutKind::Export,
    id: "pylock",
    summary: "the Python packages of one site directory with URLs and hashes, as a pylock.toml (PEP 751)",
    page: include_str!("../../../docs/exports/pylock.md"),
};

const WANTED: Wanted = wanted(ABOUT.id);

/// The lock file of Python's packaging.
pub(in crate::export) struct Pylock;

impl Export for Pylock {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn write(&self, lock: &Lockfile, options: &ExportOptions) -> Result<Exported, ExportError> {
        let selection = WANTED.of(lock, options)?;
        let twice = source::twice(&selection.packages);
        let tables = WANTED.each(&selection, |package| table(&Installable::of(package, &twice)?))?;
        let head = "lock-version = \"1.0\"\ncreated-by = \"reprolock\"\n";
        let text = match tables.is_empty() {
            true => format!("{head}packages = []\n"),
            false => head.to_owned() + &tables.concat(),
        };
        Ok(Exported { text, notes: selection.notes })
    }
}

fn table(package: &Installable<'_>) -> Result<String, Lack> {
    let Installable { name, version, source, hashes } = package;
    let head = format!("\n[[packages]]\nname = {}\n", string(name));
    let with_version = format!("{head}version = {}\n", string(version));
    Ok(match source {
        Source::Index(url) => {
            let hashes = one_archive(hashes)?;
            let url = url.ok_or(Lack::Url)?;
            let url = url.split('#').next().unwrap_or_default();
            let file = file_name(url).ok_or(Lack::OddUrl)?;
            let file_line = format!("name = {}\nurl = {}\nhashes = {hashes}\n", string(&file), string(url));
            match file.ends_with(".whl") {
                true => format!("{with_version}\n[[packages.wheels]]\n{file_line}"),
                false => format!("{with_version}\n[packages.sdist]\n{file_line}"),
            }
        }
        Source::Archive { url, subdirectory } => {
            let hashes = one_archive(hashes)?;
            let folder = folder(*subdirectory);
            let url = string(url);
            format!("{with_version}\n[packages.archive]\nurl = {url}\nhashes = {hashes}\n{folder}")
        }
        // What a checkout is called is decided when it is built, so its version is no part of the file (PEP 751).
        Source::Checkout { vcs, url, commit, subdirectory } => format!(
            "{head}\n[packages.vcs]\ntype = {}\nurl = {}\ncommit-id = {}\n{}",
            string(vcs),
            string(url),
            string(commit),
            folder(*subdirectory)
        ),
    })
}

fn folder(subdirectory: Option<&str>) -> String {
    subdirectory.map_or_else(String::new, |folder| format!("subdirectory = {}\n", string(folder)))
}

/// The hashes of one file, as an inline table.
fn one_archive(hashes: &[Digest]) -> Result<String, Lack> {
    let mut by_algorithm = BTreeMap::new();
    for hash in hashes {
        if by_algorithm.insert(hash.algorithm(), hash.hex()).is_some() {
            return Err(Lack::OneArchive);
        }
    }
    if by_algorithm.is_empty() {
        return Err(Lack::Hash);
    }
    let pairs: Vec<String> =
        by_algorithm.iter().map(|(algorithm, hex)| format!("{algorithm} = {}", string(hex))).collect();
    Ok(format!("{{ {} }}", pairs.join(", ")))
}

/// The name of an archive's file; `None` where a URL's last part is none, but a path, once its escapes are read.
fn file_name(url: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!');
    let file = file_of_url(url);
    (file.starts_with(|c: char| c.is_ascii_alphanumeric()) && file.chars().all(is_plain)).then_some(file)
}
