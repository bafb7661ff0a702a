//! Secrets that stand beside their name: `NAME=value` and `name: value` in all their spellings (a shell's, JSON's, INI's, a
//! URL's query, a connection string), headers, and options whose value is the next word.

use std::ops::Range;

use super::names::{self, Naming};
use super::words::{self, Word};
use super::{Spans, values};

/// Names of query values that sign or let in, beside those that any name may have.
const QUERY: [&str; 6] = ["sig", "sign", "hmac", "x-amz-credential", "x-goog-credential", "code_verifier"];

/// Schemes of `Authorization`.
const SCHEMES: [&str; 9] =
    ["bearer", "basic", "token", "digest", "negotiate", "apikey", "api-key", "key", "aws4-hmac-sha256"];

pub(super) fn find(spans: &mut Spans<'_>) {
    let text = spans.text;
    for (at, sign) in text.match_indices(['=', ':']) {
        match sign {
            "=" => assigned(spans, at),
            _ => keyed(spans, at),
        }
    }
    let words = words::words(text);
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1);
        let is =
            |name: &str| text.get(word.range.clone()).is_some_and(|text| text.eq_ignore_ascii_case(name));
        if let Some(next) = next {
            option(spans, word, next);
            if is("bearer") {
                bearer(spans, next);
            }
        }
        if is("env") || is("label") || is("password") || is("passwd") {
            spaced(spans, &words, at);
        }
    }
}

/// The name that ends at `end`, its quotes left out, and where it begins.
fn name_before(text: &str, end: usize) -> Option<Range<usize>> {
    let before = text.get(..end)?;
    let end = before.trim_end_matches(['"', '\'', '\\']).len();
    let before = before.get(..end)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let length = before.chars().rev().take(names::LONGEST + 1).take_while(|c| is_part(*c)).count();
    // Signs of names have a byte each.
    (length > 0).then(|| end - length..end)
}

fn is_secret(name: &str, value: &str) -> bool {
    match names::naming(name) {
        Naming::Secret => true,
        Naming::Key => values::is_random(value),
        Naming::Harmless => false,
    }
}

/// `NAME=value`; with space around the sign where the name begins its line, as in an INI or TOML file.
fn assigned(spans: &mut Spans<'_>, at: usize) {
    let text = spans.text;
    let before = text.get(..at).unwrap_or_default();
    let bare = before.trim_end_matches([' ', '\t']);
    let Some(range) = name_before(text, bare.len()) else { return };
    let name = text.get(range.clone()).unwrap_or_default();
    let line = before.get(..range.start).unwrap_or_default();
    let is_spaced = bare.len() < before.len();
    let begins = line.trim_end_matches(['"', '\'', ' ', '\t', '+', '-']);
    if is_spaced && !begins.is_empty() && !begins.ends_with('\n') {
        return;
    }
    let mut from = at + 1;
    if is_spaced || begins.is_empty() || begins.ends_with('\n') {
        let rest = text.get(from..).unwrap_or_default();
        // In a shell `A= b` gives A nothing.
        from += if is_spaced { rest.len() - rest.trim_start_matches([' ', '\t']).len() } else { 0 };
    }
    let (from, quote) = words::opened(text, from);
    let mut end = words::value_end(text, from, quote);
    let is_query = line.ends_with(['?', '&', ';']) || line.ends_with("amp;");
    let value = text.get(from..end).unwrap_or_default();
    if quote.is_none() {
        end = from + fields_end(value, is_query);
    }
    let value = text.get(from..end).unwrap_or_default();
    let in_query = is_query && QUERY.iter().any(|known| known.eq_ignore_ascii_case(name));
    if in_query || is_secret(name, value) {
        // What is to be a password with a shell's sign in it is not hidden up to the sign.
        let next = text.get(end..).and_then(|rest| rest.chars().next());
        if !matches!(next, Some('`' | '(')) {
            spans.push(from..end);
        }
    }
}

/// Where the value ends in a list of `name=value` behind commas, or in front of a URL's fragment.
fn fields_end(value: &str, is_query: bool) -> usize {
    let fragment = value.find('#').filter(|_| is_query);
    let value = value.get(..fragment.unwrap_or(value.len())).unwrap_or(value);
    let is_field = |rest: &str| {
        let name = rest.split('=').next().unwrap_or_default();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        rest.is_empty() || rest.contains('=') && !name.is_empty() && name.bytes().all(is_name)
    };
    let commas = value.match_indices(',').take(8);
    commas.map(|(at, _)| at).find(|at| value.get(at + 1..).is_some_and(is_field)).unwrap_or(value.len())
}

