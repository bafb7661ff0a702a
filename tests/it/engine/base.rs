//! The base image, from an engine: given by name, or looked up as FROM names it.

use reprolock::internal::lockfile::Lockfile;
use reprolock::internal::lockfile::store;

use super::fake::{Held, Setup};
use super::{app, place_with};
use crate::support::{Image, Layer, Place, file};

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// An image built on `app`.
fn own() -> Image {
    app("x").tag("own:1").layer(Layer::new("COPY b /", [file("b", "own")]))
}

fn base(held: Held) -> Held {
    held.known_as(&[&format!("example.org/base@{DIGEST}")])
}

fn lock(place: &Place) -> Lockfile {
    store::read(&place.path("reprolock.lock")).unwrap()
}

#[test]
fn a_base_that_was_pulled_is_locked_by_its_digest_and_not_taken_out_for_it() {
    let held = base(Held::classic(&app("x"), "base:1"));
    let (place, engine) = place_with(Setup::holding([held]));
    place.write("own.tar", own().docker().archive());
    for given in ["docker-daemon:base:1", "base:1"] {
        let run = place.run(&["freeze", "own.tar", "--base", given]);
        assert_eq!(run.code, 0, "{run}");
        let base = lock(&place).base.unwrap();
        assert_eq!((base.reference.as_deref(), base.layers), (Some("base:1"), Some(1)));
        assert_eq!((base.digest.unwrap().to_string().as_str(), base.manifest), (DIGEST, None));
        assert_eq!(engine.calls(), ["/_ping", "/v1.43/images/base:1/json"]);
    }
}

#[test]
fn containerds_store_knows_the_bases_own_digest() {
    let held = Held::containerd(&app("x"), "base:1").known_as(&[&format!("example.org/base@{DIGEST}")]);
    let manifest = held.names[1].clone();
    let (place, _engine) = place_with(Setup::holding([held]));
    place.write("own.tar", own().docker().archive());
    assert_eq!(place.run(&["freeze", "own.tar", "--base", "base:1"]).code, 0);
    let base = lock(&place).base.unwrap();
    assert_eq!((base.digest.unwrap().to_string(), base.manifest), (manifest, None));
}

#[test]
fn a_base_of_another_platform_or_other_layers_is_refused() {
    let (place, _engine) = place_with(Setup::holding([Held::classic(&app("y"), "base:1")]));
    place.write("own.tar", own().docker().archive());
    let error = place.run(&["freeze", "own.tar", "--base", "base:1"]).refusal().0;
    assert!(error.starts_with("the image is not built on base:1: layer 0 has diff_id"), "{error}");
    let arm = Image::new("linux/arm64").layer(Layer::new("COPY a /", [file("a", "x")]));
    let (place, _engine) = place_with(Setup::holding([Held::classic(&arm, "base:1")]));
    place.write("own.tar", own().docker().archive());
    let error = place.run(&["freeze", "own.tar", "--base", "base:1"]).refusal().0;
    assert_eq!(error, "docker-daemon:base:1 has no image for linux/amd64; found linux/arm64");
}

