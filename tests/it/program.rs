//! The program itself, run as its user would: arguments in, exit code and two texts out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use std::{env, thread};

use serde_json::Value;

/// Longer than any run of a test takes, shorter than a CI job waits.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program: the one that `REPROLOCK_BIN` names (.ci/e2e tests the release build so), or the one built for tests.
pub(crate) fn path() -> PathBuf {
    env::var_os("REPROLOCK_BIN").map_or_else(|| env!("CARGO_BIN_EXE_reprolock").into(), PathBuf::from)
}

/// The program in `folder`, with nothing of the environment but `PATH`.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(path());
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// Runs the program to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut child = command(folder, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let drain = |stream: Option<Box<dyn std::io::Read + Send>>| {
        thread::spawn(move || std::io::read_to_string(stream.unwrap()).unwrap())
    };
    let stdout = drain(child.stdout.take().map(|stream| Box::new(stream) as _));
    let stderr = drain(child.stderr.take().map(|stream| Box::new(stream) as _));
    let end = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() > end => {
                child.kill().unwrap();
                panic!("{arguments:?} did not end within {PATIENCE:?}");
            }
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
    let code = status.code().unwrap_or_else(|| panic!("{arguments:?} was ended by a signal: {stderr}"));
    assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    Ran { code, stdout, stderr }
}

impl Ran {
    /// The result as JSON, held to the schema that it names.
    pub(crate) fn json(&self) -> Value {
        let document: Value =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let name = document["schema"].as_str().unwrap_or_default();
        let (_, validator) =
            SCHEMAS.iter().find(|(id, _)| id == name).unwrap_or_else(|| panic!("no schema {name:?}"));
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}\n{document:#}");
        document
    }

    /// The error and its hint, one line each, of a run that could not do what it was asked.
    pub(crate) fn refusal(&self) -> (String, String) {
        assert_eq!((self.code, self.stdout.as_str()), (2, ""), "{}", self.stderr);
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [error, hint @ ..] = lines.as_slice() else { panic!("nothing on stderr") };
        let error = error.strip_prefix("error: ").unwrap_or_else(|| panic!("{}", self.stderr));
        let hint = match hint {
            [] => "",
            [hint] => hint.strip_prefix("hint: ").unwrap_or_else(|| panic!("{}", self.stderr)),
            _ => panic!("more than an error and a hint: {}", self.stderr),
        };
        assert!(!self.stderr.replace('\n', "").contains(char::is_control), "{:?}", self.stderr);
        (error.to_owned(), hint.to_owned())
    }
}

static SCHEMAS: LazyLock<Vec<(String, jsonschema::Validator)>> = LazyLock::new(|| {
    ["freeze", "verify", "inspect", "diff"]
        .map(|command| {
            let path = format!("{}/docs/schemas/{command}-1.json", env!("CARGO_MANIFEST_DIR"));
            let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            assert_eq!(
                jsonschema::meta::validate(&schema).map_err(|error| error.to_string()),
                Ok(()),
                "{path}"
            );
            (format!("reprolock/{command}/1"), jsonschema::validator_for(&schema).unwrap())
        })
        .into()
});
