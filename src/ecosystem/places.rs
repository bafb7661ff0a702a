//! Places in the tree: where a database really stands, its bytes, and the paths that file lists name.

use std::collections::BTreeSet;

use sha2::Digest as _;

use crate::base::digest::Sha256;
use crate::base::path::{LayerPath, printable};
use crate::ecosystem::interface::Ecosystem;
use crate::ecosystem::problems::Problems;
use crate::formats::tar::entry::{Entry, Kind};
use crate::layer::Capture;
use crate::tree::FileTree;

/// Bytes of a path that a database names; Linux takes no longer ones, and resolving one takes its length squared.
pub(super) const PLACE_BYTES: usize = 4096;

/// Folders that links inside one database lead to, as far as they are followed.
const LINKED_FOLDERS: usize = 1000;

/// Files of one database behind which no more such folders are gone into: each may hold all those that were before it.
const LINKED_FILES: usize = 1 << 20;

/// The real place of the database that `path` leads to, and the layer that wrote it; `None` where nothing stands.
pub(super) fn database(tree: &FileTree<'_>, path: &LayerPath) -> Option<(LayerPath, usize)> {
    let real = tree.resolve(path)?;
    let (_, node) = tree.get(&real)?;
    Some((real, node.layer))
}

/// The bytes of the file that `path` leads to; where they are not to be had, why goes to `problems`.
pub(super) fn read<'a>(
    (tree, ecosystem): (&FileTree<'a>, &dyn Ecosystem),
    path: &LayerPath,
    problems: &mut Problems,
) -> Option<&'a [u8]> {
    match kept(tree, path, ecosystem) {
        Some(Capture::Kept(bytes)) => return Some(bytes),
        Some(Capture::TooLarge) => problems.add(format!("{path}: too large to be read")),
        Some(Capture::Hidden) => {
            problems.add(format!(
                "{path}: not read, since an upper layer has another file of its name in that layer"
            ));
        }
        None if is_empty_file(tree, path) => return Some(&[]),
        None => problems.add(format!("{path}: not a file whose bytes were kept")),
    }
    None
}

/// The bytes of the file that `path` leads to, where they are to be had.
pub(super) fn bytes<'a>(
    tree: &FileTree<'a>,
    path: &LayerPath,
    ecosystem: &dyn Ecosystem,
) -> Option<&'a [u8]> {
    match kept(tree, path, ecosystem)? {
        Capture::Kept(bytes) => Some(bytes),
        Capture::TooLarge | Capture::Hidden => None,
    }
}

/// What was kept of the file that `path` leads to, since the ecosystem asked for it by its name in its layer. A comparison keeps
/// others besides, which a freeze does not: what these hold must not make its catalogs others.
fn kept<'a>(tree: &FileTree<'a>, path: &LayerPath, ecosystem: &dyn Ecosystem) -> Option<&'a Capture> {
    let (_, node) = tree.follow(path)?;
    tree.file(node).filter(|file| ecosystem.wants(&file.path)).and_then(|_| tree.capture(node))
}

/// Whether the path leads to a file without a byte.
pub(super) fn is_empty_file(tree: &FileTree<'_>, path: &LayerPath) -> bool {
    tree.follow_file(path).is_some_and(|file| file.kind == Kind::File && file.size == 0)
}

/// The digest of the file that `path` leads to, where its `bytes` could not be read.
pub(super) fn unread(tree: &FileTree<'_>, path: &LayerPath, bytes: Option<&[u8]>) -> Option<Sha256> {
    if bytes.is_some() { None } else { tree.follow_file(path)?.content }
}

/// A digest of the database at `path`: of its bytes, or of a folder's files, each with its path, kind and bytes; what links
/// below it lead to counts as if it stood there. `None` where there is neither.
pub(super) fn digest(tree: &FileTree<'_>, path: &LayerPath) -> Option<Sha256> {
    let folder = tree.resolve(path)?;
    let file = tree.get(&folder).and_then(|(_, node)| tree.file(node));
    if let Some(file) = file.filter(|file| file.kind != Kind::Directory) {
        return file.content;
    }
    let mut rows = sha2::Sha256::new();
    let mut files = 0;
    let mut folders = vec![folder];
    let mut at = 0;
    // Each folder once, whatever leads to it.
    while let Some(folder) = folders.get(at).filter(|_| files < LINKED_FILES).cloned() {
        at += 1;
        for (path, entry, node) in tree.below(&folder).filter(|(_, entry, _)| entry.kind != Kind::Directory) {
            files += 1;
            let file = tree.file(node).unwrap_or(entry);
            rows.update(path.as_bytes().get(folder.as_bytes().len()..).unwrap_or_default());
            rows.update([0]);
            rows.update(content_hex(file));
            rows.update(file.link.as_deref().unwrap_or_default());
            rows.update([0]);
            if file.kind == Kind::Symlink {
                behind_link(tree, path, &mut rows, &mut folders);
            }
        }
    }
    (files > 0).then(|| Sha256(rows.finalize().into()))
}

