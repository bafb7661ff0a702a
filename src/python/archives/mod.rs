//! Archives that distributions are installed from, as others than the installed package tell of them: pip's report, a
//! pylock.toml, a builder that recorded its downloads.
//!
//! Vocabulary (PyPA): a *wheel* is a built archive, whose file name holds name, version, an optional build and *tags*; an *sdist* is
//! a source archive. A word of an archive is taken for an installed distribution only where name and version are the same, and
//! of a wheel its build and all its tags, which the dist-info's WHEEL repeats; and where all who tell of it tell of one archive.

mod file_name;
mod pylock;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep440_rs::Version;
use serde::{Deserialize, Serialize};

use super::name::normal_name;
use crate::base::digest::Digest;
pub(in crate::python) use file_name::parse as parse_file_name;
pub use file_name::{WheelTags, of_url as file_of_url, tags};
pub use pylock::is_pylock;

/// Whose word a hash is, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HashSource {
    /// The builder recorded what was downloaded, in the image's provenance.
    Provenance,
    /// pip's report of an install.
    PipReport,
    /// A pylock.toml.
    Pylock,
    /// A package index, whose wheel of the same name, version and tags has the same metadata.
    Index,
}

impl HashSource {
    /// As the lockfile writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Provenance => "provenance",
            Self::PipReport => "pip-report",
            Self::Pylock => "pylock",
            Self::Index => "index",
        }
    }
}

/// Archives of one name that are looked through; of a name that has more nothing is said.
const NAMESAKES: usize = 5000;

/// One archive that is told of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Archive {
    /// The distribution's name, normalised.
    name: String,
    /// Its version, as written.
    version: String,
    /// Of a wheel, what its file name says beside that.
    tags: Option<WheelTags>,
    /// The file's name.
    file: String,
    /// Its URL, where it is told of by one.
    url: Option<String>,
    /// Its hashes, sorted.
    hashes: Vec<Digest>,
    source: HashSource,
}

/// An installed distribution that an archive is looked for.
#[derive(Debug, Clone, Copy)]
pub struct WantedArchive<'a> {
    /// The name, normalised.
    pub name: &'a str,
    /// The version, as written.
    pub version: &'a str,
    /// What its WHEEL says; `None` where it has none.
    pub tags: Option<&'a WheelTags>,
    /// The file name of the URL that it was installed from, where it was not asked for by name.
    pub file: Option<&'a str>,
}

/// What is told of the archive of an installed distribution.
#[derive(Debug, PartialEq, Eq)]
pub enum ToldHashes {
    /// Nothing that fits.
    None,
    /// These hashes.
    One(Vec<Digest>, HashSource),
    /// Several archives fit: each source, and the hashes that it tells.
    Several(Vec<(HashSource, Digest)>),
}

/// The archives that are told of.
#[derive(Debug, Default, Clone)]
pub struct Archives {
    by_name: BTreeMap<String, BTreeSet<Archive>>,
}

/// What is neither pip's report nor a pylock.toml, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("neither a report of pip ({report}) nor a pylock.toml ({pylock})")]
pub struct NoArchives {
    report: String,
    pylock: String,
}

impl Archives {
    /// Adds those of a report of pip (`pip install --report`) or a pylock.toml, whichever the bytes are.
    pub fn add_file(&mut self, bytes: &[u8]) -> Result<(), NoArchives> {
        let archives = match (report::read(bytes), pylock::read(bytes)) {
            (Ok(archives), _) | (Err(_), Ok(archives)) => archives,
            (Err(report), Err(pylock)) => return Err(NoArchives { report, pylock }),
        };
        archives.into_iter().for_each(|archive| self.add(archive));
        Ok(())
    }

