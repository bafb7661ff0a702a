//! `[[agreement]]`: how what is installed agrees with a lock that the project keeps itself.
//!
//! Packages that are as locked are a list of names: their versions are those of `[[package]]`. All others have a row.

use serde::{Deserialize, Serialize};

use crate::base::digest::Sha256;

/// One lock and one ecosystem:
/// `[[agreement]]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedAgreement {
    /// The lock's path in the context.
    pub lock: String,
    /// The format's id.
    pub format: String,
    /// The ecosystem whose packages it locks.
    pub ecosystem: String,
    /// Where what it locks is installed; none where nothing of it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The extras and groups that were asked for beside the project's own dependencies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// What told that.
    pub asked_by: AskedBy,
    /// The first line of the last instruction that installs from it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile_line: Option<usize>,
    /// The packages that are installed as locked, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub as_locked: Vec<String>,
    /// The lock's files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file: Vec<AgreementFile>,
    /// All other packages, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub package: Vec<AgreementRow>,
}

/// What told which parts of a lock were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedBy {
    /// Instructions of the Dockerfile.
    Dockerfile,
    /// What is installed: no instruction was seen to install from the lock, or not all of what it asks for is known.
    Installed,
}

/// `[[agreement.file]]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgreementFile {
    /// The path in the context.
    pub path: String,
    /// The sha256 of its bytes.
    pub digest: Sha256,
}

/// A package that is not installed as locked:
/// `[[agreement.package]]`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgreementRow {
    /// The name.
    pub name: String,
    /// What it is instead.
    pub status: AgreementStatus,
    /// Why it is absent, or was not asked for: `marker`, `missing`, `group:dev` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The locked version, or source; of several that may be chosen, all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<String>,
    /// The installed version, or source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<String>,
    /// The layer that installed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
}

/// What a package is that is not installed as locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgreementStatus {
    /// Installed in another version.
    OtherVersion,
    /// Installed in the locked version, from elsewhere or of other bytes.
    OtherSource,
    /// Installed, and not in the lock.
    NotLocked,
    /// Installed as the lock has it, though what asks for it was not asked for.
    NotAsked,
    /// Locked, and not installed.
    Absent,
    /// The project itself, installed.
    Project,
    /// Installed, and too little is known of it or of the lock to tell.
    Unknown,
}

impl AgreementStatus {
    /// All of them, the worst first.
    pub const ALL: [Self; 7] = [
        Self::OtherVersion,
        Self::OtherSource,
        Self::NotLocked,
        Self::NotAsked,
        Self::Absent,
        Self::Unknown,
        Self::Project,
    ];

    /// As the lockfile writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OtherVersion => "other-version",
            Self::OtherSource => "other-source",
            Self::NotLocked => "not-locked",
            Self::NotAsked => "not-asked",
            Self::Absent => "absent",
            Self::Project => "project",
            Self::Unknown => "unknown",
        }
    }
}

impl AskedBy {
    /// As the lockfile writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dockerfile => "dockerfile",
            Self::Installed => "installed",
        }
    }
}

/// The reason of what was asked for and is not installed.
pub const MISSING: &str = "missing";

impl AgreementRow {
    /// Whether it is locked, asked for, and not installed.
    pub fn is_missing(&self) -> bool {
        self.status == AgreementStatus::Absent && self.reason.as_deref() == Some(MISSING)
    }

    /// Whether the image is other than the lock says; what was not asked for, what is for other platforms and the project
    /// itself are as they should be.
    pub fn is_deviation(&self) -> bool {
        match self.status {
            AgreementStatus::Absent => self.is_missing(),
            AgreementStatus::Project | AgreementStatus::Unknown => false,
            _ => true,
        }
    }
}

impl LockedAgreement {
    /// The rows of one status.
    pub fn rows(&self, status: AgreementStatus) -> impl Iterator<Item = &AgreementRow> {
        self.package.iter().filter(move |row| row.status == status)
    }

    /// How many packages were asked for: those as locked, and those that should be and are not.
    pub fn asked_for(&self) -> usize {
        let other = self.package.iter().filter(|row| {
            let is_other = matches!(row.status, AgreementStatus::OtherVersion | AgreementStatus::OtherSource);
            is_other || row.is_missing() || row.status == AgreementStatus::Unknown
        });
        self.as_locked.len() + other.count()
    }
}
