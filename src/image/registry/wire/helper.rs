//! Credential helpers: `docker-credential-NAME get`, which reads a registry's name and answers with JSON.

use std::io::{self, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::thread;

use serde::Deserialize;

use crate::base::{bounded, limits};
use crate::image::error::{ImageError, ServerFault};
use crate::image::registry::wire::secret::{Credentials, Secret};

/// The name that a helper gives to a token in place of a user's.
const TOKEN_USER: &str = "<token>";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// Asks the helper `name` for the credentials of `registry`; `None` where it has none.
pub(crate) fn ask(name: &str, registry: &str) -> Result<Option<Credentials>, ImageError> {
    let helper = format!("docker-credential-{name}");
    let failed = |reason: String| {
        ImageError::of(
            crate::image::error::shown(&helper),
            "",
            ServerFault::Helper { host: registry.to_owned(), reason },
        )
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.chars().all(is_name) {
        return Err(failed("expected the name of a program, found other characters in it".into()));
    }
    let (succeeded, output) = run(&helper, registry).map_err(|error| failed(error.to_string()))?;
    if !succeeded {
        let text = String::from_utf8_lossy(&output);
        // docker-credential-helpers' own words, which docker goes by too.
        return match text.contains("credentials not found") {
            true => Ok(None),
            false => Err(failed("it failed".into())),
        };
    }
    let answer: Answer = serde_json::from_slice(&output)
        .map_err(|_| failed("expected JSON with Username and Secret, found something else".into()))?;
    if answer.secret.is_empty() {
        return Ok(None);
    }
    let secret = match answer.username.as_str() {
        TOKEN_USER => Secret::Identity(answer.secret),
        user => Secret::Password { user: user.to_owned(), password: answer.secret },
    };
    Ok(Some(Credentials { secret, account: format!("the credentials from {helper}") }))
}

/// Runs a helper to its end; whether it succeeded, and what it wrote.
fn run(helper: &str, registry: &str) -> io::Result<(bool, Vec<u8>)> {
    let mut child = Command::new(helper)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    // Reads beside the wait: a helper that says much would block on a full pipe.
    let reading = thread::spawn(move || {
        let mut output = Vec::new();
        let stdout = stdout.map(|stdout| stdout.take(limits::CREDENTIALS_BYTES));
        stdout.map(|mut stdout| stdout.read_to_end(&mut output)).transpose().map(|_| output)
    });
    if let Some(mut stdin) = stdin {
        // A helper that does not read has its answer already.
        let _ = stdin.write_all(registry.as_bytes());
    }
    let succeeded = bounded::wait(&mut child, limits::HELPER)?;
    let output = reading.join().map_err(|_| io::Error::other("its answer cannot be read"))??;
    Ok((succeeded, output))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::error::ImageFault;

    #[test]
    fn a_helper_with_a_path_in_its_name_is_not_run() {
        let error = ask("../../bin/sh", "a.io").unwrap_err();
        assert!(matches!(&*error.kind, ImageFault::Server(ServerFault::Helper { .. })), "{error}");
    }

    #[test]
    fn a_helper_that_is_not_there_is_named() {
        let error = ask("of-nobody-here", "a.io").unwrap_err().to_string();
        assert!(
            error.starts_with("ask docker-credential-of-nobody-here for the credentials of a.io"),
            "{error}"
        );
    }
}
