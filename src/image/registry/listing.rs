//! What is listed as attached to an image: by the referrers API, or by the tag that takes its place.
//!
//! A registry with the API lists by itself what has a `subject`. Without it (docker-registry 2.8), the artifacts of
//! `sha256:HEX` stand in an index that is tagged `sha256-HEX`, which clients keep: it is read, added to and written back,
//! with all that others put there. Two clients at once may still lose an entry where the registry knows no conditions
//! (`If-Match`); so what was written is read again, and written again if it is gone.
//!
//! Where the API's answer is no list, whatever it is (a page, a redirect to one, an error, an empty object), the tag is
//! asked. A tag that is no index is somebody's image, and is left alone; one that answers with the subject itself
//! (GitLab takes `sha256-HEX` for the digest) is no tag at all, though the subject may be an index.

use std::collections::BTreeSet;

use reqwest::header::{ETAG, HeaderMap, HeaderValue, LINK};
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};

use crate::base::digest::Digest;
use crate::base::limits;
use crate::image::error::{DocumentFault, ImageError, ImageFault, ServerFault};
use crate::image::http::{self, BodyError};
use crate::image::manifest::descriptor::Descriptor;
use crate::image::manifest::document::{Document, Parsed};
use crate::image::manifest::json as shape;
use crate::image::registry::wire::client::Client;
use crate::image::registry::wire::request::Ask;

pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The tag of the index that takes the API's place.
fn tag(subject: &Digest) -> String {
    subject.to_string().replace(':', "-")
}

/// The index under the tag, as it stands there.
struct Fallback {
    index: Value,
    tag: Option<HeaderValue>,
}

/// What is under the tag.
enum Tagged {
    List(Fallback),
    /// The image itself.
    Subject,
    Nothing,
}

/// What the referrers API answers.
enum Listed {
    List(Vec<Descriptor>),
    /// The registry has no such API.
    Absent,
    /// Something else, which is no list.
    Other(String),
}

impl Client {
    /// What is attached to `subject`, of this type where the registry can tell; what should be told of how it was learnt.
    pub(super) fn referrers(
        &self,
        subject: &Digest,
        artifact_type: &str,
    ) -> Result<(Vec<Descriptor>, Option<String>), ImageError> {
        let note = match self.listed(subject, artifact_type) {
            Ok(Listed::List(listed)) => return Ok((listed, None)),
            Ok(Listed::Absent) => None,
            Ok(Listed::Other(answer)) => Some(answer),
            Err(error) if is_an_answer(&error) => Some(error.to_string()),
            Err(error) => return Err(error),
        };
        let note = note.map(|answer| {
            format!(
                "the registry's referrers API gave no list ({answer}): what is attached was looked for under the tag {}",
                tag(subject)
            )
        });
        let listed = match self.tagged(subject)? {
            Tagged::List(Fallback { index, .. }) => entries(&index, self.from())?,
            Tagged::Subject | Tagged::Nothing => Vec::new(),
        };
        Ok((listed, note))
    }

