//! What changed since a commit, and which findings stand there.
//!
//! Vocabulary: the *merge base* is the commit that the current one and the named one both come from. What changed is what the files
//! at hand have, committed or not, and the merge base has not: a branch's own work. A finding stands where something changed if its
//! block has a new line, or lost one. A file that the merge base has not is new, and so is all of it, unless it is another file of
//! it by a new name. An instruction that names a file it installs from changed with it.
//!
//! What it refuses to do: it does not tell what an edit does to other lines. Another FROM changes what all below it find.

mod git;
pub(super) mod lines;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::base::checkout::absolute;
use crate::base::{bounded, limits};
use crate::dockerfile::{Dockerfile, Keyword};
use crate::finding::{Finding, Turn};
use crate::lint::blocks::Blocks;
use crate::lint::changed::git::Git;
use crate::lint::changed::lines::{ChangedLines, likeness};
use crate::lint::engine::error::LintError;
use crate::lint::engine::session::Linted;
use crate::lint::subject::source::{SourceKind, SourceText};

/// How alike, of a hundred, a file and one that is gone are, for the first to be the second by a new name; as git has it.
const ALIKE: usize = 50;

/// Files that are gone, that a new one is compared with.
const GONE: usize = 64;

/// The merge base of a named commit and the current one, in the repository of the current folder.
pub struct MergeBase {
    git: Git,
    commit: String,
}

impl MergeBase {
    /// That of `revision`; an error where what changed since then cannot be told.
    pub fn of(revision: &str) -> Result<Self, LintError> {
        let git = Git::here()?;
        let commit = git.merge_base(revision)?;
        Ok(Self { git, commit })
    }
}

/// Takes out what is found where nothing changed since `base`, and counts it.
pub fn keep_changed(linted: &mut [Linted], base: &MergeBase) -> Result<(), LintError> {
    let MergeBase { git, commit } = base;
    let here = std::env::current_dir().unwrap_or_default();
    let root = Root { top: fs::canonicalize(&git.top).unwrap_or_else(|_| git.top.clone()), here };
    let places: Vec<Option<PathBuf>> = linted.iter().map(|linted| root.place_of(&linted.source)).collect();
    let named: Vec<BTreeMap<PathBuf, String>> =
        linted.iter().map(|linted| root.named(&linted.source)).collect();
    let mut wanted: BTreeSet<PathBuf> = places.iter().flatten().cloned().collect();
    wanted.extend(named.iter().flat_map(|named| named.keys().cloned()));
    // Whatever may be one of ours by another name.
    let is_wanted = move |path: &Path| wanted.contains(path) || SourceKind::of_name(path).is_some();
    let blobs = git.tree(commit, is_wanted)?;
    let old = Old::read(git, &root, &blobs, &places, &named)?;
    for ((linted, place), named) in linted.iter_mut().zip(&places).zip(&named) {
        let changed = old.lines(place.as_deref(), &root.text(&linted.source));
        let touched: BTreeSet<&str> = named
            .iter()
            .filter(|(path, _)| old.is_other(path, &root))
            .map(|(_, name)| name.as_str())
            .collect();
        keep(linted, &changed, &touched);
    }
    Ok(())
}

/// Takes out of one source what is found where nothing changed.
fn keep(linted: &mut Linted, changed: &ChangedLines, touched: &BTreeSet<&str>) {
    let findings = std::mem::take(&mut linted.findings);
    let blocks = Blocks::of(&linted.source);
    let is_changed = |finding: &Finding| {
        let (lines, instruction) = blocks.block(finding);
        let names = |text: &str| touched.iter().any(|name| text.contains(name));
        changed.touch(lines) || instruction.is_some_and(names)
    };
    let (kept, left): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_changed);
    linted.unchanged = left.iter().filter(|finding| finding.turn == Turn::Now).count();
    linted.findings = kept;
}

/// Where files are in the repository.
struct Root {
    top: PathBuf,
    here: PathBuf,
}

impl Root {
    /// A path below the repository's root; none outside of it.
    fn below(&self, path: &Path) -> Option<PathBuf> {
        let whole = absolute(&self.here, path);
        // The folder may be reached through a link; the file itself may be gone.
        let folder = whole.parent().and_then(|folder| fs::canonicalize(folder).ok());
        let whole = folder.and_then(|folder| Some(folder.join(whole.file_name()?))).unwrap_or(whole);
        whole.strip_prefix(&self.top).ok().map(Path::to_owned)
    }

    fn place_of(&self, source: &SourceText) -> Option<PathBuf> {
        self.below(source.location())
    }

