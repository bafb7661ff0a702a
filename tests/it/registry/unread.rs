//! What verify leaves in the registry, and what it says of it.

use std::time::Instant;

use super::distribution::{Registry, Setup};
use super::image::{Layout, copy, layer, seven};
use super::program::Program;
use super::proxy::{Fault, Proxy};

#[test]
fn an_unchanged_image_takes_one_manifest_request() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let layout = Layout::of(&program.path("img"), &seven(20_000));
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    program.freeze(&proxy.image("app:v1"), &[]);
    assert_eq!(proxy.requests(|request| request.is_blob()).len(), 8);
    proxy.forget();
    for more in [&[][..], &["--platform", "linux/amd64", "--require", "blob"]] {
        let start = Instant::now();
        let (code, verified) = program.verify(&proxy.image("app:v1"), more);
        eprintln!("unchanged: verified in {} ms", start.elapsed().as_millis());
        assert_eq!((code, verified["verdict"].as_str()), (0, Some("identical")));
        assert_eq!(verified["layers"].as_array().unwrap().len(), 7);
        let note = verified["notes"][0].as_str().unwrap();
        assert!(note.starts_with("no layer was fetched: sha256:"), "{note}");
        let requests = proxy.requests(|_| true);
        assert_eq!(requests.len(), 1, "{requests:?}");
        assert!(requests[0].is_manifest() && requests[0].method == "GET", "{requests:?}");
        proxy.forget();
    }
    let other =
        program.error(&["verify", &proxy.image("app:v1"), "--lock", "a.lock", "--platform", "linux/arm64"]);
    assert!(other.contains("has no image for linux/arm64; found linux/amd64"), "{other}");
}

#[test]
fn of_seven_layers_the_changed_one_is_fetched() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let mut layers = seven(20_000);
    Layout::of(&program.path("old"), &layers).push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    layers[4] = layer("file-4", 20_000, 44);
    let new = Layout::of(&program.path("new"), &layers);
    new.push(&registry.image("app:v2"), &["--dest-tls-verify=false"]);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    program.freeze(&proxy.image("app:v1"), &[]);
    proxy.forget();
    let (code, verified) = program.verify(&proxy.image("app:v2"), &[]);
    assert_eq!((code, verified["verdict"].as_str()), (1, Some("drifted")));
    let tiers: Vec<_> =
        verified["layers"].as_array().unwrap().iter().map(|l| l["tier"].as_str().unwrap()).collect();
    assert_eq!(tiers.iter().filter(|tier| **tier == "identical").count(), 6);
    assert_eq!(tiers[4], "drifted");
    let note = verified["notes"][0].as_str().unwrap();
    assert!(note.starts_with("6 of 7 layers were not fetched: sha256:"), "{note}");
    // The config and the one layer.
    assert_eq!(proxy.requests(|request| request.is_blob()).len(), 2);
    assert_eq!(proxy.requests(|request| request.is_manifest()).len(), 1);
    // From a layout every blob is hashed all the same.
    let (_, local) = program.verify(&format!("oci:{}", new.path()), &[]);
    assert_eq!((&local["verdict"], &local["layers"]), (&verified["verdict"], &verified["layers"]));
    assert_eq!(local["notes"].as_array().unwrap().len(), 0);
}

#[test]
fn a_lock_that_does_not_fit_its_manifest_is_not_believed() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let layout = Layout::of(&program.path("img"), &seven(100));
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    let lock = program.freeze(&proxy.image("app:v1"), &[]);
    // As if the layers of another image were put under this one's manifest.
    let line = lock.lines().rfind(|line| line.starts_with("digest = ")).unwrap();
    let digest = line.trim_start_matches("digest = ");
    let other = format!("\"sha256:{}\"", "0".repeat(64));
    std::fs::write(program.path("a.lock"), lock.replace(digest, &other)).unwrap();
    let error = program.error(&["verify", &proxy.image("app:v1"), "--lock", "a.lock"]);
    assert!(error.contains("a.lock.files.zst contradicts its lockfile"), "{error}");
    std::fs::remove_file(program.path("a.lock.files.zst")).unwrap();
    proxy.forget();
    let (code, verified) = program.verify(&proxy.image("app:v1"), &[]);
    assert_eq!((code, verified["layers"][6]["tier"].as_str()), (1, Some("metadata-only")));
    assert_eq!(proxy.requests(|request| request.is_blob()).len(), 2);
}

