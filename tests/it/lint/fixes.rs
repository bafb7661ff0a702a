//! What `--fix` writes and what `--diff` shows.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};

use super::{BAD, DIGEST, good, lock, place};

#[test]
fn a_fix_is_written_and_told_and_nothing_is_left_beside() {
    let place = place(&[("Dockerfile", BAD), ("reprolock.lock", &lock("Dockerfile"))]);
    fs::set_permissions(place.path("Dockerfile"), PermissionsExt::from_mode(0o640)).unwrap();
    let run = place.run(&["lint", "--fix"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "fixed 1 finding in Dockerfile: image-unpinned-digest\nno findings in 1 file\n"),
        "{run}"
    );
    assert_eq!(place.read("Dockerfile"), good().as_bytes());
    assert_eq!(fs::metadata(place.path("Dockerfile")).unwrap().mode() & 0o7777, 0o640);
    assert_eq!(place.names(), ["Dockerfile", "reprolock.lock"]);
}

#[test]
fn what_is_left_after_fixing_is_listed() {
    let text = format!("{BAD}FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n");
    let place = place(&[("Dockerfile", &text), ("reprolock.lock", &lock("Dockerfile"))]);
    let run = place.run(&["lint", "--fix"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("nvidia/cuda") && !run.stdout.contains("the tag of python"), "{run}");
    assert!(run.stdout.contains("fixed 1 finding in Dockerfile"), "{run}");
}

#[test]
fn a_file_with_nothing_to_fix_is_not_touched() {
    let place = place(&[("Dockerfile", BAD)]);
    let before = fs::metadata(place.path("Dockerfile")).unwrap();
    assert_eq!(place.run(&["lint", "--fix"]).code, 1);
    let after = fs::metadata(place.path("Dockerfile")).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn a_diff_shows_the_fix_and_writes_nothing() {
    let place = place(&[("Dockerfile", BAD), ("reprolock.lock", &lock("Dockerfile"))]);
    let run = place.run(&["lint", "--diff"]);
    let shown = format!("--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +1 @@\n-{BAD}+{}", good());
    assert_eq!((run.code, run.stdout), (1, shown));
    assert_eq!(place.read("Dockerfile"), BAD.as_bytes());
    place.write("Dockerfile", good());
    let run = place.run(&["lint", "--diff"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_diff_without_a_fix_says_that_findings_are_left() {
    let place = place(&[("Dockerfile", BAD)]);
    let run = place.run(&["lint", "--diff"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(
        run.stderr,
        "note: no fix to show: what lint finds has none; run it without --diff to see it\n"
    );
}

#[test]
fn bom_line_ends_and_a_missing_last_one_stay() {
    let text = "\u{feff}# syntax=docker/dockerfile:1@sha256:ac85f380a63b13dfcefa89046420e1781752bab202122f8f50032edf31be0021\r\nFROM python:3.12\r\n# é\r\n\r\nRUN \\\r\n  true\t";
    let place = place(&[("Dockerfile", text), ("reprolock.lock", &lock("Dockerfile"))]);
    place.run(&["lint", "--fix", "--select", "image-unpinned-digest"]);
    let expected = text.replace("python:3.12", &format!("python:3.12@{DIGEST}"));
    assert_eq!(String::from_utf8(place.read("Dockerfile")).unwrap(), expected);
}

#[test]
fn nothing_is_fixed_through_a_link() {
    let place = place(&[("docker/Dockerfile.gpu", BAD), ("reprolock.lock", &lock("Dockerfile"))]);
    symlink("docker/Dockerfile.gpu", place.path("Dockerfile")).unwrap();
    let (error, hint) = place.run(&["lint", "--fix", "Dockerfile"]).complaint();
    assert_eq!(error, "Dockerfile: not fixed: it is a link, to docker/Dockerfile.gpu");
    assert_eq!(hint, "name the file that the link leads to, if it is meant");
    assert!(fs::symlink_metadata(place.path("Dockerfile")).unwrap().is_symlink());
    assert_eq!(place.read("docker/Dockerfile.gpu"), BAD.as_bytes());
    assert_eq!(place.names(), ["Dockerfile", "docker", "reprolock.lock"]);
}

#[test]
fn a_read_only_file_is_refused() {
    let place = place(&[("Dockerfile", BAD), ("reprolock.lock", &lock("Dockerfile"))]);
    fs::set_permissions(place.path("Dockerfile"), PermissionsExt::from_mode(0o444)).unwrap();
    place.write("x.dockerfile", "# reprolock: ignore[image-unpinned-digest] x\nFROM scratch\n");
    let run = place.run(&["lint", "--fix"]);
    let (error, hint) = run.complaint();
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(error, "Dockerfile: not fixed: it is read-only");
    assert!(hint.contains("--diff"), "{hint}");
    assert_eq!(place.read("Dockerfile"), BAD.as_bytes());
    // Its finding stands, and the other file is fixed.
    assert!(run.stdout.contains("image-unpinned-digest]"), "{run}");
    assert!(
        run.stdout.contains("fixed 1 finding in x.dockerfile: ignore-unused\n1 finding in 1 file"),
        "{run}"
    );
    // It was linted, and what was tried is not offered again.
    assert!(run.stdout.ends_with("1 error; 1 file could not be fixed\n"), "{run}");
    assert_eq!(place.read("x.dockerfile"), b"FROM scratch\n");
}

#[test]
fn a_file_that_could_not_be_fixed_is_told_apart_in_every_format() {
    let place = place(&[("Dockerfile", BAD), ("reprolock.lock", &lock("Dockerfile"))]);
    fs::set_permissions(place.path("Dockerfile"), PermissionsExt::from_mode(0o444)).unwrap();
    for (format, said) in [
        ("markdown", "Not fixed"),
        ("html", "Not fixed"),
        ("github", "title=not-fixed::not fixed: it is read-only"),
        ("junit", "not fixed: it is read-only"),
        ("sarif", "not fixed: it is read-only"),
        ("json", "not fixed: it is read-only"),
    ] {
        let run = place.run(&["lint", "--fix", "--format", format]);
        assert!(run.code == 2 && run.stdout.contains(said), "{format}: {run}");
        assert!(!run.stdout.contains("could not be linted"), "{format}: {run}");
    }
}

#[test]
fn what_findings_are_held_against_is_looked_up_before_anything_is_written() {
    let place =
        place(&[("Dockerfile", BAD), ("reprolock.lock", &lock("Dockerfile")), ("b.toml", "version = 9\n")]);
    for more in [["--baseline", "missing.toml"], ["--baseline", "b.toml"], ["--changed", "nosuch"]] {
        let run = place.run(&[&["lint", "--fix"][..], &more].concat());
        assert!(run.code == 2 && run.stdout.is_empty(), "{run}");
        assert_eq!(place.read("Dockerfile"), BAD.as_bytes(), "{more:?}");
    }
}

#[test]
fn standard_input_comes_back_fixed_with_what_is_left_beside_it() {
    let place = place(&[("reprolock.lock", &lock("Dockerfile"))]);
    let run = place.run_with(BAD.as_bytes(), &["lint", "--fix", "-", "--lock", "reprolock.lock"]);
    assert_eq!((run.code, run.stdout), (0, good()));
    assert!(run.stderr.contains("no findings"), "{}", run.stderr);
    let run = place.run_with(BAD.as_bytes(), &["lint", "--fix", "-"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, BAD));
    assert!(run.stderr.contains("image-unpinned-digest"), "{}", run.stderr);
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let place = place(&[("Dockerfile", BAD)]);
    assert_eq!(place.run(&["lint", "--fix", "--diff"]).code, 2);
    for arguments in
        [&["--unsafe-fixes"][..], &["--diff", "--format", "json"], &["--fix", "-", "--format", "json"]]
    {
        let (error, hint) = place.run(&[&["lint"], arguments].concat()).refusal();
        assert!(error.starts_with("--") && !hint.is_empty(), "{error}");
    }
}
