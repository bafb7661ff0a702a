//! image-arg-unpinned: the ARG default that FROM takes its reference from has no digest.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use crate::base::text::{Lines, Span};
use crate::finding::{Fix, Safety};
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::bases::{ArgDefault, End, loose_bases};
use crate::lint::knowledge::images::digest_fix::pinned_in_default;
use crate::lint::knowledge::images::overrides::{BaseOverride, overrides};
use crate::lint::subject::Subject;
use crate::lint::subject::builds::written_value;
use crate::lint::subject::image_use::ImageUse;

pub(crate) struct ImageArgUnpinned;

impl Rule for ImageArgUnpinned {
    profile! {
        id: "image-arg-unpinned",
        summary: "an ARG default that FROM uses, without a digest",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        // A default that several FROM lines use is one fault.
        let mut defaults: BTreeMap<Span, (ArgDefault, Vec<&ImageUse>)> = BTreeMap::new();
        for base in loose_bases(subject) {
            if let End::Default(default) = base.end {
                let entry = defaults.entry(default.span).or_insert_with(|| (default, Vec::new()));
                entry.1.push(base.image);
            }
        }
        let lines = LazyCell::new(|| Lines::of(subject.text()));
        for (default, images) in defaults.values() {
            findings.extend(draft(subject, &lines, default, images));
        }
        findings.extend(overrides(subject).iter().map(|one| overriding(subject, one)));
    }
}

/// A build argument takes the place of the default, pinned or not.
fn overriding(subject: &Subject<'_>, one: &BaseOverride) -> Draft {
    let BaseOverride { name, span, images, is_known } = one;
    let listed: Vec<&str> = images.iter().map(String::as_str).collect();
    let (message, help) = match (is_known, listed.as_slice()) {
        (true, [image]) => (
            format!(
                "{name} builds on {image}, whose tag may name another image tomorrow, whatever the default is"
            ),
            format!("write its digest too: {image}@sha256:…"),
        ),
        (true, _) => (
            format!(
                "{name} builds on {}, whose tags may name other images tomorrow, whatever the default is",
                listed.join(", ")
            ),
            "write the digest of each too: name:tag@sha256:…".to_owned(),
        ),
        (false, _) => (
            format!(
                "{name} is {}, which this file leaves open: FROM builds on whatever that is, whatever the default is",
                written_value(name, subject.at(*span))
            ),
            "give it a reference with a digest here, or leave it out: then the Dockerfile's default counts"
                .to_owned(),
        ),
    };
    Draft::at(*span, message).help(help).confidence(confidence_in(*is_known))
}

fn draft(subject: &Subject<'_>, lines: &Lines, default: &ArgDefault, images: &[&ImageUse]) -> Option<Draft> {
    let first = images.first()?;
    let line = lines.line(first.span.start);
    let shown = first.name.shown();
    let known_as = if first.is_known() { shown.as_str() } else { "the image that this makes" };
    let what = match &first.name.tag {
        Some(_) if !first.floats() => format!("{known_as}, whose tag may name another image tomorrow"),
        _ => format!("{known_as}, which is another image after each release"),
    };
    let written = subject.at(default.span);
    let name = &default.name;
    let is_whole = default.value == shown;
    let tag = if first.name.tag.is_some() { "" } else { ":VERSION" };
    let help = match written.contains('$') {
        // A digest fits one value of the variables before it.
        true if first.is_known() => {
            format!("write all of it into the default: ARG {name}={shown}{tag}@sha256:…")
        }
        true => format!("write all of it into the default: ARG {name}=name:tag@sha256:…"),
        false if is_whole || fits(subject, default, images) => {
            format!("write the digest into the default: ARG {name}={written}{tag}@sha256:…")
        }
        false => format!(
            "{name} is used elsewhere too: give the whole reference an ARG, ARG BASE={shown}{tag}@sha256:…, and write \
             FROM $BASE"
        ),
    };
    let draft = Draft::at(default.span, format!("FROM on line {line} builds on {what}"));
    let known = images.iter().all(|image| image.is_known());
    Some(draft.help(help).confidence(confidence_in(known)).fix(fix(subject, default, images, is_whole)))
}

/// The digest put into the default; where it may be read for something else, only if asked.
fn fix(subject: &Subject<'_>, default: &ArgDefault, images: &[&ImageUse], is_whole: bool) -> Option<Fix> {
    let first = images.first()?;
    let is_fit = fits(subject, default, images);
    if !is_whole && !is_fit {
        return None;
    }
    let fix = pinned_in_default(subject, first, default)?;
    let safety = if is_fit { fix.safety } else { Safety::Unsafe };
    Some(Fix { safety, ..fix })
}

