//! Tokens that are known by the shape that their issuers document, wherever they stand.

use std::ops::Range;

use super::spans::Spans;

/// What a token's characters are behind its prefix.
#[derive(Clone, Copy)]
enum Made {
    /// Letters and digits.
    Plain,
    /// These, `-`, `_` and `.`.
    Dashed,
    /// Hexadecimal digits.
    Hex,
    /// Upper-case letters and digits.
    Upper,
}

/// Prefixes, what follows, and at least how many characters of it.
const PREFIXES: [(&str, Made, usize); 76] = [
    ("ghp_", Made::Plain, 20),
    ("gho_", Made::Plain, 20),
    ("ghs_", Made::Dashed, 20),
    ("ghu_", Made::Plain, 20),
    ("ghr_", Made::Plain, 20),
    ("github_pat_", Made::Dashed, 20),
    ("glpat-", Made::Dashed, 16),
    ("gldt-", Made::Dashed, 16),
    ("glrt-", Made::Dashed, 16),
    ("glrtr-", Made::Dashed, 16),
    ("glptt-", Made::Dashed, 16),
    ("glcbt-", Made::Dashed, 16),
    ("glft-", Made::Dashed, 16),
    ("glimt-", Made::Dashed, 16),
    ("glsoat-", Made::Dashed, 16),
    ("glagent-", Made::Dashed, 16),
    ("gloas-", Made::Dashed, 16),
    ("hf_", Made::Plain, 20),
    ("api_org_", Made::Plain, 20),
    ("sk-", Made::Dashed, 20),
    ("sk_live_", Made::Plain, 16),
    ("sk_test_", Made::Plain, 16),
    ("rk_live_", Made::Plain, 16),
    ("rk_test_", Made::Plain, 16),
    ("whsec_", Made::Plain, 20),
    ("xoxa-", Made::Dashed, 16),
    ("xoxb-", Made::Dashed, 16),
    ("xoxc-", Made::Dashed, 16),
    ("xoxd-", Made::Dashed, 16),
    ("xoxe-", Made::Dashed, 16),
    ("xoxe.xoxp-", Made::Dashed, 16),
    ("xoxe.xoxb-", Made::Dashed, 16),
    ("xoxo-", Made::Dashed, 16),
    ("xoxp-", Made::Dashed, 16),
    ("xoxr-", Made::Dashed, 16),
    ("xoxs-", Made::Dashed, 16),
    ("xapp-", Made::Dashed, 16),
    ("AKIA", Made::Upper, 16),
    ("ASIA", Made::Upper, 16),
    ("ABIA", Made::Upper, 16),
    ("ACCA", Made::Upper, 16),
    ("AIza", Made::Dashed, 30),
    ("ya29.", Made::Dashed, 20),
    ("GOCSPX-", Made::Dashed, 20),
    ("npm_", Made::Plain, 30),
    ("pypi-", Made::Dashed, 40),
    ("nvapi-", Made::Dashed, 30),
    ("r8_", Made::Plain, 30),
    ("gsk_", Made::Plain, 40),
    ("xai-", Made::Plain, 40),
    ("pplx-", Made::Plain, 30),
    ("lsv2_pt_", Made::Dashed, 30),
    ("lsv2_sk_", Made::Dashed, 30),
    ("wandb_v1_", Made::Dashed, 20),
    ("dckr_pat_", Made::Dashed, 20),
    ("dckr_oat_", Made::Dashed, 20),
    ("dapi", Made::Hex, 32),
    ("dop_v1_", Made::Hex, 32),
    ("doo_v1_", Made::Hex, 32),
    ("dor_v1_", Made::Hex, 32),
    ("hvs.", Made::Dashed, 20),
    ("hvb.", Made::Dashed, 20),
    ("hvr.", Made::Dashed, 20),
    ("glc_", Made::Plain, 20),
    ("glsa_", Made::Dashed, 20),
    ("sntrys_", Made::Dashed, 20),
    ("sntryu_", Made::Hex, 32),
    ("rubygems_", Made::Hex, 32),
    ("shpat_", Made::Hex, 32),
    ("shpss_", Made::Hex, 32),
    ("lin_api_", Made::Plain, 30),
    ("PMAK-", Made::Dashed, 30),
    ("NRAK-", Made::Upper, 20),
    ("SG.", Made::Dashed, 40),
    ("AGE-SECRET-KEY-", Made::Upper, 40),
    ("dp.pt.", Made::Plain, 30),
];

/// The characters of tokens; others part them.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Bytes of the shortest token.
const SHORTEST: usize = 16;