fn content_hex(file: &Entry) -> String {
    file.content.map(|content| content.hex()).unwrap_or_default()
}

/// Adds the file that the link at `path` leads to, or a folder that is not yet among `folders`.
fn behind_link(tree: &FileTree<'_>, path: &LayerPath, rows: &mut sha2::Sha256, folders: &mut Vec<LayerPath>) {
    let Some(real) = tree.resolve(path) else { return };
    match tree.get(&real).and_then(|(_, node)| tree.file(node)) {
        Some(file) if file.kind != Kind::Directory => {
            rows.update(content_hex(file));
            rows.update([0]);
        }
        _ if folders.len() < LINKED_FOLDERS && !folders.iter().any(|folder| real.is_within(folder)) => {
            folders.push(real);
        }
        _ => {}
    }
}

/// The rows of a database that could not be read, in their order, by one digest.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct BrokenRows(Option<Sha256>);

impl BrokenRows {
    /// Adds a row, or what else of the database says nothing.
    pub(super) fn add(&mut self, row: &[u8]) {
        let before = self.0.map_or([0; 32], |digest| digest.0);
        self.0 = Some(Sha256::of(&[&before, row].concat()));
    }

    /// Adds those of another run.
    pub(super) fn append(&mut self, other: Self) {
        if let Some(digest) = other.0 {
            self.add(&digest.0);
        }
    }

    /// Their digest; `None` where there are none.
    pub(super) fn digest(self) -> Option<Sha256> {
        self.0
    }
}

/// What of a database could not be read, by the bytes of its files.
#[derive(Debug, Default)]
pub(super) struct Rest(BTreeSet<(Vec<u8>, String)>);

impl Rest {
    /// Adds a file that the database calls `name`.
    pub(super) fn add(&mut self, name: &[u8], file: &Entry) {
        let content = file.content.map(|content| content.hex());
        let link = || printable(file.link.as_deref().unwrap_or_default());
        self.0.insert((name.to_vec(), content.unwrap_or_else(link)));
    }

    /// A digest of all; `None` where all could be read.
    pub(super) fn finish(self) -> Option<Sha256> {
        let row =
            |(name, content): &(Vec<u8>, String)| [name, &b"\0"[..], content.as_bytes(), b"\n"].concat();
        let rows: Vec<u8> = self.0.iter().flat_map(row).collect();
        (!rows.is_empty()).then(|| Sha256::of(&rows))
    }
}

/// Where the tree really holds `path`: its folder's symlinks followed, its own name kept.
pub(super) fn real_place(tree: &FileTree<'_>, path: &LayerPath) -> Option<LayerPath> {
    Some(tree.resolve(&path.parent()?)?.join(path.file_name()))
}

/// Places named in an ecosystem's file list, looked up in a set of wanted ones in time that does not grow with
/// links: only a place whose last part is wanted is resolved.
pub(super) struct Lookup<'w, 'a> {
    tree: &'w FileTree<'a>,
    wanted: &'w BTreeSet<LayerPath>,
    names: BTreeSet<&'w [u8]>,
}

impl<'w, 'a> Lookup<'w, 'a> {
    pub(super) fn new(tree: &'w FileTree<'a>, wanted: &'w BTreeSet<LayerPath>) -> Self {
        Self { tree, wanted, names: wanted.iter().map(LayerPath::file_name).collect() }
    }

    /// Whether a place that ends in `name` can be wanted.
    pub(super) fn may_find(&self, name: &[u8]) -> bool {
        self.names.contains(name)
    }

    /// The wanted place that `raw`, a path as a database writes it, names.
    pub(super) fn find(&self, raw: &[u8]) -> Option<LayerPath> {
        if raw.len() > PLACE_BYTES || !self.may_find(raw.rsplit(|byte| *byte == b'/').next()?) {
            return None;
        }
        let path = LayerPath::normalize(raw).ok()?;
        if self.wanted.contains(&path) {
            return Some(path);
        }
        real_place(self.tree, &path).filter(|path| self.wanted.contains(path))
    }
}
