//! Secrets that a command takes by its own short options or places: `mysql -pVALUE`, `curl -u USER:VALUE`, `wandb login VALUE`.
//!
//! A program is told by the name of its file, wherever in a command it stands (`sudo`, `env` and the like go before it), but
//! where it names a user or a package: `gosu mysql`, `apt-get install curl`. For other programs the same letters mean other
//! things: `mkdir -p`, `docker run -p`.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::spans::Spans;
use super::words::Word;
use super::{curl, logins, piped, settings};

/// How an option takes its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Behind its letter: `-pVALUE`.
    Behind,
    /// Behind its letter, or as the next word.
    Both,
    /// The same, and the secret stands behind a `:` (or `%`) in it.
    User,
    /// The same, behind a comma.
    Comma,
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
    "mysqlbinlog",
    "mysqlsh",
];
const MONGO: &[&str] = &[
    "mongo",
    "mongosh",
    "mongodump",
    "mongorestore",
    "mongoimport",
    "mongoexport",
    "mongostat",
    "mongofiles",
];
const LOGINS: &[&str] = &[
    "docker", "podman", "buildah", "skopeo", "nerdctl", "helm", "oras", "crane", "az", "oc", "regctl",
    "twine",
];

const LDAP: &[&str] =
    &["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "ldappasswd", "ldapcompare"];

const PROGRAMS: &[Program] = &[
    program(MYSQL, None, "-p", Takes::Behind),
    program(&["mydumper", "myloader", "cqlsh", "beeline"], None, "-p", Takes::Both),
    program(&["sshpass"], None, "-p", Takes::Both),
    program(&["http", "https", "xh"], None, "-a", Takes::User),
    program(&["smbclient", "rpcclient"], None, "-U", Takes::User),
    program(&["etcdctl"], None, "--user", Takes::User),
    program(&["ttyd", "gotty"], None, "-c", Takes::User),
    program(&["lftp"], None, "-u", Takes::Comma),
    program(&["ncftp", "ncftpget", "ncftpput"], None, "-p", Takes::Both),
    program(LOGINS, Some("login"), "-p", Takes::Both),
    program(&["twine", "maturin"], Some("upload"), "-p", Takes::Both),
    program(&["poetry", "maturin", "uv"], Some("publish"), "-p", Takes::Both),
    program(&["uv", "rye"], Some("publish"), "-t", Takes::Both),
    program(&["pdm"], Some("publish"), "-P", Takes::Both),
    program(&["hatch"], Some("publish"), "-a", Takes::Both),
    program(&["conan"], Some("user"), "-p", Takes::Both),
    program(&["conan"], Some("login"), "-p", Takes::Both),
    program(&["dotnet"], Some("push"), "-k", Takes::Both),
    program(&["dotnet"], Some("source"), "-p", Takes::Both),
    program(&["anaconda"], Some("upload"), "-t", Takes::Both),
    program(&["glab"], Some("login"), "-t", Takes::Both),
    program(&["doctl"], Some("auth"), "-t", Takes::Both),
    program(&["vercel"], None, "-t", Takes::Both),
    program(&["gh"], Some("secret"), "-b", Takes::Both),
    program(&["gh"], Some("secret"), "--body", Takes::Both),
    program(&["gitlab-runner"], Some("register"), "-r", Takes::Both),
    program(&["influx"], Some("setup"), "-p", Takes::Both),
    program(&["influx"], Some("setup"), "-t", Takes::Both),
    program(&["influx"], Some("config"), "-t", Takes::Both),
    program(LDAP, None, "-w", Takes::Both),
    program(&["ldappasswd"], None, "-s", Takes::Both),
    program(&["ldappasswd"], None, "-a", Takes::Both),
    program(&["kadmin"], None, "-w", Takes::Both),
    program(&["redis-cli", "valkey-cli"], None, "-a", Takes::Both),
    program(&["sqlcmd", "bcp"], None, "-P", Takes::Both),
    program(&["mosquitto_pub", "mosquitto_sub", "mosquitto_rr", "ipmitool"], None, "-P", Takes::Both),
    program(MONGO, None, "-p", Takes::Both),
    program(&["zip", "unzip"], None, "-P", Takes::Both),
    program(&["7z", "7za", "7zz", "7zr", "rar", "unrar"], None, "-p", Takes::Behind),
    program(&["ssh-keygen"], None, "-N", Takes::Both),
    program(&["ssh-keygen"], None, "-P", Takes::Both),
    program(&["openssl"], Some("enc"), "-k", Takes::Both),
    program(&["useradd", "usermod", "adduser"], None, "-p", Takes::Both),
];

/// What a user's name stands behind.
const BEFORE_USERS: [&str; 24] = [
    "gosu", "su-exec", "su", "runuser", "setuser", "chown", "chgrp", "-u", "-U", "--user", "-g", "--group",
    "-o", "--owner", "useradd", "adduser", "usermod", "userdel", "groupadd", "id", "passwd", "which",
    "command", "-v",
];

/// What installs by names of packages, and the words for it.
const PACKAGERS: [&str; 22] = [
    "apt-get",
    "apt",
    "aptitude",
    "apk",
    "yum",
    "dnf",
    "microdnf",
    "tdnf",
    "zypper",
    "pacman",
    "pip",
    "pip3",
    "uv",
    "conda",
    "mamba",
    "micromamba",
    "npm",
    "yarn",
    "brew",
    "gem",
    "snap",
    "cargo",
];
const INSTALLS: [&str; 6] = ["install", "add", "-S", "-Sy", "-Syu", "reinstall"];

/// The words of one command, and what stands around it.
pub(super) struct Command<'w, 't> {
    text: &'t str,
    pub(super) words: &'w [Word],
    /// The command before it.
    pub(super) before: &'w [Word],
    /// All words after it.
    pub(super) rest: &'w [Word],
}

impl<'t> Command<'_, 't> {
    pub(super) fn word(&self, word: &Word) -> &'t str {
        word.text(self.text)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.words.iter().any(|other| self.word(other) == name)
    }

    /// Where packages are named.
    fn packages(&self) -> Option<usize> {
        let at = self.words.iter().position(|word| PACKAGERS.contains(&self.word(word)))?;
        let after = self.words.get(at + 1..)?;
        let verb = after.iter().take(8).position(|word| INSTALLS.contains(&self.word(word)))?;
        Some(at + 1 + verb)
    }
}

