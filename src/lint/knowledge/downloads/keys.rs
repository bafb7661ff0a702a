//! Keys that are fetched and taken in by gpg.
//!
//! What it refuses to do: it verifies none.

use crate::lint::subject::shell_code::{Call, SourceScript};

/// Whether gpg is told to take a file's keys in.
pub(crate) fn is_key_import(call: &Call<'_>) -> bool {
    call.program().is_some_and(|program| matches!(program, "gpg" | "gpg2"))
        && call.arguments().iter().any(|word| word.text == "--import")
}

/// Whether a script takes keys out of gpg by their whole fingerprints, so that others that a file has do nothing.
pub(crate) fn takes_keys_by_fingerprint(script: &SourceScript) -> bool {
    let is_fingerprint = |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    script.shell.commands.iter().any(|command| {
        let words = || command.arguments().iter().map(|word| word.text.as_str());
        (command.is("gpg") || command.is("gpg2"))
            && words().any(|word| word == "--export")
            && words().any(is_fingerprint)
    })
}
