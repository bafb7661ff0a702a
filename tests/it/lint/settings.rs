//! What `reprolock.toml` and the command line decide, and which of them goes first.

use super::{BAD, found, place};

#[test]
fn rules_are_selected_and_left_out_by_id() {
    let place = place(&[("Dockerfile", "# reprolock: ignore[image-unpinned-digest]\nFROM python:3.12\n")]);
    let rules = |arguments: &[&str]| {
        let run = place.run(&[&["lint", "--format", "json"], arguments].concat());
        let findings = run.json()["findings"].take();
        let rule = |finding: &serde_json::Value| finding["rule"].as_str().unwrap().to_owned();
        findings.as_array().unwrap().iter().map(rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&["--select", "ignore-no-reason,ignore-unused"]), ["ignore-no-reason"]);
    assert_eq!(rules(&["--select", "ignore-no-reason", "--ignore", "ignore-no-reason"]), [""; 0]);
    assert_eq!(rules(&["--min-severity", "error"]), [""; 0]);
}

#[test]
fn an_unknown_rule_is_refused_with_the_closest_one() {
    let place = place(&[("Dockerfile", BAD)]);
    let (error, hint) = place.run(&["lint", "--ignore", "image-unpined-digest"]).refusal();
    assert_eq!(error, "there is no rule \"image-unpined-digest\"");
    assert_eq!(hint, "did you mean image-unpinned-digest?");
    place.write("reprolock.toml", "[lint]\nignore = [\"image-unpined-digest\"]\n");
    let (error, hint) = place.run(&["lint"]).refusal();
    assert_eq!(error, "reprolock.toml:2:11: there is no rule \"image-unpined-digest\"");
    assert_eq!(hint, "did you mean image-unpinned-digest?");
    place.write("reprolock.toml", "[lint.per-path]\n\"a[\" = [\"image-unpinned-digest\"]\n");
    let (error, _) = place.run(&["lint"]).refusal();
    assert!(error.starts_with("reprolock.toml:2:1: read the pattern \"a[\""), "{error}");
}

#[test]
fn the_file_decides_where_the_command_line_does_not() {
    let place =
        place(&[("Dockerfile", BAD), ("reprolock.toml", "[lint]\nignore = [\"image-unpinned-digest\"]\n")]);
    assert_eq!(place.run(&["lint"]).code, 0);
    assert_eq!(found(&place, &[]), ["Dockerfile"], "--select goes before the file's ignore");
    place.write(
        "reprolock.toml",
        "[lint]\nmin-severity = \"error\"\n\n[lint.severity]\nimage-unpinned-digest = \"info\"\n",
    );
    assert_eq!(place.run(&["lint"]).code, 0);
    let run = place.run(&["lint", "--min-severity", "info"]);
    assert!(run.stdout.starts_with("info[image-unpinned-digest]"), "{run}");
}

#[test]
fn patterns_of_paths_start_at_the_file_that_has_them() {
    let place = place(&[
        (".git/HEAD", ""),
        ("docker/dev/Dockerfile", BAD),
        ("docker/Dockerfile", BAD),
        ("x.dockerfile", BAD),
        (
            "reprolock.toml",
            "[lint.per-path]\n\"docker/dev/**\" = [\"image-unpinned-digest\"]\n\"x.*\" = [\"all\"]\n",
        ),
    ]);
    assert_eq!(found(&place, &[]), ["docker/Dockerfile"]);
    let run = place.run_in(&place.path("docker"), &["lint", "--format", "json"]);
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{run}");
    assert_eq!(findings[0]["path"], "Dockerfile");
}
