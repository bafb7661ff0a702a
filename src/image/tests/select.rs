//! Choosing by tag and platform.

use serde_json::{Value, json};

use crate::base::limits;
use crate::image::tests::{Layout, OCI_CONFIG, Place, on, tagged};

/// Two platforms below one tag, and BuildKit's attestation for one of them.
fn two_platforms() -> (Layout, Value) {
    let mut layout = Layout::default();
    let amd64 = layout.image("linux/amd64", &["a"]);
    let arm64 = layout.image("linux/arm64/v8", &["b"]);
    let mut attestation = on(layout.image("linux/amd64", &["statement"]), "unknown/unknown");
    attestation["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let index = layout.index(&[on(amd64, "linux/amd64"), on(arm64, "linux/arm64/v8"), attestation]);
    layout.entries.push(tagged(index.clone(), "latest"));
    (layout, index)
}

#[test]
fn several_platforms_and_none_asked_for_is_an_error_that_lists_them() {
    let place = Place::with(&two_platforms().0);
    assert_eq!(
        place.error("oci:~/img", ""),
        "oci:img holds several platforms: expected one to be chosen, found linux/amd64, linux/arm64/v8"
    );
    assert_eq!(
        place.error("oci:~/img", "linux/s390x"),
        "oci:img has no image for linux/s390x; found linux/amd64, linux/arm64/v8"
    );
}

#[test]
fn a_platform_asked_for_is_found_and_the_index_remembered() {
    let (layout, index) = two_platforms();
    let image = Place::with(&layout).image("oci:~/img:latest", "linux/aarch64").unwrap();
    assert_eq!(image.platform.to_string(), "linux/arm64/v8");
    assert_eq!(image.index.unwrap().to_string(), index["digest"]);
    assert_eq!(image.name.as_deref(), Some("latest"));
}

#[test]
fn an_attestation_beside_one_platform_leaves_one_platform() {
    let mut layout = Layout::default();
    let amd64 = layout.image("linux/amd64", &["a"]);
    let attestation = on(layout.image("linux/amd64", &["statement"]), "unknown/unknown");
    let index = layout.index(&[on(amd64, "linux/amd64"), attestation.clone()]);
    layout.entries.push(index);
    assert_eq!(Place::with(&layout).image("oci:~/img", "").unwrap().platform.to_string(), "linux/amd64");
    let only = layout.index(&[attestation]);
    layout.entries = vec![only];
    assert_eq!(
        Place::with(&layout).error("oci:~/img", ""),
        "index.json of oci:img lists no image; found an attestation"
    );
}

#[test]
fn a_platform_that_no_descriptor_names_is_learnt_from_the_config() {
    let mut layout = Layout::default();
    let images = [layout.image("linux/amd64", &["a"]), layout.image("linux/arm/v7", &["b"])];
    layout.entries.extend(images);
    let place = Place::with(&layout);
    assert!(place.error("oci:~/img", "").ends_with("found linux/amd64, linux/arm/v7"));
    assert_eq!(place.image("oci:~/img", "linux/armhf").unwrap().platform.to_string(), "linux/arm/v7");
}

#[test]
fn the_only_image_must_still_be_for_the_platform_asked_for() {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["a"]);
    layout.entries.push(image);
    let place = Place::with(&layout);
    assert!(place.image("oci:~/img", "linux/amd64").is_ok());
    assert_eq!(
        place.error("oci:~/img", "linux/arm64"),
        "oci:img has no image for linux/arm64; found linux/amd64"
    );
}

#[test]
fn a_manifest_that_is_listed_and_not_there_is_no_candidate() {
    let (mut layout, _) = two_platforms();
    let arm64 = layout.image("linux/arm64/v8", &["b"]);
    layout.remove(&arm64);
    let place = Place::with(&layout);
    assert_eq!(place.image("oci:~/img", "").unwrap().platform.to_string(), "linux/amd64");
    let error = place.error("oci:~/img", "linux/arm64");
    assert!(error.ends_with("for linux/arm64 of oci:img: the blob is not there"), "{error}");
}

