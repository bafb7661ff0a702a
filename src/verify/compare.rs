//! Compares layers: their tiers, and the files that drifted.

use std::sync::Arc;

use super::drift::{self, Drift};
use super::outcome::{Identity, LayerOutcome, Presence};
use super::pairing::{self, Pair, Sign};
use super::verdict::Tier;
use crate::base::digest::{Digest, Sha256};
use crate::build;
use crate::image::{Image, Layer};
use crate::layer::decompress::Compression;
use crate::layer::entry::Entry;
use crate::layer::pass::{Depth, Pass};
use crate::lockfile::files;

/// A layer of the old side: of a lock, or of another image.
#[derive(Debug, Clone)]
pub(super) struct OldLayer<'a> {
    /// The compressed blob's digest; `None` where there is no blob apart from the tar.
    pub(super) digest: Option<Digest>,
    pub(super) diff_id: Digest,
    pub(super) size: u64,
    /// The digest of its rows without metadata; `None` where it was not read.
    pub(super) content: Option<Sha256>,
    pub(super) instruction: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) is_base: bool,
    /// Its rows, where they are at hand.
    pub(super) entries: Option<&'a [Entry]>,
}

/// Pairs the old side's layers with the image's.
pub(super) fn pair(old: &[OldLayer<'_>], image: &Image) -> Vec<Pair> {
    let signature = |text: &String| build::history::signature(text);
    let found: Vec<Option<String>> =
        build::history::instructions(image).iter().map(|text| text.as_ref().map(signature)).collect();
    let expected: Vec<Option<String>> =
        old.iter().map(|layer| layer.instruction.as_ref().map(signature)).collect();
    let old: Vec<Sign<'_>> = old
        .iter()
        .zip(&expected)
        .map(|(layer, instruction)| Sign { diff_id: layer.diff_id, instruction: instruction.as_deref() })
        .collect();
    let new: Vec<Sign<'_>> = image
        .layers
        .iter()
        .zip(&found)
        .map(|(layer, instruction)| Sign { diff_id: layer.diff_id, instruction: instruction.as_deref() })
        .collect();
    pairing::pair(&old, &new)
}

/// How deep a layer must be read, going by what its image claims; the pass checks the claim.
pub(super) fn depth(layer: &Layer, old: Option<(Option<Digest>, Digest)>) -> Depth {
    match old {
        // One blob unpacks to one tar: where the diff_ids differ all the same, a side is wrong, and only reading tells.
        Some((digest, diff_id)) if layer.diff_id == diff_id => match layer.digest {
            Some(_) if layer.digest == digest => Depth::Blob,
            _ => Depth::DiffId,
        },
        _ => Depth::Entries,
    }
}

/// The layers of `image`, each with the old one it pairs with.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a [OldLayer<'a>],
    pub(super) image: &'a Image,
    pub(super) passes: &'a [Arc<Pass>],
    /// What to say where the old side's rows are not at hand, by the layer's place.
    pub(super) rowless: &'a dyn Fn(usize) -> String,
    pub(super) notes: Vec<String>,
}

impl<'a> Comparison<'a> {
    /// What is found of each pair.
    pub(super) fn layers(&mut self, pairs: &[Pair]) -> Vec<LayerOutcome> {
        let instructions = build::history::instructions(self.image);
        pairs.iter().filter_map(|pair| self.layer(*pair, &instructions)).collect()
    }

    fn layer(&mut self, (old_at, new_at): Pair, instructions: &[Option<String>]) -> Option<LayerOutcome> {
        let old = old_at.and_then(|at| self.old.get(at));
        let new = new_at.and_then(|at| self.found(at));
        let (tier, presence) = match (old, new) {
            (Some(old), Some((layer, pass))) => (tier(old, layer, pass), Presence::Both),
            (None, Some(_)) => (Tier::Drifted, Presence::Added),
            (Some(_), None) => (Tier::Drifted, Presence::Removed),
            (None, None) => return None,
        };
        let drifts = match (old, new_at) {
            // A base that moved is one finding; which of its files are others is that image's own affair.
            (Some(old), Some(_)) if old.is_base && tier == Tier::Drifted => Some(Vec::new()),
            (Some(old), Some(new_at)) if tier >= Tier::MetadataOnly => self.drifts(old, old_at?, new_at),
            _ => Some(Vec::new()),
        };
        let told = || instructions.get(new_at?)?.clone();
        Some(LayerOutcome {
            index: new_at.or(old_at)?,
            tier,
            presence,
            is_base: old.is_some_and(|old| old.is_base),
            instruction: old.and_then(|old| old.instruction.clone()).or_else(told),
            line: old.and_then(|old| old.line),
            expected: old.map(|old| Identity { digest: old.digest, diff_id: old.diff_id, size: old.size }),
            found: new.map(|(layer, pass)| Identity {
                digest: layer.digest,
                diff_id: pass.unpacked.as_ref().map_or(layer.diff_id, |unpacked| unpacked.diff_id),
                size: pass.size,
            }),
            drifts,
            causes: Vec::new(),
        })
    }

    fn found(&self, at: usize) -> Option<(&'a Layer, &'a Pass)> {
        self.image.layers.get(at).zip(self.passes.get(at).map(Arc::as_ref))
    }

    fn drifts(&mut self, old: &OldLayer<'_>, old_at: usize, new_at: usize) -> Option<Vec<Drift>> {
        let Some(rows) = old.entries else {
            let note = (self.rowless)(old_at);
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            return None;
        };
        Some(drift::between(rows, entries(self.passes.get(new_at)?)?))
    }
}

/// The entries of a layer that was walked.
pub(super) fn entries(pass: &Pass) -> Option<&[Entry]> {
    Some(&pass.unpacked.as_ref()?.contents.as_ref()?.entries)
}

fn tier(old: &OldLayer<'_>, layer: &Layer, pass: &Pass) -> Tier {
    let diff_id = pass.unpacked.as_ref().map(|unpacked| unpacked.diff_id);
    let is_plain = pass.unpacked.as_ref().is_some_and(|unpacked| unpacked.compression == Compression::None);
    let has_blob = layer.digest.is_some() || !is_plain;
    let same_tar = diff_id.is_some_and(|diff_id| diff_id == old.diff_id);
    let same_blob = old.digest == Some(pass.digest) && diff_id.is_none_or(|diff_id| diff_id == old.diff_id);
    if same_blob || same_tar && (old.digest.is_none() || !has_blob) {
        return Tier::Identical;
    }
    if same_tar {
        return Tier::CompressionOnly;
    }
    match entries(pass).map(files::content_digest) {
        Some(content) if Some(content) == old.content => Tier::MetadataOnly,
        _ => Tier::Drifted,
    }
}
