//! Secrets that stand at a place of their own in a tool's command for logging in or for storing one: `cargo login VALUE`,
//! `htpasswd -b FILE USER VALUE`, `vault kv put PATH NAME=VALUE`. Each as the tool's own documentation has it.

use std::ops::Range;

use super::spans::Spans;
use super::words::Word;

/// Where the secret stands.
#[derive(Clone, Copy)]
enum At {
    /// The word of that number behind the verbs, options left out.
    Word(usize),
    /// The same, where a cluster of options has that letter; one less where it has the other too.
    With(char, usize, char),
    /// Behind the sign, in the first word.
    Behind(char),
    /// The value of that name, in `NAME=VALUE`.
    Of(&'static str),
    /// All values of `NAME=VALUE`, behind the first word.
    Pairs,
    /// All values of `--from-literal NAME=VALUE`.
    Literals,
    /// Behind a host, as `USER:VALUE` or alone.
    Host,
}

/// A tool's command.
struct Login {
    names: &'static [&'static str],
    verbs: &'static [&'static str],
    /// Options whose value is the next word.
    taking: &'static [&'static str],
    at: At,
}

const fn login(
    names: &'static [&'static str],
    verbs: &'static [&'static str],
    taking: &'static [&'static str],
    at: At,
) -> Login {
    Login { names, verbs, taking, at }
}

const CONDA: &[&str] = &["conda", "anaconda", "mamba"];
const ORACLE: &[&str] = &["sqlplus", "expdp", "impdp", "sqlldr"];
const MC: &[&str] = &["mc", "mcli"];

const ALL: &[Login] = &[
    login(&["wandb"], &["login"], &["--host", "--entity"], At::Word(0)),
    login(&["comet"], &["login"], &[], At::Word(0)),
    login(&["mysqladmin"], &["password"], &[], At::Word(0)),
    login(&["cargo"], &["login"], &["--registry", "--config", "-Z"], At::Word(0)),
    login(&["ngrok"], &["authtoken"], &["--config"], At::Word(0)),
    login(&["ngrok"], &["add-authtoken"], &["--config"], At::Word(0)),
    login(&["ngrok"], &["add-api-key"], &["--config"], At::Word(0)),
    login(&["snyk"], &["auth"], &["--auth-type"], At::Word(0)),
    login(&["snyk"], &["config", "set"], &[], At::Of("api")),
    login(&["vault", "bao"], &["login"], &["-method", "-path", "-token-only"], At::Word(0)),
    login(&["vault", "bao"], &["operator", "unseal"], &[], At::Word(0)),
    login(&["vault", "bao"], &["kv", "put"], &["-mount"], At::Pairs),
    login(&["vault", "bao"], &["kv", "patch"], &["-mount"], At::Pairs),
    login(
        &["nuget", "nuget.exe"],
        &["setapikey"],
        &["-Source", "-source", "-src", "-ConfigFile"],
        At::Word(0),
    ),
    login(CONDA, &["token", "set"], &["-o", "--org", "-f", "--file"], At::Word(0)),
    login(&["cachix"], &["authtoken"], &[], At::Word(0)),
    login(&["bundle", "bundler"], &["config"], &[], At::Host),
    login(&["rabbitmqctl"], &["add_user"], &["-n"], At::Word(1)),
    login(&["rabbitmqctl"], &["change_password"], &["-n"], At::Word(1)),
    login(&["rabbitmqctl"], &["authenticate_user"], &["-n"], At::Word(1)),
    login(MC, &["alias", "set"], &["--api", "--path"], At::Word(3)),
    login(MC, &["config", "host", "add"], &["--api", "--lookup"], At::Word(3)),
    login(&["htpasswd"], &[], &["-C", "-r"], At::With('b', 2, 'n')),
    login(&["mosquitto_passwd"], &[], &["-H", "-I"], At::With('b', 2, ' ')),
    login(&["openssl"], &["passwd"], &["-salt", "-in"], At::Word(0)),
    login(&["mkpasswd"], &[], &["-m", "--method", "-S", "--salt", "-R", "--rounds", "-P"], At::Word(0)),
    login(&["grafana-cli", "grafana"], &["reset-admin-password"], &["--homepath", "--config"], At::Word(0)),
    login(&["wpa_passphrase"], &[], &[], At::Word(1)),
    login(&["ansible-vault"], &["encrypt_string"], &["--vault-id", "--name", "-n"], At::Word(0)),
    login(&["samba-tool"], &["user", "create"], &[], At::Word(1)),
    login(&["samba-tool"], &["user", "add"], &[], At::Word(1)),
    login(&["nmcli"], &["password"], &[], At::Word(0)),
    login(&["kubectl", "oc"], &["create", "secret"], &[], At::Literals),
    login(ORACLE, &[], &["-M", "-R", "-L", "-C"], At::Behind('/')),
];