/// `name: value` and `"name":"value"`, headers among them.
fn keyed(spans: &mut Spans<'_>, at: usize) {
    let text = spans.text;
    let Some(range) = name_before(text, at) else { return };
    let name = text.get(range.clone()).unwrap_or_default();
    let is_quoted = range.end < at;
    let rest = text.get(at + 1..).unwrap_or_default();
    let from = at + 1 + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
    let is_apart = from > at + 1;
    let lower = name.to_ascii_lowercase();
    if lower.ends_with("authorization") {
        return authorization(spans, from);
    }
    if matches!(lower.as_str(), "cookie" | "set-cookie") && is_apart {
        return cookie(spans, from);
    }
    // `auth:1.0` is an image; openssl's `pass:` is none.
    let is_header = name.contains('-') || lower == "pass";
    if !is_quoted && !is_apart && !is_header {
        return;
    }
    let (start, quote) = words::opened(text, from);
    let end = words::value_end(text, start, quote);
    let end = start + text.get(start..end).unwrap_or_default().trim_end_matches([',', '.']).len();
    let value = text.get(start..end).unwrap_or_default();
    // Of a sentence the next word is no value.
    let after = text.get(end..).unwrap_or_default();
    let is_whole = quote.is_some()
        || !is_apart
        || !after.starts_with(' ')
        || after.trim_start().starts_with(['#', '\n', '\\', '&', '|']);
    if is_whole && is_secret(name, value) && !after.starts_with(['(', '`']) {
        spans.push(start..end);
    }
}

/// What follows `Authorization:`, without the scheme.
fn authorization(spans: &mut Spans<'_>, from: usize) {
    let text = spans.text;
    let (start, _) = words::opened(text, from);
    let end = words::value_end(text, start, None);
    let is_scheme = |word: &str| SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word));
    if !text.get(start..end).is_some_and(is_scheme) {
        return spans.push(start..end);
    }
    let rest = text.get(end..).unwrap_or_default();
    let start = end + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
    spans.push(start..words::value_end(text, start, None));
}

/// The values of `Cookie: a=b; c=d`.
fn cookie(spans: &mut Spans<'_>, from: usize) {
    let text = spans.text;
    let mut at = from;
    for _ in 0..16 {
        let end = words::value_end(text, at, None);
        let Some(sign) = text.get(at..end).and_then(|pair| pair.find('=')) else { return };
        spans.push(at + sign + 1..end);
        let rest = text.get(end..).unwrap_or_default();
        let Some(more) = rest.strip_prefix(';') else { return };
        at = end + 1 + (more.len() - more.trim_start_matches(' ').len());
    }
}

/// `--password VALUE`, `-storepass VALUE`.
fn option(spans: &mut Spans<'_>, word: &Word, next: &Word) {
    let text = spans.text;
    let name = text.get(word.range.clone()).unwrap_or_default();
    let bare = name.trim_start_matches('-');
    let is_long = name.len() - bare.len() == 2 || name.starts_with('-') && bare.len() > 4;
    let value = text.get(next.range.clone()).unwrap_or_default();
    // `--secret id=x` names a secret of the build, and what follows a short word may be anything.
    let is_value = !value.starts_with('-') && !value.contains('=') && !next.is_first;
    if is_long && !bare.contains(['=', ':']) && is_value && is_secret(bare, value) {
        spans.push(next.range.clone());
    }
}

/// `Bearer VALUE`, wherever it stands; in a sentence a word follows.
fn bearer(spans: &mut Spans<'_>, next: &Word) {
    let value = spans.text.get(next.range.clone()).unwrap_or_default();
    let is_drawn = value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit()) || value.len() >= 24;
    if is_drawn && !next.is_first {
        spans.push(next.range.clone());
    }
}

/// `ENV NAME VALUE`, as Dockerfiles once had it, and `login NAME password VALUE` of a .netrc.
fn spaced(spans: &mut Spans<'_>, words: &[Word], at: usize) {
    let text = spans.text;
    let word = |at: usize| words.get(at).and_then(|word| text.get(word.range.clone())).unwrap_or_default();
    let is_netrc = word(at).to_ascii_lowercase().starts_with("pass");
    if is_netrc {
        let is_login = at.checked_sub(2).is_some_and(|before| word(before) == "login");
        let is_default = at.checked_sub(2).is_some_and(|before| word(before) == "machine");
        if let (true, Some(value)) = (is_login || is_default, words.get(at + 1)) {
            spans.push(value.range.clone());
        }
        return;
    }
    let begins = at == 0 || word(at - 1) == "nop" || words.get(at).is_some_and(|word| word.is_first);
    let name = word(at + 1);
    if let (true, false, Some(value)) = (begins, name.contains('='), words.get(at + 2)) {
        let text = text.get(value.range.clone()).unwrap_or_default();
        if !value.is_first && is_secret(name, text) {
            spans.push(value.range.clone());
        }
    }
}
