//! The pattern of `.pre-commit-hooks.yaml`, held to what a walk finds; and what becomes of a file that a hook passes.

use std::collections::BTreeSet;

use super::{BAD, good, place};
use crate::support::Place;

/// The regular expression that is `files` of the hooks.
fn pattern() -> fancy_regex::Regex {
    let text = include_str!("../../../.pre-commit-hooks.yaml");
    let (_, rest) = text.split_once("files: &files |-\n").unwrap();
    let lines: Vec<&str> = rest.lines().map_while(|line| line.strip_prefix("    ")).collect();
    fancy_regex::Regex::new(&lines.join("\n")).unwrap()
}

/// Names of files of every kind, and of much that is like them.
fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let words = ["Dockerfile", "dockerfile", "DOCKERFILE", "Containerfile", "dockerFile"];
    let before = ["", "app.", "my-", "x_", "my", "a.b-", ".", "2"];
    let behind =
        ["", "2", "3.9-slim", "GPU", "gpu", ".gpu", "-cuda", "_amd", ".12.4", "s", ".", "Parser", "_test"];
    let extensions = [
        "",
        ".py",
        ".go",
        ".rs",
        ".sh",
        ".bash",
        ".mk",
        ".j2",
        ".tmpl",
        ".template",
        ".in",
        ".md",
        ".txt",
        ".yml",
        ".yaml",
        ".json",
        ".hcl",
        ".dockerignore",
        ".lock",
        ".dockerfile",
        ".tf",
        ".PY",
        ".bak",
        ".dev",
        ".prod",
    ];
    for word in words {
        for front in before {
            for back in behind {
                names.extend(extensions.iter().map(|extension| format!("{front}{word}{back}{extension}")));
            }
        }
    }
    let plain = [
        "compose.yaml",
        "docker-compose.yml",
        "docker-compose.prod.yaml",
        "docker-compose.dockerfile.yml",
        "compose.override.yml",
        "my-compose.yml",
        "compose.json",
        "devcontainer.json",
        ".devcontainer.json",
        "devcontainer.jsonc",
        "docker-bake.hcl",
        "docker-bake.override.json",
        "bake.hcl",
        "docker-bake.yml",
        "Makefile",
        "GNUmakefile",
        "makefile",
        "Makefile.am",
        "rules.mk",
        "run.sh",
        "run.bash",
        "run.zsh",
        "requirements.txt",
        "constraints.txt",
        "requirements-dockerfile.txt",
        "x.go",
        "README.md",
        "pyproject.toml",
        "values.yaml",
        "Jenkinsfile",
        "Vagrantfile",
        "dockerfile-build.sh",
    ];
    names.extend(plain.map(str::to_owned));
    names
}

fn is_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("dockerfile") || name.starts_with("containerfile")
}

#[test]
fn the_hooks_pass_what_a_walk_finds_and_nothing_else() {
    let pattern = pattern();
    // A file system may not tell cases apart, so each name has a folder of its own.
    let texts = |name: &str| match name {
        name if name.ends_with(".mk") || name.ends_with(".sh") || name.ends_with(".bash") => {
            "docker run a:1\n"
        }
        name if name.to_ascii_lowercase().contains("makefile") => "a:\n\tdocker run a:1\n",
        name if name.ends_with("json") => "{\"image\": \"a:1\"}\n",
        // A Dockerfile is one by its name, whatever it ends with.
        name if name.ends_with(".hcl") && !is_dockerfile(name) => "target \"a\" {}\n",
        name if name.starts_with("docker-compose")
            || name.starts_with("compose") && !name.ends_with("json") =>
        {
            "services:\n  a:\n    image: a:1\n"
        }
        // Any YAML may be a manifest; its text tells.
        name if name.ends_with("yml") || name.ends_with("yaml") => {
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: a:1\n"
        }
        _ => BAD,
    };
    let names: Vec<String> = names().into_iter().collect();
    let place = Place::new();
    for (number, name) in names.iter().enumerate() {
        place.write(&format!("{number}/{name}"), texts(name));
    }
    let run = place.run(&["lint", "--format", "junit", "--no-config"]);
    let found: BTreeSet<usize> = run
        .stdout
        .lines()
        .filter(|line| line.contains("<testsuite "))
        .filter_map(|line| line.split("name=\"").nth(1)?.split('/').next()?.parse().ok())
        .collect();
    let passed = |at: usize| pattern.is_match(&format!("{at}/{}", names[at])).unwrap();
    let by_pattern: BTreeSet<usize> = (0..names.len()).filter(|at| passed(*at)).collect();
    let name = |at: &usize| names[*at].as_str();
    let only_walked: Vec<&str> = found.difference(&by_pattern).map(name).collect();
    let only_passed: Vec<&str> = by_pattern.difference(&found).map(name).collect();
    assert_eq!((only_walked, only_passed), (Vec::new(), Vec::new()));
    assert!(found.len() > 1000 && found.len() < names.len() / 2, "{}", found.len());
}

