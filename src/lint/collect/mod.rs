//! From what the user names to sources: files, folders, standard input, each with its build context and its lock.
//!
//! Vocabulary: an *obstacle* is what kept a file, or a part of it, from being linted. The other files are linted all the
//! same; a run with an obstacle is never a clean one.
//!
//! A source is called what the user would type from the current folder: `docker/Dockerfile`, with forward slashes. A file
//! that is named twice is linted once.
//!
//! What it refuses to do: it follows no symlinked folder, and takes no requirements file out of a folder on its own: one
//! that no image installs from is not an image's.

mod around;
pub(super) mod beside;
mod context;
mod inline;
mod kind;
pub(super) mod locks;
mod names;
pub(super) mod obstacle;
pub(super) mod walk;
pub(super) mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::base::source;
use crate::lint::collect::around::Surroundings;
use crate::lint::collect::context::Contexts;
use crate::lint::collect::locks::{DividedLocks, Locks};
use crate::lint::collect::names::Names;
use crate::lint::collect::obstacle::{Obstacle, ObstacleKind, unread};
use crate::lint::collect::walk::Hidden;
use crate::lint::collect::workspace::gathered;
use crate::lint::read::files;
use crate::lint::subject::source::{SourceKind, SourceText};
use crate::lockfile::Lockfile;

/// What to lint.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files and folders; the current folder where there are none.
    pub paths: Vec<PathBuf>,
    /// The text of standard input, which is linted alone, and the name it goes by.
    pub input: Option<(String, Option<PathBuf>)>,
    /// The build context of every Dockerfile.
    pub context: Option<PathBuf>,
    /// Whether the paths are all that a tool has, and not what somebody means: of them, those are linted that would be
    /// looked for in a folder, and the rest is passed over.
    pub passes_over: bool,
    /// The lockfile that was named, and what it says.
    pub lock: Option<(PathBuf, Lockfile)>,
}

/// What was found to lint.
#[derive(Debug, Default)]
pub struct Collected {
    /// The sources: Dockerfiles and their like by name, each followed by what it installs from.
    pub sources: Vec<SourceText>,
    /// What could not be read.
    pub obstacles: Vec<Obstacle>,
    /// What ignore files leave out of the folders.
    pub hidden: Hidden,
    /// Lockfiles of one source that do not agree, where none was named.
    pub divided: Vec<DividedLocks>,
}

impl Collected {
    /// Whether there is nothing to lint, and nothing that kept it from being linted.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.obstacles.is_empty()
    }
}

/// What a text is called that came without a name.
const UNNAMED: &str = "stdin";

/// Reads everything that `request` asks for.
pub fn collect(request: &Request) -> Collected {
    let names = Names::here();
    let (mut obstacles, mut hidden) = (Vec::new(), Hidden::default());
    let mut sources = match &request.input {
        Some((text, name)) => vec![input(text, name.as_deref(), &names)],
        None => {
            let files = files(request, &names, &mut obstacles, &mut hidden);
            let read = files.into_par_iter().map(|((shown, _), file)| read(shown, file));
            let (sources, failed): (Vec<_>, Vec<_>) = read.partition_map(either);
            obstacles.extend(failed);
            sources.into_iter().flatten().collect()
        }
    };
    let is_walked = request.paths.is_empty() || request.paths.iter().any(|path| path.is_dir());
    let around = Surroundings { names: &names, takes_dockerfiles: is_walked && request.input.is_none() };
    around.read(&mut sources, &mut obstacles);
    let inside: Vec<SourceText> =
        sources.iter().flat_map(|source| inline::dockerfiles(source, &mut obstacles)).collect();
    sources.extend(inside);
    let contexts = Contexts::new(request.context.as_deref(), &names, &sources);
    sources.par_iter_mut().filter(|source| source.kind == SourceKind::Dockerfile).for_each(|source| {
        source.context = Some(contexts.of(source));
    });
    let divided = match &request.lock {
        Some((path, lock)) => {
            locks::attach_named(path, lock, &names, &mut sources);
            Vec::new()
        }
        None => Locks::new(&names).attach(&mut sources, &mut obstacles),
    };
    let (sources, unread) = gathered(sources);
    obstacles.extend(unread);
    Collected { sources, obstacles, hidden, divided }
}

/// A file to lint: where it is, and whether the user named it.
struct File {
    path: PathBuf,
    is_named: bool,
}

/// What a file is called, and which one it is: names that are not UTF-8 may look alike.
type Key = (String, PathBuf);

/// The files by name.
fn files(
    request: &Request,
    names: &Names,
    obstacles: &mut Vec<Obstacle>,
    hidden: &mut Hidden,
) -> BTreeMap<Key, File> {
    let here = [PathBuf::from(".")];
    let nothing_said = request.paths.is_empty() && !request.passes_over;
    let paths = if nothing_said { &here[..] } else { &request.paths };
    let mut files: BTreeMap<Key, File> = BTreeMap::new();
    let key = |path: &Path| (names.shown(path), names.absolute(path));
    for path in paths {
        if request.passes_over {
            let wanted = walk::is_wanted_alone(path).then(|| File { path: path.clone(), is_named: false });
            files.extend(wanted.map(|file| (key(path), file)));
        } else if path.is_dir() {
            let (below, left_out) = walk::below(path, names, obstacles);
            hidden.files += left_out.files;
            hidden.is_cut |= left_out.is_cut;
            for file in below {
                files.entry(key(&file)).or_insert(File { path: file, is_named: false });
            }
        } else {
            files.insert(key(path), File { path: path.clone(), is_named: true });
        }
    }
    files
}

fn either(read: Result<Option<SourceText>, Obstacle>) -> rayon::iter::Either<Option<SourceText>, Obstacle> {
    match read {
        Ok(source) => rayon::iter::Either::Left(source),
        Err(obstacle) => rayon::iter::Either::Right(obstacle),
    }
}

/// The source in a file; none where a file that nobody named turns out to hold nothing to lint.
fn read(shown: String, file: File) -> Result<Option<SourceText>, Obstacle> {
    let text = match source::read(&file.path) {
        Ok(text) => text,
        // One whose text alone would tell is none of ours, as far as anybody knows.
        Err(_) if !file.is_named && files::kind_of_name(&file.path).is_none() => return Ok(None),
        Err(error) => return Err(unread(&shown, &error)),
    };
    let kind = match file.is_named {
        false => files::kind_in_folder(&file.path, &text),
        true if files::is_open(&file.path) => None,
        true => files::kind_of_name(&file.path),
    };
    // What a folder holds is one of a kind by its name, or not at all, unless the name leaves that open.
    let is_asked = file.is_named || files::is_open(&file.path);
    let kind = kind.or_else(|| kind::of_text(&text).filter(|_| is_asked));
    let Some(kind) = kind else {
        if !file.is_named {
            return Ok(None);
        }
        return Err(Obstacle::new(shown, "no telling what this file is")
            .kind(ObstacleKind::Unrecognised)
            .hint("give it a name such as Dockerfile.x"));
    };
    Ok(Some(SourceText { file: Some(file.path), ..SourceText::new(shown, kind, text) }))
}

/// Standard input: what its name says, else what its text looks like, else a Dockerfile.
fn input(text: &str, name: Option<&Path>, names: &Names) -> SourceText {
    let shown = name.map_or_else(|| UNNAMED.to_owned(), |name| names.shown(name));
    let kind =
        name.and_then(files::kind_of_name).or_else(|| kind::of_text(text)).unwrap_or(SourceKind::Dockerfile);
    SourceText::new(shown, kind, text)
}
