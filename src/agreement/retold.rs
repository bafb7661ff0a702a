//! What an agreement that was locked becomes with what is installed now: the project's locks are not at hand, but what they chose
//! stands in the agreement.
//!
//! What it refuses to do: it evaluates no marker again. What was left out for a marker and is there now was not asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::{self, Environment};
use crate::ecosystem;
use crate::formats::conda;
use crate::lockfile::model::{
    AgreementRow, AgreementStatus as Status, LockedAgreement, LockedPackage, MISSING,
};
use crate::project_locks;

/// The agreement of what is installed `now`, as far as `old` and what was installed `before` tell. Both are of its ecosystem.
pub fn retold(old: &LockedAgreement, before: &[&LockedPackage], now: &[&LockedPackage]) -> LockedAgreement {
    let (old_environments, environments) =
        (environment::environments(before), environment::environments(now));
    let none = Environment::default();
    let location = old.environment.as_deref().unwrap_or_default();
    let was = environment::at(&old_environments, location).unwrap_or(&none);
    let locked = names(old, was);
    // An environment that its lock names is no other one, wherever that lies.
    let is_named = project_locks::of_id(&old.format).is_some_and(|format| format.part_at(location).is_some());
    let elsewhere = || (!is_named).then(|| environment::likeliest(&environments, &locked)).flatten();
    let is = environment::at(&environments, location).or_else(elsewhere);
    let is = is.unwrap_or(&none);
    let (mut as_locked, mut package) = (Vec::new(), Vec::new());
    let mut tell = |name: &str, row: Option<AgreementRow>| match row {
        Some(row) => package.push(row),
        None => as_locked.push(name.to_owned()),
    };
    let same = |a: &str, b: &str| {
        ecosystem::of_id(&old.ecosystem).map_or(a == b, |ecosystem| ecosystem.is_same_version(a, b))
    };
    for name in &old.as_locked {
        let old = was.package(name);
        tell(name, once_as_locked(name, old, is.package(name), &same));
    }
    for row in &old.package {
        match other(row, is.package(&row.name), &same) {
            Became::AsLocked => tell(&row.name, None),
            Became::Row(row) => tell(&row.name.clone(), Some(row)),
            Became::Gone => {}
        }
    }
    let known: BTreeSet<&str> =
        old.as_locked.iter().chain(old.package.iter().map(|row| &row.name)).map(String::as_str).collect();
    for name in is.packages.keys().filter(|name| !known.contains(*name)) {
        if let Some(package) = is.package(name).filter(|package| package.owner.is_none()) {
            tell(name, Some(there(row(name, Status::NotLocked), package)));
        }
    }
    as_locked.sort();
    package.sort();
    let environment = (!is.location.is_empty()).then(|| is.location.clone());
    LockedAgreement { environment, as_locked, package, ..old.clone() }
}

/// What a lock names, with the versions that are known of it.
fn names<'a>(
    old: &'a LockedAgreement,
    was: &Environment<'a, LockedPackage>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let known = |name: &'a String| {
        (name.as_str(), was.package(name).map(|package| package.version.as_str()).into_iter().collect())
    };
    let rows = old.package.iter().filter(|row| row.status != Status::NotLocked).map(|row| &row.name);
    old.as_locked.iter().chain(rows).map(known).collect()
}

enum Became {
    AsLocked,
    Row(AgreementRow),
    Gone,
}

fn row(name: &str, status: Status) -> AgreementRow {
    AgreementRow { name: name.to_owned(), status, reason: None, locked: None, installed: None, layer: None }
}

fn there(row: AgreementRow, package: &LockedPackage) -> AgreementRow {
    AgreementRow { installed: Some(package.version.clone()), layer: Some(package.layer), ..row }
}

/// What became of a package that was as locked; none where it still is.
fn once_as_locked(
    name: &str,
    before: Option<&LockedPackage>,
    now: Option<&LockedPackage>,
    same: &dyn Fn(&str, &str) -> bool,
) -> Option<AgreementRow> {
    let locked = before.map(|before| before.version.clone());
    let Some(now) = now else {
        let reason = Some(MISSING.to_owned());
        return Some(AgreementRow { reason, locked, ..row(name, Status::Absent) });
    };
    let Some(before) = before else {
        return Some(there(row(name, Status::Unknown), now));
    };
    if !same(&before.version, &now.version) {
        return Some(AgreementRow { locked, ..there(row(name, Status::OtherVersion), now) });
    }
    if let Some((field, locked, installed)) = archives(before, now) {
        let (reason, other) = (Some(field.to_owned()), there(row(name, Status::OtherSource), now));
        return Some(AgreementRow { reason, locked: Some(locked), installed: Some(installed), ..other });
    }
    let are_other_bytes = !before.hashes.is_empty()
        && !now.hashes.is_empty()
        && !before.hashes.iter().any(|hash| now.hashes.contains(hash));
    if before.origin != now.origin || are_other_bytes {
        let shown =
            |package: &LockedPackage| package.origin.clone().unwrap_or_else(|| package.version.clone());
        let other = there(row(name, Status::OtherSource), now);
        return Some(AgreementRow { locked: Some(shown(before)), installed: Some(shown(now)), ..other });
    }
    None
}

