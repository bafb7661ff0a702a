//! Registries that hide what they have from whoever says nothing of himself, and who gets which credentials.

use std::fs;
use std::sync::{Arc, OnceLock};

use super::distribution::{Registry, Setup};
use super::image::{Layout, layer};
use super::program::{Program, nameless};
use super::proxy::{Fault, Proxy, Request};

/// `me:open sesame`, and somebody else's password.
const MINE: &str = "bWU6b3BlbiBzZXNhbWU=";
const THEIRS: &str = "dGhlbTpzZWNyZXQ=";

/// A registry that asks for a password, with a small image; the program with an empty store of credentials, and the lock
/// that it should write.
struct Lab {
    registry: Registry,
    program: Program,
    lock: String,
}

fn lab() -> Option<Lab> {
    let registry = Registry::start(Setup { has_password: true, ..Setup::default() })?;
    let program = Program::new().env("DOCKER_CONFIG", ".");
    let layout = Layout::of(&program.path("img"), &[layer("a", 1000, 1)]);
    layout
        .push(&registry.image("team/app:v1"), &["--dest-tls-verify=false", "--dest-creds", "me:open sesame"]);
    let lock = nameless(&program.freeze(&format!("oci:{}", layout.path()), &[]));
    Some(Lab { registry, program, lock })
}

impl Lab {
    fn proxy(&self, decide: impl Fn(&Request, usize) -> Fault + Send + Sync + 'static) -> Proxy {
        Proxy::start(self.registry.port, decide)
    }

