//! How an image agrees with the project's own locks: a sentence for each lock, and what is not as locked.

use super::section::{Body, ChangedRow, ChangedRows, visible};
use crate::agreement::{LockStanding, Turned, words};
use crate::lockfile::Lockfile;
use crate::lockfile::model::{AgreementRow, AgreementStatus, AskedBy, LockedAgreement};
use crate::report::style::thousands;
use crate::verify::Outcome;

/// One lock, and how what is installed agrees with it.
pub(in crate::report) struct AgreedLock<'a> {
    /// Its path, quoted.
    pub(in crate::report) lock: &'a str,
    /// The counts, in our words: `45 of 100 as locked, 3 other version`.
    pub(in crate::report) counts: String,
    /// How many of the lock nothing asks for here: `3 left out`; empty for none.
    pub(in crate::report) left_out: String,
    /// The environment, quoted; none where nothing of the lock is installed.
    pub(in crate::report) environment: Option<&'a str>,
    /// The extras and groups that were asked for, quoted.
    pub(in crate::report) asked: &'a [String],
    /// Whether that follows from what is installed alone.
    pub(in crate::report) is_inferred: bool,
    /// The line of the instruction that installs from it, `:4`; empty where none was seen to.
    pub(in crate::report) line: String,
    /// Packages that are not as locked, the worst first.
    pub(in crate::report) rows: Vec<AgreedRow<'a>>,
}

/// A package that is not as locked; all but `what` is quoted.
pub(in crate::report) struct AgreedRow<'a> {
    /// What it is, in our words.
    pub(in crate::report) what: &'static str,
    /// Its name.
    pub(in crate::report) name: &'a str,
    /// What the lock has.
    pub(in crate::report) locked: Option<&'a str>,
    /// What is installed.
    pub(in crate::report) installed: Option<&'a str>,
    /// Why it is absent.
    pub(in crate::report) reason: Option<&'a str>,
    /// The layer that installed it.
    pub(in crate::report) layer: Option<usize>,
    /// The Dockerfile line of that layer, `:4`.
    pub(in crate::report) line: String,
}

/// The agreements of an image; only what is other than it should be, unless `all` is told.
pub(super) fn of(lock: &Lockfile, all: bool) -> Option<Body<'_>> {
    let agreements = lock.agreement.iter();
    let locks: Vec<AgreedLock<'_>> = agreements.map(|agreement| of_lock(lock, agreement, all)).collect();
    (!locks.is_empty()).then_some(Body::Agreement(locks))
}

fn of_lock<'a>(lock: &'a Lockfile, agreement: &'a LockedAgreement, all: bool) -> AgreedLock<'a> {
    // Formats and digests are the lockfile's and JSON's alone.
    let LockedAgreement {
        lock: path,
        format: _,
        ecosystem: _,
        environment,
        asked,
        asked_by,
        dockerfile_line,
        as_locked: _,
        file: _,
        package,
    } = agreement;
    let line = |layer: usize| lock.layer.get(layer).and_then(|layer| layer.dockerfile_line);
    let shown =
        package.iter().filter(|row| all || row.is_deviation() || row.status == AgreementStatus::Unknown);
    let mut rows: Vec<(usize, AgreedRow<'_>)> = shown
        .map(|row| {
            let AgreementRow { name, status, reason, locked, installed, layer } = row;
            let rank = AgreementStatus::ALL.iter().position(|known| known == status).unwrap_or(0);
            let rank = if row.is_missing() { 0 } else { rank + 1 };
            let agreed = AgreedRow {
                what: if row.is_missing() { LockStanding::Missing.words() } else { words(*status) },
                name,
                locked: locked.as_deref(),
                installed: installed.as_deref(),
                reason: reason.as_deref().filter(|_| !row.is_missing()),
                layer: *layer,
                line: layer.and_then(line).map_or(String::new(), |line| format!(":{line}")),
            };
            (rank, agreed)
        })
        .collect();
    rows.sort_by_key(|(rank, _)| *rank);
    AgreedLock {
        lock: path,
        counts: counts(agreement),
        left_out: left_out(agreement),
        environment: environment.as_deref(),
        asked,
        is_inferred: *asked_by == AskedBy::Installed,
        line: dockerfile_line.map_or(String::new(), |line| format!(":{line}")),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    }
}

/// `45 of 100 as locked, 1 missing, 3 other version, 2 not locked`
fn counts(agreement: &LockedAgreement) -> String {
    let as_locked = agreement.as_locked.len();
    let mut parts =
        vec![format!("{} of {} as locked", thousands(as_locked), thousands(agreement.asked_for()))];
    let missing = agreement.package.iter().filter(|row| row.is_missing()).count();
    parts.extend((missing > 0).then(|| format!("{} missing", thousands(missing))));
    let statuses = [
        AgreementStatus::OtherVersion,
        AgreementStatus::OtherSource,
        AgreementStatus::NotLocked,
        AgreementStatus::NotAsked,
        AgreementStatus::Unknown,
    ];
    for status in statuses {
        let count = agreement.rows(status).count();
        parts.extend((count > 0).then(|| format!("{} {}", thousands(count), words(status))));
    }
    parts.join(", ")
}

/// How many packages nothing asks for here: other groups', other platforms', the project itself.
fn left_out(agreement: &LockedAgreement) -> String {
    let left_out = agreement.rows(AgreementStatus::Absent).filter(|row| !row.is_missing()).count();
    if left_out == 0 { String::new() } else { format!("{} left out", thousands(left_out)) }
}

/// The packages that stand otherwise to the project's locks than on the old side; the lost ones first.
pub(super) fn turned(outcome: &Outcome) -> Option<Body<'_>> {
    let mut all: Vec<&Turned> = outcome.facts.agreement.iter().collect();
    all.sort_by_key(|turned| (!turned.is_lost(), &turned.lock, &turned.name));
    let rows: Vec<ChangedRow<'_>> = all.iter().map(|turned| changed(turned, &all, outcome)).collect();
    let keys = &["lock", "package", "locked", "installed"];
    (!rows.is_empty()).then_some(Body::Changes(ChangedRows { keys, unset: None, rows }))
}

fn changed<'a>(turned: &'a Turned, all: &[&Turned], outcome: &Outcome) -> ChangedRow<'a> {
    let Turned { lock, ecosystem, environment, name, before, now, locked, installed, layer } = turned;
    let of_layer = layer.map(|layer| {
        let line = line_of(outcome, layer).map_or(String::new(), |line| format!(" :{line}"));
        format!("layer {layer}{line}")
    });
    // A lock may be held against several environments, each to its own part of it.
    let is_other = |other: &&Turned| {
        other.lock == *lock && other.ecosystem == *ecosystem && other.environment != *environment
    };
    let place = environment.as_deref().filter(|_| all.iter().any(is_other));
    let also = [of_layer, place.map(|place| format!("in {}", visible(place)))];
    let side = |value: &'a Option<String>| value.as_deref().unwrap_or("–");
    let name = vec![lock.as_str(), name, side(locked), side(installed)];
    ChangedRow {
        name,
        before: Some(before.words()),
        now: Some(now.words()),
        also: also.into_iter().flatten().collect::<Vec<_>>().join(", "),
    }
}

/// The Dockerfile line of a layer of the new image.
pub(in crate::report) fn line_of(outcome: &Outcome, layer: usize) -> Option<usize> {
    outcome.facts.layers.iter().find(|item| item.group.new.contains(&layer)).and_then(|item| item.line)
}
