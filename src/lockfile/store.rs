//! Lockfiles on disk: read under a cap, written beside their place and renamed into it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::contradictions;
use super::error::LockError;
use super::files::{self, LayerRows};
use super::model::Lockfile;
use super::{beside, codec, place};
use crate::base::bounded;
use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::formats::tar::entry::Entry;

/// The file index of the lockfile at `path`: `<path>.files.zst`.
pub fn index_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".files.zst");
    name.into()
}

/// Reads the lockfile at `path`.
pub fn read(path: &Path) -> Result<Lockfile, LockError> {
    parse(read_bytes(path)?, path)
}

/// The bytes of the lockfile at `path`.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, LockError> {
    let file = place::open(path).map_err(|error| match error {
        LockError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            LockError::Missing(path.into())
        }
        error => error,
    })?;
    let mut bytes = Vec::new();
    let read = file.take(limits::LOCKFILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|source| LockError::Io { action: "read", path: path.into(), source })?;
    Ok(bytes)
}

/// Reads a lockfile's bytes; `path` is for messages.
pub fn parse(bytes: Vec<u8>, path: &Path) -> Result<Lockfile, LockError> {
    if bytes.len() as u64 > limits::LOCKFILE_BYTES {
        return Err(LockError::TooLarge { path: path.into(), limit: limits::LOCKFILE_BYTES });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        LockError::Malformed { path: path.into(), line, problem: "not UTF-8".into() }
    })?;
    codec::decode(&text, path)
}

/// Holds a lockfile that is compared with an image to itself, in all that freeze counts; `path` is for messages.
pub fn hold(lock: &Lockfile, path: &Path) -> Result<(), LockError> {
    match contradictions::of_counts(lock) {
        Some(problem) => Err(LockError::Inconsistent { path: path.into(), problem }),
        None => Ok(()),
    }
}

/// Reads the file index of the lockfile at `path`, and holds it to the lockfile; `None` where there is none, or the lockfile was
/// written without.
pub fn read_index(path: &Path, lock: &Lockfile) -> Result<Option<Vec<LayerRows>>, LockError> {
    let Some(expected) = lock.image.files else { return Ok(None) };
    let index = index_path(path);
    let Some(file) = open_index(&index)? else { return Ok(None) };
    let rows = files::read(file, expected, &index)?;
    contradictions::of_index(lock, &rows, &index)?;
    Ok(Some(rows))
}

/// The bytes of the file index of the lockfile at `path`, where they are its own.
pub(super) fn index_bytes(path: &Path, lock: &Lockfile) -> Result<Option<Vec<u8>>, LockError> {
    let Some(expected) = lock.image.files else { return Ok(None) };
    let index = index_path(path);
    let Some(file) = open_index(&index)? else { return Ok(None) };
    let limit = limits::PACKED_INDEX_BYTES;
    let bytes = bounded::read(file, limit).map_err(|source| LockError::Io {
        action: "read",
        path: index.clone(),
        source,
    })?;
    let bytes = bytes.ok_or_else(|| LockError::TooLarge { path: index.clone(), limit })?;
    let rows = files::read(bytes.as_slice(), expected, &index)?;
    contradictions::of_index(lock, &rows, &index)?;
    Ok(Some(bytes))
}

fn open_index(index: &Path) -> Result<Option<File>, LockError> {
    match place::open(index) {
        Ok(file) => Ok(Some(file)),
        Err(LockError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Says what would stop a lockfile from being written to `path`.
pub fn check_place(path: &Path) -> Result<(), LockError> {
    place::to_write(path)?;
    place::to_write(&index_path(path)).map(drop)
}

/// What stands ready beside its place, and is moved there by [`Staged::commit`]; dropped, it is gone.
pub struct Staged {
    temporary: tempfile::NamedTempFile,
    /// As it was named.
    path: PathBuf,
    place: PathBuf,
}

impl Staged {
    /// Moves the file into its place, whole.
    pub fn commit(self) -> Result<(), LockError> {
        let path = self.path;
        self.temporary.persist(&self.place).map(drop).map_err(|error| LockError::Io {
            action: "write",
            path,
            source: error.error,
        })
    }
}

/// Writes the lockfile to `path` and the index of `rows` beside it, whose digest the lockfile then has; without `rows`, no
/// index. Wherever this is cut short, a lockfile stands beside its own index or beside none, and verify can decide;
/// another lockfile's index would stop it.
pub fn write<'a>(
    path: &Path,
    lock: &mut Lockfile,
    rows: Option<impl IntoIterator<Item = (usize, Digest, &'a [Entry])>>,
) -> Result<(), LockError> {
    let index = rows.map(|rows| stage_index(path, rows)).transpose()?;
    lock.image.files = index.as_ref().map(|(_, digest)| *digest);
    let staged = stage_lock(path, lock)?;
    remove_index(path)?;
    staged.commit()?;
    index.map_or(Ok(()), |(index, _)| index.commit())
}

/// Writes the file index for the lockfile at `path` beside its place; returns the digest of its rows.
pub fn stage_index<'a>(
    path: &Path,
    layers: impl IntoIterator<Item = (usize, Digest, &'a [Entry])>,
) -> Result<(Staged, Sha256), LockError> {
    let place = index_path(path);
    let mut digest = None;
    let staged = stage(&place, |out| {
        digest = Some(files::write(layers, out)?);
        Ok(())
    })?;
    let digest = digest.unwrap_or_else(|| Sha256::of(b""));
    Ok((staged, digest))
}

/// Writes the lockfile beside its place.
pub fn stage_lock(path: &Path, lock: &Lockfile) -> Result<Staged, LockError> {
    stage(path, |out| out.write_all(codec::encode(lock).as_bytes()))
}

/// Removes a file index that an earlier freeze left at the lockfile's place.
pub fn remove_index(path: &Path) -> Result<(), LockError> {
    let index = index_path(path);
    match fs::remove_file(place::to_write(&index)?) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(LockError::Io { action: "remove", path: index, source })
        }
        _ => Ok(()),
    }
}

fn stage(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Staged, LockError> {
    let failed =
        |source| LockError::Io { action: "write", path: path.into(), source: beside::without_name(source) };
    let place = place::to_write(path)?;
    let mut temporary = beside::temporary(&place).map_err(failed)?;
    let mut out = BufWriter::new(temporary.as_file_mut());
    write(&mut out).and_then(|()| out.flush()).map_err(failed)?;
    drop(out);
    // Without this, a power cut after the rename could leave an empty file under the old name.
    temporary.as_file().sync_all().map_err(failed)?;
    Ok(Staged { temporary, path: path.into(), place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_staged_file_that_is_not_committed_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("reprolock.lock");
        fs::write(&place, "old").unwrap();
        drop(stage(&place, |out| out.write_all(b"new")).unwrap());
        assert_eq!(fs::read_to_string(&place).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        stage(&place, |out| out.write_all(b"new")).unwrap().commit().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "new");
    }

    #[test]
    fn a_lockfile_in_a_folder_that_is_not_there_is_an_error_that_names_it() {
        let error = stage(Path::new("no/such/folder/l.lock"), |_| Ok(())).err().unwrap();
        assert!(error.to_string().contains("no/such/folder/l.lock"), "{error}");
        assert!(!error.to_string().contains(".tmp"), "{error}");
    }
}
