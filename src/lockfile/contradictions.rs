//! What parts of a lock say of each other, and a file index of its lock: where they contradict, nothing of either is used.
//!
//! Each says which two parts contradict. A lock that contradicts nothing may still be wrong: only the image tells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::error::LockError;
use super::files::{LayerRows, content};
use super::model::{LockedLayer, Lockfile};
use crate::base::digest::Digest;
use crate::base::limits;
use crate::formats::tar::entry::Entry;
use crate::layer::decompress::Compression;

/// Bytes that an entry takes in a tar at least: its header.
const HEADER_BYTES: u64 = 512;

/// The first contradiction inside a lock.
pub(super) fn of_lock(lock: &Lockfile) -> Option<String> {
    base(lock)
        .or_else(|| lock.layer.iter().enumerate().find_map(|(index, layer)| of_layer(index, layer)))
        .or_else(|| twins(lock))
        .or_else(|| places(lock))
        .or_else(|| values(lock))
}

/// The first contradiction in what freeze counts. Who only looks packages up does not ask: locks made by hand for that have
/// what they need, and no more.
pub(super) fn of_counts(lock: &Lockfile) -> Option<String> {
    lock.layer.iter().enumerate().find_map(|(index, layer)| sizes(index, layer)).or_else(|| packages(lock))
}

fn base(lock: &Lockfile) -> Option<String> {
    let layers = lock.layer.len();
    if layers > limits::LAYERS {
        return Some(format!("it has {layers} layers; no image has more than {}", limits::LAYERS));
    }
    let base = lock.base.as_ref().and_then(|base| base.layers).filter(|base| *base > layers)?;
    Some(format!("the base has {base} layers, the image {layers}"))
}

fn of_layer(index: usize, layer: &LockedLayer) -> Option<String> {
    let Some(compression) = Compression::from_name(&layer.compression) else {
        return Some(format!("layer {index} has the unknown compression {:?}", layer.compression));
    };
    let is_plain = compression == Compression::None;
    if is_plain && (layer.size != layer.uncompressed_size || layer.digest.is_some_and(|d| d != layer.diff_id))
    {
        return Some(format!("layer {index} is not compressed, but its blob is not its tar"));
    }
    None
}

/// What a layer's size and content say of its number of files.
fn sizes(index: usize, layer: &LockedLayer) -> Option<String> {
    let (files, size) = (layer.files, layer.uncompressed_size);
    if (files as u64).saturating_mul(HEADER_BYTES) > size {
        return Some(format!(
            "layer {index} has {files} files, but a tar of {size} bytes, which cannot hold them"
        ));
    }
    if (files == 0) != (layer.content == content::digest(&[], None)) {
        return Some(format!("layer {index} has {files} files, but its content is not of as many"));
    }
    None
}

/// Layers of one digest are one layer, and so are those of one diff_id but for how they are packed.
fn twins(lock: &Lockfile) -> Option<String> {
    let (mut blobs, mut tars) = (BTreeMap::new(), BTreeMap::new());
    for (index, layer) in lock.layer.iter().enumerate() {
        let LockedLayer { digest, diff_id, size, uncompressed_size, compression, files, .. } = layer;
        let tar = (uncompressed_size, files);
        let (other, known) = *tars.entry(diff_id).or_insert((index, tar));
        if known != tar {
            return Some(format!(
                "layers {other} and {index} have one diff-id, but other sizes or numbers of files"
            ));
        }
        let Some(digest): &Option<Digest> = digest else { continue };
        let blob = (diff_id, size, compression);
        let (other, known) = *blobs.entry(digest).or_insert((index, blob));
        if known != blob {
            return Some(format!(
                "layers {other} and {index} have one digest, but not one diff-id, size and compression"
            ));
        }
    }
    None
}

/// Which layers catalogs and packages stand in.
fn places(lock: &Lockfile) -> Option<String> {
    let layers = lock.layer.len();
    let catalogs = lock.catalog.iter().map(|catalog| ("catalog", &catalog.path, catalog.layer));
    let packages = lock.package.values().flatten().map(|package| ("package", &package.name, package.layer));
    let rows = lock.agreement.iter().flat_map(|agreement| &agreement.package);
    let rows = rows.filter_map(|row| Some(("package of an agreement", &row.name, row.layer?)));
    for (what, name, layer) in catalogs.chain(packages).chain(rows) {
        if layer >= layers {
            return Some(format!("{what} {name:?} stands in layer {layer}, but there are {layers} layers"));
        }
    }
    None
}

