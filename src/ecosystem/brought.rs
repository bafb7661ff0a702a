//! Whose a Python distribution is, by what other package managers list of it.
//!
//! Its metadata stands in such a list, and so it is that package's, unless another installer put its own in that place since:
//! then the `INSTALLER` beside the metadata is not what the list says. pip over a conda package of the same version leaves
//! nothing else to tell it by.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::checksum::Checksum;
use crate::base::path::LayerPath;
use crate::ecosystem::interface::Ecosystem;
use crate::tree::FileTree;

/// The owner of each of `evidence` (real places of what proves distributions) that brought it, as `<ecosystem>:<package>`.
pub(super) fn owners_of(
    registry: &[&dyn Ecosystem],
    tree: &FileTree<'_>,
    evidence: &BTreeSet<LayerPath>,
) -> BTreeMap<LayerPath, String> {
    let installers: BTreeSet<LayerPath> =
        evidence.iter().filter_map(installer).filter(|place| tree.follow_file(place).is_some()).collect();
    let mut all = owners(registry, tree, &evidence.union(&installers).cloned().collect());
    let owned: BTreeSet<LayerPath> = installers.into_iter().filter(|place| all.contains_key(place)).collect();
    let mut sums: BTreeMap<LayerPath, Vec<Checksum>> = BTreeMap::new();
    for ecosystem in registry.iter().filter(|_| !owned.is_empty()) {
        for (place, of_place) in ecosystem.checksums(tree, &owned) {
            sums.entry(place).or_default().extend(of_place);
        }
    }
    let is_own = |place: &LayerPath| {
        let Some(installer) = installer(place).filter(|installer| tree.follow_file(installer).is_some())
        else {
            return true;
        };
        all.get(&installer) == all.get(place) && !is_contradicted(tree, &installer, sums.get(&installer))
    };
    let foreign: BTreeSet<LayerPath> =
        evidence.iter().filter(|place| all.contains_key(*place) && !is_own(place)).cloned().collect();
    all.retain(|place, _| evidence.contains(place) && !foreign.contains(place));
    all
}

/// The owner of each of `paths` that any ecosystem's databases list.
pub(super) fn owners(
    registry: &[&dyn Ecosystem],
    tree: &FileTree<'_>,
    paths: &BTreeSet<LayerPath>,
) -> BTreeMap<LayerPath, String> {
    let mut owners = BTreeMap::new();
    for ecosystem in registry {
        for (path, package) in ecosystem.owners(tree, paths) {
            owners.entry(path).or_insert_with(|| format!("{}:{package}", ecosystem.id()));
        }
    }
    owners
}

/// The `INSTALLER` beside the metadata of a dist-info.
fn installer(evidence: &LayerPath) -> Option<LayerPath> {
    let info = evidence.parent().filter(|info| info.file_name().ends_with(b".dist-info"))?;
    Some(info.join(b"INSTALLER"))
}

/// Whether none of the sums, one of which has to be the file's, is.
fn is_contradicted(tree: &FileTree<'_>, path: &LayerPath, sums: Option<&Vec<Checksum>>) -> bool {
    let content = tree.follow_file(path).and_then(|file| file.content);
    let bytes = tree.bytes(path).map(|bytes| &**bytes);
    let sums = sums.map_or(&[][..], Vec::as_slice);
    !sums.is_empty() && sums.iter().all(|sum| sum.is_of(content, bytes) == Some(false))
}
