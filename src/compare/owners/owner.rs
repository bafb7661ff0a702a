//! A package that differs, as the owner of a drifted file.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::checksum::Checksum;
use crate::base::path::LayerPath;
use crate::compare::pairing::Side;

/// The package of each path.
pub type Owners = BTreeMap<LayerPath, Owner>;

/// A package that differs, as the owner of a drifted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The package: `python numpy 2.4.1 → 2.4.2`.
    pub package: String,
    /// How it is known.
    pub proof: Proof,
    /// What the old and the new side's own lists say that it holds.
    pub sums: (ListedSums, ListedSums),
}

/// The checksums of which one has to be a file's, as its package's own list on one side says; `None` where no list with sums
/// is at hand. None at all says that the list has sums, and none of this file.
pub type ListedSums = Option<Vec<Checksum>>;

/// How a file is known to be a package's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A list of its own has the file, with the file's hash where it tells one.
    Listed,
    /// Its name.
    Named,
    /// A list of its own has something else in its place, or nothing that it could be held to: it is not the version that
    /// made the file what it is.
    Contradicted,
}

impl Owner {
    pub(crate) fn new(package: impl Into<String>, proof: Proof) -> Self {
        Self { package: package.into(), proof, sums: (None, None) }
    }

    /// The same with what one side's list says that the file holds.
    pub(crate) fn with_sums(self, side: Side, sums: ListedSums) -> Self {
        let (old, new) = self.sums;
        Self { sums: if side == Side::Old { (sums, new) } else { (old, sums) }, ..self }
    }

    /// What two lists say of one file, of which the first tells the package: what one of them contradicts is the package's no
    /// more, and a list tells more than a name.
    fn join(&mut self, other: Self) {
        let is_same = self.package == other.package;
        match (self.proof, other.proof) {
            (Proof::Contradicted, _) | (_, Proof::Contradicted) => self.proof = Proof::Contradicted,
            (Proof::Named, Proof::Listed) if is_same => self.proof = Proof::Listed,
            _ => {}
        }
        if is_same {
            let (old, new) = other.sums;
            self.sums.0 = self.sums.0.take().or(old);
            self.sums.1 = self.sums.1.take().or(new);
        }
    }
}

/// Adds what a list says of a path to what is known of it.
pub(super) fn add(owners: &mut Owners, path: LayerPath, owner: Owner) {
    match owners.entry(path) {
        Entry::Vacant(entry) => drop(entry.insert(owner)),
        Entry::Occupied(mut entry) => entry.get_mut().join(owner),
    }
}

/// Paths that drifted.
pub(super) type Paths = BTreeSet<LayerPath>;

/// What is said of each package that differs, by ecosystem and name.
pub(super) type Words<'c> = BTreeMap<(&'c str, &'c str), String>;
