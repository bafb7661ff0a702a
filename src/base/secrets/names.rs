//! What a name says of its value: of a variable, an option, a header, a key of JSON, TOML or YAML.
//!
//! A name is taken apart into words, at signs and where its case changes (`DB_PASS`, `dbPassword`, `X-Api-Key`); names that
//! are written together (`PGPASSWORD`) are told by their end. The last word says what the value is: `TOKEN_TTL` is a time.
//! What only the value can tell (`AUTH=oidc`, `AUTH=me:x`) is a *choice*.

use super::lexicon::{
    ABOUT, AUTHS, CHOSEN, ENDS, ISSUERS, KEYS, LAST, LOOSE, MARKS, NAMED_KEYS, OPEN, OWNERS, PASSES, PASSING,
    RECOVERY, STRONG, WHICH, Words,
};
use super::values;

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Nothing of a secret.
    Harmless,
    /// A key of some kind: the value has to look like one.
    Key,
    /// A secret, or how to log in: what reads like a word or a name of code is none.
    Choice,
    /// A secret.
    Secret,
}

/// Longer names name nothing.
pub(super) const LONGEST: usize = 128;

/// Whether `value` is secret by its name.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    let is_given = !value.is_empty() && !values::is_harmless(value);
    is_given && says_secret(name, value)
}

fn says_secret(name: &str, value: &str) -> bool {
    match naming(name) {
        Naming::Secret => true,
        Naming::Choice => !values::is_worded(value),
        Naming::Key => values::is_random(value),
        Naming::Harmless => false,
    }
}

/// Whether it names the words of a wallet.
pub(super) fn is_of_words(name: &str) -> bool {
    let words = words(name);
    words.last().is_some_and(|last| matches!(last.as_str(), "mnemonic" | "phrase" | "words"))
        && naming(name) == Naming::Secret
}

/// What `name` says.
pub(super) fn naming(name: &str) -> Naming {
    if name.len() > LONGEST {
        return Naming::Harmless;
    }
    if is_of_host(name) {
        return Naming::Secret;
    }
    let all = words(name);
    let mut words: &[String] = &all;
    if let [rest @ .., owner, last] = words
        && is_about(last)
    {
        // A vault's secret_id, and the id of an access key, are half of a login.
        return match (rest.last().map(String::as_str), owner.as_str(), last.as_str()) {
            (_, "secret", "id") => Naming::Choice,
            (Some("access"), "key", "id") => Naming::Secret,
            _ => Naming::Harmless,
        };
    }
    while let [rest @ .., last] = words
        && !rest.is_empty()
        && (WHICH.has(last) || last.len() == 1)
    {
        words = rest;
    }
    let Some((last, before)) = words.split_last() else { return Naming::Harmless };
    // A Kubernetes object that is named, and holds the secret.
    let is_reference = before.last().is_some_and(|owner| matches!(owner.as_str(), "existing" | "pull"));
    let has = |list: &Words| all.iter().any(|word| list.has(word));
    match of_last(last, before) {
        _ if is_reference && last.starts_with("secret") => Naming::Harmless,
        naming @ (Naming::Secret | Naming::Choice) => naming,
        _ if has(&STRONG) => Naming::Secret,
        _ if has(&LOOSE) => Naming::Choice,
        naming => naming,
    }
}

/// Variables that end with the host or the repository that they open: Terraform's, Poetry's, Bundler's.
fn is_of_host(name: &str) -> bool {
    let behind = |start: &str| name.strip_prefix(start).is_some_and(|rest| !rest.is_empty());
    if behind("TF_TOKEN_") || behind("POETRY_PYPI_TOKEN_") {
        return true;
    }
    let Some((first, rest)) = name.strip_prefix("BUNDLE_").and_then(|host| host.split_once("__")) else {
        return false;
    };
    let is_site = || ["COM", "ORG", "NET", "IO", "DEV"].iter().any(|site| rest.ends_with(site));
    match first {
        "BUILD" | "MIRROR" | "LOCAL" | "PATH" | "PLUGIN" | "PLUGINS" | "CACHE" | "SSL" => false,
        "GEM" | "GIT" | "GITHUB" => is_site(),
        _ => true,
    }
}

