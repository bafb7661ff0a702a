//! Two locks' packages, side by side.

use super::*;
use crate::lockfile::Lockfile;
use crate::lockfile::model::LockedCatalog;

/// A lock of python packages in one site directory, and of databases with their digests.
fn lock(packages: &[LockedPackage], databases: &[(&str, &str, Option<&str>)]) -> Lockfile {
    let digest = crate::base::digest::Digest::from(crate::base::digest::Sha256::of(b"config"));
    let text = format!("version = 2\n\n[image]\nplatform = \"linux/amd64\"\nconfig = \"{digest}\"\n");
    let mut lock: Lockfile = toml::from_str(&text).unwrap();
    lock.package.insert("python".to_owned(), packages.to_vec());
    let catalog = |(ecosystem, path, bytes): &(&str, &str, Option<&str>)| LockedCatalog {
        ecosystem: (*ecosystem).to_owned(),
        path: (*path).to_owned(),
        layer: 0,
        digest: bytes.map(|bytes| crate::base::digest::Sha256::of(bytes.as_bytes())),
        packages: 0,
        problems: Vec::new(),
    };
    lock.catalog = databases.iter().map(catalog).collect();
    lock
}

fn package(name: &str, version: &str) -> LockedPackage {
    LockedPackage {
        name: name.to_owned(),
        version: version.to_owned(),
        location: "site".to_owned(),
        ..LockedPackage::default()
    }
}

fn of(package: LockedPackage, architecture: &str) -> LockedPackage {
    LockedPackage { architecture: Some(architecture.to_owned()), ..package }
}

fn from(package: LockedPackage, origin: &str) -> LockedPackage {
    LockedPackage { origin: Some(origin.to_owned()), ..package }
}

fn told(old: &Lockfile, new: &Lockfile) -> Vec<String> {
    let Changes { added, removed, changed, unchecked } = between(&Side::of_lock(old), &Side::of_lock(new));
    let changed = changed.iter().map(|item| {
        let fields: Vec<&str> = item.fields.iter().map(|field| field.name()).collect();
        format!("{} {} -> {}: {}", item.name, item.expected, item.found, fields.join(" "))
    });
    let removed = removed.iter().map(|item| format!("-{} {}", item.name, item.version));
    let added = added.iter().map(|item| format!("+{} {}", item.name, item.version));
    let unchecked = unchecked.iter().map(|item| format!("{}? {}", item.path, item.reason));
    changed.chain(removed).chain(added).chain(unchecked).collect()
}

fn packages(old: &[LockedPackage], new: &[LockedPackage]) -> Vec<String> {
    told(&lock(old, &[]), &lock(new, &[]))
}

#[test]
fn what_both_sides_have_is_compared_field_by_field() {
    let old = LockedPackage {
        state: Some("half-configured".to_owned()),
        content: Some(crate::base::digest::Sha256::of(b"1")),
        layer: 1,
        ..package("a", "1")
    };
    let new = LockedPackage { layer: 2, ..from(package("a", "1"), "https://example.org/a.whl") };
    assert_eq!(packages(std::slice::from_ref(&old), &[new]), ["a 1 -> 1: state origin content"]);
    assert_eq!(packages(std::slice::from_ref(&old), &[LockedPackage { layer: 3, ..old.clone() }]), [""; 0]);
}

#[test]
fn what_looks_secret_in_an_origin_is_not_compared_with_a_lock_that_still_has_it() {
    let [secret, hidden] = [
        "https://user:hunter2hunter2@example.org/a.whl",
        &inventory_of("https://user:hunter2hunter2@example.org/a.whl"),
    ]
    .map(|origin| from(package("a", "1"), origin));
    assert_ne!(secret, hidden);
    assert_eq!(packages(&[secret], &[hidden]), [""; 0]);
}

fn inventory_of(origin: &str) -> String {
    crate::scan::inventory::redacted(origin)
}

#[test]
fn of_packages_of_one_name_the_most_alike_are_paired() {
    let both = |version| [of(package("libc6", version), "amd64"), of(package("libc6", version), "i386")];
    assert_eq!(packages(&both("1"), &both("1")), [""; 0]);
    assert_eq!(packages(&both("1"), &both("2")), ["libc6 1 -> 2: version", "libc6 1 -> 2: version"]);
    assert_eq!(packages(&both("1"), &both("1")[..1]), ["-libc6 1"]);
    assert_eq!(
        packages(&both("1")[..1], &[of(package("libc6", "1"), "arm64")]),
        ["libc6 1 -> 1: architecture"]
    );
    // Two claims of one name in one place.
    assert_eq!(
        packages(&[package("a", "1"), package("a", "2")], &[package("a", "1"), package("a", "3")]),
        ["a 2 -> 3: version"]
    );
}

