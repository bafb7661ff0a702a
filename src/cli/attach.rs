//! `--attach`: a lockfile and a verdict, kept beside their image in its registry.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::digest::{Digest, Sha256};
use crate::image::ImageSource;
use crate::image::artifact::{Attached, NewArtifact, NewPart, Referrers};
use crate::lockfile::{Lockfile, attached};
use crate::report::model::Verified;
use crate::report::statement;

use super::error::CliError;

/// What keeps documents beside the image; an error where nothing does, told before any layer is read.
pub(super) fn referrers(source: &dyn ImageSource) -> Result<&dyn Referrers, CliError> {
    source.referrers().ok_or_else(|| CliError {
        message: format!(
            "{}: expected an image in a registry to attach to, found one elsewhere",
            source.reference()
        ),
        hint: Some("push the image, and name it as docker://NAME[:TAG]".to_owned()),
    })
}

/// Attaches the lockfile at `path`; what the user should know.
pub(super) fn lock(
    source: &dyn ImageSource,
    subject: Option<Digest>,
    path: &Path,
    lock: &Lockfile,
) -> Result<String, CliError> {
    let subject = subject.ok_or_else(|| no_manifest(source))?;
    let attached = attached::attach(referrers(source)?, &subject, path, lock)?;
    Ok(sentence("the lockfile", attached, &subject))
}

/// Attaches what was found of the image against the lockfile of digest `lock`.
pub(super) fn verdict(
    source: &dyn ImageSource,
    verified: &Verified<'_>,
    lock: Sha256,
) -> Result<String, CliError> {
    let subject = verified.outcome.facts.manifests.1.ok_or_else(|| no_manifest(source))?;
    let statement = statement::statement(verified, &subject, lock);
    let part = NewPart {
        media_type: statement::MEDIA_TYPE,
        annotations: BTreeMap::from([("in-toto.io/predicate-type", statement::PREDICATE_TYPE)]),
        bytes: statement.into_bytes(),
    };
    let artifact = NewArtifact {
        artifact_type: statement::MEDIA_TYPE,
        annotations: BTreeMap::from([("in-toto.io/predicate-type", statement::PREDICATE_TYPE)]),
        parts: vec![part],
    };
    let attached = referrers(source)?.attach(&subject, &artifact)?;
    Ok(sentence("the verdict", attached, &subject))
}

fn sentence(what: &str, attached: Attached, subject: &Digest) -> String {
    let state = if attached.is_new { "is attached" } else { "was attached already" };
    format!("{what} {state} to {subject} as {}", attached.digest)
}

fn no_manifest(source: &dyn ImageSource) -> CliError {
    CliError::new(format!("{}: there is no manifest to attach to", source.reference()))
}
