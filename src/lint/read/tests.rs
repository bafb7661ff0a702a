//! What is around a Dockerfile, read.

use crate::lint::read::with_subject;
use crate::lint::subject::builds::{BuildCall, ContainerUse};
use crate::lint::subject::source::{SourceKind, SourceText};

struct Reading {
    text: String,
    builds: Vec<BuildCall>,
    containers: Vec<ContainerUse>,
}

fn read(kind: SourceKind, name: &str, text: &str) -> Reading {
    let source = SourceText::new(name, kind, text);
    with_subject(&source, |subject| Reading {
        text: text.to_owned(),
        builds: subject.builds.clone(),
        containers: subject.containers.clone(),
    })
}

impl Reading {
    fn arguments(&self) -> Vec<(String, Option<String>)> {
        let all = self.builds.iter().flat_map(|build| &build.arguments);
        all.map(|set| (set.name.clone(), set.value.as_ref().map(|value| value.text.clone()))).collect()
    }

    fn images(&self) -> Vec<&str> {
        let all = self.containers.iter().filter_map(|container| container.image.as_ref());
        all.map(|image| image.span.text(&self.text)).collect()
    }

    fn mounts(&self) -> Vec<String> {
        let all = self.containers.iter().flat_map(|container| &container.mounts);
        all.filter_map(|mount| mount.source.as_ref().map(|value| value.text.clone())).collect()
    }
}

fn set(name: &str, value: &str) -> (String, Option<String>) {
    (name.to_owned(), Some(value.to_owned()))
}

#[test]
fn a_docker_build_line_gives_its_build_arguments() {
    let text = "#!/bin/bash\ndocker build \\\n  --build-arg USER_UID=$(id -u) --build-arg=USERNAME=$USER \\\n  -f docker/Dockerfile.gpu -t project_ai:latest .\n";
    let actual = read(SourceKind::Script, "build.sh", text);
    assert_eq!(actual.arguments(), [set("USER_UID", "$(id -u)"), set("USERNAME", "$USER")]);
    let build = &actual.builds[0];
    assert_eq!(build.dockerfile.as_ref().unwrap().text, "docker/Dockerfile.gpu");
    assert_eq!(build.context.as_ref().unwrap().text, ".");
    assert!(!build.arguments[0].value.as_ref().unwrap().known);
    assert_eq!(build.arguments[0].span.text(text), "USER_UID=$(id -u)");
}

#[test]
fn a_docker_run_line_gives_its_image_and_all_that_ties_it_to_the_host() {
    let text = "docker run -it --rm --gpus all -u $(id -u):$(id -g) -e DISPLAY -v \"$(pwd)\":/app -v /tmp/.X11-unix:/tmp/.X11-unix:ro project_ai:latest python -v x:y\n";
    let actual = read(SourceKind::Script, "run.sh", text);
    assert_eq!(actual.images(), ["project_ai:latest"]);
    assert_eq!(actual.mounts(), ["$(pwd)", "/tmp/.X11-unix"]);
    let container = &actual.containers[0];
    assert_eq!(container.user.as_ref().unwrap().text, "$(id -u):$(id -g)");
    assert_eq!((container.environment[0].name.as_str(), &container.environment[0].value), ("DISPLAY", &None));
    assert!(container.options.iter().any(|option| option.text == "--gpus=all"));
}

#[test]
fn a_makefiles_recipes_are_read_with_makes_variables_as_the_shells() {
    let text = "TAG := 1\nUID := $(shell id -u)\nbuild:\n\t@docker build --build-arg UID=$(UID) \\\n\t  --build-arg GID=$$(id -g) -t app:$(TAG) .\n";
    let actual = read(SourceKind::Makefile, "Makefile", text);
    assert_eq!(actual.arguments(), [set("UID", "$(id -u)"), set("GID", "$(id -g)")]);
    assert_eq!(actual.builds[0].arguments[1].span.text(text), "GID=$$(id -g)");
}

