//! Whose each file of an image is: a package's, an instruction's, or nobody's.
//!
//! Of what a container sees each file that is no folder is, by the first that holds,
//!
//! 1. the *base*'s, where a layer of the base image has it, whatever it is there;
//! 2. a *package*'s, which lists it (`Ecosystem::claims`), at its real place or behind a link;
//! 3. an *instruction*'s: a layer that no command made, but a COPY, an ADD, or another builder's step, has it;
//! 4. where scripts of packages and the tools that they run are known to write (`Ecosystem::made`): `ld.so.cache`, `/etc/passwd`;
//!    or the builder;
//! 5. where a package manager is known to *leave* what no container needs (`Ecosystem::residue`);
//! 6. *named* as what belongs to a package that has no list (`Ecosystem::claims_by_name`): an `.egg-info` of old.
//!
//! The first three are of record: a list, a layer's history. The other three go by a path, and prove nothing of what stands there;
//! so each is told apart, and a program in a place of the fourth, where no tool writes one, is not counted to it.
//!
//! What is left, a command wrote. It is still whose the same bytes are elsewhere in the image (a file that was moved or
//! whose rights were changed), or whose the file is that it is another name of, as far as that is of record; and whose the
//! file is that it leads to or is computed from. Of the rest nobody knows where it is from: it is *nobody's*. Where a package
//! lists a file says nothing of its bytes: RECORD and the like are verified elsewhere.
//!
//! What it refuses to do: it reads no bytes, and never says of what goes by a path that a package brought it.

mod folders;
mod index;
mod makers;

use std::collections::BTreeMap;

use crate::base::path::LayerPath;
use crate::ecosystem::Catalog;
use crate::freeze::Scanned;
use crate::lockfile::Lockfile;
use crate::tree::FileTree;
use folders::folders;
use index::Index;
use makers::Maker;

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// The base image's.
    Base,
    /// A package's of this ecosystem, which lists it.
    Package(&'static str),
    /// That of an instruction which is no command.
    Instruction,
    /// It stands where scripts of packages and what they run write, or the builder.
    Made,
    /// It stands where a package manager leaves such.
    Left,
    /// It is called as what belongs to a package of this ecosystem that has no list.
    Named(&'static str),
    /// Nobody's.
    Nobody,
}

impl Whose {
    /// Whether a list or a layer's history says so, and not the path alone.
    fn is_of_record(self) -> bool {
        matches!(self, Self::Base | Self::Package(_) | Self::Instruction)
    }
}

/// How much it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Files; links are some.
    pub files: usize,
    /// Their bytes; those of a file with several names count once.
    pub bytes: u64,
}

impl Amount {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// What both come to.
    pub fn and(self, other: Self) -> Self {
        Self { files: self.files + other.files, bytes: self.bytes.saturating_add(other.bytes) }
    }
}

/// Whose the files of an image are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ownership {
    /// How much is whose; what has nothing is left out.
    pub amounts: BTreeMap<Whose, Amount>,
    /// What is nobody's, by the layer that has it; the largest first.
    pub unowned: Vec<UnownedLayer>,
    /// Databases of whose packages it is not known, or not of all, which files are theirs: ecosystem and path. Theirs are among
    /// nobody's.
    pub unlisted: Vec<(&'static str, LayerPath)>,
}

/// What of a layer is nobody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnownedLayer {
    /// The layer, from 0.
    pub layer: usize,
    /// All of it.
    pub amount: Amount,
    /// Where it is; the largest first.
    pub places: Vec<UnownedPlace>,
}

/// A place with files of a layer that are nobody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnownedPlace {
    /// The file, or the folder.
    pub path: LayerPath,
    /// What of it.
    pub extent: UnownedExtent,
    /// How much that is.
    pub amount: Amount,
}

/// What of a place is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnownedExtent {
    /// The file that stands there.
    File,
    /// Files that stand in the folder itself, beside such as have an owner; those named on their own are not among them.
    Inside,
    /// All that is below the folder: nothing in it has an owner.
    Below,
}

/// Whose the files are that a scan saw.
pub fn of(scanned: &Scanned<'_, '_>) -> Ownership {
    let Scanned { tree, catalogs, lock } = scanned;
    let base = lock.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
    let instructions = lock.layer.iter().map(|layer| layer.instruction.as_deref());
    of_tree(tree, catalogs, &makers::of(instructions, base))
}

fn of_tree(tree: &FileTree<'_>, catalogs: &[Catalog], makers: &[Maker]) -> Ownership {
    let mut index = Index::new(tree);
    let silent = index.claim(catalogs);
    let unlisted = silent.into_iter().map(|catalog| (catalog.ecosystem, catalog.path.clone())).collect();
    index.assign(makers, catalogs);
    index.trace(makers);
    Ownership { amounts: index.amounts(), unowned: folders(&index), unlisted }
}

/// The instruction of a layer, where the history tells.
pub fn instruction(lock: &Lockfile, layer: usize) -> Option<&str> {
    lock.layer.get(layer)?.instruction.as_deref()
}

#[cfg(test)]
mod tests;
