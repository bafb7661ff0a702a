//! Lockfiles kept beside their image in a registry, as OCI artifacts whose subject is the image's manifest.
//!
//! One artifact holds the lockfile and, as a second part, its file index. Its bytes depend on these two alone, so the
//! same lock attached twice is one artifact. An attached lock is as trustworthy as whoever may push to the repository.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::contradictions;
use super::error::LockError;
use super::files::{self, LayerRows};
use super::hiding;
use super::model::Lockfile;
use super::store;
use crate::base::advice::Advice;
use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::image::ImageError;
use crate::image::artifact::{Artifact, Attached, NewArtifact, NewPart, Part, Referrers};

/// The type of the artifact, and of the part that is the lockfile.
pub const LOCK_TYPE: &str = "application/vnd.reprolock.lock.v1+toml";

/// The type of the part that is the file index.
pub const FILES_TYPE: &str = "application/vnd.reprolock.files.v1+zstd";

const CREATED: &str = "org.opencontainers.image.created";
const TITLE: &str = "org.opencontainers.image.title";

/// Why an attached lockfile could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AttachedError {
    /// The registry.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The lockfile.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl Advice for AttachedError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Image(error) => Advice::hint(error),
            Self::Lock(error) => Advice::hint(error),
        }
    }
}

/// A lockfile that was found beside its image.
#[derive(Debug)]
pub struct AttachedLock {
    /// The lockfile.
    pub lock: Lockfile,
    /// The sha256 of its bytes.
    pub sha256: Sha256,
    /// The digest of the artifact's manifest.
    pub digest: Digest,
    /// How many are attached in all.
    pub count: usize,
    files: Option<Part>,
}

/// Attaches the lockfile at `path` and its file index to the manifest `subject`.
pub fn attach(
    referrers: &dyn Referrers,
    subject: &Digest,
    path: &Path,
    lock: &Lockfile,
) -> Result<Attached, AttachedError> {
    // What was written before a kind of secret was known would hand it to whoever may pull.
    if let Some(field) = hiding::exposed(lock) {
        return Err(LockError::Exposed { path: path.into(), field }.into());
    }
    let titled = |title| BTreeMap::from([(TITLE, title)]);
    let bytes = store::read_bytes(path)?;
    // What is pushed is what was frozen or compared, whatever stands at its place by now.
    if store::parse(bytes.clone(), path)? != *lock {
        let problem = "it is another one than was just written".to_owned();
        return Err(LockError::Inconsistent { path: path.into(), problem }.into());
    }
    let mut parts = vec![NewPart { media_type: LOCK_TYPE, annotations: titled("reprolock.lock"), bytes }];
    if let Some(bytes) = store::index_bytes(path, lock)? {
        let annotations = titled("reprolock.lock.files.zst");
        parts.push(NewPart { media_type: FILES_TYPE, annotations, bytes });
    }
    let annotations = lock.image.created.iter().map(|created| (CREATED, created.as_str())).collect();
    Ok(referrers.attach(subject, &NewArtifact { artifact_type: LOCK_TYPE, annotations, parts })?)
}

/// The lockfile attached to the manifest `subject`. Of several it is the one whose image was made last, as the
/// artifacts' `created` tells, and of those the one with the lowest digest: so it is the same whoever asks.
pub fn find(referrers: &dyn Referrers, subject: &Digest) -> Result<Option<AttachedLock>, AttachedError> {
    let mut attached = referrers.attached(subject, LOCK_TYPE)?;
    let count = attached.len();
    attached.sort_by(|a, b| created(b).cmp(&created(a)).then_with(|| a.digest.cmp(&b.digest)));
    let Some(artifact) = attached.into_iter().next() else { return Ok(None) };
    let path = shown_path(&artifact.digest);
    let part = |media_type| artifact.parts.iter().find(|part| part.media_type == media_type);
    let problem = || "it has no part that is a lockfile".to_owned();
    let text =
        part(LOCK_TYPE).ok_or_else(|| LockError::Inconsistent { path: path.clone(), problem: problem() })?;
    let mut bytes = Vec::new();
    let read = referrers.part(text)?.take(limits::LOCKFILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|source| LockError::Io { action: "read", path: path.clone(), source })?;
    let digest = text.digest.same_algorithm_of(&bytes);
    if digest != text.digest {
        let problem = format!("its bytes have digest {digest}, its descriptor says {}", text.digest);
        return Err(LockError::Inconsistent { path, problem }.into());
    }
    let sha256 = Sha256::of(&bytes);
    let lock = store::parse(bytes, &path)?;
    store::hold(&lock, &path)?;
    Ok(Some(AttachedLock { sha256, lock, digest: artifact.digest, count, files: part(FILES_TYPE).cloned() }))
}

/// The file index that came with an attached lockfile; its rows are held to the lockfile's digest of them.
pub fn read_index(
    referrers: &dyn Referrers,
    attached: &AttachedLock,
) -> Result<Option<Vec<LayerRows>>, AttachedError> {
    let (Some(expected), Some(part)) = (attached.lock.image.files, &attached.files) else { return Ok(None) };
    let path = store::index_path(&shown_path(&attached.digest));
    let rows = files::read(referrers.part(part)?, expected, &path)?;
    contradictions::of_index(&attached.lock, &rows, &path)?;
    Ok(Some(rows))
}

fn created(artifact: &Artifact) -> Option<&str> {
    artifact.annotations.get(CREATED).map(String::as_str)
}

/// What stands in messages where a file's path would.
fn shown_path(digest: &Digest) -> PathBuf {
    PathBuf::from(format!("attached lockfile {digest}"))
}
