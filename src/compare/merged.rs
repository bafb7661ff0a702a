//! Both sides' layers merged, what is installed in them, and which packages differ.
//!
//! A lock says what is installed in layers that were not read, so of the image alone a tree is stacked, of what is known of
//! it, and the lock stands for the rest. Of two images both are stacked: what stands in a layer that both share stands on
//! both sides, whether it was read or not. But a database in one file holds all that is installed; where layers of one side
//! alone wrote it, the shared layers are read for the one that it replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::path::LayerPath;
use crate::compare::container::{self, Known};
use crate::compare::layers;
use crate::compare::old::Old;
use crate::compare::outcome::LayerOutcome;
use crate::compare::owners::{self, Owners};
use crate::compare::packages::half_read::HalfRead;
use crate::compare::packages::{self, Changes};
use crate::compare::reading::Reading;
use crate::compare::reading::pairs::Pairs;
use crate::compare::side::Readable;
use crate::compare::tier::Tier;
use crate::ecosystem::Catalog;
use crate::formats::tar::entry::Kind;
use crate::layer::pass::Pass;
use crate::lockfile::Lockfile;
use crate::scan::{self, ScanError};
use crate::tree::{FileTree, Rows};

/// The merged layers.
pub(crate) enum Merged<'a> {
    /// Of an image against a lock: its rows and its tree.
    New { lock: &'a Lockfile, rows: Vec<Rows<'a>>, tree: FileTree<'a> },
    /// Of two images, the old one first.
    Both([Installed<'a>; 2]),
}

/// A tree, and the package databases in it.
pub(crate) struct Installed<'a> {
    tree: FileTree<'a>,
    catalogs: Vec<Catalog>,
}

/// Whether the image's tree can be stacked beside the comparison of its layers: against a lock, if any was read whole.
pub(crate) fn is_early(old: &Old<'_>, passes: &[Arc<Pass>]) -> bool {
    old.lock().is_some() && passes.iter().any(|pass| layers::entries(pass).is_some())
}

impl<'a> Merged<'a> {
    /// Merges what is `known` against a lock; `early` is the image's tree, if it was stacked of all that is known.
    pub(crate) fn with_lock(
        lock: &'a Lockfile,
        known: &Known<'a>,
        layers: &[LayerOutcome],
        early: Option<FileTree<'a>>,
    ) -> Self {
        // Where all layers are the same, nothing is asked of their files.
        let is_same = layers.iter().all(|layer| layer.tier <= Tier::CompressionOnly && !layer.is_elsewhere());
        let rows = if is_same { Vec::new() } else { known.new_rows() };
        let tree = early.filter(|_| !is_same).unwrap_or_else(|| FileTree::stack(rows.iter().copied()));
        Self::New { lock, rows, tree }
    }

    /// Merges two images.
    pub(crate) fn of_images(
        known: &mut Known<'a>,
        new: Readable<'_>,
        (reading, pairs): (&'a Reading, &Pairs),
        options: &scan::ScanOptions<'_>,
    ) -> Result<Self, ScanError> {
        let sides = installed(known);
        let [old_databases, new_databases] = sides.each_ref().map(Installed::databases);
        if old_databases == new_databases {
            return Ok(Self::Both(sides));
        }
        let shared = container::unknown(new, known, options)?;
        if shared.is_empty() {
            return Ok(Self::Both(sides));
        }
        known.add(reading.shared(shared), pairs);
        Ok(Self::Both(installed(known)))
    }

    /// The old side's tree, where it is at hand, and the new side's.
    pub(crate) fn trees(&self) -> (Option<&FileTree<'a>>, &FileTree<'a>) {
        match self {
            Self::New { tree, .. } => (None, tree),
            Self::Both([old, new]) => (Some(&old.tree), &new.tree),
        }
    }

    /// Which packages differ, and which drifted files are theirs.
    pub(crate) fn packages(&self, passes: &[Arc<Pass>], layers: &[LayerOutcome]) -> (Changes, Owners) {
        match self {
            Self::New { lock, rows, tree } => {
                let unchanged = unchanged(passes, layers);
                let all = unchanged.len() == lock.layer.len() && unchanged.len() == passes.len();
                if all && unchanged.iter().all(|(old, new)| old == new) {
                    return (Changes::default(), Owners::new());
                }
                let catalogs = scan::catalogs(tree);
                let image = HalfRead { lock, unchanged: &unchanged, layers: rows, catalogs: &catalogs, tree };
                owned(image.changes(), layers, &[(tree, &catalogs)])
            }
            Self::Both([old, new]) => {
                let changes = packages::between(&old.catalogs, &new.catalogs);
                let sides = [new, old].map(|side| (&side.tree, side.catalogs.as_slice()));
                owned(changes, layers, &sides)
            }
        }
    }
}

impl Installed<'_> {
    /// The databases that are one file. Such a one holds all that is installed, so where layers of one side alone wrote
    /// it, it is to be compared with the one in the layers that both sides share.
    fn databases(&self) -> BTreeSet<(&str, &LayerPath)> {
        let is_file = |path| self.tree.follow(path).is_some_and(|(entry, _)| entry.kind != Kind::Directory);
        let files = self.catalogs.iter().filter(|catalog| is_file(&catalog.path));
        files.map(|catalog| (catalog.ecosystem, &catalog.path)).collect()
    }
}

/// Both sides' trees, and the package databases in them; made side by side.
fn installed<'a>(known: &Known<'a>) -> [Installed<'a>; 2] {
    let side = |rows: Vec<Rows<'a>>| {
        let tree = FileTree::stack(rows);
        let catalogs = scan::catalogs(&tree);
        Installed { tree, catalogs }
    };
    let (old, new) = rayon::join(|| side(known.old_rows()), || side(known.new_rows()));
    [old, new]
}

/// For each locked layer that was not read, since it is the same, where it stands in the image.
fn unchanged(passes: &[Arc<Pass>], layers: &[LayerOutcome]) -> BTreeMap<usize, usize> {
    let was_walked = |at: usize| passes.get(at).and_then(|pass| layers::entries(pass)).is_some();
    let one = |layer: &LayerOutcome| match (layer.group.old.as_slice(), layer.group.new.as_slice()) {
        ([old], [new]) if !was_walked(*new) => Some((*old, *new)),
        _ => None,
    };
    layers.iter().filter_map(one).collect()
}

/// The changes, and the owners that the databases of `sides` tell, then names.
fn owned(
    changes: Changes,
    layers: &[LayerOutcome],
    sides: &[(&FileTree<'_>, &[Catalog])],
) -> (Changes, Owners) {
    let mut owners = Owners::new();
    let drifted = owners::drifted(layers);
    for side in sides {
        owners::add(&mut owners, &changes, *side, &drifted);
    }
    owners::add_by_name(&mut owners, &changes, &drifted);
    (changes, owners)
}
