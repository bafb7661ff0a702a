//! Whether an installed package comes from where its lock says.
//!
//! What it refuses to do: no URL is followed. Two URLs of one commit, or of one hash, are one source.

use crate::ecosystem::Package;
use crate::formats::conda;
use crate::project_locks::{LockEntry, LockedSource};

/// What is known of two sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// They are one.
    Same,
    /// They are not.
    Other,
    /// The image does not say where it came from.
    Unsaid,
}

/// Compares where `package` came from with what `entry` says.
pub(super) fn compare(entry: &LockEntry, package: &Package) -> Match {
    if entry.archive.is_some() {
        return if differing(entry, package).is_none() { Match::Same } else { Match::Other };
    }
    for hash in &package.hashes {
        if entry.hashes.contains(hash) {
            return Match::Same;
        }
        if entry.hashes.iter().any(|locked| locked.algorithm() == hash.algorithm()) {
            return Match::Other;
        }
    }
    let Some(origin) = package.origin.as_deref() else {
        return match (&entry.source, &package.installer) {
            (LockedSource::Index | LockedSource::Unsaid, _) => Match::Same,
            // An installer that says nothing of itself says nothing of where it got it from either.
            (_, None) => Match::Unsaid,
            (_, Some(_)) => Match::Other,
        };
    };
    let origin = match (origin, &entry.source) {
        // A link to a folder that old installers leave, which does not say of which URL.
        ("editable", LockedSource::Path(_)) => return Match::Same,
        (origin, _) => origin.strip_prefix("editable ").unwrap_or(origin),
    };
    let is_same = match &entry.source {
        LockedSource::Unsaid => true,
        LockedSource::Index => return Match::Other,
        LockedSource::Url(url) => is_same_url(url, origin),
        LockedSource::Vcs { url, revision } => return checkout(url, revision, origin, package),
        LockedSource::Path(path) => is_same_path(path, origin),
    };
    if is_same { Match::Same } else { Match::Other }
}

/// Compares a checkout with what a lock says of it. A commit is the same in every repository; a name means something in its own
/// alone, and may stand for another commit by now.
fn checkout(url: &str, revision: &str, origin: &str, package: &Package) -> Match {
    let origin = origin.split('#').next().unwrap_or_default();
    let (repository, commit) = origin.rsplit_once('@').unwrap_or((origin, ""));
    if is_same_commit(revision, commit) {
        return Match::Same;
    }
    let is_name = package.requested_revision.as_deref().unwrap_or_default() == revision;
    if is_name && is_same_repository(url, repository) { Match::Unsaid } else { Match::Other }
}

/// Whether both URLs name one repository, with or without its kind before the scheme and `.git` at the end.
fn is_same_repository(locked: &str, installed: &str) -> bool {
    let plain = |url: &str| {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let scheme = scheme.rsplit_once('+').map_or(scheme, |(_, scheme)| scheme);
        let rest = rest.trim_end_matches('/');
        format!("{scheme}://{}", rest.strip_suffix(".git").unwrap_or(rest))
    };
    is_same_url(&plain(locked), &plain(installed))
}

/// What of a package's archive is not what the lock names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArchiveField {
    /// `build`, `channel` or `bytes`.
    pub(super) name: &'static str,
    /// What is locked.
    pub(super) locked: String,
    /// What is installed.
    pub(super) installed: String,
}

/// In what the archive that `package` was installed from differs from the one that `entry` names; `None` for what names none,
/// and where it is the same as far as both tell.
pub(super) fn differing(entry: &LockEntry, package: &Package) -> Option<ArchiveField> {
    let archive = entry.archive.as_ref()?;
    let field = |name, locked: &str, installed: &str| {
        Some(ArchiveField { name, locked: locked.to_owned(), installed: installed.to_owned() })
    };
    let build = package.build.as_deref().unwrap_or_default();
    if archive.build != build {
        return field("build", &archive.build, build);
    }
    // One archive may lie in several places.
    let hashes: Vec<(String, String)> = hashes(entry, package).collect();
    if hashes.iter().any(|(locked, installed)| locked == installed) {
        return None;
    }
    let own = package.origin.as_deref().and_then(conda::channel_of).or(package.channel.as_deref());
    if let (Some(locked), Some(installed)) = (archive.channel.as_deref(), own)
        && !is_one_channel(locked, installed)
    {
        return field("channel", &without_token(locked), &without_token(installed));
    }
    let (locked, installed) = hashes.first()?;
    field("bytes", locked, installed)
}

