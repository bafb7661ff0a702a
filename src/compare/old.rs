//! The old side of a comparison: a lock, or an image.
//!
//! Both are compared with an image in one walk (`compare::compare`). What is known of a lock and of an image differs, and so
//! does what is read of them and what is said of them; all of that stands here, a method each. How their packages are told
//! stands in `merged.rs`.

use std::borrow::Cow;
use std::sync::Arc;

use crate::base::digest::Digest;
use crate::build::{self, BuildFacts};
use crate::compare::config::Difference;
use crate::compare::inputs::args;
use crate::compare::known::KnownSide;
use crate::compare::layers;
use crate::compare::named;
use crate::compare::outcome::LayerOutcome;
use crate::compare::packages::concern::Ways;
use crate::compare::reading::pairs::Pairs;
use crate::compare::side::{OldLayer, Readable};
use crate::compare::uncompared::Uncompared;
use crate::image::{Image, Layer};
use crate::layer::decompress::Compression;
use crate::layer::pass::{Depth, Pass};
use crate::lockfile::attached::AttachedError;
use crate::lockfile::index::FileIndex;
use crate::lockfile::model::{self, LockedConfig, Lockfile};
use crate::project_locks::ReadLock;
use crate::tree::Rows;

/// What an image is compared with.
pub struct Old<'a>(Kind<'a>);

enum Kind<'a> {
    Lock { lock: &'a Lockfile, index: &'a FileIndex<'a>, against: Option<Readable<'a>> },
    Image { image: Readable<'a>, facts: &'a BuildFacts },
}

impl<'a> Old<'a> {
    /// What was locked: its lock and its file index, and the image that was locked, where it is still at hand: its bytes
    /// prove more causes.
    pub fn of_lock(lock: &'a Lockfile, index: &'a FileIndex<'a>, against: Option<Readable<'a>>) -> Self {
        Self(Kind::Lock { lock, index, against })
    }

    /// An image, of whose build `facts` are known.
    pub fn of_image(image: Readable<'a>, facts: &'a BuildFacts) -> Self {
        Self(Kind::Image { image, facts })
    }

    /// The image, where there is one to read.
    pub(crate) fn readable(&self) -> Option<Readable<'a>> {
        match self.0 {
            Kind::Lock { against, .. } => against,
            Kind::Image { image, .. } => Some(image),
        }
    }

    /// The lock, of which packages and layers are known that were not read.
    pub(crate) fn lock(&self) -> Option<&'a Lockfile> {
        match self.0 {
            Kind::Lock { lock, .. } => Some(lock),
            Kind::Image { .. } => None,
        }
    }

    /// The project's own locks, where they are at hand, and the image.
    pub(crate) fn locks(&self) -> Option<(&'a [ReadLock], &'a Image)> {
        match self.0 {
            Kind::Lock { .. } => None,
            Kind::Image { image, facts } => Some((&facts.locks, image.image)),
        }
    }

    /// What is known of the ways by which its tree reaches package databases.
    pub(crate) fn ways(&self) -> Ways {
        match self.0 {
            Kind::Lock { lock, .. } => Ways::Known { are_detours: !lock.image.detours.is_empty() },
            Kind::Image { .. } => Ways::Unknown,
        }
    }

    /// The manifest's digest, where there is one.
    pub(crate) fn manifest(&self) -> Option<Digest> {
        match self.0 {
            Kind::Lock { lock, .. } => lock.image.manifest,
            Kind::Image { image, .. } => image.image.manifest,
        }
    }

    /// Its config's digest.
    pub(crate) fn config_digest(&self) -> Digest {
        match self.0 {
            Kind::Lock { lock, .. } => lock.image.config,
            Kind::Image { image, .. } => image.image.config_digest,
        }
    }

    /// When it was made, in RFC 3339.
    pub(crate) fn created(&self) -> Option<&'a str> {
        match self.0 {
            Kind::Lock { lock, .. } => lock.image.created.as_deref(),
            Kind::Image { image, .. } => image.image.config.created.as_deref(),
        }
    }

    /// The platform, and what a container gets.
    pub(crate) fn config(&self) -> (String, Cow<'a, LockedConfig>) {
        match self.0 {
            Kind::Lock { lock, .. } => (lock.image.platform.clone(), Cow::Borrowed(&lock.config)),
            Kind::Image { image: Readable { image, .. }, .. } => {
                (image.platform.to_string(), Cow::Owned(build::config::locked(&image.config)))
            }
        }
    }

    /// The build arguments that `image` has otherwise. A lock has those that it learnt from history and does not hold back,
    /// and knows of no others; an image has all.
    pub(crate) fn args(&self, image: &Image) -> Vec<Difference> {
        match self.0 {
            // Of the very image that was locked, its own history tells more.
            Kind::Lock { lock, against: Some(old), .. } if lock.image.config == old.image.config_digest => {
                args::between(old.image, image)
            }
            Kind::Lock { lock, .. } => {
                let is_told = |arg: &&model::Arg| arg.source == model::ArgSource::History && !arg.redacted;
                let args = lock.build.arg.iter().filter(is_told);
                args::differences(args.map(|arg| (arg.name.clone(), arg.value.clone())).collect(), image)
            }
            Kind::Image { image: old, .. } => args::between(old.image, image),
        }
    }

    /// The arguments that `image` has too, and that are compared by name alone. Neither side's, where the configs, which hold
    /// the history that tells them, have one digest.
    pub(crate) fn uncompared_args(&self, image: &Image) -> Vec<Uncompared> {
        match self.0 {
            // As for `args`.
            Kind::Lock { lock, against: Some(old), .. } if lock.image.config == old.image.config_digest => {
                args::uncompared(&args::all_of_image(old.image), image)
            }
            Kind::Lock { lock, .. } => {
                let is_told = |arg: &&model::Arg| arg.source == model::ArgSource::History;
                let args = lock.build.arg.iter().filter(is_told);
                let args: Vec<_> = args.map(|arg| (arg.name.clone(), arg.value.clone())).collect();
                args::uncompared(&args, image)
            }
            Kind::Image { image: old, .. } => args::uncompared(&args::all_of_image(old.image), image),
        }
    }
}

