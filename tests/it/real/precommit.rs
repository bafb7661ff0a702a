//! The hooks of `.pre-commit-hooks.yaml` in a real git repository, run by the real pre-commit.
//!
//! Only the language differs from what users get: `system` with the program under test in place of `rust`, which would
//! build the release anew.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::Place;

/// Git and pre-commit, away from the user's settings.
struct Repository {
    place: Place,
}

impl Repository {
    fn run(&self, folder: &str, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        let home = self.place.path("");
        command.args(arguments).current_dir(self.place.path(folder));
        command
            .env("HOME", &home)
            .env("PRE_COMMIT_HOME", home.join("cache"))
            .env("PRE_COMMIT_COLOR", "never");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@example.org");
        }
        command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let output = self.run(folder, "git", arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A repository of hooks, as this project is one; its commit.
    fn hooks(&self) -> String {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
        let hooks = std::fs::read_to_string(file).unwrap();
        assert_eq!(hooks.matches("language: rust").count(), 2);
        let program = format!("entry: {} lint", program().display());
        let hooks =
            hooks.replace("language: rust", "language: system").replace("entry: reprolock lint", &program);
        self.place.write("hooks/.pre-commit-hooks.yaml", hooks);
        self.git("hooks", &["init", "-q"]);
        self.git("hooks", &["add", "-A"]);
        self.git("hooks", &["commit", "-qm", "hooks"]);
        self.git("hooks", &["rev-parse", "HEAD"])
    }

    fn commit(&self) -> (bool, String) {
        self.git("app", &["add", "-A"]);
        let output = self.run("app", "git", &["commit", "-qm", "x"]);
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    }
}

fn program() -> PathBuf {
    std::env::var_os("REPROLOCK_BIN").map_or_else(|| env!("CARGO_BIN_EXE_reprolock").into(), PathBuf::from)
}

/// A repository whose commits the hook `id` looks at; none, said aloud, without pre-commit.
fn repository(id: &str) -> Option<Repository> {
    if Command::new("pre-commit").arg("--version").output().is_err() {
        eprintln!("skipped: no pre-commit");
        return None;
    }
    let repository = Repository { place: Place::new() };
    let revision = repository.hooks();
    let hooks = repository.place.path("hooks");
    let config = format!("repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: {id}\n", hooks.display());
    repository.place.write("app/.pre-commit-config.yaml", config);
    repository.git("app", &["init", "-q"]);
    let installed = repository.run("app", "pre-commit", &["install"]);
    assert!(installed.status.success(), "{installed:?}");
    Some(repository)
}

const BAD: &str = "FROM python:3.12\n";
const DIGEST: &str = "sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914";

#[test]
fn a_commit_of_a_floating_base_is_blocked_and_one_of_a_pinned_base_passes() {
    let Some(repository) = repository("reprolock-lint") else { return };
    for name in [
        "Dockerfile",
        "docker/Dockerfile-cuda",
        "Dockerfile_amd",
        "x.dockerfile",
        "Containerfile",
        "app.Dockerfile.gpu",
        "Dockerfile2",
        "DockerfileGPU",
        "Dockerfile.go",
    ] {
        repository.place.write(&format!("app/{name}"), BAD);
        let (passed, told) = repository.commit();
        assert!(!passed && told.contains("image-unpinned-digest"), "{name}: {told}");
        repository.place.write(&format!("app/{name}"), format!("FROM python:3.12@{DIGEST}\n"));
        let (passed, told) = repository.commit();
        assert!(passed, "{name}: {told}");
    }
    // What is only named after a Dockerfile is not looked at.
    for name in [
        "Dockerfile.md",
        "docker/dockerfile_tools.py",
        "Dockerfile.dockerignore",
        "requirements.txt",
        "x.go",
        "Dockerfile.j2",
        "Dockerfile.gpu.tmpl",
    ] {
        repository.place.write(&format!("app/{name}"), BAD);
        let (passed, told) = repository.commit();
        assert!(passed && told.contains("no files to check"), "{name}: {told}");
    }
}

#[test]
fn what_builds_and_runs_images_is_looked_at_too_and_what_is_none_of_ours_is_passed_over() {
    let Some(repository) = repository("reprolock-lint") else { return };
    let running = "docker run --rm python:3.12 true\n";
    let compose = "services:\n  a:\n    image: python:3.12\n";
    for (name, bad) in [
        ("Makefile", format!("all:\n\t{running}")),
        ("scripts/run.sh", format!("#!/bin/sh\n{running}")),
        ("docker-compose.prod.yml", compose.to_owned()),
        (".devcontainer/devcontainer.json", "{\"image\": \"python:3.12\"}\n".to_owned()),
    ] {
        repository.place.write(&format!("app/{name}"), &bad);
        let (passed, told) = repository.commit();
        assert!(!passed && told.contains("run-image-unpinned"), "{name}: {told}");
        repository.place.write(&format!("app/{name}"), bad.replace("3.12", &format!("3.12@{DIGEST}")));
        let (passed, told) = repository.commit();
        assert!(passed, "{name}: {told}");
    }
    // The pattern lets them through, and lint sees that they are none of its own.
    for (name, text) in
        [("app.mk", "all:\n\tcc x.c\n"), ("run.sh", "echo\n"), ("dockerfile.go", "package main\n")]
    {
        repository.place.write(&format!("app/{name}"), text);
        let (passed, told) = repository.commit();
        assert!(passed && told.contains("Passed"), "{name}: {told}");
    }
}

#[test]
fn the_other_hook_pins_from_the_lock_and_the_next_commit_passes() {
    let Some(repository) = repository("reprolock-fix") else { return };
    let lock = format!(
        "version = 1\n\n[image]\nplatform = \"linux/amd64\"\nconfig = \"{DIGEST}\"\n\n[base]\nreference = \"python:3.12\"\n\
         digest = \"{DIGEST}\"\n\n[build]\ndockerfile = \"Dockerfile\"\n"
    );
    repository.place.write("app/reprolock.lock", lock);
    repository.place.write("app/Dockerfile", BAD);
    let (passed, told) = repository.commit();
    assert!(!passed && told.contains("files were modified by this hook"), "{told}");
    assert_eq!(repository.place.read("app/Dockerfile"), format!("FROM python:3.12@{DIGEST}\n").as_bytes());
    let (passed, told) = repository.commit();
    assert!(passed, "{told}");
}