    /// Adds a download of this URL that a builder recorded; what is no archive of a distribution is passed over.
    pub fn add_download(&mut self, url: &str, digest: Digest) {
        let file = file_name::of_url(url);
        if let Some(archive) = Archive::of_file(&file, vec![digest], HashSource::Provenance) {
            self.add(Archive { url: Some(url.to_owned()), ..archive });
        }
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: &Self) {
        other.by_name.values().flatten().for_each(|archive| self.add(archive.clone()));
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// What is told of the archive that `installed` came from.
    pub fn told_of(&self, installed: WantedArchive<'_>) -> ToldHashes {
        let version = Version::from_str(installed.version).ok();
        let is_it = |archive: &&Archive| {
            let is_version = archive.version == installed.version
                || version.is_some() && Version::from_str(&archive.version).ok() == version;
            is_version && installed.file.is_none_or(|file| file == archive.file)
        };
        let namesakes = self.by_name.get(installed.name).filter(|of_name| of_name.len() < NAMESAKES);
        let candidates: Vec<&Archive> = namesakes.into_iter().flatten().filter(is_it).collect();
        let fits = |archive: &&&Archive| match &archive.tags {
            Some(tags) => Some(tags) == installed.tags,
            // Of a source that has a wheel of this version, an installer takes the wheel, unless it fits nothing here.
            None => !candidates.iter().any(|other| other.tags.is_some()),
        };
        let fitting: Vec<&Archive> = candidates.iter().filter(fits).copied().collect();
        let Some(surest) = fitting.iter().min_by_key(|archive| archive.source) else {
            return ToldHashes::None;
        };
        match fitting.iter().all(|archive| is_one_archive(&surest.hashes, &archive.hashes)) {
            true => {
                let all: BTreeSet<Digest> =
                    fitting.iter().flat_map(|archive| archive.hashes.clone()).collect();
                ToldHashes::One(all.into_iter().collect(), surest.source)
            }
            false => {
                let word = |archive: &&Archive| Some((archive.source, *archive.hashes.first()?));
                let mut words: Vec<_> = fitting.iter().filter_map(word).collect();
                words.sort();
                words.dedup();
                ToldHashes::Several(words)
            }
        }
    }

    /// The URL of the archive of a distribution of this name that has one of these hashes: the surest word's that has one.
    pub fn url_of(&self, name: &str, hashes: &[Digest]) -> Option<&str> {
        let is_it = |archive: &&Archive| archive.hashes.iter().any(|hash| hashes.contains(hash));
        let words = self.by_name.get(name)?.iter().filter(is_it);
        let mut urls: Vec<_> = words.filter_map(|word| Some((word.source, word.url.as_deref()?))).collect();
        urls.sort_unstable();
        urls.first().map(|(_, url)| *url)
    }

    fn add(&mut self, archive: Archive) {
        let of_name = self.by_name.entry(archive.name.clone()).or_default();
        if !archive.hashes.is_empty() && of_name.len() < NAMESAKES {
            of_name.insert(archive);
        }
    }
}

/// Whether the hashes that two tell are of one archive: no hash of one algorithm is another.
pub fn is_one_archive(a: &[Digest], b: &[Digest]) -> bool {
    let kind = |digest: &Digest| std::mem::discriminant(digest);
    let mut pairs = a.iter().flat_map(|one| b.iter().map(move |other| (one, other)));
    let mut shared = pairs.by_ref().filter(|(one, other)| kind(one) == kind(other)).peekable();
    shared.peek().is_some() && shared.all(|(one, other)| one == other)
}

impl Archive {
    /// The archive of that file name; `None` for a name that no wheel and no sdist has.
    fn of_file(file: &str, hashes: Vec<Digest>, source: HashSource) -> Option<Self> {
        let (name, version, tags) = file_name::parse(file)?;
        let file = file.to_owned();
        Some(Self { name: normal_name(name), version, tags, file, url: None, hashes, source })
    }
}

/// Digests of a table of algorithms and hex digits; others than sha256 and sha512 are passed over.
pub(in crate::python) fn digests<'h>(named: impl IntoIterator<Item = (&'h str, &'h str)>) -> Vec<Digest> {
    let digest =
        |(algorithm, hex): (&str, &str)| format!("{algorithm}:{}", hex.to_ascii_lowercase()).parse().ok();
    let digests: BTreeSet<Digest> = named.into_iter().filter_map(digest).collect();
    digests.into_iter().collect()
}

#[cfg(test)]
mod tests;
