//! Locks as texts, and what they choose.

use reprolock::internal::base::digest::Sha256;
use reprolock::internal::project_locks::{self, LockFile, LockText, ProjectLock};

pub(super) fn lock_file(path: &str, text: &str) -> LockFile {
    LockFile { path: path.to_owned(), digest: Sha256::of(text.as_bytes()), text: text.to_owned() }
}

/// What the format of that id reads of `files`, for a Linux of amd64.
pub(super) fn read(id: &str, files: &[LockFile]) -> Result<ProjectLock, String> {
    let platform = "linux/amd64".parse().unwrap();
    let text = LockText { files, project: None, platform: &platform };
    project_locks::of_id(id).unwrap().read(&text).and_then(ProjectLock::whole)
}
