//! The files around Dockerfiles: read once, with the files that they take in, and the Dockerfiles that they build.
//!
//! A file that another one takes in (`include`, `extends`, `dockerComposeFile`) is linted too, and so is, where a folder is walked, a
//! Dockerfile whose name alone does not tell that it is one. What is named and not there is a gap, which a rule tells at its place.
//!
//! What it refuses to do: it reads nothing outside of the repository, whether a path leads there or a link, and no file twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::{checkout, limits, source};
use crate::dockerfile::is_fetched;
use crate::lint::collect::names::Names;
use crate::lint::collect::obstacle::{Obstacle, unread};
use crate::lint::read::{files, reading};
use crate::lint::subject::builds::{BuildCall, Rooted};
use crate::lint::subject::image_use::untagged;
use crate::lint::subject::reading::{FilePart, Mention};
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::source::{SourceKind, SourceText};

/// The files around Dockerfiles among the sources, read, with those that they name.
pub(super) struct Surroundings<'a> {
    pub(super) names: &'a Names,
    /// Whether Dockerfiles that builds name are linted too.
    pub(super) takes_dockerfiles: bool,
}

/// What is counted over all files.
struct Shared<'o> {
    seen: BTreeSet<PathBuf>,
    left: usize,
    obstacles: &'o mut Vec<Obstacle>,
}

impl Shared<'_> {
    fn note(&mut self, obstacle: Obstacle) {
        if !self.obstacles.contains(&obstacle) {
            self.obstacles.push(obstacle);
        }
    }
}

/// Dockerfiles that builds name, by place.
#[derive(Default)]
struct AtHand {
    known: BTreeMap<PathBuf, (String, Arc<str>)>,
    /// Those that are to be linted too.
    more: Vec<SourceText>,
    /// The names of the contexts that builds give them.
    contexts: BTreeMap<PathBuf, BTreeSet<String>>,
}

/// Why what a file names is not taken in.
enum Untaken {
    /// It is not for lint to read, or not there: the end of a sentence that begins with its name.
    Gap(&'static str),
    /// It can't be read.
    Unreadable(Obstacle),
}

impl Surroundings<'_> {
    /// Reads the sources that are no Dockerfiles, takes in what they name, and tells each of them what is around it.
    pub(super) fn read(&self, sources: &mut Vec<SourceText>, obstacles: &mut Vec<Obstacle>) {
        sources.par_iter_mut().for_each(|source| self.read_one(source));
        let seen = sources.iter().map(|source| self.names.place(source)).collect();
        let mut shared = Shared { seen, left: limits::NAMED_FILES, obstacles };
        let mut at = 0;
        while let Some(source) = sources.get(at) {
            let parts =
                source.around.of(&source.text).map(|reading| reading.parts.clone()).unwrap_or_default();
            let (mut more, mut gaps) = (Vec::new(), Vec::new());
            for (number, part) in parts.iter().enumerate() {
                match self.part(source, part, &mut shared) {
                    None => {}
                    Some(Ok(part)) => more.push(part),
                    Some(Err(Untaken::Unreadable(obstacle))) => shared.note(obstacle),
                    Some(Err(Untaken::Gap(reason))) => gaps.push((Mention::Part(number), reason.to_owned())),
                }
            }
            if let Some(source) = sources.get_mut(at) {
                source.around.gaps.extend(gaps);
            }
            sources.extend(more);
            at += 1;
        }
        self.take_dockerfiles(sources, &mut shared);
        tell_built(sources);
        sources.sort_by(|one, other| one.path.cmp(&other.path));
    }

    fn read_one(&self, source: &mut SourceText) {
        let SourceKind::Around(id) = source.kind else { return };
        let Some(kind) = files::of_id(id) else { return };
        if let (Some(file), false) = (&source.file, kind.beside().is_empty()) {
            let folder = file.parent().unwrap_or(Path::new(""));
            let texts = kind.beside().iter().filter_map(|name| {
                // One that can't be read says nothing: what it would have filled in stays open.
                Some((*name, source::read(&folder.join(name)).ok()?))
            });
            source.around.beside = texts.collect();
        }
        if let Some(reading) = reading(source) {
            source.around.keep(&source.text, reading);
        }
    }

