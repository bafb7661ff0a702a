//! Keeps secrets out of lockfiles: values whose name or shape says that they should not be there.
//!
//! A name tells (`HF_TOKEN`), a known key format tells (`hf_…`, `AKIA…`, a JWT), and a URL with a password tells.
//! What only looks random does not: digests and commits do too, and a lockfile is made of them.

/// What stands in a text where a secret was.
pub const REDACTED: &str = "[redacted]";

/// Words of a variable's name that say its value is secret.
const NAMES: [&str; 14] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "SIGNING_KEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "NETRC",
    "AUTH",
];

/// Prefixes of keys that services hand out, and how many characters follow at least.
const SHAPES: [(&str, usize); 16] = [
    ("hf_", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("sk-", 20),
    ("sk_live_", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("pypi-", 40),
    ("nvapi-", 30),
];

/// Whether a variable of this name and value should be left out of the lockfile.
pub fn is_secret(name: &str, value: &str) -> bool {
    // A path to a secret, or an empty default, is not the secret.
    let names_one = is_secret_name(name) && !value.is_empty() && !value.starts_with('/') && !is_switch(value);
    names_one || redact(value).is_some()
}

/// Whether a variable's name says that its value is secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_uppercase().replace('-', "_");
    NAMES.iter().any(|word| {
        name.match_indices(word).any(|(at, word)| {
            let before = name.get(..at).unwrap_or_default();
            let after = name.get(at + word.len()..).unwrap_or_default();
            let ends = after.is_empty() || after.starts_with('_') && !after.starts_with("_FILE");
            (before.is_empty() || before.ends_with('_')) && ends && !after.starts_with("_SOCK")
        })
    })
}

fn is_switch(value: &str) -> bool {
    matches!(
        value.to_lowercase().as_str(),
        "0" | "1" | "true" | "false" | "yes" | "no" | "on" | "off" | "none"
    )
}

/// `text` with known key formats and passwords in URLs replaced; `None` where it has none.
pub fn redact(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut changed = false;
    for piece in
        text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | ';' | ':'))
    {
        let word = piece
            .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | ';' | ':'));
        if has_key_shape(word) {
            out.push_str(REDACTED);
            out.push_str(piece.get(word.len()..).unwrap_or_default());
            changed = true;
        } else {
            out.push_str(piece);
        }
    }
    let (out, had_password) = without_passwords(&out);
    (changed || had_password).then_some(out)
}

fn has_key_shape(word: &str) -> bool {
    let is_key = |rest: &str, least: usize| {
        rest.len() >= least && rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let is_jwt = word.starts_with("eyJ") && word.matches('.').count() == 2 && word.len() > 40;
    is_jwt
        || SHAPES
            .iter()
            .any(|(prefix, least)| word.strip_prefix(prefix).is_some_and(|rest| is_key(rest, *least)))
}

/// Replaces the password of `scheme://user:password@host`; variables (`$TOKEN`) are no secret.
fn without_passwords(text: &str) -> (String, bool) {
    let mut out = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let authority =
            after.split(|c: char| c == '/' || c.is_whitespace() || matches!(c, '"' | '\'')).next();
        let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
        rest = after;
        if let Some((name, password)) = user.and_then(|user| user.split_once(':'))
            && !password.is_empty()
            && !password.starts_with('$')
        {
            out.push_str(name);
            out.push(':');
            out.push_str(REDACTED);
            rest = after.get(name.len() + 1 + password.len()..).unwrap_or_default();
            changed = true;
        }
    }
    out.push_str(rest);
    (out, changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for name in ["HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "db_password", "WANDB_API_KEY", "npm-auth"] {
            assert!(is_secret(name, "x9"), "{name}");
        }
        for name in ["TOKENIZERS_PARALLELISM", "AUTHOR", "SSH_AUTH_SOCK", "PATH", "KEYBOARD", "TOKEN_FILE"] {
            assert!(!is_secret(name, "x9"), "{name}");
        }
    }

    #[test]
    fn a_switch_or_a_path_under_a_secret_name_is_no_secret() {
        assert!(!is_secret("USE_AUTH", "true"));
        assert!(!is_secret("HF_TOKEN", "/run/secrets/hf"));
        assert!(!is_secret("HF_TOKEN", ""));
    }

    #[test]
    fn key_formats_tell_wherever_they_stand() {
        let text = "RUN curl -H \"Authorization: Bearer hf_abcdefghijklmnopqrstuvwx\" x";
        assert_eq!(redact(text).unwrap(), "RUN curl -H \"Authorization: Bearer [redacted]\" x");
        assert_eq!(redact("RUN echo sk-8 sha256:abc"), None);
    }

    #[test]
    fn passwords_in_urls_are_left_out_and_variables_kept() {
        let url = "pip install --index-url https://me:hunter2@example.org/simple x";
        assert_eq!(
            redact(url).unwrap(),
            "pip install --index-url https://me:[redacted]@example.org/simple x"
        );
        assert_eq!(redact("https://me:$TOKEN@example.org/"), None);
        assert_eq!(redact("https://example.org/a@b:c"), None);
    }
}
