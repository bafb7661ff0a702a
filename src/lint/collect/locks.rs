//! Which lockfile is which Dockerfile's.
//!
//! A lockfile that is named is that of the only Dockerfile linted, or, of several, of those that it says it was made
//! from. Where none is named, the lockfiles beside the Dockerfile, in its context and in the current folder are looked at, and
//! taken if they say that they were made from this Dockerfile: fixes from another image's lock would pin the wrong versions. Of
//! several, what they agree on is taken, and the rest is told. A requirements file that is linted alone is known by the
//! locks in the same way.

mod agreed;
mod folder;

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

/// The lockfiles, each read once.
pub(super) struct Locks<'a> {
    names: &'a Names,
    /// By folder.
    listed: BTreeMap<PathBuf, Vec<PathBuf>>,
    read: BTreeMap<PathBuf, Option<Arc<Pins>>>,
    /// What several agree on, by their paths and whether it is for one source's.
    together: BTreeMap<(Vec<PathBuf>, bool), Agreed>,
}

/// What lockfiles agree on, and in what they differ.
type Agreed = (Arc<Pins>, Vec<&'static str>);

/// Lockfiles that were made from one source and do not agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DividedLocks {
    /// The source.
    pub path: String,
    /// The lockfiles, sorted.
    pub locks: Vec<String>,
    /// In what they differ: nothing of it is taken from any of them.
    pub differ_in: Vec<&'static str>,
}

/// How a lockfile says that it was made from a source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    /// From a text of the same bytes.
    FromItsBytes,
    /// From the file at its place; or it is a source that many images have.
    FromItsPlace,
}

/// Gives each source the pins of the lockfile that was named.
pub(super) fn attach_named(path: &Path, lock: &Lockfile, names: &Names, sources: &mut [SourceText]) {
    let pins = Arc::new(Pins::of(names.shown(path), lock.clone()));
    let alone = sources.iter().filter(|source| source.kind == SourceKind::Dockerfile).count() < 2;
    for source in sources {
        if alone || made(&pins, path, source, names).is_some() {
            source.pins = Some(pins.clone());
        }
    }
}

impl<'a> Locks<'a> {
    pub(super) fn new(names: &'a Names) -> Self {
        Self { names, listed: BTreeMap::new(), read: BTreeMap::new(), together: BTreeMap::new() }
    }

    /// Gives each source the pins of the lockfiles that are its own; those that do not agree.
    pub(super) fn attach(
        mut self,
        sources: &mut [SourceText],
        obstacles: &mut Vec<Obstacle>,
    ) -> Vec<DividedLocks> {
        let mut divided = Vec::new();
        for source in sources {
            let own = self.own(source, obstacles);
            let Some((pins, differ_in)) = self.agreed(&own, is_one_images(source)) else { continue };
            source.pins = Some(pins);
            if !differ_in.is_empty() {
                let locks = own.iter().map(|(_, pins)| pins.path.clone()).collect();
                divided.push(DividedLocks { path: source.path.clone(), locks, differ_in });
            }
        }
        divided
    }

    /// The lockfiles that say they were made from a source: from the file at its place, or, where none does, from its bytes.
    fn own(&mut self, source: &SourceText, obstacles: &mut Vec<Obstacle>) -> Vec<(PathBuf, Arc<Pins>)> {
        let mut own = Vec::new();
        for path in self.candidates(source, obstacles) {
            let Some(pins) = self.pins(&path, obstacles) else { continue };
            own.extend(made(&pins, &path, source, self.names).map(|made| (made, path, pins)));
        }
        let is_placed = own.iter().any(|(made, _, _)| *made == Made::FromItsPlace);
        own.retain(|(made, _, _)| !is_placed || *made == Made::FromItsPlace);
        own.into_iter().map(|(_, path, pins)| (path, pins)).collect()
    }

