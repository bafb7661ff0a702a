//! A proxy in front of a registry that does what networks and registries do at their worst, and writes down what it
//! was asked.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as the proxy saw it.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    head: String,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.into_iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub(super) fn is_blob(&self) -> bool {
        self.path.contains("/blobs/")
    }

    /// Whether it asks for more than to read.
    pub(super) fn writes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
    }

    pub(super) fn is_manifest(&self) -> bool {
        self.path.contains("/manifests/")
    }
}

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// The registry's answer, unchanged.
    Pass,
    /// An answer of the proxy's own: status line, header lines, body.
    Answer(&'static str, String, String),
    /// The registry's answer, cut after so many bytes of body.
    Cut(usize),
    /// The registry's answer with the byte at this place of the body flipped.
    Flip(usize),
    /// The registry's answer with another `Content-Length`.
    Length(usize),
    /// The registry's answer in chunks, without a `Content-Length`.
    Chunked,
    /// The registry's answer with this `Content-Type`, or none.
    Typed(Option<&'static str>),
    /// The registry's answer to the same request without `Range`.
    WithoutRange,
    /// The registry's answer to the same request with the password of `me` in the place of any token.
    Trusted,
    /// The connection, closed without a word.
    Close,
}

pub(super) struct Proxy {
    pub(super) port: u16,
    log: Arc<Mutex<Vec<Request>>>,
}

type Decide = dyn Fn(&Request, usize) -> Fault + Send + Sync;

impl Proxy {
    /// A proxy before the registry at `upstream`; `decide` sees each request and how many of its path came before.
    pub(super) fn start(
        upstream: u16,
        decide: impl Fn(&Request, usize) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (decide, seen): (Arc<Decide>, _) = (Arc::new(decide), log.clone());
        // Ends with the test's process: a connection that never comes costs nothing.
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (decide, seen) = (decide.clone(), seen.clone());
                thread::spawn(move || serve(connection, upstream, &*decide, &seen));
            }
        });
        Self { port, log }
    }

    pub(super) fn image(&self, name: &str) -> String {
        format!("docker://127.0.0.1:{}/{name}", self.port)
    }

    /// The requests so far that `which` picks.
    pub(super) fn requests(&self, which: impl Fn(&Request) -> bool) -> Vec<Request> {
        self.log.lock().unwrap().iter().filter(|request| which(request)).cloned().collect()
    }

    pub(super) fn forget(&self) {
        self.log.lock().unwrap().clear();
    }
}

/// One request, one answer, and the connection's end.
fn serve(mut connection: TcpStream, upstream: u16, decide: &Decide, log: &Mutex<Vec<Request>>) -> Option<()> {
    let head = head(&mut connection)?;
    let mut words = head.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut request = Request { method, path, head, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    connection.read_exact(&mut request.body).ok()?;
    let before = {
        let mut log = log.lock().unwrap();
        let before = log.iter().filter(|other| other.path == request.path).count();
        log.push(request.clone());
        before
    };
    if request.method == "CONNECT" {
        return tunnel(connection, upstream);
    }
    let answer = match decide(&request, before) {
        Fault::Close => return None,
        Fault::Answer(status, headers, body) => {
            let length = body.len();
            format!(
                "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .into_bytes()
        }
        fault => faulty(&fault, &request, upstream)?,
    };
    connection.write_all(&answer).ok()?;
    connection.shutdown(Shutdown::Write).ok()
}

/// Passes everything on, in both directions, until either side ends.
fn tunnel(mut connection: TcpStream, upstream: u16) -> Option<()> {
    let mut registry = TcpStream::connect(("127.0.0.1", upstream)).ok()?;
    connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let (mut there, mut back) = (connection.try_clone().ok()?, registry.try_clone().ok()?);
    thread::spawn(move || std::io::copy(&mut there, &mut registry));
    std::io::copy(&mut back, &mut connection).ok()?;
    connection.shutdown(Shutdown::Both).ok()
}

/// The registry's answer with the fault in it.
fn faulty(fault: &Fault, request: &Request, upstream: u16) -> Option<Vec<u8>> {
    let keeps = |line: &&str| {
        let field = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        field != "connection"
            && !(field == "range" && matches!(fault, Fault::WithoutRange))
            && !(field == "authorization" && matches!(fault, Fault::Trusted))
    };
    let mut head: Vec<&str> = request.head.lines().filter(|line| !line.is_empty()).filter(keeps).collect();
    if matches!(fault, Fault::Trusted) {
        head.push("Authorization: Basic bWU6b3BlbiBzZXNhbWU=");
    }
    let mut registry = TcpStream::connect(("127.0.0.1", upstream)).ok()?;
    registry.write_all(format!("{}\r\nConnection: close\r\n\r\n", head.join("\r\n")).as_bytes()).ok()?;
    registry.write_all(&request.body).ok()?;
    let mut answer = Vec::new();
    registry.read_to_end(&mut answer).ok()?;
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    match fault {
        Fault::Cut(length) => answer.truncate((body + length).min(answer.len())),
        Fault::Flip(at) => *answer.get_mut(body + at)? ^= 1,
        Fault::Length(length) => {
            let length = format!("Content-Length: {length}\r\n");
            answer =
                [replaced(&answer[..body], "content-length:", &length), answer[body..].to_vec()].concat();
        }
        Fault::Typed(media_type) => {
            let line = media_type.map_or_else(String::new, |text| format!("Content-Type: {text}\r\n"));
            answer = [replaced(&answer[..body], "content-type:", &line), answer[body..].to_vec()].concat();
        }
        Fault::Chunked => {
            let head = replaced(&answer[..body], "content-length:", "Transfer-Encoding: chunked\r\n");
            let chunk = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
            let chunks: Vec<u8> = answer[body..].chunks(1000).flat_map(chunk).collect();
            answer = [head, chunks, b"0\r\n\r\n".to_vec()].concat();
        }
        _ => {}
    }
    Some(answer)
}

/// A head with the line that begins with `field` replaced by `line`.
fn replaced(head: &[u8], field: &str, line: &str) -> Vec<u8> {
    let head = String::from_utf8_lossy(head).into_owned();
    let is_it = |found: &str| found.to_ascii_lowercase().starts_with(field);
    let lines = head.split_inclusive("\r\n").map(|found| if is_it(found) { line } else { found });
    lines.collect::<String>().into_bytes()
}

/// A request's head; `None` for what is no HTTP, as a TLS hello is none.
fn head(connection: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte).ok()?;
        bytes.extend(byte);
        if !bytes[0].is_ascii_uppercase() || bytes.len() > 64 << 10 {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}
