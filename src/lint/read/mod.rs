//! From texts to subjects: Dockerfiles and requirements files, and what is around a Dockerfile: compose files,
//! devcontainers, bake files, Makefiles and scripts, for the builds and runs that they start.
//!
//! Vocabulary: a *node* is a value of a structured text with its place, whatever the text's language.
//!
//! What it refuses to do: it merges no files, evaluates no function, and starts nothing.

mod bake;
pub(super) mod code;
mod compose;
mod devcontainer;
mod docker;
pub(super) mod dockerfile;
pub(super) mod function_calls;
mod hcl;
mod jsonc;
mod makefile;
pub(super) mod node;
mod started;
pub(super) mod yaml;

use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::dockerfile::{BuildInputs, Dockerfile, Stages};
use crate::lint::read::started::Started;
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildFile;
use crate::lint::subject::shell_code::SourceScript;
use crate::lint::subject::source::{SourceKind, SourceText};
use crate::python::RequirementsText;

/// What `look` makes of a source, read once.
pub(crate) fn with_subject<T>(source: &SourceText, look: impl FnOnce(&Subject<'_>) -> T) -> T {
    match source.kind {
        SourceKind::Dockerfile => {
            let parsed = Dockerfile::parse(&source.text);
            let stages = Stages::of(&parsed, &BuildInputs::default());
            let build = BuildFile::of(&stages);
            let (scripts, images) = (dockerfile::scripts(&build), dockerfile::images(&build));
            let subject = Subject { scripts, images, build: Some(build), ..Subject::of(source) };
            look(&subject)
        }
        SourceKind::Requirements | SourceKind::Constraints => {
            let requirements = Some(RequirementsText::parse(&source.text));
            look(&Subject { requirements, ..Subject::of(source) })
        }
        _ => look(&of_surroundings(source)),
    }
}

/// Reads a source that is no Dockerfile and no requirements file.
fn of_surroundings(source: &SourceText) -> Subject<'_> {
    let text = source.text.as_str();
    let whole = Span::new(0, text.len());
    let mut subject = Subject::of(source);
    subject.scripts = match source.kind {
        SourceKind::Makefile => makefile::scripts(text),
        SourceKind::Script => vec![SourceScript::on_host(Logical::of(text, whole), whole)],
        _ => Vec::new(),
    };
    let started = match structured(source) {
        Some((_, started)) => started.unwrap_or_default(),
        None => commands(&subject),
    };
    subject.images = started.containers.iter().filter_map(|container| container.image.clone()).collect();
    subject.images.extend(started.images);
    let contexts = started.builds.iter().flat_map(|build| &build.contexts);
    subject.images.extend(contexts.filter_map(docker::context_image));
    subject.builds = started.builds;
    subject.containers = started.containers;
    subject
}

/// The language of a source whose text has a structure, and what it starts; nothing of a text that is not of the language, or
/// nests too deep.
fn structured(source: &SourceText) -> Option<(&'static str, Option<Started>)> {
    let text = source.text.as_str();
    match source.kind {
        SourceKind::Compose => Some(("YAML", yaml::parse(text).map(|root| compose::read(&root, text)))),
        SourceKind::Devcontainer => {
            Some(("JSON", jsonc::parse(text).map(|root| devcontainer::read(&root, text))))
        }
        SourceKind::Bake if source.path.ends_with(".json") => {
            Some(("JSON", jsonc::parse(text).map(|root| bake::read(&root, text))))
        }
        SourceKind::Bake => Some(("HCL", hcl::parse(text).map(|root| bake::read(&root, text)))),
        _ => None,
    }
}

/// The language that a source should be of, and can't be read as. A text of comments alone starts nothing.
pub(crate) fn unread_as(source: &SourceText) -> Option<&'static str> {
    let is_comment = |line: &str| line.is_empty() || line.starts_with('#') || line.starts_with("//");
    let is_bare = |text: &str| text.lines().map(str::trim).all(|line| is_comment(line) || line == "---");
    match structured(source) {
        Some((language, None)) if !is_bare(&source.text) => Some(language),
        _ => None,
    }
}

/// What the shell commands of a source build and run.
fn commands(subject: &Subject<'_>) -> Started {
    let mut all = Started::default();
    for call in subject.calls_of(docker::PROGRAMS) {
        let started = docker::read(&call);
        all.builds.extend(started.builds);
        all.containers.extend(started.containers);
    }
    all
}

#[cfg(test)]
mod tests;