    /// What lockfiles agree on, and in what they differ.
    fn agreed(&mut self, own: &[(PathBuf, Arc<Pins>)], is_one_images: bool) -> Option<Agreed> {
        let (first, others) = own.split_first()?;
        if others.is_empty() {
            return Some((first.1.clone(), Vec::new()));
        }
        let key = (own.iter().map(|(path, _)| path.clone()).collect(), is_one_images);
        if let Some(known) = self.together.get(&key) {
            return Some(known.clone());
        }
        let locks: Vec<&Lockfile> = own.iter().map(|(_, pins)| &pins.lock).collect();
        let (lock, differ_in) = match is_one_images {
            true => agreed::of_one_source(&locks)?,
            false => (agreed::of_many_images(&locks)?, Vec::new()),
        };
        let names: Vec<&str> = own.iter().map(|(_, pins)| pins.path.as_str()).collect();
        let agreed = (Arc::new(Pins::of(names.join(", "), lock)), differ_in);
        self.together.insert(key, agreed.clone());
        Some(agreed)
    }

    /// Where a source's lockfiles may be, the likeliest first.
    fn candidates(&mut self, source: &SourceText, obstacles: &mut Vec<Obstacle>) -> Vec<PathBuf> {
        let own = self.names.folder_of(source);
        let context = source.context.as_ref().map(|context| self.names.absolute(&context.folder));
        let mut paths: Vec<PathBuf> = Vec::new();
        for folder in [own].into_iter().chain(context).chain([self.names.folder().to_owned()]) {
            for path in self.listed(folder, obstacles) {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        paths
    }

    /// The lockfiles of a folder.
    fn listed(&mut self, folder: PathBuf, obstacles: &mut Vec<Obstacle>) -> Vec<PathBuf> {
        if let Some(known) = self.listed.get(&folder) {
            return known.clone();
        }
        let (paths, is_cut) = folder::lockfiles(&folder);
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.names.relative(path)).collect();
        if is_cut {
            obstacles.push(Obstacle::new(
                self.names.shown_folder(&folder),
                format!("has more than {} lockfiles: not all are read", folder::MOST),
            ));
        }
        self.listed.insert(folder, paths.clone());
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

/// Whether a source is of one image, or one that many are installed from: then what it is linted with is one lock's.
fn is_one_images(source: &SourceText) -> bool {
    matches!(source.kind, SourceKind::Dockerfile | SourceKind::Requirements | SourceKind::Constraints)
}

/// Whether the lock at `path` was made from that source: from the same bytes, or the place that it names.
fn made(pins: &Pins, path: &Path, source: &SourceText, names: &Names) -> Option<Made> {
    let build = &pins.lock.build;
    match source.kind {
        SourceKind::Dockerfile => {}
        SourceKind::Requirements | SourceKind::Constraints => {
            let place = names.place(source);
            let folder = names.absolute(path).parent().map(Path::to_owned).unwrap_or_default();
            let digest = Sha256::of(source.text.as_bytes());
            let is_it =
                |file: &LockedRequirementsFile| file.digest == digest || folder.join(&file.path) == place;
            return build.requirements.iter().any(is_it).then_some(Made::FromItsPlace);
        }
        // What they name is looked up in the lock by its whole name, so another image's lock has nothing for them.
        _ => return Some(Made::FromItsPlace),
    }
    let by_bytes = || {
        let is_it = build.dockerfile_digest == Some(Sha256::of(source.text.as_bytes()));
        is_it.then_some(Made::FromItsBytes)
    };
    let Some(dockerfile) = &build.dockerfile else { return by_bytes() };
    let lock = names.absolute(path);
    let folder = lock.parent().unwrap_or(&lock);
    let beside = folder.join(dockerfile);
    let place = names.place(source);
    // The lock names it from the context, which need not be the folder that the lock is in. Every service has a
    // `Dockerfile`, so that a lock that lies elsewhere does not tell by the name which one it means.
    let context = source.context.as_ref().map(|context| names.absolute(&context.folder));
    let own = place.parent().map(Path::to_owned);
    let folders: Vec<PathBuf> = context.into_iter().chain(own).collect();
    let is_near = folders.iter().any(|own| own == folder);
    let elsewhere = || is_near && folders.iter().any(|folder| folder.join(dockerfile) == place);
    let is_there = beside == place || (!beside.exists() && elsewhere());
    if is_there { Some(Made::FromItsPlace) } else { by_bytes() }
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
