//! Lockfiles and verdicts beside their image: pushed, found again, and never at the cost of what others put there.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::distribution::{Registry, Setup};
use super::image::{Layout, layer, seven};
use super::program::{Program, text};
use super::proxy::{Fault, Proxy, Request};

const PLAIN: &[&str] = &["--dest-tls-verify=false"];
const LOCK: &str = "application/vnd.reprolock.lock.v1+toml";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A registry with `app:v1` and its rebuild `app:v2`, of which one layer differs, behind a proxy that passes all on.
struct Lab {
    registry: Registry,
    proxy: Proxy,
    program: Program,
}

fn lab() -> Option<Lab> {
    let registry = Registry::start(Setup::default())?;
    let program = Program::new();
    let mut layers = seven(1000);
    Layout::of(&program.path("old"), &layers).push(&registry.image("app:v1"), PLAIN);
    layers[4] = layer("file-4", 1000, 44);
    Layout::of(&program.path("new"), &layers).push(&registry.image("app:v2"), PLAIN);
    let proxy = Proxy::start(registry.port, |_, _| Fault::Pass);
    Some(Lab { registry, proxy, program })
}

impl Lab {
    fn image(&self, tag: &str) -> String {
        self.proxy.image(&format!("app:{tag}"))
    }

    /// Freezes with `--attach`, and forgets the lock on disk.
    fn attach(&self, tag: &str) -> String {
        let lock = self.program.freeze(&self.image(tag), &["--attach"]);
        fs::remove_file(self.program.path("a.lock")).unwrap();
        fs::remove_file(self.program.path("a.lock.files.zst")).unwrap();
        manifest(&lock)
    }

    /// What stands under the tag that lists the referrers of `digest`.
    fn listed(&self, digest: &str) -> Vec<Value> {
        let path = format!("/v2/app/manifests/{}", digest.replace(':', "-"));
        let (status, body) = http(self.registry.port, "GET", &path, INDEX, b"");
        assert_eq!(status, 200);
        let index: Value = serde_json::from_slice(&body).unwrap();
        index["manifests"].as_array().unwrap().clone()
    }

    fn blob(&self, digest: &Value) -> Vec<u8> {
        let path = format!("/v2/app/blobs/{}", digest.as_str().unwrap());
        http(self.registry.port, "GET", &path, "", b"").1
    }

    fn artifact(&self, entry: &Value) -> Value {
        let path = format!("/v2/app/manifests/{}", entry["digest"].as_str().unwrap());
        let accept = "application/vnd.oci.image.manifest.v1+json";
        serde_json::from_slice(&http(self.registry.port, "GET", &path, accept, b"").1).unwrap()
    }

    fn pushes(&self) -> Vec<Request> {
        self.proxy.requests(|request| request.writes())
    }
}

fn manifest(lock: &str) -> String {
    let line = lock.lines().find_map(|line| line.strip_prefix("manifest = "));
    line.unwrap().trim_matches('"').to_owned()
}

/// One request: `media_type` is accepted, and is what is sent.
fn http(port: u16, method: &str, path: &str, media_type: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {media_type}\r\nContent-Type: {media_type}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let status = text(&answer[9..12]).parse().unwrap();
    (status, answer.split_off(end))
}

