//! Compares two images, no lock needed.
//!
//! Layers that both manifests name by the same digest are the same by name and are not read. Packages are compared
//! where layers were read: what stands in a shared layer stands on both sides. But where one side alone rewrote a
//! database in one file, the shared layers are read for the one it replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::compare::{self, Comparison, OldLayer};
use super::explain::{self, Readable, Sides};
use super::outcome::Outcome;
use super::owners::Owners;
use super::packages::{self, Changes};
use super::pairing::Pair;
use super::verdict::Require;
use super::{config, judge, old_of, owners};
use crate::base::path::LayerPath;
use crate::build::{self, Facts};
use crate::ecosystem::Catalog;
use crate::image::{Image, Layer};
use crate::layer::Contents;
use crate::layer::decompress::Compression;
use crate::layer::entry::Kind;
use crate::layer::pass::{Depth, Pass};
use crate::lockfile::files;
use crate::scan::{self, ScanError};
use crate::tree::FileTree;

/// Compares the image `new` with the image `old`, of which `facts` are known.
pub fn diff(
    old: Readable<'_>,
    facts: &Facts,
    new: Readable<'_>,
    require: Require,
    options: &scan::Options<'_>,
) -> Result<Outcome, ScanError> {
    let claimed = claimed(old.image, facts);
    let pairs = compare::pair(&claimed, new.image);
    let (old_of, new_of) = (old_of(&pairs), new_of(&pairs));
    let same_blob = |a: &Layer, b: &Layer| a.digest.is_some() && a.digest == b.digest;
    let plan = |layer: &Layer, other: Option<&Layer>| match other {
        Some(other) if same_blob(layer, other) => Depth::Claim,
        Some(other) if layer.diff_id == other.diff_id => Depth::DiffId,
        _ => Depth::Entries,
    };
    let old_depth =
        |at: usize, layer: &Layer| plan(layer, new_of.get(&at).and_then(|at| new.image.layers.get(*at)));
    let new_depth =
        |at: usize, layer: &Layer| plan(layer, old_of.get(&at).and_then(|at| old.image.layers.get(*at)));
    let old_passes = scan::layers(old.source, old.image, &old_depth, options)?;
    let new_passes = scan::layers(new.source, new.image, &new_depth, options)?;
    let old_layers: Vec<OldLayer<'_>> =
        claimed.into_iter().zip(&old_passes).map(|(layer, pass)| read(layer, pass)).collect();
    let rowless = |at: usize| format!("layer {at} was not read");
    let mut comparison = Comparison {
        old: &old_layers,
        image: new.image,
        passes: &new_passes,
        rowless: &rowless,
        notes: Vec::new(),
    };
    let layers = comparison.layers(&pairs);
    let notes = comparison.notes;
    let sides = [old.image, new.image]
        .map(|image| (image.platform.to_string(), build::config::locked(&image.config.config)));
    let [(old_platform, old_config), (new_platform, new_config)] = &sides;
    let config = config::differences((old_platform, old_config), (new_platform, new_config));
    let read_shared = || {
        let depth = |at: usize, layer: &Layer| match old_depth(at, layer) {
            Depth::Entries => Depth::Claim,
            _ => Depth::Entries,
        };
        scan::layers(old.source, old.image, &depth, options)
    };
    let passes = (&*old_passes, &*new_passes);
    let (packages, owners) = package_changes(passes, &old_of, &owners::drifted(&layers), &read_shared)?;
    let mut outcome = judge(require, (old.image.manifest, new.image.manifest), layers, config, packages);
    outcome.args = args(old.image, new.image);
    outcome.notes = notes;
    let sides = Sides {
        old_layers: &old_layers,
        old: Some(old),
        new,
        passes: &new_passes,
        old_of: &old_of,
        old_created: old.image.config.created.as_deref(),
        owners: &owners,
    };
    explain::explain(&mut outcome, &sides, options)?;
    Ok(outcome)
}

/// The old image's layers as its manifest and config claim them.
fn claimed<'a>(image: &Image, facts: &Facts) -> Vec<OldLayer<'a>> {
    let base = facts.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
    let layer = |(at, layer): (usize, &Layer)| {
        let origin = facts.layers.get(at).cloned().unwrap_or_default();
        OldLayer {
            digest: layer.digest,
            diff_id: layer.diff_id,
            size: layer.size.unwrap_or(0),
            content: None,
            instruction: origin.instruction,
            line: origin.line,
            is_base: at < base,
            entries: None,
        }
    };
    image.layers.iter().enumerate().map(layer).collect()
}

