//! Unpacks a layer in memory, entry by entry, as engines do it on disk: names, and the files behind them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::{Behind, Effort, Late};
use crate::base::path::{LayerPath, ancestors};
use crate::base::symlinks;
use crate::formats::tar::entry::{Entry, Kind, Whiteout};

/// A layer, unpacked.
pub(super) struct Walk<'e> {
    entries: &'e [Entry],
    /// What stands where, by path.
    pub(super) nodes: BTreeMap<LayerPath, Node>,
    /// The files behind the names; some have none any more.
    pub(super) files: Vec<File>,
    /// What is hidden of lower layers, by path.
    pub(super) hidden: BTreeMap<LayerPath, (Hidden, usize)>,
    /// Paths that were made behind what went through them by name, and what that was.
    pub(super) late: Late,
    /// Paths of lower layers that links of this one name.
    reached: BTreeSet<LayerPath>,
    effort: Effort,
    // The folder of the entry before, and where it leads.
    last_folder: Option<(LayerPath, LayerPath)>,
}

/// A name.
pub(super) struct Node {
    /// The entry that gave it.
    pub(super) place: usize,
    /// Its file, by place among the files.
    pub(super) file: usize,
    kind: Kind,
}

/// What one or more names stand for.
pub(super) struct File {
    /// The entry that made it.
    pub(super) made: usize,
    /// The last entry that named it: engines give a file the mode and the owner of that.
    pub(super) last: usize,
    /// For a file of a lower layer, its path there.
    pub(super) lower: Option<LayerPath>,
}

/// Why a path leads nowhere.
enum Lost {
    /// It goes through something that is neither folder nor link.
    BelowFile,
    /// It goes round in circles, or takes too long to follow.
    Unfollowed,
}

/// What of the lower layers is hidden at a path; beside it stands the entry that hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// The path, and all below it.
    All,
    /// All below it: the folder itself stays.
    Below,
}

impl<'e> Walk<'e> {
    /// Unpacks `entries`; `None` where no engine does.
    pub(super) fn of(entries: &'e [Entry]) -> Option<Self> {
        let mut walk = Self {
            entries,
            nodes: BTreeMap::new(),
            files: Vec::new(),
            hidden: BTreeMap::new(),
            late: Late::new(),
            reached: BTreeSet::new(),
            effort: Effort::new(),
            last_folder: None,
        };
        for (place, entry) in entries.iter().enumerate() {
            match entry.whiteout() {
                Some(Whiteout::Path(_) | Whiteout::Opaque(_)) => walk.hide(place, entry)?,
                Some(Whiteout::Bookkeeping) | None => walk.add(place, entry)?,
            }
        }
        walk.settle();
        Some(walk)
    }

    fn hide(&mut self, place: usize, entry: &Entry) -> Option<()> {
        let folder = match self.landing_folder(&entry.path) {
            Ok(folder) => folder,
            // Lower layers have nothing there any more.
            Err(Lost::BelowFile) => return Some(()),
            Err(Lost::Unfollowed) => return None,
        };
        let (path, hidden) = match entry.path.file_name().strip_prefix(b".wh.")? {
            b".wh..opq" => (folder, Hidden::Below),
            name => (folder.join(name), Hidden::All),
        };
        let hidden = match self.nodes.get(&path).map(|node| node.kind) {
            // What lower layers have there is gone already.
            Some(kind) if kind != Kind::Directory => return Some(()),
            Some(_) => Hidden::Below,
            // A folder that the layer names by what is in it was there before it was removed, and stays.
            None if has_below(&self.nodes, &path) => Hidden::Below,
            None => hidden,
        };
        self.note_kept(&path)?;
        let slot = self.hidden.entry(path).or_insert((hidden, place));
        if hidden == Hidden::All {
            *slot = (hidden, place);
        }
        Some(())
    }