pub(super) fn find(spans: &mut Spans<'_>, words: &[Word]) {
    let text = spans.text;
    let mut from = 0;
    let mut before: &[Word] = &[];
    while from < words.len() {
        let rest = words.get(from + 1..).unwrap_or_default();
        let end = rest.iter().position(|word| word.is_first).map_or(words.len(), |at| from + 1 + at);
        let own = words.get(from..end).unwrap_or_default();
        one(spans, &Command { text, words: own, before, rest: words.get(end..).unwrap_or_default() });
        before = own;
        from = end;
    }
}

fn one(spans: &mut Spans<'_>, command: &Command<'_, '_>) {
    let packages = command.packages();
    // A program counts once in a command, where it stands first: all that follows is looked through for it.
    let mut seen: Vec<&str> = Vec::new();
    let mut previous = "";
    for (at, place) in command.words.iter().enumerate() {
        let word = command.word(place);
        let before = std::mem::replace(&mut previous, word);
        let file = word.rsplit('/').next().unwrap_or_default();
        let after = command.words.get(at + 1..).unwrap_or_default();
        if at > 0 && settings::is_verb(file) {
            settings::find(spans, after);
        }
        if !is_known(file) || seen.contains(&file) {
            continue;
        }
        if BEFORE_USERS.contains(&before) || packages.is_some_and(|packages| at > packages) {
            continue;
        }
        seen.push(file);
        for program in PROGRAMS.iter().filter(|program| program.names.contains(&file)) {
            if program.with.is_none_or(|with| command.has(with)) {
                options(spans, program, after);
            }
        }
        if file == "curl" {
            curl::find(spans, after);
        }
        logins::find(spans, file, after);
        piped::find(spans, file, command);
    }
}

fn is_known(file: &str) -> bool {
    static KNOWN: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let all = || {
        let programs = PROGRAMS.iter().flat_map(|program| program.names.iter().copied());
        programs.chain(logins::programs()).chain(piped::programs()).chain(["curl"]).collect()
    };
    KNOWN.get_or_init(all).contains(file)
}

/// The values of a program's option.
fn options(spans: &mut Spans<'_>, program: &Program, after: &[Word]) {
    let text = spans.text;
    let option = program.option;
    let is_long = option.starts_with("--");
    for (at, word) in after.iter().enumerate() {
        let Some(rest) = word.text(text).strip_prefix(option) else { continue };
        // What stands between quotes with nothing in it is a value too.
        let is_empty = |next: &&Word| {
            text.get(word.range.end..next.range.start)
                .is_none_or(|gap| gap.contains("''") || gap.contains("\"\""))
        };
        let next = after.get(at + 1).filter(|next| !is_empty(next));
        let start = word.range.start + option.len();
        let range = if rest.starts_with('=') && (is_long || program.takes == Takes::Both) {
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
        let sign = match program.takes {
            Takes::User => value.find([':', '%']),
            Takes::Comma => value.find(','),
            Takes::Behind | Takes::Both => {
                if !value.starts_with('-') {
                    spans.push(range);
                }
                continue;
            }
        };
        if let Some(sign) = sign {
            spans.push(range.start + sign + 1..range.end);
        }
    }
}
