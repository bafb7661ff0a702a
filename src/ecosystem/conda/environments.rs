//! Finds the environments of conda in a tree, in one walk.
//!
//! Vocabulary (conda, "Concepts"): an *environment* is a folder, its *prefix*, that conda installs into. It keeps a *record* of
//! each package in the folder `conda-meta` directly below. Which tool made it does not matter: conda, mamba, micromamba, rattler
//! and pixi all keep records so. A `history` beside the records is conda's and not everyone's.
//!
//! What is no environment: a package that was unpacked into a cache, `pkgs/<name>-<version>-<build>`, unless there is a history.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::path::LayerPath;
use crate::formats::tar::entry::Kind;
use crate::python::normal_name;
use crate::tree::FileTree;

/// The folder of records.
pub(super) const RECORDS: &[u8] = b"conda-meta";

/// What tools of conda put among the records besides: what was done, and what pixi knows of the environment.
pub(super) const OWN: [&[u8]; 4] = [b"history", b"pixi", b"pixi_env_prefix", b"state"];

/// What rattler puts into a prefix, so that backups leave it out.
pub(super) const CACHE_TAG: &[u8] = b"CACHEDIR.TAG";

/// What the walk finds.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The environments, by the real places of their records.
    pub(super) environments: BTreeMap<LayerPath, Environment>,
    /// The dist-info folders with metadata, by the folder that they stand in and the normal name of what they are of.
    infos: BTreeMap<(LayerPath, String), Vec<LayerPath>>,
}

/// One environment.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The uppermost layer that wrote to its records.
    pub(super) layer: usize,
    /// Its prefix; where links of the same name lead to one folder of records, that of each.
    pub(super) prefixes: BTreeSet<LayerPath>,
}

/// Walks the tree.
pub(super) fn walk(tree: &FileTree<'_>) -> Walk {
    let mut walk = Walk::default();
    let mut links = Vec::new();
    // Paths come sorted, so all in one folder of records mostly come one after the other.
    let mut last = LayerPath::root();
    for (path, _, node) in tree.iter() {
        let folder = path.folder();
        if is_of_records(folder) {
            if last.as_bytes() != folder {
                last = LayerPath::clamped(folder);
                walk.environments.entry(last.clone()).or_default().prefixes.extend(last.parent());
            }
            let environment = walk.environments.entry(last.clone()).or_default();
            environment.layer = environment.layer.max(node.layer);
        }
        match path.file_name() {
            RECORDS if tree.file(node).is_some_and(|file| file.kind == Kind::Symlink) => links.push(path),
            b"METADATA" => walk.note_info(path),
            _ => {}
        }
    }
    for (link, real) in links.into_iter().filter_map(|link| Some((link, tree.resolve(link)?))) {
        if let Some(layer) = tree.children(&real).map(|(_, _, node)| node.layer).max() {
            let environment = walk.environments.entry(real).or_default();
            environment.layer = environment.layer.max(layer);
            environment.prefixes.extend(link.parent());
        }
    }
    walk.environments.retain(|records, environment| {
        tree.get(&records.join(b"history")).is_some() || !environment.prefixes.iter().all(is_unpacked)
    });
    walk
}

impl Walk {
    fn note_info(&mut self, metadata: &LayerPath) {
        let info = metadata.parent().filter(|info| info.file_name().ends_with(b".dist-info"));
        if let Some((key, info)) = info.and_then(|info| Some((key(&info)?, info))) {
            self.infos.entry(key).or_default().push(info);
        }
    }

    /// The dist-infos beside `info` of the distribution that it is of, itself among them if it has metadata.
    pub(super) fn infos_like(&self, info: &LayerPath) -> Option<&[LayerPath]> {
        self.infos.get(&key(info)?).map(Vec::as_slice)
    }
}

/// The folder that a dist-info stands in, and the normal name of its distribution.
fn key(info: &LayerPath) -> Option<(LayerPath, String)> {
    let name = std::str::from_utf8(info.file_name()).ok()?.split('-').next()?;
    Some((info.parent()?, normal_name(name)))
}

fn is_of_records(folder: &[u8]) -> bool {
    folder.strip_suffix(RECORDS).is_some_and(|above| above.is_empty() || above.ends_with(b"/"))
}

/// Whether the folder is called as conda calls one that it unpacks a package into.
fn is_unpacked(folder: &LayerPath) -> bool {
    let is_build = folder.file_name().iter().filter(|byte| **byte == b'-').count() >= 2;
    is_build && folder.parent().is_some_and(|cache| cache.file_name() == b"pkgs")
}