#[test]
fn an_attached_lock_is_found_where_there_is_no_other() {
    let Some(lab) = lab() else { return };
    let digest = lab.attach("v1");
    let (code, verified) = lab.program.verify_found(&lab.image("v1"), &[]);
    assert_eq!((code, verified["verdict"].as_str()), (0, Some("identical")));
    let notes = verified["notes"].to_string();
    assert!(notes.contains("the lockfile is the one attached to the image, sha256:"), "{notes}");
    let entries = lab.listed(&digest);
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["artifactType"], LOCK);
    let artifact = lab.artifact(&entries[0]);
    assert_eq!((&artifact["artifactType"], &artifact["subject"]["digest"]), (&json!(LOCK), &json!(digest)));
    let parts = artifact["layers"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    assert!(text(&lab.blob(&parts[0]["digest"])).contains(&digest));
    let shown = lab.program.run(&["verify", &lab.image("v1")]);
    assert!(text(&shown.stdout).contains("app:v1 against its attached lockfile, linux/amd64"), "{shown:?}");
    // The rebuild has a manifest of its own, and nothing is attached to that.
    let error = lab.program.error(&["verify", &lab.image("v2")]);
    let expected =
        format!("error: no lockfile at reprolock.lock, and none attached to {}\n", lab.image("v2"));
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn what_a_verify_attached_explains_the_rebuild_to_the_next() {
    let Some(lab) = lab() else { return };
    lab.program.freeze(&lab.image("v1"), &[]);
    let (code, first) = lab.program.verify(&lab.image("v2"), &["--attach"]);
    assert_eq!((code, first["verdict"].as_str()), (1, Some("drifted")));
    let notes = first["notes"].to_string();
    assert!(notes.contains("the lockfile is attached to sha256:"), "{notes}");
    assert!(notes.contains("the verdict is attached to sha256:"), "{notes}");
    let (code, second) = Program::new().verify_found(&lab.image("v2"), &[]);
    assert_eq!(code, 1);
    assert_eq!(second["layers"], first["layers"]);
    assert_eq!(second["layers"][4]["drifts"][0]["path"], "file-4");
    // The verdict is a statement about the very manifest, against the very lock.
    let digest = first["image"]["found"].as_str().unwrap();
    let entries = lab.listed(digest);
    assert_eq!(entries.len(), 2);
    let verdict =
        entries.iter().find(|entry| entry["artifactType"] == "application/vnd.in-toto+json").unwrap();
    let part = lab.artifact(verdict)["layers"][0].clone();
    assert_eq!(part["annotations"]["in-toto.io/predicate-type"], "urn:reprolock:verdict:1");
    let statement: Value = serde_json::from_slice(&lab.blob(&part["digest"])).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(format!("sha256:{}", statement["subject"][0]["digest"]["sha256"].as_str().unwrap()), digest);
    assert_eq!(statement["predicate"]["verify"]["verdict"], "drifted");
    assert_eq!(statement["predicate"]["verify"]["layers"], first["layers"]);
    let lock = reprolock::internal::base::digest::Sha256::of(&fs::read(lab.program.path("a.lock")).unwrap());
    assert_eq!(statement["predicate"]["lock"]["digest"]["sha256"], lock.hex());
}

#[test]
fn attaching_twice_pushes_once() {
    let Some(lab) = lab() else { return };
    let digest = lab.attach("v1");
    // The lockfile, its index, the empty config, the artifact, the list.
    assert_eq!(lab.pushes().iter().filter(|push| push.method == "PUT").count(), 5);
    let entries = lab.listed(&digest);
    lab.proxy.forget();
    assert_eq!(lab.attach("v1"), digest);
    assert_eq!(lab.listed(&digest), entries);
    assert!(lab.pushes().iter().all(|push| !push.path.contains("/blobs/")), "{:?}", lab.pushes());
    lab.program.freeze(&lab.image("v1"), &[]);
    for state in ["is attached", "was attached already"] {
        let (_, verified) = lab.program.verify(&lab.image("v1"), &["--attach"]);
        assert!(
            verified["notes"].to_string().contains(&format!("the verdict {state} to {digest}")),
            "{verified}"
        );
    }
    assert_eq!(lab.listed(&digest).len(), 2);
}

#[test]
fn what_others_listed_stays_listed() {
    let Some(lab) = lab() else { return };
    let digest = manifest(&lab.program.freeze(&lab.image("v1"), &[]));
    let other = manifest(&lab.program.freeze(&lab.image("v2"), &[]));
    let entry = json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": other, "size": 0,
        "artifactType": "application/spdx+json", "annotations": {"their.own": "word"}, "vendor": [1, 2]});
    let index =
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry], "annotations": {"a": "b"}});
    let path = format!("/v2/app/manifests/{}", digest.replace(':', "-"));
    let put = http(lab.registry.port, "PUT", &path, INDEX, index.to_string().as_bytes());
    assert_eq!(put.0, 201, "{}", text(&put.1));
    lab.attach("v1");
    let entries = lab.listed(&digest);
    assert_eq!((entries.len(), &entries[0], &entries[1]["artifactType"]), (2, &entry, &json!(LOCK)));
    assert_eq!(lab.program.verify_found(&lab.image("v1"), &[]).0, 0);
}

