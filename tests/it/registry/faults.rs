//! Everything that goes wrong on the way: it is mended, or it is told; a wrong byte is never taken for a right one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::distribution::{Registry, Setup};
use super::image::{Layout, layer};
use super::program::{Program, nameless};
use super::proxy::{Fault, Proxy, Request};

const SIZE: usize = 300_000;

/// A registry with an image of one layer of some `SIZE` bytes, and the lock it should give.
struct Lab {
    registry: Registry,
    program: Program,
    lock: String,
    blob: String,
    size: usize,
}

fn lab() -> Option<Lab> {
    let registry = Registry::start(Setup::default())?;
    let program = Program::new();
    let bytes = layer("weights", SIZE, 7);
    let layout = Layout::of(&program.path("img"), std::slice::from_ref(&bytes));
    layout.push(&registry.image("app:v1"), &["--dest-tls-verify=false"]);
    let lock = nameless(&program.freeze(&format!("oci:{}", layout.path()), &[]));
    let blob = reprolock::internal::base::digest::Sha256::of(&bytes).to_string();
    Some(Lab { registry, program, lock, blob, size: bytes.len() })
}

impl Lab {
    fn proxy(&self, decide: impl Fn(&Request, usize) -> Fault + Send + Sync + 'static) -> Proxy {
        Proxy::start(self.registry.port, decide)
    }

    /// A proxy that does `fault` to the layer's first request.
    fn once(&self, fault: Fault) -> Proxy {
        let blob = self.blob.clone();
        self.proxy(move |request, before| match request.path.ends_with(&blob) && before == 0 {
            true => fault.clone(),
            false => Fault::Pass,
        })
    }

    /// The lock through `proxy` is the right one.
    fn recovers(&self, proxy: &Proxy) {
        assert_eq!(nameless(&self.program.freeze(&proxy.image("app:v1"), &["--no-reuse"])), self.lock);
    }

    fn fails(&self, proxy: &Proxy) -> String {
        let image = proxy.image("app:v1");
        let error = self.program.error(&["freeze", &image]);
        error.replace(&image, "IMAGE").replace(&self.blob, "LAYER")
    }

    fn blobs(&self, proxy: &Proxy) -> Vec<Request> {
        proxy.requests(|request| request.path.ends_with(&self.blob))
    }
}

#[test]
fn a_connection_cut_at_any_tenth_resumes_there() {
    let Some(lab) = lab() else { return };
    for tenth in 0..10 {
        let at = lab.size * tenth / 10;
        let proxy = lab.once(Fault::Cut(at));
        lab.recovers(&proxy);
        let requests = lab.blobs(&proxy);
        let range = requests[1].header("range").map(str::to_owned);
        assert_eq!(range, (at > 0).then(|| format!("bytes={at}-")), "{requests:?}");
        assert_eq!(requests.len(), 2);
    }
}

#[test]
fn a_connection_cut_after_every_tenth_gets_there_too() {
    let Some(lab) = lab() else { return };
    let (blob, step) = (lab.blob.clone(), lab.size.div_ceil(10));
    let proxy = lab.proxy(move |request, _| match request.path.ends_with(&blob) {
        true => Fault::Cut(step),
        false => Fault::Pass,
    });
    lab.recovers(&proxy);
    assert_eq!(lab.blobs(&proxy).len(), 10);
}

#[test]
fn a_registry_that_ignores_range_is_read_past_what_is_known() {
    let Some(lab) = lab() else { return };
    let (blob, cut) = (lab.blob.clone(), lab.size / 3);
    let proxy = lab.proxy(move |request, before| match (request.path.ends_with(&blob), before) {
        (true, 0) => Fault::Cut(cut),
        (true, _) => Fault::WithoutRange,
        _ => Fault::Pass,
    });
    lab.recovers(&proxy);
}

#[test]
fn a_connection_that_never_comes_further_ends() {
    let Some(lab) = lab() else { return };
    let (blob, half) = (lab.blob.clone(), lab.size / 2);
    let proxy = lab.proxy(move |request, before| match (request.path.ends_with(&blob), before) {
        (true, 0) => Fault::Cut(half),
        (true, _) => Fault::Cut(0),
        _ => Fault::Pass,
    });
    let error = lab.fails(&proxy);
    let expected = format!(
        "layer LAYER of IMAGE: expected {} bytes, found {half} before the connection broke",
        lab.size
    );
    assert!(error.contains(&expected), "{error}");
}

