//! Names of images, looked up where images are kept: the base that FROM names, and the digests of what else a Dockerfile names.
//!
//! A tag may lead elsewhere by now than when the image was built, so what is found proves itself: all of its layers
//! must be the image's first ones. What does not is no base, and is told. A digest that the Dockerfile pins, or that
//! the image or its provenance carries, is asked for by itself, and is not replaced by one that was found.

use super::base::{self, BaseImage};
use super::provenance::Provenance;
use crate::base::digest::Digest;
use crate::dockerfile::{Chain, Stages};
use crate::image::{Image, Keeper};
use crate::lockfile::model::DigestSource;

/// Looks for the image that FROM names: the image there, or why there is none.
pub type FindBase = Box<dyn Fn(&str) -> Result<BaseImage, String>>;

/// Looks up what names lead to, each with a tag or none: the digests in the names' order, or why they are not known.
pub type FindDigests = Box<dyn Fn(&[String]) -> Vec<Result<Digest, Unknown>>>;

/// A place to look for images.
pub struct Lookup {
    /// What it is.
    pub keeper: Keeper,
    /// The base.
    pub base: FindBase,
    /// Digests of what else the Dockerfile names.
    pub digests: FindDigests,
}

/// Why a digest is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// Whoever keeps the image was not asked.
    Unasked,
    /// They were, and this is why they do not tell.
    Missed(String),
}

/// What the lockfile calls a digest that was learnt there.
pub(super) fn source(keeper: Keeper) -> DigestSource {
    match keeper {
        Keeper::Engine => DigestSource::Engine,
        Keeper::Registry => DigestSource::Registry,
    }
}

/// The base image that FROM names, from the first place that has the one `image` was built on.
pub(super) fn base(
    image: &Image,
    provenance: Option<&Provenance>,
    lookups: &[Lookup],
    (stages, chain): (&Stages<'_>, &Chain<'_>),
    notes: &mut Vec<String>,
) -> Option<(BaseImage, DigestSource)> {
    let (name, pinned) = base::named_in(stages, chain)?;
    let attested = || provenance.and_then(|provenance| Some(provenance.base(Some(&name))?.1));
    let known = base::annotated(image).or(pinned).or_else(attested);
    let asked = known.map_or_else(|| name.clone(), |digest| format!("{name}@{digest}"));
    let mut missed = None;
    for lookup in lookups {
        match (lookup.base)(&asked) {
            Ok(base) if is_base(&base, image) => {
                return Some((with_digest(base, known), source(lookup.keeper)));
            }
            Ok(_) => missed = Some("what has this name now is not what the image was built on".to_owned()),
            Err(reason) => missed = Some(reason),
        }
    }
    let missed = missed.filter(|_| known.is_none());
    notes.extend(missed.map(|reason| format!("the digest of FROM {name} is not known: {reason}")));
    None
}

/// What lies there, with the digest that is known of it, and none that does not go with it.
fn with_digest(image: BaseImage, known: Option<Digest>) -> BaseImage {
    let Some(known) = known else { return image };
    let index = image.index.filter(|index| *index == known);
    let manifest = image.manifest.filter(|manifest| index.is_some() || *manifest == known);
    BaseImage { index, manifest, pulled_by: Some(known), ..image }
}

fn is_base(base: &BaseImage, image: &Image) -> bool {
    let layers = image.layers.iter().map(|layer| layer.diff_id);
    !base.diff_ids.is_empty()
        && base.diff_ids.len() <= image.layers.len()
        && layers.zip(&base.diff_ids).all(|(layer, diff_id)| layer == *diff_id)
}
