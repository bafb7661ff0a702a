//! The commands of every builder, and which is chosen.

use super::*;
use crate::rebuild::error::RebuildError;
use crate::rebuild::recipe::{ArgumentValue, Recipe};

fn recipe() -> Recipe {
    let value = |value: &str, is_secret| ArgumentValue { value: value.to_owned(), is_secret };
    Recipe {
        context: "app".into(),
        dockerfile: crate::rebuild::recipe::RecipeFile::Own("app/Dockerfile.gpu".into()),
        target: Some("run".into()),
        platform: Some("linux/arm64".into()),
        args: [("UID".to_owned(), value("1 2", false)), ("TOKEN".to_owned(), value("hunter2", true))].into(),
        epoch: Some(100),
        network: Some("host".into()),
        secrets: vec!["id=a,src=b".into()],
        ssh: vec!["default".into()],
        options: vec!["--own".into(), "x".into()],
        tag: "reprolock-rebuild".into(),
        ..Recipe::default()
    }
}

fn shown(builder: &dyn Builder, recipe: &Recipe, answer: &Answer) -> Vec<String> {
    let commands = builder.commands(recipe, answer);
    commands.build.iter().map(|command| command.shell().replace(" \\\n ", "")).collect()
}

fn answer(version: &str) -> Answer {
    Answer { version: Version::in_text(version), ..Answer::default() }
}