#[test]
fn an_entry_that_another_client_drops_is_put_back() {
    let Some(lab) = lab() else { return };
    let port = lab.registry.port;
    // Between the first PUT of the list and its next reading, another client writes one of its own.
    let racing = Proxy::start(port, move |request, before| {
        let is_list = request.path.contains("/manifests/sha256-");
        if is_list && request.method == "GET" && before == 2 {
            let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []});
            let put = http(port, "PUT", &request.path, INDEX, index.to_string().as_bytes());
            assert_eq!(put.0, 201);
        }
        Fault::Pass
    });
    let digest = manifest(&lab.program.freeze(&racing.image("app:v1"), &["--attach"]));
    assert_eq!(lab.listed(&digest).len(), 1);
    let puts = |request: &Request| request.method == "PUT" && request.path.contains("/manifests/sha256-");
    assert_eq!(racing.requests(puts).len(), 2);
}

#[test]
fn a_tag_that_is_no_list_is_left_alone() {
    let Some(lab) = lab() else { return };
    let digest = manifest(&lab.program.freeze(&lab.image("v1"), &[]));
    let tag = digest.replace(':', "-");
    Layout::of(&lab.program.path("img"), &seven(10)).push(&lab.registry.image(&format!("app:{tag}")), PLAIN);
    let output = lab.program.run(&["freeze", &lab.image("v1"), "-o", "a.lock", "--attach"]);
    assert_eq!(output.status.code(), Some(2));
    // The lockfile was written, and that is told before the error.
    assert!(text(&output.stdout).contains("wrote a.lock"), "{output:?}");
    assert!(text(&output.stderr).contains("expected an index of referrers"), "{output:?}");
}

#[test]
fn a_registry_that_lists_referrers_itself_gets_no_tag() {
    let Some(lab) = lab() else { return };
    let port = lab.registry.port;
    let digest = manifest(&lab.program.freeze(&lab.image("v1"), &[]));
    let listed: std::sync::Arc<std::sync::Mutex<Vec<Value>>> = std::sync::Arc::default();
    let kept = listed.clone();
    let api = Proxy::start(port, move |request, _| {
        let answer = |status, headers: &str, body: String| Fault::Answer(status, headers.to_owned(), body);
        if let Some(query) = request.path.strip_prefix("/v2/app/referrers/") {
            // Two pages, and others' artifacts among them: a filter is a wish.
            assert!(query.contains("artifactType=application/vnd.reprolock.lock.v1%2Btoml"), "{query}");
            let is_last = query.contains("page=2");
            let other = json!({"mediaType": "x", "digest": format!("sha256:{}", "0".repeat(64)), "size": 2,
                "artifactType": "application/spdx+json"});
            let entries = if is_last { kept.lock().unwrap().clone() } else { vec![other] };
            let link = format!("Link: <{}&page=2>; rel=\"next\"\r\n", request.path);
            let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries});
            return answer("200 OK", if is_last { "" } else { &link }, index.to_string());
        }
        if request.method == "PUT" && request.is_manifest() {
            let media_type = "application/vnd.oci.image.manifest.v1+json";
            let (status, _) = http(port, "PUT", &request.path, media_type, &request.body);
            assert_eq!(status, 201);
            let artifact: Value = serde_json::from_slice(&request.body).unwrap();
            let digest = request.path.rsplit('/').next().unwrap();
            kept.lock()
                .unwrap()
                .push(json!({"mediaType": media_type, "digest": digest, "size": request.body.len(),
                "artifactType": artifact["artifactType"], "annotations": artifact["annotations"]}));
            let subject = artifact["subject"]["digest"].as_str().unwrap();
            return answer("201 Created", &format!("OCI-Subject: {subject}\r\n"), String::new());
        }
        Fault::Pass
    });
    lab.program.freeze(&api.image("app:v1"), &["--attach"]);
    assert_eq!(listed.lock().unwrap().len(), 1);
    assert_eq!(api.requests(|request| request.path.contains("/manifests/sha256-")).len(), 0);
    let (code, verified) = Program::new().verify_found(&api.image("app:v1"), &[]);
    assert_eq!((code, verified["image"]["expected"].as_str()), (0, Some(digest.as_str())));
}

