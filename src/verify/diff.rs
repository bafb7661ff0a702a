//! Compares two images, no lock needed.
//!
//! Layers that both manifests name by the same digest are the same by name and are not read. Packages are compared
//! where layers were read: what stands in a shared layer stands on both sides. But where one side alone rewrote a
//! database in one file, the shared layers are read for the one it replaced.

use std::collections::{BTreeMap, BTreeSet};

use super::explain::{self, Sides};
use super::outcome::Outcome;
use crate::base::path::LayerPath;
use crate::base::secrets;
use crate::build::{self, BuildFacts};
use crate::compare::config;
use crate::compare::container;
use crate::compare::container::Known;
use crate::compare::keeping::{self, Keeping};
use crate::compare::layers::{self, LayerComparison, Layers, OldLayer};
use crate::compare::outcome::Comparison;
use crate::compare::owners;
use crate::compare::owners::Owners;
use crate::compare::packages::{self, Changes};
use crate::compare::side::Readable;
use crate::ecosystem::Catalog;
use crate::formats::tar::entry::Kind;
use crate::image::{Image, Layer};
use crate::layer::decompress::Compression;
use crate::layer::pass::{Depth, Pass};
use crate::policy::Require;
use crate::scan::{self, ScanError};
use crate::tree::{FileTree, Rows};

/// Compares the image `new` with the image `old`, of which `facts` are known.
pub fn diff(
    old: Readable<'_>,
    facts: &BuildFacts,
    new: Readable<'_>,
    require: Require,
    options: &scan::Options<'_>,
) -> Result<Outcome, ScanError> {
    let claimed = claimed(old.image, facts);
    let equal = layers::equal(&claimed, new.image);
    let new_of: BTreeMap<usize, usize> = equal.iter().copied().collect();
    let old_of: BTreeMap<usize, usize> = equal.iter().map(|(old, new)| (*new, *old)).collect();
    let same_blob = |a: &Layer, b: &Layer| a.digest.is_some() && a.digest == b.digest;
    let plan = |layer: &Layer, other: Option<&Layer>| match other {
        Some(other) if same_blob(layer, other) => Depth::Claim,
        Some(_) => Depth::DiffId,
        None => Depth::Entries,
    };
    let old_depth =
        |at: usize, layer: &Layer| plan(layer, new_of.get(&at).and_then(|at| new.image.layers.get(*at)));
    let new_depth =
        |at: usize, layer: &Layer| plan(layer, old_of.get(&at).and_then(|at| old.image.layers.get(*at)));
    let keep = keeping::any_small(old.image, &old_depth);
    let old_passes = scan::layers_keeping(old.source, old.image, &old_depth, &|_, _| keep, options)?;
    let old_layers: Vec<OldLayer<'_>> =
        claimed.into_iter().zip(&old_passes).map(|(layer, pass)| read(layer, pass)).collect();
    let keeping = Keeping::plan(new, &new_depth, &old_layers, &equal);
    let keeps = |at: usize, path: &LayerPath| keeping.keep(at, path);
    let new_passes = scan::layers_keeping(new.source, new.image, &new_depth, &keeps, options)?;
    let rowless = |at: usize| format!("layer {at} was not read");
    let comparison =
        LayerComparison { old: &old_layers, image: new.image, passes: &new_passes, rowless: &rowless };
    let groups = layers::group(&old_layers, new.image, &layers::walked(&new_passes), &equal);
    let Layers { mut layers, rows: compared, mut notes } = comparison.layers(groups);
    let mut known = Known::of(container::rows(&old_passes), &new_passes, &equal);
    let rest = container::rest(new, &layers, &known, options)?;
    known.add(&rest, &equal);
    let ([mut old_tree, mut new_tree], mut catalogs) = merged(&known);
    let [old_databases, new_databases] =
        [databases(&old_tree, &catalogs[0]), databases(&new_tree, &catalogs[1])];
    let shared = match old_databases == new_databases {
        true => Vec::new(),
        false => container::unknown(new, &known, options)?,
    };
    if !shared.is_empty() {
        known.add(&shared, &equal);
        ([old_tree, new_tree], catalogs) = merged(&known);
    }
    let container = container::look(&mut layers, &known, (Some(&old_tree), &new_tree), &mut notes);
    let sides = [old.image, new.image]
        .map(|image| (image.platform.to_string(), build::config::locked(&image.config.config)));
    let [(old_platform, old_config), (new_platform, new_config)] = &sides;
    let config = config::differences((old_platform, old_config), (new_platform, new_config));
    let (packages, owners) = package_changes((&old_tree, &new_tree), &catalogs, &owners::drifted(&layers));
    let manifests = (old.image.manifest, new.image.manifest);
    let args = args(old.image, new.image);
    let facts = Comparison { manifests, layers, container, config, args, packages };
    let sides = Sides {
        old_layers: &old_layers,
        old: Some(old),
        old_passes: &old_passes,
        new,
        passes: &new_passes,
        old_created: old.image.config.created.as_deref(),
        owners: &owners,
    };
    let explanations = explain::explain(&facts, compared, &sides, &mut notes, options)?;
    Ok(Outcome::of(facts, explanations, require, notes))
}

/// Both sides' trees, and the package databases in them; made side by side.
fn merged<'a>(known: &Known<'a>) -> ([FileTree<'a>; 2], [Vec<Catalog>; 2]) {
    let side = |rows: Vec<Rows<'a>>| {
        let tree = FileTree::stack(rows);
        let catalogs = scan::catalogs(&tree);
        (tree, catalogs)
    };
    let ((old, old_catalogs), (new, new_catalogs)) =
        rayon::join(|| side(known.old_rows()), || side(known.new_rows()));
    ([old, new], [old_catalogs, new_catalogs])
}

/// The old image's layers as its manifest and config claim them.
fn claimed<'a>(image: &Image, facts: &BuildFacts) -> Vec<OldLayer<'a>> {
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
    let entries = layers::entries(pass);
    let is_plain = pass.unpacked.as_ref().is_some_and(|unpacked| unpacked.compression == Compression::None);
    OldLayer {
        digest: layer.digest.or((!is_plain).then_some(pass.digest)),
        diff_id: layer.diff_id,
        size: pass.size,
        content: None,
        instruction: layer.instruction,
        line: layer.line,
        is_base: layer.is_base,
        entries,
    }
}

/// The databases that are one file. Such a one holds all that is installed, so where layers of one side alone wrote it,
/// it is to be compared with the one in the layers that both sides share.
fn databases<'c>(tree: &FileTree<'_>, catalogs: &'c [Catalog]) -> BTreeSet<(&'c str, &'c LayerPath)> {
    let is_file = |path| tree.follow(path).is_some_and(|(entry, _)| entry.kind != Kind::Directory);
    let files = catalogs.iter().filter(|catalog| is_file(&catalog.path));
    files.map(|catalog| (catalog.ecosystem, &catalog.path)).collect()
}

fn package_changes(
    (old, new): (&FileTree<'_>, &FileTree<'_>),
    [old_catalogs, new_catalogs]: &[Vec<Catalog>; 2],
    drifted: &BTreeSet<LayerPath>,
) -> (Changes, Owners) {
    let changes = packages::between(old_catalogs, new_catalogs);
    let mut owners = Owners::new();
    owners::add(&mut owners, &changes, (new, new_catalogs), drifted);
    owners::add(&mut owners, &changes, (old, old_catalogs), drifted);
    owners::add_by_name(&mut owners, &changes, drifted);
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
    if secrets::is_secret(name, value) { secrets::REDACTED.to_owned() } else { value.to_owned() }
}