#[test]
fn the_same_package_in_another_place_is_another() {
    let elsewhere = LockedPackage { location: "venv".to_owned(), ..package("a", "1") };
    assert_eq!(packages(&[package("a", "1")], &[elsewhere]), ["-a 1", "+a 1"]);
}

#[test]
fn a_hundred_thousand_claims_of_one_name_are_paired_in_a_moment() {
    let claims = |origin: &str| -> Vec<LockedPackage> {
        (0..100_000).map(|at| from(package("a", "1"), &format!("{origin}{at}"))).collect()
    };
    assert_eq!(packages(&claims("a"), &claims("b")).len(), 100_000);
}

#[test]
fn a_database_that_is_not_read_is_unchecked_where_its_digest_differs() {
    let rpm = |bytes| lock(&[], &[("rpm", "var/lib/rpm/rpmdb.sqlite", bytes)]);
    let none = lock(&[], &[]);
    let told = |old: &Lockfile, new: &Lockfile| {
        super::between(&Side::of_lock(old), &Side::of_lock(new))
            .unchecked
            .into_iter()
            .map(|item| item.reason)
            .collect::<Vec<String>>()
    };
    assert_eq!(told(&rpm(Some("1")), &rpm(Some("1"))), [""; 0]);
    assert_eq!(told(&rpm(Some("1")), &rpm(Some("2"))), ["it changed, and its packages are not read"]);
    assert_eq!(told(&rpm(Some("1")), &none), ["it is gone, and its packages were not read"]);
    assert_eq!(
        told(&none, &rpm(Some("1"))),
        ["the old side has no such database, and its packages are not read"]
    );
    assert_eq!(told(&rpm(None), &rpm(Some("1"))), ["its packages could not be read"]);
    assert_eq!(told(&rpm(Some("1")), &rpm(None)), ["its packages were not read on the old side"]);
}

#[test]
fn nothing_is_said_of_the_packages_of_a_database_that_one_side_could_not_read() {
    let old = lock(&[package("a", "1")], &[("python", "site", None)]);
    let new = lock(&[], &[("python", "site", Some("too large"))]);
    assert_eq!(told(&old, &new), ["site? its packages could not be read"]);
}

#[test]
fn where_a_layer_could_not_be_read_every_database_is_unchecked_and_every_kind_where_none_is_known() {
    let known = lock(&[], &[("deb", "var/lib/dpkg/status", None), ("rpm", "var/lib/rpm/Packages", Some(""))]);
    let paths = |lock: &Lockfile| -> Vec<String> {
        let unchecked = all_unchecked(&Side::of_lock(lock), "why").into_iter();
        unchecked.map(|item| format!("{} {}: {}", item.ecosystem, item.path, item.reason)).collect()
    };
    assert_eq!(paths(&known), ["deb var/lib/dpkg/status: why", "rpm var/lib/rpm/Packages: why"]);
    let kinds = crate::ecosystem::REGISTRY.iter().map(|ecosystem| format!("{} /: why", ecosystem.id()));
    assert!(paths(&lock(&[], &[])).into_iter().eq(kinds));
}

#[test]
fn of_a_site_that_was_read_in_part_what_both_sides_tell_is_compared() {
    let site = |packages: &[LockedPackage], unread: Option<&str>| {
        let mut lock = lock(packages, &[("python", "site", unread)]);
        lock.catalog[0].packages = packages.len();
        lock
    };
    let six = from(package("six", "1"), "https://example.org/six");
    let old = site(&[package("numpy", "1"), package("six", "1")], Some("a broken file"));
    let new = [package("numpy", "2"), six.clone()];
    // Where the rest is the same, so is what it does not tell.
    let same = told(&old, &site(&new, Some("a broken file")));
    assert_eq!(same, ["numpy 1 -> 2: version", "six 1 -> 1: origin"]);
    let other = told(&old, &site(&new, Some("another")));
    let reason = "site? what could not be read of it is not the same on both sides";
    assert_eq!(other, ["numpy 1 -> 2: version", reason]);
    let whole = told(&old, &site(&new, None));
    assert_eq!(whole, ["numpy 1 -> 2: version", "site? not all of it could be read on the old side"]);
    let worse = told(&site(&new, None), &old);
    assert_eq!(worse, ["numpy 2 -> 1: version", "site? not all of it could be read"]);
    let gone = told(&old, &site(&new[..1], Some("another")));
    assert_eq!(gone, ["numpy 1 -> 2: version", "-six 1", reason]);
}
