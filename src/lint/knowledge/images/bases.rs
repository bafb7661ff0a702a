//! The bases that a Dockerfile names without a digest, and where a digest would go.
//!
//! Vocabulary: a digest stands at the *end* of a reference. The end of FROM's reference is written in FROM, or, where a
//! variable is all of its last part (`$BASE`, `python:$TAG`), in the default of an ARG, or nowhere. So each
//! base without a digest is the business of one rule: the end in FROM is for image-floating-tag or image-unpinned-digest,
//! the end in a default for image-arg-unpinned, and no end at all for image-arg-no-default.
//!
//! What it refuses to do: it guesses no value of a variable.

use crate::base::text::SourceWord;
use crate::base::text::Span;
use crate::dockerfile::{Binding, Scope, Stages};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::{ImageRole, ImageUse};

/// Defaults made of defaults of defaults; real ones stop at three.
const DEFAULTS: usize = 16;

/// A base without a digest.
pub(crate) struct LooseBase<'s> {
    /// Where FROM names it.
    pub(crate) image: &'s ImageUse,
    /// Where its reference ends.
    pub(crate) end: End,
}

/// Where a reference is written to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// In FROM.
    From,
    /// In the default of an ARG.
    Default(ArgDefault),
    /// Nowhere: the variable of that name has no value.
    Open(String),
}

/// The default of an ARG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArgDefault {
    /// The argument.
    pub(crate) name: String,
    /// The default, quotes left out.
    pub(crate) span: Span,
    /// Its value, variables filled in.
    pub(crate) value: String,
    /// Whether the source holds the value as it is.
    pub(crate) verbatim: bool,
}

/// The bases without a digest, in order.
pub(crate) fn loose_bases<'s>(subject: &'s Subject<'_>) -> Vec<LooseBase<'s>> {
    let Some(build) = &subject.build else { return Vec::new() };
    let bases = subject.images.iter().filter(|image| image.role == ImageRole::From);
    let loose = bases.filter(|image| !image.name.is_pinned());
    let with_end =
        loose.filter_map(|image| Some(LooseBase { image, end: reference_end(build.stages, image)? }));
    // A reference that BuildKit can't fill in is BuildKit's to complain of, unless a variable is why.
    let is_read = |base: &LooseBase<'_>| !base.image.name.is_empty() || matches!(base.end, End::Open(_));
    with_end.filter(is_read).collect()
}

/// Where the reference of a base ends; none for what is no base.
pub(crate) fn reference_end(stages: &Stages<'_>, image: &ImageUse) -> Option<End> {
    let stage = stages.stages.get(image.stage?).filter(|_| image.role == ImageRole::From)?;
    Some(end_of(&stage.image, &stages.global, &stages.dockerfile.source))
}

fn end_of(reference: &SourceWord, global: &Scope, source: &str) -> End {
    let (mut end, mut text, mut before) = (End::From, reference.text.clone(), reference.span.start);
    for _ in 0..DEFAULTS {
        let Some((name, has_stand_in)) = last_variable(&text) else { return end };
        match binding(global, name, before) {
            None if has_stand_in => return end,
            None => return End::Open(name.to_owned()),
            // What is empty ends nothing: the end is left of it.
            Some(binding) if binding.value.is_empty() && binding.unset.is_empty() => return end,
            Some(binding) => {
                let Some(written) = &binding.written else { return End::Open(name.to_owned()) };
                end = End::Default(default(name, binding, written, source));
                (text, before) = (written.text.clone(), written.span.start);
            }
        }
    }
    end
}

/// The variable that ends a text, being all of it, or all of its tag or name; and whether something stands in for it
/// where it is not set. A digest in the default of another one would fit one value of what stands before it.
fn last_variable(text: &str) -> Option<(&str, bool)> {
    let text = text.trim_matches(['"', '\'']);
    let dollar = text.rfind('$')?;
    let before = text.get(..dollar)?;
    let is_part = !before.is_empty() && !before.ends_with([':', '/', '@']);
    let rest = text.get(dollar + 1..)?;
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_part {
        return None;
    }
    let Some(braced) = rest.strip_prefix('{') else { return is_name(rest).then_some((rest, false)) };
    let braced = braced.strip_suffix('}')?;
    let end = braced.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(braced.len());
    let (name, modifier) = braced.split_at(end);
    let modifier = modifier.strip_prefix(':').unwrap_or(modifier);
    let (has_stand_in, is_plain) =
        (modifier.starts_with('-'), modifier.is_empty() || modifier.starts_with('?'));
    (is_name(name) && (has_stand_in || is_plain) && !modifier.contains('}')).then_some((name, has_stand_in))
}