#[test]
fn several_tags_and_none_asked_for_is_an_error_that_lists_them() {
    let mut layout = Layout::default();
    let (one, two) = (layout.image("linux/amd64", &["1"]), layout.image("linux/amd64", &["2"]));
    layout.entries = vec![tagged(two, "v2"), tagged(one.clone(), "v1"), one.clone()];
    let place = Place::with(&layout);
    assert_eq!(
        place.error("oci:~/img", ""),
        "oci:img holds several images: expected one to be named, found @2, v1, v2"
    );
    assert_eq!(place.error("oci:~/img:v3", ""), "oci:img:v3 has no image \"v3\"; found @2, v1, v2");
    assert_eq!(place.image("oci:~/img:v1", "").unwrap().manifest.unwrap().to_string(), one["digest"]);
    assert_eq!(place.image("oci:~/img:@0", "").unwrap().name.as_deref(), Some("v2"));
}

#[test]
fn several_tags_of_one_digest_are_one_image() {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["1"]);
    layout.entries = vec![tagged(image.clone(), "a"), tagged(image, "b")];
    assert!(Place::with(&layout).image("oci:~/img", "").is_ok());
}

#[test]
fn one_tag_for_two_manifests_of_one_platform_is_ambiguous() {
    let mut layout = Layout::default();
    let images = [layout.image("linux/amd64", &["1"]), layout.image("linux/amd64", &["2"])];
    layout.entries = images.map(|image| tagged(image, "a")).into();
    let error = Place::with(&layout).error("oci:~/img:a", "");
    assert!(error.starts_with("oci:img:a: expected one manifest for linux/amd64, found sha256:"), "{error}");
}

#[test]
fn a_containerd_name_is_found_short_and_full() {
    let mut layout = Layout::default();
    for (text, name) in [("1", "docker.io/library/app:1"), ("2", "docker.io/me/app:latest")] {
        let mut image = tagged(layout.image("linux/amd64", &[text]), "x");
        image["annotations"]["io.containerd.image.name"] = json!(name);
        layout.entries.push(image);
    }
    let place = Place::with(&layout);
    for (asked, name) in [("app:1", "docker.io/library/app:1"), ("me/app", "docker.io/me/app:latest")] {
        assert_eq!(place.image(&format!("oci:~/img:{asked}"), "").unwrap().name.as_deref(), Some(name));
    }
}

#[test]
fn signatures_and_charts_beside_an_image_are_passed_over_and_named_when_asked_for() {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["a"]);
    let config = layout.json(OCI_CONFIG, &json!({}));
    let signature = layout.blob("application/vnd.dev.cosign.simplesigning.v1+json", b"{}");
    let signature = layout.manifest(&config, &[signature]);
    let chart = layout.blob("application/vnd.cncf.helm.config.v1+json", b"{}");
    let chart = layout.manifest(&chart, &[]);
    layout.entries = vec![image, tagged(signature, "sha256-x.sig"), tagged(chart, "chart")];
    let place = Place::with(&layout);
    assert!(place.image("oci:~/img", "").is_ok());
    for platform in ["", "linux/amd64"] {
        let error = place.error("oci:~/img:chart", platform);
        assert!(error.contains("is not a container image"), "{error}");
        assert!(error.ends_with("found application/vnd.cncf.helm.config.v1+json"), "{error}");
    }
}

#[test]
fn indexes_nest_but_not_without_end() {
    let mut layout = Layout::default();
    let mut index = layout.image("linux/amd64", &["a"]);
    for _ in 0..limits::INDEX_DEPTH {
        index = layout.index(&[index]);
    }
    layout.entries = vec![index.clone()];
    assert_eq!(
        Place::with(&layout).image("oci:~/img", "").unwrap().index.unwrap().to_string(),
        index["digest"]
    );
    index = layout.index(&[index]);
    layout.entries = vec![index];
    assert_eq!(
        Place::with(&layout).error("oci:~/img", ""),
        format!("oci:img: expected indexes at most {} deep, found more", limits::INDEX_DEPTH)
    );
}

#[test]
fn indexes_that_name_each_other_many_times_are_followed_once() {
    let mut layout = Layout::default();
    let mut index = layout.image("linux/amd64", &["a"]);
    for _ in 0..limits::INDEX_DEPTH {
        index = layout.index(&vec![index; 200]);
    }
    layout.entries = vec![tagged(index.clone(), "a"), index];
    assert!(Place::with(&layout).image("oci:~/img", "").is_ok());
}
