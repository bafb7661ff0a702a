//! The image of a `docker save` archive as the archive's own layout has it.
//!
//! Such an archive has two lists, and engines differ in which they read: Docker with containerd's store takes `index.json`,
//! others `manifest.json`. Where both lead to the same image, the layout's is given, so that digests are known. Where they
//! lead to two under one name, neither is: what one engine runs would be verified by the other's bytes.

use crate::base::digest::Digest;
use crate::image::error::{DocumentFault, ImageError};
use crate::image::layout::blobs::Blobs;
use crate::image::layout::documents::{Leaf, entries};
use crate::image::layout::search::{Leaves, Search};
use crate::image::layout::select::label;
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::{Index, Manifest, Parsed};
use crate::image::manifest::platform::Platform;
use crate::image::names::same;

/// The image that `manifest.json` names.
pub(crate) struct Saved<'a> {
    /// Its config's digest.
    pub(crate) config: Digest,
    /// The name it goes by there.
    pub(crate) name: Option<&'a str>,
    /// Whether it is the only one there.
    pub(crate) is_sole: bool,
}

/// Chooses a leaf below the first entry that leads to a manifest which `agrees`; `None` where no entry does.
pub(crate) fn choose<B: Blobs + ?Sized>(
    blobs: &B,
    saved: &Saved<'_>,
    agrees: impl Fn(&Manifest) -> bool,
    platform: Option<&Platform>,
) -> Result<Option<Leaf>, ImageError> {
    let mut search = Search::new(blobs);
    // An index that cannot be followed describes nothing; `manifest.json` still does.
    let Index { entries, note } = match entries(blobs) {
        Err(error) if error.is_ambiguous() => return Err(error),
        entries => entries.ok().flatten().unwrap_or_default(),
    };
    search.notes.extend(note);
    let mut chosen = None;
    let mut elsewhere = Vec::new();
    for entry in &entries {
        let mut leaves = Leaves::default();
        match search.expand(entry, None, &label(entry), 0, &mut leaves) {
            Err(error) if error.is_ambiguous() => return Err(error),
            Err(_) => continue,
            Ok(()) => {}
        }
        let below = search.below(&leaves, saved.config, &agrees)?;
        match below {
            Below::Image if chosen.is_none() => chosen = Some(leaves),
            Below::Other(manifest) => elsewhere.push((entry, manifest)),
            Below::Image | Below::Nothing => {}
        }
    }
    let is_named = |entry: &Descriptor| {
        let names = [entry.containerd_name(), entry.ref_name()];
        names.into_iter().flatten().any(|name| saved.name.is_some_and(|own| same(own, name)))
    };
    let is_alone = saved.is_sole && chosen.is_none();
    if let Some((_, manifest)) = elsewhere.iter().find(|(entry, _)| is_alone || is_named(entry)) {
        let (index, saved) = (manifest.to_string(), saved.config.to_string());
        return Err(ImageError::at(blobs.reference(), DocumentFault::TwoImages { index, saved }));
    }
    let Some(leaves) = chosen else { return Ok(None) };
    let leaf = search.by_platform(leaves, platform)?;
    Ok(Some(Leaf { notes: search.notes, ..leaf }))
}

/// What an entry of `index.json` leads to.
enum Below {
    /// The image that `manifest.json` names, among others of its platforms.
    Image,
    /// Another image: the digest of its manifest.
    Other(Digest),
    /// Nothing that is here, or that image's config with other layers, as Docker 25.0 wrote it.
    Nothing,
}

impl<B: Blobs + ?Sized> Search<'_, B> {
    fn below(
        &mut self,
        leaves: &Leaves,
        config: Digest,
        agrees: &impl Fn(&Manifest) -> bool,
    ) -> Result<Below, ImageError> {
        let (mut other, mut is_same_config) = (None, false);
        for leaf in &leaves.reached {
            let manifest = match self.look(leaf) {
                Some(Ok(Parsed::Manifest(manifest))) if manifest.artifact().is_none() => manifest,
                Some(Err(error)) if error.is_ambiguous() => return Err(error),
                _ => continue,
            };
            if agrees(&manifest) {
                return Ok(Below::Image);
            }
            match manifest.config.digest("", "").ok() == Some(config) {
                true => is_same_config = true,
                false => other = other.or(Some(leaf.digest)),
            }
        }
        Ok(other.filter(|_| !is_same_config).map_or(Below::Nothing, Below::Other))
    }
}
