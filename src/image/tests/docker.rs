//! `docker save` in its several layouts.

use serde_json::{Value, json};

use crate::base::digest::Sha256;
use crate::image::tests::{Layout, Place, Tar, layer_text, on};

/// A config with one diff_id for each layer.
fn config(layers: &[&str]) -> Vec<u8> {
    let diff_ids: Vec<_> = layers.iter().map(|layer| Sha256::of(layer.as_bytes())).collect();
    json!({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": diff_ids}}).to_string().into()
}

fn with_manifest(tar: Tar, manifest: &Value) -> Place {
    Place::with_file(&tar.file("manifest.json", manifest.to_string().as_bytes()).end())
}

fn classic() -> Tar {
    Tar::default()
        .file("c1.json", &config(&["one"]))
        .file("c2.json", &config(&["one", "two"]))
        .file("a/layer.tar", b"one")
        .entry(b'2', "b/layer.tar", "../a/layer.tar", b"")
        .file("c/layer.tar", b"two")
}

#[test]
fn the_classic_layout_has_config_and_layers_and_no_manifest() {
    let manifest = json!([{"Config": "c2.json", "RepoTags": ["app:2", "app:latest"], "Layers": ["b/layer.tar", "./c/layer.tar"]}]);
    let place = with_manifest(classic(), &manifest);
    let source = place.open("docker-archive:~/img.tar").unwrap();
    let image = source.image(None).unwrap();
    assert_eq!(image.config_digest, Sha256::of(&config(&["one", "two"])).into());
    assert_eq!((image.manifest, image.media_type.clone(), image.index), (None, None, None));
    assert_eq!(image.name.as_deref(), Some("app:2"));
    assert!(image.layers.iter().all(|layer| layer.digest.is_none() && layer.size == Some(3)));
    assert_eq!(image.layers[0].diff_id, Sha256::of(b"one").into());
    assert_eq!(layer_text(&*source, &image, 0) + &layer_text(&*source, &image, 1), "onetwo");
    assert_eq!(
        place.error("docker-archive:~/img.tar", "linux/arm64"),
        "docker-archive:img.tar has no image for linux/arm64; found linux/amd64"
    );
}

#[test]
fn one_of_several_images_is_named_by_tag_or_place() {
    let manifest = json!([
        {"Config": "c1.json", "RepoTags": ["docker.io/library/one:latest"], "Layers": ["a/layer.tar"]},
        {"Config": "c2.json", "RepoTags": ["me/two:1", "me/two:latest"], "Layers": ["a/layer.tar", "c/layer.tar"]},
        {"Config": "c2.json", "RepoTags": null, "Layers": ["b/layer.tar", "c/layer.tar"]},
    ]);
    let place = with_manifest(classic(), &manifest);
    assert_eq!(
        place.error("~/img.tar", ""),
        "docker-archive:img.tar holds several images: expected one to be named, found @2, docker.io/library/one:latest, me/two:1, me/two:latest"
    );
    let name = |asked: &str| place.image(&format!("docker-archive:~/img.tar:{asked}"), "").unwrap().name;
    assert_eq!(name("one").as_deref(), Some("docker.io/library/one:latest"));
    assert_eq!(name("me/two").as_deref(), Some("me/two:latest"));
    assert_eq!(name("docker.io/me/two:1").as_deref(), Some("me/two:1"));
    assert_eq!(name("@1").as_deref(), Some("me/two:1"));
    assert_eq!(name("@2"), None);
    assert!(
        place
            .error("~/img.tar:three", "")
            .starts_with("docker-archive:img.tar:three has no image \"three\"; found @2")
    );
}

#[test]
fn kaniko_and_jib_name_their_members_otherwise() {
    let name = format!("sha256:{}", Sha256::of(&config(&["one"])).hex());
    let tar = Tar::default().file(&name, &config(&["one"])).file("abc.tar.gz", b"packed");
    let kaniko = json!([{"Config": name, "RepoTags": [], "Layers": ["abc.tar.gz"]}]);
    let jib = json!([{"config": name, "repoTags": ["jib:1"], "layers": ["abc.tar.gz"]}]);
    for (manifest, expected) in [(kaniko, None), (jib, Some("jib:1"))] {
        let place = with_manifest(tar.clone(), &manifest);
        let source = place.open("~/img.tar").unwrap();
        let image = source.image(None).unwrap();
        assert_eq!(image.name.as_deref(), expected);
        assert_eq!(layer_text(&*source, &image, 0), "packed");
    }
}

#[test]
fn a_manifest_json_without_images_and_archives_older_than_it_are_named() {
    for manifest in [json!(null), json!([])] {
        let place = with_manifest(Tar::default(), &manifest);
        assert_eq!(place.error("~/img.tar", ""), "manifest.json of docker-archive:img.tar lists no image");
    }
    let place = with_manifest(Tar::default(), &json!([null]));
    assert!(place.error("~/img.tar", "").starts_with("read manifest.json of docker-archive:img.tar as JSON"));
    let old = Place::with_file(&Tar::default().file("repositories", b"{}").file("a/json", b"{}").end());
    assert_eq!(
        old.error("~/img.tar", ""),
        "img.tar has no manifest.json: expected docker save of Docker 1.10 or later, found only repositories"
    );
}

#[test]
fn members_that_are_not_there_and_layers_that_are_too_few_are_named() {
    let error = |manifest: Value| with_manifest(classic(), &manifest).error("~/img.tar", "");
    assert_eq!(
        error(json!([{"Config": "no.json", "Layers": []}])),
        "docker-archive:img.tar has no member \"no.json\""
    );
    assert!(error(json!([{"Config": "../c1.json", "Layers": []}])).contains("climbs out"));
    let few = error(json!([{"Config": "c2.json", "Layers": ["a/layer.tar"]}]));
    assert!(few.ends_with("expected 2 layers as its config has diff_ids, found 1"), "{few}");
    let place = with_manifest(classic(), &json!([{"Config": "c1.json", "Layers": ["gone/layer.tar"]}]));
    let source = place.open("~/img.tar").unwrap();
    let image = source.image(None).unwrap();
    let error = source.open(&image.layers[0]).err().unwrap().to_string();
    assert!(error.ends_with("has no member \"gone/layer.tar\""), "{error}");
}

/// What Docker's containerd store saves: a layout, and a manifest.json for the saving host's platform.
fn containerd(layout: &Layout, config: &[u8], layer: &str) -> Place {
    let path = |bytes: &[u8]| format!("blobs/sha256/{}", Sha256::of(bytes).hex());
    let manifest =
        json!([{"Config": path(config), "RepoTags": ["app:1"], "Layers": [path(layer.as_bytes())]}]);
    with_manifest(layout.tar(), &manifest)
}

fn config_of(layout: &Layout, image: &Value) -> Vec<u8> {
    let blob = |descriptor: &Value| layout.blobs[&descriptor["digest"].as_str().unwrap()[7..]].clone();
    let manifest: Value = serde_json::from_slice(&blob(image)).unwrap();
    blob(&manifest["config"])
}

#[test]
fn the_containerd_layout_gives_manifest_and_blob_digests() {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["layer"]);
    let gone = layout.image("linux/s390x", &["gone"]);
    let index = layout.index(&[on(image.clone(), "linux/amd64"), on(gone.clone(), "linux/s390x")]);
    layout.entries.push(index.clone());
    layout.remove(&gone);
    let place = containerd(&layout, &config_of(&layout, &image), "layer");
    let source = place.open("~/img.tar").unwrap();
    assert_eq!(source.reference().rsplit('/').next(), Some("img.tar"));
    let found = source.image(None).unwrap();
    assert_eq!(found.manifest.unwrap().to_string(), image["digest"]);
    assert_eq!(found.index.unwrap().to_string(), index["digest"]);
    assert_eq!(found.layers[0].digest, Some(Sha256::of(b"layer").into()));
    assert_eq!(found.name.as_deref(), Some("app:1"));
    assert_eq!(layer_text(&*source, &found, 0), "layer");
}

#[test]
fn the_saving_hosts_platform_is_not_taken_for_granted() {
    let mut layout = Layout::default();
    let (amd64, arm64) = (layout.image("linux/amd64", &["a"]), layout.image("linux/arm64", &["b"]));
    let index = layout.index(&[amd64.clone(), arm64]);
    layout.entries.push(index);
    let place = containerd(&layout, &config_of(&layout, &amd64), "a");
    assert_eq!(
        place.error("~/img.tar", ""),
        "docker-archive:img.tar holds several platforms: expected one to be chosen, found linux/amd64, linux/arm64"
    );
    let arm64 = place.image("~/img.tar", "linux/arm64").unwrap();
    assert_eq!(arm64.layers[0].digest, Some(Sha256::of(b"b").into()));
}

#[test]
fn an_index_that_leads_to_another_image_is_refused_and_a_broken_one_is_left_alone() {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["layer"]);
    let other = layout.image("linux/amd64", &["other"]);
    layout.entries.push(other);
    let place = containerd(&layout, &config_of(&layout, &image), "layer");
    assert!(place.error("~/img.tar", "").starts_with("docker-archive:img.tar holds two images in one"));
    layout.entries = vec![json!({"digest": "broken"})];
    let place = containerd(&layout, &config_of(&layout, &image), "layer");
    assert_eq!(place.image("~/img.tar", "").unwrap().manifest, None);
}

#[test]
fn a_config_that_is_named_by_its_digest_is_held_to_it() {
    let path = format!("blobs/sha256/{}", Sha256::of(b"something else").hex());
    let tar = Tar::default().file(&path, &config(&[]));
    let place = with_manifest(tar, &json!([{"Config": path, "Layers": []}]));
    let error = place.error("~/img.tar", "");
    assert!(error.ends_with(&format!(
        "expected {}, found {}",
        Sha256::of(b"something else"),
        Sha256::of(&config(&[]))
    )));
}
