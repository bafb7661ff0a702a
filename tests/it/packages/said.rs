//! What users are told of packages, and with which exit code.

use serde_json::{Value, json};

use crate::support::{Entry, Files, Image, Layer, Place, Run, file, whiteout};

const SITE: &str = "usr/lib/python3.11/site-packages";
const RPM: &str = "var/lib/rpm/rpmdb.sqlite";

fn package(name: &str, version: &str) -> Entry {
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
    file(&format!("{SITE}/{name}-{version}.dist-info/METADATA"), metadata)
}

fn commit(commit: &str) -> Entry {
    let vcs = json!({"url": "https://example.org/six.git", "vcs_info": {"vcs": "git", "commit_id": commit}});
    file(&format!("{SITE}/six-1.dist-info/direct_url.json"), vcs.to_string())
}

/// An image of a base with numpy, and a layer of these entries.
fn image(own: Vec<Entry>) -> Image {
    let base = Layer::new("ADD base /", [package("numpy", "2")]);
    Image::new("linux/amd64").layer(base).layer(Layer::new("RUN install", own))
}

/// Both images on disk, the old one frozen.
fn place(old: Vec<Entry>, new: Vec<Entry>) -> Place {
    let place = Place::new();
    image(old).oci().write(&place.path("old"));
    image(new).oci().write(&place.path("new"));
    assert_eq!(place.run(&["freeze", "oci:old"]).code, 0);
    place
}

/// `verify`, `verify --against` and `diff`, each with these arguments.
fn asked(place: &Place, more: &[&str]) -> [Run; 3] {
    let ways = [
        &["verify", "oci:new"][..],
        &["verify", "oci:new", "--against", "oci:old"],
        &["diff", "oci:old", "oci:new"],
    ];
    ways.map(|way| place.run(&[way, more].concat()))
}

fn packages(run: &Run) -> Value {
    run.json()["packages"].clone()
}

#[test]
fn another_commit_of_the_same_version_is_another_package_and_the_field_is_named() {
    let place = place(vec![package("six", "1"), commit("a1")], vec![package("six", "1"), commit("b2")]);
    for run in asked(&place, &["--require", "packages", "--format", "json"]) {
        let changed = json!([{"ecosystem": "python", "name": "six", "expected": "1", "found": "1", "fields": ["origin"]}]);
        assert_eq!((run.code, &packages(&run)["changed"]), (1, &changed), "{run}");
    }
    for (format, line) in
        [("text", "python  six  1: origin"), ("markdown", "`1` (origin)"), ("html", "1 (origin)")]
    {
        for run in asked(&place, &["--format", format]) {
            assert!(run.stdout.contains(line), "{run}");
        }
    }
    for run in asked(&place, &["--format", "github"]) {
        assert!(run.stdout.contains("six 1 differs in origin"), "{run}");
    }
}

#[test]
fn a_database_that_is_not_read_leaves_packages_undecided_and_nothing_else() {
    let place = place(vec![file(RPM, "1")], vec![file(RPM, "2")]);
    for run in asked(&place, &["--require", "packages"]) {
        assert_eq!(run.code, 2, "{run}");
        assert!(run.stdout.contains(&format!("{RPM}: it changed, and its packages are not read")), "{run}");
        assert!(run.stdout.contains("whether this meets --require packages could not be checked"), "{run}");
    }
    for run in asked(&place, &["--format", "json"]) {
        let reason = "it changed, and its packages are not read";
        let unchecked = json!([{"ecosystem": "rpm", "path": RPM, "reason": reason}]);
        assert_eq!((run.code, &packages(&run)["unchecked"]), (1, &unchecked), "{run}");
    }
}

#[test]
fn what_is_gone_decides_though_another_database_could_not_be_compared() {
    let gone = whiteout(&format!("{SITE}/numpy-2.dist-info"));
    let place = place(vec![file(RPM, "1")], vec![file(RPM, "2"), gone]);
    for run in asked(&place, &["--require", "packages", "--format", "json"]) {
        assert_eq!((run.code, &packages(&run)["removed"][0]["name"]), (1, &json!("numpy")), "{run}");
    }
}

#[test]
fn the_same_database_in_a_changed_layer_is_no_word_worth() {
    let place = place(vec![file(RPM, "1"), file("a.txt", "1")], vec![file(RPM, "1"), file("a.txt", "2")]);
    for run in asked(&place, &["--require", "packages", "--format", "json"]) {
        assert_eq!(
            (run.code, packages(&run)),
            (0, json!({"added": [], "changed": [], "removed": []})),
            "{run}"
        );
    }
}

#[test]
fn where_a_layer_that_packages_need_is_not_there_the_rest_is_told() {
    let place = Place::new();
    let without_base = |image: &Image| {
        let blob = image.layers()[0].blob();
        let digest = reprolock::internal::base::digest::Sha256::of(&blob);
        image.oci().without(&Files::path_of(&digest.to_string()))
    };
    without_base(&image(vec![package("six", "1")])).write(&place.path("old"));
    without_base(&image(vec![package("six", "2")])).write(&place.path("new"));
    without_base(&image(vec![package("six", "1"), file("a.py", "")])).write(&place.path("same"));
    let run = place.run(&["diff", "oci:old", "oci:new", "--format", "json"]);
    assert_eq!(run.code, 1, "{run}");
    let unchecked = packages(&run)["unchecked"].clone();
    assert_eq!(unchecked[0]["path"], SITE, "{unchecked}");
    assert!(unchecked[0]["reason"].as_str().unwrap().contains("could not be read"), "{unchecked}");
    assert_eq!(run.json()["layers"][1]["drifts"].as_array().unwrap().len(), 2, "{run}");
    assert_eq!(place.run(&["diff", "oci:old", "oci:new", "--require", "packages"]).code, 2);
    assert_eq!(place.run(&["diff", "oci:old", "oci:same", "--require", "packages"]).code, 0);
}
