//! What is locked of an engine's image, and how it is asked for.

use serde_json::{Value, json};

use super::fake::{Held, Setup};
use super::{app, place_with, place_with_app};
use crate::support::{Files, Image, Layer, file, index};

/// The image `app` for two platforms in one index, as containerd's store keeps it.
fn two_platforms() -> (Held, Vec<u8>) {
    let images = ["amd64", "arm64"].map(|arch| {
        Image::new(&format!("linux/{arch}")).tag("app:1").layer(Layer::new("COPY a /", [file("a", arch)]))
    });
    let mut files = index("app:1", &images, true);
    let manifest = images[0].docker_containerd().document("manifest.json");
    files.json("manifest.json", &manifest);
    let descriptor = files.document("index.json")["manifests"][0].clone();
    let mut held = Held::of(&images[0], "app:1", &files, Some(descriptor.clone()));
    let other = Held::of(&images[1], "app:1", &Files::default(), Some(descriptor));
    held.descriptions.extend(other.descriptions);
    held.tars.insert("linux/arm64".into(), images[1].docker_containerd().archive());
    (held, files.archive())
}

#[test]
fn the_lock_is_the_one_of_the_archive_that_docker_save_writes() {
    for (held, archive) in [
        (Held::classic(&app("x"), "app:1"), app("x").docker().archive()),
        (Held::containerd(&app("x"), "app:1"), app("x").docker_containerd().archive()),
    ] {
        let (place, engine) = place_with(Setup::holding([held]));
        place.write("app.tar", &archive);
        let run = place.run(&["freeze", "docker-archive:app.tar", "-o", "saved.lock"]);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(engine.calls(), Vec::<String>::new());
        let run = place.run(&["freeze", "docker-daemon:app:1", "-o", "engine.lock", "--offline"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
        assert_eq!(place.read("saved.lock"), place.read("engine.lock"));
        assert_eq!(engine.calls(), ["/_ping", "/v1.43/images/app:1/json", "/v1.43/images/app:1/get"]);
        let run = place.run(&["verify", "docker-daemon:app:1", "--lock", "saved.lock", "--require", "blob"]);
        assert_eq!(run.code, 0, "{run}");
        let names = place.names();
        let expected = [
            "app.tar",
            "engine.lock",
            "engine.lock.files.zst",
            "engine.sock",
            "saved.lock",
            "saved.lock.files.zst",
        ];
        assert_eq!(names, expected, "nothing of the stream is left behind");
    }
}

#[test]
fn what_the_classic_store_threw_away_is_told() {
    let digest = format!("example.org/app@sha256:{}", "a".repeat(64));
    let held = Held::classic(&app("x"), "app:1").known_as(&[&digest]);
    let (place, _engine) = place_with(Setup::holding([held]));
    let frozen = place.run(&["freeze", "docker-daemon:app:1", "--format", "json"]).json();
    let expected = json!([
        "the engine keeps neither the manifest nor compressed layers: their digests are not known",
        format!("the engine says that a registry has it as {digest}"),
    ]);
    assert_eq!(frozen["notes"], expected);
    let lock = String::from_utf8(place.read("reprolock.lock")).unwrap();
    assert!(!lock.contains("manifest = ") && !lock.contains(&"a".repeat(64)), "{lock}");
    // Nothing is missing that the lock could be compared with.
    let verified = place.run(&["verify", "docker-daemon:app:1", "--format", "json"]).json();
    assert_eq!(verified["notes"], json!([]));

    place.write("app.tar", app("x").oci().archive());
    assert_eq!(place.run(&["freeze", "app.tar"]).code, 0);
    let run = place.run(&["verify", "docker-daemon:app:1", "--format", "json"]);
    assert_eq!((run.code, &run.json()["notes"]), (0, &expected), "{run}");
}

#[test]
fn containerds_store_knows_manifest_and_blobs() {
    let (place, _engine) = place_with(Setup::holding([Held::containerd(&app("x"), "app:1")]));
    place.write("app.tar", app("x").oci().archive());
    assert_eq!(place.run(&["freeze", "app.tar"]).code, 0);
    let run = place.run(&["verify", "docker-daemon:app:1", "--require", "blob", "--format", "json"]);
    let verified = run.json();
    assert_eq!(
        (run.code, &verified["verdict"], &verified["notes"]),
        (0, &json!("identical"), &json!([])),
        "{run}"
    );
    assert_eq!(verified["image"]["expected"], verified["image"]["found"]);
    assert!(verified["image"]["found"].is_string());
}

#[test]
fn a_drifted_image_is_drifted_from_an_engine_too() {
    let (place, _engine) = place_with_app("y");
    place.write("app.tar", app("x").docker().archive());
    assert_eq!(place.run(&["freeze", "app.tar"]).code, 0);
    let run = place.run(&["verify", "docker-daemon:app:1"]);
    assert_eq!(run.code, 1, "{run}");
    let run = place.run(&["diff", "app.tar", "docker-daemon:app:1"]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn a_name_without_a_tag_asks_for_latest_alone_and_an_id_for_itself() {
    let (place, engine) = place_with(Setup::holding([Held::classic(&app("x"), "app:latest")]));
    assert_eq!(place.run(&["inspect", "docker-daemon:app"]).code, 0);
    assert_eq!(engine.calls().last().unwrap(), "/v1.43/images/app:latest/get");
    let held = Held::classic(&app("x"), "app:1");
    for id in &held.names[1..] {
        let (place, engine) = place_with(Setup::holding([held.clone()]));
        let run = place.run(&["inspect", &format!("docker-daemon:{id}")]);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(engine.calls().last().unwrap(), &format!("/v1.43/images/{id}/get"));
    }
}

#[test]
fn several_platforms_ask_for_one_of_them() {
    let (held, _) = two_platforms();
    let (place, engine) = place_with(Setup::holding([held]));
    let (error, hint) = place.run(&["freeze", "docker-daemon:app:1"]).refusal();
    let expected = "docker-daemon:app:1 holds several platforms: expected one to be chosen, found linux/amd64, linux/arm64";
    assert_eq!((error.as_str(), hint.as_str()), (expected, "choose one with --platform OS/ARCH[/VARIANT]"));
    engine.calls();
    // An engine before API 1.48 gives them all.
    let run = place.run(&["freeze", "docker-daemon:app:1", "--platform", "linux/arm64"]);
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(engine.calls().last().unwrap(), "/v1.43/images/app:1/get");
    let error = place.run(&["freeze", "docker-daemon:app:1", "--platform", "linux/s390x"]).refusal().0;
    assert_eq!(error, "docker-daemon:app:1 has no image for linux/s390x; found linux/amd64, linux/arm64");
}

#[test]
fn a_newer_engine_is_asked_for_one_platform_and_gives_the_same_lock() {
    let (held, archive) = two_platforms();
    let (place, engine) = place_with(Setup::holding([held]).version("1.48"));
    place.write("app.tar", &archive);
    assert_eq!(place.run(&["freeze", "app.tar", "--platform", "linux/arm64"]).code, 0);
    let saved = place.read("reprolock.lock");
    let run = place.run(&["freeze", "docker-daemon:app:1", "--platform", "linux/arm64"]);
    assert_eq!(run.code, 0, "{run}");
    let call = engine.calls().pop().unwrap();
    assert!(
        call.starts_with("/v1.48/images/app:1/get?platform=%7B%22architecture%22%3A%22arm64%22"),
        "{call}"
    );
    assert_eq!(place.read("reprolock.lock"), saved, "the index's digest is not lost");
    let error = place.run(&["freeze", "docker-daemon:app:1", "--platform", "linux/s390x"]).refusal().0;
    assert_eq!(error, "docker-daemon:app:1 has no image for linux/s390x; found linux/amd64");
    engine.calls();
    // The engine's own platform comes with all that lies beside it.
    assert_eq!(place.run(&["freeze", "docker-daemon:app:1", "--platform", "linux/amd64"]).code, 0);
    assert_eq!(engine.calls().pop().unwrap(), "/v1.48/images/app:1/get");
}

#[test]
fn podman_sends_its_own_words_and_names() {
    // As podman 4.3 answers: API 1.41, names with their registry, an error with a cause.
    let mut held = Held::classic(&app("x"), "localhost/app:1");
    held.names.push("app:1".to_owned());
    let (place, _engine) = place_with(Setup::holding([held]).version("1.41"));
    let run = place.run(&["inspect", "docker-daemon:app:1", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    let lock: Value = run.json();
    assert_eq!(lock["image"]["reference"], json!("app:1"));
    let error = place.run(&["inspect", "docker-daemon:app:2"]).refusal().0;
    assert!(error.ends_with("has no such image; there is localhost/app:1"), "{error}");
}
