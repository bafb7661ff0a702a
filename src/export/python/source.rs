//! Where a Python package is to be installed from again, as the lock tells it: an index, an archive or a checkout.
//!
//! Names and versions are those of the PEPs, and URLs are plain: what an installer could read as anything else is refused.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use pep440_rs::Version;

use crate::base::digest::Digest;
use crate::base::secrets::REDACTED;
use crate::export::error::Lack;
use crate::lockfile::model::LockedPackage;
use crate::python::normal_name;

/// What a version control's URL begins with (PEP 610).
const VCS: [&str; 4] = ["git", "hg", "bzr", "svn"];

/// How the names of archives end (PEP 427, 625; pip takes the others too).
const ARCHIVES: [&str; 6] = [".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"];

/// A package, ready to be asked for.
pub(super) struct Installable<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) source: Source<'a>,
    pub(super) hashes: &'a [Digest],
}

/// Where it comes from.
pub(super) enum Source<'a> {
    /// An index, or whatever else has an archive of this hash; with the URL that it had there.
    Index(Option<&'a str>),
    /// An archive by its URL.
    Archive { url: &'a str, subdirectory: Option<&'a str> },
    /// A checkout.
    Checkout { vcs: &'a str, url: &'a str, commit: &'a str, subdirectory: Option<&'a str> },
}

impl<'a> Installable<'a> {
    /// What the lock says of a package, where that is enough to ask for it; `twice` are the names that stand twice.
    pub(super) fn of(package: &'a LockedPackage, twice: &BTreeSet<&str>) -> Result<Self, Lack> {
        let LockedPackage { name, version, origin, archive, hashes, .. } = package;
        if twice.contains(name.as_str()) {
            return Err(Lack::Twice);
        }
        if !is_name(name) {
            return Err(Lack::Name);
        }
        if !is_version(version) {
            return Err(Lack::Version);
        }
        let source = match origin.as_deref() {
            None => Source::Index(archive.as_deref().map(plain).transpose()?),
            Some(origin) => source(origin, !hashes.is_empty())?,
        };
        Ok(Self { name, version, source, hashes })
    }
}

/// The names that stand more than once among `packages`.
pub(super) fn twice<'a>(packages: &[&'a LockedPackage]) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    packages.iter().map(|package| package.name.as_str()).filter(|name| !seen.insert(*name)).collect()
}

fn source(origin: &str, has_hash: bool) -> Result<Source<'_>, Lack> {
    if origin == "editable" || origin.starts_with("editable ") {
        return Err(Lack::Editable);
    }
    let url = plain(origin)?;
    let (place, fragment) = url.split_once('#').unwrap_or((url, ""));
    let parts = fragment.split('&').filter_map(|part| part.split_once('='));
    let subdirectory = parts.filter(|(key, _)| *key == "subdirectory").map(|(_, folder)| folder).next_back();
    let checkout = place.split_once('+').filter(|(vcs, _)| VCS.contains(vcs));
    if let Some((vcs, rest)) = checkout {
        // What stands behind the last `@` may be a user's host, where no commit is named.
        let named = rest.rsplit_once('@').filter(|(_, commit)| is_commit(commit));
        let (url, commit) = named.ok_or(Lack::OddUrl)?;
        return Ok(Source::Checkout { vcs, url, commit, subdirectory });
    }
    match place.split_once("://").map(|(scheme, _)| scheme) {
        Some("https" | "http") => Ok(Source::Archive { url: place, subdirectory }),
        // A wheel that was copied into the build: its hash tells the same file wherever it lies now.
        Some("file") if has_hash && is_archive(place) => Ok(Source::Index(None)),
        Some("file") => Err(Lack::Folder),
        _ => Err(Lack::OddUrl),
    }
}

/// A URL that every reader takes for one word.
fn plain(url: &str) -> Result<&str, Lack> {
    if url.contains(REDACTED) {
        return Err(Lack::Redacted);
    }
    let is_odd = |c: char| !c.is_ascii_graphic() || matches!(c, '"' | '\'' | '`' | '\\' | '<' | '>' | ';');
    // pip fills `${NAME}` in from the environment of whoever installs: an image could have it sent anywhere.
    match url.is_empty() || url.starts_with('-') || url.contains(is_odd) || url.contains("${") {
        true => Err(Lack::OddUrl),
        false => Ok(url),
    }
}

fn is_archive(place: &str) -> bool {
    ARCHIVES.iter().any(|ending| place.ends_with(ending))
}

/// A name as PEP 508 has it, in the normal form of PEP 503.
fn is_name(name: &str) -> bool {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let mut inner = name.chars();
    is_end(name.chars().next())
        && is_end(name.chars().next_back())
        && inner.all(|c| c.is_ascii_alphanumeric() || c == '-')
        && normal_name(name) == name
}

fn is_version(version: &str) -> bool {
    version.bytes().all(|byte| byte.is_ascii_graphic()) && Version::from_str(version).is_ok()
}

/// A commit, or what other version controls have in its place.
fn is_commit(commit: &str) -> bool {
    !commit.is_empty() && commit.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