pub(super) fn find(spans: &mut Spans<'_>) {
    let text = spans.text;
    let mut has_access_key = false;
    for range in runs(text, is_part).filter(|range| range.len() >= SHORTEST) {
        let word = text.get(range.clone()).unwrap_or_default();
        // A sentence's end is no part of it.
        let word = word.trim_end_matches(['.', '-']);
        if is_token(word) || is_jwt(word) {
            has_access_key |= ["AKIA", "ASIA"].iter().any(|id| word.starts_with(id));
            spans.push_shape(range.start..range.start + word.len());
        }
    }
    if has_access_key {
        access_secrets(spans);
    }
    private_keys(spans);
    if text.contains('$') {
        crypted(spans);
    }
}

/// The places where all characters are such ones.
fn runs(text: &str, is_part: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(is_part)?;
        let rest = text.get(start..)?;
        let end = start + rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        from = end;
        Some(start..end)
    })
}

fn is_token(word: &str) -> bool {
    let first = word.as_bytes().first();
    PREFIXES.iter().filter(|(prefix, ..)| prefix.as_bytes().first() == first).any(|(prefix, made, least)| {
        word.strip_prefix(prefix).is_some_and(|rest| {
            let is_made = |c: char| match made {
                Made::Plain => c.is_ascii_alphanumeric(),
                Made::Dashed => true,
                Made::Hex => c.is_ascii_hexdigit(),
                Made::Upper => c.is_ascii_uppercase() || c.is_ascii_digit(),
            };
            rest.len() >= *least
                && rest.chars().all(is_made)
                && (!matches!(made, Made::Dashed) || is_drawn(rest))
        })
    })
}

/// Whether a part between dashes is longer than words are: `sk-learn-contrib-something` is a name.
fn is_drawn(rest: &str) -> bool {
    let longest = rest.split(['-', '_', '.']).map(str::len).max().unwrap_or(0);
    longest >= 16 || longest >= 10 && rest.contains(|c: char| c.is_ascii_digit())
}

/// RFC 7519: three parts in base64url, of which the first two are JSON objects.
fn is_jwt(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let [header, claims, _] = parts.as_slice() else { return false };
    header.starts_with("eyJ") && header.len() >= 10 && (claims.starts_with("eyJ") || word.len() > 40)
}

/// What has the length and the letters of the secret that goes with an AWS access key, where such a key stands.
fn access_secrets(spans: &mut Spans<'_>) {
    let text = spans.text;
    for range in runs(text, |c| c.is_ascii_alphanumeric() || matches!(c, '/' | '+')) {
        let word = text.get(range.clone()).unwrap_or_default();
        let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
        if word.len() == 40
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_digit)
        {
            spans.push_shape(range);
        }
    }
}

/// The lines between the marks of a PEM block (RFC 7468); also where its line ends are written as `\n`.
fn private_keys(spans: &mut Spans<'_>) {
    let text = spans.text;
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")) {
        let start = from + at + 11;
        let rest = text.get(start..).unwrap_or_default();
        from = start;
        let Some(mark) = rest.get(..rest.len().min(64)).or(Some(rest)).and_then(|head| head.find("-----"))
        else {
            continue;
        };
        if !rest
            .get(..mark)
            .is_some_and(|label| label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK"))
        {
            continue;
        }
        let start = start + mark + 5;
        let body = text.get(start..).unwrap_or_default();
        let body = body.get(..body.find("-----").unwrap_or(body.len())).unwrap_or_default();
        from = start + body.len();
        let mut at = start;
        for line in body.split(['\n', '\r', ' ', '\u{1f}']).flat_map(|line| line.split_inclusive("\\n")) {
            let word = line.trim_end_matches("\\n");
            // Both kinds of parts are taken out of the body in order, so what is next stands there.
            let place = text.get(at..).and_then(|rest| rest.find(word)).map_or(at, |gap| at + gap);
            let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
            if word.len() >= 8 && word.chars().all(is_base64) {
                spans.push_shape(place..place + word.len());
            }
            at = place + word.len();
        }
    }
}

/// crypt(3)'s form of a password: `$6$salt$hash`.
fn crypted(spans: &mut Spans<'_>) {
    let text = spans.text;
    for range in runs(text, |c| c.is_ascii_alphanumeric() || matches!(c, '$' | '.' | '/' | '=' | ',')) {
        let word = text.get(range.clone()).unwrap_or_default();
        let Some(at) = word.find('$') else { continue };
        let form = word.get(at..).unwrap_or_default();
        let is_known = ["$1$", "$5$", "$6$", "$y$", "$2a$", "$2b$", "$2y$", "$apr1$", "$argon2"]
            .iter()
            .any(|known| form.starts_with(known));
        if is_known && form.len() >= 30 && form.matches('$').count() >= 3 {
            spans.push_shape(range.start + at..range.end);
        }
    }
}
