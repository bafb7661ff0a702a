//! From what went wrong on the wire to an error that says it: broken connections, refused certificates, statuses.

use oci_client::errors::OciEnvelope;
use reqwest::{Response, StatusCode, Url};

use super::super::error::shown;
use super::super::http;
use super::super::server::ServerError;
use super::client::{Client, Failure};
use super::retry;
use crate::base::limits;

/// A request that got no answer. Whoever was never reached is not asked again: a wrong name should be told at once.
pub(super) fn sending(client: &Client, url: &Url, error: &reqwest::Error, is_known: bool) -> Failure {
    let (from, host) = (client.from().to_owned(), shown(http::authority(url)));
    let reason = http::innermost(error);
    let tls = http::chain(error).into_iter().find_map(|error| error.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(_)) => {
            return Failure::Final(ServerError::Certificate { from, host, reason });
        }
        Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)) => {
            return Failure::Final(ServerError::PlainHttp { from, host });
        }
        _ => {}
    }
    let unreachable = ServerError::Unreachable { from, host, reason };
    match is_known || !error.is_connect() && !error.is_builder() {
        true => Failure::Passing(unreachable),
        false => Failure::Final(unreachable),
    }
}

/// An answer that says no, with the registry's own words.
pub(super) async fn status(client: &Client, what: &str, response: Response, attempt: u32) -> ServerError {
    let status = response.status();
    let wait = retry::retry_after(response.headers());
    let body = http::body(response, limits::ERROR_BODY_BYTES).await.unwrap_or_default();
    let mut found = status.as_str().to_owned();
    if let Some(reason) = status.canonical_reason() {
        found = format!("{found} {reason}");
    }
    if let Some(words) = words(&body) {
        found = format!("{found}: {words}");
    }
    match wait {
        Some(wait) if wait > limits::RETRY_AFTER => {
            found = format!("{found}, to be tried again in {} seconds", wait.as_secs());
        }
        _ if attempt > 0 => found = format!("{found}, {} times", attempt + 1),
        _ => {}
    }
    let is_overload = status == StatusCode::TOO_MANY_REQUESTS;
    ServerError::Status { what: what.to_owned(), from: client.from().to_owned(), found, is_overload }
}

/// What a registry says in the specification's envelope.
fn words(body: &[u8]) -> Option<String> {
    let envelope: OciEnvelope = serde_json::from_slice(body).ok()?;
    let first = envelope.errors.into_iter().next()?;
    (!first.message.is_empty()).then(|| shown(first.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registrys_words_are_cut_and_made_printable() {
        let body = br#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow\u001b[2J down"}]}"#;
        assert_eq!(words(body).as_deref(), Some("slow\\x1b[2J down"));
        assert_eq!(words(b"<html>"), None);
    }
}
