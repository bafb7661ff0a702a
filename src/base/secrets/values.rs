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
        || is_file(value)
        || is_version(value)
        || is_licence(value)
        || is_class(value)
        || is_place(value)
        || value.contains(".*")
        || value.contains("://")
        || is_reference(value)
}

/// Endings of files that run, and of files that keys and settings stand in.
const ENDINGS: [&str; 44] = [
    ".py", ".pyc", ".pyo", ".sh", ".bash", ".zsh", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".php",
    ".lua", ".exe", ".dll", ".so", ".dylib", ".ps1", ".bat", ".cmd", ".jar", ".war", ".class", ".wasm",
    ".whl", ".pem", ".key", ".crt", ".cer", ".pub", ".p12", ".pfx", ".jks", ".json", ".yaml", ".yml",
    ".toml", ".ini", ".conf", ".cfg", ".txt", ".asc", ".kdbx",
];

/// Whether it names a file by its ending: what runs is compared, and where a key stands is none.
fn is_file(value: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    ENDINGS.iter().any(|ending| value.ends_with(ending)) && value.bytes().all(is_name)
}

/// A licence, as SPDX lists them: of what is called after a licence's key.
fn is_licence(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut parts = lower.split('-');
    let first = parts.next().unwrap_or_default();
    let is_rest = |part: &str| {
        matches!(part, "only" | "or" | "later" | "clause")
            || part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let licences =
        ["apache", "mit", "bsd", "gpl", "lgpl", "agpl", "mpl", "epl", "isc", "cc0", "unlicense", "zlib"];
    licences.contains(&first) && parts.all(is_rest)
}

/// A class by its full name: `com.example.Auth`.
fn is_class(value: &str) -> bool {
    let parts: Vec<&str> = value.split('.').collect();
    let is_root = |first: &str| ["com", "org", "net", "io", "dev", "edu", "gov"].contains(&first);
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_classes = |last: &str| {
        last.starts_with(|c: char| c.is_ascii_uppercase()) && last.contains(|c: char| c.is_ascii_lowercase())
    };
    parts.len() >= 3
        && parts.first().is_some_and(|first| is_root(first))
        && parts.iter().all(|part| is_name(part))
        && parts.last().is_some_and(|last| is_classes(last))
}

/// Where a secret is kept, in the ways that clouds, vaults and programs write it.
fn is_place(value: &str) -> bool {
    const PLACES: [&str; 12] = [
        "arn:",
        "env:",
        "file:",
        "vault:",
        "ssm:",
        "op:",
        "sm:",
        "keyvault:",
        "secretsmanager:",
        "ref:",
        "alias/",
        "projects/",
    ];
    PLACES.iter().any(|place| value.starts_with(place))
}

/// Whether it reads like words or the name of code (`oidc`, `RBAC`, `id_rsa`, `app.auth.Backend`), as choices do and what is
/// drawn does not.
pub(super) fn is_worded(value: &str) -> bool {
    const LONGEST: usize = 96;
    const SIGNS: [char; 5] = ['.', '-', '_', '/', ','];
    // One word with a number behind it is what people take for passwords.
    let is_one = !value.contains(SIGNS);
    let mut has_word = false;
    let is_part = |part: &str| {
        if part == "ed25519" {
            return true;
        }
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
        if part.len() - word.len() > if is_one { 0 } else { 3 }
            || !word.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            return false;
        }
        has_word |= !word.is_empty();
        let is_upper = word.len() <= 12 && !word.contains(|c: char| c.is_ascii_lowercase());
        // In `getAuthToken` each word has some letters.
        let humps = word.split(|c: char| c.is_ascii_uppercase()).skip(1);
        let is_camel = humps.clone().count() <= 6 && humps.clone().all(|hump| hump.len() >= 2);
        is_upper || is_camel && word.split(|c: char| c.is_ascii_uppercase()).all(|hump| hump.len() <= 16)
    };
    value.len() <= LONGEST && value.split(SIGNS).all(is_part) && has_word
}

/// The words of a wallet: as many as there are, in lower case and with a space between two. Nothing runs that is written so.
pub(super) fn is_phrase(value: &str) -> bool {
    let is_listed =
        |word: &str| (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let words = value.split(' ');
    matches!(words.clone().count(), 12 | 15 | 18 | 21 | 24) && words.clone().all(is_listed)
}

/// `1.2.3`, `v0.5`: of a tool that is named after what it keeps.
fn is_version(value: &str) -> bool {
    let parts: Vec<&str> = value.strip_prefix('v').unwrap_or(value).split('.').collect();
    let is_number =
        |part: &&str| (1..=5).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (2..=4).contains(&parts.len()) && parts.iter().all(is_number)
}

/// Switches, names of ways to log in, and of algorithms.
const WORDS: &str = "\
    true false yes no on off y n none null nil undefined auto default enabled disabled enable disable required \
    optional always never basic bearer digest oauth oauth2 oidc saml ldap pam kerberos ntlm mtls jwt token \
    htpasswd anonymous trust peer scram-sha-256 md5 ssl tls sha256 plain rbac abac acl iam sha1 sha512 bcrypt \
    argon2 argon2id scrypt pbkdf2 hs256 hs512 rs256 es256 eddsa ed25519 read write inherit";

/// Whether it is one of these.
fn is_word(value: &str) -> bool {
    let is_digit = value.len() == 1 && value.bytes().all(|byte| byte.is_ascii_digit());
    is_digit || WORDS.split(' ').any(|word| word.eq_ignore_ascii_case(value))
}

/// Whether it names a file: base64 may begin with a slash too, but has other signs at its end or within.
fn is_path(value: &str) -> bool {
    let is_rooted = ["/", "./", "../", "~/"].iter().any(|root| value.starts_with(root));
    is_rooted && !value.contains(['+', '=', '@', ':', '!', '%', '^', '?', '#'])
}

/// `%TOKEN%`, as other shells write it, and what `printf` fills in; what holds `$` is no password.
fn is_reference(value: &str) -> bool {
    let name = value.strip_prefix('%').and_then(|rest| rest.strip_suffix('%'));
    let is_filled = value.len() <= 3 && value.starts_with('%');
    is_filled
        || name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
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