#[test]
fn a_compose_file_gives_services_that_are_built_or_run() {
    let text = "services:\n  app:\n    build:\n      context: .\n      args:\n        USER_UID: ${UID}\n        EMPTY:\n    image: app\n  db:\n    image: postgres:16\n    user: \"1000\"\n    volumes: ['${PWD:-.}:/app', data:/var]\n    environment: [A=1, DISPLAY]\n";
    let actual = read(SourceKind::Compose, "compose.yaml", text);
    assert_eq!(actual.arguments(), [set("USER_UID", "${UID}"), ("EMPTY".to_owned(), None)]);
    assert_eq!(actual.images(), ["postgres:16"], "the image that is built is a name for the result");
    assert_eq!(actual.mounts(), ["${PWD:-.}", "data"]);
    assert_eq!(actual.containers[1].user.as_ref().unwrap().span.text(text), "1000");
    assert_eq!(actual.containers[1].environment[1].value, None);
}

#[test]
fn a_devcontainer_gives_its_image_mounts_and_run_arguments() {
    let text = "{ // the image\n\"image\": \"python:3.12\", \"runArgs\": [\"--gpus\", \"all\", \"-v\", \"/etc/passwd:/etc/passwd\"],\n\"mounts\": [\"source=${localEnv:HOME}/.cache,target=/root/.cache,type=bind\"], \"build\": {\"args\": {\"X\": \"1\"}} }";
    let actual = read(SourceKind::Devcontainer, "devcontainer.json", text);
    assert_eq!(actual.images(), ["python:3.12"]);
    assert_eq!(actual.mounts(), ["/etc/passwd", "${localEnv:HOME}/.cache"]);
    assert_eq!(actual.arguments(), [set("X", "1")]);
}

#[test]
fn a_bake_file_gives_the_arguments_of_its_targets() {
    let hcl = "target \"app\" {\n  dockerfile = \"Dockerfile.gpu\"\n  args = { UID = \"1000\" }\n}\ntarget \"b\" { args = { X = null } }\n";
    let actual = read(SourceKind::Bake, "docker-bake.hcl", hcl);
    assert_eq!(actual.arguments(), [set("UID", "1000"), ("X".to_owned(), None)]);
    let json = "{\"target\": {\"app\": {\"args\": {\"UID\": \"1000\"}}}}";
    assert_eq!(read(SourceKind::Bake, "docker-bake.json", json).arguments(), [set("UID", "1000")]);
}

#[test]
fn what_can_not_be_read_gives_nothing() {
    for kind in [SourceKind::Compose, SourceKind::Devcontainer, SourceKind::Bake] {
        let actual = read(kind, "x", "{[(\"");
        assert!(actual.builds.is_empty() && actual.containers.is_empty());
    }
}

#[test]
fn a_file_whose_root_is_no_map_is_said_to_be_unread() {
    let unread = |kind, name: &str, text: &str| {
        with_subject(&SourceText::new(name, kind, text), |subject| subject.unread)
    };
    for text in ["- a\n- b\n", "hello\n", "42\n", "services:\n---\n- a\n"] {
        assert_eq!(unread(SourceKind::Compose, "compose.yaml", text), Some("a mapping of YAML"), "{text}");
    }
    assert_eq!(unread(SourceKind::Workflow, ".github/workflows/x.yml", "- a\n"), Some("a mapping of YAML"));
    for (kind, name) in
        [(SourceKind::Bake, "docker-bake.json"), (SourceKind::Devcontainer, "devcontainer.json")]
    {
        assert_eq!(unread(kind, name, "[]"), Some("an object of JSON"), "{name}");
        assert_eq!(unread(kind, name, "42"), Some("an object of JSON"), "{name}");
        assert_eq!(unread(kind, name, "{}"), None, "{name}");
    }
    for text in ["", "---\n", "# nothing\n", "services:\n"] {
        assert_eq!(unread(SourceKind::Compose, "compose.yaml", text), None, "{text}");
    }
}
