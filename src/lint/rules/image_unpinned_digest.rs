//! image-unpinned-digest: FROM without a digest.

use crate::finding::{Confidence, Edit, Fix, Severity};
use crate::lint::{About, Findings, Found, ImageRole, ImageUse, Remedy, Rule, Set, Subject, confidence_in};

static ABOUT: About = About {
    id: "image-unpinned-digest",
    summary: "FROM without a digest",
    severity: Severity::Error,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::Lock,
    doc: include_str!("../../../docs/rules/image-unpinned-digest.md"),
};

/// See [`ABOUT`].
pub(super) struct ImageUnpinnedDigest;

impl Rule for ImageUnpinnedDigest {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let bases = subject.images.iter().filter(|image| image.role == ImageRole::From);
        for image in bases.filter(|image| !image.name.is_pinned() && image.name.tag.is_some()) {
            let written = subject.at(image.span);
            let message = format!("the tag of {written} may name another image tomorrow");
            findings.push(
                Found::at(image.span, message)
                    .help(format!("write its digest too: FROM {written}@sha256:…"))
                    .confidence(confidence_in(image.unknown.is_empty()))
                    .fix(pinned(subject, image)),
            );
        }
    }
}

/// The reference with the locked digest behind it.
fn pinned(subject: &Subject<'_>, image: &ImageUse) -> Option<Fix> {
    let digest = subject.source.pins.as_ref()?.base_digest(&image.name)?;
    let edit = Edit::insert(image.span.end, format!("@{digest}"));
    (image.verbatim && image.name.digest.is_none()).then(|| Fix::safe([edit]))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, lock};

    const LOCK: &str = "version = 1\n\n[image]\nplatform = \"linux/amd64\"\nconfig = \"sha256:12d21ea3b687f00675eb72f3f69617187ae659cebab9a975f6d557cbec21a5ee\"\n\n[base]\nreference = \"python:3.12\"\ndigest = \"sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914\"\n";

    #[test]
    fn a_tag_alone_is_flagged_and_a_stage_or_scratch_is_not() {
        let case = dockerfile("image-unpinned-digest", "FROM python:3.12 AS a\nFROM a\nFROM scratch\n");
        assert_eq!(case.flagged(), ["python:3.12"]);
        assert_eq!(case.told(), ["1: python:3.12: the tag of python:3.12 may name another image tomorrow"]);
    }

    #[test]
    fn the_digest_is_put_in_where_the_locks_base_is_that_image() {
        let text = "FROM docker.io/library/python:3.12 AS a\nFROM python:3.11\n";
        let fixed = dockerfile("image-unpinned-digest", text).locked(lock(LOCK)).fixed();
        assert_eq!(
            fixed,
            text.replace(
                " AS",
                "@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914 AS"
            )
        );
    }
}
