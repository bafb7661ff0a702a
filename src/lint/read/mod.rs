//! From texts to subjects: Dockerfiles and requirements files, and the files around a Dockerfile, for the builds and runs that they
//! start: each kind of these is a file in `files`.
//!
//! Vocabulary: a *node* is a value of a structured text with its place, whatever the text's language.
//!
//! What it refuses to do: it merges no files, and starts nothing.

pub(super) mod code;
mod docker;
mod docker_options;
pub(super) mod dockerfile;
mod expressions;
mod file_kind;
pub(super) mod files;
pub(super) mod function_calls;
mod hcl;
mod inline;
mod interpolation;
mod jsonc;
pub(super) mod node;
mod scalar;
mod values;
pub(super) mod yaml;

use crate::dockerfile::{BuildInputs, Dockerfile, Stages};
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildFile;
use crate::lint::subject::reading::{FileReading, Gap};
use crate::lint::subject::source::{SourceKind, SourceText};
use crate::python::RequirementsText;

/// What `look` makes of a source, read once.
pub(crate) fn with_subject<T>(source: &SourceText, look: impl FnOnce(&Subject<'_>) -> T) -> T {
    match source.kind {
        SourceKind::Dockerfile => {
            let parsed = Dockerfile::parse(&source.text);
            let stages = Stages::of(&parsed, &BuildInputs::default());
            let build = BuildFile::of(&stages);
            let (scripts, mut images) = (dockerfile::scripts(&build), dockerfile::images(&build));
            // A context that a build gives it goes before an image of that name.
            images.retain(|image| !source.around.contexts.contains(&image.name.shown()));
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

/// What was read of a source of a kind around Dockerfiles; now, if that is still to be done.
fn of_surroundings(source: &SourceText) -> Subject<'_> {
    let reading = match source.around.of(&source.text) {
        Some(known) => known.clone(),
        None => reading(source).unwrap_or_default(),
    };
    let mut subject = Subject::of(source);
    let gaps =
        source.around.gaps.iter().filter_map(|(mention, reason)| {
            Some(Gap { span: reading.place(*mention)?, reason: reason.clone() })
        });
    subject.gaps = gaps.collect();
    subject.images = reading.containers.iter().filter_map(|container| container.image.clone()).collect();
    subject.images.extend(reading.images);
    let contexts = reading.builds.iter().flat_map(|build| &build.contexts);
    subject.images.extend(contexts.filter_map(|context| docker::context_image(&context.value)));
    subject.gaps.extend(reading.gaps);
    subject.scripts = reading.scripts;
    subject.builds = reading.builds;
    subject.containers = reading.containers;
    subject.unread = reading.unread.filter(|_| !is_bare(&source.text));
    subject
}

/// Reads a source of a kind around Dockerfiles.
pub(super) fn reading(source: &SourceText) -> Option<FileReading> {
    let SourceKind::Around(id) = source.kind else { return None };
    Some(files::of_id(id)?.read(source))
}

/// Whether a text has nothing but comments: it starts nothing, in whatever language.
fn is_bare(text: &str) -> bool {
    let is_comment = |line: &str| line.is_empty() || line.starts_with('#') || line.starts_with("//");
    text.lines().map(str::trim).all(|line| is_comment(line) || line == "---")
}

#[cfg(test)]
mod tests;
