//! How a secret is written, and what under a secret's name is none: a switch, a path, a reference.

use crate::base::limits;

/// Whether a password could be written so: characters of URLs that no shell acts on, no more than a token has. What holds
/// another character may be code, and is no password whatever its place.
pub(super) fn is_password(value: &str) -> bool {
    let is_written = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=:@%!*,?#^".contains(&byte);
    // Git runs what follows such a sign (`credential.helper=!COMMAND`).
    let is_command = value.starts_with('!');
    !value.is_empty() && !is_command && value.len() <= limits::SECRET_BYTES && value.bytes().all(is_written)
}

/// Whether a value says what the name is about without being the secret: a word, a path, a pattern, a place, a reference.
pub(super) fn is_harmless(value: &str) -> bool {
    is_word(value)
        || is_path(value)
        || is_script(value)
        || is_version(value)
        || value.contains(".*")
        || value.contains("://")
        || is_reference(value)
}

/// Whether it names a program's file by its ending: what runs is compared.
fn is_script(value: &str) -> bool {
    [".py", ".sh", ".js", ".rb", ".pl", ".exe", ".ps1"].iter().any(|ending| value.ends_with(ending))
}

/// `1.2.3`, `v0.5`: of a tool that is named after what it keeps.
fn is_version(value: &str) -> bool {
    let parts: Vec<&str> = value.strip_prefix('v').unwrap_or(value).split('.').collect();
    let is_number =
        |part: &&str| (1..=5).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (2..=4).contains(&parts.len()) && parts.iter().all(is_number)
}

/// Switches, and names of ways to log in.
fn is_word(value: &str) -> bool {
    const WORDS: [&str; 48] = [
        "0",
        "1",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "none",
        "null",
        "nil",
        "undefined",
        "auto",
        "default",
        "enabled",
        "disabled",
        "enable",
        "disable",
        "required",
        "optional",
        "always",
        "never",
        "basic",
        "bearer",
        "digest",
        "oauth",
        "oauth2",
        "oidc",
        "saml",
        "ldap",
        "pam",
        "kerberos",
        "ntlm",
        "mtls",
        "jwt",
        "token",
        "htpasswd",
        "anonymous",
        "trust",
        "peer",
        "scram-sha-256",
        "md5",
        "ssl",
        "tls",
        "sha256",
        "plain",
    ];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// Whether it names a file: base64 may begin with a slash too, but has other signs at its end or within.
fn is_path(value: &str) -> bool {
    let is_rooted = ["/", "./", "../", "~/"].iter().any(|root| value.starts_with(root));
    is_rooted && !value.contains(['+', '=', '@', ':', '!', '%', '^', '?', '#'])
}

/// `%TOKEN%`, as other shells write it; what holds `$` is no password.
fn is_reference(value: &str) -> bool {
    let name = value.strip_prefix('%').and_then(|rest| rest.strip_suffix('%'));
    name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// Whether it looks drawn, not worded: what stands under the name of any key may as well be a key of a table.
pub(super) fn is_random(value: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| value.as_bytes().iter().any(kind);
    let is_version = value.starts_with(|c: char| c.is_ascii_digit()) && value.contains('.');
    // A key's id or fingerprint, as gpg prints it, is what a key is known by.
    let is_fingerprint = matches!(value.len(), 8 | 16 | 40)
        && value.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte));
    value.len() >= 12
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !is_version
        && !is_fingerprint
        && !value.contains([':', ',', '*'])
}