/// What is read, and how deep.
impl<'a> Old<'a> {
    /// Its layers, as they are claimed.
    pub(crate) fn layers(&self) -> Vec<OldLayer<'a>> {
        match self.0 {
            Kind::Lock { lock, .. } => {
                let base = lock.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
                lock.layer.iter().enumerate().map(|(at, layer)| locked(layer, at < base)).collect()
            }
            Kind::Image { image, facts } => {
                let base = facts.base.as_ref().and_then(|base| base.layers).unwrap_or(0);
                let layer = |(at, layer): (usize, &Layer)| {
                    let origin = facts.layers.get(at).cloned().unwrap_or_default();
                    claimed(layer, origin, at < base)
                };
                image.image.layers.iter().enumerate().map(layer).collect()
            }
        }
    }

    /// Adds the rows that are at hand without reading any layer: those of a lock's index.
    pub(crate) fn list(&self, layers: &mut [OldLayer<'a>]) -> Result<(), AttachedError> {
        let Kind::Lock { index, .. } = self.0 else { return Ok(()) };
        for rows in index.rows()?.into_iter().flatten() {
            // Of two lists of one layer, the first.
            if let Some(layer) = layers.get_mut(rows.index).filter(|layer| layer.entries.is_none()) {
                layer.entries = Some(&rows.entries);
            }
        }
        Ok(())
    }

    /// How deep a layer of `new` must be read, going by what its image claims; the pass checks the claim. `twin` is the layer
    /// of the same diff_id.
    pub(crate) fn new_depth(&self, new: Readable<'_>, layer: &Layer, twin: Option<&OldLayer<'_>>) -> Depth {
        let Some(twin) = twin else { return Depth::Entries };
        let is_same_blob = layer.digest.is_some() && layer.digest == twin.digest;
        match self.0 {
            // What both manifests name by one digest is the same by name.
            Kind::Image { .. } if is_same_blob => Depth::Claim,
            // What a checked manifest names by all that the lock says is left where it is, if that is far away.
            Kind::Lock { .. } if is_same_blob => {
                let is_left = new.source.is_remote() && new.image.manifest.is_some();
                if is_left && layer.size == Some(twin.size) { Depth::Claim } else { Depth::Blob }
            }
            _ => Depth::DiffId,
        }
    }

    /// How deep each of its own layers must be read; `None` where none is. Of a lock's image, the layers that are others in the
    /// new image: what no index tells of them is told then, as it is of two images.
    pub(crate) fn depths(
        &self,
        layers: &[OldLayer<'_>],
        new: Readable<'_>,
        pairs: &Pairs,
    ) -> Option<(Readable<'a>, Vec<Depth>)> {
        match self.0 {
            Kind::Lock { against, .. } => {
                let old = against.filter(|old| !old.source.is_remote())?;
                let is_other = |at: usize| pairs.new_of(at).is_none();
                let depth = |at| if is_other(at) { Depth::Entries } else { Depth::Claim };
                let is_asked = (0..layers.len()).any(is_other);
                is_asked.then(|| (old, (0..old.image.layers.len()).map(depth).collect()))
            }
            Kind::Image { image, .. } => {
                let twin = |at: usize| new.image.layers.get(pairs.new_of(at)?);
                let depth = |(at, layer): (usize, &Layer)| match twin(at) {
                    Some(twin) if layer.digest.is_some() && layer.digest == twin.digest => Depth::Claim,
                    Some(_) => Depth::DiffId,
                    None => Depth::Entries,
                };
                Some((image, image.image.layers.iter().enumerate().map(depth).collect()))
            }
        }
    }

    /// Whether small files of its layers are kept while these are read, since nothing is known of the other side yet. Of a
    /// locked image few files are asked for, which are read again.
    pub(crate) fn keeps_small(&self) -> bool {
        matches!(self.0, Kind::Image { .. })
    }

    /// Adds to a layer what its pass tells. A lock's word stands.
    pub(crate) fn learn(&self, layer: &mut OldLayer<'a>, pass: &'a Pass) {
        layer.entries = layer.entries.or(layers::entries(pass));
        if let Kind::Image { .. } = self.0 {
            let is_plain =
                pass.unpacked.as_ref().is_some_and(|unpacked| unpacked.compression == Compression::None);
            layer.digest = layer.digest.or((!is_plain).then_some(pass.digest));
            layer.size = pass.size;
        }
    }

    /// Its layers' rows, to be merged: of layers that were read with the bytes that were kept for catalogs.
    pub(crate) fn rows(&self, layers: &[OldLayer<'a>], passes: &'a [Arc<Pass>]) -> KnownSide<'a> {
        let mut known = KnownSide::of_rows(layers.iter().map(|layer| layer.entries.map(Rows::from)));
        known.add(&KnownSide::of_passes(passes));
        known
    }
}

/// What is said of what was not read.
impl Old<'_> {
    /// What was left where it is, and what the place of `new` does not keep: that is worth a word only where the lock has it.
    pub(crate) fn notes(
        &self,
        new: Readable<'_>,
        depths: &[Depth],
        is_read: impl Fn(usize) -> bool,
    ) -> Vec<String> {
        let Kind::Lock { lock, .. } = self.0 else { return Vec::new() };
        let is_left = |(at, depth): &(usize, &Depth)| **depth == Depth::Claim && !is_read(*at);
        let left = depths.iter().enumerate().filter(is_left).count();
        let mut notes: Vec<String> =
            named::note(left, depths.len(), new.image.manifest).into_iter().collect();
        if lock.image.manifest.is_some() {
            notes.extend(new.source.notes(new.image));
        }
        notes
    }

    /// Why the files of its layers at `places` are not named, each reason once.
    pub(crate) fn unnamed(&self, places: &[usize]) -> Vec<String> {
        let mut notes = Vec::new();
        for at in places {
            let note = match self.0 {
                Kind::Lock { index, .. } if matches!(index.rows(), Ok(Some(_))) => {
                    format!("the file index does not cover layer {at}: its files cannot be named")
                }
                Kind::Lock { .. } => {
                    "the lockfile's file index is not there: drifted files cannot be named".to_owned()
                }
                Kind::Image { .. } => format!("layer {at} was not read"),
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }

    /// What to say where a lock's layers are gone and their files are not known.
    pub(crate) fn squashed(&self, layers: &[LayerOutcome], old_layers: &[OldLayer<'_>]) -> Option<String> {
        (self.lock().is_some() && layers::has_unlisted(layers, old_layers)).then(|| {
            "layers are gone whose files the index does not list: if they were squashed into others, their files count as added; --against IMAGE compares them".to_owned()
        })
    }
}

fn locked<'a>(layer: &model::LockedLayer, is_base: bool) -> OldLayer<'a> {
    OldLayer {
        digest: layer.digest,
        diff_id: layer.diff_id,
        size: layer.size,
        content: Some(layer.content),
        instruction: layer.instruction.clone(),
        line: layer.dockerfile_line,
        is_base,
        entries: None,
    }
}

fn claimed<'a>(layer: &Layer, origin: build::Origin, is_base: bool) -> OldLayer<'a> {
    OldLayer {
        digest: layer.digest,
        diff_id: layer.diff_id,
        size: layer.size.unwrap_or(0),
        content: None,
        instruction: origin.instruction,
        line: origin.line,
        is_base,
        entries: None,
    }
}

#[cfg(test)]
mod tests;
