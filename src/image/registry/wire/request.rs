//! What is asked of a registry: one request, before credentials, redirects and retries.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, IF_MATCH, RANGE};
use reqwest::{Client, RequestBuilder, Url};

/// A request for something below the repository.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    /// What to do with it.
    pub(crate) verb: Verb<'a>,
    /// `manifests/latest`, `blobs/sha256:…`; or a URL that the registry gave.
    pub(crate) path: &'a str,
    /// The media types wanted; empty for any.
    pub(crate) accept: &'a str,
    /// The first byte wanted.
    pub(crate) at: u64,
    /// What it is, for messages.
    pub(crate) what: &'a str,
}

/// What a request does.
#[derive(Clone, Copy)]
pub(crate) enum Verb<'a> {
    Get,
    Head,
    /// Begins an upload.
    Post,
    /// Leaves something there.
    Put(&'a Content),
}

impl Verb<'_> {
    /// Whether it asks for more than to read.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Post | Self::Put(_))
    }
}

/// What a request brings along.
pub(crate) struct Content {
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Bytes,
    /// The `ETag` of what it takes the place of.
    pub(crate) replaces: Option<HeaderValue>,
}

impl<'a> Ask<'a> {
    /// A GET of all there is at `path`.
    pub(crate) fn get(path: &'a str, accept: &'a str, what: &'a str) -> Self {
        Self { verb: Verb::Get, path, accept, at: 0, what }
    }

    /// The request to `url`, but for credentials.
    pub(crate) fn request(&self, client: &Client, url: &Url) -> RequestBuilder {
        let mut request = match self.verb {
            Verb::Get => client.get(url.clone()),
            Verb::Head => client.head(url.clone()),
            // Without a body there would be no length, and some registries ask for one.
            Verb::Post => client.post(url.clone()).header(CONTENT_LENGTH, 0),
            Verb::Put(content) => {
                let request = client.put(url.clone()).header(CONTENT_TYPE, content.media_type);
                let request = request.body(content.bytes.clone());
                match &content.replaces {
                    Some(tag) => request.header(IF_MATCH, tag.clone()),
                    None => request,
                }
            }
        };
        if !self.accept.is_empty() {
            request = request.header(ACCEPT, self.accept);
        }
        if self.at > 0 {
            request = request.header(RANGE, format!("bytes={}-", self.at));
        }
        request
    }
}
