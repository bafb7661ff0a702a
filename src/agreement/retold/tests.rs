//! What an agreement becomes: the same package keeps its row, sources are held against sources.

use super::*;
use crate::agreement::turned;
use crate::lockfile::model::AskedBy;
use crate::python::archives::HashSource;

const SITE: &str = "app/lib/python3.12/site-packages";

/// Packages as images have them: from an index, a URL, a repository, a folder, with hashes and without, conda's.
fn packages() -> Vec<LockedPackage> {
    let plain = LockedPackage {
        name: "a".to_owned(),
        version: "1".to_owned(),
        location: SITE.to_owned(),
        ..LockedPackage::default()
    };
    let hash = format!("sha256:{}", "0".repeat(64)).parse().unwrap();
    let mut packages = vec![plain.clone(), LockedPackage { hashes: vec![hash], ..plain.clone() }];
    for origin in [
        "https://example.org/a-1.tar.gz",
        "git+https://example.org/a.git@0123456789abcdef",
        "file:///app/libs/a",
        "editable",
        "editable file:///app",
    ] {
        packages.push(LockedPackage { origin: Some(origin.to_owned()), ..plain.clone() });
    }
    let (build, channel) = (Some("py_0".to_owned()), Some("https://example.org/c".to_owned()));
    packages.push(LockedPackage { build, channel, ..plain });
    packages
}

/// An agreement in which the package has that row; as locked where it has none.
fn agreement(row: Option<AgreementRow>) -> LockedAgreement {
    LockedAgreement {
        lock: "a.lock".to_owned(),
        format: "uv-lock".to_owned(),
        ecosystem: "python".to_owned(),
        environment: Some(SITE.to_owned()),
        asked: Vec::new(),
        asked_by: AskedBy::Dockerfile,
        dockerfile_line: None,
        as_locked: if row.is_none() { vec!["a".to_owned()] } else { Vec::new() },
        file: Vec::new(),
        package: row.into_iter().collect(),
    }
}

const REASONS: [Option<&str>; 9] = [
    None,
    Some(MISSING),
    Some("marker"),
    Some("group:dev"),
    Some("project"),
    Some("not asked for"),
    Some("build"),
    Some("channel"),
    Some("bytes"),
];

const SOURCES: [Option<&str>; 6] = [
    None,
    Some("1"),
    Some("2, 3"),
    Some("https://example.org/a-1.tar.gz"),
    Some("https://example.org/a.git@main"),
    Some("./libs/a"),
];

/// Every row that a package can have with every status, reason and source; the first one is of what is as locked.
fn rows(package: &LockedPackage) -> Vec<Option<AgreementRow>> {
    let mut rows = vec![None];
    for status in Status::ALL {
        for reason in REASONS {
            for locked in SOURCES {
                let (reason, locked) = (reason.map(str::to_owned), locked.map(str::to_owned));
                let plain = AgreementRow { reason, locked, ..row("a", status) };
                let is_there = status != Status::Absent;
                rows.push(Some(if is_there { there(plain, package) } else { plain }));
            }
        }
    }
    rows
}

fn is_there(row: Option<&AgreementRow>) -> bool {
    row.is_none_or(|row| row.status != Status::Absent)
}

#[test]
fn what_did_not_change_stands_to_the_lock_as_it_did() {
    let other = LockedPackage {
        name: "b".to_owned(),
        version: "9".to_owned(),
        location: SITE.to_owned(),
        ..LockedPackage::default()
    };
    for package in packages() {
        for row in rows(&package) {
            let installed = if is_there(row.as_ref()) { vec![&package] } else { Vec::new() };
            let old = agreement(row);
            let same = retold(&old, &installed, &installed);
            assert_eq!(turned(&old, &same), [], "{package:?}");
            assert_eq!((&same.as_locked, &same.package), (&old.as_locked, &old.package), "{package:?}");
            // Nor where another package was added.
            let more = [installed.clone(), vec![&other]].concat();
            let turned = turned(&old, &retold(&old, &installed, &more));
            assert!(turned.iter().all(|turned| turned.name == "b"), "{package:?}: {turned:?}");
        }
    }
}

