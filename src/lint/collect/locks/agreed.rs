//! What several lockfiles of one source agree on: images that were built from one Dockerfile with other arguments, or a lock
//! that was forgotten.
//!
//! What it refuses to do: it takes no lock's side. What they have otherwise is left out, and named.

use crate::lockfile::Lockfile;
use crate::lockfile::model::{Arg, DigestSource, LockedNamedImage};

/// The first of `locks` without what another one has otherwise, and the words for what that is.
pub(super) fn of_one_source(locks: &[&Lockfile]) -> Option<(Lockfile, Vec<&'static str>)> {
    let (first, others) = locks.split_first()?;
    let mut agreed = (*first).clone();
    let mut divided = Vec::new();
    let is_same = |same: &dyn Fn(&Lockfile) -> bool| others.iter().all(|other| same(other));
    if !is_same(&|other| base(other) == base(first)) {
        agreed.base = None;
        divided.push("the base");
    }
    // Each lock knows what its own build named: only two digests of one name are a quarrel, and such a name has no pin.
    agreed.build.image = locks.iter().flat_map(|lock| lock.build.image.iter().cloned()).collect();
    if has_two_digests(&mut agreed.build.image) {
        divided.push("images");
    }
    if !is_same(&|other| args(other) == args(first)) {
        let is_in_all = |arg: &Arg| others.iter().all(|other| other.build.arg.contains(arg));
        agreed.build.arg.retain(is_in_all);
        divided.push("build arguments");
    }
    if !is_same(&|other| other.package == first.package) {
        let is_in_all = |ecosystem: &String, packages: &Vec<_>| {
            others.iter().all(|other| other.package.get(ecosystem) == Some(packages))
        };
        agreed.package.retain(|ecosystem, packages| is_in_all(ecosystem, packages));
        divided.push("packages");
    }
    if !is_same(&|other| other.image.reference == first.image.reference) {
        agreed.image.reference = None;
    }
    if !is_same(&|other| other.image.platform == first.image.platform) {
        divided.push("the platform");
    }
    Some((agreed, divided))
}

/// The images that `locks` know, for a source that is no single one's: a compose file, a script.
pub(super) fn of_many_images(locks: &[&Lockfile]) -> Option<Lockfile> {
    let mut all = (*locks.first()?).clone();
    all.base = None;
    all.image.reference = None;
    all.build.image = locks.iter().flat_map(|lock| named(lock)).collect();
    all.build.arg.clear();
    all.package.clear();
    Some(all)
}

/// All that a lock knows a digest of: what its Dockerfile names, its base, and the image itself.
fn named(lock: &Lockfile) -> Vec<LockedNamedImage> {
    let entry = |reference: &Option<String>, digest| {
        Some(LockedNamedImage { reference: reference.clone()?, digest: digest?, source: DigestSource::Base })
    };
    let base = lock.base.iter().filter_map(|base| entry(&base.reference, base.digest));
    let own = entry(&lock.image.reference, lock.image.index.or(lock.image.manifest));
    lock.build.image.iter().cloned().chain(base).chain(own).collect()
}

fn base(lock: &Lockfile) -> Option<(&Option<String>, &Option<crate::base::digest::Digest>)> {
    lock.base.as_ref().map(|base| (&base.reference, &base.digest))
}

fn args(lock: &Lockfile) -> Vec<(&str, Option<&str>)> {
    lock.build.arg.iter().map(|arg| (arg.name.as_str(), arg.value.as_deref())).collect()
}

/// Whether a name has two digests. The list is sorted, and each entry stands once.
fn has_two_digests(images: &mut Vec<LockedNamedImage>) -> bool {
    images.sort();
    images.dedup();
    images.windows(2).any(|pair| match pair {
        [one, other] => one.reference == other.reference && one.digest != other.digest,
        _ => false,
    })
}
