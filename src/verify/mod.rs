//! Compares an image with its lock: layer by layer, then config and packages.
//!
//! Only what has to be read is read. A layer whose claimed digest is the locked one is hashed to prove the claim, and
//! not unpacked; one whose diff_id alone is the locked one is unpacked and hashed, but not walked; the others are
//! read whole. Digests decide: nothing here softens a tier.
//!
//! From a registry a layer is not fetched to prove what its manifest says: the manifest's bytes were hashed, so the
//! layer it names by the locked digest is the locked layer. Whether the registry can still deliver it is another
//! question, and the notes say that it was not asked.

pub mod config;
pub mod drift;
pub mod named;
pub mod packages;
pub mod pairing;
pub mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::digest::Digest;
use crate::build;
use crate::image::{Image, ImageSource, Layer};
use crate::layer::Contents;
use crate::layer::decompress::Compression;
use crate::layer::pass::{Depth, Pass};
use crate::lockfile::files::{self, LayerRows};
use crate::lockfile::model::{self, Lockfile};
use crate::scan::{self, ScanError};
use crate::tree::FileTree;
use config::Difference;
use drift::Drift;
use packages::{Changes, Evidence};
use pairing::{Pair, Sign};
use verdict::{Require, Tier};

/// What `verify` found.
#[derive(Debug)]
pub struct Outcome {
    /// The worst tier of any layer; `drifted` also where the config or the platform differs.
    pub verdict: Tier,
    /// Whether it is good enough for what was asked.
    pub passed: bool,
    /// What was asked.
    pub require: Require,
    /// The locked and the found manifest's digest, where there is one.
    pub manifests: (Option<Digest>, Option<Digest>),
    /// The layers, in the image's order; removed ones where they were.
    pub layers: Vec<LayerOutcome>,
    /// What differs in the config.
    pub config: Vec<Difference>,
    /// Build arguments that differ. They explain; they decide nothing.
    pub args: Vec<Difference>,
    /// What differs in the packages.
    pub packages: Changes,
    /// What the user should know: files that could not be named, and why.
    pub notes: Vec<String>,
}

/// What `verify` found of one layer.
#[derive(Debug)]
pub struct LayerOutcome {
    /// Its place in the image; for a removed layer, in the lock.
    pub index: usize,
    /// How alike it is.
    pub tier: Tier,
    /// Whether it stands on both sides.
    pub presence: Presence,
    /// Whether it is the base's.
    pub is_base: bool,
    /// The instruction that made it.
    pub instruction: Option<String>,
    /// Its line in the Dockerfile, from 1.
    pub line: Option<usize>,
    /// The locked side's digest and diff_id.
    pub expected: Option<Identity>,
    /// The image's side.
    pub found: Option<Identity>,
    /// The files that drifted; `None` where they cannot be named.
    pub drifts: Option<Vec<Drift>>,
}

/// On which side a layer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// On both.
    Both,
    /// In the image alone.
    Added,
    /// In the lock alone.
    Removed,
}

/// What names a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The blob's digest, where there is a blob apart from the tar.
    pub digest: Option<Digest>,
    /// The tar's digest.
    pub diff_id: Digest,
    /// The blob's bytes.
    pub size: u64,
}

/// Compares `image` with `lock`; `index` is the lock's file index, where there is one.
pub fn verify(
    source: &dyn ImageSource,
    image: &Image,
    lock: &Lockfile,
    index: Option<&[LayerRows]>,
    require: Require,
    options: &scan::Options<'_>,
) -> Result<Outcome, ScanError> {
    let pairs = pair(image, lock);
    let locked_of: BTreeMap<usize, usize> =
        pairs.iter().filter_map(|(locked, found)| Some(((*found)?, (*locked)?))).collect();
    let locked = |found: usize| locked_of.get(&found).and_then(|at| lock.layer.get(*at));
    let is_left = |at: usize, layer: &Layer| {
        source.is_remote()
            && image.manifest.is_some()
            && locked(at).is_some_and(|locked| is_named(layer, locked))
    };
    let depth = |at: usize, layer: &Layer| (!is_left(at, layer)).then(|| depth(layer, locked(at)));
    let passes = scan::layers(source, image, &depth, options)?;
    let left = image.layers.iter().enumerate().filter(|(at, layer)| is_left(*at, layer)).count();
    let notes = named::note(left, image.layers.len(), image.manifest).into_iter().collect();
    let mut comparison = Comparison { image, lock, index, passes: &passes, notes };
    let layers: Vec<LayerOutcome> = pairs.iter().filter_map(|pair| comparison.layer(*pair)).collect();
    let found_config = build::config::locked(&image.config.config);
    let config = config::differences(
        (&lock.image.platform, &lock.config),
        (&image.platform.to_string(), &found_config),
    );
    let packages = comparison.packages(&pairs);
    let worst = layers.iter().map(|layer| layer.tier).max().unwrap_or(Tier::Identical);
    let verdict = if config.is_empty() { worst } else { Tier::Drifted };
    let manifests = (lock.image.manifest, image.manifest);
    let passed = config.is_empty()
        && worst <= require.worst_layer()
        && match require {
            Require::Blob => manifests.0.zip(manifests.1).is_none_or(|(expected, found)| expected == found),
            Require::Packages => packages.is_empty(),
            Require::Layer | Require::Content => true,
        };
    let notes = comparison.notes;
    Ok(Outcome {
        verdict,
        passed,
        require,
        manifests,
        layers,
        config,
        args: args(image, lock),
        packages,
        notes,
    })
}

