//! Passwords in SQL: `IDENTIFIED BY 'x'`, `WITH PASSWORD 'x'`, `SET PASSWORD … = PASSWORD('x')`. Only what stands in quotes is one.

use super::spans::Spans;
use super::words::Word;

/// Words that make `PASSWORD 'x'` a statement's, and no sentence's.
const STATEMENT: [&str; 6] = ["user", "role", "login", "alter", "set", "account"];

/// How far a statement's words reach.
const REACH: usize = 16;

pub(super) fn find(spans: &mut Spans<'_>, words: &[Word]) {
    for (at, word) in words.iter().enumerate() {
        let text = word.text(spans.text);
        if text.eq_ignore_ascii_case("identified") {
            identified(spans, words, at);
        } else if is_password(text) {
            password(spans, words, at);
        }
    }
}

/// Whether it ends with the word: `authentication_string=PASSWORD('x')`.
fn is_password(word: &str) -> bool {
    const WORD: &str = "password";
    let start = word.len().saturating_sub(WORD.len());
    let is_end = word.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(WORD));
    is_end && word.get(..start).is_some_and(|before| before.is_empty() || before.ends_with('='))
}

/// `IDENTIFIED [WITH PLUGIN] BY|AS 'x'`.
fn identified(spans: &mut Spans<'_>, words: &[Word], at: usize) {
    let text = spans.text;
    let is_by = |word: &Word| ["by", "as"].iter().any(|by| word.text(text).eq_ignore_ascii_case(by));
    let after = words.get(at + 1..).unwrap_or_default();
    let by = after.iter().take(4).position(is_by);
    if let Some(value) = by.and_then(|by| after.get(by + 1)) {
        quoted(spans, value);
    }
}

/// `PASSWORD 'x'`, `PASSWORD = 'x'`, `PASSWORD('x')`, in a statement about users.
fn password(spans: &mut Spans<'_>, words: &[Word], at: usize) {
    let text = spans.text;
    let before = words.get(at.saturating_sub(REACH)..at).unwrap_or_default();
    let is_known = |other: &Word| STATEMENT.iter().any(|known| known.eq_ignore_ascii_case(other.text(text)));
    let is_call = words.get(at).is_some_and(|own| {
        text.get(own.range.end..).is_some_and(|rest| rest.starts_with("('") || rest.starts_with("(\""))
    });
    if !is_call && !before.iter().any(is_known) {
        return;
    }
    let after = words.get(at + 1..).unwrap_or_default();
    // `SET PASSWORD FOR 'a'@'b' = 'x'`: the value stands behind the sign.
    let is_for = after.first().is_some_and(|next| next.text(text).eq_ignore_ascii_case("for"));
    let sign = after.iter().take(REACH).position(|next| next.text(text) == "=");
    let value = match sign {
        Some(sign) if is_for || sign == 0 => after.get(sign + 1),
        _ if is_for => None,
        _ => after.first(),
    };
    if let Some(value) = value {
        quoted(spans, value);
    }
}

fn quoted(spans: &mut Spans<'_>, value: &Word) {
    let before = spans.text.get(..value.range.start).unwrap_or_default();
    if before.ends_with(['\'', '"']) {
        spans.push(value.range.clone());
    }
}
