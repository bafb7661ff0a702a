//! One lock held against one environment, package by package.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::{self, Environment};
use super::interpreter::Interpreter;
use super::source::{self, Match};
use crate::ecosystem::{self, Catalog, Package, UNKNOWN};
use crate::image::Image;
use crate::lockfile::model::{
    AgreementFile, AgreementRow, AgreementStatus as Status, AskedBy, LockedAgreement, MISSING,
};
use crate::project_locks::{
    Asked, Choice, Chosen, LeftOut, LockEntry, LockFile, LockedSource, ProjectLock, ReadLock,
};

/// How what `catalogs` list agrees with the `locks`: one agreement for each lock and each ecosystem that it locks.
pub fn agreements(locks: &[ReadLock], catalogs: &[Catalog], image: &Image) -> Vec<LockedAgreement> {
    let of = |lock: &'_ ReadLock| of_lock(lock, catalogs, image);
    locks.iter().flat_map(of).collect()
}

fn of_lock(read: &ReadLock, catalogs: &[Catalog], image: &Image) -> Vec<LockedAgreement> {
    let Ok(lock) = &read.lock else { return Vec::new() };
    let locked = lock.entries.iter().map(|entry| entry.ecosystem);
    let ecosystems: BTreeSet<&str> = locked.chain(read.format.ecosystems().iter().copied()).collect();
    let mut agreements: Vec<LockedAgreement> = Vec::new();
    for ecosystem in ecosystems {
        let of_kind = catalogs.iter().filter(|catalog| catalog.ecosystem == ecosystem);
        let packages: Vec<&Package> = of_kind.flat_map(|catalog| &catalog.packages).collect();
        let environments = environment::environments(&packages);
        let held = |environment, part| {
            of_environment((read, lock), ecosystem, (environment, part), (catalogs, image))
        };
        // Environments that are called as the lock's parts are each held to their own.
        let part = |environment: &Environment<'_, Package>| {
            let (kind, name) = read.format.part_at(&environment.location)?;
            lock.place_of(kind, &name)
        };
        let called = environments.iter().filter_map(|environment| Some((environment, part(environment)?)));
        let mut called = called.peekable();
        if called.peek().is_none() {
            let versions = versions(lock, ecosystem);
            // What a lock of several ecosystems installs lies in one prefix.
            let beside = agreements.iter().find_map(|other| other.environment.as_deref());
            let likeliest = match beside {
                Some(location) => environment::at(&environments, location),
                None => environment::likeliest(&environments, &versions),
            };
            agreements.extend(held(likeliest, None).filter(|_| likeliest.is_some() || !versions.is_empty()));
        }
        agreements.extend(called.filter_map(|(environment, part)| held(Some(environment), Some(part))));
    }
    agreements.retain(|agreement| !agreement.as_locked.is_empty() || !agreement.package.is_empty());
    agreements
}

/// How the packages of one environment agree with a lock, or with that `part` of it.
fn of_environment(
    (read, lock): (&ReadLock, &ProjectLock),
    ecosystem: &str,
    (environment, part): (Option<&Environment<'_, Package>>, Option<usize>),
    (catalogs, image): (&[Catalog], &Image),
) -> Option<LockedAgreement> {
    let location = environment.map_or("", |environment| &environment.location);
    let Interpreter { markers, others } = Interpreter::of(location, catalogs, image)?;
    let none = Environment::default();
    let (asked, asked_by) = match part {
        None => asked(read, lock, environment, &markers),
        Some(part) => {
            let is_said = read.asked().is_some_and(|asked| asked.contains(&part));
            ([part].into(), if is_said { AskedBy::Dockerfile } else { AskedBy::Installed })
        }
    };
    let others: Vec<Chosen> = others.iter().map(|other| Choice::chosen_in(lock, &asked, other)).collect();
    let choice = Choice::of(lock, asked, &markers);
    let unsure = others.iter().flat_map(|other| choice.chosen.symmetric_difference(other)).copied().collect();
    let environment_or_none = environment.unwrap_or(&none);
    let left_out = read.left_out();
    let held = Held { lock, ecosystem, choice: &choice, unsure, left_out, environment: environment_or_none };
    let (as_locked, package) = held.rows();
    let file = |file: &LockFile| AgreementFile { path: file.path.clone(), digest: file.digest };
    Some(LockedAgreement {
        lock: read.path().to_owned(),
        format: read.format.id().to_owned(),
        ecosystem: ecosystem.to_owned(),
        environment: environment.map(|environment| environment.location.clone()),
        asked: choice.asked(),
        asked_by,
        dockerfile_line: read.asks.last().map(|asked| asked.line),
        as_locked,
        file: read.files.iter().map(file).collect(),
        package,
    })
}

/// The versions of each name that a lock has of one ecosystem.
fn versions<'a>(lock: &'a ProjectLock, ecosystem: &str) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in lock.entries.iter().filter(|entry| entry.ecosystem == ecosystem) {
        versions.entry(&entry.name).or_default().extend(entry.version.as_deref());
    }
    versions
}

