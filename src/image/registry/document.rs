//! Manifests and configs: small documents, read as a whole and under a cap.

use std::sync::Arc;

use oci_client::manifest::{
    IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE,
    OCI_IMAGE_MEDIA_TYPE,
};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::image::error::{DocumentFault, ImageError, ServerFault};
use crate::image::http::{self, BodyError};
use crate::image::registry::wire::client::Client;
use crate::image::registry::wire::request::Ask;
use crate::image::retry;

/// A document as it came.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Arc<[u8]>,
}

impl Client {
    /// The document at `path`, at most `cap` bytes; `None` where there is none.
    pub(crate) fn document(&self, path: &str, what: &str, cap: u64) -> Result<Option<Answer>, ImageError> {
        let accept = [
            OCI_IMAGE_INDEX_MEDIA_TYPE,
            OCI_IMAGE_MEDIA_TYPE,
            IMAGE_MANIFEST_LIST_MEDIA_TYPE,
            IMAGE_MANIFEST_MEDIA_TYPE,
        ]
        .join(", ");
        let ask = Ask::get(path, &accept, what);
        let read = async {
            let mut attempt = 0;
            loop {
                let response = self.ask(ask).await?;
                match response.status() {
                    StatusCode::OK => {}
                    StatusCode::NOT_FOUND => return Ok(None),
                    _ => return Err(self.denied(what, response, 0).await),
                }
                let headers = response.headers().clone();
                let reason = match http::body(response, cap).await {
                    Ok(bytes) => return Ok(Some(Answer { headers, bytes: bytes.into() })),
                    Err(BodyError::TooLarge) => {
                        let (what, from) = (what.to_owned(), self.from().to_owned());
                        return Err(ImageError::of(
                            what,
                            from,
                            DocumentFault::TooLarge { expected: cap, found: cap + 1 },
                        ));
                    }
                    Err(BodyError::TooSlow(slow)) => return Err(self.broken(what, slow.to_string())),
                    Err(BodyError::Broken(reason)) => reason,
                };
                let Some(wait) = retry::pause(attempt, None) else { return Err(self.broken(what, reason)) };
                tokio::time::sleep(wait).await;
                attempt += 1;
            }
        };
        self.wait(async { Ok(read.await) })?
    }

    /// That `what` never came as a whole.
    pub(super) fn broken(&self, what: &str, reason: String) -> ImageError {
        let expected = "all".to_owned();
        ImageError::of(what, self.from(), ServerFault::Broken { expected, found: 0, reason })
    }
}
