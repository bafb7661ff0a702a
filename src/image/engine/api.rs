//! One engine's API: its version, what it says of an image, the names it has, the stream of an image.
//!
//! Calls are made in the version that both sides speak. The first answer must come soon, so that a socket on which nobody
//! answers holds nothing up; once an engine is there, it may be busy. Small answers are capped. Nothing here changes the
//! engine.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::base::limits;
use crate::image::engine::endpoint::Endpoint;
use crate::image::engine::inspected::Inspected;
use crate::image::engine::name::EngineName;
use crate::image::error::{EngineFault, ImageError, shown};
use crate::image::http::{self, Http};
use crate::image::manifest::json as shape;
use crate::image::manifest::json::texts;
use crate::image::manifest::platform::Platform;

/// The oldest version whose images come with `manifest.json` (Docker 1.10).
const OLDEST: Version = Version(1, 22);
/// The version that images are asked for in, where the engine speaks it.
const NEWEST: Version = Version(1, 49);
/// Since when one platform of an image may be asked for, and since when its description.
const PLATFORMS: (Version, Version) = (Version(1, 48), Version(1, 49));
/// How long a small answer may take of an engine that is there.
const ANSWER: Duration = Duration::from_secs(60);
/// How long a stream may be silent: an engine may pack all layers before its first byte.
const SILENCE: Duration = Duration::from_secs(600);

/// A version of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    #[serde(default, deserialize_with = "texts")]
    repo_tags: Vec<String>,
}

/// An engine that answers.
pub(crate) struct Api {
    http: Http,
    client: Client,
    base: Url,
    version: Version,
    /// As `DOCKER_HOST` would name it.
    pub(crate) host: String,
    from: String,
}

impl Api {
    /// Asks whether an engine is there, which may take it `patience`, and which versions it speaks. `from` is the
    /// reference, for messages.
    pub(crate) fn connect(endpoint: &Endpoint, from: &str, patience: Duration) -> Result<Self, ImageError> {
        let setup = |reason: String| ImageError::at(from, EngineFault::Setup { reason });
        let http = Http::new().map_err(|error| setup(error.to_string()))?;
        let (client, base) = endpoint.client(&http, SILENCE).map_err(setup)?;
        let (host, from) = (endpoint.host.clone(), from.to_owned());
        let mut api = Self { http, client, base, version: OLDEST, host, from };
        let response = api.send("_ping", &[], Some(patience))?;
        let spoken = response.headers().get("api-version").and_then(|version| version.to_str().ok());
        let Some(version) = spoken.and_then(Version::parse) else {
            let answer = api.refusal(response);
            let kind = EngineFault::NotAnEngine { host: api.host, found: answer };
            return Err(ImageError::at(api.from, kind));
        };
        if version < OLDEST {
            let (oldest, own) = (OLDEST.to_string(), version.to_string());
            let kind = EngineFault::OldApi { host: api.host, expected: oldest, found: own };
            return Err(ImageError::at(api.from, kind));
        }
        api.version = version.min(NEWEST);
        api.base =
            api.base.join(&format!("v{}/", api.version)).map_err(|error| api.setup(error.to_string()))?;
        Ok(api)
    }

    /// What the engine says of the image `name`; `None` where it has none. With a platform, what it says of that.
    pub(crate) fn inspect(
        &self,
        name: &str,
        platform: Option<&Platform>,
    ) -> Result<Option<Inspected>, ImageError> {
        let query = platform.map(asked).into_iter().collect::<Vec<_>>();
        let what = "the image's description";
        self.document(&format!("images/{name}/json"), &query, what)
    }

    /// The names of all images there.
    pub(crate) fn names(&self) -> Result<Vec<String>, ImageError> {
        let listed: Option<Vec<Listed>> = self.document("images/json", &[], "the list of images")?;
        let names = listed.unwrap_or_default().into_iter().flat_map(|listed| listed.repo_tags);
        // Images without a name are listed as `<none>:<none>`.
        Ok(names.filter(|name| EngineName::parse(name).is_ok()).collect())
    }

    /// The stream of the image `name`, one platform of it where that can be asked for. `None` where there is none.
    pub(crate) fn export(
        &self,
        name: &str,
        platform: Option<&Platform>,
    ) -> Result<Option<Response>, ImageError> {
        let query = platform.filter(|_| self.exports_platforms()).map(asked).into_iter().collect::<Vec<_>>();
        let response = self.send(&format!("images/{name}/get"), &query, None)?;
        match response.status() {
            StatusCode::OK => Ok(Some(response)),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(self.status("the image's stream", response)),
        }
    }

    /// Whether one platform of an image can be asked for.
    pub(crate) fn exports_platforms(&self) -> bool {
        self.version >= PLATFORMS.0
    }

    /// Whether one platform of an image can be described.
    pub(crate) fn describes_platforms(&self) -> bool {
        self.version >= PLATFORMS.1
    }

    pub(crate) fn from(&self) -> &str {
        &self.from
    }