/// The parts that were asked for: as instructions say, or where these do not tell all, those whose packages are all there.
fn asked(
    read: &ReadLock,
    lock: &ProjectLock,
    environment: Option<&Environment<'_, Package>>,
    markers: &pep508_rs::MarkerEnvironment,
) -> (Asked, AskedBy) {
    let is_vague = read.asks.iter().any(|asked| asked.ask.is_vague);
    let said = read.asked();
    if let (Some(asked), false) = (&said, is_vague) {
        return (asked.clone(), AskedBy::Dockerfile);
    }
    let plain = said.unwrap_or_else(|| {
        crate::project_locks::Ask { without_defaults: true, ..Default::default() }.parts(lock)
    });
    let choice = Choice::of(lock, plain, markers);
    let has = |entry: usize| {
        let entry = lock.entries.get(entry);
        entry.is_some_and(|entry| {
            environment.is_some_and(|environment| environment.package(&entry.name).is_some())
        })
    };
    (choice.likely(&has), AskedBy::Installed)
}

/// The reason of what may or may not have been asked for.
const UNSURE: &str = "a marker of Python's version, which is not known";

/// The reason of what a command left out by its name.
const NOT_ASKED: &str = "not asked for";

/// The reason of what a lock names without a version or a place that could be compared.
const ANY: &str = "no version is locked";

struct Held<'a> {
    lock: &'a ProjectLock,
    ecosystem: &'a str,
    choice: &'a Choice<'a>,
    /// What is chosen or not by what is not known of Python's version.
    unsure: Chosen,
    /// The names that commands left out.
    left_out: BTreeSet<&'a str>,
    environment: &'a Environment<'a, Package>,
}

