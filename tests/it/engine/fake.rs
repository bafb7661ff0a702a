//! An engine that knows some images, answers the calls that reprolock makes, and fails as it is told.
//!
//! It answers as dockerd does: `_ping` with the version, descriptions with a length, images in chunks. Each connection
//! has a thread; all end with the test's process.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use reprolock::internal::base::digest::Sha256;
use serde_json::{Value, json};

use crate::support::{Files, Image};

/// What an engine is like.
#[derive(Clone)]
pub(super) struct Setup {
    /// The version of its API.
    pub(super) version: &'static str,
    /// Its images.
    pub(super) images: Vec<Held>,
    /// How it fails.
    pub(super) fault: Fault,
}

impl Setup {
    pub(super) fn holding(images: impl IntoIterator<Item = Held>) -> Self {
        Self { version: "1.43", images: images.into_iter().collect(), fault: Fault::None }
    }

    pub(super) fn version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    pub(super) fn fault(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }
}

/// A way to fail.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// Takes connections, and never answers.
    Silent,
    /// Sends each head a byte at a time.
    Trickle,
    /// Answers everything with these bytes.
    Bytes(&'static str),
    /// Answers the call for the stream with this status and body.
    Status(&'static str, &'static str),
    /// Answers a description with this.
    Description(&'static str),
    /// Closes the connection after so many bytes of the stream.
    Cut(usize),
    /// Ends the stream after so many bytes as if it were whole.
    Short(usize),
    /// Ends the stream after so many bytes with these words, as dockerd does when it fails in the middle.
    Words(usize, &'static str),
}

/// An image in the engine.
#[derive(Clone)]
pub(super) struct Held {
    /// Names and ids that lead to it.
    pub(super) names: Vec<String>,
    /// What is said of it, by platform; the first one where none is asked for.
    pub(super) descriptions: Vec<(String, Value)>,
    /// Its stream, and those of one platform each.
    pub(super) tar: Vec<u8>,
    pub(super) tars: BTreeMap<String, Vec<u8>>,
}

impl Held {
    /// An image of the classic store.
    pub(super) fn classic(image: &Image, name: &str) -> Self {
        Self::of(image, name, &image.docker(), None)
    }

    /// An image of containerd's store.
    pub(super) fn containerd(image: &Image, name: &str) -> Self {
        let files = image.docker_containerd();
        let descriptor = files.document("index.json")["manifests"][0].clone();
        Self::of(image, name, &files, Some(descriptor))
    }

    /// An image in this archive; `descriptor` is what containerd's store keeps of it.
    pub(super) fn of(image: &Image, name: &str, files: &Files, descriptor: Option<Value>) -> Self {
        let config: Value = serde_json::from_slice(&image.config()).unwrap();
        let own = Sha256::of(&image.config()).to_string();
        let id = descriptor.as_ref().map_or(own, |kept| kept["digest"].as_str().unwrap().to_owned());
        let mut said = json!({"Id": id, "RepoTags": [name], "RepoDigests": null, "Size": 4096, "Variant": null,
            "Os": config["os"], "Architecture": config["architecture"],
            "RootFS": {"Type": "layers", "Layers": config["rootfs"]["diff_ids"]}});
        if let Some(descriptor) = descriptor {
            said["Descriptor"] = descriptor;
        }
        let platform =
            format!("{}/{}", config["os"].as_str().unwrap(), config["architecture"].as_str().unwrap());
        let short = id.trim_start_matches("sha256:")[..12].to_owned();
        let mut names = vec![name.to_owned(), id, short];
        names.extend(name.strip_suffix(":latest").map(str::to_owned));
        Self { names, descriptions: vec![(platform, said)], tar: files.archive(), tars: BTreeMap::new() }
    }

    /// Remembers that registries have it as these.
    pub(super) fn known_as(mut self, names: &[&str]) -> Self {
        self.descriptions[0].1["RepoDigests"] = json!(names);
        self
    }
}

/// A running engine.
pub(super) struct Engine {
    calls: Arc<Mutex<Vec<String>>>,
    /// As `DOCKER_HOST` names it; empty for one on a socket.
    pub(super) host: String,
}

impl Engine {
    pub(super) fn on_socket(socket: &Path, setup: Setup) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        Self::start(String::new(), setup, move || Some(listener.accept().ok()?.0))
    }

    pub(super) fn on_port(setup: Setup) -> Self {
        Self::on_port_with(setup, Some)
    }

    /// On a port, behind what `wrap` makes of a connection.
    pub(super) fn on_port_with<S: Read + Write + Send + 'static>(
        setup: Setup,
        wrap: impl Fn(std::net::TcpStream) -> Option<S> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = format!("tcp://{}", listener.local_addr().unwrap());
        Self::start(host, setup, move || wrap(listener.accept().ok()?.0))
    }

    fn start<S: Read + Write + Send + 'static>(
        host: String,
        setup: Setup,
        accept: impl Fn() -> Option<S> + Send + 'static,
    ) -> Self {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let log = calls.clone();
        thread::spawn(move || {
            while let Some(stream) = accept() {
                let (setup, log) = (setup.clone(), log.clone());
                thread::spawn(move || Connection { stream, setup, log }.serve());
            }
        });
        Self { calls, host }
    }

    /// The calls made since it was last asked, the version and the name of the server left out.
    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

