//! The base image as a registry has it: the digests of its index and of the platform's manifest.

use super::distribution::{Registry, Setup};
use super::image::{Layout, layer};
use super::program::Program;

#[test]
fn from_is_looked_up_where_the_image_is_and_proved_by_its_layers() {
    let Some(registry) = Registry::start(Setup::default()) else { return };
    let program = Program::new();
    let (low, high) = (layer("low", 100, 1), layer("high", 100, 2));
    let base = Layout::new(&program.path("base"));
    let images = ["amd64", "arm64"].map(|architecture| base.image(architecture, std::slice::from_ref(&low)));
    base.index(&images);
    base.push(&registry.image("base:v1"), &["--dest-tls-verify=false"]);
    let own = Layout::of(&program.path("own"), &[low, high]);
    own.push(&registry.image("own:v1"), &["--dest-tls-verify=false"]);
    let index = std::fs::read_to_string(program.path("base/index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let expected = format!(
        "[base]\nreference = \"{}/base:v1\"\ndigest = {}\nmanifest = {}\nlayers = 1\n",
        registry.host(),
        index["manifests"][0]["digest"],
        images[0]["digest"],
    );

    let dockerfile = |from: &str| {
        std::fs::write(program.path("Dockerfile"), format!("FROM {}/{from}\nCOPY high /\n", registry.host()))
            .unwrap();
    };
    dockerfile("base:v1");
    let lock = program.freeze(&registry.image("own:v1"), &["-f", "Dockerfile"]);
    assert!(lock.contains(&expected), "{lock}");
    // The same base by name, for an image on disk.
    let given = format!("{}/base:v1", registry.host());
    let lock = program.freeze("oci:own:v1", &["-f", "Dockerfile", "--base", &given]);
    assert!(lock.contains(&expected), "{lock}");
    let lock = program.freeze("oci:own:v1", &["-f", "Dockerfile"]);
    assert!(!base_of(&lock).contains("digest"), "{lock}");

    // The tag moved on: what it leads to is not what this image was built on.
    let moved = Layout::of(&program.path("moved"), &[layer("low", 100, 3)]);
    moved.push(&registry.image("base:v1"), &["--dest-tls-verify=false"]);
    let output = program.run(&["freeze", &registry.image("own:v1"), "-f", "Dockerfile", "-o", "a.lock"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        told.contains("is not known: what has this name now is not what the image was built on"),
        "{told}"
    );
    let lock = std::fs::read_to_string(program.path("a.lock")).unwrap();
    assert!(!base_of(&lock).contains("digest"), "{lock}");

    dockerfile("gone:v1");
    let output = program.run(&["freeze", &registry.image("own:v1"), "-f", "Dockerfile", "-o", "a.lock"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && told.contains("has no such image"), "{told}");
}

/// The lock's `[base]`.
fn base_of(lock: &str) -> &str {
    let from = lock.find("[base]").unwrap();
    lock[from..].split("\n\n").next().unwrap()
}
