//! Who asks for credentials: the registry, or a server that it redirects to; and what is sent to each.
//!
//! A server is known by its origin (scheme, host, port), and gets what was answered to its own challenge, out of what is
//! stored for its own name. Nothing that belongs to one is ever sent to another.

use std::collections::BTreeMap;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::base::limits;
use crate::image::http;
use crate::image::registry::name::RegistryName;

/// A server that asks for credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asker {
    /// Scheme, host and port.
    pub(crate) origin: String,
    /// The registry, as credentials are filed.
    pub(crate) registry: String,
    /// The repository, as credentials may be filed below it, and as a token's scope names it.
    pub(crate) repository: String,
    /// Whether the image's name names it; else it was redirected to.
    pub(crate) is_own: bool,
    /// Whether it is spoken to without TLS.
    pub(crate) is_plain: bool,
}

impl Asker {
    /// The registry of `name`, at `url`.
    pub(crate) fn registry(name: &RegistryName, url: &Url) -> Self {
        Self {
            origin: origin(url),
            registry: name.registry().to_owned(),
            repository: name.repository().to_owned(),
            is_own: true,
            is_plain: url.scheme() != "https",
        }
    }

    /// The server that a redirect led to, at `url`. `None` where nothing may be sent there: it is not spoken to with TLS,
    /// and is not this machine.
    pub(crate) fn elsewhere(url: &Url) -> Option<Self> {
        let is_plain = url.scheme() != "https";
        if is_plain && !http::is_loopback(url) {
            return None;
        }
        Some(Self {
            origin: origin(url),
            registry: http::authority(url),
            repository: repository(url.path()).unwrap_or_default().to_owned(),
            is_own: false,
            is_plain,
        })
    }
}

impl Asker {
    /// Whether what is stored for this server may go to a realm that it names at `url`: over TLS, or without it where
    /// the server itself is spoken to without it, and the realm is on this machine or `is_insecure` is allowed.
    pub(crate) fn may_name(&self, url: &Url, is_insecure: bool) -> bool {
        match url.scheme() {
            "https" => true,
            "http" => self.is_plain && (http::is_loopback(url) || self.is_own && is_insecure),
            _ => false,
        }
    }
}

/// A server's name among all.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The repository in the path of a registry's API.
fn repository(path: &str) -> Option<&str> {
    let path = path.strip_prefix("/v2/")?;
    let end = ["/manifests/", "/blobs/", "/referrers/"].iter().filter_map(|part| path.rfind(part)).max()?;
    path.get(..end)
}

/// What is sent along to one server; `generation` tells a header that was renewed from the one that failed.
#[derive(Clone, Default)]
pub(crate) struct Authorization {
    pub(crate) header: Option<HeaderValue>,
    pub(crate) generation: u64,
    pub(crate) account: Option<String>,
}

/// What is sent along to each server, by origin.
#[derive(Clone, Default)]
pub(crate) struct Authorizations(BTreeMap<String, Authorization>);

impl Authorizations {
    /// What goes to the server of `origin`.
    pub(crate) fn of(&self, origin: &str) -> Authorization {
        self.0.get(origin).cloned().unwrap_or_default()
    }

    /// The header that goes to `url`, if any.
    pub(crate) fn header(&self, url: &Url) -> Option<&HeaderValue> {
        self.0.get(&origin(url))?.header.as_ref()
    }

    pub(crate) fn set(&mut self, origin: &str, authorization: Authorization) {
        // A registry that redirects without end is asked anew.
        if self.0.len() >= limits::SERVERS {
            self.0.clear();
        }
        self.0.insert(origin.to_owned(), authorization);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_to_a_server_in_plain_text_that_was_redirected_to() {
        let at = |url: &str| Asker::elsewhere(&url.parse().unwrap());
        assert_eq!(at("http://b.example.org/v2/app/manifests/v1"), None);
        let there = at("https://b.example.org:5000/v2/team/app/blobs/sha256:0").unwrap();
        assert_eq!((there.registry.as_str(), there.repository.as_str()), ("b.example.org:5000", "team/app"));
        assert!(!there.is_own && !there.is_plain);
        assert!(
            at("http://127.0.0.1:5000/x").is_some_and(|there| there.is_plain && there.repository.is_empty())
        );
    }

    #[test]
    fn a_realm_is_spoken_to_with_tls_where_its_registry_is() {
        let name: RegistryName = "a.example.org/app".parse().unwrap();
        let asker = |url: &str| Asker::registry(&name, &url.parse().unwrap());
        let (secure, plain) = (asker("https://a.example.org/v2/"), asker("http://a.example.org/v2/"));
        let may = |asker: &Asker, url: &str, insecure| asker.may_name(&url.parse().unwrap(), insecure);
        let (far, here) = ("http://auth.example.org/token", "http://127.0.0.1:1/token");
        for insecure in [false, true] {
            assert!(may(&secure, "https://auth.example.org/token", insecure));
            assert!(!may(&secure, far, insecure) && !may(&secure, here, insecure));
            assert!(may(&plain, here, insecure) && may(&plain, far, insecure) == insecure);
            assert!(!may(&plain, "ftp://127.0.0.1/token", insecure));
        }
        // What was redirected to was never allowed to be insecure.
        let other = Asker::elsewhere(&"http://127.0.0.1:2/v2/x".parse().unwrap()).unwrap();
        assert!(may(&other, here, true) && !may(&other, far, true));
    }

    #[test]
    fn what_belongs_to_one_server_goes_to_no_other() {
        let mut all = Authorizations::default();
        let header = Some(HeaderValue::from_static("Basic x"));
        all.set("https://a.example.org", Authorization { header, generation: 1, account: None });
        let has = |url: &str| all.header(&url.parse().unwrap()).is_some();
        assert!(has("https://a.example.org/v2/x") && has("https://a.example.org:443/"));
        for other in [
            "http://a.example.org/",
            "https://a.example.org:8443/",
            "https://b.a.example.org/",
            "https://example.org/",
            "https://a.example.org.evil.test/",
            "https://a.example.org@evil.test/",
        ] {
            assert!(!has(other), "{other}");
        }
    }
}
