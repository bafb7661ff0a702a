//! The images that went into a build by name and digest, as far as texts tell.
//!
//! What it refuses to do: a tag is no digest, and nothing is asked of a registry. Whether a digest is an index's or a
//! manifest's is not known here.

use crate::base::digest::Digest;
use crate::dockerfile::{Stages, named_images};
use crate::lockfile::model::LockedNamedImage;

/// Those that the Dockerfile names with a digest.
pub(super) fn named(stages: &Stages<'_>) -> impl Iterator<Item = LockedNamedImage> {
    named_images(stages).into_iter().filter(|image| image.expanded.unset.is_empty()).filter_map(|image| {
        let (reference, digest) = image.expanded.text.split_once('@')?;
        let digest: Digest = digest.parse().ok()?;
        Some(LockedNamedImage { reference: reference.to_owned(), digest })
    })
}

/// `[[build.image]]`: by name and digest, each once.
pub(super) fn locked(named: impl Iterator<Item = LockedNamedImage>) -> Vec<LockedNamedImage> {
    let mut images: Vec<LockedNamedImage> = named.collect();
    images.sort();
    images.dedup();
    images
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;
    use crate::dockerfile::{BuildInputs, Dockerfile};

    #[test]
    fn images_are_locked_where_the_dockerfile_has_their_digests() {
        let digest = Sha256::of(b"x").to_string();
        let text = format!(
            "# syntax=docker/dockerfile:1@{digest}\nARG D={digest}\nARG LOST\nFROM python:3.12@$D AS a\n\
             FROM python:3.12@{digest}\nCOPY --from=uv:1@{digest} / /\nCOPY --from=tools:2 / /\nFROM x@$LOST\n"
        );
        let dockerfile = Dockerfile::parse(&text);
        let images = locked(named(&Stages::of(&dockerfile, &BuildInputs::default())));
        let references: Vec<&str> = images.iter().map(|image| image.reference.as_str()).collect();
        assert_eq!(references, ["docker/dockerfile:1", "python:3.12", "uv:1"]);
        assert!(images.iter().all(|image| image.digest.to_string() == digest));
    }
}
