//! Whether packages may differ, told by the layers that were read alone: by those that one side has and the other has not.
//!
//! What a container has installed follows from the whole merged tree. A layer that both sides have need not be read for it as
//! long as the layers around it hold the same *concerns* on both sides: what may be a part of a database, and what may hide,
//! bring back or redirect one that stands in a layer that was not read. These are, in order:
//!
//! - what an ecosystem says is a part of a database, with its bytes;
//! - a whiteout or an opaque marker;
//! - what is no folder: it takes the place of one, with all that was in it; a link besides leads elsewhere;
//! - a folder on the way to a database, or around what these layers hold of one: it takes the place of a link.
//!
//! Names tell these of every tree in which databases are reached by ways that names tell. Of a lock it is known whether its
//! tree is one (`ecosystem::detours`); where it is not, all is read. Of two images nothing is known of the layers that both
//! have. What the links of the layers around these lead databases to is a concern, whatever it is called (`targets.rs`). Where
//! those that both have are small and at hand, they are read all the same ([`Concern::Open`]); else it is taken that no link in
//! them leads a database to a file of another name than databases have, no folder or file takes the place of a link or a
//! folder that only they hold and names do not tell. Without that, any file that is new would ask for every layer below it.

mod targets;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::base::path::{LayerPath, ancestors};
use crate::compare::layers;
use crate::compare::reading::pairs::Pairs;
use crate::compare::side::OldLayer;
use crate::ecosystem;
use crate::formats::tar::entry::{Entry, Kind};
use crate::image::Layer;
use crate::layer::pass::Pass;
use crate::lockfile::files::content;
use targets::Targets;

/// What a layer means for packages.
#[derive(PartialEq, Eq)]
enum Meaning<'a> {
    /// What the layer of this diff_id holds, which both sides have.
    Shared(Digest),
    /// These concerns.
    Concerns(Vec<Concerning<'a>>),
}

/// One entry, as far as packages are concerned.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Concerning<'a> {
    path: &'a LayerPath,
    /// The kind, and what a link names; of what is in the way alone, nothing but that counts.
    kind: Option<(Kind, Option<&'a [u8]>)>,
    /// The bytes of what may be a part of a database.
    content: Option<Sha256>,
}

/// What is known of the old side's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ways {
    /// All of it was read once: whether there are detours in it.
    Known { are_detours: bool },
    /// Nothing but what its layers that were read hold.
    Unknown,
}

/// Whether packages may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concern {
    /// They may.
    Differs,
    /// By the names they cannot, and nothing is known of where links lead.
    Open,
    /// They cannot.
    Same,
}

/// Whether packages may differ between the layers of both sides, which are not the same.
pub(crate) fn between(
    old: &[OldLayer<'_>],
    ways: Ways,
    new: &[Layer],
    passes: &[Arc<Pass>],
    pairs: &Pairs,
) -> Concern {
    if ways == (Ways::Known { are_detours: true }) || may_differ(old, ways, new, passes, pairs) {
        return Concern::Differs;
    }
    if ways == Ways::Unknown { Concern::Open } else { Concern::Same }
}

fn may_differ(old: &[OldLayer<'_>], ways: Ways, new: &[Layer], passes: &[Arc<Pass>], pairs: &Pairs) -> bool {
    let read = |at: usize| passes.get(at).and_then(|pass| layers::entries(pass));
    let own = (0..new.len()).filter(|at| pairs.old_of(*at).is_none()).filter_map(read);
    let listed = old.iter().enumerate().filter(|(at, _)| pairs.new_of(*at).is_none());
    let look = Look::over(own.chain(listed.filter_map(|(_, layer)| layer.entries)), ways);
    if look.around.is_full() || look.targets.is_full() {
        return true;
    }
    let new_of = |at: usize, layer: &Layer| match (pairs.old_of(at), read(at)) {
        (Some(_), _) | (None, None) => Meaning::Shared(layer.diff_id),
        (None, Some(entries)) => Meaning::Concerns(look.concerns(entries)),
    };
    let new_meanings = new.iter().enumerate().map(|(at, layer)| new_of(at, layer)).filter(Meaning::is_any);
    let unlisted: Vec<(Sha256, &[Entry])> = match old.iter().any(|layer| layer.entries.is_none()) {
        // Of a layer without rows it is known what it holds if a new one holds the same.
        true => {
            (0..new.len()).filter_map(read).map(|entries| (content::digest(entries, None), entries)).collect()
        }
        false => Vec::new(),
    };
    let mut old_meanings = Vec::new();
    for (at, layer) in old.iter().enumerate() {
        let same = || unlisted.iter().find(|(digest, _)| Some(*digest) == layer.content);
        let entries = layer.entries.or_else(|| same().map(|(_, entries)| *entries));
        old_meanings.push(match (pairs.new_of(at), entries) {
            (Some(_), _) => Meaning::Shared(layer.diff_id),
            (None, Some(entries)) => Meaning::Concerns(look.concerns(entries)),
            (None, None) => return true,
        });
    }
    !old_meanings.into_iter().filter(Meaning::is_any).eq(new_meanings)
}

impl Meaning<'_> {
    fn is_any(&self) -> bool {
        !matches!(self, Self::Concerns(concerns) if concerns.is_empty())
    }
}

/// How the layers that were read are looked at.
struct Look<'a> {
    ways: Ways,
    /// The folders around what they hold of databases, as they are named there.
    around: Folders<'a>,
    /// Where their links lead databases, where nothing else is known of that.
    targets: Targets,
}

