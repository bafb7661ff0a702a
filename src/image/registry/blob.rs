//! A blob as a stream that mends itself: a broken connection is resumed where it stopped.
//!
//! What was handed on is never handed on again: a resumed response starts at the next byte (`Range`), and where a
//! registry sends the blob from its start instead, what is known of it is passed over. The pass above hashes what it
//! gets, so bytes that do not belong are found whichever response they came from. Nothing is stored.

use std::io::{self, Read};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use reqwest::header::CONTENT_RANGE;
use reqwest::{Response, StatusCode};

use crate::base::limits;
use crate::image::error::{ImageError, ServerFault};
use crate::image::http;
use crate::image::pace::Pace;
use crate::image::registry::wire::client::Client;
use crate::image::registry::wire::request::Ask;
use crate::image::retry;

/// How long to wait for a response's end once all bytes are there, so that its connection can be used again.
const TAIL: Duration = Duration::from_millis(500);

/// A blob being read.
pub(crate) struct BlobReader<'a> {
    client: &'a Client,
    path: String,
    what: String,
    /// Bytes the descriptor gives, where it does.
    expected: Option<u64>,
    /// Bytes handed on, or waiting in `chunk`.
    at: u64,
    response: Option<Response>,
    /// Bytes of `response` still to be passed over.
    known: u64,
    chunk: Bytes,
    /// Attempts since the last progress.
    stalls: u32,
    /// Attempts in all.
    breaks: u32,
    is_whole: bool,
    /// Over all responses: one that breaks buys no time.
    pace: Pace,
}

impl<'a> BlobReader<'a> {
    /// Asks for a blob; `None` where the registry has none.
    pub(crate) async fn open(
        client: &'a Client,
        digest: &str,
        what: &str,
        expected: Option<u64>,
    ) -> Result<Option<Self>, ImageError> {
        let mut reader = Self {
            client,
            path: format!("blobs/{digest}"),
            what: what.to_owned(),
            expected,
            at: 0,
            response: None,
            known: 0,
            chunk: Bytes::new(),
            stalls: 0,
            breaks: 0,
            is_whole: false,
            pace: Pace::default(),
        };
        Ok(reader.connect().await?.then_some(reader))
    }

    /// Asks for the blob from where it stopped; whether it is there.
    async fn connect(&mut self) -> Result<bool, ImageError> {
        let ask = Ask { at: self.at, ..Ask::get(&self.path, "", &self.what) };
        let response = self.client.ask(ask).await?;
        self.known = match response.status() {
            StatusCode::OK => self.at,
            StatusCode::PARTIAL_CONTENT if first_byte(&response) == Some(self.at) => 0,
            StatusCode::PARTIAL_CONTENT => {
                return Err(self.broken("the registry sent another part than was asked for"));
            }
            StatusCode::NOT_FOUND => return Ok(false),
            _ => return Err(self.client.denied(&self.what, response, 0).await),
        };
        self.response = Some(response);
        Ok(true)
    }

    /// Fills `chunk`; leaves it empty at the end.
    async fn fill(&mut self) -> Result<(), ImageError> {
        while self.chunk.is_empty() && !self.is_whole {
            let has_all = self.expected.is_some_and(|expected| self.at >= expected);
            let Some(response) = &mut self.response else {
                if !self.connect().await? {
                    return Err(self.broken("the registry has the blob no longer"));
                }
                continue;
            };
            let next = match has_all {
                true => tokio::time::timeout(TAIL, response.chunk()).await.unwrap_or(Ok(None)),
                false => match self.pace.next(response.chunk()).await {
                    Ok(next) => next,
                    Err(slow) => return Err(self.broken(&slow.to_string())),
                },
            };
            match next {
                Ok(Some(chunk)) => self.take(chunk),
                _ if has_all => self.is_whole = true,
                Ok(None) if self.expected.is_none() => self.is_whole = true,
                Ok(None) => self.mend("the response ended early").await?,
                Err(error) => self.mend(&http::innermost(&error)).await?,
            }
        }
        Ok(())
    }

    fn take(&mut self, mut chunk: Bytes) {
        let known = usize::try_from(self.known).unwrap_or(usize::MAX).min(chunk.len());
        chunk.advance(known);
        self.known -= known as u64;
        if !chunk.is_empty() {
            self.stalls = 0;
            self.at += chunk.len() as u64;
            self.chunk = chunk;
        }
    }

    /// Lets go of a response that broke, and waits where the last one brought nothing either.
    async fn mend(&mut self, reason: &str) -> Result<(), ImageError> {
        self.response = None;
        self.breaks += 1;
        let wait = retry::pause(self.stalls, None).filter(|_| self.breaks <= limits::RESUMES);
        let Some(wait) = wait else { return Err(self.broken(reason)) };
        if self.stalls > 0 {
            tokio::time::sleep(wait).await;
        }
        self.stalls += 1;
        Ok(())
    }

    fn broken(&self, reason: &str) -> ImageError {
        ImageError::of(
            &self.what,
            self.client.from(),
            ServerFault::Broken {
                expected: self.expected.map_or_else(|| "all".to_owned(), |expected| expected.to_string()),
                found: self.at,
                reason: reason.to_owned(),
            },
        )
    }
}

impl Read for BlobReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() {
            let client = self.client;
            client.wait(self.fill()).map_err(io::Error::other)?;
        }
        let count = self.chunk.len().min(buffer.len());
        self.chunk.split_to(count).copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Ok(count)
    }
}

/// The first byte of a partial response: `bytes 5-9/10`.
fn first_byte(response: &Response) -> Option<u64> {
    let range = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    let (first, _) = range.strip_prefix("bytes ")?.split_once('-')?;
    first.trim().parse().ok()
}
