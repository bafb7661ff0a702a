//! One registry's client: scheme, credentials, redirects and retries around a request.
//!
//! - TLS; plain HTTP too where the registry is on this machine, or where it is allowed and there is no TLS
//!   at all: a certificate that is not trusted is an error everywhere.
//! - Credentials are looked up when a server asks for them, and each server gets its own alone (`asker`, `admission`). A
//!   redirect (blobs are often served by another host) is followed without the registry's, and never from TLS to plain
//!   HTTP.
//! - A 401 in the middle renews the token once for all requests that wait for it.
//! - 429, 408, 5xx and broken connections are tried again, as `retry.rs` says.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Response, StatusCode, Url};
use tokio::sync::{Mutex, OnceCell};

use crate::base::limits;
use crate::image::error::{ImageError, ServerFault, shown};
use crate::image::http::{self, Http};
use crate::image::registry::name::RegistryName;
use crate::image::registry::wire::asker::{Asker, Authorizations};
use crate::image::registry::wire::challenge::Challenge;
use crate::image::registry::wire::credentials::{self, Places};
use crate::image::registry::wire::failure::{self, Failure};
use crate::image::registry::wire::request::Ask;
use crate::image::registry::wire::secret::Credentials;
use crate::image::registry::wire::sent::Sent;
use crate::image::registry::wire::tls;
use crate::image::retry;

/// A client of one repository.
pub(crate) struct Client {
    http: Arc<Http>,
    name: RegistryName,
    from: String,
    is_insecure: bool,
    places: Places,
    /// Where the registry was reached, once it was.
    pub(super) base: OnceLock<Url>,
    pub(super) authorizations: Mutex<Authorizations>,
    /// What `/v2/` asks for, once it was asked.
    pub(super) asked: OnceCell<Option<Challenge>>,
    /// What is stored for each registry, once it was looked up.
    stored: std::sync::Mutex<BTreeMap<String, Option<Credentials>>>,
    sent: Sent,
}

impl Client {
    pub(crate) fn new(http: Arc<Http>, name: RegistryName, from: String, is_insecure: bool) -> Self {
        Self {
            http,
            name,
            from,
            is_insecure,
            places: Places::of_user(),
            base: OnceLock::new(),
            authorizations: Mutex::default(),
            asked: OnceCell::new(),
            stored: std::sync::Mutex::default(),
            sent: Sent::default(),
        }
    }

    pub(crate) fn name(&self) -> &RegistryName {
        &self.name
    }

    pub(crate) fn from(&self) -> &str {
        &self.from
    }

    /// What was sent to be let in.
    pub(super) fn sent(&self) -> &Sent {
        &self.sent
    }

    pub(crate) fn is_insecure(&self) -> bool {
        self.is_insecure
    }

    /// Waits for `future` on the calling thread.
    pub(crate) fn wait<T>(
        &self,
        future: impl Future<Output = Result<T, ImageError>>,
    ) -> Result<T, ImageError> {
        let setup = |error: std::io::Error| self.setup(error.to_string());
        self.http.wait(future).map_err(setup)?
    }