/// How many packages catalogs list, and how many there are.
fn packages(lock: &Lockfile) -> Option<String> {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for catalog in &lock.catalog {
        let count = listed.entry(&catalog.ecosystem).or_default();
        *count = count.saturating_add(catalog.packages);
    }
    let locked = lock.package.iter().map(|(ecosystem, packages)| (ecosystem.as_str(), packages.len()));
    let locked: BTreeMap<&str, usize> = locked.collect();
    let ecosystems: BTreeSet<&str> = listed.keys().chain(locked.keys()).copied().collect();
    ecosystems.into_iter().find_map(|ecosystem| {
        let count = |of: &BTreeMap<&str, usize>| of.get(ecosystem).copied().unwrap_or(0);
        let (listed, locked) = (count(&listed), count(&locked));
        let is_other = listed != locked;
        is_other.then(|| format!("its {ecosystem} catalogs list {listed} packages, but it has {locked}"))
    })
}

/// Values that are both left out and given, or neither.
fn values(lock: &Lockfile) -> Option<String> {
    if let Some(arg) = lock.build.arg.iter().find(|arg| arg.redacted == arg.value.is_some()) {
        let state = if arg.redacted { "both redacted and given" } else { "neither redacted nor given" };
        return Some(format!("the value of build argument {:?} is {state}", arg.name));
    }
    lock.config.secret.iter().find_map(|secret| {
        let (field, name) = (secret.field.as_str(), secret.name.as_str());
        let given = match field {
            "env" => &lock.config.env,
            "labels" => &lock.config.labels,
            _ => return Some(format!("a secret of {field:?} is left out; only env and labels have any")),
        };
        if !secret.redacted {
            return Some(format!("the value of {field} {name:?} is neither redacted nor given"));
        }
        let is_given = given.iter().any(|(known, _)| known == name);
        is_given.then(|| format!("the value of {field} {name:?} is both redacted and given"))
    })
}

/// Holds the rows of an index at `path` to what the lock says of their layers.
pub(super) fn of_index(lock: &Lockfile, rows: &[LayerRows], path: &Path) -> Result<(), LockError> {
    let refused = |problem| Err(LockError::IndexContradicts { path: path.into(), problem });
    let mut last = None;
    for LayerRows { index, diff_id, entries } in rows {
        if last.is_some_and(|last| last >= *index) {
            return refused(format!("it has layer {index} twice or out of order"));
        }
        last = Some(*index);
        let Some(layer) = lock.layer.get(*index) else {
            return refused(format!("it has layer {index}, the lockfile {} layers", lock.layer.len()));
        };
        if *diff_id != layer.diff_id {
            return refused(format!(
                "its layer {index} has diff-id {diff_id}, the lockfile's {}",
                layer.diff_id
            ));
        }
        if entries.len() != layer.files {
            let (rows, files) = (entries.len(), layer.files);
            return refused(format!("its layer {index} has {rows} rows, the lockfile's {files} files"));
        }
    }
    // Layers from the lowest on, as far as none is missing: those whose lower layers are known.
    let lower: Vec<&[Entry]> = rows
        .iter()
        .enumerate()
        .take_while(|(at, rows)| rows.index == *at)
        .map(|(_, rows)| rows.entries.as_slice())
        .collect();
    let fits = |(at, rows): (usize, &LayerRows)| {
        let lower = (rows.index == at).then(|| lower.get(..at)).flatten();
        let layer = lock.layer.get(rows.index);
        layer.is_some_and(|layer| content::fits(&rows.entries, lower, layer.content))
    };
    match rows.par_iter().enumerate().find_first(|(at, rows)| !fits((*at, *rows))) {
        Some((_, LayerRows { index, .. })) => {
            refused(format!("the rows of its layer {index} are not of the content that the lockfile's has"))
        }
        None => Ok(()),
    }
}
