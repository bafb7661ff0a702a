//! The table of what is hidden and what stays, row by row; and that hiding twice is hiding once.

use super::*;

const TABLE: &str = include_str!("../../../testdata/secrets/table.tsv");

/// The rows: kind, and a text with what is hidden between its marks.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once('\t').unwrap())
}

/// As it goes in, and as it comes out.
fn both(marked: &str) -> (String, String) {
    let mut out = String::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('⟦') {
        out.push_str(before);
        out.push_str(REDACTED);
        rest = after.split_once('⟧').unwrap().1;
    }
    out.push_str(rest);
    (marked.replace(['⟦', '⟧'], ""), out)
}

fn value(pair: &str) -> String {
    let (name, value) = pair.split_once('=').unwrap();
    match hidden(name, value) {
        Redacted::Nothing => pair.to_owned(),
        Redacted::Whole => format!("{name}={REDACTED}"),
        Redacted::Parts(text) => format!("{name}={text}"),
    }
}

fn text(text: &str) -> String {
    redact(text).unwrap_or_else(|| text.to_owned())
}

fn words(list: &str) -> String {
    let words: Vec<String> = serde_json::from_str(list).unwrap();
    serde_json::to_string(&redact_words(&words).unwrap_or(words)).unwrap()
}

fn shown(kind: &str, input: &str) -> String {
    match kind {
        "value" => value(input),
        "text" => text(input),
        "words" => words(input),
        _ => panic!("{kind}"),
    }
}

#[test]
fn each_row_of_the_table_is_hidden_where_it_is_marked_and_nowhere_else() {
    let wrong: Vec<String> = rows()
        .filter_map(|(kind, marked)| {
            let (input, expected) = both(marked);
            let shown = shown(kind, &input);
            (shown != expected).then(|| format!("{kind}: {input}\n  shown    {shown}\n  expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    let (hidden, harmless): (Vec<_>, Vec<_>) = rows().partition(|(_, marked)| marked.contains('⟦'));
    assert!(hidden.len() >= 400 && harmless.len() >= hidden.len(), "{} and {}", hidden.len(), harmless.len());
}

#[test]
fn what_is_hidden_stays_as_it_is_when_it_is_hidden_again() {
    for (kind, marked) in rows() {
        let once = shown(kind, &both(marked).0);
        assert_eq!(shown(kind, &once), once);
    }
    // Also beside each other, and in pieces.
    let all: Vec<String> =
        rows().filter(|(kind, _)| *kind == "text").map(|(_, marked)| both(marked).0).collect();
    let joined = [" && ", " ", "\n", ";", "\"", "="].map(|between| all.join(between));
    for joined in joined {
        let once = text(&joined);
        assert_eq!(text(&once), once);
        let half: String = joined.chars().skip(joined.len() / 3).collect();
        let once = text(&half);
        assert_eq!(text(&once), once);
    }
}

#[test]
fn a_login_in_base64_behind_basic_is_hidden_and_a_word_there_is_not() {
    // bob:hunter2x
    assert_eq!(redact("Basic Ym9iOmh1bnRlcjJ4").as_deref(), Some("Basic [redacted]"));
    assert_eq!(redact("auth=\"basic Ym9iOmh1bnRlcjJ4\"").as_deref(), Some("auth=\"basic [redacted]\""));
    for text in
        ["basic auth", "Basic usage: run it", "basic Ym9iOg==", "basic information", "Basic 7169605F62C7"]
    {
        assert_eq!(redact(text), None, "{text}");
    }
}
