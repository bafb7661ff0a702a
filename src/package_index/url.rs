//! The URL of an index, and the login in it.

use std::fmt;

use reqwest::Url;

use super::error::IndexError;
use crate::base::path::printable;
use crate::base::text::percent_decoded;
use crate::image::http;

/// An index. Its login is never printed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct IndexUrl {
    /// Without a login, with a slash at its end.
    url: Url,
    login: Option<(String, String)>,
}

impl fmt::Debug for IndexUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IndexUrl({})", self.name())
    }
}

impl IndexUrl {
    /// The index at `text`, which was given at `place`.
    pub(super) fn of(text: &str, place: &str, is_insecure: bool) -> Result<Self, IndexError> {
        let bad = |reason: &str| IndexError::BadUrl { place: place.to_owned(), reason: reason.to_owned() };
        let mut url = Url::parse(text.trim()).map_err(|error| bad(&format!("found none: {error}")))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(bad(&format!("found one of {}:", printable(url.scheme().as_bytes()))));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("found one with a ? or #"));
        }
        let login = (!url.username().is_empty() || url.password().is_some())
            .then(|| (percent_decoded(url.username()), percent_decoded(url.password().unwrap_or_default())));
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return Err(bad("found one without a host"));
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        let index = Self { url, login };
        if index.url.scheme() == "http" && !is_insecure && !http::is_loopback(&index.url) {
            return Err(IndexError::PlainHttp { index: index.name() });
        }
        Ok(index)
    }

    /// The page of a project, by its normal name.
    pub(super) fn page(&self, project: &str) -> Option<Url> {
        let is_name = !project.is_empty()
            && project.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        is_name.then(|| self.url.join(&format!("{project}/")).ok()).flatten()
    }

    /// Whether the index's own server is the one of `url`.
    pub(super) fn is_of(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }

    /// The user and the password, for this server alone.
    pub(super) fn login(&self) -> Option<(&str, &str)> {
        self.login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// For people: host and path.
    pub(super) fn name(&self) -> String {
        let path = self.url.path().trim_end_matches('/');
        printable(format!("{}{path}", http::authority(&self.url)).as_bytes())
    }
}
