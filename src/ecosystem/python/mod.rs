//! Python distributions (python): what pip, uv, conda, setuptools and distributions put into site directories.
//!
//! Each site directory is a catalog of its own, so virtual environments stay apart. A distribution that both an
//! `.egg-info` and a `.dist-info` describe is one; two that claim one name are both listed, with a problem. One that
//! an operating system package owns is listed with that owner, told from what pip put there.
//!
//! What this does not do: run Python or read `.pth` files, or look inside zipped eggs and applications.

mod claims;
mod conflicts;
mod direct_url;
mod distribution;
mod environment;
mod hashes;
mod integrity;
mod metadata;
mod ownership;
mod record;
mod requirements;
mod sites;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep440_rs::Version;

use super::{REGISTRY, brought};
use crate::base::about::{About, AboutKind};
use crate::base::path::LayerPath;
use crate::ecosystem::catalog::{Catalog, Package};
use crate::ecosystem::integrity::Integrity;
use crate::ecosystem::interface::{AskedFor, Asks, Ecosystem, NameOwner};
use crate::ecosystem::places::{Rest, real_place};
use crate::ecosystem::problems::Problems;
use crate::ecosystem::purl::{Identified, Purl};
use crate::ecosystem::residue::{Residue, ResiduePlace, ResidueSort, ResidueStep};
use crate::python::archives::Archives;
use crate::python::index::InstalledWheel;
use crate::tree::FileTree;
use distribution::Reader;
pub use environment::{marker_environment, marker_environment_of};
use sites::{Form, Site, Walk};

static ABOUT: About = About {
    kind: AboutKind::Ecosystem,
    id: "python",
    summary: "Python packages",
    page: include_str!("../../../docs/ecosystems/python.md"),
};

static RESIDUE: &[Residue] = &[
    Residue {
        what: "pip's cache",
        sort: ResidueSort::Download,
        place: ResiduePlace::Home(".cache", "pip"),
        left_by: &[ResidueStep::Install],
        removal: "/root/.cache/pip",
    },
    Residue {
        what: "uv's cache",
        sort: ResidueSort::Download,
        place: ResiduePlace::Home(".cache", "uv"),
        left_by: &[],
        removal: "/root/.cache/uv",
    },
    Residue {
        what: "poetry's cache",
        sort: ResidueSort::Download,
        place: ResiduePlace::Home(".cache", "pypoetry"),
        left_by: &[],
        removal: "/root/.cache/pypoetry",
    },
];

/// The files that hold core metadata.
const METADATA: [&[u8]; 2] = [b"METADATA", b"PKG-INFO"];

/// What else is read of a `.dist-info` folder.
const RECORDS: [&[u8]; 5] = [b"RECORD", b"INSTALLER", b"WHEEL", b"direct_url.json", b"provenance_url.json"];

/// What the origin of a checkout begins with (PEP 610).
const VCS: [&str; 4] = ["git+", "hg+", "bzr+", "svn+"];

/// The python ecosystem.
pub(super) struct Python;

impl Ecosystem for Python {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn wants(&self, path: &LayerPath) -> bool {
        // In any folder, not in site directories only: hardlinks and symlinks in them lead to conda's package cache
        // and to uv's, where the bytes are.
        let mut parts = path.parts().rev();
        let name = parts.next().unwrap_or_default();
        let folder = parts.next().unwrap_or_default();
        match name {
            name if METADATA.contains(&name) => {
                folder.ends_with(b".dist-info") || folder.ends_with(b".egg-info") || folder == b"EGG-INFO"
            }
            name if RECORDS.contains(&name) => folder.ends_with(b".dist-info"),
            claims::INSTALLED_FILES => folder.ends_with(b".egg-info"),
            name => name.ends_with(b".egg-info") || name.ends_with(b".egg-link") || hashes::is_telling(path),
        }
    }

    fn concerns(&self, path: &LayerPath) -> bool {
        // A record is told by its folder's name, and a zipped egg is read by its digest.
        let name = path.file_name();
        // What tells hashes of archives is not compared. By its `.lock` a folder that uv installed to is known.
        let is_part = self.wants(path) && !hashes::is_telling(path);
        is_part || Form::of(name).is_some() || name == b"pyvenv.cfg" || name == b".lock"
    }

    fn leads(&self, folder: &[u8]) -> bool {
        matches!(folder, b"usr" | b"local" | b"lib" | b"lib64" | b"EGG-INFO")
            || sites::is_site(folder)
            || folder.starts_with(b"python")
            || Form::of(folder).is_some()
    }

    fn ways(&self, tree: &FileTree<'_>, catalogs: &[Catalog]) -> Vec<LayerPath> {
        let of_kind = catalogs.iter().filter(|catalog| catalog.ecosystem == ABOUT.id);
        let packages = of_kind.flat_map(|catalog| &catalog.packages);
        packages
            .filter_map(|package| distribution::linked(tree, &package.location, &package.evidence))
            .chain(sites::links(tree).map(|link| link.join(b"x.dist-info").join(b"METADATA")))
            .collect()
    }

    fn reads(&self, name: &[u8]) -> bool {
        METADATA.contains(&name) || RECORDS.contains(&name)
    }

    fn lists_unread(&self) -> bool {
        true
    }

    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog> {
        let walk = sites::walk(tree);
        let mut catalogs: Vec<_> =
            walk.sites.iter().filter_map(|(path, site)| catalog(tree, &walk, path, site)).collect();
        set_owners(tree, &mut catalogs);
        catalogs
    }

