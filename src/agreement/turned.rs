//! What two agreements of one lock differ in, package by package: what was as locked and is no more, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use crate::lockfile::model::{AgreementRow, AgreementStatus, LockedAgreement};

/// How a package stands to a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockStanding {
    /// As locked.
    AsLocked,
    /// Locked, asked for and not installed.
    Missing,
    /// Any other.
    Other(AgreementStatus),
    /// Neither in the lock nor installed.
    Nowhere,
}

/// A package whose standing is another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turned {
    /// The lock's path in the context.
    pub lock: String,
    /// The ecosystem's id.
    pub ecosystem: String,
    /// The environment that it is held against; the old side's where the new one has none.
    pub environment: Option<String>,
    /// The package's name.
    pub name: String,
    /// How it stood on the old side.
    pub before: LockStanding,
    /// How it stands on the new side.
    pub now: LockStanding,
    /// What the lock has of it: a version, or a source.
    pub locked: Option<String>,
    /// What is installed on the new side.
    pub installed: Option<String>,
    /// The layer of the new side that installed it.
    pub layer: Option<usize>,
}

impl LockStanding {
    fn of(row: &AgreementRow) -> Self {
        if row.is_missing() { Self::Missing } else { Self::Other(row.status) }
    }

    /// As JSON has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsLocked => "as-locked",
            Self::Missing => "missing",
            Self::Other(status) => status.name(),
            Self::Nowhere => "nowhere",
        }
    }

    /// As it is told to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::AsLocked => "as locked",
            Self::Missing => "missing",
            Self::Nowhere => "not there",
            Self::Other(status) => words(status),
        }
    }

    /// Whether the image is as the lock says.
    fn agrees(self) -> bool {
        match self {
            Self::AsLocked | Self::Nowhere => true,
            Self::Missing => false,
            Self::Other(status) => matches!(status, AgreementStatus::Absent | AgreementStatus::Project),
        }
    }
}

/// A status as it is told to people.
pub fn words(status: AgreementStatus) -> &'static str {
    match status {
        AgreementStatus::OtherVersion => "other version",
        AgreementStatus::OtherSource => "other source",
        AgreementStatus::NotLocked => "not locked",
        AgreementStatus::NotAsked => "not asked for",
        AgreementStatus::Absent => "left out",
        AgreementStatus::Project => "the project",
        AgreementStatus::Unknown => "not known",
    }
}

impl Turned {
    /// Whether agreement is lost: it stood as the lock says, and does no more.
    pub fn is_lost(&self) -> bool {
        self.before.agrees() && !self.now.agrees()
    }

    /// Whether agreement is gained.
    pub fn is_gained(&self) -> bool {
        !self.before.agrees() && self.now.agrees()
    }
}

/// The packages that stand otherwise in `now` than in `old`, both of one lock.
pub fn turned(old: &LockedAgreement, now: &LockedAgreement) -> Vec<Turned> {
    let (before, after) = (standings(old), standings(now));
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let one = |name: &str| {
        let side = |side: &BTreeMap<&str, (LockStanding, Option<&AgreementRow>)>| {
            side.get(name)
                .copied()
                .map_or((LockStanding::Nowhere, None), |(standing, row)| (standing, row.cloned()))
        };
        let ((before, old_row), (now_standing, row)) = (side(&before), side(&after));
        (before != now_standing).then(|| {
            let locked = row.as_ref().and_then(|row| row.locked.clone());
            Turned {
                lock: now.lock.clone(),
                ecosystem: now.ecosystem.clone(),
                environment: now.environment.clone().or_else(|| old.environment.clone()),
                name: name.to_owned(),
                before,
                now: now_standing,
                locked: locked.or_else(|| old_row.and_then(|row| row.locked)),
                installed: row.as_ref().and_then(|row| row.installed.clone()),
                layer: row.and_then(|row| row.layer),
            }
        })
    };
    names.into_iter().filter_map(one).collect()
}

fn standings(of: &LockedAgreement) -> BTreeMap<&str, (LockStanding, Option<&AgreementRow>)> {
    let as_locked = of.as_locked.iter().map(|name| (name.as_str(), (LockStanding::AsLocked, None)));
    let rows = of.package.iter().map(|row| (row.name.as_str(), (LockStanding::of(row), Some(row))));
    as_locked.chain(rows).collect()
}
