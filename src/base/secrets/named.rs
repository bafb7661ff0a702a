//! Secrets that stand beside their name: `NAME=value` and `name: value` in all their spellings (a shell's, JSON's, INI's, a
//! URL's query, a connection string), headers, and options whose value is the next word.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use super::names::{self, is_secret};
use super::spans::{REDACTED, Spans};
use super::words::{self, Word};

/// Names of query values that sign or let in, beside those that any name may have.
const QUERY: [&str; 6] = ["sig", "sign", "hmac", "x-amz-credential", "x-goog-credential", "code_verifier"];

/// Schemes of `Authorization`.
const SCHEMES: [&str; 9] =
    ["bearer", "basic", "token", "digest", "negotiate", "apikey", "api-key", "key", "aws4-hmac-sha256"];

/// Objects of Composer's logins whose keys are hosts.
const BY_HOST: [&str; 5] = ["github-oauth", "gitlab-oauth", "gitlab-token", "forgejo-token", "bearer"];

pub(super) fn find(spans: &mut Spans<'_>, words: &[Word]) {
    let text = spans.text;
    for (at, sign) in text.match_indices(['=', ':']) {
        match sign {
            "=" => assigned(spans, at),
            _ => keyed(spans, at),
        }
    }
    for (at, _) in text.match_indices("${") {
        default(spans, at + 2);
    }
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1);
        let is = |name: &str| word.text(text).eq_ignore_ascii_case(name);
        if let Some(next) = next {
            option(spans, word, next);
            if is("bearer") {
                bearer(spans, next);
            }
            if is("basic") {
                basic(spans, next);
            }
            if is("login") || word.text(text).ends_with(".login") {
                called(spans, word, next);
            }
        }
        if is("env") || is("label") || is("password") || is("passwd") {
            spaced(spans, words, at);
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
    // Signs of names have a byte each. Behind `\\n` as it is written the letter is no name's.
    let start = end - length;
    let is_escape = before.get(..start).is_some_and(|before| before.ends_with('\\'))
        && before.get(start..).is_some_and(|name| name.starts_with(['n', 't', 'r']));
    let start = start + usize::from(is_escape);
    (start < end).then_some(start..end)
}

/// Whether what stands before a name begins a line or a text of its own.
fn begins(before: &str) -> bool {
    let line = before.trim_end_matches([' ', '\t', '+', '-']);
    line.is_empty()
        || line.ends_with(['\n', '"', '\''])
        || ["\\n", "\\t"].iter().any(|escape| line.ends_with(escape))
}

/// `NAME=value`; with space around the sign where the name begins its line, as in an INI or TOML file, or where the value
/// stands in quotes, as in code.
fn assigned(spans: &mut Spans<'_>, at: usize) {
    let text = spans.text;
    let before = text.get(..at).unwrap_or_default();
    let rest = text.get(at + 1..).unwrap_or_default();
    let bare = before.trim_end_matches([' ', '\t']);
    // `==` compares.
    if rest.starts_with('=') || bare.ends_with(['=', '!', '<', '>', '~']) {
        return;
    }
    let Some(range) = name_before(text, bare.len()) else { return };
    let name = text.get(range.clone()).unwrap_or_default();
    let line = before.get(..range.start).unwrap_or_default();
    let is_spaced = bare.len() < before.len();
    // In a shell `A= b` gives A nothing.
    let from = if is_spaced { words::past_blanks(text, at + 1) } else { at + 1 };
    let (from, quote) = opened(text, from);
    // `[ "$TOKEN" = "x" ]` compares too.
    if is_spaced && !begins(line) && (quote.is_none() || line.ends_with(['$', '{', '%'])) {
        return;
    }
    let mut end = words::value_end(text, from, quote);
    let is_query = line.ends_with(['?', '&', ';']) || line.ends_with("amp;");
    let value = text.get(from..end).unwrap_or_default();
    if quote.is_none() {
        end = from + fields_end(value, is_query);
    }
    let value = text.get(from..end).unwrap_or_default();
    let in_query = is_query && QUERY.iter().any(|known| known.eq_ignore_ascii_case(name));
    let is_odbc = || is_odbc(name, line, text.get(end..).unwrap_or_default());
    if in_query || is_secret(name, value) || is_odbc() {
        if names::is_of_words(name) {
            spans.push_phrase(from..end);
        }
        // What is to be a password with a shell's sign in it is not hidden up to the sign.
        let next = text.get(end..).and_then(|rest| rest.chars().next());
        if !matches!(next, Some('`' | '(')) {
            spans.push(from..end);
        }
    }
}

