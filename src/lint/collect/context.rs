//! The build context of a Dockerfile that nobody named: the nearest folder from which its COPY lines can be carried out.
//!
//! Looked at are the Dockerfile's own folder and those above it, up to the repository's root, or outside a repository up
//! to the current folder. The folder that has most of what is copied wins, the nearer of two; so a file that only a
//! build makes, such as a wheel, changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::dockerfile::{BuildInputs, Dockerfile, Instruction, Keyword, Stages, is_fetched};
use crate::lint::collect::names::Names;
use crate::lint::subject::build_file::{BuildFile, BuildStep};
use crate::lint::subject::source::{BuildContext, SourceText};

/// Folders looked at for one Dockerfile.
const FOLDERS: usize = 32;

/// The contexts of Dockerfiles.
pub(super) struct Contexts<'a> {
    named: Option<BuildContext>,
    names: &'a Names,
    /// For each folder with a source in it, itself and the folders above that may be a context.
    candidates: BTreeMap<PathBuf, Vec<BuildContext>>,
}

impl<'a> Contexts<'a> {
    /// Those of `sources`; all of them `named`, where it is given.
    pub(super) fn new(named: Option<&Path>, names: &'a Names, sources: &[SourceText]) -> Self {
        let named = named.map(|folder| BuildContext { folder: folder.to_owned(), name: names.shown(folder) });
        let folders: BTreeSet<PathBuf> = match named {
            Some(_) => BTreeSet::new(),
            None => sources.iter().map(|source| names.folder_of(source)).collect(),
        };
        let candidates = folders.into_iter().map(|folder| {
            let above = candidates(&folder, names);
            (folder, above)
        });
        Self { named, names, candidates: candidates.collect() }
    }

    /// That of `source`.
    pub(super) fn of(&self, source: &SourceText) -> BuildContext {
        if let Some(named) = &self.named {
            return named.clone();
        }
        let own = self.names.folder_of(source);
        let candidates = self.candidates.get(&own).map(Vec::as_slice).unwrap_or_default();
        let copied = if candidates.len() > 1 { copied(&source.text) } else { BTreeSet::new() };
        let held =
            |context: &BuildContext| copied.iter().filter(|path| context.folder.join(path).exists()).count();
        let mut best: Option<(usize, &BuildContext)> = None;
        for context in candidates {
            let count = held(context);
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, context));
            }
            if count == copied.len() {
                break;
            }
        }
        let own_context = || BuildContext { name: self.names.shown(&own), folder: own.clone() };
        best.map_or_else(own_context, |(_, context)| context.clone())
    }
}

/// `folder` and the folders above it that may be its files' context, the nearest first.
fn candidates(folder: &Path, names: &Names) -> Vec<BuildContext> {
    let above = || folder.ancestors().take(FOLDERS);
    let is_top = |folder: &Path| folder.join(".git").exists();
    let top = above().position(is_top).or_else(|| above().position(|folder| folder == names.folder()));
    let context = |folder: &Path| {
        let relative = names.relative(folder);
        let here = relative.as_os_str().is_empty();
        BuildContext { folder: if here { ".".into() } else { relative }, name: names.shown(folder) }
    };
    above().take(top.unwrap_or(0) + 1).map(context).collect()
}

/// The paths that a Dockerfile takes from its context, as far as they are known, up to a pattern's first sign.
fn copied(text: &str) -> BTreeSet<String> {
    let dockerfile = Dockerfile::parse(text);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let build = BuildFile::of(&stages);
    let mut paths = BTreeSet::new();
    for step in &build.steps {
        let words = match step.instruction.keyword {
            Keyword::Copy | Keyword::Add => sources(step.instruction),
            Keyword::Run => mounted(step.instruction),
            _ => continue,
        };
        paths.extend(words.iter().filter_map(|word| inside(&build, *step, word)));
    }
    paths
}

fn sources(instruction: &Instruction) -> Vec<String> {
    let words = instruction.arguments.words();
    match words.split_last() {
        Some((_, sources)) if instruction.flag("from").is_none() => {
            sources.iter().map(|word| word.text.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// The sources of `--mount=type=bind` that come from the context.
fn mounted(instruction: &Instruction) -> Vec<String> {
    let values = instruction.flags_named("mount").filter_map(|flag| flag.value.as_ref());
    let sources = values.filter_map(|value| {
        let field = |names: &[&str]| {
            let mut parts = value.text.split(',').filter_map(|part| part.split_once('='));
            parts.find(|(name, _)| names.contains(name)).map(|(_, value)| value)
        };
        let is_bind = field(&["type"]).is_none_or(|kind| kind == "bind") && field(&["from"]).is_none();
        field(&["source", "src"]).filter(|_| is_bind).map(str::to_owned)
    });
    sources.collect()
}

/// A path in the context; none for a URL, a heredoc, the whole context, and what isn't all known.
fn inside(build: &BuildFile<'_>, step: BuildStep<'_>, word: &str) -> Option<String> {
    if word.starts_with("<<") || is_fetched(word) {
        return None;
    }
    let expanded = build.expand(step, word).ok().filter(|expanded| expanded.unset.is_empty())?;
    let text = match expanded.text.find(['*', '?', '[']) {
        Some(at) => expanded.text.get(..at)?.rsplit_once('/')?.0,
        None => expanded.text.as_str(),
    };
    let path = text.trim_start_matches(['/', '.']).trim_end_matches('/');
    // What climbs out is held in the context by BuildKit; it says nothing of where that is.
    (!path.is_empty() && !text.contains("..")).then(|| text.trim_start_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_is_told_from_what_is_fetched_or_made() {
        let text = "FROM a AS b\nARG D=src\nCOPY $D/x /x\nCOPY --from=b y /y\nADD https://example.org/z /z\n\
                    COPY . .\nCOPY conf/*.ini $UNKNOWN/u /c/\nCOPY <<E /e\nE\n\
                    RUN --mount=type=bind,source=pyproject.toml,target=p --mount=type=cache,target=/c true\n";
        let expected: BTreeSet<String> =
            ["src/x", "conf", "pyproject.toml"].into_iter().map(str::to_owned).collect();
        assert_eq!(copied(text), expected);
    }
}
