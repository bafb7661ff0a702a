//! Conda packages (conda): the records that conda, mamba, micromamba and pixi keep of what they installed.
//!
//! Each environment is a catalog of its own, and so is each of pixi's. A package is what its record says that it is; the archive
//! that it came from is told exactly, by URL and checksums. A record that tools of conda could not read lists no package: it
//! counts in the catalog's digest, and is a problem.
//!
//! A Python package that a record lists is conda's: it has an owner. What pip put in the place of one is not: its record still
//! names the old version, so the package is `overwritten`, and the distribution that stands there is nobody else's.
//!
//! What this does not do: read the history, pins or pixi's own notes, count what was only unpacked into a cache, or compare
//! files with their sums (whoever has their bytes does).

mod environments;
mod files;
mod overwritten;
mod record;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::about::{About, AboutKind};
use crate::base::checksum::Checksum;
use crate::base::digest::{Digest, Sha256};
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::catalog::{Catalog, Package};
use crate::ecosystem::interface::{Ecosystem, NameOwner};
use crate::ecosystem::places::{Rest, read};
use crate::ecosystem::problems::Problems;
use crate::ecosystem::purl::{Identified, Purl};
use crate::formats::conda;
use crate::formats::tar::entry::Kind;
use crate::tree::FileTree;
use environments::{Environment, RECORDS, Walk};
use overwritten::Claims;
use record::Record;

static ABOUT: About = About {
    kind: AboutKind::Ecosystem,
    id: "conda",
    summary: "conda packages",
    page: include_str!("../../../docs/ecosystems/conda.md"),
};

/// The conda ecosystem.
pub(super) struct Conda;

impl Ecosystem for Conda {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn wants(&self, path: &LayerPath) -> bool {
        let mut parts = path.parts().rev();
        parts.next().is_some_and(is_record) && parts.next() == Some(RECORDS)
    }

    fn concerns(&self, path: &LayerPath) -> bool {
        path.parts().any(|part| part == RECORDS)
    }

    fn leads(&self, folder: &[u8]) -> bool {
        folder == RECORDS
    }

    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog> {
        let walk = environments::walk(tree);
        let catalog = |(path, environment)| Reader::new(tree, &walk, environment).catalog(path);
        walk.environments.iter().map(catalog).collect()
    }

    /// Conda's own, in lower case.
    fn normal_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        normal_name(name)
    }

    fn purl(&self, package: &Identified<'_>) -> Purl {
        let origin = package.origin.unwrap_or_default();
        let is_ending = |kind: &&str| origin.strip_suffix(kind).is_some_and(|stem| stem.ends_with('.'));
        let kind = ["tar.bz2", "conda"].into_iter().find(is_ending);
        Purl::of(ABOUT.id, package)
            .qualified("build", package.build)
            .qualified("channel", package.channel)
            .qualified("subdir", package.architecture)
            .qualified("type", kind)
    }

    fn owners(&self, tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
        files::owners(tree, paths)
    }

    fn checksums(
        &self,
        tree: &FileTree<'_>,
        paths: &BTreeSet<LayerPath>,
    ) -> BTreeMap<LayerPath, Vec<Checksum>> {
        files::checksums(tree, paths)
    }

    fn claims(&self, tree: &FileTree<'_>, _: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        files::claims(tree, claim);
    }

    fn claims_by_name(&self, _: &FileTree<'_>, catalogs: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        for records in catalogs.iter().filter(|catalog| catalog.ecosystem == ABOUT.id).map(|own| &own.path) {
            environments::OWN.iter().for_each(|name| claim(records.join(name).as_bytes()));
            let tag = records.parent().map(|prefix| prefix.join(environments::CACHE_TAG));
            tag.iter().for_each(|tag| claim(tag.as_bytes()));
        }
    }

    fn lists_files(&self, tree: &FileTree<'_>, package: &Package) -> bool {
        files::are_listed(tree, package)
    }

    fn would_list(&self, path: &LayerPath, package: &Package) -> bool {
        let prefix = package.location.parent().unwrap_or_default();
        path.is_within(&prefix) && !path.is_within(&package.location)
    }

    fn owner_by_name(&self, path: &LayerPath) -> Vec<NameOwner> {
        files::owner_by_name(path).into_iter().collect()
    }
}

/// Whether a file of this name in the folder of records is one.
fn is_record(name: &[u8]) -> bool {
    name.ends_with(b".json")
}

