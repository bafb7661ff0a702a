//! `--changed REVISION`: what a branch did, by git, and no program of a repository's own.

use std::process::{Command, Stdio};

use super::place;
use crate::support::{Place, Run};

/// A repository with a first commit of `files`; none where there is no git, which is said.
fn repository(files: &[(&str, &str)]) -> Option<Place> {
    let path = std::env::var("PATH").unwrap_or_default();
    let place = place(files).variable("PATH", &path);
    let is_there = Command::new("git").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        eprintln!("skipped: there is no git");
        return None;
    }
    git(&place, &["init", "-q", "-b", "main"]);
    commit(&place);
    Some(place)
}

fn git(place: &Place, arguments: &[&str]) {
    let who = ["-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.args(who).args(arguments).current_dir(place.path("")).env("HOME", place.path(""));
    let output = command.env("GIT_CONFIG_NOSYSTEM", "1").output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(place: &Place) {
    git(place, &["add", "-A"]);
    git(place, &["commit", "-q", "-m", "x", "--allow-empty"]);
}

/// Where findings are told.
fn places(run: &Run) -> Vec<String> {
    let row =
        |finding: &serde_json::Value| format!("{}:{}", finding["path"].as_str().unwrap(), finding["line"]);
    run.json()["findings"].as_array().unwrap().iter().map(row).collect()
}

fn changed(place: &Place, since: &str) -> Vec<String> {
    let rules = "image-unpinned-digest,apt-unpinned,requirements-unlocked";
    places(&place.run(&["lint", "--format", "json", "--select", rules, "--changed", since]))
}

const OLD: &str = "FROM python:3.12\nRUN apt-get install -y curl\n";

#[test]
fn lines_that_changed_are_told_and_the_others_are_counted() {
    let Some(place) = repository(&[("Dockerfile", OLD), ("same.dockerfile", OLD)]) else { return };
    assert_eq!(changed(&place, "main"), [""; 0]);
    place.write("Dockerfile", format!("# more\n{OLD}RUN apt-get install -y git\n"));
    assert_eq!(changed(&place, "HEAD"), ["Dockerfile:4"]);
    // Committed or not, and seen from a branch that went on.
    git(&place, &["checkout", "-q", "-b", "work"]);
    commit(&place);
    git(&place, &["checkout", "-q", "main"]);
    place.write("same.dockerfile", "FROM debian:13\n");
    commit(&place);
    git(&place, &["checkout", "-q", "work"]);
    assert_eq!(changed(&place, "main"), ["Dockerfile:4"]);
    let run = place.run(&["lint", "--changed", "main"]);
    assert!(run.stdout.contains("where nothing changed"), "{run}");
    assert!(
        place.run(&["lint", "--changed", "main", "--format", "json"]).json()["unchanged"].as_u64() > Some(0)
    );
}

#[test]
fn an_instruction_that_lost_or_got_a_line_changed_wherever_the_finding_is() {
    let text = "FROM python:3.12\nRUN apt-get install -y \\\n    curl \\\n    git \\\n    vim\n";
    let Some(place) = repository(&[("Dockerfile", text)]) else { return };
    place.write("Dockerfile", text.replace("    git \\\n", ""));
    assert_eq!(changed(&place, "main"), ["Dockerfile:3"]);
    place.write("Dockerfile", text.replace("    vim\n", "    vim \\\n    less\n"));
    assert_eq!(changed(&place, "main"), ["Dockerfile:3"]);
}

#[test]
fn new_files_are_new_and_renamed_ones_are_not() {
    let long: String = (0..20).map(|number| format!("RUN echo {number}\n")).collect();
    let Some(place) = repository(&[("docker/Dockerfile", &format!("{OLD}{long}"))]) else { return };
    place.write("new/Dockerfile", OLD);
    assert_eq!(changed(&place, "main"), ["new/Dockerfile:1", "new/Dockerfile:2"]);
    std::fs::remove_dir_all(place.path("new")).unwrap();
    git(&place, &["mv", "docker/Dockerfile", "gpu.Dockerfile"]);
    place.write("gpu.Dockerfile", format!("{OLD}{long}RUN apt-get install -y git\n"));
    assert_eq!(changed(&place, "main"), ["gpu.Dockerfile:23"]);
}

#[test]
fn a_list_that_changed_is_told_from_its_dockerfile_and_one_that_went_there() {
    let text = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n";
    let files = [("Dockerfile", text), ("requirements.txt", "numpy\ntorch\n")];
    let Some(place) = repository(&files) else { return };
    place.write("requirements.txt", "numpy\nscipy\ntorch\n");
    assert_eq!(changed(&place, "main"), ["requirements.txt:2"]);
    std::fs::remove_file(place.path("requirements.txt")).unwrap();
    assert_eq!(changed(&place, "main"), ["Dockerfile:3"]);
}

#[test]
fn line_ends_are_no_change_and_a_folder_inside_works_as_the_root_does() {
    let Some(place) = repository(&[("docker/Dockerfile", OLD)]) else { return };
    place.write("docker/Dockerfile", OLD.replace('\n', "\r\n"));
    let run = place.run_in(&place.path("docker"), &["lint", "--format", "json", "--changed", "main"]);
    assert_eq!(places(&run), [""; 0], "{run}");
    place.write("docker/Dockerfile", OLD.replace("3.12", "3.13"));
    let run = place.run_in(&place.path("docker"), &["lint", "--format", "json", "--changed", "main"]);
    assert!(places(&run).contains(&"Dockerfile:1".to_owned()), "{run}");
}

#[test]
fn what_git_can_not_tell_is_an_error_that_says_what_to_do() {
    let Some(alone) = repository(&[("Dockerfile", OLD)]) else { return };
    for revision in ["no-such", "--output=x", "", "main..main", "main:Dockerfile"] {
        let run = alone.run(&["lint", &format!("--changed={revision}")]);
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stderr.contains("find what changed: git has no commit"), "{run}");
        assert!(run.stderr.contains("hint: fetch it first"), "{run}");
    }
    git(&alone, &["checkout", "-q", "--orphan", "other"]);
    // Else both commits are one where they fall into one second.
    alone.write("other", "");
    commit(&alone);
    let (error, hint) = alone.run(&["lint", "--changed", "main"]).refusal();
    assert_eq!(error, "find what changed: main and HEAD have no commit in common here");
    assert!(hint.starts_with("fetch more of the history"), "{hint}");
    let outside = place(&[("Dockerfile", OLD)]).variable("PATH", &std::env::var("PATH").unwrap_or_default());
    let outside = outside.variable("GIT_CEILING_DIRECTORIES", "/");
    let (error, _) = outside.run(&["lint", "--changed", "main"]).refusal();
    assert_eq!(error, "find what changed: the current folder is in no git repository");
    let without = place(&[("Dockerfile", OLD)]).variable("PATH", "/nowhere");
    let (error, hint) = without.run(&["lint", "--changed", "main"]).refusal();
    assert_eq!(error, "find what changed: there is no git");
    assert_eq!(hint, "install git, or leave --changed out");
    assert_eq!(alone.run(&["lint", "--changed", "main", "--fix"]).code, 2);
}

#[cfg(unix)]
#[test]
fn no_program_that_a_repository_names_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(place) = repository(&[("Dockerfile", OLD), (".gitattributes", "* filter=x diff=x\n")]) else {
        return;
    };
    let script = place.path("run");
    std::fs::write(&script, format!("#!/bin/sh\ntouch {}\ncat\n", place.path("was-run").display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    for hook in ["post-index-change", "reference-transaction", "post-checkout"] {
        std::fs::create_dir_all(place.path(".git/hooks")).unwrap();
        std::fs::copy(script, place.path(format!(".git/hooks/{hook}"))).unwrap();
    }
    let keys = [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.askPass",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "credential.helper",
        "gpg.program",
        "remote.origin.uploadpack",
    ];
    // What git itself would have: objects that are fetched from a folder when they are missing.
    let config = std::fs::read_to_string(place.path(".git/config")).unwrap();
    let set: String = keys
        .iter()
        .map(|key| {
            let (section, name) = key.rsplit_once('.').unwrap();
            let section =
                section.split_once('.').map_or(section.to_owned(), |(one, two)| format!("{one} \"{two}\""));
            format!("[{section}]\n\t{name} = {script}\n")
        })
        .collect();
    let remote = format!(
        "[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = file://{}\n\tpromisor = true\n\
         [protocol]\n\tallow = always\n[protocol \"file\"]\n\tallow = always\n",
        place.path("").display()
    );
    place.write(
        ".git/config",
        config.replace("repositoryformatversion = 0", "repositoryformatversion = 1") + &set + &remote,
    );
    place.write("Dockerfile", format!("{OLD}RUN apt-get install -y git\n"));
    assert_eq!(changed(&place, "main"), ["Dockerfile:3"]);
    assert!(!place.path("was-run").exists());
    // An object that is missing is not fetched: that would run what the repository names.
    for folder in std::fs::read_dir(place.path(".git/objects")).unwrap() {
        let folder = folder.unwrap().path();
        if folder.file_name().is_some_and(|name| name.len() == 2) {
            for object in std::fs::read_dir(folder).unwrap() {
                let object = object.unwrap().path();
                let name = format!(
                    "{}{}",
                    object.parent().unwrap().file_name().unwrap().to_string_lossy(),
                    object.file_name().unwrap().to_string_lossy()
                );
                let kind = Command::new("git")
                    .args(["cat-file", "-t", &name])
                    .current_dir(place.path(""))
                    .env("GIT_ALLOW_PROTOCOL", "none")
                    .output()
                    .unwrap();
                if kind.stdout.starts_with(b"blob") {
                    std::fs::remove_file(object).unwrap();
                }
            }
        }
    }
    let _ = std::fs::remove_file(place.path("was-run"));
    let run = place.run(&["lint", "--changed", "main"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("find what changed: git says:"), "{run}");
    assert!(!place.path("was-run").exists());
}
