//! Answering a registry's challenge (`WWW-Authenticate`): basic, or bearer with a token from the realm it names.
//!
//! After the distribution project's token specification, as docker speaks it. The password or refresh token goes to
//! the realm over TLS alone, or over loopback, or where `--insecure` was given; the token goes to the registry. An
//! answer is capped, a token is never printed.

use http_auth::ParamValue;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, Url};
use serde::Deserialize;

use super::super::error::shown;
use super::super::http::{self, BodyError};
use super::super::json::or_default;
use super::super::server::ServerError;
use super::client::Client;
use super::credentials::{Credentials, Secret};
use super::retry;
use crate::base::limits;

/// The client's name in OAuth2.
const CLIENT_ID: &str = "reprolock";

/// What a registry asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password with each request.
    Basic,
    /// A token from `realm`.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// The challenge of a 401 that can be answered; bearer before basic, as docker has it.
pub(super) fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let mut basic = None;
    for header in headers.get_all(WWW_AUTHENTICATE) {
        let Ok(text) = header.to_str() else { continue };
        for challenge in http_auth::parse_challenges(text).unwrap_or_default() {
            let param = |name: &str| {
                let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found
                    .map(|(_, value): &(&str, ParamValue<'_>)| value.to_unescaped())
                    .filter(|v| !v.is_empty())
            };
            if challenge.scheme.eq_ignore_ascii_case("bearer")
                && let Some(realm) = param("realm")
            {
                return Some(Challenge::Bearer { realm, service: param("service"), scope: param("scope") });
            }
            if challenge.scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Challenge::Basic);
            }
        }
    }
    basic
}

/// The header that `credentials` become in a registry that asks for basic authentication.
pub(super) fn basic(credentials: &Credentials) -> Option<HeaderValue> {
    match &credentials.secret {
        Secret::Password { user, password } => {
            use base64::Engine as _;
            let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            secret_header(&format!("Basic {pair}"))
        }
        Secret::Bearer(token) => bearer(token),
        Secret::Identity(_) => None,
    }
}

fn bearer(token: &str) -> Option<HeaderValue> {
    secret_header(&format!("Bearer {token}"))
}

fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "or_default")]
    token: String,
    #[serde(default, deserialize_with = "or_default")]
    access_token: String,
}

impl Client {
    /// Trades `credentials`, or nothing, for the token that a bearer challenge asks for.
    pub(super) async fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        scope: &str,
        credentials: Option<&Credentials>,
    ) -> Result<HeaderValue, ServerError> {
        if let Some(Credentials { secret: Secret::Bearer(token), .. }) = credentials {
            return bearer(token).ok_or_else(|| self.bad_token("", "the stored token is no text"));
        }
        let url: Url = realm.parse().map_err(|_| self.bad_token("", "the realm is no URL"))?;
        let host = http::authority(&url);
        if !matches!(url.scheme(), "https" | "http") {
            return Err(self.bad_token(&host, "expected a realm on https, found another scheme"));
        }
        if url.scheme() == "http" && !http::is_loopback(&url) && !self.is_insecure() {
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
        let bytes = self.token_bytes(&host, credentials, request).await?;
        // Not serde's own words: they may quote the token.
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| self.bad_token(&host, "expected JSON with a token, found something else"))?;
        let token = if answer.token.is_empty() { answer.access_token } else { answer.token };
        bearer(&token)
            .filter(|_| !token.is_empty())
            .ok_or_else(|| self.bad_token(&host, "expected a token, found none that can be sent"))
    }

    async fn token_bytes(
        &self,
        host: &str,
        credentials: Option<&Credentials>,
        request: impl Fn() -> Option<RequestBuilder>,
    ) -> Result<Vec<u8>, ServerError> {
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
                        Err(BodyError::Broken(reason)) => (reason, retry::pause(attempt, None)),
                    }
                }
                Ok(response) if matches!(response.status().as_u16(), 400 | 401 | 403) => {
                    return Err(match credentials {
                        Some(credentials) => self.refused(&credentials.account),
                        None => self.no_credentials(),
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

    fn bad_token(&self, host: &str, reason: &str) -> ServerError {
        let host = if host.is_empty() { "the registry's realm".to_owned() } else { shown(host) };
        ServerError::Token { from: self.from().to_owned(), host, reason: shown(reason) }
    }
}

/// `url` with these parameters after its own.
fn query<'a>(url: &Url, params: impl Iterator<Item = (&'a str, &'a str)>) -> Url {
    let mut url = url.clone();
    url.query_pairs_mut().extend_pairs(params);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Option<Challenge> {
        challenge(&HeaderMap::from_iter([(WWW_AUTHENTICATE, header.parse().unwrap())]))
    }

    #[test]
    fn a_bearer_challenge_is_taken_apart() {
        let text =
            r#"Bearer realm="https://auth.example.com/token",service="reg",scope="repository:a/b:pull,push""#;
        let expected = Challenge::Bearer {
            realm: "https://auth.example.com/token".into(),
            service: Some("reg".into()),
            scope: Some("repository:a/b:pull,push".into()),
        };
        assert_eq!(of(text), Some(expected));
    }

    #[test]
    fn bearer_goes_before_basic_and_others_are_passed_over() {
        assert_eq!(of(r#"Basic realm="x""#), Some(Challenge::Basic));
        let both = of(r#"Basic realm="x", Bearer realm="https://a.io/t""#);
        assert!(matches!(both, Some(Challenge::Bearer { service: None, scope: None, .. })));
        assert_eq!(of("Negotiate"), None);
        assert_eq!(of("Bearer"), None);
        assert_eq!(of("\"\\"), None);
    }
}