/// Freezes `own:1` out of an engine with this base beside it, by a Dockerfile; the lock and the notes.
fn frozen(from: &str, base: Held) -> (Lockfile, Vec<String>) {
    let (place, _engine) = place_with(Setup::holding([Held::classic(&own(), "own:1"), base]));
    place.write("Dockerfile", format!("FROM {from}\nCOPY b /\n"));
    let run =
        place.run(&["freeze", "docker-daemon:own:1", "-f", "Dockerfile", "--offline", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    (lock(&place), run.notes())
}

#[test]
fn from_is_looked_up_in_the_engine_that_has_the_image() {
    let (lock, notes) = frozen("base:1", base(Held::classic(&app("x"), "base:1")));
    let base = lock.base.unwrap();
    assert_eq!((base.digest.unwrap().to_string().as_str(), base.layers), (DIGEST, Some(1)));
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[test]
fn what_has_froms_name_and_other_layers_is_no_base() {
    let (lock, notes) = frozen("base:1", base(Held::classic(&app("y"), "base:1")));
    assert_eq!(lock.base.unwrap().digest, None);
    let expected = "the digest of FROM base:1 is not known: docker://base:1: expected an image on this machine, found one to fetch, and --offline is set";
    assert!(notes.contains(&expected.to_owned()), "{notes:?}");
}

#[test]
fn a_digest_that_from_pins_stays() {
    let pinned = format!("base:1@sha256:{}", "b".repeat(64));
    let mut held = base(Held::classic(&app("x"), "base:1"));
    held.names.push(pinned.clone());
    let (lock, notes) = frozen(&pinned, held);
    let base = lock.base.unwrap();
    assert!(base.digest.unwrap().to_string().ends_with(&"b".repeat(64)));
    assert_eq!((base.layers, notes.len()), (Some(1), 1));
    let (lock, notes) = frozen(&pinned, Held::classic(&app("y"), "other:1"));
    assert!(lock.base.unwrap().digest.is_some());
    assert_eq!(notes.len(), 1, "{notes:?}");
}

#[test]
fn an_image_on_disk_is_frozen_without_asking_anybody() {
    let (place, engine) = place_with(Setup::holding([base(Held::classic(&app("x"), "base:1"))]));
    place.write("own.tar", own().docker().archive());
    place.write("Dockerfile", "FROM base:1\nCOPY b /\n");
    let run = place.run(&["freeze", "own.tar", "-f", "Dockerfile", "--format", "json"]);
    let note = "the digest of base:1 is not known: engines and registries other than the image's own are asked only with --online";
    assert_eq!((run.code, &run.json()["notes"]), (0, &serde_json::json!([note])), "{run}");
    assert_eq!(engine.calls(), Vec::<String>::new());
    assert_eq!(lock(&place).base.unwrap().digest, None);
}

#[test]
fn all_images_that_the_dockerfile_names_are_known_by_the_engine_that_has_the_image() {
    let other = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    let held = |name: &str, digests: &[&str]| Held::classic(&app(name), name).known_as(digests);
    let images = [
        Held::classic(&own(), "own:1"),
        base(Held::classic(&app("x"), "base:1")),
        // As pushed elsewhere too, and as Podman lists both an index and a manifest.
        held("tools:1", &[&format!("tools@{DIGEST}"), &format!("example.org/tools@{other}")]),
        held("two:1", &[&format!("two@{DIGEST}"), &format!("two@{other}")]),
        held("local:1", &[]),
        Held::containerd(&app("kept"), "kept:1"),
    ];
    let kept = images[5].names[1].clone();
    let (place, engine) = place_with(Setup::holding(images));
    place.write(
        "Dockerfile",
        "FROM tools:1 AS a\nFROM base:1\nCOPY b /\nCOPY --from=two:1 / /\nCOPY --from=local:1 / /\n\
         COPY --from=kept:1 / /\nCOPY --from=gone:1 / /\nCOPY --from=[::1]:5000/six:1 / /\n",
    );
    let run = place.run(&["freeze", "docker-daemon:own:1", "-f", "Dockerfile", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    let lock = lock(&place);
    let known: Vec<(String, String, &str)> = (lock.build.image.iter())
        .map(|image| (image.reference.clone(), image.digest.to_string(), image.source.name()))
        .collect();
    let engine_says = |name: &str, digest: &str| (name.to_owned(), digest.to_owned(), "engine");
    let expected =
        [engine_says("base:1", DIGEST), engine_says("kept:1", &kept), engine_says("tools:1", DIGEST)];
    assert_eq!(known, expected);
    let notes = run.json()["notes"].to_string();
    assert!(notes.contains("and 1 more are not known") && notes.contains("--online"), "{notes}");
    // Nobody else was asked, and the engine for no image's bytes but the frozen one's.
    assert_eq!(engine.calls().iter().filter(|call| call.ends_with("/get")).count(), 1);
}