    /// Stores credentials for servers on loopback, by their ports.
    fn store(&self, all: &[(u16, &str)]) {
        let entries: Vec<String> =
            all.iter().map(|(port, auth)| format!(r#""127.0.0.1:{port}":{{"auth":"{auth}"}}"#)).collect();
        let config = format!(r#"{{"auths":{{{}}}}}"#, entries.join(","));
        fs::write(self.program.path("config.json"), config).unwrap();
    }

    fn freezes(&self, proxy: &Proxy) {
        let lock = self.program.freeze(&proxy.image("team/app:v1"), &["--no-reuse"]);
        assert_eq!(nameless(&lock), self.lock);
    }

    fn error(&self, proxy: &Proxy) -> String {
        self.program.error(&["freeze", &proxy.image("team/app:v1"), "--no-reuse"])
    }
}

fn answer(status: &'static str, headers: &str) -> Fault {
    Fault::Answer(status, headers.to_owned(), String::new())
}

fn basic() -> Fault {
    answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"here\"\r\n")
}

fn is_anonymous(request: &Request) -> bool {
    request.header("authorization").is_none()
}

#[test]
fn a_registry_that_says_back_what_it_was_sent_is_quoted_without_it() {
    let Some(lab) = lab() else { return };
    let proxy = lab.proxy(|request, _| match request.header("authorization") {
        None => basic(),
        Some(header) => {
            let message = format!("denied: '{header}' of me with open sesame may not read team/app");
            let body = format!(r#"{{"errors":[{{"code":"DENIED","message":"{message}"}}]}}"#);
            Fault::Answer("403 Forbidden", String::new(), body)
        }
    });
    lab.store(&[(proxy.port, MINE)]);
    let error = lab.error(&proxy);
    assert!(
        error.contains("denied: 'Basic [redacted]' of [redacted] with [redacted] may not read"),
        "{error}"
    );
    assert!(!error.contains("sesame") && !error.contains(MINE.trim_end_matches('=')), "{error}");
}

#[test]
fn what_is_hidden_from_strangers_is_asked_for_with_what_is_stored() {
    let Some(lab) = lab() else { return };
    let hidden: [(&'static str, &'static str); 5] = [
        ("403 Forbidden", ""),
        ("404 Not Found", ""),
        ("401 Unauthorized", ""),
        ("401 Unauthorized", "WWW-Authenticate: Negotiate\r\n"),
        ("401 Unauthorized", "WWW-Authenticate: Bearer\r\n"),
    ];
    for (status, headers) in hidden {
        let proxy = lab.proxy(move |request, _| match is_anonymous(request) {
            true if request.path == "/v2/" => basic(),
            true => answer(status, headers),
            false => Fault::Pass,
        });
        lab.store(&[(proxy.port, MINE)]);
        lab.freezes(&proxy);
        // The challenge is asked for once, by a stranger, and the image was asked for once without it.
        assert_eq!(proxy.requests(|request| request.path == "/v2/").len(), 1, "{status} {headers}");
        assert_eq!(proxy.requests(is_anonymous).len(), 2, "{status} {headers}");
        // Another's password is refused, and that is told.
        lab.store(&[(proxy.port, THEIRS)]);
        let error = lab.error(&proxy);
        assert!(error.contains("refuses the credentials in ./config.json"), "{status}: {error}");
        assert!(!error.contains("secret") && !error.contains(THEIRS), "{error}");
    }
}

#[test]
fn nothing_is_sent_to_a_registry_that_asks_for_nothing() {
    let Some(lab) = lab() else { return };
    for (status, said) in [("403 Forbidden", "403 Forbidden"), ("404 Not Found", "has no such image")] {
        for version in ["200 OK", "404 Not Found", "500 Internal Server Error"] {
            let proxy = lab.proxy(move |request, _| match request.path.as_str() {
                "/v2/" => answer(version, ""),
                _ => answer(status, ""),
            });
            lab.store(&[(proxy.port, MINE)]);
            assert!(lab.error(&proxy).contains(said), "{status} {version}");
            assert!(proxy.requests(|request| !is_anonymous(request)).is_empty());
        }
    }
    // With nothing stored there is nothing to try: what is not there is not asked about twice.
    let proxy = lab.proxy(|_, _| answer("404 Not Found", ""));
    lab.store(&[]);
    assert!(lab.error(&proxy).contains("has no such image"));
    assert_eq!(proxy.requests(|_| true).len(), 1);
    let proxy = lab.proxy(|request, _| match request.path.as_str() {
        "/v2/" => basic(),
        _ => answer("403 Forbidden", ""),
    });
    lab.store(&[]);
    let error = lab.error(&proxy);
    assert!(error.contains("asks for credentials, and none are stored for it"), "{error}");
}

#[test]
fn a_challenge_among_others_that_nobody_answers_is_taken() {
    let Some(lab) = lab() else { return };
    for headers in [
        "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: BASIC realm=\"Repository Manager\"\r\n",
        "WWW-Authenticate: Negotiate YII+/w==, Basic realm=\"here\"\r\n",
    ] {
        let proxy = lab.proxy(move |request, _| match is_anonymous(request) {
            true => answer("401 Unauthorized", headers),
            false => Fault::Pass,
        });
        lab.store(&[(proxy.port, MINE)]);
        lab.freezes(&proxy);
    }
}

/// A registry that answers nothing itself and redirects to another, which asks for a password.
fn facade(lab: &Lab, challenge: impl Fn(u16) -> String + Send + Sync + 'static) -> (Proxy, Proxy) {
    let port = Arc::new(OnceLock::new());
    let own = port.clone();
    let back = lab.proxy(move |request, _| match (request.path.split('?').next(), is_anonymous(request)) {
        (Some("/token"), _) => Fault::Answer("200 OK", String::new(), r#"{"token":"opaque"}"#.to_owned()),
        (_, true) => answer("401 Unauthorized", &challenge(*own.get().unwrap())),
        (_, false) if request.header("authorization") == Some("Bearer opaque") => Fault::Trusted,
        _ => Fault::Pass,
    });
    port.set(back.port).unwrap();
    let there = back.port;
    let front = lab.proxy(move |request, _| {
        let headers = format!("Location: http://127.0.0.1:{there}{}\r\n", request.path);
        Fault::Answer("307 Temporary Redirect", headers, String::new())
    });
    (front, back)
}

fn sent(proxy: &Proxy) -> Vec<String> {
    let all = proxy.requests(|request| !is_anonymous(request));
    let mut all: Vec<String> =
        all.iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    all.dedup();
    all
}

#[test]
fn a_server_that_was_redirected_to_gets_its_own_credentials_alone() {
    let Some(lab) = lab() else { return };
    let (front, back) = facade(&lab, |_| "WWW-Authenticate: Basic realm=\"back\"\r\n".into());
    lab.store(&[(front.port, THEIRS), (back.port, MINE)]);
    lab.freezes(&front);
    assert_eq!((sent(&front), sent(&back)), (vec![], vec![format!("Basic {MINE}")]));
    // The registry's own are none of its.
    front.forget();
    back.forget();
    lab.store(&[(front.port, MINE)]);
    assert!(lab.error(&front).contains("401 Unauthorized"));
    assert_eq!((sent(&front), sent(&back)), (vec![], vec![]));
    // Refused ones are sent once for each request, and told.
    lab.store(&[(back.port, THEIRS)]);
    let error = lab.error(&front);
    assert!(error.contains("401 Unauthorized"), "{error}");
    assert_eq!(back.requests(|request| !is_anonymous(request)).len(), 1);
}

#[test]
fn a_server_that_was_redirected_to_may_name_a_realm_for_its_own_credentials() {
    let Some(lab) = lab() else { return };
    let bearer = |port| {
        format!("WWW-Authenticate: Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"back\"\r\n")
    };
    let (front, back) = facade(&lab, bearer);
    for (stored, expected) in
        [(vec![(back.port, MINE)], true), (vec![(front.port, MINE)], false), (vec![], false)]
    {
        front.forget();
        back.forget();
        lab.store(&stored);
        lab.freezes(&front);
        let tokens = back.requests(|request| request.path.starts_with("/token"));
        assert_eq!(tokens.len(), 1);
        assert_eq!(!is_anonymous(&tokens[0]), expected);
        assert!(tokens[0].path.contains("scope=repository%3Ateam%2Fapp%3Apull"), "{}", tokens[0].path);
        assert_eq!(sent(&front), [""; 0]);
        assert!(sent(&back).contains(&"Bearer opaque".to_owned()));
    }
}

#[test]
fn a_storage_host_gets_nothing_of_the_registrys() {
    let Some(lab) = lab() else { return };
    let storage = lab.proxy(|_, _| Fault::Trusted);
    let there = storage.port;
    let front = lab.proxy(move |request, _| match (is_anonymous(request), request.is_blob()) {
        (true, _) => basic(),
        (false, true) => {
            let headers = format!("Location: http://127.0.0.1:{there}{}?signature=1\r\n", request.path);
            Fault::Answer("307 Temporary Redirect", headers, String::new())
        }
        _ => Fault::Pass,
    });
    lab.store(&[(front.port, MINE), (storage.port, THEIRS)]);
    lab.freezes(&front);
    assert!(!storage.requests(|_| true).is_empty());
    assert_eq!(sent(&storage), [""; 0]);
}