impl Held<'_> {
    /// The names of what is as locked, and a row for all else; both sorted.
    fn rows(&self) -> (Vec<String>, Vec<AgreementRow>) {
        let (mut as_locked, mut rows) = (Vec::new(), Vec::new());
        let names = self.lock.by_name();
        let own = names.iter().filter(|((ecosystem, _), _)| *ecosystem == self.ecosystem);
        for ((_, name), entries) in own.filter(|((_, name), _)| !self.lock.projects.contains(*name)) {
            match self.row(name, entries) {
                Some(row) => rows.push(row),
                None => as_locked.push((*name).to_owned()),
            }
        }
        for name in &self.lock.projects {
            rows.extend(self.project(name, names.contains_key(&(self.known_ecosystem(), name.as_str()))));
        }
        let is_foreign = |name: &&&str| {
            !names.contains_key(&(self.known_ecosystem(), **name)) && !self.lock.projects.contains(**name)
        };
        let foreign = self.environment.packages.keys().filter(is_foreign);
        // What a distribution's own package manager put there is its database's to answer for.
        let foreign = foreign
            .filter_map(|name| self.environment.package(name))
            .filter(|package| package.owner.is_none());
        rows.extend(foreign.map(|package| with_installed(row(&package.name, Status::NotLocked), package)));
        rows.sort();
        (as_locked, rows)
    }

    /// The ecosystem's id as entries have it.
    fn known_ecosystem(&self) -> &'static str {
        ecosystem::of_id(self.ecosystem).map_or("", |ecosystem| ecosystem.id())
    }

    /// What one name is; none where it is as locked.
    fn row(&self, name: &str, entries: &[usize]) -> Option<AgreementRow> {
        let all: Vec<&LockEntry> = entries.iter().filter_map(|at| self.lock.entries.get(*at)).collect();
        let chosen = entries.iter().filter(|at| self.choice.chosen.contains(at));
        let chosen: Vec<&LockEntry> = chosen.filter_map(|at| self.lock.entries.get(*at)).collect();
        let package = self.environment.package(name);
        if entries.iter().any(|entry| self.unsure.contains(entry)) {
            return self.unsure(name, &all, package);
        }
        if chosen.is_empty() {
            return Some(self.left_out(name, entries, &all, package));
        }
        let Some(package) = package else {
            let absent = row(name, Status::Absent);
            let reason = if self.left_out.contains(name) { NOT_ASKED } else { MISSING };
            return Some(AgreementRow {
                reason: Some(reason.to_owned()),
                locked: Some(shown(&chosen)),
                ..absent
            });
        };
        self.installed(&chosen, package)
    }

    /// What a name is of which it is not known whether it is chosen.
    fn unsure(&self, name: &str, all: &[&LockEntry], package: Option<&Package>) -> Option<AgreementRow> {
        match package {
            Some(package) => self.installed(all, package),
            None => {
                let (reason, locked) = (Some(UNSURE.to_owned()), Some(shown(all)));
                Some(AgreementRow { reason, locked, ..row(name, Status::Absent) })
            }
        }
    }

    /// What an installed package is that should be one of `chosen`.
    fn installed(&self, chosen: &[&LockEntry], package: &Package) -> Option<AgreementRow> {
        if package.version == UNKNOWN {
            return Some(with_installed(row(&package.name, Status::Unknown), package));
        }
        let is_any = |entry: &&LockEntry| {
            entry.version.is_none() && matches!(entry.source, LockedSource::Index | LockedSource::Unsaid)
        };
        if chosen.iter().all(is_any) {
            let reason = Some(ANY.to_owned());
            return Some(AgreementRow {
                reason,
                ..with_installed(row(&package.name, Status::Unknown), package)
            });
        }
        let is_version = |entry: &&&LockEntry| {
            !is_any(entry)
                && entry
                    .version
                    .as_deref()
                    .is_none_or(|version| self.is_same_version(version, &package.version))
        };
        let same: Vec<&LockEntry> = chosen.iter().filter(is_version).copied().collect();
        if same.is_empty() {
            let other = with_installed(row(&package.name, Status::OtherVersion), package);
            return Some(AgreementRow { locked: Some(shown(chosen)), ..other });
        }
        let compared: Vec<Match> = same.iter().map(|entry| source::compare(entry, package)).collect();
        if compared.contains(&Match::Same) {
            return None;
        }
        let status = if compared.contains(&Match::Unsaid) { Status::Unknown } else { Status::OtherSource };
        let sources: BTreeSet<String> =
            same.iter().map(|entry| source::shown(&entry.source, entry.version.as_deref())).collect();
        let other = with_installed(row(&package.name, status), package);
        if let Some(field) = same.iter().find_map(|entry| source::differing(entry, package)) {
            let (locked, installed) = (Some(field.locked), Some(field.installed));
            return Some(AgreementRow { reason: Some(field.name.to_owned()), locked, installed, ..other });
        }
        Some(AgreementRow {
            locked: Some(sources.into_iter().collect::<Vec<_>>().join(", ")),
            installed: package.origin.as_deref().map(str::to_owned).or(other.installed),
            ..other
        })
    }

    /// What a name is that nothing asked for.
    fn left_out(
        &self,
        name: &str,
        entries: &[usize],
        all: &[&LockEntry],
        package: Option<&Package>,
    ) -> AgreementRow {
        let reason = match self.choice.left_out(entries) {
            LeftOut::Marker => "marker".to_owned(),
            LeftOut::Parts(parts) => parts.join(", "),
            LeftOut::Unasked => NOT_ASKED.to_owned(),
            LeftOut::Unread => "a marker that could not be read".to_owned(),
        };
        let status = match package {
            None => Status::Absent,
            Some(package) => {
                let is_version = |entry: &&LockEntry| {
                    entry
                        .version
                        .as_deref()
                        .is_none_or(|version| self.is_same_version(version, &package.version))
                };
                if all.iter().any(is_version) { Status::NotAsked } else { Status::OtherVersion }
            }
        };
        let row = AgreementRow { reason: Some(reason), locked: Some(shown(all)), ..row(name, status) };
        package.map_or(row.clone(), |package| with_installed(row, package))
    }

    /// What the project itself is; `is_entry` of one that stands in its lock.
    fn project(&self, name: &str, is_entry: bool) -> Option<AgreementRow> {
        match self.environment.package(name) {
            Some(package) => Some(with_installed(row(name, Status::Project), package)),
            None => is_entry
                .then(|| AgreementRow { reason: Some("project".to_owned()), ..row(name, Status::Absent) }),
        }
    }

    fn is_same_version(&self, a: &str, b: &str) -> bool {
        ecosystem::of_id(self.ecosystem).map_or(a == b, |ecosystem| ecosystem.is_same_version(a, b))
    }
}

fn row(name: &str, status: Status) -> AgreementRow {
    AgreementRow { name: name.to_owned(), status, reason: None, locked: None, installed: None, layer: None }
}

fn with_installed(row: AgreementRow, package: &Package) -> AgreementRow {
    AgreementRow { installed: Some(package.version.clone()), layer: Some(package.layer), ..row }
}

/// The versions of entries, or their sources where they have none.
fn shown(entries: &[&LockEntry]) -> String {
    let shown: BTreeSet<String> = entries
        .iter()
        .map(|entry| match &entry.version {
            Some(version) => version.clone(),
            None => source::shown(&entry.source, None),
        })
        .collect();
    shown.into_iter().collect::<Vec<_>>().join(", ")
}