    /// The text of a source, of a part that of its whole file.
    fn text(&self, source: &SourceText) -> String {
        let file = source.file.as_deref().filter(|_| source.is_part);
        file.and_then(text).unwrap_or_else(|| source.text.clone())
    }

    /// What a Dockerfile's instructions name of its context, and how they do: what they install from, and what may be gone.
    fn named(&self, source: &SourceText) -> BTreeMap<PathBuf, String> {
        let mut named = BTreeMap::new();
        let Some(context) = source.context.as_ref().filter(|_| source.kind == SourceKind::Dockerfile) else {
            return named;
        };
        let mut put = |name: &str, is_there: bool| {
            let file = context.folder.join(name);
            if let Some(path) = self.below(&file)
                && (is_there || !absolute(&self.here, &file).exists())
            {
                named.insert(path, name.to_owned());
            }
        };
        if let Some(from) = &source.installed_from {
            from.known.iter().chain(from.texts.keys()).for_each(|name| put(name, true));
        }
        let dockerfile = Dockerfile::parse(&source.text);
        let naming = [Keyword::Run, Keyword::Copy, Keyword::Add];
        for instruction in dockerfile.instructions().filter(|one| naming.contains(&one.keyword)) {
            let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | ';' | '[' | ']');
            let words = instruction.span.text(&source.text).split(is_end);
            // A name with an ending, as files have, and no URL.
            words
                .filter(|word| word.trim_start_matches("./").contains('.') && !word.contains(':'))
                .for_each(|word| put(word, false));
        }
        named
    }
}

/// What the commit has of the files that matter.
struct Old {
    texts: BTreeMap<PathBuf, Option<String>>,
    /// Files of the commit that are gone.
    gone: Vec<PathBuf>,
}

impl Old {
    fn read(
        git: &Git,
        root: &Root,
        blobs: &BTreeMap<PathBuf, String>,
        places: &[Option<PathBuf>],
        named: &[BTreeMap<PathBuf, String>],
    ) -> Result<Self, LintError> {
        let has_new = places.iter().flatten().any(|place| !blobs.contains_key(place));
        let is_gone = |path: &&PathBuf| has_new && !root.top.join(path).exists();
        let gone: Vec<PathBuf> = blobs.keys().filter(is_gone).take(GONE).cloned().collect();
        let named = named.iter().flat_map(|named| named.keys());
        let needed: BTreeSet<&PathBuf> = places.iter().flatten().chain(named).chain(&gone).collect();
        let held: Vec<(&PathBuf, &String)> =
            needed.into_iter().filter_map(|path| Some((path, blobs.get(path)?))).collect();
        let ids: Vec<String> = held.iter().map(|(_, id)| (*id).clone()).collect();
        let texts = git.texts(&ids)?;
        let texts = held.into_iter().map(|(path, _)| path.clone()).zip(texts).collect();
        Ok(Self { texts, gone })
    }

    /// The lines of a file that changed.
    fn lines(&self, place: Option<&Path>, text: &str) -> ChangedLines {
        let before = match place.and_then(|place| self.texts.get(place)) {
            Some(text) => text.as_deref(),
            None => place.and_then(|place| self.by_another_name(place, text)),
        };
        before.map_or(ChangedLines::All, |before| ChangedLines::between(before, text))
    }

    /// The text of the file that is gone and most like this one.
    fn by_another_name(&self, place: &Path, text: &str) -> Option<&str> {
        let kind = SourceKind::of_name(place);
        let gone = self.gone.iter().filter(|gone| SourceKind::of_name(gone) == kind);
        let texts = gone.filter_map(|gone| self.texts.get(gone)?.as_deref());
        let alike = texts.map(|old| (likeness(old, text), old)).filter(|(likeness, _)| *likeness >= ALIKE);
        alike.max_by_key(|(likeness, _)| *likeness).map(|(_, old)| old)
    }

    /// Whether a file is not what the commit has, or one of the two has none.
    fn is_other(&self, path: &Path, root: &Root) -> bool {
        let now = text(&root.top.join(path));
        let same = |old: &str, now: &str| old.lines().eq(now.lines());
        match (self.texts.get(path), now) {
            (Some(Some(old)), Some(now)) => !same(old, &now),
            (Some(_), None) | (None, Some(_)) => true,
            (Some(None), Some(_)) | (None, None) => false,
        }
    }
}

/// A file's text; none for one that is none.
fn text(file: &Path) -> Option<String> {
    if !fs::metadata(file).is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let bytes = bounded::read(File::open(file).ok()?, limits::SOURCE_TEXT_BYTES).ok()??;
    String::from_utf8(bytes).ok()
}
