//! A document of a server that keeps no images, whole and under a cap: what a package index says.
//!
//! The server's name is never left: a redirect is followed within one scheme, host and port, and from plain HTTP to TLS on the
//! same host. So a login, which goes with each request, goes to whom it is for, and what one server says is never fetched from
//! another. Nothing here reads a login from anywhere.

use std::error::Error;

use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::{Response, Url};

use super::error::shown;
use super::http::{self, BodyError, Http};
use super::retry;
use crate::base::limits;

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Fetch<'a> {
    /// Where it is, without a login.
    pub(crate) url: &'a Url,
    /// The media types wanted.
    pub(crate) accept: &'a str,
    /// A user and a password for this server.
    pub(crate) login: Option<(&'a str, &'a str)>,
    /// The most bytes that it may have.
    pub(crate) cap: u64,
}

/// How a server answered for good.
pub(crate) enum Fetched {
    /// With the document.
    Document {
        /// Its media type, as the server says it.
        media_type: String,
        /// Where it came from in the end.
        url: Url,
        /// All of it.
        bytes: Vec<u8>,
    },
    /// With another status.
    Status(u16),
    /// By a redirect to this host, which was not followed.
    Elsewhere(String),
}

/// Why there is no answer, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfetched(pub(crate) String);

/// Fetches a document, and waits for it on the calling thread.
pub(crate) fn fetch(http: &Http, ask: Fetch<'_>) -> Result<Fetched, Unfetched> {
    let answer = async {
        match tokio::time::timeout(limits::ANSWER, attempts(http, ask)).await {
            Ok(answer) => answer,
            Err(_) => {
                Err(Unfetched(format!("no answer in {} seconds, whatever came", limits::ANSWER.as_secs())))
            }
        }
    };
    http.wait(answer).map_err(|error| Unfetched(error.to_string()))?
}

async fn attempts(http: &Http, ask: Fetch<'_>) -> Result<Fetched, Unfetched> {
    let mut attempt = 0;
    loop {
        let (wait, failed) = match follow(http, ask).await? {
            Ok(response) if retry::is_passing(response.status()) => {
                let status = response.status().as_u16();
                (retry::pause(attempt, Some(response.headers())), Ok(Fetched::Status(status)))
            }
            Ok(response) if !response.status().is_success() => {
                let status = response.status();
                return Ok(match status.is_redirection().then(|| elsewhere(&response)).flatten() {
                    Some(host) => Fetched::Elsewhere(host),
                    None => Fetched::Status(status.as_u16()),
                });
            }
            Ok(response) => match document(response, ask.cap).await? {
                Ok(document) => return Ok(document),
                Err(reason) => (retry::pause(attempt, None), Err(Unfetched(reason))),
            },
            Err(reason) => (retry::pause(attempt, None), Err(Unfetched(reason))),
        };
        let Some(wait) = wait else { return failed };
        tokio::time::sleep(wait).await;
        attempt += 1;
    }
}

/// The answer after all redirects; the inner error is worth another try.
async fn follow(http: &Http, ask: Fetch<'_>) -> Result<Result<Response, String>, Unfetched> {
    let mut url = ask.url.clone();
    for _ in 0..=limits::REDIRECTS {
        let client = http.client(&url, |builder| match url.scheme() {
            "https" => Ok(builder),
            // Reading the system's certificates takes longer than a request to loopback does.
            _ => Ok(builder.tls_certs_only([])),
        });
        let mut request = client.map_err(Unfetched)?.get(url.clone()).header(ACCEPT, ask.accept);
        if let Some((user, password)) = ask.login {
            request = request.basic_auth(user, Some(password));
        }
        let response = match request.send().await {
            Ok(response) => response,
            // Whoever was never reached is not asked again: a wrong name should be told at once.
            Err(error) if error.is_connect() || error.is_builder() => {
                return Err(Unfetched(http::innermost(&error)));
            }
            Err(error) => return Ok(Err(http::innermost(&error))),
        };
        match target(&url, &response) {
            Some(target) => url = target,
            None => return Ok(Ok(response)),
        }
    }
    Err(Unfetched(format!("it redirects more than {} times", limits::REDIRECTS)))
}

/// Where an answer leads on the same server; `None` where it is no redirect, or one that is not followed.
fn target(url: &Url, response: &Response) -> Option<Url> {
    let mut target = location(url, response)?;
    let is_same = target.origin() == url.origin();
    let is_safer = url.scheme() == "http" && target.scheme() == "https" && target.host() == url.host();
    // What a login is for is not the server's to say.
    target.set_username("").ok()?;
    target.set_password(None).ok()?;
    (is_same || is_safer).then_some(target)
}

fn location(url: &Url, response: &Response) -> Option<Url> {
    let is_redirect = matches!(response.status().as_u16(), 301..=303 | 307 | 308);
    let location = is_redirect.then(|| response.headers().get(LOCATION)).flatten()?;
    url.join(location.to_str().ok()?).ok()
}

/// The host that a redirect leads to, for people.
fn elsewhere(response: &Response) -> Option<String> {
    let target = location(response.url(), response)?;
    Some(match target.host_str() {
        Some(_) if matches!(target.scheme(), "http" | "https") => shown(http::authority(&target)),
        _ => shown(format!("{}:", target.scheme())),
    })
}

/// All of a document; the inner error is worth another try.
async fn document(response: Response, cap: u64) -> Result<Result<Fetched, String>, Unfetched> {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let url = response.url().clone();
    match http::body(response, cap).await {
        Ok(bytes) => Ok(Ok(Fetched::Document { media_type, url, bytes })),
        Err(BodyError::TooLarge) => Err(Unfetched(format!("expected at most {cap} bytes, found more"))),
        Err(BodyError::TooSlow(slow)) => Err(Unfetched(slow.to_string())),
        Err(BodyError::Broken(reason)) => Ok(Err(reason)),
    }
}

impl std::fmt::Display for Unfetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Unfetched {}
