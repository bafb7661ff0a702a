//! The images that a Dockerfile names: its frontend, the bases of its stages, what COPY and mounts take files from.
//!
//! What it refuses to do: it takes no name apart and asks no registry. Stages, `scratch` and stage numbers are no
//! images; neither is `FROM base-${TARGETARCH}` where stages of such names stand above, whichever the platform picks.

use super::model::{CopySource, Stage, StageBase, Stages};
use crate::base::text::{SourceWord, Span};
use crate::dockerfile::model::{Flag, Instruction, Keyword};
use crate::dockerfile::words::{Expanded, Words};

/// Variables that every FROM has without any ARG; their values come with the platforms of the build.
pub const PLATFORM_ARGS: [&str; 8] = [
    "BUILDARCH",
    "BUILDOS",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETPLATFORM",
    "TARGETVARIANT",
];

/// An image that is named.
#[derive(Debug, Clone)]
pub struct ImageMention {
    /// What names it.
    pub by: NamedBy,
    /// The reference as it stands there.
    pub written: SourceWord,
    /// The reference with its variables filled in; empty where that fails.
    pub expanded: Expanded,
    /// The stage it is named in; none for the frontend.
    pub stage: Option<usize>,
    /// Whether it is named inside ONBUILD, so that the stages of another Dockerfile count.
    pub trigger: bool,
}

/// What names an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamedBy {
    /// The syntax directive.
    Syntax,
    /// FROM.
    From,
    /// `COPY --from=`.
    Copy,
    /// `RUN --mount=from=`.
    Mount,
}

/// The images that a Dockerfile names, in source order.
pub fn named_images(stages: &Stages<'_>) -> Vec<ImageMention> {
    let frontend = stages.dockerfile.syntax.iter().map(|syntax| ImageMention {
        by: NamedBy::Syntax,
        written: SourceWord { text: syntax.reference.clone(), span: syntax.span },
        expanded: Expanded { text: syntax.reference.clone(), ..Expanded::default() },
        stage: None,
        trigger: false,
    });
    let bases = stages.stages.iter().filter_map(|stage| base(stages, stage));
    let copied = stages.stages.iter().flat_map(|stage| {
        let instructions = stage.instructions.iter().enumerate();
        instructions.flat_map(|(index, instruction)| sources(stages, stage.index, index, instruction))
    });
    let mut images: Vec<ImageMention> = frontend.chain(bases).chain(copied).collect();
    images.sort_by_key(|image| image.written.span);
    images
}

fn base(stages: &Stages<'_>, stage: &Stage<'_>) -> Option<ImageMention> {
    let is_image =
        stage.base == StageBase::Image && !stage.image.text.is_empty() && !picks_stage(stages, stage);
    is_image.then(|| ImageMention {
        by: NamedBy::From,
        written: stage.image.clone(),
        expanded: stage.expanded.clone(),
        stage: Some(stage.index),
        trigger: false,
    })
}

/// Whether a FROM with a platform's name in it picks one of the stages above: `base-${TARGETARCH}`.
fn picks_stage(stages: &Stages<'_>, stage: &Stage<'_>) -> bool {
    let unset = &stage.expanded.unset;
    if unset.is_empty() || !unset.iter().all(|name| PLATFORM_ARGS.contains(&name.as_str())) {
        return false;
    }
    let words = Words { keep_unset: true, ..Words::new(stages.dockerfile.escape) };
    let Ok(kept) = words.expand(&stage.image.text, &stages.global) else { return false };
    let text = kept.text.to_lowercase();
    let Some((prefix, rest)) = text.split_once('$') else { return false };
    let suffix = rest.rsplit(['}', '$']).next().unwrap_or_default();
    let suffix = if rest.contains('}') { suffix } else { suffix.trim_start_matches(char::is_alphanumeric) };
    let above = stages.stages.iter().take(stage.index).filter_map(|stage| stage.name.as_ref());
    !(prefix.is_empty() && suffix.is_empty())
        && above.map(|name| name.text.to_lowercase()).any(|name| {
            name.len() > prefix.len() + suffix.len() && name.starts_with(prefix) && name.ends_with(suffix)
        })
}

