//! The program, run with a home of its own.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// A folder with the program's home in it, and what it writes.
pub(super) struct Program {
    folder: tempfile::TempDir,
    env: Vec<(&'static str, String)>,
}

impl Program {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), env: Vec::new() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    pub(super) fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reprolock"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path()).current_dir(self.folder.path());
        // An engine of this machine is none of a test's.
        command.env("DOCKER_HOST", format!("unix://{}", self.path("engine.sock").display()));
        command.envs(self.env.iter().map(|(name, value)| (name, value))).args(args).output().unwrap()
    }

    /// Runs it and expects success; the lock that it wrote.
    pub(super) fn freeze(&self, image: &str, more: &[&str]) -> String {
        let output = self.run(&[&["freeze", image, "-o", "a.lock"], more].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        std::fs::read_to_string(self.path("a.lock")).unwrap()
    }

    /// The error of a run that could not check.
    pub(super) fn error(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(2), "{}{}", text(&output.stdout), text(&output.stderr));
        assert_eq!(text(&output.stdout), "");
        text(&output.stderr)
    }

    /// Verifies against whichever lock the program finds; the exit code and the JSON.
    pub(super) fn verify_found(&self, image: &str, more: &[&str]) -> (i32, Value) {
        let output = self.run(&[&["verify", image, "--format", "json"], more].concat());
        let json = serde_json::from_slice(&output.stdout);
        (output.status.code().unwrap(), json.unwrap_or_else(|_| panic!("{}", text(&output.stderr))))
    }

    /// Verifies against the last lock; the exit code and the JSON.
    pub(super) fn verify(&self, image: &str, more: &[&str]) -> (i32, Value) {
        self.verify_found(image, &[&["--lock", "a.lock"], more].concat())
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A lock without the name it was asked for by, which differs from place to place.
pub(super) fn nameless(lock: &str) -> String {
    lock.lines().filter(|line| !line.starts_with("reference = ")).collect::<Vec<_>>().join("\n")
}