#[test]
fn a_lock_that_is_named_or_lies_here_goes_before_an_attached_one() {
    let Some(lab) = lab() else { return };
    lab.program.freeze(&lab.image("v2"), &[]);
    lab.proxy.forget();
    let named = lab.program.freeze(&lab.image("v1"), &[]);
    assert_eq!(lab.program.verify(&lab.image("v2"), &["--attach"]).0, 1);
    let asked = |lab: &Lab| lab.proxy.requests(|request| request.path.contains("/referrers/")).len();
    lab.proxy.forget();
    assert_eq!(lab.program.verify(&lab.image("v1"), &[]).0, 0);
    fs::write(lab.program.path("reprolock.lock"), named).unwrap();
    let (code, verified) = lab.program.verify_found(&lab.image("v1"), &[]);
    assert_eq!((code, verified["notes"].to_string().contains("attached")), (0, false));
    assert_eq!(asked(&lab), 0);
}

#[test]
fn of_several_attached_locks_the_choice_is_told() {
    let Some(lab) = lab() else { return };
    let digest = lab.attach("v1");
    // The lock of the image itself, and another of the rebuild.
    lab.program.freeze(&lab.image("v2"), &[]);
    lab.program.verify(&lab.image("v1"), &["--attach"]);
    assert_eq!(lab.listed(&digest).len(), 3);
    let (_, verified) = Program::new().verify_found(&lab.image("v1"), &[]);
    let notes = verified["notes"].to_string();
    assert!(notes.contains("2 lockfiles are attached: "), "{notes}");
    for _ in 0..3 {
        assert_eq!(Program::new().verify_found(&lab.image("v1"), &[]).1, verified);
    }
}

#[test]
fn what_could_not_be_checked_is_not_pushed() {
    let Some(lab) = lab() else { return };
    let lock = lab.program.freeze(&lab.image("v1"), &[]);
    let damaged = Proxy::start(lab.registry.port, |request, _| match request.is_blob() {
        true => Fault::Flip(30),
        false => Fault::Pass,
    });
    lab.program.error(&["freeze", &damaged.image("app:v1"), "-o", "b.lock", "--attach"]);
    lab.program.error(&["verify", &damaged.image("app:v2"), "--lock", "a.lock", "--attach"]);
    assert_eq!(damaged.requests(|request| request.writes()).len(), 0);
    for image in ["oci:old", "oci-archive:none.tar"] {
        let error = lab.program.error(&["freeze", image, "-o", "b.lock", "--attach"]);
        assert!(
            error.contains("expected an image in a registry") || error.contains("no such file"),
            "{error}"
        );
    }
    let error = lab.program.error(&["verify", "oci:old", "--lock", "a.lock", "--attach"]);
    assert!(error.contains("push the image, and name it as docker://NAME"), "{error}");
    assert!(!lab.program.path("b.lock").exists() && !lock.is_empty());
}

