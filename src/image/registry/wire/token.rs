//! The token of a bearer challenge, from the realm that it names.
//!
//! After the distribution project's token specification, as docker speaks it. The password or refresh token goes to
//! the realm over TLS alone, unless whoever names it is spoken to without TLS himself, and then over loopback or where plain
//! HTTP is allowed; the token goes to whoever asked. An answer is capped, a token is never printed.

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{RequestBuilder, Url};
use serde::Deserialize;

use crate::base::limits;
use crate::image::error::{ImageError, ServerFault, shown};
use crate::image::http::{self, BodyError};
use crate::image::manifest::json::or_default;
use crate::image::registry::wire::asker::Asker;
use crate::image::registry::wire::challenge::{basic, bearer};
use crate::image::registry::wire::client::Client;
use crate::image::registry::wire::secret::{Credentials, Secret};
use crate::image::retry;

/// The client's name in OAuth2.
const CLIENT_ID: &str = "reprolock";

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "or_default")]
    token: String,
    #[serde(default, deserialize_with = "or_default")]
    access_token: String,
}

impl Client {
    /// Trades `credentials`, or nothing, for the token that a bearer challenge asks for.
    pub(crate) async fn token(
        &self,
        asker: &Asker,
        realm: &str,
        service: Option<&str>,
        scope: &str,
        credentials: Option<&Credentials>,
    ) -> Result<HeaderValue, ImageError> {
        if let Some(Credentials { secret: Secret::Bearer(token), .. }) = credentials {
            return bearer(token).ok_or_else(|| self.bad_token("", "the stored token is no text"));
        }
        let url: Url = realm.parse().map_err(|_| self.bad_token("", "the realm is no URL"))?;
        let host = http::authority(&url);
        if !matches!(url.scheme(), "https" | "http") {
            return Err(self.bad_token(&host, "expected a realm on https, found another scheme"));
        }
        if !asker.may_name(&url, self.is_insecure()) {
            return Err(self.bad_token(&host, "expected a realm on https, found plain HTTP"));
        }
        let mut params = vec![("scope", scope)];
        params.extend(service.map(|service| ("service", service)));
        let client = self.http_client(&url)?;
        let request = || match credentials.map(|credentials| &credentials.secret) {
            Some(Secret::Identity(token)) => {
                let form =
                    [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", CLIENT_ID)];
                let body = query(&url, params.iter().copied().chain(form));
                let body = body.query().unwrap_or_default().to_owned();
                let form = "application/x-www-form-urlencoded";
                Some(client.post(url.clone()).header(reqwest::header::CONTENT_TYPE, form).body(body))
            }
            Some(Secret::Password { user, .. }) => {
                let header = credentials.and_then(basic)?;
                let url = query(&url, params.iter().copied().chain([("account", user.as_str())]));
                Some(client.get(url).header(AUTHORIZATION, header))
            }
            _ => Some(client.get(query(&url, params.iter().copied()))),
        };
        let bytes = self.token_bytes(asker, &host, credentials, request).await?;
        // Not serde's own words: they may quote the token.
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| self.bad_token(&host, "expected JSON with a token, found something else"))?;
        let token = if answer.token.is_empty() { answer.access_token } else { answer.token };
        self.sent().token(&token);
        bearer(&token)
            .filter(|_| !token.is_empty())
            .ok_or_else(|| self.bad_token(&host, "expected a token, found none that can be sent"))
    }

    async fn token_bytes(
        &self,
        asker: &Asker,
        host: &str,
        credentials: Option<&Credentials>,
        request: impl Fn() -> Option<RequestBuilder>,
    ) -> Result<Vec<u8>, ImageError> {
        let mut attempt = 0;
        loop {
            let request = request().ok_or_else(|| self.bad_token(host, "the credentials are no text"))?;
            let (reason, wait) = match request.send().await {
                Ok(response) if response.status().is_success() => {
                    match http::body(response, limits::TOKEN_BYTES).await {
                        Ok(bytes) => return Ok(bytes),
                        Err(BodyError::TooLarge) => {
                            return Err(self.bad_token(host, "the answer is too large"));
                        }
                        Err(BodyError::TooSlow(slow)) => {
                            return Err(self.bad_token(host, &slow.to_string()));
                        }
                        Err(BodyError::Broken(reason)) => (reason, retry::pause(attempt, None)),
                    }
                }
                Ok(response) if matches!(response.status().as_u16(), 400 | 401 | 403) => {
                    return Err(match credentials {
                        Some(credentials) => self.refused(asker, &credentials.account),
                        None => self.no_credentials(asker),
                    });
                }
                Ok(response) => {
                    let passing = retry::is_passing(response.status());
                    let pause = retry::pause(attempt, Some(response.headers()));
                    (format!("found {}", response.status()), pause.filter(|_| passing))
                }
                Err(error) => (http::innermost(&error), retry::pause(attempt, None)),
            };
            let Some(wait) = wait else { return Err(self.bad_token(host, &reason)) };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    fn bad_token(&self, host: &str, reason: &str) -> ImageError {
        let host = if host.is_empty() { "the registry's realm".to_owned() } else { shown(host) };
        ImageError::at(self.from(), ServerFault::Token { host, reason: shown(reason) })
    }
}

/// `url` with these parameters after its own.
fn query<'a>(url: &Url, params: impl Iterator<Item = (&'a str, &'a str)>) -> Url {
    let mut url = url.clone();
    url.query_pairs_mut().extend_pairs(params);
    url
}
