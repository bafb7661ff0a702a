//! The packages that differ between two images are those that differ between their freezes, whoever is asked: `verify`,
//! `verify --against` and `diff`, whatever of the layers they read.
//!
//! Random layered images (`made.rs`) are frozen, each read whole; what is in one lock and not in the other is told here
//! without a word of the program's own comparison, and held to what each of the three says. `REPROLOCK_TREES` names how many
//! pairs to make; `.ci/e2e` makes 2,000.

mod corpus;
pub(crate) mod made;
mod said;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reprolock::Require;
use reprolock::internal::base::limits::Expansion;
use reprolock::internal::base::observer::Silent;
use reprolock::internal::build::{self, Inputs};
use reprolock::internal::compare::packages::{Changed, Changes, Listed, Unchecked};
use reprolock::internal::compare::side::Readable;
use reprolock::internal::freeze::{IndexScope, KnownLayers, snapshot};
use reprolock::internal::image::reference::{Reference, open};
use reprolock::internal::image::{self, ImageSource, OpenOptions};
use reprolock::internal::lockfile::index::FileIndex;
use reprolock::internal::lockfile::model::{LockedBase, LockedCatalog, LockedPackage, Lockfile};
use reprolock::internal::lockfile::store;
use reprolock::internal::scan::ScanOptions;
use reprolock::internal::verify::{self, Locked, Outcome};

use crate::support::{Files, Image, Place};
use made::Pair;

const OPTIONS: ScanOptions<'_> =
    ScanOptions { expansion: Expansion { bytes: 1 << 30, ratio: 1000 }, observer: &Silent };

/// An image on disk, opened, and its lock.
struct Frozen {
    source: Box<dyn ImageSource>,
    image: image::Image,
    lock: Lockfile,
}

impl Frozen {
    fn in_form(form: &str, files: &Files, (base, scope): (usize, IndexScope), path: &Path) -> Self {
        std::fs::write(path, files.archive()).unwrap();
        let reference = format!("{form}:{}", path.display()).parse::<Reference>().unwrap();
        let source = open(&reference, &OpenOptions::default()).unwrap();
        let image = source.image(None).unwrap();
        let mut frozen =
            snapshot(&*source, &image, &Inputs::default(), &KnownLayers::default(), &OPTIONS).unwrap();
        frozen.lock.base =
            Some(LockedBase { reference: None, digest: None, manifest: None, layers: Some(base) });
        let path = path.with_extension("lock");
        frozen.write(&path, scope).unwrap();
        let lock = store::read(&path).unwrap();
        Self { source, image, lock }
    }

    fn readable(&self) -> Readable<'_> {
        Readable { source: &*self.source, image: &self.image }
    }
}

