//! The paths of a tree in their order, and beside each whose it is.
//!
//! Two words a path, whatever lists name it: lists are told path by path, and looked up here. What a command wrote is traced
//! afterwards by a second look at the rows, for those paths alone.

use std::collections::{BTreeMap, BTreeSet};

use super::makers::{MOUNTED, Maker};
use super::{Amount, Whose};
use crate::base::digest::Sha256;
use crate::base::path::LayerPath;
use crate::ecosystem::{self, Catalog, Ecosystem, Made, Residue};
use crate::formats::tar::entry::{Entry, Kind};
use crate::tree::{FileTree, Node};

/// Links that are followed from one to the next to tell whose they are, and files that are computed of computed ones.
const STEPS: usize = 3;

/// A tree's paths, and whose they are.
pub(super) struct Index<'t, 'a> {
    tree: &'t FileTree<'a>,
    paths: Vec<&'t LayerPath>,
    owners: Vec<Option<Whose>>,
    /// The folder that the claim before stood in, and the one that it leads to.
    last: (Vec<u8>, Option<LayerPath>),
}

impl<'t, 'a> Index<'t, 'a> {
    /// Of a tree none of whose files has an owner yet.
    pub(super) fn new(tree: &'t FileTree<'a>) -> Self {
        let paths: Vec<&LayerPath> = tree.iter().map(|(path, ..)| path).collect();
        let owners = vec![None; paths.len()];
        Self { tree, paths, owners, last: (Vec::new(), Some(LayerPath::root())) }
    }