    /// The answer to `ask`, whatever it says for good: passing errors were waited out, challenges answered.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Response, ImageError> {
        match tokio::time::timeout(limits::ANSWER, self.attempts(ask)).await {
            Ok(answer) => answer,
            Err(_) => {
                let reason = format!("no answer in {} seconds, whatever came", limits::ANSWER.as_secs());
                let host = self.name.host().to_owned();
                Err(ImageError::at(&self.from, ServerFault::Unreachable { host, reason }))
            }
        }
    }

    /// The error of an answer that says no to `what`.
    pub(crate) async fn denied(&self, what: &str, response: Response, attempt: u32) -> ImageError {
        let is_overload = response.status() == StatusCode::TOO_MANY_REQUESTS;
        let refusal = self.refusal(response, attempt).await;
        ImageError::of(what, &self.from, ServerFault::Status { found: refusal, is_overload })
    }

    /// How an answer says no.
    pub(crate) async fn refusal(&self, response: Response, attempt: u32) -> String {
        failure::refusal(&self.sent, response, attempt).await
    }

    async fn attempts(&self, ask: Ask<'_>) -> Result<Response, ImageError> {
        let mut attempt = 0;
        loop {
            let (wait, failed) = match self.once(ask).await {
                Ok(response) if retry::is_passing(response.status()) => {
                    let wait = retry::pause(attempt, Some(response.headers()));
                    (wait, self.denied(ask.what, response, attempt).await)
                }
                Ok(response) => return Ok(response),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error)) => (retry::pause(attempt, None), error),
            };
            let Some(wait) = wait else { return Err(failed) };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// What is stored for whoever asks.
    pub(super) fn credentials(&self, asker: &Asker) -> Result<Option<Credentials>, ImageError> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{}/{}", asker.registry, asker.repository);
        if let Some(known) = stored.get(&key) {
            return Ok(known.clone());
        }
        let looked_up = credentials::find(&self.places, &asker.registry, &asker.repository)
            .map_err(|error| ImageError { from: self.from.clone(), ..error })?;
        if stored.len() >= limits::SERVERS {
            stored.clear();
        }
        stored.insert(key, looked_up.clone());
        Ok(looked_up)
    }

    /// The first request there is, which finds out whether the registry speaks TLS. It carries no credentials.
    pub(super) async fn first(&self, ask: Ask<'_>, sent: &Authorizations) -> Result<Response, Failure> {
        let host = self.name.host();
        let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
        // On loopback plain HTTP is tried first: nobody listens there, and the system's certificates need not be read.
        let schemes = match (http::is_loopback_host(bare), self.is_insecure) {
            (true, _) => &["http", "https"][..],
            (false, true) => &["https", "http"],
            (false, false) => &["https"],
        };
        let mut last = None;
        for scheme in schemes {
            let base = Url::parse(&format!("{scheme}://{host}/v2/{}/", self.name.repository()));
            let base = base.map_err(|error| self.setup(format!("{host}: {error}")))?;
            let outcome = self.follow(&base, ask, sent).await;
            let is_other = match &outcome {
                // How servers answer plain HTTP on a port that is for TLS.
                Ok(response) => *scheme == "http" && response.status() == StatusCode::BAD_REQUEST,
                Err(failure) => failure.is_of_the_wire(),
            };
            if !is_other {
                // Of several first requests at once, all found the same.
                let _ = self.base.set(base);
                return outcome;
            }
            last = Some(outcome);
        }
        last.unwrap_or_else(|| Err(self.setup("no scheme is left".into()).into()))
    }

    /// Sends `ask` to the registry at `base`, and on to where it redirects.
    pub(super) async fn follow(
        &self,
        base: &Url,
        ask: Ask<'_>,
        sent: &Authorizations,
    ) -> Result<Response, Failure> {
        let mut url = base.join(ask.path).map_err(|error| self.setup(error.to_string()))?;
        for _ in 0..=limits::REDIRECTS {
            let response = self.send(&url, ask, sent.header(&url)).await?;
            match response.status().as_u16() {
                301..=303 if ask.verb.writes() => {
                    // Clients turn these into a GET, and what was to be sent is lost.
                    return Err(self.redirect(ask.what, "in a way that drops what is sent".into()).into());
                }
                301..=303 | 307 | 308 => {}
                _ => return Ok(response),
            }
            url = self.target(&url, response.headers(), ask.what)?;
        }
        let reason = format!("more than {} times", limits::REDIRECTS);
        Err(self.redirect(ask.what, reason).into())
    }

    async fn send(&self, url: &Url, ask: Ask<'_>, header: Option<&HeaderValue>) -> Result<Response, Failure> {
        let mut request = ask.request(&self.http_client(url)?, url);
        if let Some(header) = header {
            request = request.header(AUTHORIZATION, header.clone());
        }
        let is_known = self.base.get().is_some();
        request.send().await.map_err(|error| failure::sending(&self.from, url, &error, is_known))
    }

    /// Where a redirect leads.
    pub(crate) fn target(&self, url: &Url, headers: &HeaderMap, what: &str) -> Result<Url, ImageError> {
        let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let target = location.and_then(|location| url.join(location).ok());
        let Some(target) = target else { return Err(self.redirect(what, "to no URL".into())) };
        let to = || shown(self.sent.without(&http::authority(&target)));
        match target.scheme() {
            "https" => Ok(target),
            "http" if url.scheme() == "http" || http::is_loopback(url) || self.is_insecure => Ok(target),
            "http" => Err(self.redirect(what, format!("from TLS to plain HTTP at {}", to()))),
            other => Err(self.redirect(what, format!("to a scheme that is not followed, {}", shown(other)))),
        }
    }

    /// The client for a server, with the certificates kept for it.
    pub(crate) fn http_client(&self, url: &Url) -> Result<reqwest::Client, ImageError> {
        let host = http::authority(url);
        let client = self.http.client(url, |builder| match url.scheme() {
            "https" => tls::setup(builder, &host, &self.places),
            // Reading the system's certificates takes longer than a request to loopback does.
            _ => Ok(builder.tls_certs_only([])),
        });
        client.map_err(|reason| self.setup(reason))
    }

    fn setup(&self, reason: String) -> ImageError {
        ImageError::at(&self.from, ServerFault::Setup { reason })
    }

    fn redirect(&self, what: &str, reason: String) -> ImageError {
        ImageError::of(what, &self.from, ServerFault::Redirect { reason })
    }

    pub(crate) fn no_credentials(&self, asker: &Asker) -> ImageError {
        ImageError::at(&self.from, ServerFault::NoCredentials { host: shown(&asker.registry) })
    }

    pub(crate) fn refused(&self, asker: &Asker, account: &str) -> ImageError {
        let (from, host) = (self.from.clone(), shown(&asker.registry));
        ImageError::at(from, ServerFault::Refused { host, account: account.to_owned() })
    }
}
