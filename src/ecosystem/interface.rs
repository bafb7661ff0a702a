//! What an ecosystem is to the rest of the program: the trait that each implements, and the words of its answers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::about::About;
use crate::base::checksum::Checksum;
use crate::base::path::LayerPath;
use crate::ecosystem::catalog::{Catalog, Package};
use crate::ecosystem::integrity::Integrity;
use crate::ecosystem::purl::{Identified, Purl};
use crate::ecosystem::residue::Residue;
use crate::ecosystem::residue::made::Made;
use crate::image::platform::Platform;
use crate::python::RequirementsTree;
use crate::python::archives::Archives;
use crate::python::index::InstalledWheel;
use crate::tree::FileTree;

/// One kind of package. What the program knows of a package manager it asks here; no engine knows one by its id.
pub trait Ecosystem: Sync {
    /// What is known of it without an image: `explain`, lists and the docs are made of this.
    fn about(&self) -> &'static About;

    /// The id: `[[package.<id>]]` in the lockfile, `ecosystem` in JSON.
    fn id(&self) -> &'static str {
        self.about().id
    }

    /// Whether a file's bytes are needed. Called once for each file of each layer, on its path in that layer.
    fn wants(&self, path: &LayerPath) -> bool;

    /// Whether what stands at `path` of a layer may change what is read from a tree: by its bytes, by its kind, or by being
    /// there. Asked by the last names alone, as `wants` is.
    fn concerns(&self, path: &LayerPath) -> bool {
        self.wants(path)
    }

    /// Whether a folder of this name is one on the way to a database, so that a link in its place would lead elsewhere.
    fn leads(&self, folder: &[u8]) -> bool {
        let _ = folder;
        false
    }

    /// Paths of files by which it asks for databases, whatever stands in the tree: those that links may lead elsewhere. Of a
    /// folder any file stands for all. `catalogs` are those of the tree.
    fn ways(&self, tree: &FileTree<'_>, catalogs: &[Catalog]) -> Vec<LayerPath> {
        let _ = (tree, catalogs);
        Vec::new()
    }

    /// Whether a file of this name may be read from a folder of any name that a link leads a database to.
    fn reads(&self, name: &[u8]) -> bool {
        let _ = name;
        false
    }

    /// Whether a catalog of which not all was read lists all its packages, by the names of their files.
    fn lists_unread(&self) -> bool {
        false
    }

    /// Reads every database of this kind that the merged tree holds.
    fn catalogs(&self, tree: &FileTree<'_>) -> Vec<Catalog>;

    /// The one spelling of all those by which a package can be called: two names are one package's where their normal
    /// names are equal. For whoever compares names of any origin (a database, a folder, a command) or looks one up.
    fn normal_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        Cow::Borrowed(name)
    }

    /// Whether two versions are one, as its tools compare them.
    fn is_same_version(&self, a: &str, b: &str) -> bool {
        a == b
    }

    /// Which of `paths` (real places in the tree) belong to a package of this kind, and to which: path to package
    /// name. For telling a Python package that came with the distribution from one that pip put there, and the package
    /// of a file that drifted. An ecosystem whose databases list no files has nothing to say.
    fn owners(&self, tree: &FileTree<'_>, paths: &BTreeSet<LayerPath>) -> BTreeMap<LayerPath, String> {
        let _ = (tree, paths);
        BTreeMap::new()
    }

    /// Tells `claim` each path that the lists of the tree's packages name, from the root: what [`owners`](Self::owners) says
    /// of all of a tree, without holding it. `catalogs` are those of the tree. A path may be told twice, need not stand, and
    /// may go through links.
    fn claims(&self, tree: &FileTree<'_>, catalogs: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        let _ = catalogs;
        let mut paths = tree.iter().map(|(path, ..)| path.clone()).peekable();
        while paths.peek().is_some() {
            let some = paths.by_ref().take(PATHS_AT_ONCE).collect();
            self.owners(tree, &some).keys().for_each(|path| claim(path.as_bytes()));
        }
    }

    /// Tells `claim` what is a package's by its name and place alone, since the package has no list: the weakest word there
    /// is of a file. What else stands there no list tells.
    fn claims_by_name(&self, tree: &FileTree<'_>, catalogs: &[Catalog], claim: &mut dyn FnMut(&[u8])) {
        let _ = (tree, catalogs, claim);
    }

    /// Whether a package of this catalog, of those that were read, has no list of its files, and no other kind of package lists
    /// it.
    fn lacks_lists(&self, tree: &FileTree<'_>, catalog: &Catalog) -> bool {
        let _ = (tree, catalog);
        false
    }

    /// What its packages' scripts, and the tools that they run, make where a database of this kind is.
    fn made(&self) -> &'static [&'static [Made]] {
        &[]
    }

    /// The file that what stands at `path` is computed from, and can be computed from again, by its name.
    fn source_of(&self, path: &LayerPath) -> Option<LayerPath> {
        let _ = path;
        None
    }

    /// What the lists of the packages in the tree say of those of `paths` that they own: the checksums of which one has to be
    /// the file's. No checksum for a file that is owned says that the lists have sums, and none of this one. What no list has
    /// sums of is left out. Nothing is compared: the bytes are not here.
    fn checksums(
        &self,
        tree: &FileTree<'_>,
        paths: &BTreeSet<LayerPath>,
    ) -> BTreeMap<LayerPath, Vec<Checksum>> {
        let _ = (tree, paths);
        BTreeMap::new()
    }

    /// Whether a list of this package's files is at hand in the tree.
    fn lists_files(&self, tree: &FileTree<'_>, package: &Package) -> bool {
        let _ = (tree, package);
        false
    }

    /// What the lists of this kind's packages in the tree say of their files, and what is so, for each of `catalogs` that has
    /// such lists.
    fn integrity(&self, tree: &FileTree<'_>, catalogs: &[Catalog]) -> Vec<Integrity> {
        let _ = (tree, catalogs);
        Vec::new()
    }

    /// The archives that files in the tree tell of, and what of such files could not be read.
    fn archives(&self, tree: &FileTree<'_>) -> (Archives, Vec<String>) {
        let _ = tree;
        (Archives::default(), Vec::new())
    }

    /// Takes the hashes of the package's archive over from those who tell of it, where its own record has none; a note where
    /// they do not agree.
    fn learn_hashes(&self, package: &mut Package, archives: &Archives) -> Option<String> {
        let _ = (package, archives);
        None
    }

    /// What an index may be asked of the package's archive, where nobody tells its hashes; `None` of what is from no index.
    fn unhashed(&self, tree: &FileTree<'_>, package: &Package) -> Option<InstalledWheel> {
        let _ = (tree, package);
        None
    }

    /// Whether that list would name what stands at `path`, if it were the package's, as its name tells.
    fn would_list(&self, path: &LayerPath, package: &Package) -> bool {
        let _ = (path, package);
        false
    }

    /// Whose a path is by its name alone, the likeliest first. For where no list is at hand that tells: against a lock
    /// the old side's databases are not there, and some files stand in none. It is a claim, not a proof: whoever asks
    /// takes the first that names a package which it knows to be there.
    fn owner_by_name(&self, path: &LayerPath) -> Vec<NameOwner> {
        let _ = path;
        Vec::new()
    }

    /// What the package manager leaves in the layer that it ran in and no container needs. For lint, which tells it
    /// before the build, and for causes, which know it when it drifts.
    fn residue(&self) -> &'static [Residue] {
        &[]
    }

    /// The package URL of an installed package of this kind, for whoever exchanges packages with other programs. A package
    /// manager without a type of its own has the one that stands for any.
    fn purl(&self, package: &Identified<'_>) -> Purl {
        Purl::of("generic", package).qualified("arch", package.architecture)
    }

    /// For each of `packages` (all of this kind, of one image), by place, what in the build's files asked for it. For
    /// the lock, which says by which line a package came.
    fn asked_for(&self, packages: &[&Package], asks: &Asks<'_>) -> BTreeMap<usize, AskedFor> {
        let _ = (packages, asks);
        BTreeMap::new()
    }
}

/// Paths of a tree whose owners are asked for at once.
const PATHS_AT_ONCE: usize = 1 << 16;

/// Whose a path is by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameOwner {
    /// That of the package with this normal name, if there is one.
    Package(String),
    /// That of some package of this kind; the name doesn't tell which.
    Some,
}

/// What is known of what a build asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asks<'a> {
    /// The requirements files that were installed from, in the order of the Dockerfile.
    pub requirements: &'a [RequirementsTree],
    /// What the image runs on.
    pub platform: &'a Platform,
}

/// The line that asked for a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFor {
    /// The file, in the build context.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// The version asked for, as written; empty for any.
    pub specifier: String,
    /// The package between that line and this one, where this one was not asked for by name.
    pub via: Option<String>,
}