#[test]
fn an_upload_that_breaks_is_begun_anew_and_a_refusal_is_told() {
    let Some(lab) = lab() else { return };
    let uploads = AtomicUsize::new(0);
    let shaky =
        Proxy::start(lab.registry.port, move |request, before| match request.path.contains("/uploads/") {
            true if request.method == "PUT" => match uploads.fetch_add(1, Ordering::SeqCst) {
                0 => Fault::Answer("503 Service Unavailable", String::new(), String::new()),
                1 => Fault::Close,
                _ => Fault::Pass,
            },
            false if request.method == "PUT" && before == 0 => Fault::Close,
            _ => Fault::Pass,
        });
    let digest = manifest(&lab.program.freeze(&shaky.image("app:v1"), &["--attach"]));
    assert_eq!(lab.listed(&digest).len(), 1);
    let body = r#"{"errors":[{"code":"DENIED","message":"only the build may push"}]}"#;
    let closed = Proxy::start(lab.registry.port, move |request, _| match request.writes() {
        true => Fault::Answer("403 Forbidden", String::new(), body.to_owned()),
        false => Fault::Pass,
    });
    let output = lab.program.run(&["verify", &closed.image("app:v2"), "--lock", "a.lock", "--attach"]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(
        error.contains("push manifest sha256:")
            && error.contains("found 403 Forbidden: only the build may push")
    );
    assert!(text(&output.stdout).contains("drifted: 1 of 7 layers"), "{output:?}");
}

#[test]
fn pushing_asks_for_the_right_to_push() {
    let Some(registry) = Registry::start(Setup { has_password: true, ..Setup::default() }) else { return };
    let program = Program::new().env("DOCKER_CONFIG", ".");
    let layout = Layout::of(&program.path("img"), &[layer("a", 10, 1)]);
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false", "--dest-creds", "me:open sesame"]);
    let auth = |host: &str| format!(r#"{{"auths":{{"{host}":{{"auth":"bWU6b3BlbiBzZXNhbWU="}}}}}}"#);
    fs::write(program.path("config.json"), auth(&registry.host())).unwrap();
    program.freeze(&registry.image("app:v1"), &["--attach"]);
    // Where a challenge does not say for what, the token is asked for what is to be done.
    let tokens = Proxy::start(registry.port, move |request, _| {
        if request.path.starts_with("/token?") {
            let token = if request.path.contains("push") { "writer" } else { "reader" };
            return Fault::Answer("200 OK", String::new(), format!(r#"{{"token":"{token}"}}"#));
        }
        let token = request.header("authorization").unwrap_or_default();
        if token == "Bearer writer" || token == "Bearer reader" && !request.writes() {
            return Fault::Trusted;
        }
        let host = request.header("host").unwrap();
        let challenge = format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\"\r\n");
        Fault::Answer("401 Unauthorized", challenge, String::new())
    });
    let host = format!("127.0.0.1:{}", tokens.port);
    fs::write(program.path("config.json"), auth(&host)).unwrap();
    program.freeze(&tokens.image("app:v1"), &["--attach"]);
    let asked = tokens.requests(|request| request.path.starts_with("/token?"));
    let scopes: Vec<bool> = asked.iter().map(|request| request.path.contains("pull%2Cpush")).collect();
    assert_eq!(scopes, [false, true], "{asked:?}");
}

#[test]
fn an_attached_lock_with_other_bytes_is_not_taken() {
    let Some(lab) = lab() else { return };
    let digest = lab.attach("v1");
    let artifact = lab.artifact(&lab.listed(&digest)[0]);
    let blob = artifact["layers"][0]["digest"].as_str().unwrap().to_owned();
    let wrong = Proxy::start(lab.registry.port, move |request, _| match request.path.ends_with(&blob) {
        true => Fault::Flip(30),
        false => Fault::Pass,
    });
    let error = Program::new().error(&["verify", &wrong.image("app:v1")]);
    assert!(error.contains("its bytes have digest sha256:"), "{error}");
}

#[test]
fn what_is_no_file_of_the_lock_is_not_pushed() {
    let Some(lab) = lab() else { return };
    let digest = lab.attach("v1");
    let before = lab.pushes().len();
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, "a secret of this machine").unwrap();
    lab.program.freeze(&lab.image("v1"), &[]);
    let index = lab.program.path("a.lock.files.zst");
    let rows = fs::read(&index).unwrap();
    let odd: [&dyn Fn(); 2] = [&|| std::os::unix::fs::symlink(&secret, &index).unwrap(), &|| {
        fs::write(&index, "a secret of this machine").unwrap()
    }];
    for put in odd {
        fs::remove_file(&index).unwrap();
        put();
        let (code, _) = lab.program.verify(&lab.image("v1"), &["--attach"]);
        assert_eq!(code, 2);
    }
    assert_eq!(lab.pushes().len(), before);
    fs::write(&index, rows).unwrap();
    assert_eq!(lab.listed(&digest).len(), 1);
}
