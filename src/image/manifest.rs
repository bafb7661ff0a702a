//! Manifests and indexes, OCI's and Docker's: one shape for both, and a say on which of the two a document is.
//!
//! A document's own `mediaType` decides, else its descriptor's, else its fields. A document with the fields of both
//! is refused, since two tools would read two images from it (the image-spec's answer to CVE-2021-41190).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::error::{ImageError, shown};
use super::json::{filled, or_default, text_map};
use super::media_type::{self, DocumentType, LayerType};
use super::platform::Platform;
use crate::base::digest::Digest;

const REF_NAME: &str = "org.opencontainers.image.ref.name";
const CONTAINERD_NAME: &str = "io.containerd.image.name";
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";
const ATTESTATION: &str = "attestation-manifest";

/// A pointer to a blob.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Descriptor {
    /// Empty where it is left out.
    #[serde(deserialize_with = "or_default")]
    pub(super) media_type: String,
    /// As written; [`Descriptor::digest`] checks it.
    #[serde(rename = "digest", deserialize_with = "or_default")]
    raw_digest: String,
    /// Bytes.
    pub(super) size: Option<u64>,
    /// What kind of artifact it is, in a list of referrers.
    #[serde(deserialize_with = "filled")]
    pub(super) artifact_type: Option<String>,
    platform: Option<PlatformField>,
    #[serde(deserialize_with = "text_map")]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct PlatformField {
    #[serde(deserialize_with = "or_default")]
    os: String,
    #[serde(deserialize_with = "or_default")]
    architecture: String,
    #[serde(deserialize_with = "filled")]
    variant: Option<String>,
}

impl Descriptor {
    /// A descriptor of what is known by digest elsewhere.
    pub(super) fn of(media_type: &str, size: u64) -> Self {
        Self { media_type: media_type.to_owned(), size: Some(size), ..Self::default() }
    }

    /// The digest, which alone may become a path.
    pub(super) fn digest(&self, what: &str, from: &str) -> Result<Digest, ImageError> {
        self.raw_digest.parse().map_err(|error| ImageError::BadDigest {
            what: what.to_owned(),
            from: from.to_owned(),
            reason: shown(format!("{error}")),
        })
    }

    /// The tag or name the descriptor carries.
    pub(super) fn ref_name(&self) -> Option<&str> {
        self.annotations.get(REF_NAME).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The full name that containerd gives it.
    pub(super) fn containerd_name(&self) -> Option<&str> {
        self.annotations.get(CONTAINERD_NAME).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The platform it is for, where it names one.
    pub(super) fn platform(&self) -> Option<Platform> {
        let field = self.platform.as_ref()?;
        let named = !field.os.is_empty() && !field.architecture.is_empty();
        named.then(|| Platform::new(&field.os, &field.architecture, field.variant.as_deref()))
    }

    /// An annotation.
    pub(super) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.get(name).map(String::as_str)
    }

    /// The digest of the manifest that it holds attestations about, as written.
    pub(super) fn attests(&self) -> Option<&str> {
        self.annotation(REFERENCE_DIGEST).filter(|_| self.annotation(REFERENCE_TYPE) == Some(ATTESTATION))
    }

    /// Whether it points to BuildKit's attestations about another manifest.
    pub(super) fn is_attestation(&self) -> bool {
        self.annotations.contains_key(REFERENCE_TYPE)
            || self.platform().is_some_and(|platform| platform.is_unknown())
    }
}

/// A parsed document, still of either kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(deserialize_with = "or_default")]
    schema_version: u64,
    #[serde(deserialize_with = "or_default")]
    media_type: String,
    #[serde(deserialize_with = "filled")]
    artifact_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    fs_layers: Option<IgnoredAny>,
    blobs: Option<IgnoredAny>,
    #[serde(deserialize_with = "text_map")]
    annotations: BTreeMap<String, String>,
}