/// What binds a variable for a text that stands at byte `before`.
fn binding<'g>(global: &'g Scope, name: &str, before: usize) -> Option<&'g Binding> {
    let is_above = |binding: &&Binding| binding.declared.is_none_or(|declared| declared.start < before);
    let own = |binding: &&Binding| binding.written.as_ref().is_none_or(|word| word.span.start < before);
    global.all(name).iter().rev().filter(is_above).find(own)
}

fn default(name: &str, binding: &Binding, written: &SourceWord, source: &str) -> ArgDefault {
    let quote = written.text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let quoted = quote.is_some_and(|quote| written.text.len() > 1 && written.text.ends_with(quote));
    let marks = usize::from(quoted && written.is_verbatim(source));
    let span = Span::new(written.span.start + marks, written.span.end.saturating_sub(marks));
    let value = binding.value.clone();
    let verbatim = binding.unset.is_empty() && span.text(source) == value;
    ArgDefault { name: name.to_owned(), span, value, verbatim }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::{BuildInputs, Dockerfile};

    fn lines(text: &str) -> String {
        let dockerfile = Dockerfile::parse(text);
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        match end_of(&stages.stages.last().unwrap().image, &stages.global, text) {
            End::From => "FROM".to_owned(),
            End::Open(name) => format!("{name} is open"),
            End::Default(actual) => {
                assert_eq!(actual.verbatim, actual.span.text(text) == actual.value, "{actual:?}");
                format!("{}: {}", actual.name, actual.span.text(text))
            }
        }
    }

    #[test]
    fn a_reference_ends_in_from_unless_a_variable_ends_it() {
        assert_eq!(lines("FROM python:3.12\n"), "FROM");
        assert_eq!(lines("ARG C=12.4\nFROM nvidia/cuda:${C}-devel\n"), "FROM");
        assert_eq!(lines("ARG R=example.org\nFROM $R/python\n"), "FROM");
        assert_eq!(lines("ARG A=3.23\nFROM golang:1.26-alpine$A\n"), "FROM");
    }

    #[test]
    fn a_variable_at_the_end_leads_to_the_default_that_is_written_last() {
        assert_eq!(lines("ARG B=python:3.12\nFROM $B\n"), "B: python:3.12");
        assert_eq!(lines("ARG B=\"python:3.12\"\nFROM \"${B}\"\n"), "B: python:3.12");
        assert_eq!(lines("ARG T=3.12\nFROM python:${T}\n"), "T: 3.12");
        assert_eq!(lines("ARG T=3.12\nARG B=python:$T\nFROM $B AS x\n"), "T: 3.12");
        assert_eq!(lines("ARG T=3\nARG B=python:$T-slim\nFROM $B AS x\n"), "B: python:$T-slim");
        assert_eq!(lines("ARG B=a:1\nARG B=b:2\nFROM ${B:-c:3}\n"), "B: b:2");
        assert_eq!(lines("ARG A=1 B=x:$A\nARG A=2\nFROM $B\n"), "A: 1");
    }

    #[test]
    fn a_variable_that_nothing_sets_leaves_the_end_open() {
        assert_eq!(lines("ARG B\nFROM $B\n"), "B is open");
        assert_eq!(lines("FROM x AS a\nARG B=y\nFROM $B\n"), "B is open");
        assert_eq!(lines("FROM ${B:?which}\n"), "B is open");
        assert_eq!(lines("ARG B=$T\nFROM $B\n"), "T is open");
    }

    #[test]
    fn a_stand_in_is_written_where_it_stands_and_an_empty_value_ends_nothing() {
        assert_eq!(lines("ARG B\nFROM ${B:-python:3.12}\n"), "FROM");
        assert_eq!(lines("ARG S=\nFROM python:3.12$S\n"), "FROM");
    }

    #[test]
    fn defaults_that_lead_to_themselves_end() {
        assert_eq!(lines("ARG B=a\nARG B=$B\nFROM $B\n"), "B: a");
    }
}
