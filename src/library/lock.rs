//! A lock: what an image is, put together by a freeze or read from a lockfile.

use std::path::{Path, PathBuf};

use super::error::Error;
use super::image::OpenedImage;
use super::opening::last_part;
use super::options::BuildOptions;
use crate::base::observer::Silent;
use crate::freeze::{self, IndexScope, KnownLayers, Snapshot};
use crate::lockfile::index::FileIndex;
use crate::lockfile::{Lockfile, codec, store};
use crate::scan::ScanOptions;

/// What an image is: its layers, packages, config and the facts of its build.
pub struct Lock {
    origin: Origin,
    /// The lockfile that it was read from or last written to.
    place: Option<PathBuf>,
}

enum Origin {
    Frozen(Box<Snapshot>),
    Read(Box<Lockfile>),
}

/// Reads every layer of `image` once, and puts together what it is. Nothing is written: [`Lock::write`] does that.
///
/// An error where a layer is damaged or unpacks to more than the image's options allow, where the Dockerfile or what it
/// installs from cannot be read, or where the base image is not the one that the image was built on.
///
/// ```
/// use reprolock::{BuildOptions, ImageOptions};
///
/// let image = reprolock::open("testdata/seed/image.oci.tar", ImageOptions::default())?;
/// let build = BuildOptions::default().dockerfile("testdata/seed/Dockerfile");
/// let mut lock = reprolock::freeze(&image, &build)?;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("reprolock.lock");
/// lock.write(&path)?;
/// assert_eq!(std::fs::read_to_string(&path)?, lock.to_toml());
/// assert!(folder.path().join("reprolock.lock.files.zst").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn freeze(image: &OpenedImage, build: &BuildOptions) -> Result<Lock, Error> {
    let opened = &image.opened;
    let inputs = opened.inputs(build)?;
    let options = ScanOptions { expansion: opened.options.expansion, observer: &Silent };
    let snapshot =
        freeze::snapshot(&*opened.source, &opened.image, &inputs, &KnownLayers::default(), &options)?;
    Ok(Lock { origin: Origin::Frozen(Box::new(snapshot)), place: None })
}

impl Lock {
    /// Reads the lockfile at `path`, of any version there was. Its file index, `PATH.files.zst`, is read where
    /// [`verify`](crate::verify()) needs it.
    ///
    /// An error where there is none, or where it is not a lockfile: with the line, and what is wrong there.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let lock = store::read(path)?;
        store::hold(&lock, path)?;
        Ok(Self { origin: Origin::Read(Box::new(lock)), place: Some(path.to_owned()) })
    }

    /// Writes the lockfile to `path`, and beside it, as `PATH.files.zst`, the index of the files of the layers above the
    /// base; a lock that was read has the index it was read with. Each is written beside its place and renamed into it.
    ///
    /// An error where the folder is not there or cannot be written to, or where the index of a lock that was read is not
    /// its own.
    pub fn write(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        match &mut self.origin {
            Origin::Frozen(snapshot) => snapshot.write(path, IndexScope::Own)?,
            Origin::Read(lock) => {
                let place = self.place.as_deref().unwrap_or(path);
                let layers = store::read_index(place, lock)?;
                let rows = layers.as_ref().map(|layers| {
                    layers.iter().map(|layer| (layer.index, layer.diff_id, layer.entries.as_slice()))
                });
                store::write(path, lock, rows)?;
            }
        }
        self.place = Some(path.to_owned());
        Ok(())
    }

    /// The lockfile's text: canonical TOML, the same facts always the same bytes. Before a frozen lock is written, its file
    /// index is missing from it (`image.files`).
    pub fn to_toml(&self) -> String {
        codec::encode(self.lockfile())
    }

    /// What is worth knowing of the freeze, a sentence each: what was not found, what is only claimed.
    pub fn notes(&self) -> &[String] {
        match &self.origin {
            Origin::Frozen(snapshot) => &snapshot.notes,
            Origin::Read(_) => &[],
        }
    }

    pub(super) fn lockfile(&self) -> &Lockfile {
        match &self.origin {
            Origin::Frozen(snapshot) => &snapshot.lock,
            Origin::Read(lock) => lock,
        }
    }

    pub(super) fn place(&self) -> Option<&Path> {
        self.place.as_deref()
    }

    /// Its name for people.
    pub(super) fn name(&self) -> String {
        match &self.place {
            Some(path) => last_part(&path.to_string_lossy()).to_owned(),
            None => "its lock".to_owned(),
        }
    }

    /// Its file index; one that was never written has none, and says so itself.
    pub(super) fn index(&self) -> FileIndex<'_> {
        FileIndex::beside(self.place.as_deref().unwrap_or(Path::new("")), self.lockfile())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{ImageOptions, open};

    #[test]
    fn a_lock_that_was_read_is_written_as_it_was_with_its_index() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one.lock", "other.lock"].map(|name| folder.path().join(name));
        let image = open("testdata/seed/image.oci.tar", ImageOptions::default()).unwrap();
        freeze(&image, &BuildOptions::default()).unwrap().write(&one).unwrap();
        Lock::read(&one).unwrap().write(&other).unwrap();
        let read = |path: &Path| std::fs::read(path).unwrap();
        assert_eq!(read(&one), read(&other));
        assert_eq!(read(&store::index_path(&one)), read(&store::index_path(&other)));
    }
}