/// A document, told apart.
#[derive(Debug)]
pub(super) enum Parsed {
    /// An index: its entries in their order.
    Index(Vec<Descriptor>),
    /// An image's manifest.
    Manifest(Box<Manifest>),
}

/// A manifest that names a config and layers.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Its media type: its own, its descriptor's, or the one its config goes with.
    pub(super) media_type: String,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    pub(super) annotations: BTreeMap<String, String>,
    artifact_type: Option<String>,
}

impl Document {
    /// Which kind of document this is; `declared` is its descriptor's media type.
    pub(super) fn tell(self, declared: &str, what: &str, from: &str) -> Result<Parsed, ImageError> {
        let own = if self.media_type.is_empty() { declared } else { self.media_type.as_str() };
        let mixed = self.manifests.is_some() && (self.layers.is_some() || self.config.is_some());
        if mixed || kinds_clash(&self.media_type, declared) {
            let found =
                if mixed { "an index and a manifest in one".to_owned() } else { shown(&self.media_type) };
            let expected =
                if mixed { "an index or a manifest" } else { "the media type its descriptor names" };
            return Err(ImageError::MediaType { what: what.into(), from: from.into(), expected, found });
        }
        match media_type::document(own) {
            DocumentType::Schema1 => Err(ImageError::Schema1 { what: what.into(), from: from.into() }),
            _ if self.fs_layers.is_some() || self.schema_version == 1 => {
                Err(ImageError::Schema1 { what: what.into(), from: from.into() })
            }
            DocumentType::Index => Ok(Parsed::Index(self.manifests.unwrap_or_default())),
            DocumentType::Manifest => self.manifest(declared, what, from),
            DocumentType::Other if self.manifests.is_some() => {
                Ok(Parsed::Index(self.manifests.unwrap_or_default()))
            }
            DocumentType::Other if self.config.is_some() => self.manifest(declared, what, from),
            DocumentType::Other => Err(self.refusal(declared, what, from)),
        }
    }

    fn manifest(self, declared: &str, what: &str, from: &str) -> Result<Parsed, ImageError> {
        let Some(config) = self.config else {
            return Err(ImageError::NoDocument { what: format!("config in {what}"), from: from.into() });
        };
        let known = [self.media_type.as_str(), declared]
            .into_iter()
            .find(|media_type| media_type::document(media_type) == DocumentType::Manifest);
        let media_type = match known {
            Some(known) => known,
            None if media_type::is_docker_config(&config.media_type) => media_type::DOCKER_MANIFEST,
            None => media_type::OCI_MANIFEST,
        };
        Ok(Parsed::Manifest(Box::new(Manifest {
            media_type: media_type.to_owned(),
            config,
            layers: self.layers.unwrap_or_default(),
            annotations: self.annotations,
            artifact_type: self.artifact_type,
        })))
    }

    fn refusal(self, declared: &str, what: &str, from: &str) -> ImageError {
        let expected = "an OCI or Docker v2 manifest or index";
        let (what, from) = (what.to_owned(), from.to_owned());
        match (self.artifact_type, self.blobs) {
            (Some(found), _) => ImageError::Artifact { what, from, expected, found: shown(&found) },
            (None, Some(_)) => {
                ImageError::Artifact { what, from, expected, found: "an artifact manifest".into() }
            }
            (None, None) => {
                let own = if self.media_type.is_empty() { declared } else { self.media_type.as_str() };
                let found = if own.is_empty() { "JSON of another shape".into() } else { shown(own) };
                ImageError::MediaType { what, from, expected, found }
            }
        }
    }
}

/// Whether a document calls itself an index and its descriptor calls it a manifest, or the other way round.
fn kinds_clash(own: &str, declared: &str) -> bool {
    use DocumentType::{Index, Manifest};
    matches!(
        (media_type::document(own), media_type::document(declared)),
        (Index, Manifest) | (Manifest, Index)
    )
}