    /// The source in a file that another one takes in; none where it is one already.
    fn part(
        &self,
        by: &SourceText,
        part: &FilePart,
        shared: &mut Shared<'_>,
    ) -> Option<Result<SourceText, Untaken>> {
        by.file.as_ref()?;
        if !part.path.known || part.path.text.contains(['$', '~']) {
            return Some(Err(Untaken::Gap("is not known here, so what it brings is not checked")));
        }
        let folder = self.names.folder_of(by);
        let place = self.names.absolute(&folder.join(&part.path.text));
        if shared.seen.contains(&place) {
            return None;
        }
        if shared.left == 0 {
            return Some(Err(Untaken::Gap("is one of too many files to be looked at")));
        }
        shared.left -= 1;
        Some(self.named(&folder, &place).map(|(path, text)| {
            shared.seen.insert(place);
            let source = SourceText::new(self.names.shown(&path), SourceKind::Around(part.kind), text);
            let mut source = SourceText { file: Some(path), ..source };
            self.read_one(&mut source);
            source
        }))
    }

    /// The path and the text at a place that a file in `folder` names.
    fn named(&self, folder: &Path, place: &Path) -> Result<(PathBuf, String), Untaken> {
        let top = self.top(folder);
        if !place.starts_with(&top) {
            return Err(Untaken::Gap("is outside of the repository, so what it brings is not checked"));
        }
        if !place.is_file() {
            return Err(Untaken::Gap("is not there, so what it brings is not checked"));
        }
        let is_inside = || Some(place.canonicalize().ok()?.starts_with(top.canonicalize().ok()?));
        if is_inside() != Some(true) {
            return Err(Untaken::Gap(
                "leads out of the repository through a link, so what it brings is not checked",
            ));
        }
        let path = self.names.relative(place);
        match source::read(&path) {
            Ok(text) => Ok((path, text)),
            Err(error) => Err(Untaken::Unreadable(unread(&self.names.shown(&path), &error))),
        }
    }

    /// Finds the Dockerfile of each build.
    fn take_dockerfiles(&self, sources: &mut Vec<SourceText>, shared: &mut Shared<'_>) {
        let mut at_hand = AtHand::default();
        let wanted: BTreeSet<PathBuf> = sources.iter().flat_map(|source| self.wanted(source)).collect();
        let dockerfiles = sources.iter().filter(|source| source.kind == SourceKind::Dockerfile);
        let named = dockerfiles
            .map(|source| (self.names.place(source), source))
            .filter(|(place, _)| wanted.contains(place));
        at_hand.known = named
            .map(|(place, source)| (place, (source.path.clone(), source.text.as_str().into())))
            .collect();
        for source in sources.iter_mut().filter(|source| source.file.is_some()) {
            let folder = self.names.folder_of(source);
            let Some(reading) = source.around.of(&source.text) else { continue };
            let (mut dockerfiles, mut gaps) = (BTreeMap::new(), Vec::new());
            for (number, build) in reading.builds.iter().enumerate() {
                match self.dockerfile(&folder, build, &mut at_hand, shared) {
                    Some(Ok(dockerfile)) => drop(dockerfiles.insert(number, dockerfile)),
                    Some(Err(reason)) => {
                        gaps.push((Mention::Build(number), format!("names a Dockerfile that {reason}")));
                    }
                    None => {}
                }
            }
            source.around.dockerfiles = dockerfiles;
            source.around.gaps.extend(gaps);
        }
        sources.extend(at_hand.more);
        for source in sources.iter_mut().filter(|source| source.kind == SourceKind::Dockerfile) {
            source.around.contexts = at_hand.contexts.remove(&self.names.place(source)).unwrap_or_default();
        }
    }

    /// The places where the Dockerfiles of a source's builds may be.
    fn wanted(&self, source: &SourceText) -> Vec<PathBuf> {
        let folder = self.names.folder_of(source);
        let builds = source.around.of(&source.text).into_iter().flat_map(|reading| &reading.builds);
        builds.filter_map(|build| self.places(&folder, build)).flatten().collect()
    }

