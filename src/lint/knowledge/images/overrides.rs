//! Build arguments that take the place of the default a base is named by.
//!
//! Where the Dockerfile of a build is at hand, it is read with the build's arguments and without: what each of them makes of FROM is
//! what BuildKit makes of it. Where it is not, a name such as BASE_IMAGE is all there is to go by.
//!
//! What it refuses to do: it says nothing of an argument that changes no base.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::Span;
use crate::dockerfile::{BuildInputs, Dockerfile, Keyword, StageBase, Stages};
use crate::lint::subject::Subject;
use crate::lint::subject::builds::{BuildCall, Setting};
use crate::lint::subject::image_use::ImageName;

/// Arguments of one build that are looked at; real ones have some ten.
const ARGUMENTS: usize = 32;

/// A build argument that makes a base float.
#[derive(Debug)]
pub(crate) struct BaseOverride {
    /// The argument.
    pub(crate) name: String,
    /// Its value, or the argument where it has none.
    pub(crate) span: Span,
    /// What the bases are then, as far as that is known.
    pub(crate) images: BTreeSet<String>,
    /// Whether that is all known.
    pub(crate) is_known: bool,
}

/// The arguments of all builds of a source that make a base float, each once.
pub(crate) fn overrides(subject: &Subject<'_>) -> Vec<BaseOverride> {
    let mut all: BTreeMap<Span, BaseOverride> = BTreeMap::new();
    let mut checked = BTreeSet::new();
    // A Dockerfile that a matrix builds many times is read once.
    let mut read: BTreeMap<&str, Dockerfile> = BTreeMap::new();
    for (number, build) in subject.builds.iter().enumerate() {
        if let Some((name, text)) = subject.source.around.dockerfiles.get(&number) {
            let dockerfile = read.entry(name.as_str()).or_insert_with(|| Dockerfile::parse(text));
            checked.extend(build.arguments.iter().map(|argument| argument.span));
            with_dockerfile(build, dockerfile).into_iter().for_each(|one| note(one, &mut all));
        }
    }
    for argument in subject.builds.iter().flat_map(|build| &build.arguments) {
        if !checked.contains(&argument.span) {
            by_name(argument).into_iter().for_each(|one| note(one, &mut all));
        }
    }
    all.into_values().collect()
}

fn note(one: BaseOverride, all: &mut BTreeMap<Span, BaseOverride>) {
    match all.get_mut(&one.span) {
        Some(known) => {
            known.images.extend(one.images);
            known.is_known &= one.is_known;
        }
        None => drop(all.insert(one.span, one)),
    }
}

fn place(argument: &Setting) -> Span {
    argument.value.as_ref().map_or(argument.span, |value| value.span)
}

/// The arguments of a build that make a base of that Dockerfile float which it pins itself, or that name one whole.
fn with_dockerfile(build: &BuildCall, dockerfile: &Dockerfile) -> Vec<BaseOverride> {
    let given = |argument: &Setting| match &argument.value {
        Some(value) => value.text.clone(),
        // Taken from the environment, which may have none: then the default counts.
        None => format!("${{{}}}", argument.name),
    };
    let declared = declared(dockerfile);
    let named = build.arguments.iter().filter(|argument| declared.contains(argument.name.as_str()));
    let named: Vec<&Setting> = named.take(ARGUMENTS).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let bases = |left_out: Option<&str>| {
        let kept = named.iter().filter(|argument| left_out != Some(argument.name.as_str()));
        let args = kept.map(|argument| (argument.name.clone(), given(argument))).collect();
        let stages = Stages::of(dockerfile, &BuildInputs { args, ..BuildInputs::default() });
        let image = |base: StageBase, text: &str| (base == StageBase::Image).then(|| text.to_owned());
        stages.stages.iter().map(|stage| image(stage.base, &stage.expanded.text)).collect::<Vec<_>>()
    };
    let with_all = bases(None);
    let each = named.iter().filter_map(|argument| {
        let without = bases(Some(&argument.name));
        let value = given(argument);
        let floats = |(with, without): &(&Option<String>, &Option<String>)| {
            let Some(with) = with.as_ref().filter(|with| Some(*with) != without.as_ref()) else {
                return false;
            };
            let is_pinned = |text: &String| ImageName::parse(text).is_pinned();
            let names_all = value.contains([':', '/']) && with.ends_with(value.as_str());
            !with.is_empty() && !is_pinned(with) && (without.as_ref().is_none_or(is_pinned) || names_all)
        };
        let images: BTreeSet<String> =
            with_all.iter().zip(&without).filter(floats).filter_map(|(with, _)| with.clone()).collect();
        let is_known = argument.value.as_ref().is_some_and(|value| value.known);
        (!images.is_empty()).then(|| BaseOverride {
            name: argument.name.clone(),
            span: place(argument),
            images,
            is_known,
        })
    });
    each.collect()
}

/// The arguments that FROM lines see.
fn declared(dockerfile: &Dockerfile) -> BTreeSet<&str> {
    let before = dockerfile.instructions().take_while(|instruction| instruction.keyword != Keyword::From);
    let words = before.filter(|arg| arg.keyword == Keyword::Arg).flat_map(|arg| arg.arguments.words());
    words.filter_map(|word| word.text.split('=').next()).collect()
}

/// An argument that is called after a base, and names one by its tag, or leaves it open.
fn by_name(argument: &Setting) -> Option<BaseOverride> {
    let value = argument.value.as_ref()?;
    let upper = argument.name.to_ascii_uppercase();
    let is_base = upper.split('_').any(|word| matches!(word, "BASE" | "IMAGE" | "FROM" | "BASEIMAGE"));
    let name = ImageName::parse(&value.text);
    let is_image = name.tag.as_ref().is_some_and(|tag| !tag.is_empty() && !tag.contains('/'))
        && !value.text.contains([' ', '='])
        && !value.text.contains("://")
        && (value.known && !value.text.contains(['$', '{'])
            || !value.known && !name.repository.contains('$'));
    (is_base && is_image && !name.is_pinned() && name.digest.is_none()).then(|| BaseOverride {
        name: argument.name.clone(),
        span: value.span,
        images: [value.text.clone()].into(),
        is_known: value.known,
    })
}