/// What the pass adds to a claimed layer.
fn read<'a>(layer: OldLayer<'_>, pass: &'a Pass) -> OldLayer<'a> {
    let entries = compare::entries(pass);
    let is_plain = pass.unpacked.as_ref().is_some_and(|unpacked| unpacked.compression == Compression::None);
    OldLayer {
        digest: layer.digest.or((!is_plain).then_some(pass.digest)),
        diff_id: layer.diff_id,
        size: pass.size,
        content: entries.map(files::content_digest),
        instruction: layer.instruction,
        line: layer.line,
        is_base: layer.is_base,
        entries,
    }
}

fn new_of(pairs: &[Pair]) -> BTreeMap<usize, usize> {
    pairs.iter().filter_map(|(old, new)| Some(((*old)?, (*new)?))).collect()
}

/// What differs in the packages, and which drifted files are theirs.
///
/// A database in one file holds all that is installed, so one that layers of one side alone wrote is compared with
/// the one in the layers that both sides share: only then are those read.
fn package_changes(
    (old, new): (&[Arc<Pass>], &[Arc<Pass>]),
    old_of: &BTreeMap<usize, usize>,
    drifted: &BTreeSet<LayerPath>,
    read_shared: &dyn Fn() -> Result<Vec<Arc<Pass>>, ScanError>,
) -> Result<(Changes, Owners), ScanError> {
    let old_tree = FileTree::stack(old.iter().map(|pass| contents(pass, None)));
    let new_tree = FileTree::stack(new.iter().map(|pass| contents(pass, None)));
    let catalogs = (scan::catalogs(&old_tree), scan::catalogs(&new_tree));
    if databases(&old_tree, &catalogs.0) == databases(&new_tree, &catalogs.1) {
        return Ok(compared((&old_tree, &catalogs.0), (&new_tree, &catalogs.1), drifted));
    }
    let shared = read_shared()?;
    let old_tree = FileTree::stack(old.iter().enumerate().map(|(at, pass)| contents(pass, shared.get(at))));
    let of_new = |at: usize| old_of.get(&at).and_then(|at| shared.get(*at));
    let new_tree = FileTree::stack(new.iter().enumerate().map(|(at, pass)| contents(pass, of_new(at))));
    let catalogs = (scan::catalogs(&old_tree), scan::catalogs(&new_tree));
    Ok(compared((&old_tree, &catalogs.0), (&new_tree, &catalogs.1), drifted))
}

/// What a layer holds: as it was read, else as the shared layer was.
fn contents<'a>(pass: &'a Pass, shared: Option<&'a Arc<Pass>>) -> &'a Contents {
    static NOTHING: Contents = Contents { entries: Vec::new(), captures: BTreeMap::new() };
    let own = |pass: &'a Pass| pass.unpacked.as_ref()?.contents.as_ref();
    own(pass).or_else(|| own(shared?)).unwrap_or(&NOTHING)
}

/// The databases that are one file.
fn databases<'c>(tree: &FileTree<'_>, catalogs: &'c [Catalog]) -> BTreeSet<(&'c str, &'c LayerPath)> {
    let is_file = |path| tree.follow(path).is_some_and(|(entry, _)| entry.kind != Kind::Directory);
    let files = catalogs.iter().filter(|catalog| is_file(&catalog.path));
    files.map(|catalog| (catalog.ecosystem, &catalog.path)).collect()
}

fn compared(
    old: (&FileTree<'_>, &[Catalog]),
    new: (&FileTree<'_>, &[Catalog]),
    drifted: &BTreeSet<LayerPath>,
) -> (Changes, Owners) {
    let changes = packages::between(old.1, new.1);
    let mut owners = Owners::new();
    owners::add(&mut owners, &changes, new, drifted);
    owners::add(&mut owners, &changes, old, drifted);
    (changes, owners)
}

fn args(old: &Image, new: &Image) -> Vec<config::Difference> {
    let values = |image: &Image| -> BTreeMap<String, String> {
        build::history::steps(image).into_iter().flat_map(|step| step.args).collect()
    };
    let (old, new) = (values(old), values(new));
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| config::Difference {
            field: name.clone(),
            expected: old.get(name).map(|value| shown(name, value)),
            found: new.get(name).map(|value| shown(name, value)),
        })
        .collect()
}

fn shown(name: &str, value: &str) -> String {
    if build::secrets::is_secret(name, value) {
        build::secrets::REDACTED.to_owned()
    } else {
        value.to_owned()
    }
}