    /// The Dockerfile of a build, name and text, or why a build that surely has one has none here.
    fn dockerfile(
        &self,
        folder: &Path,
        build: &BuildCall,
        at_hand: &mut AtHand,
        shared: &mut Shared<'_>,
    ) -> Option<Result<(String, Arc<str>), &'static str>> {
        let mut last = None;
        for place in self.places(folder, build)? {
            if !at_hand.known.contains_key(&place) && shared.left > 0 {
                match self.named(folder, &place) {
                    Ok((path, text)) => self.take(&place, path, text, at_hand, shared),
                    Err(Untaken::Gap(reason)) => last = Some(reason),
                    Err(Untaken::Unreadable(obstacle)) => shared.note(obstacle),
                }
            }
            if let Some(dockerfile) = at_hand.known.get(&place) {
                let names = build.contexts.iter().map(|context| context.name.clone());
                at_hand.contexts.entry(place.clone()).or_default().extend(names);
                return Some(Ok(dockerfile.clone()));
            }
        }
        let is_sure = !build.is_base && build.rooted != Rooted::Anywhere;
        last.filter(|_| is_sure).map(Err)
    }

    /// Takes in a Dockerfile that is no source yet.
    fn take(&self, place: &Path, path: PathBuf, text: String, at_hand: &mut AtHand, shared: &mut Shared<'_>) {
        shared.left -= 1;
        let shown = self.names.shown(&path);
        at_hand.known.insert(place.to_owned(), (shown.clone(), text.as_str().into()));
        if self.takes_dockerfiles && shared.seen.insert(place.to_owned()) {
            let source = SourceText::new(shown, SourceKind::Dockerfile, text);
            at_hand.more.push(SourceText { file: Some(path), ..source });
        }
    }

    /// Where the Dockerfile of a build may be; none where the build does not say so here.
    fn places(&self, folder: &Path, build: &BuildCall) -> Option<Vec<PathBuf>> {
        let is_plain = |text: &str| !text.contains(['$', '~', '`', '{']) && !is_fetched(text);
        let word = |value: &Option<ResolvedText>| match value {
            None => Some(None),
            Some(value) if value.known && is_plain(&value.text) && value.text != "-" => {
                Some(Some(value.text.clone()))
            }
            Some(_) => None,
        };
        if build.has_inline {
            return None;
        }
        let (context, dockerfile) = (word(&build.context)?, word(&build.dockerfile)?);
        let context = context.unwrap_or_else(|| ".".to_owned());
        let name = dockerfile.as_deref();
        let from = |root: &Path| match (build.rooted, name) {
            (Rooted::Context, name) => root.join(&context).join(name.unwrap_or("Dockerfile")),
            (_, Some(name)) => root.join(name),
            (Rooted::Folder, None) => root.join("Dockerfile"),
            (_, None) => root.join(&context).join("Dockerfile"),
        };
        let roots = match build.rooted {
            Rooted::Context | Rooted::Folder => vec![folder.to_owned()],
            Rooted::Top => vec![self.top(folder)],
            Rooted::Anywhere => vec![folder.to_owned(), self.top(folder)],
        };
        Some(roots.iter().map(|root| self.names.absolute(&from(root))).collect())
    }

    /// The top of the repository that a folder is in; outside of one, the current folder, or that folder itself.
    fn top(&self, folder: &Path) -> PathBuf {
        let here = self.names.folder();
        checkout::root(folder).unwrap_or(if folder.starts_with(here) { here } else { folder }).to_owned()
    }
}

/// Tells each file which images the others build.
fn tell_built(sources: &mut [SourceText]) {
    let readings = sources.iter().filter_map(|source| source.around.of(&source.text));
    let tags = readings.flat_map(|reading| &reading.builds).flat_map(|build| &build.tags);
    let name = |tag: &ResolvedText| untagged(&tag.text).to_owned();
    let built: BTreeSet<String> = tags.filter(|tag| tag.known).map(name).collect();
    let built = Arc::new(built);
    for source in sources.iter_mut().filter(|source| matches!(source.kind, SourceKind::Around(_))) {
        source.around.built = Arc::clone(&built);
    }
}
