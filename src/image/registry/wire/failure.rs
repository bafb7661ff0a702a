//! From what went wrong on the wire to an error that says it: broken connections, refused certificates, statuses.

use oci_client::errors::OciEnvelope;
use reqwest::{Response, Url};

use crate::base::limits;
use crate::image::error::{ImageError, ImageFault, ServerFault, shown};
use crate::image::http;
use crate::image::registry::wire::sent::Sent;
use crate::image::retry;

/// Whether it is worth asking again.
pub(crate) enum Failure {
    Final(ImageError),
    Passing(ImageError),
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        Self::Final(error)
    }
}

impl Failure {
    /// Whether it is about how to talk to the server, and not about what it says. A certificate is not.
    pub(crate) fn is_of_the_wire(&self) -> bool {
        let (Self::Final(error) | Self::Passing(error)) = self;
        matches!(
            &*error.kind,
            ImageFault::Server(ServerFault::PlainHttp { .. } | ServerFault::Unreachable { .. })
        )
    }
}

/// A request that got no answer, for the image `from`. Whoever was never reached is not asked again: a
/// wrong name should be told at once.
pub(crate) fn sending(from: &str, url: &Url, error: &reqwest::Error, is_known: bool) -> Failure {
    let host = shown(http::authority(url));
    let reason = http::innermost(error);
    let tls = http::chain(error).into_iter().find_map(|error| error.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(_)) => {
            return Failure::Final(ImageError::at(from, ServerFault::Certificate { host, reason }));
        }
        Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)) => {
            return Failure::Final(ImageError::at(from, ServerFault::PlainHttp { host }));
        }
        _ => {}
    }
    let unreachable = ImageError::at(from, ServerFault::Unreachable { host, reason });
    match is_known || !error.is_connect() && !error.is_builder() {
        true => Failure::Passing(unreachable),
        false => Failure::Final(unreachable),
    }
}

/// How an answer says no: its status, the registry's own words without what it was sent, and how often it was asked.
pub(crate) async fn refusal(sent: &Sent, response: Response, attempt: u32) -> String {
    let status = response.status();
    let wait = retry::retry_after(response.headers());
    let body = http::body(response, limits::ERROR_BODY_BYTES).await.unwrap_or_default();
    let mut text = status.as_str().to_owned();
    if let Some(reason) = status.canonical_reason() {
        text = format!("{text} {reason}");
    }
    if let Some(words) = words(sent, &body) {
        text = format!("{text}: {words}");
    }
    match wait {
        Some(wait) if wait > limits::RETRY_AFTER => {
            text = format!("{text}, to be tried again in {} seconds", wait.as_secs());
        }
        _ if attempt > 0 => text = format!("{text}, {} times", attempt + 1),
        _ => {}
    }
    text
}

/// What a registry says in the specification's envelope.
fn words(sent: &Sent, body: &[u8]) -> Option<String> {
    let envelope: OciEnvelope = serde_json::from_slice(body).ok()?;
    let first = envelope.errors.into_iter().next()?;
    (!first.message.is_empty()).then(|| shown(sent.without(&first.message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registrys_words_are_cut_and_made_printable() {
        let body = br#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow\u001b[2J down"}]}"#;
        let words = |body| words(&Sent::default(), body);
        assert_eq!(words(body).as_deref(), Some("slow\\x1b[2J down"));
        assert_eq!(words(b"<html>"), None);
    }
}
