//! The files below a folder that are to be linted, as git sees them: ignore files are honoured, hidden folders are looked
//! into, `.git` is not.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::lint::collect::names::Names;
use crate::lint::collect::obstacle::Obstacle;
use crate::lint::subject::source::SourceKind;

/// Folders that hold what others wrote, or what tools made; linted only where they are named.
const OTHERS: &[&str] =
    &[".git", ".hg", ".jj", ".svn", ".venv", "__pycache__", ".tox", ".nox", "node_modules", "site-packages"];

/// The files below `folder` whose names say that there may be something to lint, sorted.
pub(super) fn below(folder: &Path, names: &Names, obstacles: &mut Vec<Obstacle>) -> Vec<PathBuf> {
    let mut walk = WalkBuilder::new(folder);
    walk.hidden(false).follow_links(false).sort_by_file_name(OsStr::cmp);
    walk.filter_entry(|entry| {
        let is_others = || OTHERS.iter().any(|name| entry.file_name() == *name);
        entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) || !is_others()
    });
    let mut files = Vec::new();
    for entry in walk.build() {
        match entry {
            // A link's target is linted where it stands, or is not this folder's.
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                files.extend(Some(entry.into_path()).filter(|path| is_wanted(path)));
            }
            Ok(_) => {}
            Err(error) => obstacles.push(unread(&error, folder, names)),
        }
    }
    files
}

fn is_wanted(path: &Path) -> bool {
    !matches!(SourceKind::of_name(path), None | Some(SourceKind::Requirements | SourceKind::Constraints))
}

fn unread(error: &ignore::Error, folder: &Path, names: &Names) -> Obstacle {
    let (path, reason) = match error {
        ignore::Error::WithDepth { err, .. } => return unread(err, folder, names),
        ignore::Error::WithPath { path, err } => (path.as_path(), err.to_string()),
        other => (folder, other.to_string()),
    };
    let shown = names.shown(path);
    let shown = if shown.is_empty() { ".".to_owned() } else { shown };
    Obstacle::new(shown, format!("can't be read: {reason}"))
}
