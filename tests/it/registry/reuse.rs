//! What freeze leaves in the registry, because the lockfile has it by digest.

use std::fs;

use super::distribution::{Registry, Setup};
use super::image::{Layout, copy, layer, seven};
use super::program::Program;
use super::proxy::{Fault, Proxy};

const PLAIN: &[&str] = &["--dest-tls-verify=false"];

/// Freezes over an earlier lockfile, and beside it; both give the same bytes. The blobs that the first one fetched.
fn freeze_again(program: &Program, proxy: &Proxy, name: &str, more: &[&str]) -> usize {
    let image = proxy.image(name);
    proxy.forget();
    let over = program.freeze(&image, more);
    let fetched = proxy.requests(|request| request.is_blob()).len();
    let fresh = program.run(&[&["freeze", &image, "-o", "fresh.lock"], more].concat());
    assert!(fresh.status.success());
    assert_eq!(over, fs::read_to_string(program.path("fresh.lock")).unwrap());
    let index = |lock: &str| fs::read(program.path(&format!("{lock}.files.zst"))).unwrap();
    assert!(index("a.lock") == index("fresh.lock"));
    fs::remove_file(program.path("fresh.lock")).unwrap();
    fetched
}

#[test]
fn layers_that_the_lockfile_has_are_not_fetched_again() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let mut layers = seven(5000);
    Layout::of(&program.path("old"), &layers).push(&registry.image("app:v1"), PLAIN);
    layers[4] = layer("file-4", 5000, 44);
    layers.swap(1, 2);
    Layout::of(&program.path("new"), &layers).push(&registry.image("app:v2"), PLAIN);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    program.freeze(&proxy.image("app:v1"), &[]);
    // The config, and the one layer that is new; two others only changed places.
    assert_eq!(freeze_again(&program, &proxy, "app:v2", &[]), 2);
    assert_eq!(freeze_again(&program, &proxy, "app:v2", &["--no-reuse"]), 8);
    let output = program.run(&["freeze", &proxy.image("app:v2"), "-o", "a.lock", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let note = told["notes"][0].as_str().unwrap();
    assert!(note.starts_with("7 of 7 layers were not fetched: "), "{note}");
    // From disk every layer is read: its bytes are at hand, and prove more than a row.
    let output = program.run(&["freeze", "oci:new", "-o", "a.lock", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["notes"].as_array().unwrap().len(), 0);
}

#[test]
fn a_layer_with_a_package_database_is_fetched_all_the_same() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    for (file, name) in [("image.oci.tar", "seed:v1"), ("rebuild.oci.tar", "seed:v2")] {
        let from = format!("oci-archive:{}/testdata/seed/{file}", env!("CARGO_MANIFEST_DIR"));
        copy(&from, &registry.image(name), PLAIN);
    }
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    program.freeze(&proxy.image("seed:v1"), &["--files", "all"]);
    proxy.forget();
    program.freeze(&proxy.image("seed:v1"), &["--files", "all", "--no-reuse"]);
    let all = proxy.requests(|request| request.is_blob()).len();
    let again = freeze_again(&program, &proxy, "seed:v1", &["--files", "all"]);
    assert!(1 < again && again < all, "{again} of {all}");
    let rebuilt = freeze_again(&program, &proxy, "seed:v2", &["--files", "all"]);
    assert!(again < rebuilt && rebuilt < all, "{rebuilt} of {all}");
}

#[test]
fn a_lockfile_that_contradicts_its_index_or_cannot_be_read_gives_nothing() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    Layout::of(&program.path("img"), &seven(100)).push(&registry.image("app:v1"), PLAIN);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    let lock = program.freeze(&proxy.image("app:v1"), &[]);
    let content = lock.lines().find(|line| line.starts_with("content = ")).unwrap();
    let other = format!("content = \"sha256:{}\"", "0".repeat(64));
    fs::write(program.path("a.lock"), lock.replacen(content, &other, 1)).unwrap();
    assert_eq!(freeze_again(&program, &proxy, "app:v1", &[]), 8);
    fs::write(program.path("a.lock"), "<<<<<<< HEAD\n").unwrap();
    assert_eq!(freeze_again(&program, &proxy, "app:v1", &[]), 8);
    program.freeze(&proxy.image("app:v1"), &[]);
    fs::write(program.path("a.lock.files.zst"), "").unwrap();
    assert_eq!(freeze_again(&program, &proxy, "app:v1", &[]), 8);
    assert_eq!(freeze_again(&program, &proxy, "app:v1", &[]), 1);
}

/// The lockfile and its index as version 1 wrote them.
fn make_old(program: &Program, lock: &str) {
    let index = program.path("a.lock.files.zst");
    let rows = String::from_utf8(zstd::decode_all(fs::File::open(&index).unwrap()).unwrap()).unwrap();
    let old = |row: &str| match row.rsplitn(3, '\t').collect::<Vec<_>>()[..] {
        [order, _, fields] => format!("{fields}\t{order}\n"),
        _ => format!("{}\n", row.replace("reprolock-files 2", "reprolock-files 1")),
    };
    let rows: String = rows.lines().map(old).collect();
    fs::write(&index, zstd::encode_all(rows.as_bytes(), 3).unwrap()).unwrap();
    let digest = reprolock::internal::base::digest::Sha256::of(rows.as_bytes());
    let line = |line: &str| match line {
        line if line.starts_with("#:schema") => String::new(),
        "version = 2" => "version = 1\n".to_owned(),
        line if line.starts_with("files = \"") => format!("files = \"{digest}\"\n"),
        line => format!("{line}\n"),
    };
    fs::write(program.path("a.lock"), lock.lines().map(line).collect::<String>()).unwrap();
}

#[test]
fn what_an_index_of_version_1_does_not_know_is_fetched_once_more() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    Layout::of(&program.path("img"), &seven(100)).push(&registry.image("app:v1"), PLAIN);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    let lock = program.freeze(&proxy.image("app:v1"), &[]);
    make_old(&program, &lock);
    let verified = program.run(&["verify", &proxy.image("app:v1"), "--lock", "a.lock"]);
    assert!(verified.status.success(), "{verified:?}");
    assert_eq!(freeze_again(&program, &proxy, "app:v1", &[]), 8);
    assert_eq!(freeze_again(&program, &proxy, "app:v1", &[]), 1);
}