struct Connection<S> {
    stream: S,
    setup: Setup,
    log: Arc<Mutex<Vec<String>>>,
}

impl<S: Read + Write> Connection<S> {
    /// Answers calls until the connection ends.
    fn serve(mut self) {
        while let Some(call) = self.call() {
            self.log.lock().unwrap().push(call.clone());
            if self.answer(&call).is_err() {
                return;
            }
        }
    }

    /// The path and query of the next request.
    fn call(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte).ok()?;
            head.extend(byte);
        }
        String::from_utf8(head).ok()?.split(' ').nth(1).map(str::to_owned)
    }

    fn answer(&mut self, call: &str) -> io::Result<()> {
        match self.setup.fault.clone() {
            Fault::Silent => {
                thread::sleep(Duration::from_secs(3600));
                return Ok(());
            }
            Fault::Bytes(bytes) => {
                self.stream.write_all(bytes.as_bytes())?;
                return self.broken();
            }
            _ => {}
        }
        if call == "/_ping" {
            return self.small("200 OK", "OK");
        }
        let call = call.strip_prefix(&format!("/v{}", self.setup.version)).unwrap_or(call);
        let (path, query) = call.split_once('?').unwrap_or((call, ""));
        let platform = platform_of(query);
        if path == "/images/json" {
            let named = self.setup.images.iter().map(|held| json!({"RepoTags": [held.names[0]]}));
            let listed: Vec<Value> = named.chain([json!({"RepoTags": ["<none>:<none>"]})]).collect();
            return self.small("200 OK", &json!(listed).to_string());
        }
        let name = path.strip_prefix("/images/").and_then(|path| path.rsplit_once('/'));
        let found = name.and_then(|(name, call)| {
            let name = name.to_owned();
            Some((self.setup.images.iter().find(|held| held.names.contains(&name))?.clone(), call.to_owned()))
        });
        match found {
            Some((held, call)) if call == "json" => self.describe(&held, platform.as_deref()),
            Some((held, _)) => self.export(&held, platform.as_deref()),
            None => self.small("404 Not Found", &json!({"message": "No such image"}).to_string()),
        }
    }

    fn describe(&mut self, held: &Held, platform: Option<&str>) -> io::Result<()> {
        if let Fault::Description(text) = self.setup.fault {
            return self.small("200 OK", text);
        }
        let of = |asked: &str| held.descriptions.iter().find(|(platform, _)| platform == asked);
        match platform.map_or(held.descriptions.first(), of) {
            Some((_, said)) => self.small("200 OK", &said.to_string()),
            None => self.small("404 Not Found", &json!({"message": "no such platform"}).to_string()),
        }
    }

    fn export(&mut self, held: &Held, platform: Option<&str>) -> io::Result<()> {
        if let Fault::Status(status, body) = self.setup.fault {
            return self.small(status, body);
        }
        let tar = match platform {
            None => &held.tar,
            Some(platform) => match held.tars.get(platform) {
                Some(tar) => tar,
                None => {
                    return self.small("404 Not Found", &json!({"message": "no such platform"}).to_string());
                }
            },
        };
        let bytes = match self.setup.fault {
            Fault::Cut(at) | Fault::Short(at) | Fault::Words(at, _) => &tar[..at],
            _ => tar,
        };
        self.head("HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n")?;
        for chunk in bytes.chunks(1000) {
            self.chunk(chunk)?;
        }
        match self.setup.fault {
            Fault::Cut(_) => return self.broken(),
            Fault::Words(_, words) => {
                let line = json!({"errorDetail": {"message": words}, "error": words});
                self.chunk(format!("{line}\r\n").as_bytes())?;
            }
            _ => {}
        }
        self.stream.write_all(b"0\r\n\r\n")?;
        self.stream.flush()
    }

    fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        write!(self.stream, "{:x}\r\n", bytes.len())?;
        self.stream.write_all(bytes)?;
        self.stream.write_all(b"\r\n")
    }

    fn small(&mut self, status: &str, body: &str) -> io::Result<()> {
        self.head(&format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len()))?;
        self.stream.write_all(body.as_bytes())?;
        self.stream.flush()
    }

    fn head(&mut self, head: &str) -> io::Result<()> {
        let head = format!("{head}Api-Version: {}\r\n\r\n", self.setup.version);
        if self.setup.fault != Fault::Trickle {
            return self.stream.write_all(head.as_bytes());
        }
        for byte in head.bytes() {
            self.stream.write_all(&[byte])?;
            self.stream.flush()?;
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Ends the connection.
    fn broken(&mut self) -> io::Result<()> {
        self.stream.flush()?;
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// `os/architecture` of the JSON in a query.
fn platform_of(query: &str) -> Option<String> {
    let mut text = query.strip_prefix("platform=")?.to_owned();
    for (escaped, plain) in [("%7B", "{"), ("%7D", "}"), ("%22", "\""), ("%3A", ":"), ("%2C", ",")] {
        text = text.replace(escaped, plain);
    }
    let platform: Value = serde_json::from_str(&text).unwrap();
    Some(format!("{}/{}", platform["os"].as_str().unwrap(), platform["architecture"].as_str().unwrap()))
}
