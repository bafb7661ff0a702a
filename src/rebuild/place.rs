//! The folder that a build works in, and what is left of builds that were killed.
//!
//! Vocabulary: the *root* is this user's folder for all runs, below the one for temporary files; each run has a *work folder* in
//! it, and beside that a lock file, which the run and its keeper hold for as long as they live. What nobody holds is *swept* by the
//! next run: first by the commands that its own run wrote down, then what is mounted there, then the files.
//!
//! What it refuses to do: a root that others can write to is not used, and a folder in which something is still mounted is not
//! removed, since what is mounted may be anybody's.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::command::ReadyCommand;
use super::error::RebuildError;
use super::recipe::{DOCKERFILE_FOLDER, Recipe, RecipeFile};
use crate::base::bounded;

/// The file of the commands that take away what a builder keeps elsewhere.
const CLEANING: &str = "clean.json";

/// How long each of them may take.
const CLEANING_LIMIT: Duration = Duration::from_secs(60);

/// How the names of work folders begin.
const PREFIX: &str = "run-";

/// A work folder, removed when it goes.
pub(super) struct WorkFolder {
    path: PathBuf,
    _held: File,
}

impl WorkFolder {
    /// A new one. What earlier runs left is swept first.
    pub(super) fn new() -> Result<Self, RebuildError> {
        let root = root(&std::env::temp_dir())?;
        Self::below(&root)
    }

    fn below(root: &Path) -> Result<Self, RebuildError> {
        let gate = root.join("gate");
        let held = open(&gate).and_then(|file| file.lock().map(|()| file));
        let held = held.map_err(RebuildError::io("lock", &gate))?;
        // Between making a lock file and holding it nobody may sweep.
        let left = left(root);
        let own = Self::made(root).map_err(RebuildError::io("write to", root))?;
        drop(held);
        for (path, held) in left {
            // What can't be removed now is tried again by the next run.
            let _ = remove(&path);
            drop(held);
        }
        Ok(own)
    }

    fn made(root: &Path) -> io::Result<Self> {
        let path = tempfile::Builder::new().prefix(PREFIX).tempdir_in(root)?.keep();
        let held = open(&lock_of(&path))?;
        held.lock_shared()?;
        Ok(Self { path, _held: held })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its name, which no other run has.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        name.trim_start_matches(PREFIX).to_lowercase()
    }

    /// Writes down what takes away what a builder keeps elsewhere, and the Dockerfile where one was made.
    pub(super) fn prepare(&self, recipe: &Recipe, clean: &[ReadyCommand]) -> Result<(), RebuildError> {
        let write = || {
            fs::write(self.path.join(CLEANING), serde_json::to_vec(clean)?)?;
            let RecipeFile::Made(made) = &recipe.dockerfile else { return Ok(()) };
            let folder = self.path.join(DOCKERFILE_FOLDER);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(&made.name), &made.text)?;
            match &made.ignores {
                Some(ignores) => fs::write(folder.join(format!("{}.dockerignore", made.name)), ignores),
                None => Ok(()),
            }
        };
        write().map_err(RebuildError::io("write to", &self.path))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // What can't be removed is the next run's to sweep.
        let _ = remove(&self.path);
    }
}

/// Holds the lock of a work folder, for who outlives its run.
pub(super) fn hold(work: &Path) -> io::Result<File> {
    let held = open(&lock_of(work))?;
    held.lock_shared()?;
    Ok(held)
}

