//! What is told, when, once, and what fails for it.

use serde_json::Value;

use super::{DIGEST, place};
use crate::support::Place;

/// A Dockerfile with one open input, and what its build leaves in bytes.
const OPEN: &str = "FROM python:3.12\nRUN useradd -m me\n";

/// The same with its input pinned.
fn pinned() -> String {
    OPEN.replace("3.12", &format!("3.12@{DIGEST}"))
}

fn findings(place: &Place, arguments: &[&str]) -> Vec<(String, String, String, Option<String>)> {
    let run = place.run(&[&["lint", "--format", "json"], arguments].concat());
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let row = |finding: &Value| {
        let root = finding["root"].as_str().map(str::to_owned);
        (text(finding, "rule"), text(finding, "turn"), text(finding, "severity"), root)
    };
    run.json()["findings"].as_array().unwrap().iter().map(row).collect()
}

fn turn_of(place: &Place, rule: &str, arguments: &[&str]) -> Option<(String, String)> {
    let all = findings(place, arguments);
    all.into_iter().find(|row| row.0 == rule).map(|(_, turn, severity, _)| (turn, severity))
}

fn is(turn: &str, severity: &str) -> Option<(String, String)> {
    Some((turn.to_owned(), severity.to_owned()))
}

#[test]
fn bytes_wait_while_an_input_of_their_file_is_open_and_are_counted_on_one_line() {
    let place = place(&[("Dockerfile", OPEN), ("pinned.dockerfile", &pinned())]);
    let run = place.run(&["lint", "Dockerfile"]);
    assert_eq!(run.code, 1);
    assert!(!run.stdout.contains("shadow-date"), "{run}");
    let last = run.stdout.lines().last().unwrap();
    assert!(last.contains("about bytes") && last.ends_with("--select bytes"), "{run}");
    assert_eq!(turn_of(&place, "shadow-date", &["Dockerfile"]), is("later", "info"));
    // Another file waits for none of it.
    let run = place.run(&["lint", "pinned.dockerfile"]);
    assert!(run.stdout.contains("info[shadow-date]") && run.stdout.contains("none fails"), "{run}");
    assert_eq!((run.code, turn_of(&place, "shadow-date", &["pinned.dockerfile"])), (0, is("now", "info")));
}

#[test]
fn what_is_asked_for_by_name_or_by_set_is_told_at_once_and_weighs_its_own() {
    let place = place(&[("Dockerfile", OPEN)]);
    for select in ["shadow-date", "bytes", "all"] {
        assert_eq!(turn_of(&place, "shadow-date", &["--select", select]), is("now", "warning"), "{select}");
    }
    let run = place.run(&["lint", "--select", "bytes"]);
    assert!(run.code == 1 && !run.stdout.contains("image-unpinned-digest"), "{run}");
    assert_eq!(place.run(&["lint", "--select", "bytes", "--fail-on", "error"]).code, 0);
    assert_eq!(turn_of(&place, "shadow-date", &["--ignore", "bytes"]), None);
    assert_eq!(turn_of(&place, "shadow-date", &["--min-severity", "warning"]), None);
}

#[test]
fn a_severity_of_its_own_takes_a_rule_out_of_the_wait() {
    let settings = "[lint.severity]\nshadow-date = \"error\"\n";
    let place =
        place(&[("Dockerfile", OPEN), ("pinned.dockerfile", &pinned()), ("reprolock.toml", settings)]);
    assert_eq!(turn_of(&place, "shadow-date", &["Dockerfile"]), is("now", "error"));
    assert_eq!(place.run(&["lint", "pinned.dockerfile", "--fail-on", "error"]).code, 1);
}

#[test]
fn a_comment_that_silences_what_waits_is_used() {
    let text = "FROM python:3.12\n# reprolock: ignore[shadow-date] the day is set below\nRUN useradd -m me\n";
    let place = place(&[("Dockerfile", text)]);
    let run = place.run(&["lint"]);
    assert!(!run.stdout.contains("ignore-unused") && run.stdout.contains("silenced: 1 by comments"), "{run}");
}

