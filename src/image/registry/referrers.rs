//! Artifacts beside an image: which there are, as `listing` finds them, reading them, and pushing another.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::PoisonError;

use serde_json::json;

use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::image::artifact::{Artifact, Attached, NewArtifact, Part, Referrers};
use crate::image::error::{DocumentFault, ImageError};
use crate::image::layout::blobs::Blobs;
use crate::image::layout::documents::{Leaf, read};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::{Document, Parsed};
use crate::image::registry::blob::BlobReader;
use crate::image::registry::listing::OCI_INDEX;
use crate::image::registry::source::RegistrySource;

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The config of an artifact that has none: `{}`.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const EMPTY_BYTES: &[u8] = b"{}";
/// The header of a registry that keeps the list of referrers itself.
const SUBJECT: &str = "oci-subject";

impl Referrers for RegistrySource {
    fn attached(&self, subject: &Digest, artifact_type: &str) -> Result<Vec<Artifact>, ImageError> {
        let client = self.origins.registry();
        let (listed, note) = client.referrers(subject, artifact_type)?;
        self.tell(note);
        let mut artifacts = BTreeMap::new();
        for descriptor in listed.iter().filter(|entry| entry.artifact_type.as_deref() == Some(artifact_type))
        {
            let digest = descriptor.digest("a referrer", &self.reference)?;
            if artifacts.len() >= limits::REFERRERS {
                let (what, from) = ("artifacts beside it", self.reference.clone());
                return Err(ImageError::of(
                    what,
                    from,
                    DocumentFault::TooMany { expected: limits::REFERRERS, found: listed.len() },
                ));
            }
            if let Some(artifact) = self.artifact(descriptor, digest)? {
                artifacts.insert(digest, artifact);
            }
        }
        Ok(artifacts.into_values().collect())
    }

    fn part(&self, part: &Part) -> Result<Box<dyn Read + Send + '_>, ImageError> {
        let what = format!("blob {}", part.digest);
        let client = self.origins.registry();
        let digest = part.digest.to_string();
        match client.wait(BlobReader::open(client, &digest, &what, part.size))? {
            Some(reader) => Ok(Box::new(reader)),
            None => Err(ImageError::of(what, &self.reference, DocumentFault::NoBlob { foreign: false })),
        }
    }

    fn attach(&self, subject: &Digest, artifact: &NewArtifact<'_>) -> Result<Attached, ImageError> {
        let client = self.origins.registry();
        let manifest = self.described(subject, artifact)?;
        let digest: Digest = Sha256::of(manifest.as_bytes()).into();
        let name = digest.to_string();
        let path = format!("manifests/{digest}");
        let what = format!("manifest {digest}");
        let was_there = client.wait(client.has(&path, OCI_MANIFEST, &what))?;
        for part in &artifact.parts {
            client.wait(client.push_blob(&Sha256::of(&part.bytes).into(), part.bytes.clone()))?;
        }
        client.wait(client.push_blob(&Sha256::of(EMPTY_BYTES).into(), EMPTY_BYTES.to_vec()))?;
        let pushing = client.push_manifest(&name, OCI_MANIFEST, manifest.clone().into_bytes(), None);
        let headers = client.wait(pushing)?.unwrap_or_default();
        if headers.contains_key(SUBJECT) {
            return Ok(Attached { digest, is_new: !was_there });
        }
        let entry = json!({"mediaType": OCI_MANIFEST, "digest": name, "size": manifest.len(),
            "artifactType": artifact.artifact_type, "annotations": artifact.annotations});
        let is_new = client.list(subject, &name, entry)?;
        Ok(Attached { digest, is_new })
    }

    fn notes(&self) -> Vec<String> {
        self.to_tell.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl RegistrySource {
    /// Keeps what is to be told, once.
    fn tell(&self, note: Option<String>) {
        let mut notes = self.to_tell.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(note) = note.filter(|note| !notes.contains(note)) {
            notes.push(note);
        }
    }

    /// The artifact that a list names; `None` where it is listed and not there, as after a cleaning of the registry.
    fn artifact(&self, descriptor: &Descriptor, digest: Digest) -> Result<Option<Artifact>, ImageError> {
        let what = format!("manifest {digest}");
        let Some(blob) = Blobs::manifest(self, &digest, &what)? else { return Ok(None) };
        let size = descriptor.size.unwrap_or(blob.size);
        let Parsed::Manifest(manifest) = read(self, &Leaf::of(digest, &descriptor.media_type, size))? else {
            return Ok(None);
        };
        let part = |layer: &Descriptor| {
            let digest = layer.digest("an artifact's descriptor", &self.reference)?;
            Ok(Part { media_type: layer.media_type.clone(), digest, size: layer.size })
        };
        let parts = manifest.layers.iter().map(part).collect::<Result<_, ImageError>>()?;
        Ok(Some(Artifact { digest, annotations: manifest.annotations, parts }))
    }

    /// The manifest of `artifact`, with `subject` as its subject.
    fn described(&self, subject: &Digest, artifact: &NewArtifact<'_>) -> Result<String, ImageError> {
        let what = format!("manifest {subject}");
        let Some(blob) = Blobs::manifest(self, subject, &what)? else {
            return Err(ImageError::of(what, &self.reference, DocumentFault::NoBlob { foreign: false }));
        };
        let size = blob.size;
        let bytes = blob.bytes(limits::MANIFEST_BYTES, &what, &self.reference)?;
        let document = Document::read(&bytes, &what, &self.reference)?;
        let media_type = match document.tell("", &what, &self.reference)? {
            Parsed::Manifest(manifest) => manifest.media_type,
            Parsed::Index(_) => OCI_INDEX.to_owned(),
        };
        let layers = artifact.parts.iter().map(|part| {
            json!({"mediaType": part.media_type, "digest": Sha256::of(&part.bytes).to_string(),
                "size": part.bytes.len(), "annotations": part.annotations})
        });
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": artifact.artifact_type,
            "config": {"mediaType": EMPTY, "digest": Sha256::of(EMPTY_BYTES).to_string(),
                "size": EMPTY_BYTES.len(), "data": "e30="},
            "layers": layers.collect::<Vec<_>>(),
            "subject": {"mediaType": media_type, "digest": subject.to_string(), "size": size},
            "annotations": artifact.annotations,
        });
        Ok(manifest.to_string())
    }
}
