//! A baseline: written by a command, gone by in each run, counted down, and never silent.

use super::{BAD, place};
use crate::support::Place;

const OLD: &str = "FROM python:3.12\nRUN apt-get update && apt-get install -y curl\n";

const WRITE: &[&str] = &["lint", "--baseline", "b.toml", "--write-baseline"];
const GO_BY: &[&str] = &["lint", "--baseline", "b.toml"];

fn text(place: &Place) -> String {
    String::from_utf8(place.read("b.toml")).unwrap()
}

#[test]
fn what_is_there_is_accepted_wherever_it_moves_and_what_is_new_is_told() {
    let place = place(&[("Dockerfile", OLD)]);
    let run = place.run(WRITE);
    assert!(run.code == 0 && run.stdout.contains("by the baseline"), "{run}");
    insta::assert_snapshot!(text(&place), @r#"
    # Findings that reprolock lint accepts, until somebody edits what they stand in. `--write-baseline` writes this file anew and
    # keeps what was written by hand: reason, owner, and expires = "YYYY-MM-DD", the last day that an exception holds.
    version = 1

    [[exception]]
    rule = "image-unpinned-digest"
    path = "Dockerfile"
    line = 1
    text = "FROM python:3.12"
    reason = "here before the baseline was"

    [[exception]]
    rule = "apt-live-archive"
    path = "Dockerfile"
    line = 2
    text = "apt-get install -y curl"
    reason = "here before the baseline was"

    [[exception]]
    rule = "apt-unpinned"
    path = "Dockerfile"
    line = 2
    text = "apt-get install -y curl"
    reason = "here before the baseline was"
    "#);
    assert_eq!(place.run(GO_BY).code, 0);
    place.write("Dockerfile", format!("# more\n\n{OLD}"));
    assert_eq!(place.run(GO_BY).code, 0, "lines may move");
    place.write("Dockerfile", format!("{OLD}RUN apt-get install -y git\n"));
    let run = place.run(GO_BY);
    assert!(run.code == 1 && run.stdout.contains("git in whatever version"), "{run}");
    // One exception excuses one finding, also where the same stands twice.
    place.write("Dockerfile", OLD.repeat(2));
    assert_eq!(place.run(GO_BY).code, 1);
    // Who edits the command is told.
    place.write("Dockerfile", OLD.replace("curl", "curl vim"));
    assert_eq!(place.run(GO_BY).code, 1);
    // Who edits what stands beside it is not.
    place.write("Dockerfile", OLD.replace("apt-get update", "apt-get -q update"));
    assert_eq!(place.run(GO_BY).code, 0);
}

#[test]
fn what_is_gone_is_told_and_dropped_by_the_command() {
    let place = place(&[("Dockerfile", OLD), ("other.dockerfile", BAD)]);
    place.run(WRITE);
    place.write("Dockerfile", super::good());
    let run = place.run(GO_BY);
    assert_eq!(run.code, 0, "what is gone fails nobody");
    assert!(run.stdout.contains("gone from the baseline"), "{run}");
    assert!(run.stdout.contains("Dockerfile:1: image-unpinned-digest: FROM python:3.12"), "{run}");
    assert!(run.stdout.contains("--write-baseline drops what is gone"), "{run}");
    let json = place.run(&[GO_BY, &["--format", "json"]].concat()).json();
    let baseline = &json["baseline"];
    assert_eq!((baseline["path"].as_str(), baseline["accepted"].as_u64()), (Some("b.toml"), Some(1)));
    assert!(baseline["gone"].as_array().unwrap().iter().any(|gone| gone["rule"] == "apt-unpinned"), "{json}");
    // Where a file or a rule was not looked at, nothing is gone.
    assert!(!place.run(&[GO_BY, &["other.dockerfile"]].concat()).stdout.contains("gone"));
    let one = ["--select", "pip-unpinned"];
    assert!(!place.run(&[GO_BY, &one].concat()).stdout.contains("gone"));
    place.run(WRITE);
    assert!(!text(&place).contains("apt-unpinned") && text(&place).contains("other.dockerfile"));
    // A file that is gone takes its exceptions along.
    std::fs::remove_file(place.path("other.dockerfile")).unwrap();
    assert!(place.run(GO_BY).stdout.contains("other.dockerfile"));
}

#[test]
fn what_people_write_stays_and_holds_until_its_day() {
    let place = place(&[("Dockerfile", BAD)]);
    place.run(WRITE);
    let own = text(&place).replace(
        "reason = \"here before the baseline was\"\n",
        "reason = \"moves to 3.13 in spring\"\nowner = \"ml-platform\"\nexpires = \"2027-03-31\"\n",
    );
    place.write("b.toml", &own);
    let on = |day: &str| place.run(&[GO_BY, &["--today", day]].concat());
    assert_eq!((on("2027-03-31").code, on("2027-04-01").code), (0, 1));
    assert!(on("2027-04-01").stdout.contains("1 of the baseline is past the last day"));
    place.run(&[WRITE, &["--today", "2027-03-01"]].concat());
    assert_eq!(text(&place), own, "the same bytes, with what was written by hand");
}

#[test]
fn an_exception_by_hand_goes_by_its_line_or_by_its_file() {
    let place = place(&[("Dockerfile", "FROM python:3.12\nFROM debian:13\n")]);
    let one = |rest: &str| {
        format!(
            "version = 1\n[[exception]]\nrule = \"image-unpinned-digest\"\npath = \"Dockerfile\"\n{rest}reason = \"x\"\n"
        )
    };
    place.write("b.toml", one(""));
    assert_eq!(place.run(GO_BY).code, 0);
    place.write("b.toml", one("line = 2\n"));
    let run = place.run(GO_BY);
    assert!(run.code == 1 && run.stdout.contains("Dockerfile:1:6"), "{run}");
    assert!(!run.stdout.contains("debian"), "{run}");
    place.write("b.toml", one("cause = \"x\"\n"));
    let (error, _) = place.run(GO_BY).refusal();
    assert!(error.starts_with("b.toml:6:10: expected a rule or a cause"), "{error}");
}

#[test]
fn the_file_may_stand_in_reprolock_toml_and_its_paths_start_from_it() {
    let place = place(&[
        (".git/HEAD", ""),
        ("docker/Dockerfile", BAD),
        ("reprolock.toml", "[lint]\nbaseline = \"b.toml\"\n"),
    ]);
    let (error, hint) = place.run(&["lint"]).refusal();
    assert_eq!(
        (error.as_str(), hint.as_str()),
        ("no baseline at b.toml", "write one first: add --write-baseline")
    );
    assert_eq!(place.run(&["lint", "--write-baseline"]).code, 0);
    assert!(text(&place).contains("path = \"docker/Dockerfile\""), "{}", text(&place));
    assert_eq!(place.run(&["lint"]).code, 0);
    assert_eq!(place.run_in(&place.path("docker"), &["lint"]).code, 0);
    assert_eq!(place.run(&["lint", "--no-config"]).code, 1);
    let (error, _) = place.run(&["lint", "--no-config", "--write-baseline"]).refusal();
    assert_eq!(error, "--write-baseline writes the baseline, which nothing names");
}

#[cfg(unix)]
#[test]
fn it_is_written_through_no_link() {
    let place = place(&[("Dockerfile", BAD), ("mine", "keep\n")]);
    std::os::unix::fs::symlink("mine", place.path("b.toml")).unwrap();
    assert_eq!(place.run(WRITE).code, 2);
    assert_eq!(place.read("mine"), b"keep\n");
    assert_eq!(place.names().len(), 3, "nothing is left beside");
}

#[test]
fn a_baseline_that_is_no_regular_file_is_refused_and_not_waited_for() {
    let place = place(&[("Dockerfile", OLD)]);
    let made = std::process::Command::new("mkfifo").arg(place.path("b.toml")).status().unwrap();
    assert!(made.success());
    for arguments in [GO_BY, WRITE] {
        let run = place.run(arguments);
        assert_eq!(
            (run.code, run.complaint().0.as_str()),
            (2, "baseline b.toml: it is no regular file"),
            "{run}"
        );
    }
    let run = place.run(&["lint", "--config", "b.toml"]);
    assert_eq!((run.code, run.complaint().0.as_str()), (2, "read b.toml: it is no regular file"), "{run}");
}
