//! `pylock.toml` (PyPA, "pylock.toml specification", version 1): the archives of its packages.
//!
//! Whether a package's marker holds, and which of its wheels fits where, is not asked: a word is held to the tags of what is
//! installed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Archive, HashSource, digests, file_name};
use crate::base::path::printable;
use crate::python::name::normal_name;

/// Whether a file of this name is one: `pylock.toml`, `pylock.NAME.toml`.
pub fn is_pylock(name: &[u8]) -> bool {
    let middle = name.strip_prefix(b"pylock.").and_then(|rest| rest.strip_suffix(b"toml"));
    middle.is_some_and(|middle| {
        middle.is_empty() || middle.len() > 1 && middle.ends_with(b".") && !middle.starts_with(b".")
    })
}

/// The file's shape. Other keys are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pylock {
    lock_version: String,
    packages: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: Option<String>,
    #[serde(default)]
    wheels: Vec<LockedFile>,
    sdist: Option<LockedFile>,
    archive: Option<LockedFile>,
}

#[derive(Deserialize)]
struct LockedFile {
    name: Option<String>,
    url: Option<String>,
    path: Option<String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

/// The archives of a file; the error says why it is none.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Archive>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let pylock: Pylock = toml::from_str(text).map_err(|error| printable(error.message().as_bytes()))?;
    if pylock.lock_version.split('.').next() != Some("1") {
        return Err(format!("its version is {}, expected 1", printable(pylock.lock_version.as_bytes())));
    }
    Ok(pylock.packages.iter().flat_map(archives).collect())
}

fn archives(locked: &Locked) -> impl Iterator<Item = Archive> + '_ {
    let files = locked.wheels.iter().chain(&locked.sdist).chain(&locked.archive);
    files.filter_map(|file| archive(locked, file))
}

fn archive(locked: &Locked, file: &LockedFile) -> Option<Archive> {
    let name = file.name.clone();
    let place = || file.url.as_deref().or(file.path.as_deref());
    let name = name.or_else(|| place().map(file_name::of_url))?;
    let (_, version, tags) = file_name::parse(&name)
        .map_or((None, None, None), |(name, version, tags)| (Some(name), Some(version), tags));
    Some(Archive {
        version: locked.version.clone().or(version)?,
        name: normal_name(&locked.name),
        tags,
        file: name,
        url: file.url.clone(),
        hashes: digests(file.hashes.iter().map(|(name, hex)| (name.as_str(), hex.as_str()))),
        source: HashSource::Pylock,
    })
}
