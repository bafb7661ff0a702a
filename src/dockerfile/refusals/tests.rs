//! What is refused, against cases that BuildKit was asked about.

use std::fs;
use std::path::Path;

use super::*;
use crate::dockerfile::{BuildInputs, Dockerfile};

/// What is said of a Dockerfile: by the parser, or after it.
fn said(text: &str) -> Vec<String> {
    let dockerfile = Dockerfile::parse(text);
    let fatal: Vec<Problem> = dockerfile.fatal_problems().cloned().collect();
    let problems = match fatal.is_empty() {
        true => refusals(&Stages::of(&dockerfile, &BuildInputs::default())),
        false => fatal,
    };
    problems.into_iter().map(|problem| format!("{}: {}", problem.span.text(text), problem.message)).collect()
}

/// The Dockerfiles of `testdata/refusals.txt`, each with whether BuildKit takes it.
fn cases() -> Vec<(String, bool, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/refusals.txt");
    let mut cases: Vec<(String, bool, String)> = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        match line.split_at_checked(1) {
            Some((sign @ ("+" | "-"), name)) => {
                cases.push((name.trim().to_owned(), sign == "+", String::new()));
            }
            Some(("|", text)) => {
                let (_, _, case) = cases.last_mut().unwrap();
                case.push_str(text);
                case.push('\n');
            }
            _ => {}
        }
    }
    cases
}

#[test]
fn what_buildkit_refuses_is_refused_and_nothing_else() {
    let cases = cases();
    assert!(cases.len() > 100);
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(_, taken, text)| said(text).is_empty() != *taken)
        .map(|(name, _, text)| format!("{name}: {:?}", said(text)))
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_refusal_stands_where_the_trouble_is_and_says_what_is_expected() {
    for (text, expected) in [
        ("FROM a\nCOPY --chwon=1 a b\n", "--chwon=1: unknown flag --chwon"),
        ("FROM a\nCOPY a\n", "COPY: COPY takes a source and a destination"),
        ("FROM a\nRUNN x\n", "RUNN: unknown instruction \"RUNN\""),
        ("FROM a/B\n", "a/B: \"a/B\" is no name of an image: its path (a/B) must be in lowercase"),
        ("FROM a\nEXPOSE 80 http\n", "http: \"http\" is no port"),
        ("FROM a AS x\nCOPY --from=x a b\n", "x: a circle: stage x needs its own files"),
    ] {
        assert_eq!(said(text), [expected], "{text}");
    }
}

#[test]
fn what_a_build_argument_decides_is_left_to_the_build() {
    for text in [
        "ARG BASE\nFROM $BASE\n",
        "FROM a:$TAG\n",
        "ARG V\nFROM a:${V:?needed}\n",
        "FROM a\nEXPOSE $PORT\n",
        "FROM a\nSTOPSIGNAL $SIGNAL\n",
        "FROM a\nCOPY --chmod=$MODE a b\n",
        "FROM --platform=$TARGETPLATFORM a\n",
        "FROM a\nRUN --mount=type=$KIND,target=/x,whatever=1 true\n",
    ] {
        assert_eq!(said(text), [""; 0], "{text}");
    }
}