    /// PEP 503's.
    fn normal_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        Cow::Owned(crate::python::normal_name(name))
    }

    fn purl(&self, package: &Identified<'_>) -> Purl {
        let origin = package.origin.unwrap_or_default();
        let is_archive = origin.starts_with("https://") || origin.starts_with("http://");
        let is_checkout = VCS.iter().any(|vcs| origin.starts_with(vcs));
        Purl::of("pypi", package)
            .qualified("download_url", Some(origin).filter(|_| is_archive))
            .qualified("vcs_url", Some(origin).filter(|_| is_checkout))
    }

    /// PEP 440's.
    fn is_same_version(&self, a: &str, b: &str) -> bool {
        is_same(a, b)
    }

    fn integrity(&self, tree: &FileTree<'_>, catalogs: &[Catalog]) -> Vec<Integrity> {
        integrity::of(self, tree, catalogs, &|paths| brought::owners(REGISTRY, tree, paths))
    }

    fn archives(&self, tree: &FileTree<'_>) -> (Archives, Vec<String>) {
        hashes::told_in(self, tree)
    }

    fn learn_hashes(&self, package: &mut Package, archives: &Archives) -> Option<String> {
        hashes::learn(package, archives)
    }

    fn lists_files(&self, tree: &FileTree<'_>, package: &Package) -> bool {
        ownership::has_record(tree, package)
    }

    fn unhashed(&self, tree: &FileTree<'_>, package: &Package) -> Option<InstalledWheel> {
        hashes::unhashed(tree, package)
    }

    fn would_list(&self, path: &LayerPath, package: &Package) -> bool {
        path.is_within(&package.location)
    }

    fn owner_by_name(&self, path: &LayerPath) -> Vec<NameOwner> {
        ownership::by_name(path).into_iter().map(NameOwner::Package).collect()
    }

    fn claims(&self, tree: &FileTree<'_>, catalogs: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        let own = catalogs.iter().filter(|catalog| catalog.ecosystem == ABOUT.id);
        let packages = own.flat_map(|catalog| &catalog.packages);
        packages.for_each(|package| claims::of((tree, self), package, claim));
    }

    fn claims_by_name(&self, tree: &FileTree<'_>, catalogs: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        for catalog in catalogs.iter().filter(|catalog| catalog.ecosystem == ABOUT.id) {
            claims::environment(tree, &catalog.path, claim);
            catalog.packages.iter().for_each(|package| claims::by_name((tree, self), package, claim));
        }
    }

    fn lacks_lists(&self, tree: &FileTree<'_>, catalog: &Catalog) -> bool {
        catalog.packages.iter().any(|package| claims::is_unlisted((tree, self), package))
    }

    fn source_of(&self, path: &LayerPath) -> Option<LayerPath> {
        claims::source_of(path)
    }

    fn residue(&self) -> &'static [Residue] {
        RESIDUE
    }

    fn asked_for(&self, packages: &[&Package], asks: &Asks<'_>) -> BTreeMap<usize, AskedFor> {
        requirements::matched(packages, asks.requirements, asks.platform)
    }
}

fn catalog(tree: &FileTree<'_>, walk: &Walk, path: &LayerPath, site: &Site) -> Option<Catalog> {
    let mut reader = Reader { tree, walk, site: path, problems: Problems::default(), rest: Rest::default() };
    let packages = site.distributions.iter().filter_map(|path| reader.package(path)).collect();
    let (mut problems, digest) = (reader.problems, reader.rest.finish());
    let packages = merged(packages, &mut problems);
    let catalog =
        Catalog { digest, ..Catalog::new(ABOUT.id, (path.clone(), site.layer), packages, problems) };
    (!catalog.packages.is_empty() || !catalog.problems.is_empty()).then_some(catalog)
}

/// The packages of one site directory by name: an `.egg-info` beside a `.dist-info` of the same version is the same
/// package (Debian ships both), any other two of one name are a conflict.
fn merged(packages: Vec<(Form, Package)>, problems: &mut Problems) -> Vec<Package> {
    let mut by_name: BTreeMap<String, Vec<(Form, Package)>> = BTreeMap::new();
    for (form, package) in packages {
        by_name.entry(package.name.clone()).or_default().push((form, package));
    }
    let mut merged = Vec::new();
    for (name, mut claims) in by_name {
        claims.sort_by_key(|(form, _)| *form);
        let dist_info = claims
            .first()
            .filter(|(form, _)| *form == Form::DistInfo)
            .map(|(_, first)| first.version.clone());
        if let Some(version) = dist_info {
            claims.retain(|(form, package)| *form != Form::EggInfo || !is_same(&version, &package.version));
        }
        if claims.len() > 1 {
            problems.add(conflicts::sentence(&name, &claims));
        }
        merged.extend(claims.into_iter().map(|(_, package)| package));
    }
    merged
}

/// Whether two versions are one (PEP 440), or one text where they are no versions.
fn is_same(a: &str, b: &str) -> bool {
    a == b || matches!((Version::from_str(a), Version::from_str(b)), (Ok(a), Ok(b)) if a == b)
}

fn set_owners(tree: &FileTree<'_>, catalogs: &mut [Catalog]) {
    let place = |package: &Package| real_place(tree, &package.evidence);
    let packages = || catalogs.iter().flat_map(|catalog| &catalog.packages);
    let places: BTreeSet<_> = packages().filter_map(place).collect();
    let owners = brought::owners_of(REGISTRY, tree, &places);
    for package in catalogs.iter_mut().flat_map(|catalog| &mut catalog.packages) {
        package.owner = place(package).and_then(|place| owners.get(&place).cloned());
    }
}

#[cfg(test)]
mod tests;
