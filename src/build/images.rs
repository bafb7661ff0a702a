//! The images that went into a build, by name and digest: those that the Dockerfile names.
//!
//! Where the Dockerfile has no digest, `[base]` tells that of the base, the provenance those of the build, and whoever keeps
//! images what their names lead to at the time of the freeze: each digest is locked with where it was learnt.
//!
//! What it refuses to do: a tag is no digest, and a name that is not all known is none. What the name of the base leads to
//! today is not taken where that is not what the image was built on.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::digest::Digest;
use crate::base::limits;
use crate::base::text::listed;
use crate::build::base;
use crate::build::lookup::{self, Lookup, Unknown};
use crate::build::provenance::{Provenance, familiar};
use crate::dockerfile::{Stages, named_images};
use crate::image::reference;
use crate::lockfile::model::{DigestSource, LockedNamedImage};

/// Names that one note lists.
const LISTED: usize = 3;

/// Notes on names that were looked up in vain.
const TOLD: usize = 5;

/// What tells digests.
#[derive(Default)]
pub(super) struct Sources<'a> {
    pub(super) provenance: Option<&'a Provenance>,
    /// The name in the FROM that the target starts at, and what is known of its digest.
    pub(super) base: Option<(String, Option<(Digest, DigestSource)>)>,
    /// Where to look, in this order.
    pub(super) lookups: &'a [Lookup],
    /// Why nobody else is asked, for people.
    pub(super) unasked: &'a str,
}

/// A name without a digest, and why none is known so far.
struct Open {
    /// As the Dockerfile writes it, in each way that it does.
    references: BTreeSet<String>,
    name: String,
    why: Unknown,
}

/// `[[build.image]]`: by name and digest, each once.
pub(super) fn locked(
    stages: &Stages<'_>,
    sources: &Sources<'_>,
    notes: &mut Vec<String>,
) -> Vec<LockedNamedImage> {
    let mut images: BTreeSet<LockedNamedImage> = BTreeSet::new();
    let mut open: BTreeMap<String, Open> = BTreeMap::new();
    let mut unnamed: BTreeMap<String, String> = BTreeMap::new();
    for image in named_images(stages) {
        let text = image.expanded.text.trim();
        let unset = image.expanded.unset.first().map(|name| (name, "has no value"));
        let secret = || base::secret_argument(&image.expanded).map(|name| (name, "is secret"));
        if let Some((argument, why)) = unset.or_else(secret) {
            unnamed
                .entry(image.written.text.clone())
                .or_insert_with(|| format!("{argument} in its name {why}"));
            continue;
        }
        let Some((reference, digest)) = base::parted(text) else { continue };
        if let Some(digest) = digest {
            let pinned = digest.parse().ok().map(|digest| entry(reference, digest, DigestSource::Dockerfile));
            images.extend(pinned);
            continue;
        }
        // What a trigger names is an image, or a stage, of another build.
        if image.trigger {
            continue;
        }
        match known(text, sources) {
            Known::Digest(digest, source) => drop(images.insert(entry(text, digest, source))),
            Known::Told => {}
            Known::Nothing => {
                let new =
                    || Open { references: BTreeSet::new(), name: text.to_owned(), why: Unknown::Unasked };
                let open = open.entry(familiar(text)).or_insert_with(new);
                open.references.insert(text.to_owned());
            }
        }
    }
    let unnamed = unnamed
        .iter()
        .map(|(written, argument)| format!("the digest of {written} is not known: the ARG {argument}"));
    notes.extend(unnamed);
    let open = look_up(open.into_values().collect(), sources.lookups, &mut images);
    notes.extend(notes_on(&open, sources.unasked));
    images.into_iter().collect()
}

/// Where no Dockerfile is at hand, all that the provenance names.
pub(super) fn attested(provenance: &Provenance) -> Vec<LockedNamedImage> {
    let images = provenance.images.iter().chain(&provenance.frontends);
    let images = images.map(|(name, digest)| entry(name, *digest, DigestSource::Provenance));
    images.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is known of a name without asking anybody.
enum Known {
    Digest(Digest, DigestSource),
    /// Nothing, and a note says so already.
    Told,
    Nothing,
}

fn known(name: &str, sources: &Sources<'_>) -> Known {
    let base = sources.base.as_ref().filter(|(base, _)| familiar(base) == familiar(name));
    if let Some((_, Some((digest, source)))) = base {
        return Known::Digest(*digest, *source);
    }
    match sources.provenance.and_then(|provenance| provenance.digest(name)) {
        Some(digest) => Known::Digest(digest, DigestSource::Provenance),
        None if base.is_some() && !sources.lookups.is_empty() => Known::Told,
        None => Known::Nothing,
    }
}

fn entry(reference: &str, digest: Digest, source: DigestSource) -> LockedNamedImage {
    LockedNamedImage { reference: reference.to_owned(), digest, source }
}

/// Asks each place for what is still open; what is left of it.
fn look_up(mut open: Vec<Open>, lookups: &[Lookup], images: &mut BTreeSet<LockedNamedImage>) -> Vec<Open> {
    if lookups.is_empty() {
        return open;
    }
    let beyond = open.split_off(limits::ASKED_NAMES.min(open.len()));
    for lookup in lookups {
        if open.is_empty() {
            break;
        }
        let names: Vec<String> = open.iter().map(|open| open.name.clone()).collect();
        let source = lookup::source(lookup.keeper);
        let answers = (lookup.digests)(&names).into_iter();
        let mut left = Vec::new();
        for (open, answer) in open.into_iter().zip(answers) {
            match answer {
                Ok(digest) => {
                    images.extend(open.references.iter().map(|reference| entry(reference, digest, source)));
                }
                Err(why) => left.push(Open { why, ..open }),
            }
        }
        open = left;
    }
    let why = || Unknown::Missed(format!("more than {} images are named", limits::ASKED_NAMES));
    open.extend(beyond.into_iter().map(|open| Open { why: why(), ..open }));
    open
}

/// What is said of the names whose digests are not known.
fn notes_on(open: &[Open], unasked: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let names: Vec<&str> =
        open.iter().filter(|open| open.why == Unknown::Unasked).map(|open| open.name.as_str()).collect();
    if let [only] = names.as_slice() {
        notes.push(format!("the digest of {only} is not known: {unasked}"));
    } else if !names.is_empty() {
        let listed = listed(names.iter(), LISTED);
        notes.push(format!("the digests of {listed} are not known: {unasked}"));
    }
    let missed = open.iter().filter_map(|open| match &open.why {
        Unknown::Missed(reason) => Some((open.name.as_str(), reason.as_str())),
        Unknown::Unasked => None,
    });
    let missed: Vec<(&str, &str)> = missed.collect();
    notes.extend(reference::unknown_digests(missed.into_iter(), 0, TOLD));
    notes
}

#[cfg(test)]
mod tests;
