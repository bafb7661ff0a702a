//! Artifacts beside an image: the referrers API, and the tag that takes its place where a registry lacks it.
//!
//! A registry with the API answers a manifest that has a `subject` with `OCI-Subject`, and lists it by itself. Without
//! it (docker-registry 2.8), the artifacts of `sha256:HEX` stand in an index that is tagged `sha256-HEX`, which clients
//! keep: it is read, added to and written back, with all that others put there. Two clients at once may still lose an
//! entry where the registry knows no conditions (`If-Match`); so what was written is read again, and written again if
//! it is gone. A tag of that name that is no index is somebody's image, and is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use reqwest::header::{ETAG, HeaderMap, HeaderValue, LINK};
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};

use crate::base::digest::{Digest, Sha256};
use crate::base::limits;
use crate::image::artifact::{Artifact, Attached, NewArtifact, Part, Referrers};
use crate::image::error::{DocumentFault, ImageError, ServerFault};
use crate::image::http::{self, BodyError};
use crate::image::layout::blobs::Blobs;
use crate::image::layout::documents::{Leaf, read};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::{Document, Parsed};
use crate::image::manifest::json;
use crate::image::registry::blob::BlobReader;
use crate::image::registry::source::RegistrySource;
use crate::image::registry::wire::client::Client;
use crate::image::registry::wire::failure;
use crate::image::registry::wire::request::Ask;

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The config of an artifact that has none: `{}`.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const EMPTY_BYTES: &[u8] = b"{}";
/// The header of a registry that keeps the list of referrers itself.
const SUBJECT: &str = "oci-subject";

/// The tag of the index that takes the API's place.
fn tag(subject: &Digest) -> String {
    subject.to_string().replace(':', "-")
}

impl Referrers for RegistrySource {
    fn attached(&self, subject: &Digest, artifact_type: &str) -> Result<Vec<Artifact>, ImageError> {
        let client = self.origins.registry();
        let listed = match client.listed(subject, artifact_type)? {
            Some(listed) => listed,
            None => match client.fallback(subject)? {
                Some(Fallback { index, .. }) => entries(index, &self.reference)?,
                None => Vec::new(),
            },
        };
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
}

impl RegistrySource {
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
        let document: Document = json::parse(&bytes, &what, &self.reference)?;
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

/// The index under the tag, as it stands there.
struct Fallback {
    index: Value,
    tag: Option<HeaderValue>,
}

impl Client {
    /// What the referrers API lists; `None` where the registry has none.
    fn listed(&self, subject: &Digest, artifact_type: &str) -> Result<Option<Vec<Descriptor>>, ImageError> {
        let what = format!("the referrers of {subject}");
        // Of what a media type may hold, only these mean something else in a query.
        let wanted = artifact_type.replace('+', "%2B").replace('&', "%26").replace('#', "%23");
        let mut path = format!("referrers/{subject}?artifactType={wanted}");
        let (mut listed, mut asked) = (Vec::new(), BTreeSet::new());
        while asked.len() < limits::REFERRERS && asked.insert(path.clone()) {
            let page = self.wait(async {
                let response = self.ask(Ask::get(&path, OCI_INDEX, &what)).await?;
                match response.status() {
                    StatusCode::OK => {}
                    StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(None),
                    _ => return Err(failure::status(self.from(), &what, response, 0).await),
                }
                let next = next_page(response.url(), response.headers());
                Ok(Some((http::body(response, limits::MANIFEST_BYTES).await, next)))
            })?;
            let Some((body, next)) = page else { return Ok(None) };
            let bytes = body.map_err(|error| self.unread(error, &what))?;
            listed.extend(entries(json::parse(&bytes, &what, self.from())?, self.from())?);
            match next {
                Some(next) => path = next.to_string(),
                None => break,
            }
        }
        Ok(Some(listed))
    }

