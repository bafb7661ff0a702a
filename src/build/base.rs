//! Which image this one was built on, and how many of its layers are that image's.

use super::error::BuildError;
use super::history::HistoryStep;
use super::provenance::Provenance;
use crate::base::digest::Digest;
use crate::base::secrets;
use crate::dockerfile::{self, Chain, Expanded, Stages};
use crate::image::Image;
use crate::lockfile::model::{DigestSource, LockedBase};

const NAME: &str = "org.opencontainers.image.base.name";
const DIGEST: &str = "org.opencontainers.image.base.digest";

/// A base image that was given and read.
pub struct BaseImage {
    /// As the user wrote it.
    pub given: String,
    /// The name it carries.
    pub name: Option<String>,
    /// The digest of the multi-platform index it was picked from, if it was.
    pub index: Option<Digest>,
    /// Its manifest's digest.
    pub manifest: Option<Digest>,
    /// Where none of these is known, the digest that registries are said to have it by.
    pub pulled_by: Option<Digest>,
    /// Its layers' diff_ids.
    pub diff_ids: Vec<Digest>,
}

/// `[base]`, from the most certain source of each part: the base image itself, the image's annotations or labels,
/// the Dockerfile's FROM, the provenance, the history.
pub(super) fn locked(
    image: &Image,
    provenance: Option<&Provenance>,
    given: Option<&BaseImage>,
    steps: &[HistoryStep],
    own_from: Option<usize>,
    dockerfile: Option<(&Stages<'_>, &Chain<'_>)>,
) -> Result<Option<LockedBase>, BuildError> {
    let from = dockerfile.and_then(|(stages, chain)| from(stages, chain));
    if from == Some(From::Scratch) && given.is_none() {
        return Ok(None);
    }
    let (from_name, from_digest) = match from {
        Some(From::Image(name, digest)) => (Some(name), digest),
        _ => (None, None),
    };
    let reference = from_name
        .or_else(|| annotation(image, NAME).cloned())
        .or_else(|| given.and_then(|base| base.name.clone()));
    let attested = provenance.and_then(|provenance| provenance.base(reference.as_deref()));
    let given_digest = given.and_then(|base| base.index.or(base.manifest).or(base.pulled_by));
    let digest = given_digest.or_else(|| annotated(image)).or(from_digest);
    let digest = digest.or(attested.map(|(_, digest)| *digest));
    // Only a base that was read says of its digest that it is an index's.
    let manifest = given.and_then(|base| base.index.and(base.manifest));
    let reference = reference.or_else(|| attested.map(|(name, _)| name.clone()));
    let layers = match given {
        Some(base) => Some(shared_layers(image, base)?),
        None => boundary(steps, own_from).map(|own| layers_before(steps, own)),
    };
    let base = LockedBase { reference, digest, manifest, layers };
    Ok((base.reference.is_some() || base.digest.is_some()).then_some(base))
}

fn annotation<'a>(image: &'a Image, key: &str) -> Option<&'a String> {
    image.annotations.get(key).or_else(|| image.config.config.labels.get(key))
}

/// The base's digest as the image carries it.
pub(super) fn annotated(image: &Image) -> Option<Digest> {
    annotation(image, DIGEST).and_then(|digest| digest.parse().ok())
}

/// Where the digest in `[base]` was learnt, which FROM names as `name`; `looked_up` is who had the base, if it was looked for.
pub(super) fn digest_source(
    image: &Image,
    provenance: Option<&Provenance>,
    name: &str,
    given: Option<&BaseImage>,
    looked_up: Option<DigestSource>,
) -> DigestSource {
    let has_digest = |base: &BaseImage| base.index.or(base.manifest).or(base.pulled_by).is_some();
    if given.is_some_and(has_digest) || annotated(image).is_some() {
        return DigestSource::Base;
    }
    let attested = provenance.and_then(|provenance| provenance.base(Some(name))).is_some();
    looked_up.filter(|_| !attested).unwrap_or(DigestSource::Provenance)
}

