//! image-floating-tag: FROM with no tag, or with one that says by itself that it moves.

use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::bases::{End, loose_bases};
use crate::lint::knowledge::images::digest_fix::{pinned_at, with_way};
use crate::lint::subject::Subject;

pub(crate) struct ImageFloatingTag;

impl Rule for ImageFloatingTag {
    profile! {
        id: "image-floating-tag",
        summary: "FROM with no tag, or with `latest`, `nightly` and the like",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let bases = loose_bases(subject).into_iter().filter(|base| base.end == End::From);
        for image in bases.map(|base| base.image).filter(|image| image.floats()) {
            let written = subject.at(image.span);
            let message = match &image.name.tag {
                None => format!("{written} has no tag, so each build takes what is latest that day"),
                Some(tag) => {
                    format!("the tag {tag} goes to each new release, so builds start from the newest one")
                }
            };
            let bare = match &image.name.tag {
                Some(tag) => written.strip_suffix(&format!(":{tag}")).unwrap_or(written),
                None => written,
            };
            let help = format!("write a version and its digest: FROM {bare}:VERSION@sha256:…");
            findings.push(
                Draft::at(image.span, message)
                    .help(with_way(subject, image, help))
                    .confidence(confidence_in(image.is_known()))
                    .fix(pinned_at(subject, image)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, DIGEST, dockerfile, lock};

    const ID: &str = "image-floating-tag";

    #[test]
    fn no_tag_and_a_moving_one_are_flagged_and_a_version_is_not() {
        let case = dockerfile(ID, "FROM nvidia/cuda\nFROM python:latest\nFROM python:3.12\nFROM scratch\n");
        assert_eq!(case.flagged(), ["nvidia/cuda", "python:latest"]);
        let help = case.findings()[1].help.clone().unwrap();
        assert!(help.ends_with("FROM python:VERSION@sha256:…"), "{help}");
    }

    #[test]
    fn a_stage_without_a_tag_is_no_image() {
        assert_eq!(dockerfile(ID, "FROM a:1 AS base\nARG S=base\nFROM base\n").lines(), [""; 0]);
        assert_eq!(dockerfile(ID, "ARG S=base\nFROM a:1 AS base\nFROM $S\n").lines(), [""; 0]);
    }

    #[test]
    fn with_the_digest_comes_the_tag_that_was_meant() {
        let lock_text = BASE_LOCK.replace("python:3.12", "python:latest");
        let fixed = dockerfile(ID, "FROM python\n").locked(lock(&lock_text)).fixed();
        assert_eq!(fixed, format!("FROM python:latest@{DIGEST}\n"));
        assert_eq!(dockerfile(ID, &fixed).lines(), [""; 0]);
    }

    #[test]
    fn a_digest_stops_even_latest_from_floating() {
        assert_eq!(dockerfile(ID, &format!("FROM python:latest@{DIGEST}\n")).lines(), [""; 0]);
    }
}