    /// Files and links with whose they are, in the order of their paths. Folders are none.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'t LayerPath, &'a Entry, Node, Option<Whose>)> {
        let all = self.tree.iter().zip(&self.owners);
        let all = all.map(|((path, entry, node), owner)| (path, entry, node, *owner));
        all.filter(|(_, entry, ..)| entry.kind != Kind::Directory)
    }

    /// How much is whose.
    pub(super) fn amounts(&self) -> BTreeMap<Whose, Amount> {
        let mut amounts: BTreeMap<Whose, Amount> = BTreeMap::new();
        for (_, entry, node, owner) in self.files() {
            amounts.entry(owner.unwrap_or(Whose::Nobody)).or_default().add(self.bytes(entry, node));
        }
        amounts
    }

    /// Bytes of a file; of one with several names the first has them.
    pub(super) fn bytes(&self, entry: &Entry, node: Node) -> u64 {
        match entry.kind {
            Kind::File => entry.size,
            Kind::Hardlink => {
                let file = self.tree.file(node);
                let is_there = file.is_some_and(|file| {
                    self.tree.get(&file.path).is_some_and(|(_, own)| own.file() == node.file())
                });
                file.filter(|_| !is_there).map_or(0, |file| file.size)
            }
            _ => 0,
        }
    }

    /// Gives what lists of packages name to them: to the first ecosystem that does. What is returned are the catalogs of whose
    /// packages nothing is known to be theirs, or not all.
    pub(super) fn claim<'c>(&mut self, catalogs: &'c [Catalog]) -> Vec<&'c Catalog> {
        let mut listing: BTreeSet<&str> = BTreeSet::new();
        let tree = self.tree;
        for ecosystem in ecosystem::REGISTRY {
            let owner = Whose::Package(ecosystem.id());
            let mut claim = |path: &[u8]| {
                listing.insert(ecosystem.id());
                if let Some(slot) = self.place(path).and_then(|at| self.owners.get_mut(at)) {
                    slot.get_or_insert(owner);
                }
            };
            ecosystem.claims(tree, catalogs, &mut claim);
        }
        let lacks_lists = |catalog: &Catalog| {
            ecosystem::of_id(catalog.ecosystem).is_some_and(|ecosystem| ecosystem.lacks_lists(tree, catalog))
        };
        let is_silent = |catalog: &&Catalog| {
            let is_empty = catalog.packages.is_empty() && catalog.digest.is_none();
            let is_known = catalog.digest.is_none() && listing.contains(catalog.ecosystem);
            !is_empty && (!is_known || lacks_lists(catalog))
        };
        catalogs.iter().filter(is_silent).collect()
    }

    /// The place of a path as a list writes it: where it stands, or where links lead its folder.
    fn place(&mut self, raw: &[u8]) -> Option<usize> {
        let path = LayerPath::normalize(raw).ok()?;
        if let Some(at) = self.find(&path) {
            return Some(at);
        }
        if self.last.0 != path.folder() {
            let folder = self.tree.resolve(&path.parent()?);
            self.last = (
                path.folder().to_vec(),
                folder.filter(|folder| *folder != LayerPath::clamped(path.folder())),
            );
        }
        let real = self.last.1.as_ref()?.join(path.file_name());
        self.find(&real)
    }

    fn find(&self, path: &LayerPath) -> Option<usize> {
        self.paths.binary_search(&path).ok()
    }

    fn owner_at(&self, path: &LayerPath) -> Option<Whose> {
        self.find(path).and_then(|at| self.owners.get(at).copied().flatten())
    }

    /// Gives to the base and to instructions what is theirs, and then what stands where packages' scripts and managers write.
    pub(super) fn assign(&mut self, makers: &[Maker], catalogs: &[Catalog]) {
        let is_there =
            |ecosystem: &&&dyn Ecosystem| catalogs.iter().any(|catalog| catalog.ecosystem == ecosystem.id());
        let here: Vec<&&dyn Ecosystem> = ecosystem::REGISTRY.iter().filter(is_there).collect();
        let made: Vec<&Made> =
            here.iter().flat_map(|ecosystem| ecosystem.made()).copied().flatten().collect();
        let left: Vec<&Residue> =
            ecosystem::REGISTRY.iter().flat_map(|ecosystem| ecosystem.residue()).collect();
        for ((path, entry, node), owner) in self.tree.iter().zip(&mut self.owners) {
            let maker = makers.get(node.layer).copied().unwrap_or(Maker::Running);
            if maker == Maker::Base {
                *owner = Some(Whose::Base);
            } else if owner.is_none() {
                *owner = match maker {
                    _ if entry.size == 0 && MOUNTED.contains(&path.as_bytes()) => Some(Whose::Made),
                    Maker::Bringing => Some(Whose::Instruction),
                    _ if made.iter().any(|made| made.holds(path, may_run(entry))) => Some(Whose::Made),
                    _ if left.iter().any(|left| left.holds(path)) => Some(Whose::Left),
                    _ => None,
                };
            }
        }
        self.name(catalogs);
    }

    /// Gives what has no owner yet to packages without lists, by what they are called.
    fn name(&mut self, catalogs: &[Catalog]) {
        let tree = self.tree;
        for ecosystem in ecosystem::REGISTRY {
            let owner = Whose::Named(ecosystem.id());
            let mut claim = |path: &[u8]| {
                if let Some(slot) = self.place(path).and_then(|at| self.owners.get_mut(at)) {
                    slot.get_or_insert(owner);
                }
            };
            ecosystem.claims_by_name(tree, catalogs, &mut claim);
        }
    }

    /// Follows what has no owner yet to what has.
    pub(super) fn trace(&mut self, makers: &[Maker]) {
        self.by_bytes(makers);
        self.by_names();
        for _ in 0..STEPS {
            self.by_sources();
        }
    }

    /// What has the bytes of a file with an owner, or of one that an instruction or the base brought and that is hidden now.
    fn by_bytes(&mut self, makers: &[Maker]) {
        let unowned = self.files().filter(|(.., owner)| owner.is_none());
        let with_bytes = unowned.filter(|(_, entry, ..)| entry.kind == Kind::File && entry.size > 0);
        let mut owners: BTreeMap<Sha256, Option<Whose>> =
            with_bytes.filter_map(|(_, entry, ..)| Some((entry.content?, None))).collect();
        if owners.is_empty() {
            return;
        }
        let mut give = |entry: &Entry, owner: Option<Whose>| {
            let owner = owner.filter(|owner| owner.is_of_record());
            let content = entry.content.filter(|_| owner.is_some() && entry.size > 0);
            if let Some(slot) = content.and_then(|content| owners.get_mut(&content)) {
                *slot = slot.or(owner);
            }
        };
        for (_, entry, _, owner) in self.files() {
            give(entry, owner);
        }
        for (rows, maker) in self.tree.layers().iter().zip(makers) {
            let owner = match maker {
                Maker::Base => Some(Whose::Base),
                Maker::Bringing => Some(Whose::Instruction),
                Maker::Running => continue,
            };
            rows.entries.iter().for_each(|entry| give(entry, owner));
        }
        for ((_, entry, _), slot) in self.tree.iter().zip(&mut self.owners) {
            if slot.is_none() && entry.kind == Kind::File {
                *slot = entry.content.and_then(|content| owners.get(&content).copied().flatten());
            }
        }
    }

    /// All names of a file have the owner of any of them, by record.
    fn by_names(&mut self) {
        let links = self.files().filter(|(_, entry, ..)| entry.kind == Kind::Hardlink);
        let mut owners: BTreeMap<(usize, usize), Option<Whose>> = BTreeMap::new();
        for (_, _, node, owner) in links {
            let slot = owners.entry(node.file()).or_default();
            *slot = slot.or(owner.filter(|owner| owner.is_of_record()));
        }
        if owners.is_empty() {
            return;
        }
        for (_, _, node, owner) in self.files() {
            if let Some(slot) = owners.get_mut(&node.file()) {
                *slot = slot.or(owner.filter(|owner| owner.is_of_record()));
            }
        }
        for ((_, entry, node), slot) in self.tree.iter().zip(&mut self.owners) {
            if slot.is_none() && entry.kind != Kind::Directory {
                *slot = owners.get(&node.file()).copied().flatten();
            }
        }
    }

    /// A link has the owner of what it leads to, and what is computed from a file that of the file.
    fn by_sources(&mut self) {
        let mut owned: Vec<(usize, Whose)> = Vec::new();
        for (at, ((path, entry, node), owner)) in self.tree.iter().zip(&self.owners).enumerate() {
            if owner.is_some() || entry.kind == Kind::Directory {
                continue;
            }
            let is_link = self.tree.file(node).is_some_and(|file| file.kind == Kind::Symlink);
            let source = match is_link {
                true => self.tree.resolve(path),
                false => ecosystem::REGISTRY.iter().find_map(|ecosystem| ecosystem.source_of(path)),
            };
            owned.extend(source.and_then(|source| Some((at, self.owner_at(&source)?))));
        }
        for (at, owner) in owned {
            if let Some(slot) = self.owners.get_mut(at) {
                *slot = Some(owner);
            }
        }
    }
}

/// Whether a file may be run. Links may by their mode and are none.
fn may_run(entry: &Entry) -> bool {
    const MAY_RUN: u32 = 0o111;
    entry.kind == Kind::File && entry.mode & MAY_RUN != 0
}