    fn unread(&self, error: BodyError, what: &str) -> ImageError {
        let (what, from) = (what.to_owned(), self.from().to_owned());
        let cap = limits::MANIFEST_BYTES;
        match error {
            BodyError::TooLarge => {
                ImageError::of(what, from, DocumentFault::TooLarge { expected: cap, found: cap + 1 })
            }
            BodyError::Broken(reason) => {
                ImageError::of(what, from, ServerFault::Broken { expected: "all".into(), found: 0, reason })
            }
        }
    }

    /// The index under the tag; `None` where there is no such tag.
    fn fallback(&self, subject: &Digest) -> Result<Option<Fallback>, ImageError> {
        let tag = tag(subject);
        let what = format!("manifest {tag}");
        let answer = self.document(&format!("manifests/{tag}"), &what, limits::MANIFEST_BYTES)?;
        let Some(answer) = answer else { return Ok(None) };
        let index: Value = json::parse(&answer.bytes, &what, self.from())?;
        if !index.get("manifests").is_some_and(Value::is_array) {
            return Err(ImageError::of(
                what,
                self.from(),
                DocumentFault::MediaType {
                    expected: "an index of referrers",
                    found: "another document".to_owned(),
                },
            ));
        }
        Ok(Some(Fallback { index, tag: answer.headers.get(ETAG).cloned() }))
    }

    /// Puts `entry` into the index under the tag; whether it was not in there.
    fn list(&self, subject: &Digest, digest: &str, entry: Value) -> Result<bool, ImageError> {
        let empty = || json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []});
        for attempt in 0..=limits::RETRIES {
            let fallback = self.fallback(subject)?;
            let (mut index, replaces) =
                fallback.map_or_else(|| (empty(), None), |fallback| (fallback.index, fallback.tag));
            let Some(entries) = index.get_mut("manifests").and_then(Value::as_array_mut) else { break };
            if entries.iter().any(|entry| entry.get("digest").and_then(Value::as_str) == Some(digest)) {
                return Ok(attempt > 0);
            }
            entries.push(entry.clone());
            let bytes = index.to_string().into_bytes();
            self.wait(self.push_manifest(&tag(subject), OCI_INDEX, bytes, replaces))?;
        }
        let (what, to) = (format!("manifest {}", tag(subject)), self.from().to_owned());
        Err(ImageError::of(
            what,
            to,
            ServerFault::Declined { found: "an index that others write at the same time".to_owned() },
        ))
    }
}

fn entries(index: Value, from: &str) -> Result<Vec<Descriptor>, ImageError> {
    let bytes = index.to_string();
    let document: Document = json::parse(bytes.as_bytes(), "the list of referrers", from)?;
    match document.tell(OCI_INDEX, "the list of referrers", from)? {
        Parsed::Index(entries) => Ok(entries),
        Parsed::Manifest(_) => Ok(Vec::new()),
    }
}

/// The next page of a list (`Link: </v2/…>; rel="next"`), at the same server.
fn next_page(url: &Url, headers: &HeaderMap) -> Option<Url> {
    let link = headers.get(LINK)?.to_str().ok()?;
    let (target, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = rest.split(';').any(|part| matches!(part.trim(), "rel=\"next\"" | "rel=next"));
    url.join(target).ok().filter(|next| is_next && next.origin() == url.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_the_digest_without_its_colon() {
        let digest: Digest = Sha256::of(b"x").into();
        assert!(tag(&digest).starts_with("sha256-2d711642b726b044"));
    }

    #[test]
    fn the_next_page_is_at_the_same_server() {
        let url: Url = "https://a.io/v2/x/referrers/sha256:0".parse().unwrap();
        let next = |link: &str| {
            let headers = HeaderMap::from_iter([(LINK, link.parse().unwrap())]);
            next_page(&url, &headers).map(|url| url.to_string())
        };
        assert_eq!(
            next("</v2/x/referrers/y?n=2>; rel=\"next\"").unwrap(),
            "https://a.io/v2/x/referrers/y?n=2"
        );
        assert_eq!(next("<https://b.io/steal>; rel=\"next\""), None);
        assert_eq!(next("</v2/x>; rel=\"prev\""), None);
    }
}
