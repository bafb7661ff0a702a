//! The parser of PEP 508 requirements, given only what it stands.
//!
//! What it refuses to do: long or deeply nested text is not parsed, since the parser recurses; nor are names that end in
//! punctuation, at which it panics.

use pep508_rs::{MarkerTree, MarkerWarningKind, Pep508Url, Requirement};
use std::str::FromStr;

/// Longer requirements are not parsed; real ones have some 200 bytes.
const PARSED_BYTES: usize = 2048;

/// Nor are those with more parentheses.
const PARSED_PARENTHESES: usize = 32;

/// A requirement as PEP 508 has it; none where the text is something else.
pub fn parse_pep508<U: Pep508Url>(text: &str) -> Option<Requirement<U>> {
    let mut silent = |_: MarkerWarningKind, _: String| {};
    let is_fit = is_small(text) && names_end_well(text);
    is_fit.then(|| Requirement::parse_reporter(text, "", &mut silent).ok()).flatten()
}

/// A marker as PEP 508 has it.
pub fn parse_marker(text: &str) -> Option<MarkerTree> {
    if is_small(text) { MarkerTree::from_str(text).ok() } else { None }
}

fn is_small(text: &str) -> bool {
    text.len() <= PARSED_BYTES && text.matches('(').count() <= PARSED_PARENTHESES
}

/// Whether the name and each extra end with a letter or a digit.
fn names_end_well(text: &str) -> bool {
    let text = text.trim_start();
    let name = name_at_start(text);
    let rest = text.get(name.len()..).unwrap_or_default().trim_start();
    let extras = rest.strip_prefix('[').map_or("", |rest| rest.split(']').next().unwrap_or_default());
    let mut names =
        std::iter::once(name).chain(extras.split(',').map(|extra| name_at_start(extra.trim_start())));
    names.all(|name| !name.ends_with(['-', '_', '.']))
}

fn name_at_start(text: &str) -> &str {
    let end = text.find(|c: char| !is_name(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Whether a name may hold the character.
pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use pep508_rs::VerbatimUrl;

    fn is_read(text: &str) -> bool {
        parse_pep508::<VerbatimUrl>(text).is_some()
    }

    #[test]
    fn requirements_are_read() {
        for text in [
            "a",
            "a-b_c.d>=1",
            "a[b,c-d]==1 ; python_version>'3'",
            "a [ b ]",
            "a @ https://example.org/a.zip",
        ] {
            assert!(is_read(text), "{text}");
        }
    }

    #[test]
    fn a_name_that_ends_in_punctuation_is_none_and_no_panic() {
        for text in [
            "a_",
            "a_==1",
            "a- >1",
            "a[b_]",
            "a[b_",
            "a[b, c.]",
            "a[b_ c]",
            " a[ b- , c]",
            "a.;x",
            "_",
            "a[_]",
        ] {
            assert!(!is_read(text), "{text}");
        }
    }

    #[test]
    fn what_is_long_or_deep_is_not_parsed() {
        assert!(!is_read(&format!("a{}", "b".repeat(PARSED_BYTES))));
        assert!(!is_read(&format!("a; {}", "(".repeat(100_000))));
        assert!(parse_marker(&"(".repeat(100_000)).is_none());
    }
}
