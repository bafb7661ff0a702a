//! What `inspect` derives of an image: whose its files are, and what its executables say of their build.
//!
//! Parts of it read the corpus that `REPROLOCK_CORPUS` names, and say so where it is not.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::Place;
use crate::support::image::Image;
use crate::support::layer::{Layer, dir, file};

const STATUS: &str = "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n";

/// A Debian base, a copied file, and what a command fetched.
fn fetched() -> Image {
    let base = [
        file("var/lib/dpkg/status", STATUS),
        file("var/lib/dpkg/info/a.list", "/usr/bin/a\n"),
        file("usr/bin/a", "a"),
    ];
    let models = [dir("opt/models"), file("opt/models/a.bin", "1234"), file("opt/models/b.bin", "56")];
    Image::new("linux/amd64")
        .layer(Layer::new("ADD rootfs.tar / # buildkit", base))
        .layer(Layer::new("COPY app.py /app/ # buildkit", [file("app/app.py", "x")]))
        .layer(Layer::new("RUN /bin/sh -c curl -L https://example.org/m.tar | tar x # buildkit", models))
}

#[test]
fn what_a_command_fetched_is_told_by_layer_and_folder() {
    let place = Place::new();
    place.write("img.tar", fetched().oci().archive());
    let text = place.run(&["inspect", "img.tar", "--unowned"]).stdout;
    assert!(
        text.contains("  layer 2, 2 files, 6 B  RUN curl -L https://example.org/m.tar | tar x\n"),
        "{text}"
    );
    assert!(text.contains("    6 B  2 files  /opt/models/\n"), "{text}");
    // A digest is never broken.
    let mut lines = text.lines().filter(|line| !line.contains("sha256:"));
    assert!(!text.contains("app.py") && lines.all(|line| line.chars().count() <= 80), "{text}");
    let document = place.run(&["inspect", "img.tar", "--format", "json"]).json();
    let models = json!({ "path": "opt/models", "extent": "below", "files": 2, "bytes": 6 });
    assert_eq!(document["unowned"], json!([{ "layer": 2, "files": 2, "bytes": 6, "places": [models] }]));
    assert_eq!((&document["unlisted"], document.get("executables")), (&json!([]), None));
    for format in ["markdown", "html"] {
        assert!(
            place
                .run(&["inspect", "img.tar", "--unowned", "--format", format])
                .stdout
                .contains("/opt/models/")
        );
    }
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The files of `others/LANGUAGE` with what their own tool says of each; `None`, said aloud, without a corpus.
fn truths(language: &str) -> Option<Vec<(Value, Vec<u8>)>> {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return None;
    };
    let folder = corpus.join("catalogs/others").join(language);
    let truth: Value = serde_json::from_slice(&fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let files = truth["files"].as_array().unwrap().iter();
    Some(files.map(|file| (file.clone(), unpacked(&folder.join(file["stored"].as_str().unwrap())))).collect())
}

/// What `inspect` says of these executables, each under the name that its truth has.
fn inspected(truths: &[(Value, Vec<u8>)]) -> Vec<Value> {
    let place = Place::new();
    let files = truths.iter().map(|(truth, bytes)| file(truth["file"].as_str().unwrap(), bytes).mode(0o755));
    let image = Image::new("linux/amd64").layer(Layer::new("RUN a", files));
    place.write("img.tar", image.oci().archive());
    let document = place.run(&["inspect", "img.tar", "--executables", "--format", "json"]).json();
    document["executables"].as_array().unwrap().clone()
}

fn named<'e>(executables: &'e [Value], truth: &Value) -> Option<&'e Value> {
    executables.iter().find(|executable| executable["path"] == truth["file"])
}

/// A module without what is not there.
fn module(module: &Value) -> Value {
    let mut module = module.clone();
    module.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    if let Some(replace) = module.get("replace").map(self::module) {
        module["replace"] = replace;
    }
    module
}

#[test]
fn programs_of_go_are_read_as_go_reads_them() {
    let Some(truths) = truths("go") else { return };
    let executables = inspected(&truths);
    assert_eq!(executables.len(), truths.len());
    for (truth, _) in &truths {
        let go = &named(&executables, truth).unwrap()["go"];
        let modules: Vec<Value> = truth["deps"].as_array().unwrap().iter().map(module).collect();
        let expected = json!({ "version": truth["go"], "path": truth["path"], "main": module(&truth["main"]),
                               "modules": modules, "settings": truth["settings"] });
        assert_eq!(*go, expected);
    }
}

#[test]
fn programs_of_rust_are_read_as_cargo_auditable_wrote_them() {
    let Some(truths) = truths("rust") else { return };
    let executables = inspected(&truths);
    for (truth, _) in &truths {
        let own = named(&executables, truth);
        let Some(packages) = truth["packages"].as_array() else {
            let is_told = own.is_some_and(|own| own["problem"].is_string());
            assert_eq!(is_told, truth["auditable"] == true, "{truth}");
            continue;
        };
        let row = |package: &Value| {
            let kind = package["kind"] == "build";
            json!([package["name"], package["version"], kind, package["root"]])
        };
        let expected: Vec<Value> = packages.iter().map(row).collect();
        let crates = own.unwrap()["rust"].as_array().unwrap();
        let crates = crates.iter().map(|one| json!([one["name"], one["version"], one["build"], one["root"]]));
        assert_eq!(crates.collect::<Vec<Value>>(), expected);
    }
}
