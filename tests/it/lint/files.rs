//! Which files are linted, and what is said of those that can't be.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use super::{BAD, DIGEST, found, good, lock, place};

#[test]
fn the_exit_code_says_whether_there_are_findings() {
    let place = place(&[("Dockerfile", BAD), ("clean/Dockerfile", &good())]);
    assert_eq!(place.run(&["lint"]).code, 1);
    let clean = place.run(&["lint", "clean"]);
    assert_eq!((clean.code, clean.stdout.as_str()), (0, "no findings in 1 file\n"), "{clean}");
}

#[test]
fn folders_are_walked_for_every_spelling_hidden_ones_too() {
    let place = place(&[
        ("Dockerfile", BAD),
        ("docker/Dockerfile.cpu", BAD),
        ("docker/Dockerfile-cuda", BAD),
        ("docker/Dockerfile_amd", BAD),
        ("docker/serve.dockerfile", BAD),
        ("docker/Containerfile", BAD),
        (".devcontainer/Dockerfile", BAD),
        ("docs/dockerfile.md.txt", "FROM the start\n"),
        ("mydockerfile", BAD),
        ("Dockerfile.dockerignore", "FROM\n"),
        ("requirements.txt", "numpy\n"),
    ]);
    let all = [
        ".devcontainer/Dockerfile",
        "Dockerfile",
        "docker/Containerfile",
        "docker/Dockerfile-cuda",
        "docker/Dockerfile.cpu",
        "docker/Dockerfile_amd",
        "docker/serve.dockerfile",
    ];
    assert_eq!(found(&place, &[]), all);
    assert_eq!(found(&place, &["--jobs", "1"]), all);
    assert_eq!(
        found(&place, &[".", "docker", "./Dockerfile", place.path("Dockerfile").to_str().unwrap()]),
        all
    );
}

#[test]
fn ignore_files_hold_for_folders_and_not_for_what_is_named() {
    let place = place(&[
        (".git/Dockerfile", BAD),
        (".gitignore", "/old/\n"),
        (".ignore", "*.draft.dockerfile\n"),
        ("old/Dockerfile", BAD),
        ("x.draft.dockerfile", BAD),
        ("node_modules/a/Dockerfile", BAD),
        ("Dockerfile", BAD),
    ]);
    // `.ignore` is another tool's.
    assert_eq!(found(&place, &[]), ["Dockerfile", "x.draft.dockerfile"]);
    assert_eq!(found(&place, &["old/Dockerfile"]), ["old/Dockerfile"]);
    assert_eq!(found(&place, &["node_modules"]), ["node_modules/a/Dockerfile"]);
}

#[test]
fn a_link_is_linted_where_it_is_named_and_where_it_leads() {
    let place = place(&[("docker/Dockerfile.gpu", BAD)]);
    symlink("docker/Dockerfile.gpu", place.path("Dockerfile")).unwrap();
    symlink(".", place.path("docker/loop")).unwrap();
    assert_eq!(found(&place, &[]), ["docker/Dockerfile.gpu"]);
    assert_eq!(found(&place, &["Dockerfile"]), ["Dockerfile"]);
}

#[test]
fn a_named_file_is_known_by_its_text_if_not_by_its_name() {
    let place = place(&[
        ("image", "# syntax\nARG V=1\nFROM python:3.12\n"),
        ("notes", "FROM now on\nwe\n"),
        ("x", "hello\n"),
    ]);
    assert_eq!(found(&place, &["image"]), ["image"]);
    let (error, hint) = place.run(&["lint", "x"]).complaint();
    assert_eq!(error, "x: no telling what this file is");
    assert!(hint.contains("Dockerfile.x"), "{hint}");
}

#[test]
fn nothing_to_lint_is_no_success() {
    let place = place(&[("README.md", "# x\n"), ("install.sh", "apt-get install -y curl\n")]);
    let (error, hint) = place.run(&["lint"]).refusal();
    assert!(error.starts_with("found nothing to lint in the current folder"), "{error}");
    assert!(hint.contains("name a file"), "{hint}");
}

