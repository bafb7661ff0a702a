//! The files below a folder that are to be linted, as git sees them: git's ignore files are honoured, hidden folders are
//! looked into, `.git` is not.
//!
//! What ignore files leave out is counted: a line in one would else hide a Dockerfile from the report, and nobody would see
//! it. Files of other tools (`.ignore`) are not honoured; git knows nothing of them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};

use crate::base::limits;
use crate::lint::collect::names::Names;
use crate::lint::collect::obstacle::Obstacle;
use crate::lint::read::files;
use crate::lint::subject::source::SourceKind;

/// Folders that hold what others wrote, or what tools made; linted only where they are named.
const OTHERS: &[&str] =
    &[".git", ".hg", ".jj", ".svn", ".venv", "__pycache__", ".tox", ".nox", "node_modules", "site-packages"];

/// Files and folders that are looked at for what ignore files leave out; data that git does not have may be a great deal more.
const LOOKED_AT: usize = 200_000;

const IGNORE_FILE: &str = ".gitignore";

/// What ignore files leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hidden {
    /// Files that would be linted.
    pub files: usize,
    /// Whether that is all of them, or only those among the first files and folders.
    pub is_cut: bool,
}

/// The files below `folder` whose names say that there may be something to lint, sorted; and how many more there are that
/// ignore files leave out.
pub(super) fn below(folder: &Path, names: &Names, obstacles: &mut Vec<Obstacle>) -> (Vec<PathBuf>, Hidden) {
    let files = listed(folder, names, obstacles);
    let mut all = WalkBuilder::new(folder);
    all.standard_filters(false);
    let mut hidden = Hidden::default();
    let mut seen = 0;
    for entry in walk(&mut all, |_| true) {
        // What can't be read was told above, or nobody asked for it.
        let Ok(entry) = entry else { continue };
        seen += 1;
        if seen > LOOKED_AT {
            hidden.is_cut = true;
            break;
        }
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        hidden.files += usize::from(is_file && is_named(entry.path()));
    }
    // Each file of the first walk is one of the second.
    hidden.files = hidden.files.saturating_sub(files.iter().filter(|path| is_named(path)).count());
    (files, hidden)
}

/// All but others' folders, and what `is_kept` leaves out besides.
fn walk(walk: &mut WalkBuilder, is_kept: impl Fn(&DirEntry) -> bool + Send + Sync + 'static) -> ignore::Walk {
    walk.hidden(false).follow_links(false).sort_by_file_name(OsStr::cmp);
    walk.filter_entry(move |entry| !is_others(entry) && is_kept(entry));
    walk.build()
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn is_others(entry: &DirEntry) -> bool {
    entry.depth() > 0 && is_folder(entry) && OTHERS.iter().any(|name| entry.file_name() == *name)
}

/// Whether what stands at a path is no ignore file that may be opened: as git, which follows no link to one. A pipe would never
/// end, and a device without end fill the memory.
fn is_odd(path: &Path) -> bool {
    let is_file = |metadata: fs::Metadata| metadata.is_file() && metadata.len() <= limits::PROJECT_BYTES;
    fs::symlink_metadata(path).is_ok_and(|metadata| !is_file(metadata))
}

/// The odd ignore files that hold for a folder as a whole: its own and those above it in the repository.
fn odd_around(folder: &Path) -> Vec<PathBuf> {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.into());
    let mut odd = Vec::new();
    for above in whole.ancestors() {
        let known = [above.join(IGNORE_FILE), above.join(".git/info/exclude")];
        odd.extend(known.into_iter().filter(|path| is_odd(path)));
        if above.join(".git").exists() {
            break;
        }
    }
    odd
}

fn listed(folder: &Path, names: &Names, obstacles: &mut Vec<Obstacle>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut builder = WalkBuilder::new(folder);
    builder.ignore(false);
    let around = odd_around(folder);
    if !around.is_empty() {
        builder.standard_filters(false);
    }
    let odd = Arc::new(Mutex::new(around));
    let below = Arc::clone(&odd);
    // Asked of a folder before its ignore file is opened; with an odd one, what is below is not known, and that is told.
    let is_kept = move |entry: &DirEntry| {
        let path = entry.path().join(IGNORE_FILE);
        let is_kept = !is_folder(entry) || !is_odd(&path);
        if !is_kept {
            below.lock().unwrap_or_else(PoisonError::into_inner).push(path);
        }
        is_kept
    };
    for entry in walk(&mut builder, is_kept) {
        match entry {
            // A link's target is linted where it stands, or is not this folder's.
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                files.extend(Some(entry.into_path()).filter(|path| is_wanted(path)));
            }
            Ok(_) => {}
            Err(error) => obstacles.push(unread(&error, folder, names)),
        }
    }
    let odd = odd.lock().unwrap_or_else(PoisonError::into_inner);
    obstacles.extend(odd.iter().map(|path| {
        Obstacle::new(
            names.shown(path),
            "is no file that git would read: it is a link, a pipe, a device, or too large",
        )
    }));
    files
}

/// Whether a file's name tells that there is something to lint.
fn is_named(path: &Path) -> bool {
    !matches!(files::kind_of_name(path), None | Some(SourceKind::Requirements | SourceKind::Constraints))
}

/// Whether its text may tell it, where its name does not.
fn is_wanted(path: &Path) -> bool {
    is_named(path) || files::may_be_of_a_kind(path) && files::kind_of_name(path).is_none()
}

/// Whether a walk of the folders above would come to a file and want it, git's ignore files aside. A link's target is linted
/// where it stands; of a path where nothing is, or nothing can be seen, the reader says so.
pub(super) fn is_wanted_alone(path: &Path) -> bool {
    let is_others = |part: &OsStr| OTHERS.iter().any(|name| part == *name);
    let is_file = fs::symlink_metadata(path).map_or(true, |metadata| metadata.is_file());
    let folders = path.parent().into_iter().flat_map(Path::iter);
    is_file && is_wanted(path) && !folders.into_iter().any(is_others)
}

fn unread(error: &ignore::Error, folder: &Path, names: &Names) -> Obstacle {
    let (path, reason) = match error {
        ignore::Error::WithDepth { err, .. } => return unread(err, folder, names),
        ignore::Error::WithPath { path, err } => (path.as_path(), err.to_string()),
        other => (folder, other.to_string()),
    };
    Obstacle::new(names.shown_folder(path), format!("can't be read: {reason}"))
}