/// The images that an instruction takes files from.
fn sources(stages: &Stages<'_>, stage: usize, index: usize, instruction: &Instruction) -> Vec<ImageMention> {
    let (inner, trigger) = (instruction.effective(), instruction.keyword == Keyword::Onbuild);
    let named_by = |flag: &Flag| -> Option<(NamedBy, SourceWord)> {
        let value = flag.value.as_ref()?;
        match (inner.keyword, flag.name.as_str()) {
            (Keyword::Copy, "from") => Some((NamedBy::Copy, value.clone())),
            (Keyword::Run, "mount") => {
                let text = value.text.split(',').find_map(|part| part.strip_prefix("from="))?;
                let span = inside(&stages.dockerfile.source, value.span, text);
                Some((NamedBy::Mount, SourceWord { text: text.to_owned(), span }))
            }
            _ => None,
        }
    };
    let images = inner.flags.iter().filter_map(named_by).filter_map(|(by, written)| {
        let expanded = stages.expand(stage, index, &written.text).unwrap_or_default();
        let name = if expanded.text.is_empty() { &written.text } else { &expanded.text };
        let is_image = !name.is_empty()
            && stages.copy_source(name) == CopySource::Image
            && !name.eq_ignore_ascii_case("scratch")
            && name.parse::<usize>().is_err();
        is_image.then_some(ImageMention { by, written, expanded, stage: Some(stage), trigger })
    });
    images.collect()
}

/// Where `from=<part>` stands in the source within `span`; all of `span` where it can't be told.
fn inside(source: &str, span: Span, part: &str) -> Span {
    let at = span.text(source).find(&format!("from={part}"));
    at.map_or(span, |at| Span::new(span.start + at + 5, span.start + at + 5 + part.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::{BuildInputs, Dockerfile};

    fn named(text: &str) -> Vec<String> {
        let dockerfile = Dockerfile::parse(text);
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        let shown = |image: ImageMention| {
            assert_eq!(image.written.span.text(text), image.written.text);
            format!("{:?} {}", image.by, image.expanded.text)
        };
        named_images(&stages).into_iter().map(shown).collect()
    }

    #[test]
    fn every_place_that_names_an_image_is_found() {
        let text = "# syntax=docker/dockerfile:1\nARG V=3\nFROM python:$V AS a\nCOPY --from=uv:1 /uv /\n\
                    RUN --mount=type=bind,from=tools:2,target=/t make\nONBUILD COPY --from=late:3 / /\n";
        let expected =
            ["Syntax docker/dockerfile:1", "From python:3", "Copy uv:1", "Mount tools:2", "Copy late:3"];
        assert_eq!(named(text), expected);
    }

    #[test]
    fn stages_and_scratch_are_no_images_however_they_are_named() {
        let text = "ARG S=a\nFROM x AS a\nFROM $S AS b\nFROM scratch\nCOPY --from=A / /\nCOPY --from=0 / /\n\
                    COPY --from=9 / /\nRUN --mount=from=b,target=/b true\nRUN --mount=type=cache,target=/c true\n";
        assert_eq!(named(text), ["From x"]);
    }

    #[test]
    fn a_from_that_the_platform_completes_to_a_stage_is_no_image() {
        assert_eq!(named("FROM x AS base-amd64\nFROM y AS base-arm64\nFROM base-${TARGETARCH}\n").len(), 2);
        assert_eq!(named("FROM x AS base-amd64\nFROM base-$TARGETARCH\n").len(), 1);
        assert_eq!(named("FROM x AS amd64-base\nFROM $TARGETARCH-base\n").len(), 1);
        assert_eq!(named("FROM x AS base-amd64\nFROM other-$TARGETARCH\n").len(), 2);
        assert_eq!(named("FROM x AS base-amd64\nFROM base-$FLAVOUR\n").len(), 2);
    }
}