#[test]
fn who_silences_a_root_silences_its_parts_and_no_other() {
    let install = "RUN apt-get update && apt-get install -y curl\n";
    let text = format!(
        "FROM debian:12@{DIGEST}\n# reprolock: ignore[apt-unpinned] the base's archive is a snapshot\n{install}"
    );
    let quiet = place(&[("Dockerfile", &text)]);
    let run = quiet.run(&["lint", "--ignore", "bytes"]);
    assert!(run.code == 0 && run.stdout.contains("silenced: 2 by comments"), "{run}");
    // Asked for by name it is told by itself, and another RUN has its own.
    assert_eq!(quiet.run(&["lint", "--select", "apt-live-archive"]).code, 1);
    let other = place(&[("Dockerfile", &format!("{text}{install}"))]);
    let run = other.run(&["lint", "--ignore", "bytes"]);
    assert!(run.code == 1 && run.stdout.contains("Dockerfile:4"), "{run}");
}

#[test]
fn what_waits_is_not_fixed_until_its_turn_has_come() {
    let lock = super::lock("Dockerfile");
    let waiting = "FROM python:3.12\nRUN pip install requests && useradd -m me\n";
    let place = place(&[("Dockerfile", waiting), ("reprolock.lock", &lock)]);
    place.run(&["lint", "--fix"]);
    let text = String::from_utf8(place.read("Dockerfile")).unwrap();
    assert!(text.contains(DIGEST) && text.contains("RUN pip install requests && useradd"), "{text}");
    // With its input pinned, the same run comes to the rest.
    place.write("Dockerfile", OPEN);
    place.run(&["lint", "--fix"]);
    let text = String::from_utf8(place.read("Dockerfile")).unwrap();
    assert!(text.contains(DIGEST) && text.contains("SOURCE_DATE_EPOCH"), "{text}");
}

#[test]
fn the_severity_that_fails_is_the_one_that_is_asked_for() {
    let warning = format!("# syntax=docker/dockerfile:1\nFROM python:3.12@{DIGEST}\n");
    let place =
        place(&[("Dockerfile", &warning), ("error.dockerfile", super::BAD), ("info.dockerfile", &pinned())]);
    let code = |file: &str, least: &[&str]| place.run(&[&["lint", file], least].concat()).code;
    assert_eq!(
        (code("Dockerfile", &[]), code("error.dockerfile", &[]), code("info.dockerfile", &[])),
        (1, 1, 0)
    );
    let error = ["--fail-on", "error"];
    assert_eq!((code("Dockerfile", &error), code("error.dockerfile", &error)), (0, 1));
    assert_eq!(code("info.dockerfile", &["--fail-on", "info"]), 1);
    // The file says it too, and the command line goes before it.
    place.write("reprolock.toml", "[lint]\nfail-on = \"error\"\n");
    assert_eq!((code("Dockerfile", &[]), code("Dockerfile", &["--fail-on", "warning"])), (0, 1));
    let junit = place.run(&["lint", "Dockerfile", "--format", "junit"]);
    assert!(junit.stdout.contains("failures=\"0\"") && junit.stdout.contains("<system-out>"), "{junit}");
}

#[test]
fn a_guess_is_never_an_error() {
    let text = format!("FROM python:3.12@{DIGEST}\nRUN pip install \"$WHEEL\"\n");
    let place = place(&[("Dockerfile", &text)]);
    assert_eq!(turn_of(&place, "pip-unpinned", &[]), is("now", "warning"));
    place.write("reprolock.toml", "[lint.severity]\npip-unpinned = \"error\"\n");
    assert_eq!(turn_of(&place, "pip-unpinned", &[]), is("now", "warning"));
}