fn normal_name(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// Reads the records of one environment.
struct Reader<'r, 'a> {
    tree: &'r FileTree<'a>,
    walk: &'r Walk,
    environment: &'r Environment,
    problems: Problems,
    /// The records that are there and could not be read.
    rest: Rest,
    packages: Vec<Package>,
    claims: Claims,
}

impl<'r, 'a> Reader<'r, 'a> {
    fn new(tree: &'r FileTree<'a>, walk: &'r Walk, environment: &'r Environment) -> Self {
        let (problems, rest, claims) = (Problems::default(), Rest::default(), Claims::default());
        Self { tree, walk, environment, problems, rest, packages: Vec::new(), claims }
    }

    fn catalog(mut self, records: &LayerPath) -> Catalog {
        for (path, entry, node) in self.tree.children(records) {
            if is_record(path.file_name()) && entry.kind != Kind::Directory {
                self.record(records, path, node.layer);
            }
        }
        for (at, problem) in self.claims.overwritten(self.tree, self.walk) {
            self.problems.add(problem);
            if let Some(package) = self.packages.get_mut(at) {
                package.state = Some("overwritten".to_owned());
            }
        }
        self.namesakes(records);
        let (digest, layer) = (self.rest.finish(), self.environment.layer);
        let catalog = Catalog::new(ABOUT.id, (records.clone(), layer), self.packages, self.problems);
        Catalog { digest, ..catalog }
    }

    fn record(&mut self, records: &LayerPath, path: &LayerPath, layer: usize) {
        let parsed = match read((self.tree, &Conda), path, &mut self.problems).map(record::parse) {
            Some(Ok(record)) => record,
            unread => {
                if let Some(Err(problem)) = unread {
                    self.problems.add(format!("{path}: no record of a package: {problem}"));
                }
                return self.unread(path);
            }
        };
        let stem = path.file_name().strip_suffix(b".json").unwrap_or_default();
        if stem != parsed.stem().as_bytes() {
            let own = printable(parsed.stem().as_bytes());
            self.problems.add(format!("{path}: a record of {own} under another name: conda passes over it"));
        }
        let at = self.packages.len();
        for prefix in &self.environment.prefixes {
            self.claims.add(self.tree, at, prefix, &parsed);
        }
        let hashes = self.hashes(path, &parsed);
        self.packages.push(Package {
            location: records.clone(),
            evidence: path.clone(),
            layer,
            hashes,
            ..package(&parsed)
        });
    }

    /// The archive's SHA-256, where the record has one.
    fn hashes(&mut self, path: &LayerPath, record: &Record<'_>) -> Vec<Digest> {
        let written = record.sha256.as_deref();
        let hash = written.and_then(|hex| Sha256::from_hex(&hex.to_ascii_lowercase()));
        let is_odd = written.is_some() && hash.is_none() || record.md5.is_some() && md5(record).is_none();
        if is_odd {
            self.problems.add(format!("{path}: a checksum of its archive is none"));
            self.unread(path);
        }
        hash.map(Digest::from).into_iter().collect()
    }

    /// Tells packages of one name: an environment has one of each.
    fn namesakes(&mut self, records: &LayerPath) {
        let mut seen = BTreeMap::<Cow<'_, str>, usize>::new();
        for package in &self.packages {
            *seen.entry(normal_name(&package.name)).or_default() += 1;
        }
        for (name, count) in seen.into_iter().filter(|(_, count)| *count > 1) {
            self.problems.add(format!("{records}: {name} has {count} records"));
        }
    }

    /// Notes that the file at `path` was not read whole.
    fn unread(&mut self, path: &LayerPath) {
        let file = self.tree.follow_file(path).or_else(|| self.tree.get(path).map(|(entry, _)| entry));
        if let Some(file) = file {
            self.rest.add(path.as_bytes(), file);
        }
    }
}

/// A package as its record describes it.
fn package(record: &Record<'_>) -> Package {
    let text = |text: &Option<Cow<'_, str>>| {
        text.as_deref().filter(|text| !text.is_empty()).map(|text| printable(text.as_bytes()))
    };
    let written = record.channel.as_deref().filter(|channel| !channel.is_empty());
    let channel = written.map(|channel| conda::without_subdir(channel, record.subdir.as_deref()));
    let channel = channel.or_else(|| conda::channel_of(record.url.as_deref()?));
    Package {
        name: printable(record.name.as_bytes()),
        version: printable(record.version.as_bytes()),
        architecture: text(&record.subdir),
        build: Some(printable(record.build.as_bytes())).filter(|build| !build.is_empty()),
        channel: channel.map(|channel| printable(channel.as_bytes())),
        checksum: md5(record),
        origin: text(&record.url),
        ..Package::default()
    }
}

/// The archive's MD5.
fn md5(record: &Record<'_>) -> Option<String> {
    let hex = record.md5.as_deref()?.to_ascii_lowercase();
    Checksum::of_md5_hex(hex.as_bytes()).map(|_| hex)
}

#[cfg(test)]
mod tests;