/// Whether nothing but the FROM lines at `images` reads the argument, and these name one image: then they alone see its
/// default change, and one digest fits all.
fn fits(subject: &Subject<'_>, default: &ArgDefault, images: &[&ImageUse]) -> bool {
    let name = default.name.as_str();
    let (plain, braced) = (format!("${name}"), format!("${{{name}"));
    let reads = |text: &str| {
        let plain = text.match_indices(&plain).filter(|(at, name)| {
            let next = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
            !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        plain.count() + text.matches(&braced).count()
    };
    let in_from: usize = images.iter().map(|image| reads(subject.at(image.span))).sum();
    let is_declared_again = subject.build.as_ref().is_some_and(|build| {
        let args = build.steps_of(crate::dockerfile::Keyword::Arg);
        let mut words = args.flat_map(|step| step.instruction.arguments.words());
        words.any(|word| word.text.split('=').next() == Some(name))
    });
    let is_one = images.iter().all(|image| images.first().is_some_and(|first| first.name == image.name));
    is_one && !is_declared_again && in_from == images.len() && reads(subject.text()) == in_from
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, DIGEST, dockerfile, lock, of};
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn a_build_argument_that_overrides_the_default_is_held_to_the_same() {
        let flagged = |kind, text: &str| of("image-arg-unpinned", kind, text).flagged().len();
        let bake = "target \"a\" {\n  args = { BASE = \"python:3.11\", VERSION = \"1:2\" }\n}\n";
        assert_eq!(flagged(SourceKind::Bake, bake), 1);
        let compose = "services:\n  a:\n    build:\n      context: .\n      args:\n        - BASE_IMAGE=python:3.12\n        - UID=1000\n";
        assert_eq!(flagged(SourceKind::Compose, compose), 1);
        assert_eq!(flagged(SourceKind::Script, "docker build --build-arg BASE=python:3.12 .\n"), 1);
        assert_eq!(
            flagged(SourceKind::Script, &format!("docker build --build-arg BASE=python@{DIGEST} .\n")),
            0
        );
    }

    #[test]
    fn what_a_workflow_passes_is_told_without_its_name() {
        let text = "on: push\njobs:\n  a:\n    steps:\n      - run: docker build --build-arg BASE_IMAGE=a/b:${{ inputs.v }} .\n";
        let lines = of(ID, SourceKind::Workflow, text).lines();
        assert!(
            lines.len() == 1 && lines[0].contains("BASE_IMAGE is a/b:${{ inputs.v }}, which"),
            "{lines:?}"
        );
    }

    const ID: &str = "image-arg-unpinned";

    fn fixed(text: &str) -> String {
        dockerfile(ID, text).locked(lock(BASE_LOCK)).fixed()
    }

    #[test]
    fn a_default_is_flagged_once_however_many_stages_use_it() {
        let case = dockerfile(ID, "ARG BASE=python:3.12\nFROM $BASE AS a\nFROM ${BASE} AS b\n");
        assert_eq!(
            case.lines(),
            [
                "1: python:3.12: FROM on line 2 builds on python:3.12, whose tag may name another image tomorrow"
            ]
        );
        let lines = dockerfile(ID, "ARG TAG=latest\nFROM python:$TAG\n").lines();
        assert_eq!(
            lines,
            ["1: latest: FROM on line 2 builds on python:latest, which is another image after each release"]
        );
    }

    #[test]
    fn a_default_with_a_digest_or_of_a_stage_is_not_flagged() {
        let text =
            format!("ARG BASE=python:3.12@{DIGEST}\nARG S=b\nFROM $BASE AS b\nFROM $S\nFROM python:3.12\n");
        assert_eq!(dockerfile(ID, &text).lines(), [""; 0]);
    }

    #[test]
    fn the_digest_goes_into_the_default_and_its_quotes_stay() {
        assert_eq!(
            fixed("ARG BASE=\"python:3.12\"\nFROM ${BASE} AS a\nFROM $BASE\n"),
            format!("ARG BASE=\"python:3.12@{DIGEST}\"\nFROM ${{BASE}} AS a\nFROM $BASE\n")
        );
        assert_eq!(
            fixed("ARG TAG=3.12\nFROM python:$TAG\n"),
            format!("ARG TAG=3.12@{DIGEST}\nFROM python:$TAG\n")
        );
    }

    #[test]
    fn a_version_that_something_else_reads_keeps_its_value() {
        for rest in ["ARG TAG\nRUN echo $TAG\n", "ENV X=1\nFROM node:$TAG\n", "RUN echo ${TAG}\n"] {
            let text = format!("ARG TAG=3.12\nFROM python:$TAG\n{rest}");
            assert_eq!(fixed(&text), text);
            let case = dockerfile(ID, &text);
            let help = case.findings()[0].help.clone().unwrap();
            assert!(help.starts_with("TAG is used elsewhere too"), "{help}");
        }
    }

    #[test]
    fn a_whole_reference_that_a_stage_reads_again_is_fixed_only_when_asked() {
        let text = "ARG BASE=python:3.12\nFROM $BASE\nARG BASE\nLABEL base=$BASE\n";
        assert_eq!(fixed(text), text);
        assert!(dockerfile(ID, text).locked(lock(BASE_LOCK)).fixed_unsafely().contains(DIGEST));
    }

    #[test]
    fn a_default_made_of_others_stays_as_it_is() {
        let text = "ARG V=3\nARG BASE=python:$V.12\nFROM $BASE\n";
        assert_eq!(dockerfile(ID, text).flagged(), ["python:$V.12"]);
        assert_eq!(fixed(text), text);
    }
}