#[test]
fn an_overloaded_registry_is_waited_for_as_it_asks() {
    let Some(lab) = lab() else { return };
    let seconds = |n: &'static str| {
        Fault::Answer("429 Too Many Requests", format!("Retry-After: {n}\r\n"), String::new())
    };
    let proxy = lab.proxy(move |request, before| match before {
        0 if request.is_manifest() => seconds("1"),
        _ => Fault::Pass,
    });
    let start = Instant::now();
    lab.recovers(&proxy);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let proxy = lab.proxy(move |_, _| seconds("3600"));
    let start = Instant::now();
    let error = lab.fails(&proxy);
    assert!(error.contains("found 429 Too Many Requests, to be tried again in 3600 seconds"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn server_errors_pass_or_are_told() {
    let Some(lab) = lab() else { return };
    let failing = || Fault::Answer("503 Service Unavailable", String::new(), String::new());
    let proxy = lab.proxy(move |_, before| if before < 2 { failing() } else { Fault::Pass });
    lab.recovers(&proxy);
    let body = r#"{"errors":[{"code":"UNKNOWN","message":"disk on fire"}]}"#;
    let proxy = lab.proxy(move |request, _| match request.is_blob() {
        true => Fault::Answer("500 Internal Server Error", String::new(), body.to_owned()),
        false => Fault::Pass,
    });
    let error = lab.fails(&proxy);
    assert!(error.contains("found 500 Internal Server Error: disk on fire, 5 times"), "{error}");
    let proxy = lab.proxy(|request, before| match request.is_manifest() && before < 2 {
        true => Fault::Cut(20),
        false => Fault::Pass,
    });
    lab.recovers(&proxy);
}

#[test]
fn a_wrong_byte_is_found_wherever_it_is() {
    let Some(lab) = lab() else { return };
    let error = lab.fails(&lab.once(Fault::Flip(lab.size / 2)));
    assert!(error.contains("the blob's digest is sha256:"), "{error}");
    // Wrong bytes in the part that a broken connection left to the next response.
    let (blob, half) = (lab.blob.clone(), lab.size / 2);
    let proxy = lab.proxy(move |request, before| match (request.path.ends_with(&blob), before) {
        (true, 0) => Fault::Cut(half),
        (true, _) => Fault::Flip(10),
        _ => Fault::Pass,
    });
    assert!(lab.fails(&proxy).contains("the blob's digest is sha256:"));
    let layer = lab.blob.clone();
    let config = lab.proxy(move |request, _| match request.is_blob() && !request.path.ends_with(&layer) {
        true => Fault::Flip(30),
        false => Fault::Pass,
    });
    let error = lab.fails(&config);
    assert!(error.contains("config sha256:") && error.contains("expected sha256:"), "{error}");
    // A tag does not say its digest, the registry's header does.
    let manifest = lab.proxy(|request, _| if request.is_manifest() { Fault::Flip(30) } else { Fault::Pass });
    let error = lab.fails(&manifest);
    assert!(error.contains("manifest v1 of IMAGE: expected sha256:"), "{error}");
}

#[test]
fn a_wrong_length_is_mended_or_told() {
    let Some(lab) = lab() else { return };
    lab.recovers(&lab.once(Fault::Length(lab.size / 2)));
    lab.recovers(&lab.once(Fault::Length(lab.size * 2)));
    let manifest = lab.proxy(|request, before| match request.is_manifest() && before == 0 {
        true => Fault::Length(1 << 20),
        false => Fault::Pass,
    });
    lab.recovers(&manifest);
}

/// A proxy that asks for tokens which last `uses` requests, and gives them itself.
fn tokens(lab: &Lab, uses: usize, is_serving: Arc<AtomicBool>) -> (Proxy, Arc<AtomicUsize>) {
    let issued = Arc::new(AtomicUsize::new(0));
    let (counter, used) = (issued.clone(), Arc::new(AtomicUsize::new(0)));
    let proxy = lab.proxy(move |request, _| {
        if request.path.starts_with("/token?") {
            if !is_serving.load(Ordering::SeqCst) && counter.load(Ordering::SeqCst) > 0 {
                return Fault::Answer("401 Unauthorized", String::new(), String::new());
            }
            used.store(0, Ordering::SeqCst);
            let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
            return Fault::Answer("200 OK", String::new(), format!(r#"{{"token":"secret-{number}"}}"#));
        }
        let valid = format!("Bearer secret-{}", counter.load(Ordering::SeqCst));
        if request.header("authorization") == Some(&valid) && used.fetch_add(1, Ordering::SeqCst) < uses {
            return Fault::Pass;
        }
        let host = request.header("host").unwrap();
        let challenge = format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"lab\"\r\n");
        Fault::Answer("401 Unauthorized", challenge, String::new())
    });
    (proxy, issued)
}

#[test]
fn a_token_that_expires_is_renewed() {
    let Some(lab) = lab() else { return };
    let (proxy, issued) = tokens(&lab, 1, Arc::new(AtomicBool::new(true)));
    lab.recovers(&proxy);
    // One for the manifest, the config and the layer each.
    assert_eq!(issued.load(Ordering::SeqCst), 3);
    let asked = proxy.requests(|request| request.path.starts_with("/token?"));
    assert!(asked[0].path.contains("scope=repository%3Aapp%3Apull") && asked[0].path.contains("service=lab"));
    let (proxy, _) = tokens(&lab, 1, Arc::new(AtomicBool::new(false)));
    let error = lab.fails(&proxy);
    assert!(error.contains("asks for credentials, and none are stored for it"), "{error}");
    assert!(!error.contains("secret-"), "{error}");
    let (proxy, _) = tokens(&lab, 0, Arc::new(AtomicBool::new(true)));
    let error = lab.fails(&proxy);
    assert!(error.contains("asks for credentials"), "{error}");
}

#[test]
fn a_redirect_is_followed_without_credentials() {
    let Some(lab) = lab() else { return };
    // Another port is another origin, and another host's name is another port's.
    let storage = lab.proxy(|_, _| Fault::Pass);
    let elsewhere = storage.port;
    let (tokens, issued) = (lab.blob.clone(), Arc::new(AtomicUsize::new(0)));
    let counter = issued.clone();
    let proxy = lab.proxy(move |request, _| {
        if request.path.starts_with("/token?") {
            counter.fetch_add(1, Ordering::SeqCst);
            return Fault::Answer("200 OK", String::new(), r#"{"access_token":"secret"}"#.to_owned());
        }
        if request.header("authorization") != Some("Bearer secret") {
            let host = request.header("host").unwrap();
            let challenge = format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\"\r\n");
            return Fault::Answer("401 Unauthorized", challenge, String::new());
        }
        match request.path.ends_with(&tokens) {
            true => {
                let location =
                    format!("Location: http://localhost:{elsewhere}{}?signature=s3cret\r\n", request.path);
                Fault::Answer("307 Temporary Redirect", location, String::new())
            }
            false => Fault::Pass,
        }
    });
    lab.recovers(&proxy);
    let there = storage.requests(|_| true);
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].header("authorization"), None);
    assert_eq!(issued.load(Ordering::SeqCst), 1);
}

#[test]
fn redirects_that_lead_nowhere_end() {
    let Some(lab) = lab() else { return };
    let round = lab.proxy(|request, _| match request.is_blob() {
        true => Fault::Answer("302 Found", format!("Location: {}\r\n", request.path), String::new()),
        false => Fault::Pass,
    });
    assert!(lab.fails(&round).contains("redirected more than 10 times"));
    let file = lab.proxy(|request, _| match request.is_blob() {
        true => Fault::Answer("302 Found", "Location: file:///etc/passwd\r\n".into(), String::new()),
        false => Fault::Pass,
    });
    assert!(lab.fails(&file).contains("redirected to a scheme that is not followed"));
}

#[test]
fn connections_closed_without_a_word_are_made_again() {
    let Some(lab) = lab() else { return };
    let proxy = lab.proxy(|request, before| match request.is_blob() && before < 2 {
        true => Fault::Close,
        false => Fault::Pass,
    });
    lab.recovers(&proxy);
}
