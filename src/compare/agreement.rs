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
    let one = |agreement: &LockedAgreement| agreement::turned(agreement, &retold(agreement, old, Some(new)));
    lock.agreement.iter().flat_map(one).collect()
}

/// What became of an agreement with what `new` has; without one, with nothing.
fn retold(agreement: &LockedAgreement, old: &Side<'_>, new: Option<&Side<'_>>) -> LockedAgreement {
    let of = |side: &Side<'_>| -> Vec<LockedPackage> {
        let own = side.packages().filter(|(id, _)| *id == agreement.ecosystem);
        own.map(|(_, package)| package.clone()).collect()
    };
    let (before, now) = (of(old), new.map(of).unwrap_or_default());
    agreement::retold(agreement, &before.iter().collect::<Vec<_>>(), &now.iter().collect::<Vec<_>>())
}

/// Between two images, of which `old` and `new` are listed.
pub(super) fn of_images(
    locks: &[ReadLock],
    old: (&Image, &[Catalog], &Side<'_>),
    new: (&Image, &[Catalog]),
) -> Vec<Turned> {
    let (was, is) = (agreement::agreements(locks, old.1, old.0), agreement::agreements(locks, new.1, new.0));
    let key = |agreement: &LockedAgreement| (agreement.lock.clone(), agreement.ecosystem.clone());
    let mut rest: BTreeMap<_, Vec<LockedAgreement>> = BTreeMap::new();
    for agreement in is {
        rest.entry(key(&agreement)).or_default().push(agreement);
    }
    let mut turned = Vec::new();
    let mut lonely = Vec::new();
    for was in was {
        // A lock may be held against several environments, each to its own part of it.
        let news = rest.entry(key(&was)).or_default();
        match news.iter().position(|is| agreement::is_one_place(&was, is)) {
            Some(at) => turned.extend(agreement::turned(&was, &news.remove(at))),
            None => lonely.push(was),
        }
    }
    for was in lonely {
        let news = rest.entry(key(&was)).or_default();
        turned.extend(match news.is_empty() {
            true => agreement::turned(&was, &retold(&was, old.2, None)),
            false => agreement::turned(&was, &news.remove(0)),
        });
    }
    // Of an environment that is new, what is as locked is no news.
    for is in rest.into_values().flatten() {
        let nothing = LockedAgreement { as_locked: Vec::new(), package: Vec::new(), ..is.clone() };
        turned.extend(agreement::turned(&nothing, &is).into_iter().filter(Turned::is_lost));
    }
    turned
}
