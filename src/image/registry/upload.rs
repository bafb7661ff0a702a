//! Pushing blobs and manifests, as the distribution specification has it: a blob is begun with a POST and sent whole
//! with a PUT to where the registry says; a manifest is one PUT.
//!
//! What is there already is not sent. An upload that breaks is begun anew, since its place may be spent.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode, Url};

use crate::base::digest::Digest;
use crate::image::error::{ImageError, ServerFault};
use crate::image::registry::wire::client::Client;
use crate::image::registry::wire::failure::Failure;
use crate::image::registry::wire::request::{Ask, Content, Verb};
use crate::image::retry;

const OCTETS: &str = "application/octet-stream";

impl Client {
    /// Whether the registry has a blob or manifest.
    pub(crate) async fn has(&self, path: &str, accept: &str, what: &str) -> Result<bool, ImageError> {
        let response = self.ask(Ask { verb: Verb::Head, ..Ask::get(path, accept, what) }).await?;
        match response.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.denied(what, response, 0).await),
        }
    }

    /// Pushes a blob, unless it is there.
    pub(crate) async fn push_blob(&self, digest: &Digest, bytes: Vec<u8>) -> Result<(), ImageError> {
        let what = format!("blob {digest}");
        if self.has(&format!("blobs/{digest}"), "", &what).await? {
            return Ok(());
        }
        let content = Content { media_type: OCTETS, bytes: Bytes::from(bytes), replaces: None };
        let mut attempt = 0;
        loop {
            let place = self.begin(digest, &what).await?;
            let ask = Ask { verb: Verb::Put(&content), ..Ask::get(place.as_str(), "", &what) };
            let (wait, failed) = match self.once(ask).await {
                Ok(response) if response.status() == StatusCode::CREATED => return Ok(()),
                Ok(response) => {
                    let is_passing = retry::is_passing(response.status());
                    let wait = retry::pause(attempt, Some(response.headers())).filter(|_| is_passing);
                    (wait, self.declined(&what, response, attempt).await)
                }
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error)) => (retry::pause(attempt, None), error),
            };
            let Some(wait) = wait else { return Err(failed) };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Begins an upload; where the blob is to be sent.
    async fn begin(&self, digest: &Digest, what: &str) -> Result<Url, ImageError> {
        let response = self.ask(Ask { verb: Verb::Post, ..Ask::get("blobs/uploads/", "", what) }).await?;
        if response.status() != StatusCode::ACCEPTED {
            return Err(self.declined(what, response, 0).await);
        }
        let mut place = self.target(response.url(), response.headers(), what)?;
        place.query_pairs_mut().append_pair("digest", &digest.to_string());
        Ok(place)
    }

    /// Pushes a manifest or index under a digest or tag; the answer's headers. `None` where `replaces` was replaced by
    /// someone else in the meantime.
    pub(crate) async fn push_manifest(
        &self,
        reference: &str,
        media_type: &'static str,
        bytes: Vec<u8>,
        replaces: Option<HeaderValue>,
    ) -> Result<Option<HeaderMap>, ImageError> {
        let (path, what) = (format!("manifests/{reference}"), format!("manifest {reference}"));
        let content = Content { media_type, bytes: Bytes::from(bytes), replaces };
        let response = self.ask(Ask { verb: Verb::Put(&content), ..Ask::get(&path, "", &what) }).await?;
        match response.status() {
            StatusCode::CREATED | StatusCode::OK => Ok(Some(response.headers().clone())),
            StatusCode::PRECONDITION_FAILED => Ok(None),
            _ => Err(self.declined(&what, response, 0).await),
        }
    }

    /// An answer that does not take what was pushed.
    async fn declined(&self, what: &str, response: Response, attempt: u32) -> ImageError {
        ImageError::of(
            what,
            self.from(),
            ServerFault::Declined { found: self.refusal(response, attempt).await },
        )
    }
}
