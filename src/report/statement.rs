//! A verdict as an in-toto statement, to be kept beside the image it is about.
//!
//! The statement is not signed: it says what `verify` found, and whoever wants to know who says so signs it with a tool
//! of their choice. Its predicate holds the digest of the lockfile and the document of `verify --format json`.

use serde_json::json;

use super::json;
use super::model::Verified;
use crate::base::digest::{Digest, Sha256};

/// The media type of an in-toto statement.
pub const MEDIA_TYPE: &str = "application/vnd.in-toto+json";

/// The type of the predicate.
pub const PREDICATE_TYPE: &str = "urn:reprolock:verdict:1";

/// The statement that the manifest `subject` was verified against the lockfile of digest `lock`.
pub fn statement(verified: &Verified<'_>, subject: &Digest, lock: Sha256) -> String {
    let text = subject.to_string();
    let (algorithm, hex) = text.split_once(':').unwrap_or(("sha256", &text));
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": verified.image, "digest": {algorithm: hex}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"lock": {"digest": {"sha256": lock.hex()}}, "verify": json::verified(verified)},
    });
    format!("{statement}\n")
}
