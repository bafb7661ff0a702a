//! Secrets that a command takes by its own short options or places: `mysql -pVALUE`, `curl -u USER:VALUE`, `wandb login VALUE`.
//!
//! A program is told by the name of its file, wherever in a command it stands (`sudo`, `env` and the like go before it). For
//! other programs the same letters mean other things: `mkdir -p`, `docker run -p`.

use super::Spans;
use super::names::{self, Naming};
use super::words::{self, Word};

/// How an option takes its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Behind its letter: `-pVALUE`.
    Behind,
    /// Behind its letter, or as the next word.
    Both,
    /// The same, and the secret stands behind a `:` (or `%`) in it.
    User,
}

/// What programs take.
struct Program {
    /// The names of its file.
    names: &'static [&'static str],
    /// A word that must stand in the command, where the option means something else without.
    with: Option<&'static str>,
    option: &'static str,
    takes: Takes,
}

const fn program(
    names: &'static [&'static str],
    with: Option<&'static str>,
    option: &'static str,
    takes: Takes,
) -> Program {
    Program { names, with, option, takes }
}

const MYSQL: &[&str] = &[
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mysqlimport",
    "mysqlcheck",
    "mysqlshow",
    "mysqlpump",
    "mysql_upgrade",
    "mysqlslap",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
    "mariadb-check",
    "mariadb-import",
];
const MONGO: &[&str] =
    &["mongo", "mongosh", "mongodump", "mongorestore", "mongoimport", "mongoexport", "mongostat"];
const LOGINS: &[&str] = &[
    "docker", "podman", "buildah", "skopeo", "nerdctl", "helm", "oras", "crane", "az", "oc", "regctl",
    "twine",
];

const PROGRAMS: &[Program] = &[
    program(MYSQL, None, "-p", Takes::Behind),
    program(&["sshpass"], None, "-p", Takes::Both),
    program(&["curl"], None, "-u", Takes::User),
    program(&["curl"], None, "-U", Takes::User),
    program(&["curl"], None, "--user", Takes::User),
    program(&["curl"], None, "--proxy-user", Takes::User),
    program(&["http", "https", "xh"], None, "-a", Takes::User),
    program(&["smbclient"], None, "-U", Takes::User),
    program(LOGINS, Some("login"), "-p", Takes::Both),
    program(&["twine"], Some("upload"), "-p", Takes::Both),
    program(&["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami"], None, "-w", Takes::Both),
    program(&["redis-cli", "valkey-cli"], None, "-a", Takes::Both),
    program(&["sqlcmd", "bcp"], None, "-P", Takes::Both),
    program(MONGO, None, "-p", Takes::Both),
    program(&["zip", "unzip"], None, "-P", Takes::Both),
    program(&["7z", "7za", "7zz", "7zr"], None, "-p", Takes::Behind),
    program(&["useradd", "usermod", "adduser"], None, "-p", Takes::Both),
];

/// Programs of which a word after that word is the secret.
const PLACES: &[(&str, &str)] = &[("wandb", "login"), ("comet", "login"), ("mysqladmin", "password")];

/// Programs that read a login from what is piped to them.
const READERS: &[(&str, &str)] = &[
    ("chpasswd", ""),
    ("passwd", "--stdin"),
    ("sudo", "-S"),
    ("docker", "--password-stdin"),
    ("podman", "--password-stdin"),
    ("helm", "--password-stdin"),
    ("gh", "--with-token"),
    ("vncpasswd", "-f"),
];

pub(super) fn find(spans: &mut Spans<'_>) {
    let text = spans.text;
    let words = words::words(text);
    let mut from = 0;
    let mut before: &[Word] = &[];
    while from < words.len() {
        let rest = words.get(from + 1..).unwrap_or_default();
        let end = rest.iter().position(|word| word.is_first).map_or(words.len(), |at| from + 1 + at);
        let command = words.get(from..end).unwrap_or_default();
        one(spans, command, before);
        before = command;
        from = end;
    }
}

