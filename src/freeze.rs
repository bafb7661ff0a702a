//! Scans an image and writes down what it is.

mod known;
mod proving;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::agreement;
use crate::base::advice::Advice;
use crate::base::path::LayerPath;
use crate::base::secrets;
use crate::build::{self, BuildError, BuildFacts, Inputs};
use crate::ecosystem::{self, AskedFor, Asks, Catalog, Distribution, Integrity, Package};
use crate::formats::tar::entry::Entry;
use crate::image::{Image, ImageSource, Layer};
use crate::layer::Contents;
use crate::layer::decompress::Compression;
use crate::layer::pass::{Depth, Pass};
use crate::lockfile::files::content;
use crate::lockfile::model::{self, Lockfile};
use crate::lockfile::{LockError, hiding, store};
use crate::package_index::IndexError;
use crate::scan::{self, ScanError, inventory};
use crate::tree::FileTree;

pub use known::KnownLayers;

/// Why an image could not be frozen.
#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    /// Its layers could not be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The facts of its build could not be put together.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The indexes that hashes were to come from could not be asked.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The lockfile could not be written.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl Advice for FreezeError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Scan(error) => Advice::hint(error),
            Self::Build(error) => Advice::hint(error),
            Self::Index(error) => Advice::hint(error),
            Self::Lock(error) => Advice::hint(error),
        }
    }
}

/// Which layers' files the file index covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IndexScope {
    /// Every layer's.
    All,
    /// Those of the layers above the base; of every layer where the base is not known.
    #[default]
    Own,
    /// None: no index is written.
    None,
}

/// An image that was scanned, ready to be written or shown.
pub struct Snapshot {
    /// The lockfile, its `image.files` not yet set.
    pub lock: Lockfile,
    /// What the user should know.
    pub notes: Vec<String>,
    /// What packages' own lists say of the image's files, and what is so; the notes have it in words.
    pub integrity: Vec<Integrity>,
    passes: Vec<Arc<Pass>>,
}

/// What a scan saw, for whoever derives more of it.
pub struct Scanned<'a, 't> {
    /// What a container sees.
    pub tree: &'t FileTree<'a>,
    /// Its package databases.
    pub catalogs: &'t [Catalog],
    /// The lockfile, as it will be written.
    pub lock: &'t Lockfile,
}

/// Scans `image`, but for remote layers that are `reused`, and puts the lockfile together.
pub fn snapshot(
    source: &dyn ImageSource,
    image: &Image,
    inputs: &Inputs,
    reused: &KnownLayers,
    options: &scan::ScanOptions<'_>,
) -> Result<Snapshot, FreezeError> {
    let (snapshot, ()) = snapshot_and(source, image, inputs, reused, options, |_| ())?;
    Ok(snapshot)
}

/// The same, and what `derive` makes of the scan while its tree is there.
pub fn snapshot_and<T>(
    source: &dyn ImageSource,
    image: &Image,
    inputs: &Inputs,
    reused: &KnownLayers,
    options: &scan::ScanOptions<'_>,
    derive: impl FnOnce(&Scanned<'_, '_>) -> T,
) -> Result<(Snapshot, T), FreezeError> {
    // The facts first: a wrong Dockerfile or base is told in a moment, the layers take their time.
    let facts = build::facts(image, inputs)?;
    let known = reused.passes(source, image);
    let depth = |at: usize, _: &Layer| if known.contains_key(&at) { Depth::Claim } else { Depth::Entries };
    let mut passes = scan::layers(source, image, &depth, options)?;
    let mut notes = facts.notes.clone();
    notes.extend(reused.note(known.len(), passes.len()));
    for (at, pass) in known {
        if let Some(slot) = passes.get_mut(at) {
            *slot = pass;
        }
    }
    let tree = FileTree::stack(passes.iter().filter_map(|pass| contents(pass)));
    let mut catalogs = ecosystem::catalogs(&tree);
    let detours = ecosystem::detours(&tree, &catalogs);
    let distribution = ecosystem::distribution(&tree);
    let learnt = ecosystem::learn_hashes(&tree, &facts.archives, &mut catalogs);
    notes.extend(learnt.notes);
    if let Some(indexes) = &inputs.indexes {
        notes.extend(proving::prove(&tree, &mut catalogs, &learnt.disputed, indexes)?);
    }
    let integrity = ecosystem::integrity(&tree, &catalogs);
    notes.extend(integrity.iter().flat_map(Integrity::notes));
    notes.extend(media_type_notes(image, &passes));
    notes.extend(image.notes.iter().cloned());
    notes.extend(source.notes(image));
    let mut lock = Lockfile {
        version: model::VERSION,
        image: identity(image, &detours, distribution),
        package: packages(&catalogs, &facts, image),
        catalog: catalogs.iter().map(inventory::catalog).collect(),
        layer: layers(image, &passes, &facts),
        config: build::config::locked(&image.config),
        agreement: agreement::agreements(&facts.locks, &catalogs, image),
        base: facts.base,
        build: facts.build,
    };
    // From here on it is written and shown.
    hiding::hide(&mut lock);
    secrets::hide_all(&mut notes);
    let derived = derive(&Scanned { tree: &tree, catalogs: &catalogs, lock: &lock });
    drop(tree);
    Ok((Snapshot { lock, notes, integrity, passes }, derived))
}