#[test]
fn an_index_takes_a_second_manifest_request_and_no_blob() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let layout = Layout::new(&program.path("img"));
    let images = ["amd64", "arm64", "s390x"].map(|name| layout.image(name, &[layer(name, 100, 1)]));
    layout.index(&images);
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    program.freeze(&proxy.image("app:v1"), &["--platform", "linux/arm64"]);
    proxy.forget();
    assert_eq!(program.verify(&proxy.image("app:v1"), &["--platform", "linux/arm64"]).0, 0);
    assert_eq!(proxy.requests(|request| request.is_manifest()).len(), 2);
    assert_eq!(proxy.requests(|request| request.is_blob()).len(), 0);
}

/// The blobs that were asked for more than once.
fn fetched_twice(proxy: &Proxy) -> Vec<String> {
    let mut blobs: Vec<String> =
        proxy.requests(|request| request.is_blob()).into_iter().map(|r| r.path).collect();
    blobs.sort();
    blobs.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0].clone()).collect()
}

#[test]
fn drifted_files_are_explained_from_one_fetch_as_well_as_from_disk() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let seed = |name: &str| format!("oci-archive:{}/testdata/seed/{name}", env!("CARGO_MANIFEST_DIR"));
    let images = [("image.oci.tar", "seed:v1"), ("rebuild.oci.tar", "seed:v2")];
    for (file, name) in images {
        copy(&seed(file), &registry.image(name), &["--dest-tls-verify=false"]);
    }
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    program.freeze(&proxy.image("seed:v1"), &[]);
    proxy.forget();
    let (code, verified) = program.verify(&proxy.image("seed:v2"), &[]);
    assert_eq!((code, verified["verdict"].as_str()), (1, Some("drifted")));
    assert_eq!(fetched_twice(&proxy), [""; 0]);
    let (_, local) = program.verify(&seed("rebuild.oci.tar"), &[]);
    assert_eq!(verified["layers"], local["layers"]);
    assert_eq!(verified["causes"], local["causes"]);
    let drifts = verified["layers"].as_array().unwrap().iter().flat_map(|l| l["drifts"].as_array().unwrap());
    let certain =
        |cause: &str| drifts.clone().any(|drift| drift["cause"] == cause && drift["confidence"] == "certain");
    assert!(certain("shadow-last-change") && certain("pyc-header"), "{verified}");
    // The locked image in a registry: its bytes are said to be left there.
    proxy.forget();
    let (_, against) = program.verify(&seed("rebuild.oci.tar"), &["--against", &proxy.image("seed:v1")]);
    assert!(against["notes"].to_string().contains("the old image's layers were not fetched"), "{against}");
    assert_eq!(against["causes"], local["causes"]);
    assert_eq!(proxy.requests(|request| request.is_blob()).len(), 1, "its config");
    // Two images of a registry: the bytes of both are kept.
    proxy.forget();
    let output = program.run(&["diff", &proxy.image("seed:v1"), &proxy.image("seed:v2"), "--format", "json"]);
    let diffed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let output = program.run(&["diff", &seed("image.oci.tar"), &seed("rebuild.oci.tar"), "--format", "json"]);
    let local: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(diffed["layers"], local["layers"]);
    assert_eq!(diffed["causes"], local["causes"]);
    assert_eq!(fetched_twice(&proxy), [""; 0]);
}
