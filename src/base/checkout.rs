//! The checkout that a run belongs to, and what leads out of it.
//!
//! Vocabulary: the *checkout* is the first folder with `.git`, from the current one upwards; where there is none, the current
//! folder. Its files may be a stranger's, and a link among them may lead anywhere on this machine.
//!
//! What it refuses to do: a path that was written so that it leads elsewhere is no business of it; whoever typed it meant
//! it. It guards against no one who changes files while they are read.

pub mod git;

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A path from the root: `path` as it leads on from `here`, `.` and `..` taken out by name.
pub fn absolute(here: &Path, path: &Path) -> PathBuf {
    let mut absolute = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(absolute.pop()),
            other => absolute.push(other),
        }
    }
    absolute
}

/// The first folder with `.git`, from `folder` upwards.
pub fn root(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

/// Whether `path` is written as one of the checkout's, and links make it one of somewhere else.
pub fn leads_out(path: &Path) -> io::Result<bool> {
    leads_out_of(&std::env::current_dir()?, path)
}

/// The same for who stands in `here`.
fn leads_out_of(here: &Path, path: &Path) -> io::Result<bool> {
    let root = root(here).unwrap_or(here);
    if !absolute(here, path).starts_with(root) {
        return Ok(false);
    }
    Ok(!fs::canonicalize(here.join(path))?.starts_with(fs::canonicalize(root)?))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_links_lead_out() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().canonicalize().unwrap();
        let (root, here) = (place.join("repository"), place.join("repository/sub"));
        fs::create_dir_all(&here).unwrap();
        fs::create_dir(root.join(".git")).unwrap();
        for file in [place.join("outside"), root.join("inside"), here.join("own")] {
            fs::write(file, "").unwrap();
        }
        symlink("../outside", root.join("out")).unwrap();
        symlink("../inside", here.join("in")).unwrap();
        symlink("..", root.join("folder")).unwrap();
        let is_out = |path: &str| leads_out_of(&here, Path::new(path)).unwrap();
        for path in ["own", "in", "../inside", "../../outside", "../sub/own"] {
            assert!(!is_out(path), "{path}");
        }
        for path in ["../out", "../folder/outside"] {
            assert!(is_out(path), "{path}");
        }
        assert!(leads_out_of(&here, Path::new("none")).is_err());
    }
}
