//! A registry in memory, on a free port of loopback: it serves what it has, and takes what is pushed. It knows no logins and no
//! list of referrers, so what is attached is listed by its tag.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use reprolock::internal::base::digest::Sha256;

use super::Files;

/// Blobs by digest, manifests by tag and digest; of manifests their media type too.
#[derive(Default)]
struct Store {
    blobs: BTreeMap<String, Vec<u8>>,
    manifests: BTreeMap<String, (String, Vec<u8>)>,
    pushed: Vec<Vec<u8>>,
}

/// The registry; its threads end with the test.
pub(crate) struct Registry {
    port: u16,
    store: Arc<Mutex<Store>>,
}

impl Registry {
    /// One that holds the layout's first image as `app:TAG` for each tag.
    pub(crate) fn serving(images: &[(&str, &Files)]) -> Self {
        let mut store = Store::default();
        for (tag, files) in images {
            for (path, bytes) in &files.0 {
                if let Some(hex) = path.strip_prefix("blobs/sha256/") {
                    store.blobs.insert(format!("sha256:{hex}"), bytes.clone());
                }
            }
            let entry = &files.document("index.json")["manifests"][0];
            let (digest, media_type) =
                (entry["digest"].as_str().unwrap(), entry["mediaType"].as_str().unwrap());
            let manifest = (media_type.to_owned(), store.blobs[digest].clone());
            store.manifests.insert((*tag).to_owned(), manifest.clone());
            store.manifests.insert(digest.to_owned(), manifest);
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let store = Arc::new(Mutex::new(store));
        let held = store.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let store = held.clone();
                thread::spawn(move || while answer(&stream, &store).is_some() {});
            }
        });
        Self { port, store }
    }

    /// The reference of a tag here.
    pub(crate) fn image(&self, tag: &str) -> String {
        format!("docker://127.0.0.1:{}/app:{tag}", self.port)
    }

    /// The bytes of all manifests and blobs that were pushed.
    pub(crate) fn pushed(&self) -> Vec<Vec<u8>> {
        self.store.lock().unwrap().pushed.clone()
    }
}

/// Answers one request; `None` where the connection ends.
fn answer(stream: &TcpStream, store: &Mutex<Store>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    (reader.read_line(&mut line).ok()? > 0).then_some(())?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut media_type) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "content-type" => media_type = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, headers, answer) =
        respond(&mut store.lock().unwrap(), &method, &target, (&media_type, body));
    let body = if method == "HEAD" { &[][..] } else { &answer };
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", answer.len());
    let mut stream = stream;
    stream.write_all(&[head.as_bytes(), body].concat()).ok()
}

/// The status line's rest, headers and body.
fn respond(
    store: &mut Store,
    method: &str,
    target: &str,
    (media_type, body): (&str, Vec<u8>),
) -> (&'static str, String, Vec<u8>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let rest = path.strip_prefix("/v2/").unwrap_or_default();
    let gone = || ("404 Not Found", String::new(), Vec::new());
    let parts: Vec<&str> = rest.split('/').collect();
    match (method, parts.as_slice()) {
        ("GET", [""]) => ("200 OK", String::new(), Vec::new()),
        ("POST", ["app", "blobs", "uploads", ..]) => {
            ("202 Accepted", "Location: /v2/app/blobs/uploads/1\r\n".to_owned(), Vec::new())
        }
        ("PUT", ["app", "blobs", "uploads", "1"]) => {
            let digest = query.split('&').find_map(|pair| pair.strip_prefix("digest=")).unwrap_or_default();
            store.pushed.push(body.clone());
            store.blobs.insert(digest.replace("%3A", ":"), body);
            ("201 Created", String::new(), Vec::new())
        }
        ("PUT", ["app", "manifests", reference]) => {
            let digest = Sha256::of(&body).to_string();
            store.pushed.push(body.clone());
            store.manifests.insert((*reference).to_owned(), (media_type.to_owned(), body.clone()));
            store.manifests.insert(digest.clone(), (media_type.to_owned(), body));
            ("201 Created", format!("Docker-Content-Digest: {digest}\r\n"), Vec::new())
        }
        (_, ["app", "manifests", reference]) => match store.manifests.get(*reference) {
            Some((media_type, bytes)) => {
                let digest = Sha256::of(bytes);
                let headers = format!("Content-Type: {media_type}\r\nDocker-Content-Digest: {digest}\r\n");
                ("200 OK", headers, bytes.clone())
            }
            None => gone(),
        },
        (_, ["app", "blobs", digest]) => match store.blobs.get(*digest) {
            Some(bytes) => ("200 OK", "Content-Type: application/octet-stream\r\n".to_owned(), bytes.clone()),
            None => gone(),
        },
        _ => gone(),
    }
}
