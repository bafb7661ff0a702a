//! Which lockfile is which Dockerfile's.
//!
//! A lockfile that is named is that of the only Dockerfile linted, or, of several, of those that it says it was made
//! from. Where none is named, `reprolock.lock` beside the Dockerfile, in its context or in the current folder is taken, if
//! it says that it was made from this Dockerfile: fixes from another image's lock would pin the wrong versions. A
//! requirements file that is linted alone is known by the lock in the same way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::advice::Advice as _;
use crate::base::digest::Sha256;
use crate::base::text::Position;
use crate::lint::collect::names::Names;
use crate::lint::collect::obstacle::Obstacle;
use crate::lint::subject::pins::Pins;
use crate::lint::subject::source::{SourceKind, SourceText};
use crate::lockfile::model::LockedRequirementsFile;
use crate::lockfile::{LockError, Lockfile, store};

const NAME: &str = "reprolock.lock";

/// The lockfiles, each read once.
pub(super) struct Locks<'a> {
    names: &'a Names,
    read: BTreeMap<PathBuf, Option<Arc<Pins>>>,
}

/// Gives each source the pins of the lockfile that was named.
pub(super) fn attach_named(path: &Path, lock: &Lockfile, names: &Names, sources: &mut [SourceText]) {
    let pins = Arc::new(Pins::of(names.shown(path), lock.clone()));
    let alone = sources.iter().filter(|source| source.kind == SourceKind::Dockerfile).count() < 2;
    for source in sources {
        if alone || is_of(&pins, path, source, names) {
            source.pins = Some(pins.clone());
        }
    }
}

impl<'a> Locks<'a> {
    pub(super) fn new(names: &'a Names) -> Self {
        Self { names, read: BTreeMap::new() }
    }

    /// Gives each source the pins of the lockfile that is its own.
    pub(super) fn attach(mut self, sources: &mut [SourceText], obstacles: &mut Vec<Obstacle>) {
        for source in sources {
            source.pins = self.candidates(source).into_iter().find_map(|path| {
                let pins = self.pins(&path, obstacles)?;
                is_of(&pins, &path, source, self.names).then_some(pins)
            });
        }
    }

    /// Where a Dockerfile's lockfile may be, the likeliest first.
    fn candidates(&self, source: &SourceText) -> Vec<PathBuf> {
        let own = place(source, self.names).parent().map(Path::to_owned);
        let context = source.context.as_ref().map(|context| self.names.absolute(&context.folder));
        let mut paths: Vec<PathBuf> = Vec::new();
        for folder in own.into_iter().chain(context).chain([self.names.folder().to_owned()]) {
            let path = self.names.relative(&folder.join(NAME));
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths
    }

    /// The pins in the lockfile at `path`; none where there is no such file, or none that can be read.
    fn pins(&mut self, path: &Path, obstacles: &mut Vec<Obstacle>) -> Option<Arc<Pins>> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let shown = self.names.shown(path);
        let pins = match store::read(path) {
            Ok(lock) => Some(Arc::new(Pins::of(shown, lock))),
            Err(LockError::Missing(_)) => None,
            Err(error) => {
                obstacles.push(unread(shown, &error));
                None
            }
        };
        self.read.insert(path.to_owned(), pins.clone());
        pins
    }
}

/// Whether the lock at `path` was made from that Dockerfile: the same bytes, or the place that it names.
fn is_of(pins: &Pins, path: &Path, source: &SourceText, names: &Names) -> bool {
    let build = &pins.lock.build;
    match source.kind {
        SourceKind::Dockerfile => {}
        SourceKind::Requirements | SourceKind::Constraints => {
            let place = place(source, names);
            let folder = names.absolute(path).parent().map(Path::to_owned).unwrap_or_default();
            let digest = Sha256::of(source.text.as_bytes());
            let is_it =
                |file: &LockedRequirementsFile| file.digest == digest || folder.join(&file.path) == place;
            return build.requirements.iter().any(is_it);
        }
        // What they name is looked up in the lock by its whole name, so another image's lock has nothing for them.
        _ => return true,
    }
    if build.dockerfile_digest == Some(Sha256::of(source.text.as_bytes())) {
        return true;
    }
    let Some(dockerfile) = &build.dockerfile else { return false };
    let lock = names.absolute(path);
    let beside = lock.parent().unwrap_or(&lock).join(dockerfile);
    let place = place(source, names);
    // The lock names it from the context, which need not be the folder that the lock is in.
    let context = source.context.as_ref().map(|context| names.absolute(&context.folder));
    let own = place.parent().map(Path::to_owned);
    let elsewhere = || context.into_iter().chain(own).any(|folder| folder.join(dockerfile) == place);
    beside == place || (!beside.exists() && elsewhere())
}

fn place(source: &SourceText, names: &Names) -> PathBuf {
    names.absolute(source.file.as_deref().unwrap_or_else(|| Path::new(&source.path)))
}

fn unread(shown: String, error: &LockError) -> Obstacle {
    let at = |line| Some(Position { line, column: 1 });
    let (at, message) = match error {
        LockError::Io { source, .. } => (None, format!("can't be read: {source}")),
        LockError::TooLarge { limit, .. } => (None, format!("larger than {limit} bytes")),
        LockError::Malformed { line, problem, .. } => (at(*line), format!("not a lockfile: {problem}")),
        LockError::Inconsistent { problem, .. } => (None, format!("contradicts itself: {problem}")),
        other => (None, other.to_string()),
    };
    Obstacle { at, hint: error.hint(), ..Obstacle::new(shown, message) }
}
