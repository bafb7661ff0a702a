//! The sources that go together: a Dockerfile and the requirements files that its RUN lines install from.
//!
//! What it refuses to do: it leaves the build context no more than COPY does, and reads no file twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rayon::prelude::*;

use super::collect::unread;
use super::{Context, Kind, Obstacle, Source};
use crate::base::text::Lines;
use crate::dockerfile::{
    self, BuildInputs, Dockerfile, FileRole, InstalledRequirements, RequirementsTree, Stages, Unread,
    installed_requirements,
};

/// The sources given, and behind each Dockerfile those that it installs from, each once.
pub fn with_requirements(sources: Vec<Source>) -> Vec<Source> {
    gathered(sources).0
}

/// The same, and the files that are there and can't be read. One that is not there the build complains of.
pub(super) fn gathered(sources: Vec<Source>) -> (Vec<Source>, Vec<Obstacle>) {
    let found: Vec<Installed> = sources.par_iter().map(installed).collect();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let (mut all, mut obstacles): (Vec<Source>, BTreeSet<Obstacle>) = (Vec::new(), BTreeSet::new());
    // Those that were given have their names first, wherever they stand.
    let given: BTreeSet<String> = sources.iter().map(|source| source.path.clone()).collect();
    let mut waiting: BTreeMap<String, Source> = BTreeMap::new();
    for (source, found) in sources.into_iter().zip(found) {
        places.insert(source.path.clone(), all.len());
        all.push(source);
        obstacles.extend(found.obstacles);
        for file in found.files {
            if given.contains(&file.path) {
                waiting.entry(file.path.clone()).or_insert(file);
            } else if !places.contains_key(&file.path) {
                places.insert(file.path.clone(), all.len());
                all.push(file);
            }
        }
    }
    for source in &mut all {
        if let Some(known) = waiting.remove(&source.path) {
            *source = Source { path: source.path.clone(), file: source.file.clone(), ..known };
        }
    }
    (all, obstacles.into_iter().collect())
}

/// What a Dockerfile installs from.
#[derive(Default)]
struct Installed {
    files: Vec<Source>,
    obstacles: Vec<Obstacle>,
}

fn installed(source: &Source) -> Installed {
    let mut all = Installed::default();
    let (Kind::Dockerfile, Some(context)) = (source.kind, &source.context) else { return all };
    let dockerfile = Dockerfile::parse(&source.text);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let lines = Lines::of(&source.text);
    let exists = |path: &str| context.folder.join(path).exists();
    let mut seen = BTreeSet::new();
    for target in 0..stages.stages.len() {
        for found in installed_requirements(&stages, target, &exists) {
            let by = format!("{}:{}", source.path, lines.line(found.span.start));
            read(&found, context, source, &by, &mut all);
        }
    }
    all.files.retain(|file| seen.insert(file.path.clone()));
    all.files.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

fn read(
    found: &InstalledRequirements<'_>,
    context: &Context,
    source: &Source,
    by: &str,
    all: &mut Installed,
) {
    let tree = match RequirementsTree::read(&context.folder, &found.path) {
        Ok(tree) => tree,
        Err(error) if is_missing(&error) => return,
        Err(error) => return all.obstacles.push(unread(&context.shown(&found.path), &error)),
    };
    for problem in &tree.problems {
        let (Unread::Error(error), Some(from)) = (&problem.reason, tree.files.get(problem.file)) else {
            continue;
        };
        if !is_missing(error) {
            let text = &from.file.source;
            let named = unread(problem.span.text(text), error);
            all.obstacles.push(Obstacle {
                path: context.shown(&from.path),
                at: Some(Lines::of(text).position(text, problem.span.start)),
                message: format!("{}: {}", named.path, named.message),
                hint: named.hint,
            });
        }
    }
    all.files.extend(tree.files.into_iter().map(|file| Source {
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
    }));
}

/// Whether the build would fail for the file, too.
fn is_missing(error: &dockerfile::Error) -> bool {
    match error {
        dockerfile::Error::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
        dockerfile::Error::Escapes { .. } => true,
        _ => false,
    }
}
