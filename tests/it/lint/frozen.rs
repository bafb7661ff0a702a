//! From an image to its lock, and from the lock into the files that it was built from.

use super::{DIGEST, place};
use crate::support::{Image, Layer, Place, file, index};

const DOCKERFILE: &str = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n";

fn base(platform: &str) -> Image {
    Image::new(platform).layer(Layer::new("ADD rootfs.tar /", [file("etc/os-release", platform)]))
}

/// An image built on one of two platforms of its base, both beside it, and its files.
fn built() -> Place {
    let place = place(&[("Dockerfile", DOCKERFILE), ("requirements.txt", "numpy>=1\n")]);
    let (amd64, arm64) = (base("linux/amd64"), base("linux/arm64"));
    place.write("base.tar", index("python:3.12", &[amd64.clone(), arm64], false).archive());
    let site = "usr/lib/python3.12/site-packages/numpy-1.26.4.dist-info";
    let installed = [
        file(&format!("{site}/METADATA"), "Metadata-Version: 2.1\nName: numpy\nVersion: 1.26.4\n\n"),
        file(&format!("{site}/RECORD"), ""),
    ];
    let image = amd64
        .layer(Layer::new("COPY requirements.txt . # buildkit", [file("requirements.txt", "numpy>=1\n")]))
        .layer(Layer::new("RUN /bin/sh -c pip install -r requirements.txt # buildkit", installed));
    place.write("image.tar", image.oci().archive());
    let frozen = place.run(&["freeze", "image.tar", "-f", "Dockerfile", "--base", "base.tar"]);
    assert_eq!((frozen.code, frozen.stderr.as_str()), (0, ""), "{}", frozen.stdout);
    place
}

fn text(place: &Place, name: &str) -> String {
    String::from_utf8(place.read(name)).unwrap()
}

/// The values of `key` in the lock's `[base]`.
fn locked(place: &Place, key: &str) -> String {
    let lock = text(place, "reprolock.lock");
    let base = lock.split("[base]\n").nth(1).unwrap();
    let line = base.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

#[test]
fn a_frozen_image_pins_the_files_it_was_built_from_and_they_agree_with_the_lock() {
    let place = built();
    let rules = "image-unpinned-digest,requirements-unlocked,lock-drift,digest-not-index";
    let fixed = place.run(&["lint", "--fix", "--select", rules]);
    assert_eq!((fixed.code, fixed.stderr.as_str()), (0, ""), "{}", fixed.stdout);
    let index = locked(&place, "digest");
    assert_eq!(text(&place, "Dockerfile"), DOCKERFILE.replace("3.12", &format!("3.12@{index}")));
    assert_eq!(text(&place, "requirements.txt"), "numpy==1.26.4\n");
    assert_eq!(place.run(&["lint", "--select", rules]).code, 0);
}

#[test]
fn the_lock_tells_a_manifests_digest_from_its_indexs_and_from_anothers() {
    let place = built();
    let (index, manifest) = (locked(&place, "digest"), locked(&place, "manifest"));
    assert_ne!(index, manifest);
    let found = |digest: &str| {
        place.write("Dockerfile", format!("FROM python:3.12@{digest}\n"));
        let run = place.run(&["lint", "--format", "json", "--select", "lock-drift,digest-not-index"]);
        let findings = run.json()["findings"].take();
        let rule = |finding: &serde_json::Value| finding["rule"].as_str().unwrap().to_owned();
        findings.as_array().unwrap().iter().map(rule).collect::<Vec<_>>()
    };
    assert_eq!(found(&index), [""; 0]);
    assert_eq!(found(&manifest), ["digest-not-index"]);
    assert_eq!(found(DIGEST), ["lock-drift"]);
}