#[test]
fn a_script_is_looked_into_where_it_starts_containers() {
    let place = place(&[("run.sh", "docker run -it ubuntu:22.04\n"), ("Makefile", "all:\n\tcc x.c\n")]);
    let run = place.run(&["lint", "--format", "junit"]);
    assert!(run.stdout.contains("name=\"run.sh\"") && !run.stdout.contains("Makefile"), "{run}");
    assert!(place.run(&["lint", "Makefile"]).stdout.starts_with("no findings in 1 file"));
}

#[test]
fn what_cant_be_read_is_told_and_the_rest_is_linted() {
    let place = place(&[("Dockerfile", BAD)]);
    place.write("latin1.dockerfile", b"FROM a\nLABEL m=\"Andr\xe9\"\n");
    let file = fs::File::create(place.path("large.dockerfile")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    let run = place.run(&[
        "lint",
        "Dockerfile",
        "no.dockerfile",
        "latin1.dockerfile",
        "large.dockerfile",
        "/dev/null",
    ]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stdout.contains("1 finding in 1 file"), "{run}");
    let told: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(
        told,
        [
            "error: /dev/null: not a regular file",
            "error: large.dockerfile: larger than 16777216 bytes",
            "error: latin1.dockerfile: not UTF-8 at byte 20",
            "error: no.dockerfile: there is no such file",
        ]
    );
}

#[test]
fn what_buildkit_would_not_parse_is_told_with_its_line() {
    let place = place(&[("Dockerfile", "FROM python:3.12\nRUN <<EOF\nx\n")]);
    let run = place.run(&["lint"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.starts_with("error: Dockerfile:2:5: "), "{run}");
    assert!(run.stdout.contains("image-unpinned-digest"), "{run}");
    // Nor is it changed.
    place.write("reprolock.lock", lock("Dockerfile"));
    assert_eq!(place.run(&["lint", "--fix"]).code, 2);
    assert!(place.read("Dockerfile").starts_with(b"FROM python:3.12\n"));
}

#[test]
fn names_that_mislead_are_escaped() {
    let place = place(&[]);
    let name = std::ffi::OsStr::from_bytes(b"a\x1b[2J\xff\n::error::x.dockerfile");
    fs::write(place.path(name), "FROM \u{1b}]0;x\u{7}\u{202e}:1\nRUN x\n").unwrap();
    let like_it = std::ffi::OsStr::from_bytes(b"a\x1b[2J\xfe\n::error::x.dockerfile");
    fs::write(place.path(like_it), "FROM b:1\n").unwrap();
    assert_eq!(found(&place, &[]).len(), 2);
    for format in ["text", "json", "markdown", "html", "sarif", "github", "junit"] {
        let run = place.run(&["lint", "--format", format]);
        // No registry can have an image of such a name, so that the first file is refused.
        assert_eq!(run.code, 2, "{run}");
        let misleads = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!run.stdout.contains(misleads), "{format}: {:?}", run.stdout);
        assert!(!run.stderr.contains(misleads), "{format}: {:?}", run.stderr);
        assert!(!run.stdout.lines().any(|line| line.starts_with("::error::")), "{run}");
    }
}

#[test]
fn standard_input_is_a_dockerfile_or_what_its_name_says() {
    let place = place(&[]);
    let run = place.run_with(BAD.as_bytes(), &["lint", "-"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains(" --> stdin:1:6\n"), "{run}");
    let run = place.run_with(BAD.as_bytes(), &["lint", "-", "--stdin-filename", "docker/Dockerfile.x"]);
    assert!(run.stdout.contains(" --> docker/Dockerfile.x:1:6\n"), "{run}");
    assert_eq!(place.run_with(b"numpy==1\n", &["lint", "-", "--stdin-filename", "requirements.txt"]).code, 0);
    let (error, _) = place.run_with(b"FROM \xff\n", &["lint", "-"]).refusal();
    assert_eq!(error, "read standard input: not UTF-8 at byte 5");
    let (error, _) = place.run_with(b"", &["lint", "-", "Dockerfile"]).refusal();
    assert!(error.starts_with("standard input is linted alone"), "{error}");
    let (error, _) = place.run(&["lint", "--stdin-filename", "x"]).refusal();
    assert!(error.contains("--stdin-filename"), "{error}");
}

#[test]
fn the_lock_is_the_one_that_names_the_dockerfile() {
    let fixed = |files: &[(&str, &str)], arguments: &[&str]| {
        let run = place(files).run(&[&["lint", "--diff"], arguments].concat());
        run.stdout.lines().filter(|line| line.starts_with("+++ b/")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (own, gpu) = (lock("Dockerfile"), lock("Dockerfile.gpu"));
    let two = [("Dockerfile", BAD), ("Dockerfile.gpu", BAD)];
    let with = |lock: (&'static str, &str)| -> Vec<(&'static str, String)> {
        two.iter()
            .map(|(name, text)| (*name, (*text).to_owned()))
            .chain([(lock.0, lock.1.to_owned())])
            .collect()
    };
    let run = |files: Vec<(&'static str, String)>, arguments: &[&str]| {
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        fixed(&files, arguments)
    };
    assert_eq!(run(with(("reprolock.lock", &own)), &[]), ["+++ b/Dockerfile"]);
    assert_eq!(run(with(("reprolock.lock", &gpu)), &[]), ["+++ b/Dockerfile.gpu"]);
    assert_eq!(run(with(("gpu.lock", &gpu)), &[]), ["+++ b/Dockerfile.gpu"]);
    assert_eq!(run(with(("gpu.lock", &gpu)), &["--lock", "gpu.lock"]), ["+++ b/Dockerfile.gpu"]);
    // One Dockerfile and one lock, both named: they belong together.
    assert_eq!(run(with(("gpu.lock", &gpu)), &["--lock", "gpu.lock", "Dockerfile"]), ["+++ b/Dockerfile"]);
    // In another folder, from the context.
    assert_eq!(
        fixed(&[("docker/Dockerfile", BAD), ("docker/reprolock.lock", &own)], &[]),
        ["+++ b/docker/Dockerfile"]
    );
    // Every service has a file of that name: a lock elsewhere does not tell which one it means.
    assert_eq!(fixed(&[("docker/Dockerfile", BAD), ("reprolock.lock", &own)], &[]), [""; 0]);
    let both = [("docker/Dockerfile", BAD), ("Dockerfile", BAD), ("reprolock.lock", own.as_str())];
    assert_eq!(fixed(&both, &[]), ["+++ b/Dockerfile"]);
}

#[test]
fn a_lock_that_is_named_must_be_there_and_one_that_is_found_must_be_one() {
    let place = place(&[("Dockerfile", BAD)]);
    let (error, _) = place.run(&["lint", "--lock", "no.lock"]).refusal();
    assert_eq!(error, "no lockfile at no.lock");
    place.write("reprolock.lock", "version = [\n");
    let run = place.run(&["lint"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.starts_with("error: reprolock.lock:1:1: not a lockfile"), "{run}");
    assert!(run.stdout.contains("1 finding"), "{run}");
}

#[test]
fn a_context_that_is_not_there_is_refused() {
    let place = place(&[("Dockerfile", BAD)]);
    let (error, _) = place.run(&["lint", "--context", "no/such"]).refusal();
    assert_eq!(error, "read the context no/such: there is no such folder");
}

#[test]
fn requirements_come_from_the_nearest_folder_that_has_what_is_copied() {
    let dockerfile =
        format!("FROM python:3.12@{DIGEST}\nCOPY src/requirements.txt /r.txt\nRUN pip install -r /r.txt\n");
    let place = place(&[
        ("images/gpu/Dockerfile", &dockerfile),
        ("images/requirements.txt", "decoy\n"),
        ("src/requirements.txt", "numpy\n"),
        (".git/HEAD", ""),
    ]);
    let run = place.run(&["lint", "--format", "junit"]);
    assert!(run.stdout.contains("<testsuite name=\"src/requirements.txt\""), "{run}");
    // From within, too: the context is above.
    let run = place.run_in(&place.path("images/gpu"), &["lint", "--format", "junit"]);
    assert!(run.stdout.contains("<testsuite name=\"../../src/requirements.txt\""), "{run}");
    // Named as well, it is the same file, and still known to be installed.
    let run = place.run(&["lint", "--format", "junit", "src/requirements.txt", "images/gpu/Dockerfile"]);
    assert_eq!(run.stdout.matches("<testsuite name=\"src/requirements.txt\"").count(), 1, "{run}");
    let run = place.run(&["lint", "--format", "junit", "--context", "images"]);
    assert!(!run.stdout.contains("requirements.txt\""), "{run}");
}

#[test]
fn a_requirements_file_that_is_there_and_cant_be_read_is_told() {
    let dockerfile = format!("FROM python:3.12@{DIGEST}\nCOPY . /a\nRUN pip install -r /a/r.txt\n");
    let place = place(&[("Dockerfile", &dockerfile), ("r.txt", "numpy==1\n-r more.txt\n-r none.txt\n")]);
    place.write("more.txt", b"\xff");
    let run = place.run(&["lint", "Dockerfile"]);
    assert_eq!((run.code, run.stderr.lines().count()), (2, 2), "{run}");
    assert!(run.stderr.starts_with("error: r.txt:2:4: more.txt: not UTF-8 at byte 0\n"), "{run}");
    place.write("r.txt", b"\xff");
    let run = place.run(&["lint", "Dockerfile"]);
    assert!(run.stderr.starts_with("error: r.txt: not UTF-8 at byte 0\n"), "{run}");
}

#[test]
fn a_file_that_could_not_be_linted_is_counted_apart_in_every_format() {
    let place = place(&[("a.dockerfile", "FROM\n"), ("b.dockerfile", "FROM scratch\n")]);
    let said = |format: &str| place.run(&["lint", "--format", format]).stdout;
    for format in ["text", "markdown", "github", "html"] {
        assert!(
            said(format).contains("no findings in 1 file; 1 file could not be linted"),
            "{}",
            said(format)
        );
    }
    assert!(said("github").contains("::error file=a.dockerfile,line=1,"), "{}", said("github"));
    let run = place.run(&["lint", "missing.dockerfile"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, "1 file could not be linted\n"), "{run}");
}

#[test]
fn build_files_that_cannot_be_read_are_told_and_not_passed_over() {
    let deep = format!("services:\n  a: {}x\n", "- ".repeat(200));
    let broken = [
        ("compose.yaml", "services:\n  a:\n    image: x:1\n   bad: [\n", "YAML"),
        ("compose.yaml", deep.as_str(), "YAML"),
        (".devcontainer/devcontainer.json", "{\"image\": ", "JSON"),
        ("docker-bake.hcl", "target \"a\" {", "HCL"),
        ("docker-bake.json", "{\"target\": [}", "JSON"),
    ];
    for (name, text, language) in broken {
        let place = place(&[(name, text)]);
        let run = place.run(&["lint", name]);
        assert_eq!(run.code, 2, "{name}: {run}");
        assert!(run.stderr.contains(&format!("can't be read as {language}")), "{name}: {run}");
    }
    for (name, text) in
        [("compose.yaml", ""), ("compose.yaml", "# none yet\n---\n"), ("docker-bake.hcl", "// a\n")]
    {
        let place = place(&[(name, text)]);
        let run = place.run(&["lint", name]);
        assert_eq!(run.code, 0, "{name}: {run}");
    }
}
