//! Whether packages may differ, told by the layers that were read alone: by those that one side has and the other has not.
//!
//! What a container has installed follows from the whole merged tree. A layer that both sides have need not be read for it as
//! long as the layers around it hold the same *concerns* on both sides: what may be a part of a database, and what may hide,
//! bring back or redirect one that stands in a layer that was not read. These are, in order:
//!
//! - what an ecosystem says is a part of a database, with its bytes;
//! - a whiteout or an opaque marker;
//! - what is no folder: it takes the place of one, with all that was in it; a link besides leads elsewhere;
//! - a folder on the way to a database: it takes the place of a link.
//!
//! A file by its name (`.py`, `.so`) is not thought to take the place of a folder that holds a database, nor is a folder that
//! no database is known to lie in thought to take the place of a link to one. Without that, any file that is new would ask for
//! every layer below it.

use std::sync::Arc;

use crate::base::digest::{Digest, Sha256};
use crate::base::path::LayerPath;
use crate::compare::layers;
use crate::compare::reading::pairs::Pairs;
use crate::compare::side::OldLayer;
use crate::ecosystem;
use crate::formats::tar::entry::{Entry, Kind};
use crate::image::Layer;
use crate::layer::pass::Pass;
use crate::lockfile::files::content;

/// Endings that files have and folders that hold databases do not.
const ENDINGS: &[&str] = &[
    "a",
    "bash",
    "bin",
    "c",
    "cc",
    "cfg",
    "conf",
    "cpp",
    "crt",
    "css",
    "csv",
    "cu",
    "cuh",
    "dat",
    "db",
    "exe",
    "gif",
    "go",
    "gz",
    "h",
    "hpp",
    "html",
    "ico",
    "in",
    "ini",
    "ipynb",
    "jar",
    "java",
    "jpg",
    "js",
    "json",
    "jsonl",
    "key",
    "list",
    "lock",
    "log",
    "map",
    "md",
    "mjs",
    "mo",
    "npy",
    "npz",
    "o",
    "onnx",
    "parquet",
    "pc",
    "pdf",
    "pem",
    "pkl",
    "pl",
    "pm",
    "png",
    "po",
    "proto",
    "pt",
    "pth",
    "pub",
    "py",
    "pyc",
    "pyi",
    "pyx",
    "rb",
    "rs",
    "rst",
    "safetensors",
    "service",
    "sh",
    "so",
    "sql",
    "svg",
    "tar",
    "tcl",
    "tex",
    "tgz",
    "toml",
    "ts",
    "tsv",
    "tsx",
    "ttf",
    "txt",
    "whl",
    "woff",
    "woff2",
    "xml",
    "yaml",
    "yml",
    "zip",
    "zsh",
    "zst",
];

/// What a layer means for packages.
#[derive(PartialEq, Eq)]
enum Meaning<'a> {
    /// What the layer of this diff_id holds, which both sides have.
    Shared(Digest),
    /// These concerns.
    Concerns(Vec<Concern<'a>>),
}

/// One entry, as far as packages are concerned.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Concern<'a> {
    path: &'a LayerPath,
    /// The kind, and what a link names; of what is in the way alone, nothing but that counts.
    kind: Option<(Kind, Option<&'a [u8]>)>,
    /// The bytes of what may be a part of a database.
    content: Option<Sha256>,
}

/// Whether packages may differ between the layers of both sides.
pub(crate) fn may_differ(old: &[OldLayer<'_>], new: &[Layer], passes: &[Arc<Pass>], pairs: &Pairs) -> bool {
    let read = |at: usize| passes.get(at).and_then(|pass| layers::entries(pass));
    let new_of = |at: usize, layer: &Layer| match (pairs.old_of(at), read(at)) {
        (Some(_), _) | (None, None) => Meaning::Shared(layer.diff_id),
        (None, Some(entries)) => Meaning::Concerns(concerns(entries)),
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
            (None, Some(entries)) => Meaning::Concerns(concerns(entries)),
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

/// What of a layer concerns packages. Sorted by path, unless a link may lead what comes behind it elsewhere.
fn concerns(entries: &[Entry]) -> Vec<Concern<'_>> {
    let mut concerns: Vec<Concern<'_>> = entries.iter().filter_map(concern).collect();
    let is_link = |concern: &Concern<'_>| matches!(concern.kind, Some((Kind::Symlink | Kind::Hardlink, _)));
    if !concerns.iter().any(is_link) {
        // Of a path that stands twice, the order stays.
        concerns.sort_by(|a, b| a.path.cmp(b.path));
    }
    concerns
}

fn concern(entry: &Entry) -> Option<Concern<'_>> {
    let Entry { path, kind, link, content, .. } = entry;
    let kind_and_link = Some((*kind, link.as_deref()));
    if ecosystem::concerns(path) {
        return Some(Concern { path, kind: kind_and_link, content: *content });
    }
    let name = path.file_name();
    let is_asked = match kind {
        // What it hides may be a part of a database, or a folder of any name around one.
        _ if name.starts_with(b".wh.") => true,
        Kind::Directory => ecosystem::leads(name),
        _ => !is_file_by_name(name),
    };
    let is_link = matches!(kind, Kind::Symlink | Kind::Hardlink);
    let kind = kind_and_link.filter(|_| is_link || *kind == Kind::Directory);
    is_asked.then_some(Concern { path, kind, content: None })
}

/// Whether a name is a file's by its ending: `a.py`, `libc.so.6`.
fn is_file_by_name(name: &[u8]) -> bool {
    let endings = || name.split(|byte| *byte == b'.').skip(1);
    let is_known = |ending: &[u8]| ENDINGS.iter().any(|known| known.as_bytes() == ending);
    endings().last().is_some_and(is_known) || endings().any(|ending| ending == b"so")
}

#[cfg(test)]
mod tests;
