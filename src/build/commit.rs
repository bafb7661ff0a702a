//! The commit that a build context is at, as git stores it.
//!
//! What it refuses to do: it says nothing where there is no git, no repository or no commit; an answer that takes long is none.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use crate::base::checkout::git;
use crate::base::{bounded, limits};

/// When the last commit that touched `folder` was made, in seconds.
pub fn time_of(folder: &Path) -> Option<i64> {
    // `TIME COMMIT`; rev-list reads no setting of how commits are shown.
    let text = ask(folder, &["rev-list", "--max-count=1", "--timestamp", "HEAD", "--", "."])?;
    text.split(' ').next()?.parse().ok().filter(|seconds| *seconds >= 0)
}

/// What git says in `folder`.
pub(super) fn ask(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = git::command(arguments);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let stdout = child.stdout.take();
    // Read beside the wait: a full pipe would have git wait too.
    let reading = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout?.take(limits::GIT_TREE_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    });
    let succeeded = bounded::wait(&mut child, limits::GIT).ok()?;
    let text = String::from_utf8(reading.join().ok()??).ok()?;
    succeeded.then_some(text)
}
