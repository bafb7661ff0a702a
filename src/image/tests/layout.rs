//! Layouts: what is held to its descriptor, and that a folder and a tar are one image.

use std::fs;

use serde_json::{Value, json};

use crate::base::advice::Advice as _;
use crate::base::digest::Sha256;
use crate::image::error::{DocumentFault, ImageFault};
use crate::image::model::Image;
use crate::image::tests::{Layout, OCI_CONFIG, OCI_LAYER, Place, layer_text, tagged};

fn one_image() -> (Layout, Value) {
    let mut layout = Layout::default();
    let image = layout.image("linux/amd64", &["first", "second"]);
    layout.entries.push(tagged(image.clone(), "v1"));
    (layout, image)
}

#[test]
fn a_folder_and_a_tar_of_it_are_one_image() {
    let (layout, manifest) = one_image();
    let place = Place::with(&layout);
    fs::write(place.path("img.tar"), layout.tar().end()).unwrap();
    let (folder, tar) = (place.open("oci:~/img").unwrap(), place.open("oci-archive:~/img.tar").unwrap());
    let text = |image: &Image| format!("{image:?}");
    let image = folder.image(None).unwrap();
    assert_eq!(text(&image), text(&tar.image(None).unwrap()));
    assert_eq!(image.manifest.unwrap().to_string(), manifest["digest"]);
    assert_eq!(image.annotations.get("made").map(String::as_str), Some("here"));
    assert_eq!(image.layers[1].size, Some(6));
    for source in [folder, tar] {
        assert_eq!(layer_text(&*source, &image, 0), "first");
        assert_eq!(layer_text(&*source, &image, 1), "second");
    }
}

#[test]
fn a_folder_without_index_and_an_index_that_is_no_json_are_named() {
    let (layout, _) = one_image();
    let place = Place::with(&layout);
    fs::write(place.path("img/index.json"), "foobar").unwrap();
    assert!(place.error("oci:~/img", "").starts_with("read index.json of oci:img as JSON: expected"));
    fs::write(place.path("img/index.json"), "[".repeat(10_000)).unwrap();
    assert!(place.error("oci:~/img", "").starts_with("read index.json of oci:img as JSON: "));
    fs::remove_file(place.path("img/index.json")).unwrap();
    assert_eq!(place.error("oci:~/img", ""), "oci:img has no index.json");
    assert_eq!(place.error("oci:~/nothing", ""), "oci:nothing: no such file or folder");
}

#[test]
fn a_document_of_the_wrong_size_or_digest_is_refused_with_both() {
    let (layout, manifest) = one_image();
    let digest = manifest["digest"].as_str().unwrap();
    let place = Place::with(&layout);
    let path = place.path(&format!("img/blobs/sha256/{}", &digest[7..]));
    let mut bytes = fs::read(&path).unwrap();
    bytes[0] = b' ';
    fs::write(&path, &bytes).unwrap();
    assert_eq!(
        place.error("oci:~/img", ""),
        format!("manifest {digest} of oci:img: expected {digest}, found {}", Sha256::of(&bytes))
    );
    fs::write(&path, "../../manifest.json").unwrap();
    let error = place.image("oci:~/img", "").unwrap_err();
    assert!(
        matches!(
            &*error.kind,
            ImageFault::Document(DocumentFault::BlobSize { found: 19, link_text: true, .. })
        ),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("symbolic link"));
}

#[cfg(unix)]
#[test]
fn blobs_may_be_links_and_a_pipe_does_not_hang() {
    let (layout, manifest) = one_image();
    let place = Place::with(&layout);
    let digest = manifest["digest"].as_str().unwrap();
    let path = place.path(&format!("img/blobs/sha256/{}", &digest[7..]));
    fs::rename(&path, place.path("img/manifest.json")).unwrap();
    std::os::unix::fs::symlink("../../manifest.json", &path).unwrap();
    assert!(place.image("oci:~/img", "").is_ok());
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert!(place.error("oci:~/img", "").ends_with("expected a file, found something else"));
}

#[test]
fn a_missing_layer_is_an_error_when_it_is_opened() {
    let mut layout = Layout::default();
    let foreign = layout.blob("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", b"base");
    let layer = layout.blob(OCI_LAYER, b"own");
    let diff_ids = [Sha256::of(b"x"), Sha256::of(b"y")];
    let config = layout.json(OCI_CONFIG, &json!({"rootfs": {"diff_ids": diff_ids}}));
    let manifest = layout.manifest(&config, &[foreign.clone(), layer.clone()]);
    layout.entries.push(manifest);
    layout.remove(&foreign);
    layout.remove(&layer);
    let source = Place::with(&layout);
    let source = source.open("oci:~/img").unwrap();
    let image = source.image(None).unwrap();
    let hint = |index: usize| source.open(&image.layers[index]).err().unwrap().hint().unwrap();
    assert!(hint(0).contains("may not be distributed"));
    assert!(hint(1).contains("incomplete"));
}

#[test]
fn layers_must_be_as_many_as_diff_ids_and_of_a_known_kind() {
    let error = |media_type: &str, diff_ids: &[Sha256]| {
        let mut layout = Layout::default();
        let tar = layout.blob(OCI_LAYER, b"tar");
        let layer = layout.blob(media_type, b"layer");
        let config = layout.json(OCI_CONFIG, &json!({"rootfs": {"diff_ids": diff_ids}}));
        let manifest = layout.manifest(&config, &[tar, layer]);
        layout.entries.push(manifest);
        Place::with(&layout).error("oci:~/img", "")
    };
    let two = [Sha256::of(b"1"), Sha256::of(b"2")];
    assert!(error(OCI_LAYER, &two[..1]).ends_with("expected 1 layers as its config has diff_ids, found 2"));
    let encrypted = error("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", &two);
    assert!(encrypted.contains("of oci:img is encrypted"), "{encrypted}");
    let unknown = error("application/vnd.example.squashfs", &two);
    assert!(unknown.ends_with("found application/vnd.example.squashfs"), "{unknown}");
}

#[test]
fn a_digest_that_is_a_path_is_never_opened() {
    let mut layout = Layout::default();
    layout
        .entries
        .push(json!({"mediaType": super::OCI_MANIFEST, "digest": "sha256:../../index.json", "size": 1}));
    let error = Place::with(&layout).error("oci:~/img", "");
    assert!(error.contains("is not a digest"), "{error}");
}
