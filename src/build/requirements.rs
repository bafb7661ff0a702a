//! The requirements files that a build installed from, read from its context.
//!
//! What it refuses to do: constraints are read with what names them, and are no requirements of their own.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::error::BuildError;
use crate::base::digest::Sha256;
use crate::base::source::SourceError;
use crate::dockerfile::Stages;
use crate::lockfile::model::LockedRequirementsFile;
use crate::python::{FileRole, RequirementsProblem, RequirementsTree, Unread, installed_requirements};

/// The files that the stages of `target` install from; a note for each that is not there.
pub(super) fn read(
    stages: &Stages<'_>,
    target: usize,
    context: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<RequirementsTree>, BuildError> {
    let exists = |path: &str| context.join(path).exists();
    let mut trees: Vec<RequirementsTree> = Vec::new();
    for installed in installed_requirements(stages, target, &exists) {
        let known = |tree: &RequirementsTree| tree.files.iter().any(|file| file.path == installed.path);
        if installed.role == FileRole::Constraints || trees.iter().any(known) {
            continue;
        }
        match RequirementsTree::read(context, &installed.path) {
            Ok(tree) => {
                let problem = |problem: &_| format!("{}: {}", installed.path, reason(problem));
                notes.extend(tree.problems.iter().map(problem));
                trees.push(tree);
            }
            // The lock says less without it, and says nothing wrong.
            Err(Unread::Source(SourceError::Io { source, .. })) if source.kind() == ErrorKind::NotFound => {
                let line = installed.installed_by.lines.0;
                let path = &installed.path;
                notes.push(format!("line {line} installs from {path}, which is not in the context"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(trees)
}

fn reason(problem: &RequirementsProblem) -> String {
    problem.reason.to_string()
}

/// The files of `trees`, by path, each once.
pub(super) fn locked(trees: &[RequirementsTree]) -> Vec<LockedRequirementsFile> {
    let mut files: BTreeMap<&str, Sha256> = BTreeMap::new();
    for file in trees.iter().flat_map(|tree| &tree.files) {
        files.insert(&file.path, Sha256::of(file.file.source.as_bytes()));
    }
    files.into_iter().map(|(path, digest)| LockedRequirementsFile { path: path.to_owned(), digest }).collect()
}