fn pair(image: &Image, lock: &Lockfile) -> Vec<Pair> {
    let found_instructions: Vec<Option<String>> = build::history::instructions(image)
        .into_iter()
        .map(|instruction| instruction.map(|text| build::history::signature(&text)))
        .collect();
    let locked_instructions: Vec<Option<String>> =
        lock.layer.iter().map(|layer| layer.instruction.as_deref().map(build::history::signature)).collect();
    let locked: Vec<Sign<'_>> = lock
        .layer
        .iter()
        .zip(&locked_instructions)
        .map(|(layer, instruction)| Sign { diff_id: layer.diff_id, instruction: instruction.as_deref() })
        .collect();
    let found: Vec<Sign<'_>> = image
        .layers
        .iter()
        .zip(&found_instructions)
        .map(|(layer, instruction)| Sign { diff_id: layer.diff_id, instruction: instruction.as_deref() })
        .collect();
    pairing::pair(&locked, &found)
}

/// How deep a layer must be read, going by what its image claims; the pass checks the claim.
fn depth(layer: &Layer, locked: Option<&model::Layer>) -> Depth {
    match locked {
        Some(locked) if layer.digest.is_some() && layer.digest == locked.digest => Depth::Blob,
        Some(locked) if layer.diff_id == locked.diff_id => Depth::DiffId,
        _ => Depth::Entries,
    }
}

/// Whether a layer's descriptor says all that the lock does: nothing of it is left to be told by its bytes.
fn is_named(layer: &Layer, locked: &model::Layer) -> bool {
    layer.digest.is_some()
        && layer.digest == locked.digest
        && layer.diff_id == locked.diff_id
        && layer.size == Some(locked.size)
}

fn args(image: &Image, lock: &Lockfile) -> Vec<Difference> {
    let steps = build::history::steps(image);
    let found: BTreeMap<&str, &str> = steps
        .iter()
        .flat_map(|step| &step.args)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut differences = Vec::new();
    for arg in lock.build.arg.iter().filter(|arg| arg.source == model::ArgSource::History && !arg.redacted) {
        let value = found.get(arg.name.as_str()).map(|value| (*value).to_owned());
        if value != arg.value {
            differences.push(Difference {
                field: arg.name.clone(),
                expected: arg.value.clone(),
                found: value,
            });
        }
    }
    differences
}

