//! run-image-unpinned: an image is run by its tag.

use std::collections::BTreeSet;

use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::digest_fix::{pin, with_way};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::{ImageRole, ImageUse, untagged};

pub(crate) struct RunImageUnpinned;

impl Rule for RunImageUnpinned {
    profile! {
        id: "run-image-unpinned",
        summary: "an image is run by its tag",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let own = subject.builds.iter().flat_map(|build| &build.tags).map(|tag| tag.text.as_str());
        let built: BTreeSet<&str> = own.map(untagged).collect();
        let of_others = &subject.source.around.built;
        let run = subject.images.iter().filter(|image| {
            use ImageRole::{Cluster, Feature, Replaced, Run, Service};
            matches!(image.role, Run | Service | Feature | Cluster | Replaced)
        });
        for image in run.filter(|image| !image.name.is_pinned() && !image.name.repository.is_empty()) {
            let written = subject.at(image.span);
            let shown = image.name.shown();
            let names = [written, untagged(&shown)];
            // A cluster gets its images from a registry, whoever built them.
            let is_local = matches!(image.role, ImageRole::Run | ImageRole::Service);
            let is_own =
                names.iter().any(|name| built.contains(name) || is_local && of_others.contains(*name));
            // A digest that a variable holds is one.
            if is_own || image.name.digest.as_ref().is_some_and(|digest| digest.contains('$')) {
                continue;
            }
            let message = match image.role {
                ImageRole::Replaced => format!("{shown} runs whatever image has that name on the day"),
                ImageRole::Feature => format!("{written} adds whatever feature has that name on the day"),
                _ if image.name.repository.starts_with('$') && is_one_variable(&shown) => {
                    format!("{written} runs whatever image it is given: no file here says which")
                }
                _ => format!("{written} runs whatever image has that name on the day"),
            };
            let help = match image.role {
                ImageRole::Replaced => "name its digest in the place of its tag: digest: sha256:…".to_owned(),
                _ => with_way(subject, image, format!("name its digest: {written}@sha256:…")),
            };
            findings.push(
                Draft::at(image.span, message)
                    .help(help)
                    .confidence(confidence_in(image.is_known()))
                    .fix(pinned(subject, image)),
            );
        }
    }
}

/// Whether a name is nothing but one variable or expression.
fn is_one_variable(name: &str) -> bool {
    let inside = name.trim_start_matches(['$', '{', ' ']).trim_end_matches(['}', ' ']);
    inside.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

/// The reference with the locked image's digest behind it.
fn pinned(subject: &Subject<'_>, image: &ImageUse) -> Option<Fix> {
    let locked = subject.source.pins.as_ref().and_then(|pins| pins.image_digest(&image.name));
    let digest = locked.or_else(|| Some(pin(subject, &image.name)?.digest))?;
    (image.verbatim && image.name.digest.is_none())
        .then(|| Fix::safe([Edit::insert(image.span.end, format!("@{digest}"))]))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::of;
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn what_the_same_script_builds_may_be_run_by_its_tag() {
        let text = "docker build -t app:1 .\ndocker run --rm app:1\ndocker run -it --gpus all nvcr.example.org/x:2 bash\n";
        assert_eq!(of("run-image-unpinned", SourceKind::Script, text).flagged(), ["nvcr.example.org/x:2"]);
    }

    #[test]
    fn the_image_stands_behind_lists_and_variables_of_options() {
        for (words, image) in [
            ("\"${OPTIONS[@]}\" redis:7", "redis:7"),
            ("-it ${A[*]} \"${B[@]}\" --rm redis:7 sh", "redis:7"),
            ("\"$@\" redis:7", "redis:7"),
            ("$* redis:7", "redis:7"),
            ("$DOCKER_OPTS redis:7 -x", "redis:7"),
            ("${RUN_FLAGS} -v a:/b \"$IMAGE\" ls", "\"$IMAGE\""),
            ("$IMAGE ls redis:7", "$IMAGE"),
            ("$OPTS", "$OPTS"),
        ] {
            let text = format!("OPTIONS=(--rm)\nOPTIONS+=(-it)\ndocker run {words}\n");
            assert_eq!(of("run-image-unpinned", SourceKind::Script, &text).flagged(), [image], "{words}");
        }
        // What calls a wrapper names the image.
        let text = "docker run --rm \"$@\"\n";
        assert_eq!(of("run-image-unpinned", SourceKind::Script, text).flagged(), [""; 0]);
    }

    #[test]
    fn services_and_devcontainers_are_run_too() {
        let compose = "services:\n  db:\n    image: postgres:16\n  app:\n    build: .\n    image: app\n";
        assert_eq!(of("run-image-unpinned", SourceKind::Compose, compose).flagged(), ["postgres:16"]);
        let container = "{\"image\": \"python:3.12\"}";
        assert_eq!(of("run-image-unpinned", SourceKind::Devcontainer, container).flagged(), ["python:3.12"]);
    }

    #[test]
    fn an_image_that_a_service_of_the_file_builds_is_its_own() {
        let text = "services:\n  app:\n    image: acme/app:latest\n    build: .\n  s:\n    image: acme/app\n  r:\n    image: \"redis:7\" # cache\n";
        assert_eq!(of("run-image-unpinned", SourceKind::Compose, text).flagged(), ["redis:7"]);
    }

    #[test]
    fn features_of_a_devcontainer_move_with_their_tags() {
        let text = "{\"image\": \"x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\", \"features\": {\"registry.example.org/devcontainers/features/node:1\": {}, \"./local\": {}}}";
        assert_eq!(
            of("run-image-unpinned", SourceKind::Devcontainer, text).flagged(),
            ["registry.example.org/devcontainers/features/node:1"]
        );
    }
}
