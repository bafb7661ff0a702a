//! What an agreement that was locked becomes with what is installed now: the project's locks are not at hand, but what they chose
//! stands in the agreement.
//!
//! What it refuses to do: it evaluates no marker again. What was left out for a marker and is there now was not asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::{self, Environment};
use crate::base::digest::Digest;
use crate::base::secrets;
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
        let (before, now) = (was.package(name), is.package(name));
        if !is_unchanged(before, now) {
            tell(name, once_as_locked(name, before, now, &same));
        } else {
            tell(name, None);
        }
    }
    for row in &old.package {
        let now = is.package(&row.name);
        if is_unchanged(was.package(&row.name), now) {
            tell(&row.name, Some(AgreementRow { layer: now.map(|now| now.layer), ..row.clone() }));
            continue;
        }
        match other(row, now, &same) {
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

/// Whether a package is there on both sides, and all that a lock is held against is the same.
fn is_unchanged(before: Option<&LockedPackage>, now: Option<&LockedPackage>) -> bool {
    let Some((before, now)) = before.zip(now) else { return false };
    let archive = |package: &LockedPackage| (package.build.clone(), package.channel.clone());
    before.version == now.version
        && shown(before.origin.as_deref()) == shown(now.origin.as_deref())
        && own_hashes(before) == own_hashes(now)
        && archive(before) == archive(now)
        && before.checksum == now.checksum
}

/// An origin without what looks secret, which older locks may hold.
fn shown(origin: Option<&str>) -> Option<String> {
    origin.map(|origin| secrets::redact(origin).unwrap_or_else(|| origin.to_owned()))
}

/// The hashes that the package's own record tells: what another tells is not the image's.
fn own_hashes(package: &LockedPackage) -> &[Digest] {
    if package.hashes_from.is_none() { &package.hashes } else { &[] }
}

/// Whether two origins differ as far as both are said: older images do not say where a package that is its own folder is.
fn are_other_origins(before: Option<&str>, now: Option<&str>) -> bool {
    let is_unsaid = |a: Option<&str>, b: Option<&str>| {
        a == Some("editable") && b.is_some_and(|origin| origin.starts_with("editable "))
    };
    shown(before) != shown(now) && !is_unsaid(before, now) && !is_unsaid(now, before)
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
    let (was, is) = (own_hashes(before), own_hashes(now));
    let are_other_bytes = !was.is_empty() && !is.is_empty() && !was.iter().any(|hash| is.contains(hash));
    if are_other_origins(before.origin.as_deref(), now.origin.as_deref()) || are_other_bytes {
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
            if is_back && now.origin.is_none() && now.build.is_none() && !now.hashes.is_empty() {
                // The lock's hashes do not stand in the agreement.
                Became::Row(there(Status::Unknown))
            } else if is_back {
                Became::AsLocked
            } else {
                Became::Row(AgreementRow { installed: Some(source), ..there(old.status) })
            }
        }
        Status::OtherVersion | Status::NotAsked | Status::Absent => {
            let locked = old.locked.as_deref().unwrap_or_default();
            match (held(locked, now, same), is_asked) {
                (Held::Unsaid, _) => Became::Row(there(Status::Unknown)),
                (Held::Same, true) => Became::AsLocked,
                (Held::Same, false) => Became::Row(there(Status::NotAsked)),
                (Held::Other, _) => Became::Row(there(Status::OtherVersion)),
            }
        }
    }
}

/// What is known of a package and of what a row shows as locked.
enum Held {
    Same,
    Other,
    Unsaid,
}

/// Holds a package against the versions or sources that a row shows as locked.
fn held(locked: &str, now: &LockedPackage, same: &dyn Fn(&str, &str) -> bool) -> Held {
    let is_version = |locked: &str| locked.starts_with(|c: char| c.is_ascii_digit()) && !locked.contains('/');
    let mut all = locked.split(", ");
    if all.clone().any(|locked| !is_version(locked)) {
        let is_back = now.origin.is_some() && all.any(|locked| is_same_source(locked, now));
        return if is_back { Held::Same } else { Held::Unsaid };
    }
    if !all.any(|locked| same(locked, &now.version)) {
        return Held::Other;
    }
    // Neither a build nor a source stands beside a version in the agreement.
    if now.build.is_some() || now.origin.is_some() { Held::Unsaid } else { Held::Same }
}

/// Whether a package is from the source that a row shows: a version, a URL, `URL@COMMIT`.
fn is_same_source(locked: &str, now: &LockedPackage) -> bool {
    match (&now.origin, locked.rsplit_once('@')) {
        (None, _) => locked == now.version,
        (Some(origin), Some((_, commit))) => origin.ends_with(&format!("@{commit}")) || origin == locked,
        (Some(origin), None) => origin == locked,
    }
}

#[cfg(test)]
mod tests;
