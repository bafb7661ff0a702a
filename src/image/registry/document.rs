//! Manifests and configs: small documents, read as a whole and under a cap.

use std::sync::Arc;

use oci_client::manifest::{
    IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE,
    OCI_IMAGE_MEDIA_TYPE,
};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::super::error::ImageError;
use super::super::http::{self, BodyError};
use super::super::server::ServerError;
use super::client::Client;
use super::request::Ask;
use super::{failure, retry};

/// A document as it came.
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) bytes: Arc<[u8]>,
}

impl Client {
    /// The document at `path`, at most `cap` bytes; `None` where there is none.
    pub(super) fn document(&self, path: &str, what: &str, cap: u64) -> Result<Option<Answer>, ImageError> {
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
                    _ => return Err(failure::status(self, what, response, 0).await.into()),
                }
                let headers = response.headers().clone();
                let reason = match http::body(response, cap).await {
                    Ok(bytes) => return Ok(Some(Answer { headers, bytes: bytes.into() })),
                    Err(BodyError::TooLarge) => {
                        let (what, from) = (what.to_owned(), self.from().to_owned());
                        return Err(ImageError::TooLarge { what, from, expected: cap, found: cap + 1 });
                    }
                    Err(BodyError::Broken(reason)) => reason,
                };
                let Some(wait) = retry::pause(attempt, None) else {
                    let (what, from) = (what.to_owned(), self.from().to_owned());
                    let expected = "all".to_owned();
                    return Err(ServerError::Broken { what, from, expected, found: 0, reason }.into());
                };
                tokio::time::sleep(wait).await;
                attempt += 1;
            }
        };
        self.wait(async { Ok(read.await) })?
    }
}
