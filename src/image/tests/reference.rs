//! What users write, and what is there.

use std::fs;

use crate::base::advice::Advice as _;
use crate::image::error::{ImageError, ImageFault, ReferenceFault};
use crate::image::options::{Access, OpenOptions};
use crate::image::reference::{Reference, open};
use crate::image::tests::{Layout, Place, Tar, tagged};

fn refusal(text: &str) -> ImageError {
    text.parse::<Reference>().unwrap_err()
}

fn layout() -> Layout {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["a"]);
    layout.entries.push(tagged(image, "v1"));
    layout
}

#[test]
fn other_places_are_refused_with_the_copy_that_helps() {
    for (text, copy) in [("podman:app", "containers-storage:app"), ("dir:somewhere", "dir:somewhere")] {
        let error = refusal(text);
        assert!(matches!(&*error.kind, ImageFault::Reference(ReferenceFault::Unsupported { .. })), "{error}");
        let hint = error.hint().unwrap();
        assert!(hint.ends_with(&format!("skopeo copy {copy} oci-archive:image.tar")), "{hint}");
    }
}

#[test]
fn a_word_that_is_nothing_on_disk_is_in_an_engine_or_a_registry() {
    for text in [
        "docker://app",
        "docker-daemon:app",
        "python:3.11-slim",
        "registry.target.com/a/b:v1",
        "localhost:5000/a",
    ] {
        let reference: Reference = text.parse().unwrap();
        assert_eq!(reference.to_string(), text);
    }
    for text in [
        "docker://",
        "docker-daemon:",
        "docker-daemon:../x",
        "docker://A B",
        "python:3.11:slim",
        "docker://a@sha256:1",
    ] {
        assert!(
            matches!(*refusal(text).kind, ImageFault::Reference(ReferenceFault::Malformed { .. })),
            "{text}"
        );
    }
}

#[test]
fn offline_nothing_is_fetched() {
    let offline = Access { offline: Some("it is to be"), ..Access::default() };
    let options = OpenOptions { access: offline, ..OpenOptions::default() };
    let error = open(&"docker://app".parse().unwrap(), &options).err().unwrap();
    assert!(
        error.to_string().starts_with(
            "docker://app: expected an image on this machine, found one to fetch, and it is to be"
        ),
        "{error}"
    );
}

#[test]
fn what_looks_like_a_path_is_a_path_that_is_not_there() {
    for text in ["./image", "/nowhere/image", "image.tar.gz", "image.oci.tar:v1", "oci:nowhere:v1"] {
        let error =
            text.parse().and_then(|reference| crate::image::reference::open(&reference, &Default::default()));
        let error = error.err().unwrap();
        assert!(matches!(&*error.kind, ImageFault::Reference(ReferenceFault::NotFound)), "{error}");
    }
}

#[test]
fn a_reference_without_a_path_is_refused() {
    for text in ["", "oci:", "oci-archive:", "docker-archive:"] {
        assert!(matches!(*refusal(text).kind, ImageFault::Reference(ReferenceFault::Malformed { .. })));
    }
    assert!(matches!(
        *refusal("oci:nowhere:@x").kind,
        ImageFault::Reference(ReferenceFault::Malformed { .. })
    ));
}

#[test]
fn a_path_may_hold_colons_and_an_existing_one_wins() {
    let place = Place::new();
    layout().write(&place.path("a:b"));
    fs::write(place.path("v1:v1"), layout().tar().end()).unwrap();
    let reference = |text: &str| {
        let reference = place.open(text).unwrap().reference();
        reference.replace(&format!("{}/", place.path("").display().to_string().trim_end_matches('/')), "")
    };
    assert_eq!(reference("oci:~/a:b"), "oci:a:b");
    assert_eq!(reference("oci:~/a:b:v1"), "oci:a:b:v1");
    assert_eq!(reference("~/a:b:v1"), "oci:a:b:v1");
    assert_eq!(reference("~/v1:v1"), "oci-archive:v1:v1");
    assert_eq!(reference("oci-archive:~/v1:v1:v1"), "oci-archive:v1:v1:v1");
    assert!(place.image("oci:~/a:b:v1", "").is_ok());
    assert!(place.image("oci:~/a:b:v2", "").is_err());
}

#[test]
fn a_bare_path_is_looked_into() {
    let place = Place::with(&layout());
    fs::write(place.path("oci.tar"), layout().tar().end()).unwrap();
    let both = layout().tar().file("manifest.json", b"[]").end();
    fs::write(place.path("both.tar"), both).unwrap();
    let reference = |text: &str| place.open(text).unwrap().reference();
    assert!(reference("~/img").starts_with("oci:"));
    assert!(reference("~/oci.tar").starts_with("oci-archive:"));
    assert!(reference("~/both.tar").starts_with("docker-archive:"));
    assert!(reference("oci-archive:~/both.tar").starts_with("oci-archive:"));
}

#[test]
fn what_is_no_image_is_said_to_be_none() {
    let place = Place::with_file(
        &Tar::default().file("bin/sh", b"").file("bin/ls", b"").file("etc/passwd", b"").end(),
    );
    assert_eq!(
        place.error("~/img.tar", ""),
        "img.tar is not an image: expected index.json or manifest.json, found a tar of bin, etc"
    );
    assert_eq!(
        place.error("oci:~/img.tar", ""),
        "oci:img.tar is not an image: expected a folder, found a file, which oci-archive: reads"
    );
    fs::create_dir(place.path("folder")).unwrap();
    assert!(place.error("~/folder", "").ends_with("found a folder without index.json"));
    assert!(place.error("oci-archive:~/folder", "").ends_with("expected a tar archive, found a folder"));
    fs::write(place.path("folder/manifest.json"), "").unwrap();
    assert!(place.error("~/folder", "").contains("skopeo's dir: form"));
}

#[test]
fn the_wrong_archive_form_names_the_right_one() {
    let place = Place::with_file(&layout().tar().end());
    assert!(
        place.error("docker-archive:~/img.tar", "").ends_with("found index.json, which oci-archive: reads")
    );
    let place = Place::with_file(&Tar::default().file("manifest.json", b"[]").end());
    assert!(
        place
            .error("oci-archive:~/img.tar", "")
            .ends_with("found manifest.json, which docker-archive: reads")
    );
}

#[test]
fn a_hostile_reference_prints_harmlessly() {
    let text = refusal("docker://\u{1b}[2Jx").to_string();
    assert!(!text.contains('\u{1b}'), "{text}");
}