    fn add(&mut self, place: usize, entry: &Entry) -> Option<()> {
        let path = match entry.path.is_root() {
            true => LayerPath::root(),
            false => self.landing_folder(&entry.path).ok()?.join(entry.path.file_name()),
        };
        if path.is_root() && entry.kind != Kind::Directory {
            return None;
        }
        let before = self.nodes.get(&path).map(|node| node.kind);
        if before.is_none() && !path.is_root() && !self.hides_all(&path) {
            self.note_late(&path)?;
        }
        if entry.kind != Kind::Directory {
            remove_below(&mut self.nodes, &path);
            remove_below(&mut self.hidden, &path);
            self.hidden.remove(&path);
            self.nodes.remove(&path);
        } else if before.is_some_and(|kind| kind != Kind::Directory) || self.hides_all(&path) {
            // All that lower layers had there went with what stood there before.
            remove_below(&mut self.hidden, &path);
            let by = self.hidden.get(&path).map_or(place, |(_, marker)| *marker);
            self.hidden.insert(path.clone(), (Hidden::Below, by));
        }
        let is_known = matches!(entry.kind, Kind::File | Kind::Directory);
        if !is_known || before.is_some_and(|kind| kind != entry.kind) || self.leads_to_last_folder(&path) {
            self.last_folder = None;
        }
        let (file, kind) = match entry.link.as_deref().filter(|_| entry.kind == Kind::Hardlink) {
            Some(target) => self.link(place, &path, target)?,
            None => {
                self.files.push(File { made: place, last: place, lower: None });
                (self.files.len() - 1, entry.kind)
            }
        };
        self.nodes.insert(path, Node { place, file, kind });
        Some(())
    }

    /// The file that a hardlink at `path` names by `target`, and what it is.
    fn link(&mut self, place: usize, path: &LayerPath, target: &[u8]) -> Option<(usize, Kind)> {
        let target = LayerPath::clamped(target);
        let target = self.landing_folder(&target).ok()?.join(target.file_name());
        if let Some(Node { file, kind, .. }) = self.nodes.get(&target) {
            self.files.get_mut(*file)?.last = place;
            return (*kind != Kind::Directory).then_some((*file, *kind));
        }
        // Of a lower layer, unless that is hidden already.
        if target.is_within(path)
            || path.is_within(&target)
            || has_below(&self.nodes, &target)
            || self.is_hidden(&target)?
        {
            return None;
        }
        self.files.push(File { made: place, last: place, lower: Some(target.clone()) });
        self.reached.insert(target);
        Some((self.files.len() - 1, Kind::Hardlink))
    }

    /// Whether lower layers have nothing at `path` by now; `None` where that takes too long to tell.
    fn is_hidden(&mut self, path: &LayerPath) -> Option<bool> {
        if self.hides_all(path) {
            return Some(true);
        }
        if self.hidden.contains_key(&LayerPath::root()) {
            return Some(true);
        }
        for folder in ancestors(path.as_bytes()).skip(1) {
            if !self.effort.spend(folder) {
                return None;
            }
            if self.hidden.contains_key(folder) {
                return Some(true);
            }
        }
        Some(false)
    }

    fn hides_all(&self, path: &LayerPath) -> bool {
        matches!(self.hidden.get(path), Some((Hidden::All, _)))
    }

    /// Notes what went through `path`, at which nothing stood; `None` where that is too much.
    fn note_late(&mut self, path: &LayerPath) -> Option<()> {
        let nodes = self.nodes.range(subtree(path)).map(|(below, _)| below);
        let hidden = self.hidden.range(subtree(path)).map(|(below, _)| below);
        let hidden = hidden.chain(self.hidden.get_key_value(path).map(|(path, _)| path));
        let reached = self.reached.range(subtree(path));
        let mut through = BTreeSet::new();
        for below in nodes.chain(hidden).chain(reached) {
            if !self.effort.spend(below.as_bytes()) {
                return None;
            }
            through.insert(below.clone());
        }
        if !through.is_empty() {
            self.late.insert(path.clone(), Behind::Entry(through));
        }
        Some(())
    }