    /// Waits for `future` on the calling thread.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, ImageError> {
        self.http.wait(future).map_err(|error| self.setup(error.to_string()))
    }

    /// A small answer; `None` where there is no such thing.
    fn document<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        what: &'static str,
    ) -> Result<Option<T>, ImageError> {
        let response = self.send(path, query, Some(ANSWER))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err(self.status(what, response)),
        }
        let bytes = self.wait(http::body(response, limits::CONFIG_BYTES))?.map_err(|error| {
            ImageError::of(
                what,
                &self.from,
                EngineFault::Status {
                    host: self.host.clone(),
                    found: match error {
                        http::BodyError::TooLarge => format!("more than {} bytes", limits::CONFIG_BYTES),
                        http::BodyError::TooSlow(slow) => slow.to_string(),
                        http::BodyError::Broken(reason) => reason,
                    },
                },
            )
        })?;
        shape::parse(&bytes, what, &self.from).map(Some)
    }

    fn send(
        &self,
        path: &str,
        query: &[(&str, String)],
        within: Option<Duration>,
    ) -> Result<Response, ImageError> {
        let mut url = self.base.join(path).map_err(|error| self.setup(error.to_string()))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.get(url);
        if let Some(within) = within {
            request = request.timeout(within);
        }
        // Inside the runtime: a request starts its clock when it is sent.
        self.wait(async { request.send().await })?.map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &reqwest::Error) -> ImageError {
        let (from, host) = (self.from.clone(), self.host.clone());
        let chain = http::chain(error);
        let io = chain.iter().find_map(|error| error.downcast_ref::<std::io::Error>());
        if io.is_some_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
            return ImageError::at(from, EngineFault::Denied { host });
        }
        let reason = match error.is_timeout() && !error.is_connect() {
            true => "it takes the connection, and does not answer".to_owned(),
            false => http::innermost(error),
        };
        match chain.iter().any(|error| error.is::<rustls::Error>()) {
            true => ImageError::at(from, EngineFault::Untrusted { host, reason }),
            false => ImageError::at(from, EngineFault::Unreachable { host, reason }),
        }
    }

    fn status(&self, what: &'static str, response: Response) -> ImageError {
        ImageError::of(
            what,
            &self.from,
            EngineFault::Status { host: self.host.clone(), found: self.refusal(response) },
        )
    }

    /// A status, and what the engine says with it.
    fn refusal(&self, response: Response) -> String {
        let status = response.status();
        let body = self.wait(http::body(response, limits::ERROR_BODY_BYTES));
        let words = body.ok().and_then(Result::ok).and_then(|body| words(&body));
        words.map_or_else(|| status.to_string(), |words| format!("{status}: {words}"))
    }

    fn setup(&self, reason: String) -> ImageError {
        ImageError::at(&self.from, EngineFault::Setup { reason })
    }
}

/// A platform as the API takes it.
fn asked(platform: &Platform) -> (&'static str, String) {
    let mut text = json!({"os": platform.os, "architecture": platform.architecture});
    if let (Some(variant), Some(fields)) = (&platform.variant, text.as_object_mut()) {
        fields.insert("variant".to_owned(), json!(variant));
    }
    ("platform", text.to_string())
}

/// What an engine says in an error's body: JSON, or before API 1.24 and from Go's own server a line of text.
fn words(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Error {
        message: String,
    }
    let text = match serde_json::from_slice::<Error>(body) {
        Ok(error) => error.message,
        Err(_) => std::str::from_utf8(body).ok()?.trim().to_owned(),
    };
    let is_words = !text.is_empty() && !text.starts_with(['{', '[', '<']);
    is_words.then(|| shown(text.replace(['\r', '\n'], " ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_and_not_fractions() {
        assert!(Version::parse("1.9").unwrap() < OLDEST);
        assert!(Version::parse("1.41").unwrap() > OLDEST);
        assert_eq!(Version::parse("1.52").unwrap().min(NEWEST).to_string(), "1.49");
        for text in ["", "1", "1.x", "v1.41"] {
            assert_eq!(Version::parse(text), None);
        }
    }

    #[test]
    fn a_platform_is_asked_for_as_json() {
        let (_, text) = asked(&"linux/arm64/v8".parse().unwrap());
        assert_eq!(text, r#"{"architecture":"arm64","os":"linux","variant":"v8"}"#);
        assert_eq!(asked(&"linux/amd64".parse().unwrap()).1, r#"{"architecture":"amd64","os":"linux"}"#);
    }

    #[test]
    fn an_engines_words_are_cut_and_made_printable() {
        assert_eq!(words(br#"{"message":"no\u001b[2J"}"#).as_deref(), Some("no\\x1b[2J"));
        assert_eq!(
            words(b"client version 1.1 is too old\n").as_deref(),
            Some("client version 1.1 is too old")
        );
        assert_eq!(words(b"<html>"), None);
        assert_eq!(words(b""), None);
    }
}
