//! What registries do that the specification does not have, or that clients often take wrong.

use std::fs;

use reprolock::internal::base::digest::Sha256;

use super::distribution::{Registry, Setup};
use super::image::{Layout, layer};
use super::program::{Program, nameless};
use super::proxy::{Fault, Proxy, Request};

/// A registry with a small image, and the lock it should give.
struct Lab {
    registry: Registry,
    program: Program,
    lock: String,
    blob: String,
}

fn lab() -> Option<Lab> {
    let registry = Registry::start(Setup::default())?;
    let program = Program::new();
    let bytes = layer("weights", 9000, 7);
    let layout = Layout::of(&program.path("img"), std::slice::from_ref(&bytes));
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let lock = nameless(&program.freeze(&format!("oci:{}", layout.path()), &[]));
    Some(Lab { registry, program, lock, blob: Sha256::of(&bytes).to_string() })
}

impl Lab {
    fn proxy(&self, decide: impl Fn(&Request, usize) -> Fault + Send + Sync + 'static) -> Proxy {
        Proxy::start(self.registry.port, decide)
    }

    fn freezes(&self, proxy: &Proxy) {
        assert_eq!(nameless(&self.program.freeze(&proxy.image("app:v1"), &["--no-reuse"])), self.lock);
    }

    fn error(&self, proxy: &Proxy) -> String {
        let image = proxy.image("app:v1");
        self.program.error(&["freeze", &image]).replace(&image, "IMAGE")
    }
}

#[test]
fn a_manifests_content_type_may_be_missing_vague_or_dressed_up() {
    let Some(lab) = lab() else { return };
    let dressed = "application/vnd.oci.image.manifest.v1+json; charset=utf-8";
    for media_type in [None, Some("application/octet-stream"), Some("text/plain"), Some(dressed)] {
        let proxy = lab.proxy(move |request, _| match request.is_manifest() {
            true => Fault::Typed(media_type),
            false => Fault::Pass,
        });
        lab.freezes(&proxy);
    }
}

#[test]
fn answers_may_come_in_chunks_without_a_length() {
    let Some(lab) = lab() else { return };
    lab.freezes(&lab.proxy(|_, _| Fault::Chunked));
}

#[test]
fn a_redirect_may_be_relative() {
    let Some(lab) = lab() else { return };
    let blob = lab.blob.clone();
    let proxy = lab.proxy(move |request, _| match request.path.ends_with(&blob) {
        true => {
            let location = format!("Location: {}?signature=1\r\n", request.path);
            Fault::Answer("307 Temporary Redirect", location, String::new())
        }
        false => Fault::Pass,
    });
    lab.freezes(&proxy);
    assert_eq!(proxy.requests(|request| request.path.ends_with("?signature=1")).len(), 1);
}

#[test]
fn a_digest_header_may_be_missing_or_of_another_algorithm() {
    let Some(lab) = lab() else { return };
    let manifest = fs::read_dir(lab.program.path("img/blobs/sha256"))
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .find(|bytes| bytes.starts_with(b"{\"config\""))
        .unwrap();
    let manifest = String::from_utf8(manifest).unwrap();
    // Not this one's: what is told is checked in its own algorithm.
    for (header, is_right) in [("", true), ("Docker-Content-Digest: nonsense\r\n", true), ("0", false)] {
        let header = match header {
            "0" => format!("Docker-Content-Digest: sha512:{}\r\n", "0".repeat(128)),
            header => header.to_owned(),
        };
        let manifest = manifest.clone();
        let proxy = lab.proxy(move |request, _| match request.is_manifest() {
            true => Fault::Answer("200 OK", header.clone(), manifest.clone()),
            false => Fault::Pass,
        });
        if is_right {
            lab.freezes(&proxy);
        } else {
            let error = lab.error(&proxy);
            assert!(error.contains("manifest v1 of IMAGE: expected sha512:000"), "{error}");
        }
    }
}

#[test]
fn what_is_no_manifest_is_told_apart() {
    let Some(lab) = lab() else { return };
    let answers = [
        ("200 OK", "<html>please log in</html>", "manifest sha256:"),
        ("200 OK", "", "as JSON"),
        ("200 OK", r#"{"schemaVersion":1,"name":"app","fsLayers":[]}"#, "skopeo copy --format v2s2"),
        (
            "200 OK",
            r#"{"errors":[{"code":"UNKNOWN"}]}"#,
            "expected an OCI or Docker v2 manifest or index, found text/html",
        ),
        ("404 Not Found", "<html>nothing here</html>", "has no such image"),
        ("204 No Content", "", "found 204 No Content"),
    ];
    for (status, body, expected) in answers {
        let proxy = lab.proxy(move |request, _| match request.is_manifest() {
            true => Fault::Answer(status, "Content-Type: text/html\r\n".into(), body.to_owned()),
            false => Fault::Pass,
        });
        let error = lab.error(&proxy);
        assert!(error.contains(expected), "{status} {body}: {error}");
        assert!(error.contains("IMAGE"), "{error}");
    }
}

#[test]
fn a_wrong_digest_is_told_with_the_expected_one() {
    let Some(lab) = lab() else { return };
    let blob = lab.blob.clone();
    let proxy = lab.proxy(move |request, _| match request.path.ends_with(&blob) {
        true => Fault::Flip(3000),
        false => Fault::Pass,
    });
    let error = lab.error(&proxy);
    let expected = format!("; its descriptor says {}\n", lab.blob);
    assert!(error.contains(&expected) && error.contains("the blob's digest is sha256:"), "{error}");
}

#[test]
fn settings_that_cannot_be_used_are_an_error_and_not_ignored() {
    let program = Program::new();
    let filed = program.path(".config/containers/certs.d/registry.invalid");
    fs::create_dir_all(&filed).unwrap();
    fs::write(filed.join("ca.crt"), "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n")
        .unwrap();
    let error = program.error(&["freeze", "docker://registry.invalid/app"]);
    assert!(error.contains("set up the connection") && error.contains("ca.crt"), "{error}");
}
