//! The kinds of files around a Dockerfile, a file each.
//!
//! What it refuses to do: it opens no file; it is given names and texts.

mod bake;
mod compose;
mod devcontainer;
mod kubernetes;
mod kustomize;
mod makefile;
mod script;
mod workflow;

use std::path::Path;

use crate::base::about::About;
use crate::lint::read::file_kind::{FileKind, FileName};
use crate::lint::subject::source::SourceKind;

/// All kinds; of several that a name or a text may be, the first one counts.
pub(crate) static REGISTRY: &[&dyn FileKind] = &[
    &bake::Bake,
    &compose::Compose,
    &devcontainer::Devcontainer,
    &makefile::Makefile,
    &script::ShellScript,
    &workflow::Workflow,
    &kustomize::Kustomize,
    &kubernetes::Kubernetes,
];

/// The kind of that id.
pub(crate) fn of_id(id: &str) -> Option<&'static dyn FileKind> {
    REGISTRY.iter().copied().find(|kind| kind.about().id == id)
}

/// What is known of each kind.
pub fn about() -> Vec<About> {
    REGISTRY.iter().map(|kind| *kind.about()).collect()
}

/// The kind that a file's name tells, if any: a Dockerfile, a list of requirements, or a file around them.
pub fn kind_of_name(path: &Path) -> Option<SourceKind> {
    let around = || {
        let name = FileName::of(path)?;
        REGISTRY.iter().find(|kind| kind.has_name(&name)).map(|kind| SourceKind::Around(kind.about().id))
    };
    SourceKind::of_name(path)
        .or_else(around)
        .or_else(|| SourceKind::is_either(path).then_some(SourceKind::Dockerfile))
}

/// Whether a file's name leaves open what it is, so that its text decides: `Dockerfile.go`.
pub(crate) fn is_open(path: &Path) -> bool {
    SourceKind::is_either(path) && kind_of_name(path) == Some(SourceKind::Dockerfile)
}

/// Whether a file's name does not rule out that its text is one of a kind.
pub(crate) fn may_be_of_a_kind(path: &Path) -> bool {
    FileName::of(path).is_some_and(|name| REGISTRY.iter().any(|kind| kind.may_have_name(&name)))
}

/// The kind of a file of a folder that nobody named, by its name and its text; none where it is not worth linting.
pub(crate) fn kind_in_folder(path: &Path, text: &str) -> Option<SourceKind> {
    if let Some(known) = SourceKind::of_name(path) {
        return Some(known);
    }
    let name = FileName::of(path)?;
    let mut kinds = REGISTRY.iter().filter(|kind| kind.may_have_name(&name));
    kinds.find(|kind| kind.is_wanted(text)).map(|kind| SourceKind::Around(kind.about().id))
}

/// The kind that a text alone tells.
pub(crate) fn kind_of_text(text: &str) -> Option<SourceKind> {
    REGISTRY.iter().find(|kind| kind.has_text(text)).map(|kind| SourceKind::Around(kind.about().id))
}

#[cfg(test)]
mod tests;
