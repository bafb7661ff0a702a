//! Which packages stand otherwise to the project's own locks than on the old side.
//!
//! Of a lock, its agreements say what the project's locks chose; of two images, both are held against the locks of the old one's
//! build context.

use std::collections::BTreeMap;

use crate::agreement::{self, Turned};
use crate::compare::packages::Side;
use crate::ecosystem::Catalog;
use crate::image::Image;
use crate::lockfile::Lockfile;
use crate::lockfile::model::{LockedAgreement, LockedPackage};
use crate::project_locks::ReadLock;

/// Between what was locked and an image.
pub(super) fn of_lock(lock: &Lockfile, old: &Side<'_>, new: &Side<'_>) -> Vec<Turned> {
    let of = |side: &Side<'_>, ecosystem: &str| -> Vec<LockedPackage> {
        let own = side.packages().filter(|(id, _)| *id == ecosystem);
        own.map(|(_, package)| package.clone()).collect()
    };
    let one = |old_agreement: &LockedAgreement| {
        let [before, now] = [old, new].map(|side| of(side, &old_agreement.ecosystem));
        let retold = agreement::retold(
            old_agreement,
            &before.iter().collect::<Vec<_>>(),
            &now.iter().collect::<Vec<_>>(),
        );
        agreement::turned(old_agreement, &retold)
    };
    lock.agreement.iter().flat_map(one).collect()
}

/// Between two images, of which `old` and `new` are listed.
pub(super) fn of_images(
    locks: &[ReadLock],
    old: (&Image, &[Catalog]),
    new: (&Image, &[Catalog]),
) -> Vec<Turned> {
    let [old, new] = [old, new].map(|(image, catalogs)| agreement::agreements(locks, catalogs, image));
    let key = |agreement: &LockedAgreement| (agreement.lock.clone(), agreement.ecosystem.clone());
    let old: BTreeMap<_, _> = old.iter().map(|agreement| (key(agreement), agreement)).collect();
    new.iter()
        .flat_map(|new| old.get(&key(new)).map(|old| agreement::turned(old, new)).unwrap_or_default())
        .collect()
}
