//! Which lockfile `verify` goes by: the one that is named, else the one here, else the one attached to the image.

use std::path::{Path, PathBuf};

use crate::base::digest::{Digest, Sha256};
use crate::image::ImageSource;
use crate::library::opening::last_part;
use crate::lockfile::attached::{self, AttachedLock};
use crate::lockfile::index::FileIndex;
use crate::lockfile::{LockError, Lockfile, store};

use crate::cli::error::CliError;

/// Where a lockfile is looked for when none is named.
pub(super) const DEFAULT: &str = "reprolock.lock";

/// A lockfile, and where it is.
pub(super) enum Chosen {
    File { path: PathBuf, lock: Lockfile, sha256: Sha256 },
    Attached(AttachedLock),
}

/// The lockfile that is named or lies here; `None` where neither is so.
pub(super) fn here(named: Option<&Path>) -> Result<Option<Chosen>, CliError> {
    let path = match named {
        Some(path) => path,
        None if Path::new(DEFAULT).exists() => Path::new(DEFAULT),
        None => return Ok(None),
    };
    let bytes = store::read_bytes(path)?;
    let sha256 = Sha256::of(&bytes);
    let lock = store::parse(bytes, path)?;
    store::hold(&lock, path)?;
    Ok(Some(Chosen::File { path: path.into(), lock, sha256 }))
}

/// The lockfile attached to the image whose manifest is `subject`.
pub(super) fn beside(source: &dyn ImageSource, subject: Option<Digest>) -> Result<Chosen, CliError> {
    let missing = || CliError::from(LockError::Missing(DEFAULT.into()));
    let Some((referrers, subject)) = source.referrers().zip(subject) else { return Err(missing()) };
    match attached::find(referrers, &subject)? {
        Some(attached) => Ok(Chosen::Attached(attached)),
        None => Err(CliError {
            message: format!(
                "{}, and none attached to {}{}",
                missing().message,
                source.reference(),
                referrers.notes().iter().map(|note| format!("; {note}")).collect::<String>()
            ),
            hint: Some("write one with: reprolock freeze IMAGE, and attach it with --attach".to_owned()),
        }),
    }
}

impl Chosen {
    pub(super) fn lock(&self) -> &Lockfile {
        match self {
            Self::File { lock, .. } => lock,
            Self::Attached(attached) => &attached.lock,
        }
    }

    /// Where it is, if that is a file.
    pub(super) fn place(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::Attached(_) => None,
        }
    }

    /// The sha256 of its bytes.
    pub(super) fn sha256(&self) -> Sha256 {
        match self {
            Self::File { sha256, .. } => *sha256,
            Self::Attached(attached) => attached.sha256,
        }
    }

    /// Its name for people.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File { path, .. } => last_part(&path.to_string_lossy()).to_owned(),
            Self::Attached(_) => "its attached lockfile".to_owned(),
        }
    }

    /// Its file index, to be read where rows are asked for.
    pub(super) fn index<'a>(&'a self, source: &'a dyn ImageSource) -> FileIndex<'a> {
        match self {
            Self::File { path, lock, .. } => FileIndex::beside(path, lock),
            Self::Attached(attached) => FileIndex::attached(source.referrers(), attached),
        }
    }

    /// What the user should know of it.
    pub(super) fn notes(&self) -> Vec<String> {
        let Self::Attached(AttachedLock { digest, count, .. }) = self else { return Vec::new() };
        let mut notes = vec![format!(
            "the lockfile is the one attached to the image, {digest}: whoever may push to the repository may have put it there; --lock FILE goes before it"
        )];
        if *count > 1 {
            notes.push(format!(
                "{count} lockfiles are attached: of those whose image was made last, the one with the lowest digest was taken"
            ));
        }
        notes
    }
}