/// The quote that a value stands in, also behind the letter that says of what kind the string is (`u'x'`, `N'x'`).
fn opened(text: &str, from: usize) -> (usize, Option<char>) {
    let rest = text.get(from..).unwrap_or_default();
    let behind = rest.strip_prefix(['u', 'b', 'r', 'f', 'N']).filter(|rest| rest.starts_with(['"', '\'']));
    words::opened(text, from + usize::from(behind.is_some()))
}

/// `Pwd` of a connection string: alone it names a folder.
fn is_odbc(name: &str, line: &str, after: &str) -> bool {
    if !name.eq_ignore_ascii_case("pwd") {
        return name.trim_start_matches('-').eq_ignore_ascii_case("pwd");
    }
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    name == "Pwd"
        || line.strip_suffix(';').is_some_and(|before| {
            // A shell's folder has its sign behind a command.
            let field = before.rsplit([';', '"', '\'', ' ', '\n']).next().unwrap_or_default();
            field.contains('=') || before.ends_with('}')
        })
        || after.strip_prefix(';').is_some_and(|rest| field(words::head(rest, 0)).is_some_and(is_plain))
}

/// The name of the field that a text begins with: `name=value`.
fn field(text: &str) -> Option<&str> {
    text.split_once('=').map(|(name, _)| name).filter(|name| !name.is_empty())
}

/// `${NAME:-VALUE}`: what is taken where the variable is not given.
fn default(spans: &mut Spans<'_>, start: usize) {
    let text = spans.text;
    let rest = text.get(start..).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = rest.chars().take(names::LONGEST).take_while(|c| is_part(*c)).count();
    let (name, rest) = rest.split_at_checked(length).unwrap_or_default();
    let Some(sign) = [":-", ":=", "-"].iter().find(|sign| rest.starts_with(**sign)) else { return };
    let (from, quote) = words::opened(text, start + length + sign.len());
    let end = words::value_end(text, from, quote);
    let value = text.get(from..end).unwrap_or_default();
    if is_secret(name, value) && text.get(end..).is_some_and(|rest| rest.starts_with(['}', '"', '\'', '\\']))
    {
        spans.push(from..end);
    }
}

/// `login('VALUE')` of Python's hubs.
fn called(spans: &mut Spans<'_>, word: &Word, next: &Word) {
    let gap = spans.text.get(word.range.end..next.range.start).unwrap_or_default();
    let value = next.text(spans.text);
    let is_drawn = value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit());
    if is_drawn && gap.starts_with('(') && gap.ends_with(['"', '\'']) {
        spans.push(next.range.clone());
    }
}

/// Where the value ends in a list of `name=value` behind commas, or in front of a URL's fragment.
fn fields_end(value: &str, is_query: bool) -> usize {
    let fragment = value.find('#').filter(|_| is_query);
    let value = value.get(..fragment.unwrap_or(value.len())).unwrap_or(value);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let is_field = |rest: &str| rest.is_empty() || field(rest).is_some_and(|name| name.bytes().all(is_name));
    let commas = value.match_indices(',').take(8);
    commas.map(|(at, _)| at).find(|at| value.get(at + 1..).is_some_and(is_field)).unwrap_or(value.len())
}

/// `name: value` and `"name":"value"`, headers among them.
fn keyed(spans: &mut Spans<'_>, at: usize) {
    let text = spans.text;
    let Some(range) = name_before(text, at) else { return };
    let name = text.get(range.clone()).unwrap_or_default();
    let is_quoted = range.end < at;
    let from = words::past_blanks(text, at + 1);
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
    let (start, quote) = words::opened(text, from);
    if !is_quoted && !is_apart && !is_header && quote.is_none() {
        return;
    }
    if is_quoted && BY_HOST.contains(&lower.as_str()) {
        return hosts(spans, from);
    }
    let end = words::value_end(text, start, quote);
    let end = start + text.get(start..end).unwrap_or_default().trim_end_matches([',', '.']).len();
    let value = text.get(start..end).unwrap_or_default();
    // Of a sentence the next word is no value.
    let after = text.get(end..).unwrap_or_default();
    let is_whole = quote.is_some()
        || !is_apart
        || !after.starts_with(' ')
        || after.trim_start().starts_with(['#', '\n', '\\', '&', '|']);
    // Of a query in a shell's database, and of an object in code.
    let is_pwd = quote.is_some() && lower == "pwd";
    if is_whole && (is_pwd || is_secret(name, value)) && !after.starts_with(['(', '`']) {
        spans.push(start..end);
    }
}