    /// Notes the folders below `path`, which is hidden now, that are there by the names below them alone.
    fn note_kept(&mut self, path: &LayerPath) -> Option<()> {
        let mut kept = BTreeSet::new();
        for (below, _) in self.nodes.range(subtree(path)) {
            if !self.effort.spend(below.as_bytes()) {
                return None;
            }
            let folders = ancestors(below.as_bytes()).skip(1);
            for folder in folders.take_while(|folder| folder.len() > path.as_bytes().len()) {
                if !self.effort.spend(folder) {
                    return None;
                }
                if !self.nodes.contains_key(folder) {
                    kept.insert(LayerPath::clamped(folder));
                }
            }
        }
        for folder in kept {
            self.late.entry(folder).or_insert_with(|| Behind::Marker(path.clone()));
        }
        Some(())
    }

    /// Forgets what was noted of folders that have an entry by now, or are gone, and notes what is asked of lower layers.
    fn settle(&mut self) {
        let nodes = &self.nodes;
        let is_there = |path: &LayerPath| !nodes.contains_key(path) && has_below(nodes, path);
        self.late.retain(|path, behind| !matches!(behind, Behind::Marker(_)) || is_there(path));
        for path in &self.reached {
            self.late.entry(path.clone()).or_insert(Behind::Target);
        }
    }

    fn leads_to_last_folder(&self, path: &LayerPath) -> bool {
        let is_within =
            |(asked, resolved): &(LayerPath, LayerPath)| asked.is_within(path) || resolved.is_within(path);
        self.last_folder.as_ref().is_some_and(is_within)
    }

    /// The folder that an entry of this path lands in: the symlinks above its name followed.
    fn landing_folder(&mut self, path: &LayerPath) -> Result<LayerPath, Lost> {
        let folder = path.folder();
        if let Some((asked, resolved)) = &self.last_folder
            && asked.as_bytes() == folder
        {
            return Ok(resolved.clone());
        }
        let folder = LayerPath::clamped(folder);
        let resolved = match self.nodes.get(&folder).map(|node| node.kind) {
            Some(Kind::Directory) => folder.clone(),
            _ => self.resolve(&folder)?,
        };
        self.last_folder = Some((folder, resolved.clone()));
        Ok(resolved)
    }

    /// The folder that `folder` leads to, whether or not the layer has one there.
    fn resolve(&mut self, folder: &LayerPath) -> Result<LayerPath, Lost> {
        let Self { entries, nodes, files, effort, .. } = self;
        let link_at = |at: &[u8], _| {
            if !effort.spend(at) {
                return Err(Lost::Unfollowed);
            }
            let Some(node) = nodes.get(at) else { return Ok(None) };
            match node.kind {
                Kind::Directory => Ok(None),
                Kind::Symlink => {
                    let made = files.get(node.file).and_then(|file| entries.get(file.made));
                    made.and_then(|made| made.link.as_deref()).map(Some).ok_or(Lost::Unfollowed)
                }
                _ => Err(Lost::BelowFile),
            }
        };
        symlinks::followed(folder, link_at)?.ok_or(Lost::Unfollowed)
    }
}

/// What stands below a path.
fn subtree(folder: &LayerPath) -> (Bound<LayerPath>, Bound<LayerPath>) {
    if folder.is_root() {
        return (Bound::Excluded(LayerPath::root()), Bound::Unbounded);
    }
    (Bound::Excluded(folder.followed_by(b'/')), Bound::Excluded(folder.followed_by(b'0')))
}

fn has_below<T>(map: &BTreeMap<LayerPath, T>, folder: &LayerPath) -> bool {
    map.range(subtree(folder)).next().is_some()
}

fn remove_below<T>(map: &mut BTreeMap<LayerPath, T>, folder: &LayerPath) {
    let gone: Vec<LayerPath> = map.range(subtree(folder)).map(|(path, _)| path.clone()).collect();
    for path in gone {
        map.remove(&path);
    }
}