fn is_about(word: &str) -> bool {
    ABOUT.has(word) || word.strip_suffix('s').is_some_and(|one| ABOUT.has(one))
}

/// What the last word says, by those before it.
fn of_last(last: &str, before: &[String]) -> Naming {
    let owner = before.last().map(String::as_str);
    let is_one_of = |list: &Words| owner.is_some_and(|owner| list.has(owner));
    let is = |words: &[&str]| owner.is_some_and(|owner| words.contains(&owner));
    let naming = |is_secret: bool| if is_secret { Naming::Secret } else { Naming::Harmless };
    match last {
        "secret" => Naming::Secret,
        "token" => naming(!is_one_of(&MARKS)),
        "tokens" => naming(is(&["api", "auth", "access", "bearer", "refresh", "secret"])),
        // Alone it is the folder that a shell is in.
        "pwd" => naming(owner.is_some()),
        "pass" => naming(!is_one_of(&PASSES)),
        "pat" => naming(owner.is_none() || is_one_of(&ISSUERS)),
        "cookie" if is(&["session", "auth"]) => Naming::Choice,
        "cookie" => naming(is(&["erlang"])),
        "salt" => naming(owner.is_some()),
        "phrase" | "phrases" | "words" | "code" | "codes" => naming(is_one_of(&RECOVERY)),
        // The header of JFrog's repositories.
        "api" => naming(is(&["art"])),
        "auth" if is(&["rediscli"]) => Naming::Secret,
        "keys" => naming(is(&["api", "access", "private", "secret", "encryption", "signing"])),
        "key" if is_one_of(&KEYS) => Naming::Secret,
        "key" if is_one_of(&NAMED_KEYS) => Naming::Choice,
        "key" if is_one_of(&OPEN) => Naming::Harmless,
        "key" => Naming::Key,
        // Git's is the name of a key.
        "signingkey" if is(&["user"]) => Naming::Harmless,
        last if LAST.has(last) => Naming::Secret,
        last if CHOSEN.has(last) => Naming::Choice,
        last => glued(last),
    }
}

/// What a word says that is a secret's and whose it is, written together.
fn glued(word: &str) -> Naming {
    // `NOPASSWD` of a sudoers file.
    if word.starts_with("no") && !word.starts_with("novnc") || PASSING.has(word) {
        return Naming::Harmless;
    }
    let owned = |end: &str, owners: &Words| word.strip_suffix(end).is_some_and(|owner| owners.has(owner));
    let by_end = ENDS.all().any(|end| match word.strip_suffix(end) {
        Some(owner) if end == "token" => !MARKS.has(owner),
        Some(_) => true,
        None => false,
    });
    let by_owner = ["pass", "pwd", "pw", "psk"].iter().any(|end| owned(end, &OWNERS));
    if by_end || by_owner || owned("key", &KEYS) || owned("pat", &ISSUERS) {
        Naming::Secret
    } else if owned("key", &NAMED_KEYS) || owned("auth", &AUTHS) {
        Naming::Choice
    } else if word.ends_with("pass") || word.ends_with("pwd") {
        Naming::Key
    } else {
        Naming::Harmless
    }
}

/// The words of a name, in lower case, without numbers at their ends.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let starts = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if starts || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    // Of `b64`, `ed25519` and the like the number is a part.
    let is_known = |word: &str| {
        word.ends_with(|c: char| c.is_ascii_digit())
            && [&WHICH, &KEYS, &NAMED_KEYS, &ABOUT, &LAST, &OPEN].iter().any(|list| list.has(word))
    };
    let bare = |word: String| match is_known(&word) {
        true => word,
        false => word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned(),
    };
    words.into_iter().map(bare).filter(|word| !word.is_empty()).collect()
}
