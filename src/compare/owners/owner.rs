//! A package that differs, as the owner of a drifted file.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;

/// The package of each path.
pub type Owners = BTreeMap<LayerPath, Owner>;

/// A package that differs, as the owner of a drifted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The package: `python numpy 2.4.1 → 2.4.2`.
    pub package: String,
    /// How it is known.
    pub proof: Proof,
}

/// How a file is known to be a package's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A list of its own has the file, with the file's hash where it tells one.
    Listed,
    /// Its name.
    Named,
    /// A list of its own has something else in its place: it is not the version that made the file what it is.
    Contradicted,
}

impl Owner {
    pub(super) fn new(package: impl Into<String>, proof: Proof) -> Self {
        Self { package: package.into(), proof }
    }
}

/// Paths that drifted.
pub(super) type Paths = BTreeSet<LayerPath>;

/// What is said of each package that differs, by ecosystem and name.
pub(super) type Words<'c> = BTreeMap<(&'c str, &'c str), String>;