/// The values of `{"HOST": "VALUE"}`.
fn hosts(spans: &mut Spans<'_>, from: usize) {
    const MOST: usize = 8;
    let text = spans.text;
    let object = words::head(text, from);
    let object = object.get(..object.find('}').unwrap_or(object.len())).unwrap_or_default();
    for (at, _) in object.match_indices(':').take(MOST) {
        let rest = object.get(at + 1..).unwrap_or_default();
        let start = from + at + 1 + (rest.len() - rest.trim_start().len());
        let (start, quote) = words::opened(text, start);
        if quote.is_some() {
            spans.push(start..words::value_end(text, start, quote));
        }
    }
}

/// What follows `Authorization:`, without the scheme.
fn authorization(spans: &mut Spans<'_>, from: usize) {
    let text = spans.text;
    let (start, _) = words::opened(text, from);
    let end = words::value_end(text, start, None);
    let next = words::past_blanks(text, end);
    let next = next..words::value_end(text, next, None);
    let value = text.get(next.clone()).unwrap_or_default();
    // Others have schemes of their own; a token has a digit, as no word behind a header has.
    let is_own = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_hidden = text.get(next.start..).is_some_and(|rest| rest.starts_with(REDACTED));
    let has_digit = value.contains(|c: char| c.is_ascii_digit()) && !value.starts_with('-');
    let is_drawn = next.start > end && (is_hidden || has_digit);
    let is_scheme = |word: &str| {
        SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word)) || is_own(word) && is_drawn
    };
    match text.get(start..end).is_some_and(is_scheme) {
        true => spans.push(next),
        false => spans.push(start..end),
    }
}

/// The values of `Cookie: a=b; c=d`.
pub(super) fn cookie(spans: &mut Spans<'_>, from: usize) {
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
    let name = word.text(text);
    let bare = name.trim_start_matches('-');
    let is_long = name.len() - bare.len() == 2 || name.starts_with('-') && bare.len() > 4;
    let value = next.text(text);
    // `--secret id=x` names a secret of the build, and what follows a short word may be anything.
    let is_value = !value.starts_with('-') && !value.contains('=') && !next.is_first;
    let is_secret = || bare == "pwd" || is_secret(bare, value);
    if (is_long || bare == "pwd") && !bare.contains(['=', ':']) && is_value && is_secret() {
        spans.push(next.range.clone());
    }
}

/// `Bearer VALUE`, wherever it stands; in a sentence a word follows.
fn bearer(spans: &mut Spans<'_>, next: &Word) {
    let value = next.text(spans.text);
    let is_drawn = value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit()) || value.len() >= 24;
    if is_drawn && !next.is_first {
        spans.push(next.range.clone());
    }
}

/// A login as `Basic` writes it (RFC 7617): the user, a colon and the password in base64.
fn basic(spans: &mut Spans<'_>, next: &Word) {
    let value = next.text(spans.text);
    let length = value.find(|c: char| !is_base64(c)).unwrap_or(value.len());
    let value = value.get(..length).unwrap_or_default();
    let login = BASE64.decode(value.trim_end_matches('=')).unwrap_or_default();
    let is_text = !login.iter().any(u8::is_ascii_control) && std::str::from_utf8(&login).is_ok();
    let password = login.iter().position(|byte| *byte == b':').and_then(|at| login.get(at + 1..));
    if is_text && password.is_some_and(|password| !password.is_empty()) {
        spans.push(next.range.start..next.range.start + length);
    }
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

/// `ENV NAME VALUE`, as Dockerfiles once had it, and `login NAME password VALUE` of a .netrc.
fn spaced(spans: &mut Spans<'_>, words: &[Word], at: usize) {
    let text = spans.text;
    let word = |at: usize| words.get(at).map_or("", |word| word.text(text));
    let is_netrc = word(at).to_ascii_lowercase().starts_with("pass");
    if is_netrc {
        let is_login = at.checked_sub(2).is_some_and(|before| word(before) == "login");
        let is_default =
            at.checked_sub(2).is_some_and(|before| matches!(word(before), "machine" | "account"));
        if let (true, Some(value)) = (is_login || is_default, words.get(at + 1)) {
            spans.push(value.range.clone());
        }
        return;
    }
    let begins = at == 0 || word(at - 1) == "nop" || words.get(at).is_some_and(|word| word.is_first);
    let name = word(at + 1);
    if let (true, false, Some(value)) = (begins, name.contains('='), words.get(at + 2)) {
        let text = value.text(text);
        if !value.is_first && is_secret(name, text) {
            spans.push(value.range.clone());
        }
    }
}