#[test]
fn the_names_that_people_use_are_in_and_what_is_only_named_alike_is_out() {
    let pattern = pattern();
    let is_in = |name: &str| pattern.is_match(name).unwrap();
    for name in [
        "Dockerfile",
        "docker/Dockerfile-cuda",
        "Dockerfile2",
        "app.Dockerfile.gpu",
        "DockerfileGPU",
        "Containerfile.dev",
        "deploy/docker-compose.prod.yml",
        ".devcontainer/devcontainer.json",
        "docker-bake.hcl",
        "Makefile",
        "scripts/run.sh",
    ] {
        assert!(is_in(name), "{name}");
    }
    for name in [
        "dockerfile_parser.py",
        "x.go",
        "pkg/dockerfile_test.go",
        "Dockerfile.j2",
        "Dockerfile.gpu.tmpl",
        "Dockerfile.md",
        "Dockerfile.dockerignore",
        "dockerfiles",
        "Dockerfile/x.go",
        "requirements.txt",
        "main.py",
    ] {
        assert!(!is_in(name), "{name}");
    }
}

#[test]
fn what_a_hook_passes_and_is_none_of_ours_is_passed_over_in_silence() {
    let files = [
        ("x.go", "package main\n"),
        ("dockerfile_parser.py", "from a import b\n"),
        ("Dockerfile.py", "from a import b\n"),
        ("Dockerfile.go", "package main\n"),
        ("Makefile", "all:\n\tcc x.c\n"),
        ("install.sh", "apt-get install -y curl\n"),
        ("image", BAD),
        ("node_modules/a/Dockerfile", BAD),
        ("requirements.txt", "numpy\n"),
    ];
    let place = place(&files);
    std::os::unix::fs::symlink("image", place.path("Containerfile")).unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let passed: Vec<&str> = [&["lint", "--hook", "Containerfile", "."][..], &names].concat();
    let run = place.run(&passed);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let json = place.run(&[&passed[..], &["--format", "json"]].concat()).json();
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(0));
    let none = place.run(&["lint", "--hook"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, ""));
}

#[test]
fn what_a_hook_passes_and_is_ours_is_linted_and_what_cant_be_read_is_told() {
    let place =
        place(&[("app.Dockerfile.gpu", BAD), ("Dockerfile2", BAD), ("Dockerfile.go", BAD), ("x.go", "")]);
    place.write("good/Dockerfile", good());
    let run = place.run(&["lint", "--hook", "app.Dockerfile.gpu", "Dockerfile2", "Dockerfile.go", "x.go"]);
    assert!(run.code == 1 && run.stdout.contains("3 findings in 3 files"), "{run}");
    let run = place.run(&["lint", "--hook", "x.go", "good/Dockerfile"]);
    assert_eq!(run.code, 0, "{run}");
    let (error, _) = place.run(&["lint", "--hook", "gone/Dockerfile"]).complaint();
    assert_eq!(error, "gone/Dockerfile: there is no such file");
    // What somebody names is meant, whatever it is called.
    let (error, _) = place.run(&["lint", "x.go"]).complaint();
    assert_eq!(error, "x.go: no telling what this file is");
}
