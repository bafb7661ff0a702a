//! Registries whose list of what is attached is none: the API that answers with something else, the tag that is the image.

use std::fs;
use std::sync::{Arc, OnceLock};

use super::distribution::{Registry, Setup};
use super::image::{Layout, seven};
use super::program::{Program, text};
use super::proxy::{Fault, Proxy, Request};

/// A registry without the API, with `app:v1`.
struct Lab {
    registry: Registry,
    program: Program,
}

fn lab() -> Option<Lab> {
    let registry = Registry::start(Setup::default())?;
    let program = Program::new();
    Layout::of(&program.path("img"), &seven(500))
        .push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    Some(Lab { registry, program })
}

impl Lab {
    fn proxy(&self, decide: impl Fn(&Request, usize) -> Fault + Send + Sync + 'static) -> Proxy {
        Proxy::start(self.registry.port, decide)
    }

    /// Freezes with `--attach`, and forgets the lock on disk; the manifest's digest.
    fn attach(&self, proxy: &Proxy) -> String {
        let lock = self.program.freeze(&proxy.image("app:v1"), &["--attach"]);
        fs::remove_file(self.program.path("a.lock")).unwrap();
        fs::remove_file(self.program.path("a.lock.files.zst")).unwrap();
        let line = lock.lines().find_map(|line| line.strip_prefix("manifest = "));
        line.unwrap().trim_matches('"').to_owned()
    }
}

fn is_api(request: &Request) -> bool {
    request.path.contains("/referrers/")
}

fn is_tag(request: &Request) -> bool {
    request.path.contains("/manifests/sha256-")
}

#[test]
fn whatever_the_api_answers_that_is_no_list_the_tag_is_asked() {
    let Some(lab) = lab() else { return };
    let page = ("200 OK", "Content-Type: text/html\r\n", "<!doctype html><html></html>");
    let answers: [(&'static str, &'static str, &'static str); 12] = [
        page,
        ("200 OK", "Content-Type: application/json\r\n", "{}"),
        ("200 OK", "", ""),
        ("200 OK", "", "[]"),
        ("200 OK", "", r#"{"errors":[{"code":"UNSUPPORTED"}]}"#),
        ("204 No Content", "", ""),
        ("303 See Other", "Location: /-/v2/packages/x\r\n", ""),
        ("400 Bad Request", "", r#"{"errors":[{"code":"UNSUPPORTED","message":"not here"}]}"#),
        ("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n", ""),
        ("403 Forbidden", "", ""),
        ("405 Method Not Allowed", "", ""),
        ("501 Not Implemented", "", ""),
    ];
    let plain = lab.proxy(|_, _| Fault::Pass);
    let digest = lab.attach(&plain);
    for (status, headers, body) in answers {
        let proxy = lab.proxy(move |request, _| match request.path.as_str() {
            path if path.starts_with("/-/") => Fault::Answer("200 OK", String::new(), "a page".into()),
            _ if is_api(request) => Fault::Answer(status, headers.to_owned(), body.to_owned()),
            _ => Fault::Pass,
        });
        let (code, verified) = lab.program.verify_found(&proxy.image("app:v1"), &[]);
        assert_eq!((code, verified["verdict"].as_str()), (0, Some("identical")), "{status}: {verified}");
        let notes = verified["notes"].to_string();
        let tag = format!("what is attached was looked for under the tag {}", digest.replace(':', "-"));
        assert!(
            notes.contains("the registry's referrers API gave no list") && notes.contains(&tag),
            "{notes}"
        );
        let is_other = status.starts_with(['2', '3']) || ["401", "403"].contains(&&status[..3]);
        assert!(is_other || notes.contains(&format!("(expected a list, found {status}")), "{notes}");
        assert_eq!(proxy.requests(is_tag).len(), 1, "{status}");
    }
    // A registry that has no such API says so as it should, which needs no word.
    let (code, verified) = lab.program.verify_found(&plain.image("app:v1"), &[]);
    assert_eq!((code, verified["notes"].to_string().contains("referrers API")), (0, false));
}

#[test]
fn an_api_that_fails_is_asked_again_before_the_tag_is() {
    let Some(lab) = lab() else { return };
    let plain = lab.proxy(|_, _| Fault::Pass);
    lab.attach(&plain);
    let proxy = lab.proxy(|request, _| match is_api(request) {
        true => Fault::Answer("500 Internal Server Error", String::new(), "oops".into()),
        false => Fault::Pass,
    });
    let (code, verified) = lab.program.verify_found(&proxy.image("app:v1"), &[]);
    assert_eq!(code, 0, "{verified}");
    assert!(verified["notes"].to_string().contains("500 Internal Server Error, 5 times"), "{verified}");
    assert_eq!(proxy.requests(is_api).len(), 5);
}

#[test]
fn where_nothing_is_attached_the_answer_that_was_no_list_is_told() {
    let Some(lab) = lab() else { return };
    let proxy = lab.proxy(|request, _| match is_api(request) {
        true => Fault::Answer("200 OK", String::new(), "{}".into()),
        false => Fault::Pass,
    });
    let error = lab.program.error(&["verify", &proxy.image("app:v1")]);
    assert!(error.contains("none attached to") && error.contains("referrers API gave no list"), "{error}");
}

/// A registry that takes `sha256-HEX` for the digest, as GitLab does; with `forever` also after the tag was written.
fn dashing(lab: &Lab, forever: bool) -> Proxy {
    let image = lab.program.path("img");
    let manifest = fs::read_dir(image.join("blobs/sha256")).unwrap().find_map(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        bytes.starts_with(b"{\"config\"").then(|| String::from_utf8(bytes).unwrap())
    });
    let manifest = manifest.unwrap();
    let written = Arc::new(OnceLock::new());
    lab.proxy(move |request, _| match request.method.as_str() {
        "PUT" if is_tag(request) => {
            let _ = written.set(());
            match forever {
                true => Fault::Answer("201 Created", String::new(), String::new()),
                false => Fault::Pass,
            }
        }
        "GET" if is_tag(request) && (forever || written.get().is_none()) => {
            let media_type = "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n";
            Fault::Answer("200 OK", media_type.to_owned(), manifest.clone())
        }
        _ => Fault::Pass,
    })
}

#[test]
fn a_tag_that_answers_with_the_image_itself_is_no_list() {
    let Some(lab) = lab() else { return };
    let proxy = dashing(&lab, false);
    let error = lab.program.error(&["verify", &proxy.image("app:v1")]);
    assert!(error.contains("no lockfile at reprolock.lock, and none attached to"), "{error}");
    lab.attach(&proxy);
    let puts = proxy.requests(|request| request.method == "PUT" && is_tag(request));
    assert_eq!(puts.len(), 1);
    // What is pushed there has nothing of the image in it.
    let list: serde_json::Value = serde_json::from_slice(&puts[0].body).unwrap();
    assert_eq!(list["manifests"].as_array().unwrap().len(), 1, "{}", text(&puts[0].body));
    assert_eq!((&list["config"], &list["layers"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    let (code, verified) = lab.program.verify_found(&proxy.image("app:v1"), &[]);
    assert_eq!(code, 0, "{verified}");
}

#[test]
fn a_registry_that_keeps_no_list_at_all_says_so_after_one_push() {
    let Some(lab) = lab() else { return };
    let proxy = dashing(&lab, true);
    let output = lab.program.run(&["freeze", &proxy.image("app:v1"), "-o", "a.lock", "--attach"]);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("this registry keeps no list"), "{error}");
    assert_eq!(proxy.requests(|request| request.method == "PUT" && is_tag(request)).len(), 1);
}
