//! One registry's client: scheme, credentials, redirects and retries around a request.
//!
//! - TLS; plain HTTP too where the registry is on this machine, or where it is allowed and there is no TLS
//!   at all: a certificate that is not trusted is an error everywhere.
//! - Credentials are looked up when a registry asks for them, and go to the registry's own origin alone. A redirect
//!   (blobs are often served by another host) is followed without them, and never from TLS to plain HTTP.
//! - A 401 in the middle renews the token once for all requests that wait for it.
//! - 429, 408, 5xx and broken connections are tried again, as `retry.rs` says.

use std::sync::{Arc, OnceLock, PoisonError};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Response, StatusCode, Url};
use tokio::sync::Mutex;

use crate::base::limits;
use crate::image::error::{ImageError, ServerFault, shown};
use crate::image::http::{self, Http};
use crate::image::registry::name::RegistryName;
use crate::image::registry::wire::challenge::{self, Challenge};
use crate::image::registry::wire::credentials::{self, Places};
use crate::image::registry::wire::failure::{self, Failure};
use crate::image::registry::wire::request::Ask;
use crate::image::registry::wire::secret::Credentials;
use crate::image::registry::wire::{retry, tls};

/// A client of one repository.
pub(crate) struct Client {
    http: Arc<Http>,
    name: RegistryName,
    from: String,
    is_insecure: bool,
    places: Places,
    /// Where the registry was reached, once it was.
    base: OnceLock<Url>,
    authorization: Mutex<Authorization>,
    stored: std::sync::Mutex<Option<Option<Credentials>>>,
}

/// What is sent along to the registry; `generation` tells a header that was renewed from the one that failed.
#[derive(Clone, Default)]
struct Authorization {
    header: Option<HeaderValue>,
    generation: u64,
    account: Option<String>,
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
            authorization: Mutex::default(),
            stored: std::sync::Mutex::default(),
        }
    }

    pub(crate) fn name(&self) -> &RegistryName {
        &self.name
    }

    pub(crate) fn from(&self) -> &str {
        &self.from
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
        let mut attempt = 0;
        loop {
            let (wait, failed) = match self.once(ask).await {
                Ok(response) if retry::is_passing(response.status()) => {
                    let wait = retry::pause(attempt, Some(response.headers()));
                    (wait, failure::status(self.from(), ask.what, response, attempt).await)
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

    /// The answer to one attempt, challenges answered.
    pub(crate) async fn once(&self, ask: Ask<'_>) -> Result<Response, Failure> {
        let mut renewals = 0;
        loop {
            let authorization = self.authorization.lock().await.clone();
            let response = match self.base.get() {
                Some(base) => self.follow(base, ask, &authorization).await?,
                None => self.first(ask, &authorization).await?,
            };
            // Only the registry itself may ask for credentials; a storage host's 401 is its answer.
            let is_own = self.base.get().is_some_and(|base| base.origin() == response.url().origin());
            if response.status() != StatusCode::UNAUTHORIZED || !is_own {
                return Ok(response);
            }
            let refusal = || match &authorization.account {
                Some(account) => self.refused(account),
                None => self.no_credentials(),
            };
            if renewals == limits::RENEWALS {
                return Err(refusal().into());
            }
            renewals += 1;
            let challenge = challenge::of(response.headers()).ok_or_else(refusal)?;
            self.renew(&authorization, challenge, ask).await?;
        }
    }

    /// Answers a challenge, unless another request did since `used` was sent.
    async fn renew(
        &self,
        used: &Authorization,
        challenge: Challenge,
        ask: Ask<'_>,
    ) -> Result<(), ImageError> {
        let mut current = self.authorization.lock().await;
        if current.generation != used.generation {
            return Ok(());
        }
        let credentials = self.credentials()?;
        let account = credentials.as_ref().map(|credentials| credentials.account.clone());
        let header = match (challenge, &credentials) {
            (Challenge::Basic, None) => return Err(self.no_credentials()),
            (Challenge::Basic, Some(credentials)) => {
                // Sent once and refused: sending it again changes nothing.
                let header = challenge::basic(credentials).filter(|_| used.header.is_none());
                header.ok_or_else(|| self.refused(&credentials.account))?
            }
            (Challenge::Bearer { realm, service, scope }, credentials) => {
                let actions = if ask.verb.writes() { "pull,push" } else { "pull" };
                let own = || format!("repository:{}:{actions}", self.name.repository());
                let scope = scope.unwrap_or_else(own);
                self.token(&realm, service.as_deref(), &scope, credentials.as_ref()).await?
            }
        };
        *current = Authorization { header: Some(header), generation: used.generation + 1, account };
        Ok(())
    }

    fn credentials(&self) -> Result<Option<Credentials>, ImageError> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*stored {
            return Ok(known.clone());
        }
        let looked_up = credentials::find(&self.places, self.name.registry(), self.name.repository())
            .map_err(|error| ImageError { from: self.from.clone(), ..error })?;
        Ok(stored.insert(looked_up).clone())
    }

    /// The first request there is, which finds out whether the registry speaks TLS. It carries no credentials.
    async fn first(&self, ask: Ask<'_>, authorization: &Authorization) -> Result<Response, Failure> {
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
            let outcome = self.follow(&base, ask, authorization).await;
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
    async fn follow(
        &self,
        base: &Url,
        ask: Ask<'_>,
        authorization: &Authorization,
    ) -> Result<Response, Failure> {
        let mut url = base.join(ask.path).map_err(|error| self.setup(error.to_string()))?;
        for _ in 0..=limits::REDIRECTS {
            let is_own = url.origin() == base.origin();
            let header = authorization.header.as_ref().filter(|_| is_own);
            let response = self.send(&url, ask, header).await?;
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
        let to = || shown(http::authority(&target));
        match target.scheme() {
            "https" => Ok(target),
            "http" if url.scheme() == "http" || http::is_loopback(&target) || self.is_insecure => Ok(target),
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

    pub(crate) fn no_credentials(&self) -> ImageError {
        ImageError::at(&self.from, ServerFault::NoCredentials { host: self.name.registry().to_owned() })
    }

    pub(crate) fn refused(&self, account: &str) -> ImageError {
        let (from, host) = (self.from.clone(), self.name.registry().to_owned());
        ImageError::at(from, ServerFault::Refused { host, account: account.to_owned() })
    }
}
