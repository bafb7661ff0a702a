//! digest-not-index: a reference has the digest of one platform's manifest, where an index is known.

use crate::finding::{Confidence, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::digest_fix::{digest_digits, other_digest};
use crate::lint::knowledge::images::platforms::{is_multi_platform, names_platform};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::{ImageRole, ImageUse};

pub(crate) struct DigestNotIndex;

impl Rule for DigestNotIndex {
    profile! {
        id: "digest-not-index",
        summary: "the digest of one platform's manifest in a build for several",
        severity: Warning,
        confidence: Medium,
        set: Pedantic,
        remedy: UnsafeLock,
    }

    // Only a lock that was frozen with `--base` knows both digests: the index's and the manifest's.
    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let Some(lock) = subject.source.pins.as_deref().map(|pins| &pins.lock) else { return };
        let Some(base) = &lock.base else { return };
        let (Some(index), Some(manifest)) = (base.digest, base.manifest) else { return };
        let (index, manifest) = (index.to_string(), manifest.to_string());
        let is_manifest = |image: &&ImageUse| image.name.digest.as_deref() == Some(&manifest);
        let platform = &lock.image.platform;
        for image in subject.images.iter().filter(|image| image.role != ImageRole::Syntax).filter(is_manifest)
        {
            // Who names the platform means that platform's manifest.
            if index == manifest || names_platform(subject, image) {
                continue;
            }
            let confidence = if is_multi_platform(subject) { Confidence::Medium } else { Confidence::Low };
            let message =
                format!("this digest is the one for {platform} alone, so other platforms get its files too");
            let name = image.name.shown();
            let name = name.split('@').next().unwrap_or_default();
            let fix = other_digest(subject, image, &index).map(|edit| Fix::not_safe([edit]));
            findings.push(
                Draft::at(digest_digits(subject, image).unwrap_or(image.span), message)
                    .help(format!("write the index's digest: {name}@{index}"))
                    .confidence(confidence)
                    .fix(fix),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, Case, DIGEST, dockerfile, lock};

    const MANIFEST: &str = "sha256:9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80";

    fn case(text: &str) -> Case {
        let text = text.replace("MANIFEST", MANIFEST).replace("INDEX", DIGEST);
        let known = BASE_LOCK.replace("[base]", &format!("[base]\nmanifest = \"{MANIFEST}\""));
        dockerfile("digest-not-index", &text).locked(lock(&known))
    }

    #[test]
    fn a_manifests_digest_is_flagged_and_an_indexs_is_not() {
        let lines = case("FROM python:3.12@MANIFEST\nARG TARGETARCH\n").lines();
        assert_eq!(
            lines,
            [
                "1: 9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80: this digest is the one for \
              linux/amd64 alone, so other platforms get its files too"
            ]
        );
        assert_eq!(case("FROM python:3.12@INDEX\n").lines(), [""; 0]);
    }

    #[test]
    fn a_build_that_shows_no_other_platform_makes_it_a_guess() {
        let confidence = |text: &str| case(text).findings()[0].confidence.name();
        assert_eq!(confidence("FROM python:3.12@MANIFEST\n"), "low");
        assert_eq!(confidence("FROM --platform=$BUILDPLATFORM python:3.12@MANIFEST\n"), "medium");
    }

    #[test]
    fn a_from_that_names_its_platform_means_the_manifest() {
        assert_eq!(case("FROM --platform=linux/amd64 python:3.12@MANIFEST\n").lines(), [""; 0]);
    }

    #[test]
    fn the_indexs_digest_takes_its_place_when_asked_wherever_it_is_written() {
        let text = "ARG BASE=python:3.12@MANIFEST\nARG TARGETARCH\nFROM $BASE\nCOPY --from=python:3.12@MANIFEST / /\n";
        let expected = text.replace("MANIFEST", DIGEST);
        assert_eq!(case(text).fixed_unsafely(), expected);
        assert_eq!(case(text).fixed(), text.replace("MANIFEST", MANIFEST));
        let digits = MANIFEST.trim_start_matches("sha256:");
        let text = format!("ARG DIGEST={digits}\nFROM python@sha256:$DIGEST\n");
        assert!(case(&text).fixed_unsafely().starts_with(&DIGEST.replace("sha256:", "ARG DIGEST=")));
    }
}
