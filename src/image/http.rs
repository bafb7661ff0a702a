//! HTTP for registries and engines: a small runtime of its own, and clients that follow nothing by themselves.
//!
//! Sources are synchronous and are read from many threads; reqwest is asynchronous. [`Http`] holds a runtime of two
//! threads for the sockets, and each caller waits for its own response on its own thread, so what is not read is not
//! fetched: the socket's window is the buffer, and no channel is needed. `reqwest::blocking` would do the same with a
//! thread and a channel for each client, and oci-client, which shares the runtime, is asynchronous.
//!
//! Redirects, retries and credentials are the caller's, who knows what may be sent where. Loopback is never reached
//! through a proxy, as Go's and so Docker's clients have it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Response, Url};
use tokio::runtime::{Builder, Runtime};

use crate::base::{bounded, limits};
use crate::image::pace::{Pace, TooSlow};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(15);
/// How long a response may be silent.
const SILENCE: Duration = Duration::from_secs(60);

/// A runtime and its clients.
pub(crate) struct Http {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    /// By scheme and authority: each server has certificate authorities of its own.
    clients: Mutex<BTreeMap<String, Client>>,
}

impl Http {
    pub(crate) fn new() -> io::Result<Self> {
        static PROVIDER: Once = Once::new();
        // Whoever set another provider before gets what they asked for.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("network").enable_all().build()?;
        Ok(Self { runtime: Some(runtime), clients: Mutex::default() })
    }

    /// Waits for `future` on the calling thread.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> io::Result<T> {
        match &self.runtime {
            Some(runtime) => Ok(runtime.block_on(future)),
            None => Err(io::Error::other("the network runtime has ended")),
        }
    }

    /// The client for `url`'s server; `setup` adds what is particular to it: whom it trusts, where it listens.
    pub(crate) fn client(
        &self,
        url: &Url,
        setup: impl FnOnce(ClientBuilder) -> Result<ClientBuilder, String>,
    ) -> Result<Client, String> {
        let server = format!("{}://{}", url.scheme(), authority(url));
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&server) {
            return Ok(client.clone());
        }
        if clients.len() >= limits::SERVERS {
            clients.clear();
        }
        let mut builder = Client::builder()
            .user_agent(concat!("reprolock/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .http1_max_headers(limits::RESPONSE_HEADERS)
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE);
        if is_loopback(url) {
            builder = builder.no_proxy();
        }
        let client = setup(builder)?.build().map_err(|error| innermost(&error))?;
        clients.insert(server, client.clone());
        Ok(client)
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        // A name that is still being looked up must not hold up the end of the program.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Host and port as a user writes them: without the scheme's own port.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether `url` leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    is_loopback_host(url.host_str().unwrap_or_default())
}

/// Whether `host`, without its port, is this machine.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A file of credentials or certificates, which must not be larger than `cap`.
pub(crate) fn small_file(file: &Path, cap: u64) -> Result<Vec<u8>, String> {
    let failed = |reason: String| format!("{}: {reason}", file.display());
    let opened = File::open(file).map_err(|error| failed(error.to_string()))?;
    let bytes = bounded::read(opened, cap).map_err(|error| failed(error.to_string()))?;
    bytes.ok_or_else(|| failed(format!("expected at most {cap} bytes, found more")))
}

/// Why a body could not be read as a whole.
pub(crate) enum BodyError {
    /// More than the cap.
    TooLarge,
    /// It would never end.
    TooSlow(TooSlow),
    /// The connection broke.
    Broken(String),
}

/// All of a body, at most `cap` bytes.
pub(crate) async fn body(response: Response, cap: u64) -> Result<Vec<u8>, BodyError> {
    paced(response, cap, Pace::default()).await
}

async fn paced(mut response: Response, cap: u64, mut pace: Pace) -> Result<Vec<u8>, BodyError> {
    let broken = |error: reqwest::Error| BodyError::Broken(innermost(&error));
    let mut bytes = Vec::new();
    while let Some(chunk) = pace.next(response.chunk()).await.map_err(BodyError::TooSlow)?.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > cap {
            return Err(BodyError::TooLarge);
        }
    }
    Ok(bytes)
}

/// What an error comes from: its chain to the end, through io errors, whose inner error is no source of theirs.
pub(crate) fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    const LONGEST: usize = 16;
    let mut chain = vec![error];
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| chain.len() < LONGEST) {
        let inner = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref());
        next = match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        };
        chain.extend(next);
    }
    chain
}

/// The deepest reason of an error; the outer ones name the URL, which may carry a signature.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let text = chain(error).last().map(|error| error.to_string()).unwrap_or_default();
    crate::image::error::shown(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_name_and_address() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in ["localhost.example.com", "10.0.0.1", "registry.local", "128.0.0.1", ""] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }

    #[test]
    fn a_server_that_sends_one_byte_after_another_is_left() {
        use std::io::{Read as _, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").unwrap();
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let http = Http::new().unwrap();
        let client = http.client(&url, |builder| Ok(builder.tls_certs_only([]))).unwrap();
        let begun = std::time::Instant::now();
        let read = http.wait(async {
            let response = client.get(url).send().await.unwrap();
            paced(response, 1 << 20, Pace::new(Duration::from_millis(200), 4096)).await
        });
        assert!(matches!(read.unwrap(), Err(BodyError::TooSlow(_))));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn the_reason_of_a_wrapped_io_error_is_found() {
        let inner = io::Error::other(io::Error::new(io::ErrorKind::ConnectionReset, "reset by peer"));
        assert_eq!(innermost(&inner), "reset by peer");
    }
}
