//! `reprolock lint` as a user runs it: what is found to lint, what is written, and what each exit code means.

mod around;
mod baseline;
mod changed;
mod corpus;
mod files;
mod fixes;
mod frozen;
mod hooks;
mod locks;
mod output;
mod seed;
mod sets;
mod settings;

use crate::support::Place;

/// An image without a digest: one error.
const BAD: &str = "FROM python:3.12\n";

/// The digest that the lock has for it.
const DIGEST: &str = "sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914";

/// The lockfile of an image built from the Dockerfile called `dockerfile`.
fn lock(dockerfile: &str) -> String {
    format!(
        "version = 1\n\n[image]\nplatform = \"linux/amd64\"\n\
         config = \"sha256:12d21ea3b687f00675eb72f3f69617187ae659cebab9a975f6d557cbec21a5ee\"\n\n\
         [base]\nreference = \"python:3.12\"\ndigest = \"{DIGEST}\"\n\n[build]\ndockerfile = \"{dockerfile}\"\n"
    )
}

/// A Dockerfile that nothing is wrong with.
fn good() -> String {
    format!("FROM python:3.12@{DIGEST}\n")
}

/// A folder with these files.
fn place(files: &[(&str, &str)]) -> Place {
    let place = Place::new();
    for (name, text) in files {
        place.write(name, text);
    }
    place
}

/// The files that something was found in, in the order they are reported.
fn found(place: &Place, arguments: &[&str]) -> Vec<String> {
    let run =
        place.run(&[&["lint", "--format", "json", "--select", "image-unpinned-digest"], arguments].concat());
    let findings = run.json()["findings"].take();
    let path = |finding: &serde_json::Value| finding["path"].as_str().unwrap().to_owned();
    findings.as_array().unwrap().iter().map(path).collect()
}
