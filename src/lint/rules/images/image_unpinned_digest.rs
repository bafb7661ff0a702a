//! image-unpinned-digest: FROM with a tag that looks fixed, and without a digest.

use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::bases::{End, loose_bases};
use crate::lint::knowledge::images::digest_fix::{pinned_at, with_way};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::ImageUse;

pub(crate) struct ImageUnpinnedDigest;

impl Rule for ImageUnpinnedDigest {
    profile! {
        id: "image-unpinned-digest",
        summary: "FROM without a digest",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for base in loose_bases(subject).into_iter().filter(|base| base.end == End::From) {
            if !base.image.floats() {
                findings.push(draft(subject, base.image));
            }
        }
    }
}

fn draft(subject: &Subject<'_>, image: &ImageUse) -> Draft {
    let written = subject.at(image.span);
    if image.name.digest.is_some() {
        let message = format!("the digest of {written} is not whole, so it names no image");
        return Draft::at(image.span, message).help("write all of it: sha256: and 64 hex digits");
    }
    let draft = Draft::at(image.span, format!("the tag of {written} may name another image tomorrow"))
        .confidence(confidence_in(image.is_known()))
        .fix(pinned_at(subject, image));
    if image.variables.is_empty() {
        let help = format!("write its digest too: FROM {written}@sha256:…");
        return draft.help(with_way(subject, image, help));
    }
    // A digest behind a tag that a variable chooses would win over every other choice.
    let name = image.variables.first().map_or("BASE", String::as_str);
    let whole = if image.is_known() { image.name.shown() } else { "name:tag".to_owned() };
    draft.help(format!(
        "a digest fits one value of {name} alone: give the whole reference an ARG, ARG BASE={whole}@sha256:…, and \
         write FROM $BASE"
    ))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, DIGEST, dockerfile, lock};

    const ID: &str = "image-unpinned-digest";

    #[test]
    fn a_tag_alone_is_flagged_and_a_stage_or_scratch_is_not() {
        let case = dockerfile(ID, "FROM python:3.12 AS a\nFROM a\nFROM scratch\n");
        assert_eq!(case.lines(), ["1: python:3.12: the tag of python:3.12 may name another image tomorrow"]);
    }

    #[test]
    fn a_digest_pins_wherever_it_is_written() {
        let text = format!(
            "ARG D={DIGEST}\nARG B=a:1@{DIGEST}\nFROM python:3.12@$D\nFROM $B\nFROM python@{DIGEST}\n"
        );
        assert_eq!(dockerfile(ID, &text).lines(), [""; 0]);
        let lines = dockerfile(ID, "FROM python:3@sha256:12\n").lines();
        assert!(lines[0].contains("is not whole"), "{lines:?}");
    }

    #[test]
    fn a_tag_with_a_variable_inside_is_flagged_where_a_digest_would_stand() {
        let text = "ARG CUDA=12.4.1\nARG LOST\nFROM nvidia/cuda:${CUDA}-devel AS a\nFROM a:${LOST}-x\n";
        let findings = dockerfile(ID, text).findings();
        let confidence: Vec<&str> = findings.iter().map(|finding| finding.confidence.name()).collect();
        assert_eq!(confidence, ["high", "low"]);
        assert!(findings[0].help.as_ref().unwrap().contains("one value of CUDA"));
    }

    #[test]
    fn the_digest_is_put_in_where_the_locks_base_is_that_image() {
        let text = "FROM docker.io/library/python:3.12 AS a\nFROM python:3.11\n";
        let fixed = dockerfile(ID, text).locked(lock(BASE_LOCK)).fixed();
        assert_eq!(fixed, text.replace(" AS", &format!("@{DIGEST} AS")));
    }

    #[test]
    fn a_reference_with_a_variable_stays_as_it_is() {
        let text = "ARG V=3\nFROM python:$V.12\n";
        assert_eq!(dockerfile(ID, text).locked(lock(BASE_LOCK)).fixed_unsafely(), text);
    }

    #[test]
    fn the_digest_of_another_platforms_manifest_is_not_put_in() {
        let text = "FROM --platform=linux/arm64 python:3.12\nFROM --platform=linux/amd64 python:3.12\n";
        let fixed = dockerfile(ID, text).locked(lock(BASE_LOCK)).fixed();
        assert_eq!(fixed.matches('@').count(), 1);
        assert!(fixed.contains(&format!("amd64 python:3.12@{DIGEST}\n")), "{fixed}");
        let index = BASE_LOCK.replace("[base]", &format!("[base]\nmanifest = \"{DIGEST}\""));
        assert_eq!(dockerfile(ID, text).locked(lock(&index)).fixed().matches('@').count(), 2);
    }

    #[test]
    fn what_the_name_led_to_is_good_for_every_platform_and_what_was_written_somewhere_may_not_be() {
        let text = "FROM --platform=linux/arm64 uv:1\nARG TARGETARCH\n";
        let known = |source: &str| {
            let image = format!("\n[[build.image]]\nreference = \"uv:1\"\ndigest = \"{DIGEST}\"\n{source}");
            let newer = BASE_LOCK.replace("version = 1", "version = 2");
            dockerfile(ID, text).locked(lock(&format!("{newer}{image}"))).fixed()
        };
        for source in ["registry", "engine", "provenance"] {
            let fixed = known(&format!("source = \"{source}\"\n"));
            assert!(fixed.contains(&format!("uv:1@{DIGEST}\n")), "{source}: {fixed}");
        }
        for source in ["", "source = \"dockerfile\"\n", "source = \"base\"\n"] {
            assert_eq!(known(source), text);
        }
    }

    #[test]
    fn a_build_for_several_platforms_gets_a_manifests_digest_only_when_asked() {
        let text = "FROM python:3.12\nARG TARGETARCH\n";
        assert_eq!(dockerfile(ID, text).locked(lock(BASE_LOCK)).fixed(), text);
        assert!(dockerfile(ID, text).locked(lock(BASE_LOCK)).fixed_unsafely().contains('@'));
    }
}