impl Manifest {
    /// The type that shows that this is no container image (Helm, Wasm, cosign, SBOMs), where one does.
    pub(super) fn artifact(&self) -> Option<(&'static str, &str)> {
        let config = self.config.media_type.as_str();
        if !config.is_empty() && !media_type::is_image_config(config) {
            return Some(("an image config", self.artifact_type.as_deref().unwrap_or(config)));
        }
        // cosign and in-toto give their documents an image's config, and layers that are no tars.
        let first = self.layers.first()?;
        let foreign = |layer: &Descriptor| media_type::layer(&layer.media_type) == LayerType::Other;
        let all = self.layers.iter().all(foreign) && !first.media_type.is_empty();
        all.then_some(("layers that are tars", first.media_type.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(json: &str, declared: &str) -> Result<Parsed, ImageError> {
        serde_json::from_str::<Document>(json).unwrap().tell(declared, "manifest", "oci:x")
    }

    fn text(json: &str, declared: &str) -> String {
        tell(json, declared).unwrap_err().to_string()
    }

    #[test]
    fn a_document_without_media_types_is_told_by_its_shape() {
        assert!(matches!(tell(r#"{"manifests":[]}"#, ""), Ok(Parsed::Index(_))));
        let docker =
            r#"{"config":{"mediaType":"application/vnd.docker.container.image.v1+json"},"layers":null}"#;
        let Ok(Parsed::Manifest(manifest)) = tell(docker, "") else { panic!("no manifest") };
        assert_eq!(manifest.media_type, media_type::DOCKER_MANIFEST);
    }

    #[test]
    fn a_document_that_is_an_index_and_a_manifest_is_refused() {
        assert_eq!(
            text(r#"{"manifests":[],"layers":[],"config":{}}"#, ""),
            "manifest of oci:x: expected an index or a manifest, found an index and a manifest in one"
        );
        let clash = r#"{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
        assert!(text(clash, media_type::OCI_MANIFEST).contains("the media type its descriptor names"));
    }

    #[test]
    fn schema_1_artifacts_and_unknown_documents_are_named() {
        assert!(matches!(tell(r#"{"schemaVersion":1,"fsLayers":[]}"#, ""), Err(ImageError::Schema1 { .. })));
        assert!(text(r#"{"artifactType":"sbom/x","blobs":[]}"#, "").ends_with("found sbom/x"));
        assert!(text("{}", "application/badmedia+json").ends_with("found application/badmedia+json"));
        assert!(text("{}", "").ends_with("found JSON of another shape"));
        assert!(text("{}", media_type::OCI_MANIFEST).contains("no config in manifest"));
    }

    #[test]
    fn helm_charts_and_signatures_are_artifacts_and_images_are_not() {
        let artifact = |json: &str| match tell(json, "").unwrap() {
            Parsed::Manifest(manifest) => manifest.artifact().map(|(_, found)| found.to_owned()),
            Parsed::Index(_) => panic!("an index"),
        };
        let helm = r#"{"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"},"layers":[]}"#;
        assert_eq!(artifact(helm).as_deref(), Some("application/vnd.cncf.helm.config.v1+json"));
        let cosign = r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json"},
            "layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json"}]}"#;
        assert_eq!(artifact(cosign).as_deref(), Some("application/vnd.dev.cosign.simplesigning.v1+json"));
        let image = r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"layers":[]}"#;
        assert_eq!(artifact(image), None);
    }

    #[test]
    fn attestations_are_known_by_platform_or_annotation() {
        let descriptor = |json: &str| serde_json::from_str::<Descriptor>(json).unwrap();
        assert!(descriptor(r#"{"platform":{"os":"unknown","architecture":"unknown"}}"#).is_attestation());
        assert!(
            descriptor(r#"{"annotations":{"vnd.docker.reference.type":"attestation-manifest"}}"#)
                .is_attestation()
        );
        assert!(
            !descriptor(r#"{"platform":{"os":"linux","architecture":"amd64"},"annotations":null}"#)
                .is_attestation()
        );
    }
}
