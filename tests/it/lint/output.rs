//! Lint's findings in every format.

use super::{BAD, lock, place};

const TEXT: &str = "FROM python:3.12 AS a\n# reprolock: ignore[image-unpinned-digest]\nFROM python:3.12\n";

#[test]
fn text_shows_the_line_the_reason_and_what_to_write() {
    let run = place(&[("Dockerfile", TEXT)]).run(&["lint"]);
    insta::assert_snapshot!(run, @r"
    exit 1
    --- stdout
    error[image-unpinned-digest]: the tag of python:3.12 may name another image tomorrow
     --> Dockerfile:1:6
      |
    1 | FROM python:3.12 AS a
      |      ^^^^^^^^^^^
      |
      = help: write its digest too: FROM python:3.12@sha256:…; reprolock lint
              --fix --online Dockerfile asks the registry for it

    warning[ignore-no-reason]: this ignore doesn't say why
     --> Dockerfile:2:3
      |
    2 | # reprolock: ignore[image-unpinned-digest]
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write the reason after the bracket: # reprolock: ignore[rule]
              the mirror is a snapshot

    2 findings in 1 file: 1 error, 1 warning; silenced: 1 by comments
    --- stderr
    ");
}

#[test]
fn a_tab_and_a_long_line_keep_the_mark_under_its_text_and_80_columns() {
    let text = format!(
        "FROM --platform=linux/amd64 {}/python:3.12\n#\n\tFROM\tpython:3.12\n",
        "example.org/a".repeat(12)
    );
    let run = place(&[("Dockerfile", &text)]).run(&["lint", "--select", "image-unpinned-digest"]);
    let excerpts: Vec<&str> = run.stdout.lines().filter(|line| line.contains(" | ")).collect();
    insta::assert_snapshot!(excerpts.join("\n"), @r"
    1 | ...64 example.org/aexample.org/...example.org/a/python:3.12
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^
    3 |     FROM    python:3.12
      |             ^^^^^^^^^^^
    ");
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let place = place(&[("Dockerfile", BAD)]);
    assert!(!place.run(&["lint"]).stdout.contains('\u{1b}'));
    assert!(place.run(&["lint", "--color", "always"]).stdout.contains('\u{1b}'));
}

#[test]
fn json_has_places_fixes_and_what_could_not_be_read() {
    let place = place(&[("Dockerfile", BAD), ("reprolock.lock", &lock("Dockerfile"))]);
    let run = place.run(&["lint", "--format", "json", "Dockerfile", "no.dockerfile"]);
    assert_eq!(run.code, 2);
    let json = run.json();
    let finding = &json["findings"][0];
    assert_eq!((finding["line"].as_u64(), finding["column"].as_u64()), (Some(1), Some(6)));
    assert_eq!((finding["end_line"].as_u64(), finding["end_column"].as_u64()), (Some(1), Some(17)));
    let fix = &finding["fix"];
    assert_eq!((fix["safety"].as_str(), fix["edits"][0]["start"].as_u64()), (Some("safe"), Some(16)));
    assert_eq!(json["obstacles"][0]["path"], "no.dockerfile");
    let json = place.run(&["lint", "--format", "json", "--fix"]).json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0);
    assert_eq!(json["fixed"][0]["rules"][0], "image-unpinned-digest");
}

#[test]
fn every_format_is_the_same_bytes_with_one_job_or_eight() {
    let files: Vec<(String, &str)> = (0..40).map(|at| (format!("d{at}/Dockerfile"), TEXT)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let place = place(&files);
    for format in ["text", "json", "markdown", "html", "sarif", "github", "junit"] {
        let one = place.run(&["lint", "--format", format, "--jobs", "1"]);
        let eight = place.run(&["lint", "--format", format, "--jobs", "8"]);
        assert!(one.stdout == eight.stdout && one.code == 1, "{format}");
        assert!(!one.stdout.contains("[place]"), "{format}");
    }
}

#[test]
fn annotations_name_file_line_and_rule() {
    let run = place(&[("Dockerfile", BAD)]).run(&["lint", "--format", "github"]);
    assert!(
        run.stdout.starts_with(
            "::error file=Dockerfile,line=1,endLine=1,col=6,endColumn=17,title=image-unpinned-digest::the tag of "
        ),
        "{run}"
    );
    assert!(run.stdout.ends_with("\nreprolock: 1 finding in 1 file: 1 error\n"), "{run}");
}

#[test]
fn junit_has_a_case_for_each_finding_each_clean_file_and_each_obstacle() {
    let place = place(&[("Dockerfile", BAD), ("clean.dockerfile", &super::good())]);
    let run = place.run(&["lint", "--format", "junit", ".", "no.dockerfile"]);
    assert!(
        run.stdout.contains(
            "<testsuites name=\"reprolock\" tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"1\">"
        ),
        "{run}"
    );
    assert!(run.stdout.contains("<testcase name=\"lint\" classname=\"clean.dockerfile\"/>"), "{run}");
    assert!(
        run.stdout.contains(
            "<failure message=\"the tag of python:3.12 may name another image tomorrow\" type=\"image-unpinned-digest\">"
        ),
        "{run}"
    );
    assert!(run.stdout.contains("<error message=\"there is no such file\"/>"), "{run}");
}

#[test]
fn a_sarif_result_keeps_its_fingerprint_when_lines_move() {
    let place = place(&[("Dockerfile", TEXT), ("reprolock.lock", &lock("Dockerfile"))]);
    let results = || {
        let run = place.run(&["lint", "--format", "sarif"]);
        let sarif: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        sarif["runs"][0]["results"].as_array().unwrap().clone()
    };
    let prints = |results: &[serde_json::Value]| {
        results
            .iter()
            .map(|result| result["partialFingerprints"]["reprolock/v1"].to_string())
            .collect::<Vec<_>>()
    };
    let before = results();
    place.write("Dockerfile", format!("# more\n\n{TEXT}"));
    let after = results();
    assert_eq!(prints(&before), prints(&after));
    let line = |result: &serde_json::Value| {
        result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64()
    };
    assert_eq!((line(&before[0]), line(&after[0])), (Some(1), Some(3)));
    // The same text twice is two results.
    place.write("Dockerfile", BAD.repeat(2));
    let twice = prints(&results());
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn a_format_without_a_place_for_a_report_is_refused_before_the_work() {
    let place = place(&[]);
    for format in ["sarif", "github", "junit"] {
        let (error, hint) = place.run(&["inspect", "no.tar", "--format", format]).refusal();
        assert_eq!(error, format!("inspect has no findings to write as {format}"));
        assert_eq!(hint, "use --format with one of text, json, markdown, html");
    }
}

#[test]
fn a_text_that_is_no_dockerfile_is_refused_in_a_few_lines() {
    let place = place(&[("Dockerfile", &format!("FROM scratch\n{}", "[[\n".repeat(20_000)))]);
    for format in ["text", "json", "sarif"] {
        let run = place.run(&["lint", "--format", format]);
        assert_eq!((run.code, run.stderr.lines().count()), (2, 51), "{format}");
        let last = run.stderr.lines().last().unwrap();
        assert_eq!(last, "error: Dockerfile:52:1: and 19950 more places like these");
    }
}