/// In what an archive of conda that was as locked differs from what is there now, and both sides of it.
fn archives(before: &LockedPackage, now: &LockedPackage) -> Option<(&'static str, String, String)> {
    let (was, is) = (before.build.as_deref()?, now.build.as_deref()?);
    if was != is {
        return Some(("build", was.to_owned(), is.to_owned()));
    }
    let pairs = before.hashes.first().zip(now.hashes.first());
    if pairs.is_some_and(|(was, is)| was == is) {
        return None;
    }
    let channel = |package: &LockedPackage| {
        let origin = package.origin.as_deref().and_then(conda::channel_of).map(str::to_owned);
        origin.or_else(|| package.channel.clone())
    };
    match (channel(before), channel(now)) {
        (Some(was), Some(is)) if was != is => Some(("channel", was, is)),
        _ => pairs.map(|(was, is)| ("bytes", was.to_string(), is.to_string())),
    }
}

/// What became of a package that was not as locked.
fn other(old: &AgreementRow, now: Option<&LockedPackage>, same: &dyn Fn(&str, &str) -> bool) -> Became {
    let is_locked = |version: &str| {
        old.locked.as_deref().is_some_and(|locked| locked.split(", ").any(|locked| same(locked, version)))
    };
    let Some(now) = now else {
        return match old.status {
            Status::NotLocked => Became::Gone,
            Status::Absent => Became::Row(old.clone()),
            Status::Project => Became::Row(AgreementRow {
                reason: Some("project".to_owned()),
                ..row(&old.name, Status::Absent)
            }),
            _ => {
                let reason = old.reason.clone().or_else(|| Some(MISSING.to_owned()));
                Became::Row(AgreementRow {
                    reason,
                    locked: old.locked.clone(),
                    ..row(&old.name, Status::Absent)
                })
            }
        };
    };
    let is_asked = old.reason.as_deref().is_none_or(|reason| reason == MISSING);
    let there = |status| {
        let reason = old.reason.clone().filter(|_| !is_asked);
        there(AgreementRow { reason, locked: old.locked.clone(), ..row(&old.name, status) }, now)
    };
    match old.status {
        Status::NotLocked | Status::Project | Status::Unknown => Became::Row(there(old.status)),
        Status::OtherSource => {
            let is_back = old.locked.as_deref().is_some_and(|locked| match old.reason.as_deref() {
                Some("build") => now.build.as_deref() == Some(locked),
                Some("channel") => now.origin.as_deref().and_then(conda::channel_of) == Some(locked),
                Some("bytes") => now.hashes.iter().any(|hash| hash.to_string() == locked),
                _ => is_same_source(locked, now),
            });
            let source = now.origin.clone().unwrap_or_else(|| now.version.clone());
            if is_back {
                Became::AsLocked
            } else {
                Became::Row(AgreementRow { installed: Some(source), ..there(old.status) })
            }
        }
        Status::OtherVersion | Status::NotAsked | Status::Absent => match (is_locked(&now.version), is_asked)
        {
            // Of conda's packages the lock names a build too, which does not stand in the agreement.
            (true, true) if now.build.is_some() => Became::Row(there(Status::Unknown)),
            (true, true) => Became::AsLocked,
            (true, false) => Became::Row(there(Status::NotAsked)),
            (false, _) => Became::Row(there(Status::OtherVersion)),
        },
    }
}

/// Whether a package is from the source that a row shows: a version, a URL, `URL@COMMIT`.
fn is_same_source(locked: &str, now: &LockedPackage) -> bool {
    match (&now.origin, locked.rsplit_once('@')) {
        (None, _) => locked == now.version,
        (Some(origin), Some((_, commit))) => origin.ends_with(&format!("@{commit}")) || origin == locked,
        (Some(origin), None) => origin == locked,
    }
}
