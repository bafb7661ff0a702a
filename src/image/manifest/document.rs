//! Manifests and indexes, OCI's and Docker's: one shape for both, and a say on which of the two a document is.
//!
//! A document's own `mediaType` decides, else its descriptor's, else its fields. A document with the fields of both
//! is refused, since two tools would read two images from it (the image-spec's answer to CVE-2021-41190).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::image::error::{DocumentFault, ImageError, shown};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::json::{self, filled, or_default, text_map};
use crate::image::manifest::media_type::{self, ConfigType, DocumentType, LayerType};

/// A parsed document, still of either kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Document {
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
    /// What should be told of its keys.
    #[serde(skip)]
    note: Option<String>,
}

/// A document, told apart.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// An index.
    Index(Index),
    /// An image's manifest.
    Manifest(Box<Manifest>),
}

/// An index.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// What it lists, in its order.
    pub(crate) entries: Vec<Descriptor>,
    /// What should be told of its keys.
    pub(crate) note: Option<String>,
}

/// A manifest that names a config and layers.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// Its media type: its own, its descriptor's, or the one its config goes with.
    pub(crate) media_type: String,
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
    pub(crate) annotations: BTreeMap<String, String>,
    artifact_type: Option<String>,
    /// What should be told of its keys.
    pub(crate) note: Option<String>,
}

impl Document {
    /// Reads the document `what` of `from`.
    pub(crate) fn read(bytes: &[u8], what: &str, from: &str) -> Result<Self, ImageError> {
        let (document, note) = json::parse_noting::<Self>(bytes, what, from)?;
        Ok(Self { note, ..document })
    }

    fn index(self) -> Parsed {
        Parsed::Index(Index { entries: self.manifests.unwrap_or_default(), note: self.note })
    }

    /// Which kind of document this is; `declared` is its descriptor's media type.
    pub(crate) fn tell(self, declared: &str, what: &str, from: &str) -> Result<Parsed, ImageError> {
        let own = if self.media_type.is_empty() { declared } else { self.media_type.as_str() };
        let mixed = self.manifests.is_some() && (self.layers.is_some() || self.config.is_some());
        if mixed || kinds_clash(&self.media_type, declared) {
            let (expected, own) = match mixed {
                true => ("an index or a manifest", "an index and a manifest in one".to_owned()),
                false => ("the media type its descriptor names", shown(&self.media_type)),
            };
            return Err(ImageError::of(what, from, DocumentFault::MediaType { expected, found: own }));
        }
        match media_type::document(own) {
            DocumentType::Schema1 => Err(ImageError::of(what, from, DocumentFault::Schema1)),
            _ if self.fs_layers.is_some() || self.schema_version == 1 => {
                Err(ImageError::of(what, from, DocumentFault::Schema1))
            }
            DocumentType::Index => Ok(self.index()),
            DocumentType::Manifest => self.manifest(declared, what, from),
            DocumentType::Other if self.manifests.is_some() => Ok(self.index()),
            DocumentType::Other if self.config.is_some() => self.manifest(declared, what, from),
            DocumentType::Other => Err(self.refusal(declared, what, from)),
        }
    }

    fn manifest(self, declared: &str, what: &str, from: &str) -> Result<Parsed, ImageError> {
        let Some(config) = self.config else {
            return Err(ImageError::of(format!("config in {what}"), from, DocumentFault::Missing));
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
            note: self.note,
        })))
    }

    fn refusal(self, declared: &str, what: &str, from: &str) -> ImageError {
        let expected = "an OCI or Docker v2 manifest or index";
        let (what, from) = (what.to_owned(), from.to_owned());
        match (self.artifact_type, self.blobs) {
            (Some(artifact), _) => {
                ImageError::of(what, from, DocumentFault::Artifact { expected, found: shown(&artifact) })
            }
            (None, Some(_)) => ImageError::of(
                what,
                from,
                DocumentFault::Artifact { expected, found: "an artifact manifest".into() },
            ),
            (None, None) => {
                let own = if self.media_type.is_empty() { declared } else { self.media_type.as_str() };
                ImageError::of(
                    what,
                    from,
                    DocumentFault::MediaType {
                        expected,
                        found: if own.is_empty() { "JSON of another shape".into() } else { shown(own) },
                    },
                )
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
    pub(crate) fn artifact(&self) -> Option<(&'static str, &str)> {
        let config = self.config.media_type.as_str();
        if media_type::config(config) == ConfigType::Other {
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
    use crate::image::error::ImageFault;

    fn tell(json: &str, declared: &str) -> Result<Parsed, ImageError> {
        Document::read(json.as_bytes(), "manifest", "oci:x").unwrap().tell(declared, "manifest", "oci:x")
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
        let error = tell(r#"{"schemaVersion":1,"fsLayers":[]}"#, "").unwrap_err();
        assert!(matches!(*error.kind, ImageFault::Document(DocumentFault::Schema1)), "{error}");
        assert!(text(r#"{"artifactType":"sbom/x","blobs":[]}"#, "").ends_with("found sbom/x"));
        assert!(text("{}", "application/badmedia+json").ends_with("found application/badmedia+json"));
        assert!(text("{}", "").ends_with("found JSON of another shape"));
        assert!(text("{}", media_type::OCI_MANIFEST).contains("no config in manifest"));
    }

    #[test]
    fn helm_charts_and_signatures_are_artifacts_and_images_are_not() {
        let artifact = |json: &str| match tell(json, "").unwrap() {
            Parsed::Manifest(manifest) => manifest.artifact().map(|(_, kind)| kind.to_owned()),
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