/// The checksums that both sides have.
fn hashes(entry: &LockEntry, package: &Package) -> impl Iterator<Item = (String, String)> {
    let locked = entry.hashes.iter().filter(|locked| locked.algorithm() == "sha256");
    let pairs = locked.flat_map(|locked| {
        let own = package.hashes.iter().filter(|own| own.algorithm() == locked.algorithm());
        own.map(|own| (locked.to_string(), own.to_string()))
    });
    let md5 = entry.archive.as_ref().and_then(|archive| archive.md5.clone()).zip(package.checksum.clone());
    pairs.collect::<Vec<_>>().into_iter().chain(md5)
}

/// Whether both name one channel: by a URL, or one of them by the name at its end.
fn is_one_channel(locked: &str, installed: &str) -> bool {
    let (locked, installed) = (without_token(locked), without_token(installed));
    let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
    locked == installed || ends(&locked, &installed) || ends(&installed, &locked)
}

/// A channel without the token that stands before its name: `/t/TOKEN/`.
fn without_token(channel: &str) -> String {
    match channel.split_once("/t/").and_then(|(host, rest)| Some((host, rest.split_once('/')?.1))) {
        Some((host, name)) => format!("{host}/{name}"),
        None => channel.to_owned(),
    }
}

/// Whether both name one file: without fragments, users and passwords.
fn is_same_url(locked: &str, installed: &str) -> bool {
    let plain = |url: &str| {
        let url = url.split('#').next().unwrap_or_default();
        match url.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
                format!("{scheme}://{host}/{path}")
            }
            None => url.to_owned(),
        }
    };
    plain(locked) == plain(installed)
}

/// Whether a commit is the one that a revision names, whole or by its first letters.
fn is_same_commit(revision: &str, commit: &str) -> bool {
    let is_hex = revision.len() >= 7 && revision.chars().all(|c| c.is_ascii_hexdigit());
    is_hex && commit.to_ascii_lowercase().starts_with(&revision.to_ascii_lowercase())
}

/// Whether a file's URL ends with the path that the lock has from its own folder.
fn is_same_path(locked: &str, installed: &str) -> bool {
    let Some(installed) = installed.strip_prefix("file://") else { return false };
    let installed = installed.split('#').next().unwrap_or_default().trim_end_matches('/');
    // `file:libs/a#egg=a` of a requirements file is a path too.
    let locked = locked.strip_prefix("file:").unwrap_or(locked).split('#').next().unwrap_or_default();
    let parts = locked.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let tail: Vec<&str> = parts.collect();
    let tail = tail.join("/");
    tail.is_empty() || installed == tail || installed.ends_with(&format!("/{tail}"))
}

/// A source as people read it.
pub(super) fn shown(source: &LockedSource, version: Option<&str>) -> String {
    match source {
        LockedSource::Index | LockedSource::Unsaid => version.unwrap_or("any").to_owned(),
        LockedSource::Url(url) => url.clone(),
        LockedSource::Vcs { url, revision } => format!("{url}@{revision}"),
        LockedSource::Path(path) => path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a checkout of `revision` is what was installed from `origin`, where `asked` was asked for.
    fn checkout(revision: &str, origin: &str, asked: Option<&str>) -> Match {
        let url = "https://good.example.org/a.git".to_owned();
        let source = LockedSource::Vcs { url, revision: revision.to_owned() };
        let entry = LockEntry { source, ..LockEntry::python("a", None) };
        let package = Package {
            name: "a".to_owned(),
            origin: Some(origin.to_owned()),
            requested_revision: asked.map(str::to_owned),
            installer: Some("pip".to_owned()),
            ..Package::default()
        };
        compare(&entry, &package)
    }

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn at(repository: &str) -> String {
        format!("git+https://{repository}@{COMMIT}")
    }

    #[test]
    fn a_commit_is_the_same_in_every_repository() {
        for repository in ["good.example.org/a.git", "mirror.example.org/b.git"] {
            assert_eq!(checkout(COMMIT, &at(repository), None), Match::Same);
            assert_eq!(checkout(&COMMIT[..12], &at(repository), Some("main")), Match::Same);
            assert_eq!(checkout(&"f".repeat(40), &at(repository), None), Match::Other);
        }
    }

    #[test]
    fn a_name_means_something_in_its_own_repository_and_fixes_no_commit() {
        for name in ["main", "v1.0", "feature/x", "deadbeef"] {
            for own in ["good.example.org/a.git", "git@good.example.org/a.git", "good.example.org/a"] {
                assert_eq!(checkout(name, &at(own), Some(name)), Match::Unsaid, "{name} {own}");
            }
            for other in [
                "evil.example.org/a.git",
                "good.example.org/fork.git",
                "evil.example.org/good.example.org/a.git",
            ] {
                assert_eq!(checkout(name, &at(other), Some(name)), Match::Other, "{name} {other}");
            }
            assert_eq!(checkout(name, &at("good.example.org/a.git"), Some("other")), Match::Other);
        }
        assert_eq!(checkout("", &at("good.example.org/a.git"), None), Match::Unsaid);
    }
}