/// What one command takes; `before` is the command before it.
fn one(spans: &mut Spans<'_>, command: &[Word], before: &[Word]) {
    let text = spans.text;
    let word = |word: &Word| text.get(word.range.clone()).unwrap_or_default();
    let has = |name: &str| name.is_empty() || command.iter().any(|other| word(other) == name);
    // A program counts once in a command, where it stands first: all that follows is looked through for it.
    let mut seen: Vec<&str> = Vec::new();
    for (at, place) in command.iter().enumerate() {
        let file = word(place).rsplit('/').next().unwrap_or_default();
        let after = command.get(at + 1..).unwrap_or_default();
        if file == "set" && at > 0 {
            setting(spans, after);
        }
        if seen.contains(&file) || !is_known(file) {
            continue;
        }
        seen.push(file);
        for program in PROGRAMS.iter().filter(|program| program.names.contains(&file)) {
            if program.with.is_none_or(has) {
                options(spans, program, after);
            }
        }
        if let Some((_, verb)) = PLACES.iter().find(|(name, _)| *name == file) {
            behind(spans, after, verb);
        }
        if READERS.iter().any(|(name, with)| *name == file && has(with)) {
            let is_piped = command.first().is_some_and(|first| first.is_piped);
            read(spans, if is_piped { before } else { after }, file == "chpasswd");
        }
    }
}

fn is_known(file: &str) -> bool {
    PROGRAMS.iter().any(|program| program.names.contains(&file))
        || PLACES.iter().any(|(name, _)| *name == file)
        || READERS.iter().any(|(name, _)| *name == file)
}

/// The values of a program's option.
fn options(spans: &mut Spans<'_>, program: &Program, after: &[Word]) {
    let text = spans.text;
    let option = program.option;
    let is_long = option.starts_with("--");
    for (at, word) in after.iter().enumerate() {
        let Some(rest) = text.get(word.range.clone()).and_then(|word| word.strip_prefix(option)) else {
            continue;
        };
        let next = after.get(at + 1);
        let start = word.range.start + option.len();
        let range = if is_long && rest.starts_with('=') {
            start + 1..word.range.end
        } else if !rest.is_empty() {
            // `-password` of one program is no `-p` with a value.
            match is_long {
                true => continue,
                false => start..word.range.end,
            }
        } else {
            match next {
                Some(next) if program.takes != Takes::Behind || next.is_glued => next.range.clone(),
                _ => continue,
            }
        };
        let value = text.get(range.clone()).unwrap_or_default();
        if program.takes != Takes::User {
            if !value.starts_with('-') {
                spans.push(range);
            }
        } else if let Some(sign) = value.find([':', '%']) {
            spans.push(range.start + sign + 1..range.end);
        }
    }
}

/// The word after `verb` that is no option.
fn behind(spans: &mut Spans<'_>, after: &[Word], verb: &str) {
    let text = spans.text;
    let word = |word: &Word| text.get(word.range.clone()).unwrap_or_default();
    let Some(at) = after.iter().position(|other| word(other) == verb) else { return };
    let rest = after.get(at + 1..).unwrap_or_default();
    if let Some(value) = rest.iter().find(|other| !word(other).starts_with('-')) {
        spans.push(value.range.clone());
    }
}

/// What is written for a program that reads a login: `root:VALUE`, or all of it.
fn read(spans: &mut Spans<'_>, command: &[Word], is_pairs: bool) {
    let text = spans.text;
    let word = |word: &Word| text.get(word.range.clone()).unwrap_or_default();
    if is_pairs {
        for other in command {
            let value = word(other).trim_end_matches("\\n");
            if let Some((user, password)) = value.split_once(':')
                && !user.is_empty()
            {
                let start = other.range.start + user.len() + 1;
                spans.push(start..start + password.len());
            }
        }
        return;
    }
    let is_echo = command.iter().any(|other| matches!(word(other), "echo" | "printf"));
    if let (true, [_, .., last]) = (is_echo, command) {
        spans.push(last.range.clone());
    }
}

/// `set NAME VALUE`, as tools write their settings.
fn setting(spans: &mut Spans<'_>, after: &[Word]) {
    let text = spans.text;
    let word = |word: &Word| text.get(word.range.clone()).unwrap_or_default();
    if let [name, value, ..] = after {
        let last = word(name).rsplit([':', '.', '/']).next().unwrap_or_default();
        if names::naming(last) == Naming::Secret && !word(value).starts_with('-') {
            spans.push(value.range.clone());
        }
    }
}
