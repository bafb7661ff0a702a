//! Secrets that a program reads from what is piped to it: `echo root:VALUE | chpasswd`, `docker login --password-stdin <<< VALUE`.
//!
//! Only what is written there is one: what another program prints is not known.

use super::commands::Command;
use super::spans::Spans;
use super::words::Word;

/// Programs that read a login, and the word that says that they do.
const READERS: [(&str, &str); 19] = [
    ("chpasswd", ""),
    ("passwd", ""),
    ("sudo", "-S"),
    ("docker", "--password-stdin"),
    ("podman", "--password-stdin"),
    ("buildah", "--password-stdin"),
    ("skopeo", "--password-stdin"),
    ("nerdctl", "--password-stdin"),
    ("oras", "--password-stdin"),
    ("crane", "--password-stdin"),
    ("helm", "--password-stdin"),
    ("gh", "--with-token"),
    ("glab", "--stdin"),
    ("vncpasswd", "-f"),
    ("htpasswd", "-i"),
    ("smbpasswd", "-s"),
    ("kinit", ""),
    ("cryptsetup", ""),
    ("keyring", "set"),
];

/// Programs that print what they are given.
const WRITERS: [&str; 3] = ["echo", "printf", "yes"];

/// Words of a document that are looked at.
const MOST: usize = 256;

pub(super) fn programs() -> impl Iterator<Item = &'static str> {
    READERS.iter().map(|(name, _)| *name)
}

pub(super) fn find(spans: &mut Spans<'_>, file: &str, command: &Command<'_, '_>) {
    if !READERS.iter().any(|(name, with)| *name == file && (with.is_empty() || command.has(with))) {
        return;
    }
    let is_pairs = file == "chpasswd";
    if command.words.first().is_some_and(|first| first.is_piped) {
        let writer = command.before.iter().position(|word| WRITERS.contains(&command.word(word)));
        let printed = writer.and_then(|at| command.before.get(at + 1..)).unwrap_or_default();
        printed.iter().for_each(|word| read(spans, command.word(word), word, is_pairs));
    }
    let text = spans.text;
    for (at, word) in command.words.iter().enumerate() {
        let before = text.get(..word.range.start).unwrap_or_default();
        let before = before.trim_end_matches(['"', '\'', ' ', '-', '\\']);
        if before.ends_with("<<<") {
            read(spans, command.word(word), word, is_pairs);
        } else if before.ends_with("<<") {
            let end = command.word(word);
            let lines = command.words.get(at + 1..).unwrap_or_default().iter().chain(command.rest);
            let lines = lines.take(MOST).take_while(|word| command.word(word) != end);
            lines.for_each(|word| read(spans, command.word(word), word, is_pairs));
            return;
        }
    }
}

/// A word that is read: `root:VALUE`, or all of it.
fn read(spans: &mut Spans<'_>, value: &str, word: &Word, is_pairs: bool) {
    if !is_pairs {
        if !value.starts_with('-') && !value.contains('%') {
            spans.push(word.range.clone());
        }
    } else if let Some((user, _)) = value.split_once(':').filter(|(user, _)| !user.is_empty()) {
        spans.push(word.range.start + user.len() + 1..word.range.end);
    }
}