/// Folders and all above them, up to a number of them.
#[derive(Default)]
struct Folders<'a>(BTreeSet<&'a [u8]>);

impl<'a> Folders<'a> {
    /// Adds the folders that a path stands in.
    fn add(&mut self, path: &'a LayerPath) {
        let mut above = ancestors(path.folder());
        // Where one is there, those above it are.
        while !self.is_full() && above.next().is_some_and(|folder| self.0.insert(folder)) {}
    }

    fn is_full(&self) -> bool {
        self.0.len() >= limits::CONCERN_FOLDERS
    }

    fn has(&self, path: &LayerPath) -> bool {
        self.0.contains(path.as_bytes())
    }
}

impl<'a> Look<'a> {
    fn over(layers: impl Iterator<Item = &'a [Entry]>, ways: Ways) -> Self {
        let layers: Vec<&[Entry]> = layers.collect();
        let entries = || layers.iter().copied().flatten();
        let mut around = Folders::default();
        let parts = entries().filter(|entry| ecosystem::concerns(&entry.path));
        parts.for_each(|entry| around.add(&entry.path));
        let targets = if ways == Ways::Unknown { Targets::of(entries()) } else { Targets::default() };
        Self { ways, around, targets }
    }

    /// What of a layer concerns packages. Sorted by path, unless what comes first may lead what comes behind it elsewhere.
    fn concerns(&self, entries: &'a [Entry]) -> Vec<Concerning<'a>> {
        let mut concerns: Vec<Concerning<'a>> = Vec::new();
        let (mut above, mut is_ordered) = (Folders::default(), false);
        for entry in entries {
            let Some(concern) = self.concern(entry) else { continue };
            is_ordered |= match entry.kind {
                kind if kind.is_link() => true,
                // A folder behind what stands in it took a link's place too late for that.
                Kind::Directory => above.is_full() || above.has(&entry.path),
                _ => false,
            };
            above.add(&entry.path);
            concerns.push(concern);
        }
        if !is_ordered {
            // Of a path that stands twice, the order stays.
            concerns.sort_by(|a, b| a.path.cmp(b.path));
        }
        concerns
    }

    fn concern(&self, entry: &'a Entry) -> Option<Concerning<'a>> {
        let Entry { path, kind, link, content, .. } = entry;
        let kind_and_link = Some((*kind, link.as_deref()));
        let name = path.file_name();
        // A folder of another name, that a link leads to, has the names of its files.
        let is_read = self.ways == Ways::Unknown && ecosystem::reads(name);
        if ecosystem::concerns(path) || is_read || self.targets.has(path) {
            return Some(Concerning { path, kind: kind_and_link, content: *content });
        }
        let is_asked = match kind {
            // What it hides may be a part of a database, or a folder of any name around one.
            _ if name.starts_with(b".wh.") => true,
            _ if self.around.has(path) => true,
            Kind::Directory => ecosystem::leads(name),
            _ => !ecosystem::is_file_by_name(name),
        };
        let kind = kind_and_link.filter(|_| kind.is_link() || *kind == Kind::Directory);
        is_asked.then_some(Concerning { path, kind, content: None })
    }
}

#[cfg(test)]
mod tests;
