//! Images that `reprolock.toml` names: what commands take from there, and what they do not.

use std::fs;

use crate::support::Place;

fn project(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

const TOML: &str = "[[image]]\nname = \"gpu\"\nreference = \"oci-archive:out/gpu.tar\"\ndockerfile = \"Dockerfile.gpu\"\n\
                    build-args = { EXTRA = \"7\" }\nrequire = \"packages\"\n";

/// A repository with the seed's rebuild as `gpu`.
fn place(image: &str) -> Place {
    let place = Place::new();
    place.write("reprolock.toml", TOML);
    place.write(".git/HEAD", "");
    place.write("sub/empty", "");
    place.write("out/empty", "");
    let seed = |name: &str| project(&format!("testdata/seed/{name}"));
    fs::copy(seed(image), place.path("out/gpu.tar")).unwrap();
    for (from, to) in [
        ("Dockerfile", "Dockerfile.gpu"),
        ("requirements.txt", "requirements.txt"),
        ("requirements-dev.txt", "requirements-dev.txt"),
    ] {
        fs::copy(seed(from), place.path(to)).unwrap();
    }
    place
}

#[test]
fn a_name_is_frozen_into_its_lock_and_verified_as_the_file_asks() {
    let place = place("image.oci.tar");
    assert_eq!(place.run(&["freeze", "gpu"]).code, 0);
    let lock = fs::read_to_string(place.path("gpu.lock")).unwrap();
    assert!(lock.contains("dockerfile = \"Dockerfile.gpu\""), "{lock}");
    assert_eq!(place.run(&["verify", "gpu"]).code, 0);
    fs::copy(project("testdata/seed/rebuild.oci.tar"), place.path("out/gpu.tar")).unwrap();
    assert_eq!(place.run(&["verify", "gpu"]).code, 0, "the file asks for packages alone");
    assert_eq!(place.run(&["verify", "gpu", "--require", "layer"]).code, 1, "the command line goes first");
    let below = place.path("sub");
    assert_eq!(place.run_in(&below, &["verify", "gpu"]).code, 0, "paths lead on from the file");
}

#[test]
fn a_name_goes_before_a_path_and_a_note_says_so() {
    let place = place("image.oci.tar");
    place.write("gpu", "no image");
    let run = place.run(&["freeze", "gpu"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("note: gpu is the project's image; the path of that name is ./gpu"),
        "{}",
        run.stderr
    );
    assert_eq!(place.run(&["freeze", "./gpu"]).code, 2);
}

#[test]
fn a_file_that_nobody_named_pushes_nothing() {
    let place = place("image.oci.tar");
    for command in ["freeze", "verify"] {
        let (error, hint) = place.run(&[command, "gpu", "--attach"]).refusal();
        assert_eq!(error, "gpu: nothing is pushed where reprolock.toml says, which was found and not named");
        assert_eq!(hint, "name it, if it is trusted: --config reprolock.toml");
    }
}
