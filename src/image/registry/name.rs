//! Names of images in registries, as Docker completes them: `python` is `docker.io/library/python:latest`.

use std::str::FromStr;

use oci_client::Reference;

use super::super::error::{ImageError, shown};
use crate::base::digest::Digest;

/// The registry that docker.io's images are served from.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::image) struct RegistryName {
    written: String,
    reference: Reference,
    digest: Option<Digest>,
}

impl FromStr for RegistryName {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let malformed = |expected| ImageError::Reference { expected, found: shown(text) };
        let reference: Reference =
            text.parse().map_err(|_| malformed("[HOST[:PORT]/]NAME[:TAG][@DIGEST], in lower case"))?;
        let digest = reference.digest().map(str::parse).transpose();
        let digest = digest.map_err(|_| malformed("sha256: and 64 lowercase hex digits, or sha512:"))?;
        Ok(Self { written: text.to_owned(), reference, digest })
    }
}

impl RegistryName {
    /// The same tag and digest at another place, `HOST[:PORT]/PATH`.
    pub(super) fn moved(&self, place: &str) -> Result<Self, ImageError> {
        let expected = "a mirror's location with a path, where its prefix is all of the image's name";
        let (registry, repository) =
            place.split_once('/').ok_or_else(|| ImageError::Reference { expected, found: shown(place) })?;
        let (registry, repository) = (registry.to_owned(), repository.to_owned());
        let digest = self.reference.digest().map(str::to_owned);
        let (written, reference) = match (self.reference.tag(), digest) {
            (Some(tag), Some(digest)) => (
                format!("{place}:{tag}@{digest}"),
                Reference::with_tag_and_digest(registry, repository, tag.to_owned(), digest),
            ),
            (None, Some(digest)) => {
                (format!("{place}@{digest}"), Reference::with_digest(registry, repository, digest))
            }
            (tag, None) => {
                let tag = tag.unwrap_or("latest").to_owned();
                (format!("{place}:{tag}"), Reference::with_tag(registry, repository, tag))
            }
        };
        Ok(Self { written, reference, digest: self.digest })
    }

    /// As the user wrote it, without `docker://`.
    pub(in crate::image) fn written(&self) -> &str {
        &self.written
    }

    /// The registry as credentials and certificates are filed: `docker.io` for Docker Hub.
    pub(super) fn registry(&self) -> &str {
        self.reference.registry()
    }

    /// The server to ask, with its port where it is written.
    pub(super) fn host(&self) -> &str {
        match self.registry() {
            "docker.io" => DOCKER_HUB,
            registry => registry,
        }
    }

    /// The repository in the registry.
    pub(super) fn repository(&self) -> &str {
        self.reference.repository()
    }

    /// The digest asked for, which wins over a tag.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// What goes into the path of a manifest: the digest, else the tag.
    pub(super) fn tag_or_digest(&self) -> String {
        match self.digest {
            Some(digest) => digest.to_string(),
            None => self.reference.tag().unwrap_or("latest").to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    #[test]
    fn a_digest_wins_over_a_tag() {
        let digest = format!("sha256:{}", "a".repeat(64));
        assert_eq!(name(&format!("ghcr.io/a/b:v1@{digest}")).2, digest);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in
            ["", "Upper/Case", "a b", "-x", "a@sha256:12", "a@md5:d41d8cd98f00b204e9800998ecf8427e", "a:b:c"]
        {
            assert!(matches!(text.parse::<RegistryName>(), Err(ImageError::Reference { .. })), "{text}");
        }
        let upper = format!("a@sha256:{}", "A".repeat(64));
        assert!(upper.parse::<RegistryName>().is_err());
    }
}
