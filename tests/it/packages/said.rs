//! What users are told of packages, and with which exit code.

use serde_json::{Value, json};

use crate::support::{Entry, Files, Image, Layer, Place, Run, dir, file, hardlink, symlink, whiteout};

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
    above(Vec::new(), own)
}

/// As `image`, with more in the base.
fn above(base: Vec<Entry>, own: Vec<Entry>) -> Image {
    let base = Layer::new("ADD base /", [vec![package("numpy", "2")], base].concat());
    Image::new("linux/amd64").layer(base).layer(Layer::new("RUN install", own))
}

/// Both images on disk, the old one frozen.
fn place(old: Vec<Entry>, new: Vec<Entry>) -> Place {
    frozen(&image(old), &image(new))
}

fn frozen(old: &Image, new: &Image) -> Place {
    let place = Place::new();
    old.oci().write(&place.path("old"));
    new.oci().write(&place.path("new"));
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

#[test]
fn a_change_of_what_a_link_in_the_base_leads_a_database_to_is_told() {
    let dist_info = format!("{SITE}/six-1.dist-info");
    let cases = [
        (symlink("var/lib/dpkg", "/srv/x"), "srv/x/status", "srv/x/status"),
        (symlink("var/lib/dpkg", "../../srv/x"), "srv/x/status", "srv/x/status"),
        (symlink("var/lib", "/mnt/l"), "mnt/l/rpm/rpmdb.sqlite", "mnt/l/rpm/rpmdb.sqlite"),
        (symlink("var/lib/rpm", "/srv/db"), "srv/db/rpmdb.sqlite", "srv/db/rpmdb.sqlite"),
        (symlink("lib/apk/db", "/srv/apk"), "srv/apk/installed", "srv/apk/installed"),
        (symlink("var/lib/dpkg/status", "/srv/blob.py"), "srv/blob.py", "srv/blob.py"),
        (symlink(RPM, "../../../srv/blob"), "srv/blob", "srv/blob"),
        (symlink("opt/conda/conda-meta", "/srv/cm"), "srv/cm/six.json", "srv/cm"),
        (symlink("opt/conda/conda-meta/six.json", "/srv/six.json"), "srv/six.json", "opt/conda/conda-meta"),
        (symlink(&dist_info, "/srv/six"), "srv/six/METADATA", SITE),
        (symlink(&format!("{SITE}/six.egg-info"), "/srv/six.txt"), "srv/six.txt", SITE),
        (symlink(&format!("{dist_info}/METADATA"), "/srv/blob"), "srv/blob", SITE),
    ];
    for (link, target, database) in cases {
        let of = |bytes: &str| above(vec![link.clone()], vec![file(target, bytes), file("app/a.txt", bytes)]);
        let place = frozen(&of("1"), &of("2"));
        for run in asked(&place, &["--require", "packages", "--format", "json"]) {
            let unchecked = &packages(&run)["unchecked"];
            assert_eq!((run.code, &unchecked[0]["path"]), (2, &json!(database)), "{target}: {run}");
        }
        let same = |bytes: &str| above(vec![link.clone()], vec![file(target, "1"), file("app/a.txt", bytes)]);
        let place = frozen(&same("1"), &same("2"));
        for run in asked(&place, &["--require", "packages"]) {
            assert_eq!(run.code, 0, "{target}: {run}");
        }
    }
}

#[test]
fn a_change_of_what_a_hardlink_is_a_name_of_is_told() {
    let dist_info = format!("{SITE}/six-1.dist-info");
    for (path, database) in [
        ("var/lib/dpkg/status", "var/lib/dpkg/status"),
        (RPM, RPM),
        ("opt/conda/conda-meta/six.json", "opt/conda/conda-meta"),
        (&*format!("{dist_info}/METADATA"), SITE),
        (&*format!("{SITE}/six.egg-info"), SITE),
    ] {
        let of = |bytes: &str| image(vec![file("srv/blob.py", bytes), hardlink(path, "srv/blob.py")]);
        let place = frozen(&of("1"), &of("2"));
        for run in asked(&place, &["--require", "packages", "--format", "json"]) {
            let unchecked = &packages(&run)["unchecked"];
            assert_eq!((run.code, &unchecked[0]["path"]), (2, &json!(database)), "{path}: {run}");
        }
    }
}

#[test]
fn what_could_not_be_read_whole_is_never_the_same_as_another() {
    let (record, url) =
        (format!("{SITE}/six-1.dist-info/RECORD"), format!("{SITE}/six-1.dist-info/direct_url.json"));
    for (path, broken, database) in [
        (&*record, "a.py,sha256=x,1\nno row ", SITE),
        (&*url, "{\"url\": ", SITE),
        ("var/lib/dpkg/updates/0001", "Package: ", "var/lib/dpkg/status"),
    ] {
        let of = |word: &str| {
            let own = vec![
                package("six", "1"),
                file("var/lib/dpkg/status", ""),
                file(path, format!("{broken}{word}")),
            ];
            image(own)
        };
        let place = frozen(&of("a"), &of("b"));
        for run in asked(&place, &["--require", "packages", "--format", "json"]) {
            let changes = packages(&run);
            assert_eq!((run.code, &changes["unchecked"][0]["path"]), (2, &json!(database)), "{path}: {run}");
            assert_eq!(changes["changed"], json!([]), "{path}: {run}");
        }
    }
}

#[test]
fn a_folder_or_a_file_in_the_place_of_what_names_do_not_tell_is_seen() {
    let six = |folder: &str| {
        file(&format!("{folder}/site-packages/six-1.dist-info/METADATA"), "Name: six\nVersion: 1\n")
    };
    let top = |image: Image, entries: Vec<Entry>| image.layer(Layer::new("COPY top /", entries));
    // A folder takes the place of a link, and what a later layer puts below lands there.
    let stage = |own: Vec<Entry>| top(above(vec![symlink("stage", "/mnt")], own), vec![six("stage")]);
    let place = frozen(&stage(vec![file("a.txt", "")]), &stage(vec![dir("stage"), file("a.txt", "")]));
    for run in asked(&place, &["--require", "packages", "--format", "json"]) {
        assert_eq!((run.code, &packages(&run)["added"][0]["name"]), (1, &json!("six")), "{run}");
    }
    let place = frozen(&stage(vec![dir("stage"), file("a.txt", "")]), &stage(vec![file("a.txt", "")]));
    for run in asked(&place, &["--require", "packages", "--format", "json"]) {
        assert_eq!((run.code, &packages(&run)["removed"][0]["name"]), (1, &json!("six")), "{run}");
    }
    // A file takes the place of a folder that is called as files are, and gives it back.
    for folder in ["opt/env.sh", "opt/x.py"] {
        let of = |own: Vec<Entry>| above(vec![six(folder)], own);
        let (there, gone) = (of(vec![file("a.txt", "")]), of(vec![file("a.txt", ""), file(folder, "")]));
        for (old, new, list) in [(&there, &gone, "removed"), (&gone, &there, "added")] {
            for run in asked(&frozen(old, new), &["--require", "packages", "--format", "json"]) {
                assert_eq!((run.code, &packages(&run)[list][0]["name"]), (1, &json!("six")), "{run}");
            }
        }
    }
}
