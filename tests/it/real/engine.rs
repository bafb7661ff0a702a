//! A real dockerd that holds the seed's image: the lock is the archive's, up to what an engine does not keep.
//!
//! `.ci/e2e` starts it where it can, and ends it; its socket is `dockerd/docker.sock` in the prepared folder.

use std::path::Path;
use std::process::Command;

use reprolock::internal::lockfile::Lockfile;
use serde_json::{Value, json};

use super::{build, copy, lab, locked, project};
use crate::support::{Image, Layer, Place, file};

/// `DOCKER_HOST` of the engine; `None`, said aloud, where none runs.
fn engine(lab: &Path) -> Option<String> {
    let socket = lab.join("dockerd/docker.sock");
    if !socket.exists() {
        eprintln!("skipped: no dockerd could be started");
        return None;
    }
    Some(format!("unix://{}", socket.display()))
}

/// Puts a build into the engine.
fn load(lab: &Path, host: &str, number: usize, name: &str) {
    copy(&["--dest-daemon-host", host], &build(lab, number), &format!("docker-daemon:{name}"));
}

fn freeze(lab: &Path, place: &Place, image: &str, more: &[&str]) -> (Lockfile, Vec<String>) {
    let project = project(lab);
    let mut arguments = vec!["freeze", image, "--offline", "--format", "json"];
    arguments.extend(project.iter().map(String::as_str));
    arguments.extend(more);
    let ran = place.run(&arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    locked(place, &ran)
}

/// A lock, line by line, without what the classic store does not keep: the manifest, with the base's digest that builders
/// write into its annotations, and layers as they were compressed.
fn kept(mut lock: Lockfile) -> Vec<String> {
    lock.image.reference = None;
    lock.image.media_type = None;
    lock.image.index = None;
    lock.image.manifest = None;
    for layer in &mut lock.layer {
        layer.digest = None;
        layer.size = layer.uncompressed_size;
        layer.compression = "none".to_owned();
    }
    if let Some(base) = &mut lock.base {
        base.digest = None;
    }
    // The engine knows the digests of what it pulled.
    lock.build.image.clear();
    format!("{lock:#?}").lines().map(str::to_owned).collect()
}

#[test]
fn dockerd_gives_the_lock_that_the_archive_gives_and_the_same_verdicts() {
    let Some(lab) = lab() else { return };
    let Some(host) = engine(&lab) else { return };
    let place = Place::new().variable("DOCKER_HOST", &host);
    let name = "reprolock.test/project_ai:1";
    load(&lab, &host, 1, name);
    let image = format!("docker-daemon:{name}");

    let (archived, _) = freeze(&lab, &place, &build(&lab, 1), &[]);
    assert!(archived.image.manifest.is_some() && archived.layer.iter().all(|layer| layer.digest.is_some()));
    // The archive's lock decides for the engine's image, and the bare name leads to it.
    for (image, require) in [(image.as_str(), "blob"), (&image, "content"), (name, "layer")] {
        let ran = place.run(&["verify", image, "--require", require, "--offline"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
        assert!(ran.stdout.ends_with("identical: 7 layers\n"), "{}", ran.stdout);
    }
    let (from_engine, notes) = freeze(&lab, &place, &image, &[]);
    assert_eq!(from_engine.image.reference.as_deref(), Some(name));
    assert_eq!((from_engine.image.manifest, from_engine.image.files), (None, archived.image.files));
    let (expected, found) = (kept(archived), kept(from_engine));
    let differing: Vec<_> =
        expected.iter().zip(&found).filter(|(expected, found)| expected != found).collect();
    assert!(differing.is_empty() && expected.len() == found.len(), "{differing:#?}");
    assert!(notes.iter().any(|note| note.starts_with("the engine keeps neither the manifest")), "{notes:?}");
    // And the engine's lock for the archive's image, and for the rebuild.
    let ran = place.run(&["verify", &build(&lab, 1)]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let ran = place.run(&["verify", &build(&lab, 2)]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("drifted: 4 of 7 layers"), "{}", ran.stdout);
}

#[test]
fn dockerds_own_words_reach_the_user() {
    let Some(lab) = lab() else { return };
    let Some(host) = engine(&lab) else { return };
    let place = Place::new().variable("DOCKER_HOST", &host);
    let (error, hint) = place.run(&["inspect", "docker-daemon:reprolock.test/nothing-like-it:1"]).refusal();
    assert!(error.contains("has no such image"), "{error}");
    assert!(hint.contains("docker images"), "{hint}");
    let (error, _) = place.run(&["inspect", "docker-daemon:Upper"]).refusal();
    assert!(error.contains("docker-daemon:Upper: ") && error.contains("lowercase"), "{error}");
}

/// What the engine makes of an archive: its layers, or why it does not load it.
fn loaded(host: &str, archive: &Path, name: &str) -> Value {
    let docker = |arguments: &[&str]| {
        let output = Command::new("docker").args(["-H", host]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    docker(&["load", "-q", "-i", archive.to_str().unwrap()]);
    let described: Value = serde_json::from_slice(&docker(&["inspect", name])).unwrap();
    described[0].clone()
}

#[test]
fn dockerd_takes_keys_in_any_case_and_the_last_of_two() {
    let Some(lab) = lab() else { return };
    let Some(host) = engine(&lab) else { return };
    let place = Place::new();
    let image = |content: &str, tag: &str| {
        Image::new("linux/amd64").tag(tag).layer(Layer::new("COPY a /", [file("a", content)]))
    };
    // `ſ` and the Kelvin sign fold as well: U+017F for s, U+212A for k.
    let odd = image("odd", "reprolock.test/odd:1").edit(|config| {
        config["config"] = json!({"u\u{17f}er": "app", "wor\u{212a}ingdir": "/w", "CMD": ["x"]});
    });
    let mut files = odd.docker();
    let entry = files.document("manifest.json")[0].clone();
    let list =
        json!([{"config": entry["Config"], "layer\u{17f}": entry["Layers"], "REPOTAGS": entry["RepoTags"]}]);
    files.json("manifest.json", &list);
    place.write("odd.tar", files.archive());
    let described = loaded(&host, &place.path("odd.tar"), "reprolock.test/odd:1");
    let ours = place.run(&["inspect", "odd.tar", "--format", "json"]).json();
    assert_eq!(described["Config"]["User"], "app");
    assert_eq!(described["Config"]["User"], ours["config"]["user"]);
    assert_eq!(described["Config"]["WorkingDir"], ours["config"]["workdir"]);
    assert_eq!(described["Config"]["Cmd"], ours["config"]["cmd"]);

    let (good, evil) = (image("good", "reprolock.test/two:1"), image("evil", "reprolock.test/two:1"));
    let mut files = good.docker();
    let (first, last) = (files.document("manifest.json")[0].clone(), evil.docker());
    files.0.extend(last.0.clone().into_iter().filter(|(name, _)| name != "manifest.json"));
    let last = last.document("manifest.json")[0].clone();
    let twice = format!(
        r#"[{{"Config":{},"RepoTags":{},"Layers":{},"config":{},"layer{}":{}}}]"#,
        first["Config"], first["RepoTags"], first["Layers"], last["Config"], "\u{17f}", last["Layers"]
    );
    files.0.insert("manifest.json".into(), twice.into_bytes());
    place.write("two.tar", files.archive());
    let described = loaded(&host, &place.path("two.tar"), "reprolock.test/two:1");
    assert_eq!(described["RootFS"]["Layers"][0], evil.layers()[0].diff_id());
    let (error, _) = place.run(&["inspect", "two.tar"]).refusal();
    assert!(error.contains("expected each key once"), "{error}");
}
