//! git, run with nothing of a repository's settings that runs a program.
//!
//! The repository may be a stranger's, and its settings may name programs: for the difference of files, for their text, for
//! what watches them, for hooks, for objects that are missing. Whoever asks asks for commits, trees and blobs alone, as they are
//! stored; git never looks at the working tree, and fetches nothing.

use std::process::Command;

/// git with `arguments`.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"]);
    // Trees and blobs need none of these; they are off all the same.
    command.args([
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.untrackedCache=false",
    ]);
    command.args(["-c", "diff.external=", "-c", "credential.helper=", "-c", "core.askPass="]);
    command.args(arguments);
    // No object is fetched: a protocol by this name has nobody.
    command.env("GIT_ALLOW_PROTOCOL", "none").env("GIT_NO_LAZY_FETCH", "1");
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    command.env_remove("GIT_EXTERNAL_DIFF").env_remove("GIT_PAGER");
    command
}
