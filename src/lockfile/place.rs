//! Where a lock's files stand: regular files of the project, which no link leads out of.
//!
//! The project is the current folder where a path is given from there, else the folder that the path names: what stands in
//! a checkout is not to be trusted, what is typed is. Pipes and devices are neither opened nor replaced.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::error::LockError;

/// Opens the file at `path` to be read.
pub(super) fn open(path: &Path) -> Result<File, LockError> {
    let failed = |source: io::Error| LockError::Io { action: "read", path: path.into(), source };
    let real = path.canonicalize().map_err(failed)?;
    if !real.starts_with(project(path).map_err(failed)?) {
        return Err(LockError::Elsewhere { action: "read", path: path.into() });
    }
    let no_file = || LockError::NotAFile { action: "read", path: path.into() };
    // Asked before opening: opening a pipe would wait for a writer.
    if !fs::metadata(&real).map_err(failed)?.is_file() {
        return Err(no_file());
    }
    let file = File::open(&real).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_file() { Ok(file) } else { Err(no_file()) }
}

/// The place of a file that is to be written to `path`, in a folder of the project. A link that stands there is replaced, and
/// nothing is written through it.
pub(super) fn to_write(path: &Path) -> Result<PathBuf, LockError> {
    let failed = |source: io::Error| LockError::Io { action: "write", path: path.into(), source };
    let no_file = || LockError::NotAFile { action: "write", path: path.into() };
    let folder = folder(path).canonicalize().map_err(failed)?;
    if !folder.starts_with(project(path).map_err(failed)?) {
        return Err(LockError::Elsewhere { action: "write", path: path.into() });
    }
    let place = folder.join(path.file_name().ok_or_else(no_file)?);
    // A name for a descriptor of this process, such as /dev/stdout or /dev/fd/1, is the system's, whatever file it leads to.
    let is_system = |target: &Path| ["/dev", "/proc"].iter().any(|folder| target.starts_with(folder));
    if folder.starts_with("/proc") {
        return Err(no_file());
    }
    let leads_to_none = || {
        fs::metadata(&place).is_ok_and(|metadata| !metadata.is_file())
            || fs::read_link(&place).is_ok_and(|target| is_system(&target))
    };
    match fs::symlink_metadata(&place) {
        Ok(metadata) if metadata.is_symlink() && leads_to_none() => Err(no_file()),
        // What is a folder is told when the file is to be moved there.
        Ok(metadata) if metadata.is_file() || metadata.is_symlink() || metadata.is_dir() => Ok(place),
        Ok(_) => Err(no_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(place),
        Err(error) => Err(failed(error)),
    }
}

/// The folder that holds all that a path may lead to.
fn project(path: &Path) -> io::Result<PathBuf> {
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if is_inside { Path::new(".").canonicalize() } else { folder(path).canonicalize() }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_or_a_link_inside_is_opened_and_what_leads_elsewhere_is_not() {
        let (project, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| project.path().join(name);
        fs::write(at("a"), "a").unwrap();
        fs::write(other.path().join("secret"), "s").unwrap();
        symlink("a", at("inside")).unwrap();
        symlink(other.path().join("secret"), at("out")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        assert!(open(&at("a")).is_ok() && open(&at("inside")).is_ok());
        assert!(matches!(open(&at("out")), Err(LockError::Elsewhere { .. })));
        assert!(matches!(open(&at("zero")), Err(LockError::Elsewhere { .. })));
        assert!(matches!(
            open(project.path()),
            Err(LockError::NotAFile { .. } | LockError::Elsewhere { .. })
        ));
        assert!(matches!(open(&at("none")), Err(LockError::Io { .. })));
        assert!(matches!(open(Path::new("/dev/zero")), Err(LockError::NotAFile { .. })));
    }

    #[test]
    fn a_file_is_written_beside_a_link_and_never_in_the_place_of_a_device() {
        let (project, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink(other.path().join("x"), project.path().join("out")).unwrap();
        let place = to_write(&project.path().join("out")).unwrap();
        assert_eq!(place, project.path().canonicalize().unwrap().join("out"));
        assert!(matches!(to_write(Path::new("/dev/null")), Err(LockError::NotAFile { .. })));
        let file = File::create(project.path().join("descriptor")).unwrap();
        let of_a_file = ["/dev/fd", "/proc/self/fd"].map(|folder| format!("{folder}/{}", file.as_raw_fd()));
        let named = ["/dev/stdout", "/dev/stderr", "/dev/fd/1"].map(String::from);
        for system in named.into_iter().chain(of_a_file) {
            let place = to_write(Path::new(&system));
            assert!(!Path::new(&system).exists() || place.is_err(), "{system}: {place:?}");
        }
    }
}
