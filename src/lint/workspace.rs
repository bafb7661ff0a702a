//! The sources that go together: a Dockerfile and the requirements files that its RUN lines install from.
//!
//! What it refuses to do: it leaves the build context no more than COPY does, and reads no file twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Kind, Source};
use crate::base::text::Lines;
use crate::dockerfile::{
    BuildInputs, Dockerfile, FileRole, InstalledRequirements, RequirementsTree, Stages,
    installed_requirements,
};

/// The sources given, and behind each Dockerfile those that it installs from, each once.
pub fn with_requirements(sources: Vec<Source>) -> Vec<Source> {
    let mut seen: BTreeSet<String> = sources.iter().map(|source| source.path.clone()).collect();
    let mut all = Vec::with_capacity(sources.len());
    for source in sources {
        let found = installed(&source);
        all.push(source);
        all.extend(found.into_iter().filter(|source| seen.insert(source.path.clone())));
    }
    all
}

/// What a Dockerfile installs from; a file that can't be read is left to the build to complain of.
fn installed(source: &Source) -> Vec<Source> {
    let (Kind::Dockerfile, Some(context)) = (source.kind, &source.context) else { return Vec::new() };
    let dockerfile = Dockerfile::parse(&source.text);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let lines = Lines::of(&source.text);
    let exists = |path: &str| context.folder.join(path).exists();
    let mut files: BTreeMap<String, Source> = BTreeMap::new();
    for target in 0..stages.stages.len() {
        for found in installed_requirements(&stages, target, &exists) {
            let by = format!("{}:{}", source.path, lines.line(found.span.start));
            for file in read(&found, &context.folder, source, &by) {
                files.entry(file.path.clone()).or_insert(file);
            }
        }
    }
    files.into_values().collect()
}

fn read(found: &InstalledRequirements<'_>, folder: &Path, source: &Source, by: &str) -> Vec<Source> {
    let Ok(tree) = RequirementsTree::read(folder, &found.path) else { return Vec::new() };
    let Some(context) = &source.context else { return Vec::new() };
    let files = tree.files.into_iter().map(|file| Source {
        path: context.shown(&file.path),
        file: Some(context.folder.join(&file.path)),
        kind: match file.role.max(found.role) {
            FileRole::Requirements => Kind::Requirements,
            FileRole::Constraints => Kind::Constraints,
        },
        text: file.file.source,
        context: Some(context.clone()),
        pins: source.pins.clone(),
        installed_by: Some(by.to_owned()),
    });
    files.collect()
}