struct Comparison<'a> {
    image: &'a Image,
    lock: &'a Lockfile,
    index: Option<&'a [LayerRows]>,
    passes: &'a [Arc<Pass>],
    notes: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn layer(&mut self, (locked_at, found_at): Pair) -> Option<LayerOutcome> {
        let lock = self.lock;
        let locked = locked_at.and_then(|at| lock.layer.get(at));
        let found = found_at.and_then(|at| self.found(at));
        let base = self.lock.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
        let (tier, presence) = match (locked, found) {
            (Some(locked), Some((layer, pass))) => (tier(locked, layer, pass), Presence::Both),
            (None, Some(_)) => (Tier::Drifted, Presence::Added),
            (Some(_), None) => (Tier::Drifted, Presence::Removed),
            (None, None) => return None,
        };
        let drifts = match (locked_at, found_at) {
            (Some(locked_at), Some(found_at)) if tier >= Tier::MetadataOnly => {
                self.drifts(locked_at, found_at)
            }
            _ => Some(Vec::new()),
        };
        let instruction = locked.and_then(|locked| locked.instruction.clone()).or_else(|| {
            let mut instructions = build::history::instructions(self.image);
            let at = found_at.filter(|at| *at < instructions.len())?;
            instructions.swap_remove(at)
        });
        Some(LayerOutcome {
            index: found_at.or(locked_at)?,
            tier,
            presence,
            is_base: locked_at.is_some_and(|at| at < base),
            instruction,
            line: locked.and_then(|locked| locked.dockerfile_line),
            expected: locked.map(|layer| Identity {
                digest: layer.digest,
                diff_id: layer.diff_id,
                size: layer.size,
            }),
            found: found.map(|(layer, pass)| Identity {
                digest: layer.digest,
                diff_id: pass.unpacked.as_ref().map_or(layer.diff_id, |unpacked| unpacked.diff_id),
                size: pass.size,
            }),
            drifts,
        })
    }

    fn found(&self, at: usize) -> Option<(&'a Layer, &'a Pass)> {
        self.image.layers.get(at).zip(self.passes.get(at).map(Arc::as_ref))
    }

    fn drifts(&mut self, locked_at: usize, found_at: usize) -> Option<Vec<Drift>> {
        let Some(index) = self.index else {
            self.note("the lockfile's file index is not there: drifted files cannot be named");
            return None;
        };
        let Some(rows) = index.iter().find(|rows| rows.index == locked_at) else {
            self.note(&format!("the file index does not cover layer {locked_at}: its files cannot be named"));
            return None;
        };
        let contents = self.passes.get(found_at)?.unpacked.as_ref()?.contents.as_ref()?;
        Some(drift::between(&rows.entries, &contents.entries))
    }

    fn note(&mut self, text: &str) {
        if !self.notes.iter().any(|note| note == text) {
            self.notes.push(text.to_owned());
        }
    }

    fn packages(&self, pairs: &[Pair]) -> Changes {
        let was_walked = |at: usize| {
            self.passes
                .get(at)
                .and_then(|pass| pass.unpacked.as_ref())
                .is_some_and(|inside| inside.contents.is_some())
        };
        let unchanged: BTreeMap<usize, usize> = pairs
            .iter()
            .filter_map(|(locked, found)| Some(((*locked)?, (*found)?)))
            .filter(|(_, found)| !was_walked(*found))
            .collect();
        let is_whole = unchanged.len() == self.lock.layer.len() && self.passes.len() == unchanged.len();
        if is_whole && unchanged.iter().all(|(locked, found)| locked == found) {
            return Changes::default();
        }
        let from_index = self.known_rows(&unchanged);
        let nothing = Contents::default();
        let contents: Vec<&Contents> = (0..self.passes.len())
            .map(|at| {
                let walked = self.passes.get(at).and_then(|pass| pass.unpacked.as_ref()?.contents.as_ref());
                walked.or_else(|| from_index.get(&at)).unwrap_or(&nothing)
            })
            .collect();
        let tree = FileTree::stack(contents.iter().copied());
        let catalogs = scan::catalogs(&tree);
        let evidence = Evidence {
            lock: self.lock,
            unchanged: &unchanged,
            contents: &contents,
            catalogs: &catalogs,
            tree: &tree,
        };
        evidence.changes()
    }

    /// The rows that the file index has of layers that were not walked, by place in the image.
    fn known_rows(&self, unchanged: &BTreeMap<usize, usize>) -> BTreeMap<usize, Contents> {
        let rows = self.index.unwrap_or_default().iter();
        rows.filter_map(|rows| {
            let at = *unchanged.get(&rows.index)?;
            Some((at, Contents { entries: rows.entries.clone(), captures: BTreeMap::new() }))
        })
        .collect()
    }
}

fn tier(locked: &model::Layer, layer: &Layer, pass: &Pass) -> Tier {
    let diff_id = pass.unpacked.as_ref().map(|unpacked| unpacked.diff_id);
    let is_plain = pass.unpacked.as_ref().is_some_and(|unpacked| unpacked.compression == Compression::None);
    let has_blob = layer.digest.is_some() || !is_plain;
    let same_tar = diff_id.is_some_and(|diff_id| diff_id == locked.diff_id);
    if locked.digest == Some(pass.digest) || same_tar && (locked.digest.is_none() || !has_blob) {
        return Tier::Identical;
    }
    if same_tar {
        return Tier::CompressionOnly;
    }
    let contents = pass.unpacked.as_ref().and_then(|unpacked| unpacked.contents.as_ref());
    match contents.map(|contents| files::content_digest(&contents.entries)) {
        Some(content) if content == locked.content => Tier::MetadataOnly,
        _ => Tier::Drifted,
    }
}