#[test]
fn one_root_is_one_finding() {
    let text = format!(
        "FROM debian:13@{DIGEST}\n\
         RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n\
         RUN curl -fsSL https://example.org/key.gpg -o /etc/apt/keyrings/x.gpg && \\\n    \
         echo 'deb https://example.org/x stable main' > /etc/apt/sources.list.d/x.list\n\
         RUN curl -fsSLO https://example.org/latest/tool.tar.gz\n"
    );
    let place = place(&[("Dockerfile", &text)]);
    let rows = findings(&place, &[]);
    let turns = |rule: &str| -> Vec<(&str, Option<&str>)> {
        let rows = rows.iter().filter(|row| row.0 == rule);
        rows.map(|row| (row.1.as_str(), row.3.as_deref())).collect()
    };
    assert_eq!(turns("apt-unpinned"), [("now", None)]);
    assert_eq!(turns("apt-live-archive"), [("within", Some("apt-unpinned"))]);
    assert_eq!(turns("third-party-repo"), [("now", None)]);
    assert_eq!(turns("download-unverified"), [("within", Some("third-party-repo")), ("now", None)]);
    assert_eq!(turns("mutable-url"), [("within", Some("download-unverified"))]);
    // The root weighs what its heaviest part does, and says what that would.
    let severity = |rule: &str| rows.iter().find(|row| row.0 == rule).unwrap().2.clone();
    assert_eq!(severity("third-party-repo"), "error");
    let run = place.run(&["lint"]);
    assert!(run.stdout.contains("\n3 findings in 1 file: 3 errors"), "{run}");
    let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("and name a version in the URL"), "{run}");
    // Asked for, each is told.
    let all = findings(&place, &["--select", "all"]);
    assert!(all.iter().all(|row| row.1 == "now"), "{all:?}");
    // Without its root a part stands for itself.
    assert_eq!(turn_of(&place, "apt-live-archive", &["--ignore", "apt-unpinned"]), is("now", "warning"));
}

#[test]
fn a_list_of_requirements_is_one_finding_to_people_and_its_lines_to_programs() {
    let list: String = (0..30).map(|number| format!("name{number}\n")).collect();
    let text =
        format!("FROM python:3.12@{DIGEST}\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n");
    let place = place(&[("Dockerfile", &text), ("requirements.txt", &list)]);
    let json = findings(&place, &[]);
    assert_eq!(json.iter().filter(|row| row.0 == "requirements-unlocked" && row.1 == "now").count(), 30);
    let text = place.run(&["lint"]).stdout;
    assert_eq!(text.matches("[requirements-unlocked]").count(), 1, "{text}");
    assert!(text.contains("name0, name1, name2 and 27 more") && text.contains("30 lines: 1-30"), "{text}");
    let annotations = place.run(&["lint", "--format", "github"]).stdout;
    assert_eq!(annotations.matches("title=requirements-unlocked").count(), 1, "{annotations}");
    assert!(annotations.contains("%0Anote: 30 lines: 1-30\n"), "{annotations}");
    let markdown = place.run(&["lint", "--format", "markdown"]).stdout;
    assert_eq!(markdown.matches("requirements-unlocked").count(), 1, "{markdown}");
    assert!(markdown.contains("<br>30 lines: 1-30 |"), "{markdown}");
    let sarif: Value = serde_json::from_str(&place.run(&["lint", "--format", "sarif"]).stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "requirements-unlocked").count(), 30);
    assert!(!sarif.to_string().contains("30 lines"), "each line is a result of its own: {sarif}");
}

#[test]
fn what_is_said_twice_of_one_file_is_told_once_with_its_lines() {
    let place =
        place(&[("Dockerfile", "FROM python:3.12 AS a\nFROM python:3.12 AS b\nCOPY --from=a /x /x\n")]);
    let text = place.run(&["lint"]).stdout;
    assert_eq!(text.matches("error[image-unpinned-digest]").count(), 1, "{text}");
    assert!(text.contains("2 places: lines 1-2") && text.contains("\n1 finding in 1 file"), "{text}");
}
