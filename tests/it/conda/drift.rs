//! A drift by another version or build of a conda package is held to what its record says of each file.

use serde_json::{Value, json};

use reprolock::internal::base::digest::Sha256;

use crate::support::layer::{Entry, file};
use crate::support::{Image, Layer, Place};

const PREFIX: &str = "opt/conda";

/// An image with numlib of that version and build; `files` are below the prefix, each with what the record says that it holds
/// and what it does.
fn image(version: &str, build: &str, files: &[(&str, &str, &str)]) -> Image {
    let row = |(path, listed, _): &(&str, &str, &str)| {
        json!({"_path": path, "path_type": "hardlink", "sha256": "0".repeat(64),
        "sha256_in_prefix": Sha256::of(listed.as_bytes()).hex()})
    };
    let rows: Vec<Value> = files.iter().map(row).collect();
    let record = json!({"name": "numlib", "version": version, "build": build, "build_number": 0, "subdir": "linux-64",
        "channel": "lab", "url": format!("https://example.org/lab/linux-64/numlib-{version}-{build}.conda"),
        "paths_data": {"paths": rows, "paths_version": 1}});
    let record = (format!("{PREFIX}/conda-meta/numlib-{version}-{build}.json"), record.to_string());
    let held = files.iter().map(|(path, _, content)| file(&format!("{PREFIX}/{path}"), content));
    let entries: Vec<Entry> = held.chain([file(&record.0, &record.1)]).collect();
    Image::new("linux/amd64").layer(Layer::new("RUN conda install numlib", entries))
}

/// What `diff` says of packages, and of each file that drifted, with the cause and how sure it is.
fn diff(old: &Image, new: &Image) -> (Value, Vec<String>) {
    let place = Place::new();
    place.write("old.tar", old.oci().archive());
    place.write("new.tar", new.oci().archive());
    let run = place.run(&["diff", "oci-archive:old.tar", "oci-archive:new.tar", "--format", "json"]);
    let document = run.json();
    let files = document["layers"][0]["drifts"].as_array().cloned().unwrap_or_default();
    let cause = |file: &Value| {
        let text = |key: &str| file[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {}", text("path"), text("cause"), text("confidence"), text("evidence"))
    };
    (document["packages"].clone(), files.iter().map(cause).collect())
}

/// A rebuild with another file content, a new file, and one that is not what the record says.
const REBUILT: [(&str, &str, &str); 3] =
    [("share/a.txt", "b", "b"), ("share/new.txt", "new", "new"), ("share/other.txt", "x", "something else")];

#[test]
fn files_of_another_version_or_build_are_held_to_their_records() {
    let old = image("1.0", "h1_0", &[("share/a.txt", "a", "a"), ("share/gone.txt", "gone", "gone")]);
    for (version, build, field, words) in [
        ("2.0", "h1_0", "version", "conda numlib 1.0 → 2.0"),
        ("1.0", "h2_0", "build", "conda numlib 1.0, another build"),
    ] {
        let (packages, files) = diff(&old, &image(version, build, &REBUILT));
        assert_eq!(packages["changed"][0]["fields"], json!([field, "origin"]));
        let of_package = |path: &str, how: &str| format!("{PREFIX}/{path} package-version {how} {words}");
        let expected = [
            of_package("conda-meta/numlib-1.0-h1_0.json", "likely"),
            of_package(&format!("conda-meta/numlib-{version}-{build}.json"), "likely"),
            of_package("share/a.txt", "likely"),
            of_package("share/gone.txt", "certain"),
            of_package("share/new.txt", "certain"),
            format!("{PREFIX}/share/other.txt - - -"),
        ];
        assert_eq!(files, expected);
    }
}

#[test]
fn one_channel_written_in_two_ways_is_no_change() {
    let edited = |channel: &str| {
        let record = json!({"name": "a", "version": "1", "build": "0", "build_number": 0, "channel": channel,
            "url": "https://example.org/lab/linux-64/a-1-0.conda"});
        let entry = file(&format!("{PREFIX}/conda-meta/a-1-0.json"), record.to_string());
        Image::new("linux/amd64").layer(Layer::new("RUN conda install a", [entry]))
    };
    let changed = |old: &str, new: &str| diff(&edited(old), &edited(new)).0["changed"].clone();
    assert_eq!(changed("lab", "https://example.org/lab/linux-64"), json!([]));
}