#[test]
fn what_did_not_change_is_told_with_the_layer_that_it_is_in_now() {
    for package in packages() {
        let moved = LockedPackage { layer: 7, ..package.clone() };
        for row in rows(&package).into_iter().filter(|row| is_there(row.as_ref())) {
            let now = retold(&agreement(row), &[&package], &[&moved]);
            assert!(now.package.iter().all(|row| row.layer == Some(7)), "{:?}", now.package);
        }
    }
}

/// The standing of a package that was not there, with what the lock has of it, once it is.
fn once_missing(locked: &str, package: &LockedPackage) -> Option<Status> {
    let (reason, locked) = (Some(MISSING.to_owned()), Some(locked.to_owned()));
    let old = agreement(Some(AgreementRow { reason, locked, ..row("a", Status::Absent) }));
    retold(&old, &[], &[package]).package.first().map(|row| row.status)
}

#[test]
fn a_source_is_held_against_a_source_and_never_against_a_version() {
    let of =
        |origin: Option<&str>| LockedPackage { origin: origin.map(str::to_owned), ..packages().remove(0) };
    let url = "https://example.org/a-1.tar.gz";
    let commit = "https://example.org/a.git@0123456789abcdef";
    assert_eq!(once_missing(url, &of(Some(url))), None);
    assert_eq!(once_missing(commit, &of(Some("git+https://example.org/a.git@0123456789abcdef"))), None);
    assert_eq!(once_missing("1", &of(None)), None);
    assert_eq!(once_missing("2", &of(None)), Some(Status::OtherVersion));
    // Whether the lock means that place the agreement does not say.
    assert_eq!(once_missing("1", &of(Some(url))), Some(Status::Unknown));
    assert_eq!(once_missing("any", &of(None)), Some(Status::Unknown));
    assert_eq!(once_missing("./libs/a", &of(Some("file:///app/libs/a"))), Some(Status::Unknown));
    assert_eq!(once_missing("https://example.org/a.git@main", &of(None)), Some(Status::Unknown));
}

#[test]
fn bytes_that_the_lock_does_not_have_are_not_as_locked_once_they_are_others() {
    let hash = |digit: &str| format!("sha256:{}", digit.repeat(64)).parse().unwrap();
    let plain = packages().remove(0);
    let with = |digit| LockedPackage { hashes: vec![hash(digit)], ..plain.clone() };
    let locked = Some("1".to_owned());
    let old = agreement(Some(there(AgreementRow { locked, ..row("a", Status::OtherSource) }, &with("1"))));
    let now = retold(&old, &[&with("1")], &[&with("2")]);
    assert_eq!(now.package.first().map(|row| row.status), Some(Status::Unknown));
}

#[test]
fn agreement_is_not_lost_by_hashes_of_anothers_word_or_by_how_an_origin_is_written() {
    let hash = |digit: &str| format!("sha256:{}", digit.repeat(64)).parse().unwrap();
    let plain = packages().remove(0);
    let with = |digit: &str, hashes_from: Option<HashSource>| LockedPackage {
        hashes: vec![hash(digit)],
        hashes_from,
        ..plain.clone()
    };
    let origin = |origin: &str| LockedPackage { origin: Some(origin.to_owned()), ..plain.clone() };
    let still = |before: &LockedPackage, now: &LockedPackage| {
        retold(&agreement(None), &[before], &[now]).package.is_empty()
    };
    assert!(still(&origin("editable"), &origin("editable file:///app")));
    assert!(still(&with("1", None), &with("2", Some(HashSource::Pylock))));
    assert!(still(&with("1", Some(HashSource::Pylock)), &with("2", Some(HashSource::Pylock))));
    assert!(!still(&with("1", None), &with("2", None)));
    assert!(!still(&origin("https://example.org/a"), &origin("https://example.org/b")));
}