/// Removes a work folder, and what its builder keeps elsewhere.
pub(super) fn remove(work: &Path) -> io::Result<()> {
    if work.exists() {
        clean(work);
        unmount(work)?;
        fs::remove_dir_all(work)?;
    }
    match fs::remove_file(lock_of(work)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The user's root below `temporary`.
fn root(temporary: &Path) -> Result<PathBuf, RebuildError> {
    let temporary = std::path::absolute(temporary).map_err(RebuildError::io("use", temporary))?;
    let user = rustix::process::geteuid().as_raw();
    let root = temporary.join(format!("reprolock-{user}"));
    let refuse = |what: &str| RebuildError::io("use", &root)(io::Error::other(what.to_owned()));
    // Builders read these paths within lists and behind colons.
    if root.to_str().is_none_or(|text| text.contains([',', ':', '"', '\n'])) {
        return Err(refuse("its name holds what builders take apart"));
    }
    match DirBuilder::new().mode(0o700).create(&root) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made.map_err(RebuildError::io("make", &root))?,
    }
    let facts = fs::symlink_metadata(&root).map_err(RebuildError::io("use", &root))?;
    match facts.is_dir() && facts.uid() == user && facts.mode() & 0o077 == 0 {
        true => Ok(root),
        false => Err(refuse("it is not a folder that only you can write to and read")),
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

fn lock_of(work: &Path) -> PathBuf {
    work.with_extension("lock")
}

/// What nobody holds, now held by us.
fn left(root: &Path) -> Vec<(PathBuf, File)> {
    let entries = fs::read_dir(root).into_iter().flatten().filter_map(Result::ok);
    let locks =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "lock"));
    let free = locks.filter_map(|lock| {
        let held = open(&lock).ok()?;
        held.try_lock().ok()?;
        Some((lock.with_extension(""), held))
    });
    free.collect()
}

/// Runs what the run wrote down; a builder that is not there any more has nothing to take away.
fn clean(work: &Path) {
    let commands = fs::read(work.join(CLEANING)).ok();
    let commands: Vec<ReadyCommand> =
        commands.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    for command in commands {
        let mut program = Command::new(&command.program);
        program.args(&command.arguments).envs(command.environment);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Ok(mut child) = program.spawn() {
            let _ = bounded::wait(&mut child, CLEANING_LIMIT);
        }
    }
}

/// Takes away what is mounted in `work`, the innermost first; an error where something stays.
#[cfg(target_os = "linux")]
fn unmount(work: &Path) -> io::Result<()> {
    let work = work.canonicalize()?;
    let mut mounts = mounts(&fs::read_to_string("/proc/self/mountinfo")?, &work);
    mounts.sort();
    for mount in mounts.iter().rev() {
        rustix::mount::unmount(mount, rustix::mount::UnmountFlags::DETACH)?;
    }
    match self::mounts(&fs::read_to_string("/proc/self/mountinfo")?, &work).is_empty() {
        true => Ok(()),
        false => Err(io::Error::other("something is mounted in it")),
    }
}

#[cfg(not(target_os = "linux"))]
fn unmount(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The mount points in `work` (proc(5): the fifth field, blanks as octal escapes).
#[cfg(target_os = "linux")]
fn mounts(mountinfo: &str, work: &Path) -> Vec<PathBuf> {
    let place = |line: &str| {
        let escaped = line.split(' ').nth(4)?;
        let plain = escaped
            .replace("\\040", " ")
            .replace("\\011", "\t")
            .replace("\\012", "\n")
            .replace("\\134", "\\");
        Some(PathBuf::from(plain))
    };
    mountinfo.lines().filter_map(place).filter(|path| path.starts_with(work)).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let names =
            fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn what_a_killed_run_left_is_swept_by_the_next_and_what_others_hold_stays() {
        let folder = tempfile::tempdir().unwrap();
        let root = root(folder.path()).unwrap();
        let living = WorkFolder::below(&root).unwrap();
        let killed = WorkFolder::below(&root).unwrap();
        let left = killed.path.clone();
        fs::write(left.join("x"), "x").unwrap();
        let witness = folder.path().join("cleaned");
        let touch = ReadyCommand {
            program: "touch".into(),
            arguments: vec![witness.to_string_lossy().into_owned()],
            environment: Vec::new(),
        };
        killed.prepare(&Recipe::default(), &[touch]).unwrap();
        // As after SIGKILL: the lock goes with the process, the folder stays.
        let WorkFolder { _held: held, .. } = &killed;
        held.unlock().unwrap();
        std::mem::forget(killed);
        let next = WorkFolder::below(&root).unwrap();
        assert!(!left.exists() && living.path.exists() && next.path.exists());
        assert!(witness.exists(), "what was written down to be run is run");
        drop((living, next));
        assert_eq!(names(&root), ["gate"]);
    }

    #[test]
    fn a_root_of_others_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let place = root(folder.path()).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(root(folder.path()).unwrap_err().to_string().contains("only you"));
        fs::remove_dir(&place).unwrap();
        std::os::unix::fs::symlink("/tmp", &place).unwrap();
        assert!(root(folder.path()).is_err());
        assert!(root(Path::new("/tmp/a,b")).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn mounts_in_the_folder_are_known_by_their_places() {
        let text = "1 0 8:1 / / rw - ext4 a rw\n2 1 8:1 / /t/w/a\\040b rw - overlay o rw\n3 1 8:1 / /t/work rw - x y z\n";
        assert_eq!(mounts(text, Path::new("/t/w")), [PathBuf::from("/t/w/a b")]);
    }
}
