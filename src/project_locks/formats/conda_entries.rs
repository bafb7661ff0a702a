//! Entries of conda's kinds of locks, by the URLs of archives.

use std::collections::BTreeSet;

use crate::base::checksum::Checksum;
use crate::base::digest::Sha256;
use crate::formats::conda;
use crate::project_locks::model::{LockEntry, LockedArchive, LockedSource};
use crate::python::normal_name;

/// What a lock says of an archive's bytes.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sums<'t> {
    /// The SHA-256 in hex.
    pub(super) sha256: Option<&'t str>,
    /// The MD5 in hex.
    pub(super) md5: Option<&'t str>,
}

/// The entry of a conda package that is at `url`; `None` where that tells no name and version.
pub(super) fn of_archive(url: &str, sums: Sums<'_>) -> Option<LockEntry> {
    let url = url.split('#').next().unwrap_or_default();
    let [name, version, build] = conda::archive_of(url)?;
    let md5 = sums.md5.map(str::to_ascii_lowercase);
    let md5 = md5.filter(|hex| Checksum::of_md5_hex(hex.as_bytes()).is_some());
    let archive =
        LockedArchive { build: build.to_owned(), channel: conda::channel_of(url).map(str::to_owned), md5 };
    Some(LockEntry {
        ecosystem: "conda",
        name: name.to_ascii_lowercase(),
        version: Some(version.to_owned()),
        hashes: hash(sums.sha256),
        archive: Some(archive),
        ..LockEntry::python(name, None)
    })
}

/// The entry of a Python package that a conda lock has beside its own.
pub(super) fn of_python(name: &str, version: Option<&str>, place: &str, sha256: Option<&str>) -> LockEntry {
    let source = match place {
        url if url.starts_with("git+") => {
            let url = url.trim_start_matches("git+");
            let revision = url.split('#').nth(1).or_else(|| Some(url.rsplit_once("?rev=")?.1));
            let revision = revision.or_else(|| url.rsplit_once('@').map(|(_, revision)| revision));
            let plain = url.split(['#', '?']).next().unwrap_or_default();
            LockedSource::Vcs { url: plain.to_owned(), revision: revision.unwrap_or_default().to_owned() }
        }
        path if path.starts_with(['.', '/']) => LockedSource::Path(path.to_owned()),
        // A file of an index stands at a URL that nobody asked for.
        _ => LockedSource::Index,
    };
    LockEntry { name: normal_name(name), source, hashes: hash(sha256), ..LockEntry::python(name, version) }
}

fn hash(hex: Option<&str>) -> Vec<crate::base::digest::Digest> {
    let hash = hex.and_then(|hex| Sha256::from_hex(&hex.to_ascii_lowercase()));
    hash.into_iter().map(Into::into).collect()
}

/// An error unless a lock has something for `subdir`: of `platforms` it names.
pub(super) fn check_platform(subdir: &str, platforms: &BTreeSet<&str>) -> Result<(), String> {
    if platforms.is_empty() || platforms.contains(subdir) {
        return Ok(());
    }
    let names: Vec<&str> = platforms.iter().take(NAMED).copied().collect();
    Err(format!("it locks nothing for {subdir}, but for {:.200}", names.join(", ")))
}

/// Platforms that are named.
const NAMED: usize = 8;
