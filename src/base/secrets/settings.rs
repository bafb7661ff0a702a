//! `set NAME VALUE` and `config NAME VALUE`, as tools write their settings: the name says what the value is.

use super::names::is_secret;
use super::spans::Spans;
use super::words::Word;

/// Words of a command that are looked at.
const MOST: usize = 12;

/// Composer's and Poetry's settings that name a host, and then its login.
const LOGINS: [(&str, usize); 8] = [
    ("http-basic.", 2),
    ("bitbucket-oauth.", 2),
    ("github-oauth.", 1),
    ("gitlab-oauth.", 1),
    ("gitlab-token.", 1),
    ("forgejo-token.", 1),
    ("bearer.", 1),
    ("pypi-token.", 1),
];

/// Whether a word begins settings.
pub(super) fn is_verb(word: &str) -> bool {
    matches!(word, "set" | "config" | "configure" | "modify")
}

/// What stands behind such a word.
pub(super) fn find(spans: &mut Spans<'_>, after: &[Word]) {
    let text = spans.text;
    let words: Vec<&Word> =
        after.iter().take(MOST).filter(|word| !word.text(text).starts_with('-')).collect();
    for (at, name) in words.iter().enumerate() {
        let name = name.text(text);
        let login = LOGINS.iter().find(|(start, _)| name.starts_with(start));
        let value = words.get(at + login.map_or(1, |(_, behind)| *behind));
        if let Some(value) = value
            && (login.is_some() || is_secret(name, value.text(text)))
        {
            spans.push(value.range.clone());
        }
    }
}
