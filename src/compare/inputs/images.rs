//! The images that both builds name, and whose digests differ. They explain a drift and decide nothing.
//!
//! The new image's are known by the provenance that lies beside it, a lock's by what it recorded. A digest that may be one
//! platform's manifest is not held against the one of an index: of what a lock has from the base alone, nothing is said.
//!
//! What it refuses to do: of one image, whose manifest is the locked one, no provenance is fetched; nor where there is nothing
//! to hold it against.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::digest::Digest;
use crate::base::secrets;
use crate::build::provenance::{self, Provenance, familiar};
use crate::compare::config::Difference;
use crate::compare::old::Old;
use crate::compare::side::Readable;
use crate::lockfile::Lockfile;
use crate::lockfile::model::DigestSource;

/// The digests that a side knows of each name, and the name as it writes it.
type Named = BTreeMap<String, (String, BTreeSet<Digest>)>;

/// Which images of `old` the provenance of `new` has otherwise; what could not be read of it is noted.
pub(crate) fn differences(old: &Old<'_>, new: Readable<'_>, notes: &mut Vec<String>) -> Vec<Difference> {
    if old.manifest().is_some() && old.manifest() == new.image.manifest {
        return Vec::new();
    }
    let known = match (old.lock(), old.readable()) {
        (Some(lock), _) => of_lock(lock),
        (None, Some(image)) => of_image(image, notes),
        (None, None) => Named::new(),
    };
    if known.is_empty() {
        return Vec::new();
    }
    let other = of_image(new, notes);
    let differs = |(key, (name, digests)): (&String, &(String, BTreeSet<Digest>))| {
        let (_, others) = other.get(key)?;
        digests.is_disjoint(others).then(|| {
            let mut field = name.clone();
            secrets::hide(&mut field);
            Difference { field, expected: listed(digests), found: listed(others) }
        })
    };
    known.iter().filter_map(differs).collect()
}

fn listed(digests: &BTreeSet<Digest>) -> Option<String> {
    let digests: Vec<String> = digests.iter().map(ToString::to_string).collect();
    (!digests.is_empty()).then(|| digests.join(" or "))
}

fn add(named: &mut Named, name: &str, digest: Digest) {
    named.entry(familiar(name)).or_insert_with(|| (name.to_owned(), BTreeSet::new())).1.insert(digest);
}

fn of_lock(lock: &Lockfile) -> Named {
    let mut named = Named::new();
    for image in lock.build.image.iter().filter(|image| image.source != DigestSource::Base) {
        add(&mut named, &image.reference, image.digest);
    }
    // Of a base that was read, both digests are known: whichever the other side has, it is this image.
    let base =
        lock.base.iter().filter_map(|base| Some((base.reference.as_deref()?, base.digest?, base.manifest?)));
    for (name, digest, manifest) in base {
        add(&mut named, name, digest);
        add(&mut named, name, manifest);
    }
    named
}

fn of_image(image: Readable<'_>, notes: &mut Vec<String>) -> Named {
    let (provenance, unread) = provenance::read(&image.source.attestations(image.image), image.image);
    notes.extend(unread);
    let mut named = Named::new();
    let Some(Provenance { images, frontends, .. }) = provenance else { return named };
    for (name, digest) in images.iter().chain(&frontends) {
        add(&mut named, name, *digest);
    }
    named
}