#[test]
fn every_builder_is_asked_for_all_that_the_recipe_says() {
    for builder in REGISTRY {
        let text = shown(*builder, &recipe(), &answer("99.0")).join("\n");
        for part in [
            "run",
            "linux/arm64",
            "UID=1 2",
            "id=a,src=b",
            "default",
            "--no-cache",
            "SOURCE_DATE_EPOCH=100",
            "--own x",
            "host",
            "Dockerfile.gpu",
        ] {
            assert!(text.contains(part), "{}: {part}\n{text}", builder.about().id);
        }
        assert!(text.contains("TOKEN=\"$TOKEN\"") || text.contains("TOKEN='\"$TOKEN\""), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
        assert!(builder.commands(&recipe(), &answer("99.0")).build.last().is_some_and(|last| {
            last.shell().contains(builder.commands(&recipe(), &answer("99.0")).archive.1)
        }));
    }
}

#[test]
fn buildah_fixes_time_as_its_version_can_and_as_the_locked_image_had_it() {
    let time = |version: &str, sets_all_times| {
        let recipe = Recipe { sets_all_times, ..recipe() };
        let text = shown(&buildah::Buildah, &recipe, &answer(version)).join("\n");
        (text.contains("--timestamp=100"), text.contains("--source-date-epoch=100"))
    };
    assert_eq!(time("1.28.2", false), (true, false));
    assert_eq!(time("1.41.0", false), (false, true));
    assert_eq!(time("1.41.0", true), (true, false));
    let lacks = buildah::Buildah.lacks(&recipe(), &answer("1.15.0"));
    assert_eq!(lacks.refused.len(), 1, "what can't fix time says so before it builds");
}

#[test]
fn buildkit_rewrites_times_and_the_engines_own_builder_says_that_it_does_not() {
    for builder in [&buildctl::Buildctl as &dyn Builder, &buildx::Buildx] {
        let text = shown(builder, &recipe(), &Answer::default()).join("\n");
        assert!(text.contains("dest=\"$work/image.oci.tar\",rewrite-timestamp=true"), "{text}");
    }
    let docker = &docker::Docker;
    assert!(docker.lacks(&recipe(), &answer("20.10.24")).notes[0].contains("can't fix the times"));
    let classic = Answer { is_classic: true, ..answer("28.0") };
    let lacks = docker.lacks(&recipe(), &classic);
    assert_eq!(lacks.refused.len(), 2, "{lacks:?}");
    assert!(shown(docker, &recipe(), &classic)[0].starts_with("DOCKER_BUILDKIT=0 docker build"));
}

#[test]
fn layers_and_formats_are_the_locked_ones() {
    let recipe = Recipe { is_one_layer: true, is_docker_format: true, ..recipe() };
    for builder in [&buildah::Buildah as &dyn Builder, &podman::Podman] {
        let commands = builder.commands(&recipe, &answer("9.9"));
        let text = shown(builder, &recipe, &answer("9.9")).join("\n");
        assert!(text.contains("--layers=false") && text.contains("--format=docker"), "{text}");
        assert_eq!(commands.archive.0, "docker-archive");
    }
    let zstd = Recipe { is_zstd: true, ..Recipe::default() };
    assert!(shown(&buildah::Buildah, &zstd, &answer("9.9"))[1].contains("--compression-format=zstd"));
    assert!(!podman::Podman.lacks(&zstd, &answer("9.9")).notes.is_empty());
}

#[test]
fn a_build_has_a_storage_of_its_own_with_the_users_behind_it() {
    let info = r#"{"host":{"rootless":true},"store":{"GraphDriverName":"overlay","GraphRoot":"/s","GraphOptions":["overlay.mount_program=/f"]}}"#;
    let storage = Storage::of_buildah(info);
    let answer = Answer { storage, ..answer("1.28.2") };
    let commands = buildah::Buildah.commands(&recipe(), &answer);
    let text = commands.build[0].shell();
    for part in [
        "--root \"$work/storage\"",
        "--storage-opt overlay.mount_program=/f",
        "--storage-opt overlay.imagestore=/s",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(
        commands.clean[0].shell().starts_with("buildah unshare rm -rf"),
        "files of others are removed by their owner"
    );
    assert!(Storage::of_buildah("{}").is_none());
    let podman = r#"{"host":{"security":{"rootless":false}},"store":{"graphDriverName":"vfs","graphRoot":"/s","graphOptions":{}}}"#;
    assert_eq!(Storage::of_podman(podman).unwrap().driver, "vfs");
}

#[test]
fn the_one_that_made_the_image_is_taken_before_others_and_a_note_says_where_it_is_not_there() {
    let there = |programs: &'static [&'static str]| {
        move |words: &[&str]| {
            match programs.contains(&words[0]) {
            true => Ok("version 1.30.0 {\"host\":{\"security\":{\"rootless\":false}},\"store\":{\"graphDriverName\":\"o\",\"graphRoot\":\"/\"}}".to_owned()),
            false => Err("it is not installed".to_owned()),
        }
        }
    };
    let chosen = |name: &str, maker: Option<&str>, programs| {
        let chosen = choose(name, maker, &there(programs));
        chosen
            .map(|chosen| (chosen.builder.about().id, chosen.notes.len()))
            .map_err(|error| error.to_string())
    };
    assert_eq!(chosen("auto", Some("buildah 1.28.2"), &["buildctl", "buildah"]), Ok(("buildah", 0)));
    assert_eq!(chosen("auto", Some("buildkit"), &["buildctl", "buildah"]), Ok(("buildctl", 0)));
    assert_eq!(chosen("auto", Some("docker 20.10.24"), &["buildah"]), Ok(("buildah", 1)));
    assert_eq!(chosen("auto", None, &["docker", "buildah"]).unwrap().0, "buildx");
    let error = chosen("buildkit", None, &["buildah"]).unwrap_err();
    assert_eq!(error, "no buildkit answers: buildctl: it is not installed; buildx: it is not installed");
    assert!(matches!(choose("auto", None, &there(&[])), Err(RebuildError::NoBuilder { .. })));
    assert_eq!(names(), ["auto", "buildkit", "buildah", "podman", "docker"]);
}

#[test]
fn the_step_that_failed_is_told_in_every_builders_words() {
    for (output, step) in [
        ("STEP 1/2: FROM a\nSTEP 2/2: RUN false\nerror: building", "RUN false"),
        ("[1/2] STEP 1/1: FROM a\n[2/2] STEP 2/2: COPY x /\nerror", "COPY x /"),
        ("Step 1/2 : FROM a\nStep 2/2 : RUN x\nThe command", "RUN x"),
        (
            "#5 [1/3] FROM a\n#7 [3/3] RUN make\n#6 [2/3] COPY b /\n#7 0.1 x\n#7 ERROR: process did not complete\n------",
            "RUN make",
        ),
    ] {
        assert_eq!(failing_step(output).as_deref(), Some(step), "{output}");
    }
    assert_eq!(failing_step("error: no such file"), None);
}
