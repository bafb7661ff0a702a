//! copy-from-unpinned: `COPY --from=` or `RUN --mount=from=` an image without a digest.

use crate::finding::Confidence;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::digest_fix::{pinned_at, with_way};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::{ImageRole, ImageUse};

pub(crate) struct CopyFromUnpinned;

impl Rule for CopyFromUnpinned {
    profile! {
        id: "copy-from-unpinned",
        summary: "`COPY --from` or a mount takes files from an image without a digest",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let is_source = |image: &&ImageUse| {
            matches!(image.role, ImageRole::CopyFrom | ImageRole::MountFrom | ImageRole::Context)
        };
        for image in subject.images.iter().filter(is_source).filter(|image| !image.name.is_pinned()) {
            findings.push(draft(subject, image));
        }
    }
}

fn draft(subject: &Subject<'_>, image: &ImageUse) -> Draft {
    // The place of a context's image may be that of the whole argument that names it.
    let shown = image.name.shown();
    let is_whole = image.role != ImageRole::Context || image.verbatim;
    let written = if is_whole { subject.at(image.span) } else { shown.as_str() };
    let message = match &image.name.tag {
        _ if image.name.digest.is_some() => {
            format!("the digest of {written} is not whole, so it names no image")
        }
        Some(_) if !image.floats() => format!("the tag of {written} may name another image tomorrow"),
        Some(tag) => {
            format!("the tag {tag} goes to each new release, so files are copied from the newest one")
        }
        None => format!("{written} has no tag, so files are copied from what is latest that day"),
    };
    let tag = if image.name.tag.is_some() { "" } else { ":VERSION" };
    let option = match image.role {
        ImageRole::CopyFrom => "--from=",
        ImageRole::Context => "docker-image://",
        _ => "from=",
    };
    let context = if image.is_bare() && image.role != ImageRole::Context {
        "; a context that --build-context names needs none"
    } else {
        ""
    };
    let help = match &image.name.tag {
        // A digest of `latest` is a pin; a version beside it says of what.
        Some(tag) if image.floats() && image.name.digest.is_none() => {
            let name = written.strip_suffix(tag.as_str()).unwrap_or(written);
            format!("write a version and its digest: {option}{name}VERSION@sha256:…{context}")
        }
        _ => format!("write its digest too: {option}{written}{tag}@sha256:…{context}"),
    };
    let help = with_way(subject, image, help);
    Draft::at(image.span, message).help(help).confidence(confidence(image)).fix(pinned_at(subject, image))
}

/// A bare name may be a build context that the command line names (`--build-context`), or, inside ONBUILD, a stage of the
/// Dockerfile that builds on this image.
fn confidence(image: &ImageUse) -> Confidence {
    match image.is_bare() {
        _ if !image.is_known() => Confidence::Low,
        true if image.role == ImageRole::Context => Confidence::High,
        true if image.trigger => Confidence::Low,
        true => Confidence::Medium,
        false => Confidence::High,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, DIGEST, dockerfile, lock, of};
    use crate::lint::subject::source::SourceKind;

    const ID: &str = "copy-from-unpinned";

    #[test]
    fn images_that_files_come_from_are_flagged_and_stages_are_not() {
        let text = "FROM scratch AS a\nFROM scratch\nCOPY --from=a / /\nCOPY --from=0 / /\n\
                    COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\n\
                    RUN --mount=type=bind,from=tools:2,target=/t make\nONBUILD COPY --chown=1 --from=x/y / /\n";
        assert_eq!(
            dockerfile(ID, text).lines(),
            [
                "5: ghcr.io/astral-sh/uv:latest: the tag latest goes to each new release, so files are copied from the \
                 newest one",
                "6: tools:2: the tag of tools:2 may name another image tomorrow",
                "7: x/y: x/y has no tag, so files are copied from what is latest that day",
            ]
        );
    }

    #[test]
    fn a_bare_name_may_be_a_context_and_a_variable_may_be_anything() {
        let text = "FROM scratch\nARG V=1\nCOPY --from=ctx / /\nONBUILD COPY --from=build / /\nCOPY --from=a:$V / /\n\
                    COPY --from=a:$W / /\n";
        let findings = dockerfile(ID, text).findings();
        let confidence: Vec<&str> = findings.iter().map(|finding| finding.confidence.name()).collect();
        assert_eq!(confidence, ["medium", "low", "high", "low"]);
    }

    #[test]
    fn an_image_of_a_context_is_told_by_its_name_alone() {
        for (context, said) in [
            ("\"a=docker-image://x/y:$TAG\"", "the tag of x/y:$TAG may name"),
            ("a=docker-image://x/y:1", "the tag of x/y:1 may name"),
            ("\"a=docker-image://x/y:1\"", "the tag of x/y:1 may name"),
        ] {
            let text = format!("docker build --build-context {context} .\n");
            let finding = of(ID, SourceKind::Script, &text).findings().remove(0);
            assert!(finding.message.starts_with(said), "{}", finding.message);
            let help = finding.help.unwrap_or_default();
            assert!(help.starts_with("write its digest too: docker-image://x/y:"), "{help}");
        }
    }

    #[test]
    fn a_digest_that_the_lock_knows_is_put_in_also_in_a_mount() {
        let image = format!("\n[[build.image]]\nreference = \"uv:0.5\"\ndigest = \"{DIGEST}\"\n");
        let text = "FROM a\nCOPY --from=uv:0.5 /uv /\nRUN --mount=from=uv:0.5,target=/u true\nCOPY --from=uv:0.6 / /\n";
        let fixed = dockerfile(ID, text).locked(lock(&format!("{BASE_LOCK}{image}"))).fixed();
        assert_eq!(fixed, text.replace("uv:0.5", &format!("uv:0.5@{DIGEST}")));
    }
}