/// The name in the FROM that the target starts at, and the digest that it pins.
pub(super) fn named_in(stages: &Stages<'_>, chain: &Chain<'_>) -> Option<(String, Option<Digest>)> {
    match from(stages, chain)? {
        From::Image(name, digest) => Some((name, digest)),
        From::Scratch => None,
    }
}

/// The first step that is the image's own, where the base's layers tell.
pub(super) fn own_steps(base: Option<&LockedBase>, steps: &[HistoryStep]) -> usize {
    let Some(layers) = base.and_then(|base| base.layers).filter(|layers| *layers > 0) else { return 0 };
    steps
        .iter()
        .position(|step| step.layer.is_some_and(|layer| layer + 1 == layers))
        .map_or(0, |last| last + 1)
}

/// Whether the target starts from nothing.
pub(super) fn is_scratch(stages: &Stages<'_>, chain: &Chain<'_>) -> bool {
    from(stages, chain) == Some(From::Scratch)
}

#[derive(PartialEq)]
enum From {
    Scratch,
    Image(String, Option<Digest>),
}

fn from(stages: &Stages<'_>, chain: &Chain<'_>) -> Option<From> {
    let stage = stages.stages.get(*chain.stages.first()?)?;
    if stage.base == dockerfile::StageBase::Scratch {
        return Some(From::Scratch);
    }
    if secret_argument(&stage.expanded).is_some() || !stage.expanded.unset.is_empty() {
        return None;
    }
    let (name, digest) = parted(stage.expanded.text.trim())?;
    Some(From::Image(name.to_owned(), digest.and_then(|digest| digest.parse().ok())))
}

/// The name of an image and the digest behind it, as written; `None` where it is no name: what stands before a host
/// (`user:password@`) is nothing to say.
pub(super) fn parted(text: &str) -> Option<(&str, Option<&str>)> {
    let (name, digest) = match text.rsplit_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    let is_digest = |digest: &str| ["sha256:", "sha512:"].iter().any(|kind| digest.starts_with(kind));
    let is_name = !name.is_empty() && !name.contains('@') && digest.is_none_or(is_digest);
    is_name.then_some((name, digest))
}

/// The argument in a name whose value is secret, so that the name is not told.
pub(super) fn secret_argument(expanded: &Expanded) -> Option<&String> {
    expanded.used.iter().find(|name| secrets::is_secret_name(name))
}

fn shared_layers(image: &Image, base: &BaseImage) -> Result<usize, BuildError> {
    for (layer, expected) in base.diff_ids.iter().enumerate() {
        let own = image.layers.get(layer).map(|layer| layer.diff_id);
        if own != Some(*expected) {
            return Err(BuildError::NotItsBase {
                base: base.given.clone(),
                layer,
                expected: expected.to_string(),
                found: own.map_or_else(|| "missing".to_owned(), |own| own.to_string()),
            });
        }
    }
    Ok(base.diff_ids.len())
}

/// The first step of the image's own: buildah says `FROM <name>` there, and the Dockerfile's first instruction that
/// the history tells stands there.
fn boundary(steps: &[HistoryStep], own_from: Option<usize>) -> Option<usize> {
    let is_from_name = |step: &HistoryStep| {
        step.comment
            .as_deref()
            .and_then(|comment| comment.strip_prefix("FROM "))
            .is_some_and(|name| !is_id(name))
    };
    // A base built by buildah carries such comments too; the last one is this build's.
    steps.iter().rposition(is_from_name).or(own_from)
}

/// Whether `name` is the short id of an intermediate image.
fn is_id(name: &str) -> bool {
    name.len() >= 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn layers_before(steps: &[HistoryStep], own: usize) -> usize {
    let before = steps.iter().take(own).filter_map(|step| step.layer).max().map(|layer| layer + 1);
    // Where the history lost the base's steps, its layers still come before the first own one.
    let first_own = steps.iter().skip(own).find_map(|step| step.layer);
    before.or(first_own).unwrap_or(0)
}