pub(super) fn programs() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|login| login.names.iter().copied())
}

/// What `file` is given in `after`.
pub(super) fn find(spans: &mut Spans<'_>, file: &str, after: &[Word]) {
    for login in ALL.iter().filter(|login| login.names.contains(&file)) {
        if let Some(behind) = behind(spans.text, after, login.verbs) {
            one(spans, login, behind);
        }
    }
}

/// The words behind the verbs.
fn behind<'w>(text: &str, after: &'w [Word], verbs: &[&str]) -> Option<&'w [Word]> {
    let is = |(word, verb): (&Word, &&str)| word.text(text).eq_ignore_ascii_case(verb);
    let here = |words: &[Word]| words.iter().zip(verbs).all(is);
    match verbs.len() {
        0 => Some(after),
        length => after.windows(length).position(here).and_then(|at| after.get(at + length..)),
    }
}

fn one(spans: &mut Spans<'_>, login: &Login, behind: &[Word]) {
    let text = spans.text;
    let word = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let words = plain(text, login.taking, behind);
    let at = |number: usize| words.get(number).cloned();
    match login.at {
        At::Word(number) => {
            // `NAME=VALUE` tells by its name.
            if let Some(range) = at(number).filter(|range| !word(range).contains('=') || number > 0) {
                spans.push(range);
            }
        }
        At::With(letter, number, other) => {
            let has = |letter: char| {
                let mut options = behind.iter().filter_map(|word| word.text(text).strip_prefix('-'));
                options.any(|letters| !letters.starts_with('-') && letters.contains(letter))
            };
            let number = if has(other) { number - 1 } else { number };
            if let Some(range) = at(number).filter(|_| has(letter)) {
                spans.push(range);
            }
        }
        At::Behind(sign) => {
            let Some(range) = at(0) else { return };
            let Some((before, rest)) = word(&range).split_once(sign) else { return };
            let start = range.start + before.len() + sign.len_utf8();
            let end = start + rest.find('@').unwrap_or(rest.len());
            if !before.is_empty() {
                spans.push(start..end);
            }
        }
        At::Of(name) => words.iter().for_each(|range| value(spans, range, |given| given == name)),
        At::Pairs => words.iter().skip(1).for_each(|range| value(spans, range, |_| true)),
        At::Literals => literals(spans, behind),
        At::Host => host(spans, &words),
    }
}

/// The words that are no options and no values of such.
fn plain(text: &str, taking: &[&str], words: &[Word]) -> Vec<Range<usize>> {
    const MOST: usize = 64;
    let mut plain = Vec::new();
    let mut is_taken = false;
    for word in words.iter().take(MOST) {
        let option = word.text(text);
        if !std::mem::take(&mut is_taken) && !option.starts_with('-') {
            plain.push(word.range.clone());
        }
        is_taken = taking.contains(&option);
    }
    plain
}

/// The value of `NAME=VALUE`, where the name is such a one.
fn value(spans: &mut Spans<'_>, range: &Range<usize>, is_such: impl Fn(&str) -> bool) {
    let pair = spans.text.get(range.clone()).unwrap_or_default();
    if let Some((name, _)) = pair.split_once('=').filter(|(name, _)| is_such(name)) {
        spans.push(range.start + name.len() + 1..range.end);
    }
}

fn literals(spans: &mut Spans<'_>, words: &[Word]) {
    const OPTION: &str = "--from-literal";
    let mut is_next = false;
    for word in words {
        let option = word.text(spans.text);
        if std::mem::take(&mut is_next) {
            value(spans, &word.range, |_| true);
        } else if let Some(rest) = option.strip_prefix(OPTION) {
            is_next = rest.is_empty();
            if rest.starts_with('=') {
                value(spans, &(word.range.start + OPTION.len() + 1..word.range.end), |_| true);
            }
        }
    }
}

/// Bundler's: `config [set] HOST USER:VALUE`, where other settings have no dot in their name, or begin with what they are of.
fn host(spans: &mut Spans<'_>, words: &[Range<usize>]) {
    const SETTINGS: [&str; 6] = ["build.", "mirror.", "local.", "path.", "plugin", "gem.push_key"];
    let text = spans.text;
    let mut words = words.iter().map(|range| (range, text.get(range.clone()).unwrap_or_default()));
    let Some((_, name)) = words.find(|(_, word)| *word != "set") else { return };
    let is_host = name.contains('.') && !SETTINGS.iter().any(|start| name.starts_with(start));
    let Some((range, value)) = words.next().filter(|_| is_host) else { return };
    match value.split_once(':') {
        Some((user, "x-oauth-basic")) => spans.push(range.start..range.start + user.len()),
        Some((user, _)) => spans.push(range.start + user.len() + 1..range.end),
        None => spans.push(range.clone()),
    }
}
