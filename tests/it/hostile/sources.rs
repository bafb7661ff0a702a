//! Images that are not there, not whole, or not images.

use super::*;

#[test]
fn an_image_that_is_not_there_is_told() {
    let place = Place::new();
    for name in ["no.tar", "oci:no", "oci-archive:no.tar", "docker-archive:no.tar"] {
        let (error, hint) = place.run(&["freeze", name]).refusal();
        says(&error, &["no such file or folder"]);
        says(&hint, &["check the path"]);
    }
    assert_eq!(place.names(), [""; 0]);
    place.write("img.tar", plain().oci().archive());
    let (error, hint) = place.run(&["freeze", "oci-archive:img.tar:app:2"]).refusal();
    says(&error, &["no image \"app:2\"", "app:1"]);
    says(&hint, &["put one of these"]);
}

#[test]
fn a_platform_that_is_not_there_or_not_chosen_is_told() {
    let arm = Image::new("linux/arm64").layer(Layer::new("COPY b /", [file("b", "")]));
    let files = index("app:1", &[plain(), arm], true);
    says(&refused(&files, &[]).0, &["several platforms", "linux/amd64, linux/arm64"]);
    let (error, hint) = refused(&files, &["--platform", "linux/s390x"]);
    says(&error, &["no image for linux/s390x", "linux/amd64, linux/arm64"]);
    says(&hint, &["--platform"]);
    says(&refused(&files, &["--platform", "amd64"]).0, &["platform \"amd64\""]);
}

#[test]
fn a_blob_that_is_missing_cut_or_changed_is_told() {
    for part in ["manifest", "config", "layer"] {
        let files = plain().oci();
        let blob = blob_of(&files, part);
        says(&refused(&files.clone().without(&blob), &[]).0, &[part, "the blob is not there"]);
        let cut = files.clone().damaged(&blob, |bytes| bytes.truncate(bytes.len() - 1));
        says(&refused(&cut, &[]).0, &[part, "bytes, found"]);
        let changed = files.damaged(&blob, |bytes| *bytes.last_mut().unwrap() ^= 1);
        says(&refused(&changed, &[]).0, &[part, "sha256:"]);
    }
}

#[test]
fn a_manifest_that_is_absent_null_or_of_another_kind_is_told() {
    let saved = plain().docker();
    says(&refused(&saved.clone().without("manifest.json"), &[]).0, &["is not an image"]);
    for document in [json!(null), json!([null]), json!([]), json!([{"Config": null}]), json!({}), json!("x")]
    {
        let (error, _) = refused(&saved.clone().edited("manifest.json", |found| *found = document), &[]);
        says(&error, &["manifest.json"]);
    }
    let layout = plain().oci();
    for document in [json!(null), json!([]), json!({"schemaVersion": 2, "manifests": [null]})] {
        says(
            &refused(&layout.clone().edited("index.json", |found| *found = document), &[]).0,
            &["index.json"],
        );
    }
    let odd = plain().layer(Layer::new("COPY b /", [file("b", "")]).media_type("application/x-odd"));
    says(&refused(&odd.oci(), &[]).0, &["application/x-odd"]);
    let typed =
        remade(&plain(), |_, manifest| *manifest = json!({"schemaVersion": 2, "mediaType": "text/odd"}));
    says(&refused(&typed, &[]).0, &["text/odd"]);
}

#[test]
fn deep_nesting_is_refused_before_it_is_followed() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    let mut files = plain().oci();
    files.0.insert("index.json".into(), deep.clone().into_bytes());
    says(&refused(&files, &[]).0, &["index.json", "as JSON"]);
    let mut files = plain().docker();
    files.0.insert("manifest.json".into(), deep.into_bytes());
    says(&refused(&files, &[]).0, &["manifest.json", "as JSON"]);

    let mut files = Files::default();
    let mut entry = plain().add_to(&mut files);
    for _ in 0..20 {
        let index = json!({"schemaVersion": 2, "manifests": [entry]});
        entry = files.json_blob("application/vnd.oci.image.index.v1+json", &index);
    }
    files.json("oci-layout", &json!({"imageLayoutVersion": "1.0.0"}));
    files.json("index.json", &json!({"schemaVersion": 2, "manifests": [entry]}));
    says(&refused(&files, &[]).0, &["indexes at most"]);
}

#[test]
fn a_wrong_dockerfile_or_base_is_told_before_anything_is_read() {
    let place = Place::new();
    place.write("img.tar", plain().oci().archive());
    place.write("other.tar", image(Layer::new("COPY b /", [file("b", "")])).oci().archive());
    place.write("Dockerfile", "RUN true\n");
    let with = |more: &[&str]| place.run(&[&["freeze", "img.tar"], more].concat()).refusal().0;
    says(&with(&["-f", "no"]), &["read no"]);
    says(&with(&["-f", "Dockerfile"]), &["Dockerfile has no FROM"]);
    says(&with(&["--base", "other.tar"]), &["not built on other.tar"]);
    place.write("Dockerfile", "FROM a\n");
    says(&with(&["-f", "Dockerfile", "--target", "b"]), &["no stage \"b\""]);
    assert_eq!(place.names(), ["Dockerfile", "img.tar", "other.tar"]);
}
