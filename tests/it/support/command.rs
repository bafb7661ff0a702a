//! The built program, run where nothing of the user's machine reaches it: an empty environment, a folder of its own,
//! no terminal.
//!
//! `REPROLOCK_BIN` names another program to test: `.ci/e2e` runs the release build so.
//!
//! What it prints is captured with the folder's name taken out (`[place]`), and the random part of temporary names.

use std::fmt;
use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// No run of a test takes this long; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder that goes away, and in which the program runs.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a run gave.
pub(crate) struct Run {
    /// The exit code; -1 where a signal ended it.
    pub(crate) code: i32,
    /// Standard output, redacted.
    pub(crate) stdout: String,
    /// Standard error, redacted.
    pub(crate) stderr: String,
}

impl Place {
    /// A new and empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// Sets an environment variable for the runs to come.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// The names in the folder, sorted: to see that nothing was left behind.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The program with `arguments`, not yet started; for tests that kill it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let built = || env!("CARGO_BIN_EXE_reprolock").into();
        let mut command = Command::new(std::env::var_os("REPROLOCK_BIN").unwrap_or_else(built));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            // An engine of this machine is none of a test's, unless it says so.
            .env("DOCKER_HOST", format!("unix://{}", self.path("engine.sock").display()))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(self.folder.path(), arguments)
    }

    /// Runs the program to its end in another folder: this project's own files, a copy of them.
    pub(crate) fn run_in(&self, folder: &Path, arguments: &[&str]) -> Run {
        self.finish(self.command(arguments).current_dir(folder).spawn().unwrap(), arguments)
    }

    /// Runs the program to its end with `input` on its standard input.
    pub(crate) fn run_with(&self, input: &[u8], arguments: &[&str]) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // One that refuses before it reads closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(input);
        self.finish(child, arguments)
    }

    fn finish(&self, mut child: Child, arguments: &[&str]) -> Run {
        let stdout = drained(child.stdout.take().unwrap());
        let stderr = drained(child.stderr.take().unwrap());
        let start = Instant::now();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if start.elapsed() > PATIENCE => {
                    child.kill().unwrap();
                    panic!("reprolock {arguments:?} hangs");
                }
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        Run {
            code: status.code().unwrap_or(-1),
            stdout: self.redacted(&stdout.join().unwrap()),
            stderr: self.redacted(&stderr.join().unwrap()),
        }
    }

    /// Text without what is different in each run: the folder, and the random part of temporary names.
    pub(crate) fn redacted(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        let real = self.folder.path().canonicalize().unwrap();
        let text = text.replace(real.to_str().unwrap(), "[place]");
        let text = text.replace(self.folder.path().to_str().unwrap(), "[place]");
        let mut parts = text.split(".reprolock-");
        let mut redacted = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
            redacted.push_str(".reprolock-[random]");
            redacted.push_str(rest);
        }
        redacted
    }
}

fn drained(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
