//! Both sides' layers merged, what is installed in them, and which packages differ.
//!
//! The catalogs of the merged trees are the truth. Of an image they are read from its whole tree, or not at all: not where the
//! layers that one side alone has show that nothing else than what they share concerns packages (`packages/concern.rs`). Else
//! the layers are read that were proved by their digests so far; what both sides share is the new image's to read. A lock has
//! its own side's packages, as its freeze read them from the whole tree.

use std::sync::Arc;

use crate::agreement::Turned;
use crate::compare::agreement;
use crate::compare::known::Known;
use crate::compare::layers;
use crate::compare::old::Old;
use crate::compare::outcome::LayerOutcome;
use crate::compare::owners::{self, OwnerSide, Owners};
use crate::compare::packages::{self, Changes, Side};
use crate::compare::pairing;
use crate::compare::tier::Tier;
use crate::ecosystem;
use crate::image::Image;
use crate::layer::pass::Pass;
use crate::lockfile::Lockfile;
use crate::project_locks::ReadLock;
use crate::tree::FileTree;

/// What is asked of packages, and what of the image is at hand for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing: they are the same.
    Same,
    /// All of the new side's tree is known, and of two images the old one's.
    Known,
    /// A layer could not be read, for this reason.
    Unknown(String),
}

/// What differs in what is installed.
#[derive(Default)]
pub(crate) struct Installed {
    /// Which packages differ.
    pub(crate) changes: Changes,
    /// Which stand otherwise to the project's own locks.
    pub(crate) agreement: Vec<Turned>,
    /// Which drifted files are whose.
    pub(crate) owners: Owners,
}

/// The merged layers.
pub(crate) struct Merged<'a> {
    lock: Option<&'a Lockfile>,
    /// The project's own locks, where the old side is an image, and that image.
    locks: Option<(&'a [ReadLock], &'a Image)>,
    asked: Asked,
    /// Of an image that is at hand, where packages are asked for.
    old: Option<FileTree<'a>>,
    new: FileTree<'a>,
}

/// Whether the image's tree can be stacked beside the comparison of its layers: against a lock, if any was read whole.
pub(crate) fn is_early(old: &Old<'_>, passes: &[Arc<Pass>]) -> bool {
    old.lock().is_some() && passes.iter().any(|pass| layers::entries(pass).is_some())
}

impl<'a> Merged<'a> {
    /// Merges what is `known`; `early` is the new image's tree, if it was stacked of all that is known.
    pub(crate) fn of(
        side: &Old<'a>,
        known: &Known<'a>,
        asked: Asked,
        layers: &[LayerOutcome],
        early: Option<FileTree<'a>>,
    ) -> Self {
        // Where all layers are the same, nothing is asked of their files.
        let is_same = layers.iter().all(|layer| layer.tier <= Tier::CompressionOnly && !layer.is_elsewhere());
        let rows = if is_same { Vec::new() } else { known.new.rows() };
        let new = || early.filter(|_| !is_same).unwrap_or_else(|| FileTree::stack(rows.iter().copied()));
        let is_old_asked = side.readable().is_some() && asked != Asked::Same;
        let old = || is_old_asked.then(|| FileTree::stack(known.old.rows()));
        let (old, new) = rayon::join(old, new);
        Self { lock: side.lock(), locks: side.locks(), asked, old, new }
    }

    /// The old side's tree, where it is at hand, and the new side's.
    pub(crate) fn trees(&self) -> (Option<&FileTree<'a>>, &FileTree<'a>) {
        (self.old.as_ref(), &self.new)
    }

    /// Which packages differ, and which drifted files are theirs.
    pub(crate) fn packages(&self, image: &Image, layers: &[LayerOutcome]) -> Installed {
        if self.asked == Asked::Same {
            return Installed::default();
        }
        let of = |tree: Option<&FileTree<'_>>| tree.map(ecosystem::catalogs).unwrap_or_default();
        let (old, new) = rayon::join(|| of(self.old.as_ref()), || of(Some(&self.new)));
        let old_side = self.lock.map_or_else(|| Side::of_catalogs(&old), Side::of_lock);
        let new_side = Side::of_catalogs(&new);
        if let Asked::Unknown(reason) = &self.asked {
            let side = if self.lock.is_some() { &old_side } else { &new_side };
            let unchecked = packages::all_unchecked(side, reason);
            return Installed {
                changes: Changes { unchecked, ..Changes::default() },
                ..Installed::default()
            };
        }
        let changes = packages::between(&old_side, &new_side);
        let agreement = match (self.lock, self.locks) {
            (Some(lock), _) => agreement::of_lock(lock, &old_side, &new_side),
            (None, Some((locks, was))) => agreement::of_images(locks, (was, &old, &old_side), (image, &new)),
            (None, None) => Vec::new(),
        };
        let old = self.old.as_ref().map(|tree| (pairing::Side::Old, tree, old.as_slice()));
        let sides: Vec<OwnerSide<'_>> =
            [(pairing::Side::New, &self.new, new.as_slice())].into_iter().chain(old).collect();
        let (changes, owners) = owned(changes, layers, &sides);
        Installed { changes, agreement, owners }
    }
}

/// The changes, and the owners that the databases of `sides` tell, then names.
fn owned(changes: Changes, layers: &[LayerOutcome], sides: &[OwnerSide<'_>]) -> (Changes, Owners) {
    let mut owners = Owners::new();
    let drifted = owners::drifted(layers);
    for side in sides {
        owners::add(&mut owners, &changes, *side, &drifted);
    }
    owners::add_by_name(&mut owners, &changes, sides, &drifted);
    (changes, owners)
}