/// What the three ways of asking say of packages.
fn said(old: &Frozen, new: &Frozen, lock: &Path) -> [(&'static str, Outcome); 3] {
    let index = FileIndex::beside(lock, &old.lock);
    let verified = |against| {
        let locked = Locked { lock: &old.lock, index: &index, against };
        verify::verify(new.readable(), &locked, Require::Packages, &OPTIONS).unwrap()
    };
    let facts = build::facts(&old.image, &Inputs::default()).unwrap();
    let diff = verify::diff(old.readable(), &facts, new.readable(), Require::Packages, &OPTIONS).unwrap();
    [("verify", verified(None)), ("verify --against", verified(Some(old.readable()))), ("diff", diff)]
}

/// A package without what says how it came into the image.
fn row(package: &LockedPackage) -> LockedPackage {
    LockedPackage { layer: 0, requirement: None, ..package.clone() }
}

/// Ecosystem, name and place.
type Key = (String, String, String);

/// What each side alone has, by what it is called and where it stands. Of databases of which something other was not read on
/// both sides, nothing is known; but of Python's, which are listed by name, what both sides tell.
fn only(old: &Lockfile, new: &Lockfile) -> BTreeMap<Key, [Vec<LockedPackage>; 2]> {
    let mut rows: BTreeMap<Key, [Vec<LockedPackage>; 2]> = BTreeMap::new();
    for (at, lock) in [old, new].into_iter().enumerate() {
        for (ecosystem, package) in
            lock.package.iter().flat_map(|(of, packages)| packages.iter().map(move |item| (of, item)))
        {
            let key = (ecosystem.clone(), package.name.clone(), package.location.clone());
            rows.entry(key).or_default()[at].push(row(package));
        }
    }
    let unread = unread(old, new);
    let is_unread = |key: &Key| unread.contains(&(key.0.clone(), key.2.clone()));
    rows.retain(|key, _| key.0 == "python" || !is_unread(key));
    for (key, [old, new]) in &mut rows {
        remove_same(old, new, |a, b| a == b);
        if is_unread(key) {
            remove_same(old, new, |a, b| known_fields(a, b).is_empty());
        }
    }
    rows.retain(|_, [old, new]| !old.is_empty() || !new.is_empty());
    rows
}

/// Takes from both what is the `same`.
fn remove_same(
    old: &mut Vec<LockedPackage>,
    new: &mut Vec<LockedPackage>,
    same: impl Fn(&LockedPackage, &LockedPackage) -> bool,
) {
    old.retain(|package| match new.iter().position(|other| same(package, other)) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
}

/// Names of the keys that differ, as the lockfile spells them.
fn fields(a: &LockedPackage, b: &LockedPackage) -> Vec<String> {
    let table = |package: &LockedPackage| toml::Table::try_from(row(package)).unwrap();
    let (a, b) = (table(a), table(b));
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    keys.into_iter().filter(|key| a.get(*key) != b.get(*key)).cloned().collect()
}

/// As `fields`, of those that both have.
fn known_fields(a: &LockedPackage, b: &LockedPackage) -> Vec<String> {
    let table = |package: &LockedPackage| toml::Table::try_from(row(package)).unwrap();
    let (a, b) = (table(a), table(b));
    let is_unknown =
        |value: Option<&toml::Value>| value.is_none_or(|value| value.as_str() == Some("unknown"));
    // Its owner is told by another database.
    let is_known =
        |key: &&String| *key == "owner" || ![&a, &b].iter().any(|table| is_unknown(table.get(*key)));
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    keys.into_iter().filter(is_known).filter(|key| a.get(*key) != b.get(*key)).cloned().collect()
}

/// `ecosystem name version` of what is on one side alone or changed, each as often as it is.
fn wrong(changes: &Changes, old: &Lockfile, new: &Lockfile) -> Option<String> {
    let expected = only(old, new);
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let of_side = |at: usize| {
        let lines = expected.iter().flat_map(|((ecosystem, name, _), sides)| {
            sides[at].iter().map(move |package| format!("{ecosystem} {name} {}", package.version))
        });
        sorted(lines.collect())
    };
    let listed = |listed: &[Listed]| -> Vec<String> {
        listed.iter().map(|item| format!("{} {} {}", item.ecosystem, item.name, item.version)).collect()
    };
    let changed = |version: fn(&Changed) -> &String| {
        let one = |item| format!("{} {} {}", item_of(item).0, item_of(item).1, version(item));
        changes.changed.iter().map(one).collect::<Vec<String>>()
    };
    let told = [
        sorted([listed(&changes.removed), changed(|item| &item.expected)].concat()),
        sorted([listed(&changes.added), changed(|item| &item.found)].concat()),
    ];
    let mut named: Vec<String> = Vec::new();
    let unread = unread(old, new);
    for ((ecosystem, name, place), [old, new]) in &expected {
        if let ([before], [now]) = (old.as_slice(), new.as_slice()) {
            let fields =
                if unread.contains(&(ecosystem.clone(), place.clone())) { known_fields } else { fields };
            named.push(format!("{ecosystem} {name} {:?}", fields(before, now)));
        }
    }
    let names = |item: &Changed| {
        let mut fields: Vec<&str> = item.fields.iter().map(|field| field.name()).collect();
        fields.sort_unstable();
        format!("{} {} {fields:?}", item.ecosystem, item.name)
    };
    let fields: Vec<String> = changes.changed.iter().map(names).collect();
    let told_unchecked: Vec<(String, String)> = changes
        .unchecked
        .iter()
        .map(|Unchecked { ecosystem, path, .. }| (ecosystem.clone(), path.clone()))
        .collect();
    let is_right = told == [of_side(0), of_side(1)]
        && named.iter().all(|line| fields.contains(line))
        && unread == told_unchecked;
    (!is_right).then(|| format!("{changes:#?}\nfreezes: {expected:#?}\nunread: {unread:?}"))
}

fn item_of(item: &Changed) -> (&str, &str) {
    (&item.ecosystem, &item.name)
}

/// The databases whose digests differ.
fn unread(old: &Lockfile, new: &Lockfile) -> Vec<(String, String)> {
    let of = |lock: &Lockfile| -> BTreeMap<(String, String), String> {
        let digest = |catalog: &LockedCatalog| {
            Some(((catalog.ecosystem.clone(), catalog.path.clone()), catalog.digest?.hex()))
        };
        lock.catalog.iter().filter_map(digest).collect()
    };
    let (old, new) = (of(old), of(new));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
    keys.into_iter().filter(|key| old.get(key) != new.get(key)).collect()
}

/// How the index lists the pair's layers, one after the other.
fn scope(seed: u64) -> IndexScope {
    [IndexScope::Own, IndexScope::Own, IndexScope::All, IndexScope::None][usize::try_from(seed % 4).unwrap()]
}

#[test]
fn the_packages_that_differ_are_those_between_two_freezes() {
    let count: u64 = std::env::var("REPROLOCK_TREES").map_or(60, |count| count.parse().unwrap());
    let place = Place::new();
    let (mut different, mut wrongs) = (0, Vec::new());
    for seed in 0..count {
        let Pair { images: [old, new], base } = made::pair(seed);
        // What `docker save` wrote of old names no blobs, and its layers are no blobs beside their tars.
        let frozen = |image: &Image, scope, path: &Path| match seed % 5 {
            0 => Frozen::in_form("docker-archive", &image.docker(), (base, scope), path),
            _ => Frozen::in_form("oci-archive", &image.oci(), (base, scope), path),
        };
        let old = frozen(&old, scope(seed), &place.path("old.tar"));
        let new = frozen(&new, IndexScope::None, &place.path("new.tar"));
        different += usize::from(!only(&old.lock, &new.lock).is_empty());
        for (way, outcome) in said(&old, &new, &place.path("old.lock")) {
            if let Some(wrong) = wrong(&outcome.facts.packages, &old.lock, &new.lock) {
                wrongs.push(format!("pair {seed}, {way}: {wrong}"));
            }
        }
    }
    eprintln!("{count} pairs, {different} with other packages, {} answers wrong", wrongs.len());
    assert!(wrongs.is_empty(), "{} wrong, the first: {}", wrongs.len(), wrongs[0]);
    assert!(different as u64 > count / 4, "{different} of {count} pairs differ: too few to tell anything");
}
