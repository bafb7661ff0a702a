//! Names of images in registries, as Docker completes them: `python` is `docker.io/library/python:latest`.
//!
//! The grammar is the distribution project's. It is taken apart by hand: the regular expression that says the same
//! takes longer to be compiled than an unchanged image takes to be verified.

use std::str::FromStr;

use crate::base::digest::Digest;
use crate::image::error::{ImageError, ReferenceFault, behind_login, shown, shown_name};

/// Before the name of an image in a registry.
pub(crate) const PREFIX: &str = "docker://";

/// The registry that docker.io's images are served from.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// Bytes of a registry and repository, and of a tag.
const NAME_BYTES: usize = 255;
const TAG_BYTES: usize = 128;

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegistryName {
    written: String,
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl FromStr for RegistryName {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let malformed = |expected| ImageError::at(shown_name(text), ReferenceFault::Malformed { expected });
        if behind_login(text).is_some() {
            return Err(malformed("no login before the host: what is stored for the host is sent to it"));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to a port.
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (name, None),
        };
        let (registry, repository) = completed(name);
        let is_name =
            name.len() <= NAME_BYTES && is_host(&registry) && repository.split('/').all(is_component);
        if !is_name || !tag.is_none_or(is_tag) {
            return Err(malformed("[HOST[:PORT]/]NAME[:TAG][@DIGEST], in lower case"));
        }
        let digest = digest.map(str::parse).transpose();
        let digest = digest.map_err(|_| malformed("sha256: and 64 lowercase hex digits, or sha512:"))?;
        Ok(Self { written: text.to_owned(), registry, repository, tag: tag.map(str::to_owned), digest })
    }
}

/// Registry and repository of a name without tag and digest.
fn completed(name: &str) -> (String, String) {
    let is_registry = |first: &str| {
        first.contains(['.', ':']) || first == "localhost" || first.contains(|c: char| c.is_ascii_uppercase())
    };
    let (registry, repository) = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => (first, rest),
        _ => ("docker.io", name),
    };
    let registry = if registry == "index.docker.io" { "docker.io" } else { registry };
    match registry == "docker.io" && !repository.contains('/') {
        true => (registry.to_owned(), format!("library/{repository}")),
        false => (registry.to_owned(), repository.to_owned()),
    }
}

/// `HOST[:PORT]`, the host a name, an address, or an IPv6 address in brackets.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let is_host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(is_label),
    };
    is_host && port.is_none_or(|port| !port.is_empty() && port.parse::<u16>().is_ok())
}

/// A part of a repository: letters and digits, between them a dot, one or two underscores, or any number of dashes.
fn is_component(part: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_separator =
        |text: &str| matches!(text, "." | "_" | "__") || !text.is_empty() && text.chars().all(|c| c == '-');
    part.starts_with(is_word)
        && part.ends_with(is_word)
        && part.split(is_word).filter(|between| !between.is_empty()).all(is_separator)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= TAG_BYTES
        && tag.starts_with(is_word)
        && tag.chars().all(|c| is_word(c) || matches!(c, '.' | '-'))
}

impl RegistryName {
    /// The same tag and digest at another place, `HOST[:PORT]/PATH`.
    pub(crate) fn moved(&self, place: &str) -> Result<Self, ImageError> {
        let expected = "a mirror's location with a path, where its prefix is all of the image's name";
        let (registry, repository) = place
            .split_once('/')
            .ok_or_else(|| ImageError::at(shown(place), ReferenceFault::Malformed { expected }))?;
        let tag = self.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest = self.digest.map(|digest| format!("@{digest}")).unwrap_or_default();
        Ok(Self {
            written: format!("{place}{tag}{digest}"),
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            ..self.clone()
        })
    }

    /// As the user wrote it, without `docker://`.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    /// As a reference.
    pub(crate) fn reference(&self) -> String {
        format!("{PREFIX}{}", self.written)
    }

    /// The registry as credentials and certificates are filed: `docker.io` for Docker Hub.
    pub(crate) fn registry(&self) -> &str {
        &self.registry
    }

    /// The server to ask, with its port where it is written.
    pub(crate) fn host(&self) -> &str {
        match self.registry() {
            "docker.io" => DOCKER_HUB,
            registry => registry,
        }
    }

    /// The repository in the registry.
    pub(crate) fn repository(&self) -> &str {
        &self.repository
    }

    /// The digest asked for, which wins over a tag.
    pub(crate) fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// What goes into the path of a manifest: the digest, else the tag.
    pub(crate) fn tag_or_digest(&self) -> String {
        match self.digest {
            Some(digest) => digest.to_string(),
            None => self.tag.as_deref().unwrap_or("latest").to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::error::ImageFault;

    fn name(text: &str) -> (String, String, String) {
        let name: RegistryName = text.parse().unwrap();
        (name.host().to_owned(), name.repository().to_owned(), name.tag_or_digest())
    }

    #[test]
    fn names_are_completed_as_docker_does() {
        let parts = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(name("python"), parts(DOCKER_HUB, "library/python", "latest"));
        assert_eq!(name("me/app:1.0"), parts(DOCKER_HUB, "me/app", "1.0"));
        assert_eq!(name("nvcr.io/nvidia/pytorch:24.01-py3"), parts("nvcr.io", "nvidia/pytorch", "24.01-py3"));
        assert_eq!(name("localhost:5000/a"), parts("localhost:5000", "a", "latest"));
        assert_eq!(name("[::1]:5000/a"), parts("[::1]:5000", "a", "latest"));
        assert_eq!(name("index.docker.io/python"), parts(DOCKER_HUB, "library/python", "latest"));
    }

    #[test]
    fn a_digest_wins_over_a_tag() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(name(&format!("ghcr.io/a/b:v1@{digest}")).2, digest);
    }

    #[test]
    fn the_grammar_is_the_distribution_projects() {
        let long = format!("{}/b", "a".repeat(200));
        let tag = format!("a:{}", "t".repeat(128));
        let names = ["a__b", "a.b/c_d", "a---b", "a/b/c:_Tag.1-2", "Registry.io/a", "REG/a", &long, &tag];
        for text in names {
            let parsed = text.parse::<RegistryName>();
            assert_eq!(parsed.is_ok(), text.parse::<oci_client::Reference>().is_ok(), "{text}");
            assert!(parsed.is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let (long, tag) = (format!("{}/b", "a".repeat(300)), format!("a:{}", "t".repeat(129)));
        let names = [
            "",
            "Upper/Case/X",
            "a b",
            "-x",
            "x-",
            "a___b",
            "a..b",
            "a._b",
            "a//b",
            "/a",
            "a/",
            "a:",
            "a:-t",
            "a.io:x/b",
            "a.io:70000/b",
            ".io/a",
            "-a.io/b",
            "a@sha256:12",
            "a@",
            "a@md5:d41d8cd98f00b204e9800998ecf8427e",
            "a:b:c",
            "[::g]:5000/a",
            "ä",
            "a:ä",
            &long,
            &tag,
        ];
        for text in names {
            let error = text.parse::<RegistryName>().unwrap_err();
            let is_malformed = matches!(*error.kind, ImageFault::Reference(ReferenceFault::Malformed { .. }));
            assert!(is_malformed, "{text}");
        }
        let upper = format!("a@sha256:{}", "A".repeat(64));
        assert!(upper.parse::<RegistryName>().is_err());
    }
}
