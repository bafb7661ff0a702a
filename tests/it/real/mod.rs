//! Real images against real tools: skopeo, umoci, dpkg, pip, dockerd.
//!
//! Runs where `REPROLOCK_E2E` names the folder that `.ci/e2e` prepares, as root, and says so where it does not:
//! `build-1.oci.tar` and `build-2.oci.tar` are two builds of the Dockerfile in `project/`, and a dockerd listens on
//! `dockerd/docker.sock` where one could be started, a BuildKit where `buildkit/address` says.

mod buildkit;
mod engine;
mod exports;
mod forms;
mod installers;
mod judges;
mod kill;
mod packages;
mod pairs;
mod precommit;
mod rebuild;
mod seed;
mod unpacked;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use reprolock::internal::lockfile::{Lockfile, store};

use crate::support::Place;
use crate::support::command::Run;

/// The prepared folder; `None`, said aloud, where there is none.
fn lab() -> Option<PathBuf> {
    let lab = env::var_os("REPROLOCK_E2E").map(PathBuf::from);
    if lab.is_none() {
        eprintln!("skipped: REPROLOCK_E2E is not set");
    }
    lab
}

/// What `program` says on stdout, or on stderr where it fails.
fn ask<A: AsRef<std::ffi::OsStr>>(program: &str, arguments: &[A]) -> Result<String, String> {
    let output =
        Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// What `program` says on stdout; it must not fail.
fn tell<A: AsRef<std::ffi::OsStr>>(program: &str, arguments: &[A]) -> String {
    ask(program, arguments).unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// Copies an image with skopeo.
fn copy(options: &[&str], from: &str, to: &str) {
    let arguments = [&["--insecure-policy", "copy", "--quiet"], options, &[from, to]].concat();
    tell("skopeo", &arguments);
}

/// A build's archive, as reprolock and skopeo name it.
fn build(lab: &Path, number: usize) -> String {
    format!("oci-archive:{}", lab.join(format!("build-{number}.oci.tar")).display())
}

/// The lock that a freeze wrote, and the notes of its report in JSON.
fn locked(place: &Place, ran: &Run) -> (Lockfile, Vec<String>) {
    (store::read(&place.path("reprolock.lock")).unwrap(), ran.notes())
}

/// The arguments that say what the builds were made from.
fn project(lab: &Path) -> [String; 4] {
    let project = lab.join("project");
    let text = |path: &Path| path.display().to_string();
    ["-f".to_owned(), text(&project.join("Dockerfile")), "--context".to_owned(), text(&project)]
}