impl Snapshot {
    /// Writes the lockfile to `path` and its file index beside it, as [`store::write`] does.
    pub fn write(&mut self, path: &Path, scope: IndexScope) -> Result<(), LockError> {
        let base = self.lock.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
        let from = match scope {
            IndexScope::None => None,
            IndexScope::All => Some(0),
            IndexScope::Own => Some(base),
        };
        let rows = from.map(|from| {
            self.passes.iter().enumerate().skip(from).filter_map(|(index, pass)| {
                let diff_id = pass.unpacked.as_ref()?.diff_id;
                Some((index, diff_id, contents(pass)?.entries.as_slice()))
            })
        });
        store::write(path, &mut self.lock, rows)
    }

    /// The entries of layer `index`.
    pub fn entries(&self, index: usize) -> &[Entry] {
        self.passes.get(index).and_then(|pass| contents(pass)).map_or(&[], |contents| &contents.entries)
    }
}

fn contents(pass: &Pass) -> Option<&Contents> {
    pass.unpacked.as_ref()?.contents.as_ref()
}

fn identity(image: &Image, detours: &[LayerPath], distribution: Option<Distribution>) -> model::LockedImage {
    let (id, version) = distribution.map(|it| (it.id, it.version)).unzip();
    model::LockedImage {
        reference: image.name.clone(),
        platform: image.platform.to_string(),
        media_type: image.media_type.clone(),
        index: image.index,
        manifest: image.manifest,
        config: image.config_digest,
        created: image.config.created.clone(),
        distribution: id,
        distribution_version: version.flatten(),
        files: None,
        detours: detours.iter().map(LayerPath::to_string).collect(),
    }
}

fn layers(image: &Image, passes: &[Arc<Pass>], facts: &BuildFacts) -> Vec<model::LockedLayer> {
    let mut layers = Vec::new();
    let mut lower: Vec<&[Entry]> = Vec::new();
    for (index, (layer, pass)) in image.layers.iter().zip(passes).enumerate() {
        let Some(unpacked) = &pass.unpacked else { continue };
        let entries = unpacked.contents.as_ref().map_or(&[][..], |contents| &contents.entries);
        let origin = facts.layers.get(index).cloned().unwrap_or_default();
        layers.push(model::LockedLayer {
            digest: blob_digest(layer.digest.is_some(), pass),
            diff_id: unpacked.diff_id,
            content: content::digest(entries, Some(&lower)),
            size: pass.size,
            uncompressed_size: unpacked.size,
            compression: unpacked.compression.name().to_owned(),
            files: entries.len(),
            instruction: origin.instruction,
            dockerfile_line: origin.line,
        });
        lower.push(entries);
    }
    layers
}

/// The blob's digest, where there is a blob apart from the tar: a plain tar in a docker-archive is not one.
fn blob_digest(is_named: bool, pass: &Pass) -> Option<crate::base::digest::Digest> {
    let is_plain = pass.unpacked.as_ref().is_some_and(|unpacked| unpacked.compression == Compression::None);
    (is_named || !is_plain).then_some(pass.digest)
}

fn media_type_notes(image: &Image, passes: &[Arc<Pass>]) -> Vec<String> {
    let mut notes = Vec::new();
    for (index, (layer, pass)) in image.layers.iter().zip(passes).enumerate() {
        let claimed = layer.media_type.as_deref().and_then(Compression::of_media_type);
        let actual = pass.unpacked.as_ref().map(|unpacked| unpacked.compression);
        if let (Some(claimed), Some(actual)) = (claimed, actual)
            && claimed != actual
        {
            let name = |compression| match compression {
                Compression::None => "a plain tar",
                Compression::Gzip => "gzip",
                Compression::Zstd => "zstd",
            };
            notes.push(format!(
                "layer {index} is {}, though its media type says {}",
                name(actual),
                name(claimed)
            ));
        }
    }
    notes
}

fn packages(
    catalogs: &[Catalog],
    facts: &BuildFacts,
    image: &Image,
) -> BTreeMap<String, Vec<model::LockedPackage>> {
    let mut locked: BTreeMap<String, Vec<model::LockedPackage>> = BTreeMap::new();
    let asks = Asks { requirements: &facts.requirements, platform: &image.platform };
    for ecosystem in ecosystem::REGISTRY {
        let packages: Vec<&Package> = of_ecosystem(catalogs, ecosystem.id()).collect();
        let mut asked = ecosystem.asked_for(&packages, &asks);
        let row = |(at, package): (usize, &&Package)| model::LockedPackage {
            requirement: asked.remove(&at).map(requirement),
            ..inventory::package(package)
        };
        let mut rows: Vec<model::LockedPackage> = packages.iter().enumerate().map(row).collect();
        rows.sort_by(|a, b| {
            let key = |row: &model::LockedPackage| {
                (row.name.clone(), row.version.clone(), row.architecture.clone(), row.location.clone())
            };
            key(a).cmp(&key(b))
        });
        if !rows.is_empty() {
            locked.insert(ecosystem.id().to_owned(), rows);
        }
    }
    locked
}

fn of_ecosystem<'a>(catalogs: &'a [Catalog], ecosystem: &str) -> impl Iterator<Item = &'a Package> {
    catalogs
        .iter()
        .filter(move |catalog| catalog.ecosystem == ecosystem)
        .flat_map(|catalog| &catalog.packages)
}

fn requirement(asked: AskedFor) -> model::LockedRequirement {
    let AskedFor { file, line, specifier, via } = asked;
    model::LockedRequirement { file, line, specifier, via }
}