    fn listed(&self, subject: &Digest, artifact_type: &str) -> Result<Listed, ImageError> {
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
                    StatusCode::NOT_FOUND => return Ok(Err(Listed::Absent)),
                    _ => {
                        let answer = self.refusal(response, 0).await;
                        return Ok(Err(Listed::Other(format!("expected a list, found {answer}"))));
                    }
                }
                let next = next_page(response.url(), response.headers());
                Ok(Ok((http::body(response, limits::MANIFEST_BYTES).await, next)))
            })?;
            let (body, next) = match page {
                Ok(page) => page,
                Err(listed) => return Ok(listed),
            };
            let bytes = body.map_err(|error| self.unread(error, &what))?;
            match list(&bytes, subject) {
                Ok(index) => listed.extend(entries(&index, self.from())?),
                Err(answer) => return Ok(Listed::Other(answer)),
            }
            match next {
                Some(next) => path = next.to_string(),
                None => break,
            }
        }
        Ok(Listed::List(listed))
    }

    fn unread(&self, error: BodyError, what: &str) -> ImageError {
        let (what, from) = (what.to_owned(), self.from().to_owned());
        let cap = limits::MANIFEST_BYTES;
        match error {
            BodyError::TooLarge => {
                ImageError::of(what, from, DocumentFault::TooLarge { expected: cap, found: cap + 1 })
            }
            BodyError::TooSlow(slow) => self.broken(&what, slow.to_string()),
            BodyError::Broken(reason) => self.broken(&what, reason),
        }
    }

    /// What stands under the tag.
    fn tagged(&self, subject: &Digest) -> Result<Tagged, ImageError> {
        let tag = tag(subject);
        let what = format!("manifest {tag}");
        let answer = self.document(&format!("manifests/{tag}"), &what, limits::MANIFEST_BYTES)?;
        let Some(answer) = answer else { return Ok(Tagged::Nothing) };
        if is_subject(&answer.bytes, subject) {
            return Ok(Tagged::Subject);
        }
        let index: Value = shape::parse(&answer.bytes, &what, self.from())?;
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
        Ok(Tagged::List(Fallback { index, tag: answer.headers.get(ETAG).cloned() }))
    }

    /// Puts `entry` into the index under the tag; whether it was not in there.
    pub(super) fn list(&self, subject: &Digest, digest: &str, entry: Value) -> Result<bool, ImageError> {
        let empty = || json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []});
        let declined = |reason: &str| {
            let what = format!("manifest {}", tag(subject));
            Err(ImageError::of(what, self.from(), ServerFault::Declined { found: reason.to_owned() }))
        };
        for attempt in 0..=limits::RETRIES {
            let (mut index, replaces) = match self.tagged(subject)? {
                Tagged::List(fallback) => (fallback.index, fallback.tag),
                Tagged::Subject if attempt > 0 => {
                    return declined(
                        "the image itself under that tag, also after it was pushed: this registry keeps no list",
                    );
                }
                Tagged::Subject | Tagged::Nothing => (empty(), None),
            };
            let Some(entries) = index.get_mut("manifests").and_then(Value::as_array_mut) else { break };
            if entries.iter().any(|entry| entry.get("digest").and_then(Value::as_str) == Some(digest)) {
                return Ok(attempt > 0);
            }
            entries.push(entry.clone());
            let bytes = index.to_string().into_bytes();
            self.wait(self.push_manifest(&tag(subject), OCI_INDEX, bytes, replaces))?;
        }
        declined("an index that others write at the same time")
    }
}

/// Whether an error is what a server says, and not that none was reached or may be.
fn is_an_answer(error: &ImageError) -> bool {
    match &*error.kind {
        ImageFault::Server(fault) => !matches!(
            fault,
            ServerFault::Offline { .. }
                | ServerFault::Setup { .. }
                | ServerFault::Credentials { .. }
                | ServerFault::Helper { .. }
        ),
        ImageFault::Document(fault) => {
            matches!(fault, DocumentFault::TooLarge { .. } | DocumentFault::Json { .. })
        }
        _ => false,
    }
}

/// Whether a document is the image that it should list the referrers of.
fn is_subject(bytes: &[u8], subject: &Digest) -> bool {
    subject.same_algorithm_of(bytes) == *subject
}

/// The list in an answer of the referrers API; else what it is.
fn list(bytes: &[u8], subject: &Digest) -> Result<Value, String> {
    if is_subject(bytes, subject) {
        return Err("the image itself".to_owned());
    }
    let index: Value = shape::parse(bytes, "", "").map_err(|_| "something else than JSON".to_owned())?;
    match index.get("manifests") {
        Some(Value::Array(_)) => Ok(index),
        // How Go writes an empty list.
        Some(Value::Null) if index.get("mediaType").and_then(Value::as_str) == Some(OCI_INDEX) => {
            Ok(json!({"mediaType": OCI_INDEX, "manifests": []}))
        }
        _ => Err(format!("a document without manifests, {} bytes", bytes.len())),
    }
}

fn entries(index: &Value, from: &str) -> Result<Vec<Descriptor>, ImageError> {
    let document = Document::read(index.to_string().as_bytes(), "the list of referrers", from)?;
    match document.tell(OCI_INDEX, "the list of referrers", from)? {
        Parsed::Index(index) => Ok(index.entries),
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
    use crate::base::digest::Sha256;

    fn digest(bytes: &[u8]) -> Digest {
        Sha256::of(bytes).into()
    }

    #[test]
    fn the_tag_is_the_digest_without_its_colon() {
        assert!(tag(&digest(b"x")).starts_with("sha256-2d711642b726b044"));
    }

    #[test]
    fn a_list_is_an_index_that_is_not_the_image() {
        let other = digest(b"x");
        let is_list = |text: &str| list(text.as_bytes(), &other).is_ok();
        assert!(is_list(r#"{"manifests":[]}"#));
        assert!(is_list(&format!(r#"{{"mediaType":"{OCI_INDEX}","manifests":null}}"#)));
        for none in [
            "",
            "{}",
            "[]",
            "null",
            "<!doctype html>",
            r#"{"manifests":{}}"#,
            r#"{"errors":[]}"#,
            "\u{feff}{}",
        ] {
            assert!(!is_list(none), "{none}");
        }
        let index = br#"{"manifests":[{"digest":"sha256:0"}]}"#;
        assert!(list(index, &digest(index)).is_err());
        assert!(list(index, &other).is_ok());
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
