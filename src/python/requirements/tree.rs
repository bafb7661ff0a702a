//! A requirements file and all the files it names, read from a build context.
//!
//! What it refuses to do: it leaves the context neither through `..` nor through links, follows no URL, reads no file
//! twice in the same role, and no more than so many files.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::encoding;
use super::model::{EntryKind, FileRole, RequirementsEntry, RequirementsText};
use crate::base::advice::Advice;
use crate::base::limits;
use crate::base::source::SourceError;
use crate::base::text::{SourceWord, Span};

/// Files named by files named by files; real ones stop at four.
const DEPTH: usize = 16;

/// Files in all.
const FILES: usize = 256;

/// Requirements files, the first one and what it leads to.
#[derive(Debug, Default)]
pub struct RequirementsTree {
    /// The files, in the order they were met.
    pub files: Vec<ReadFile>,
    /// Files that are named but were not read.
    pub problems: Vec<RequirementsProblem>,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct ReadFile {
    /// Its path from the context's root, with forward slashes.
    pub path: String,
    /// What its lines are for.
    pub role: FileRole,
    /// What it says.
    pub file: RequirementsText,
    /// The number of the file that names it, and where; none for the first.
    pub named_by: Option<(usize, Span)>,
    depth: usize,
}

/// A file that is named but was not read.
#[derive(Debug)]
pub struct RequirementsProblem {
    /// The number of the file that names it.
    pub file: usize,
    /// Where.
    pub span: Span,
    /// Why it was not read.
    pub reason: Unread,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It couldn't be.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// It is outside the build context.
    #[error("read {path}: leaves the build context", path = path.display())]
    Escapes {
        /// The path as it was named.
        path: PathBuf,
    },
    /// It is no file of the context.
    #[error("{0:?} is a URL")]
    Url(String),
    /// There are more files than are read.
    #[error("more than {FILES} files, or {DEPTH} within each other")]
    TooMany,
    /// It is longer than any list that somebody means.
    #[error("read {path}: more than {most} lines", path = path.display(), most = limits::REQUIREMENTS)]
    TooLong {
        /// The path as it was named.
        path: PathBuf,
    },
}

impl Advice for Unread {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.hint(),
            Self::TooLong { .. } => Some("split the list, or install from a lock".to_owned()),
            Self::Escapes { .. } | Self::Url(_) | Self::TooMany => None,
        }
    }
}

impl RequirementsTree {
    /// Reads the file at `path` of `context`, and what it names.
    pub fn read(context: &Path, path: &str) -> Result<Self, Unread> {
        let io = |source| SourceError::Io { path: context.to_owned(), source };
        let root = context.canonicalize().map_err(io)?;
        let mut tree = Self::default();
        let mut seen = BTreeSet::new();
        let first = read_one(&root, path, FileRole::Requirements, &mut seen)?;
        tree.files.extend(first.map(|(path, file)| ReadFile {
            path,
            role: FileRole::Requirements,
            file,
            named_by: None,
            depth: 0,
        }));
        let mut next = 0;
        while next < tree.files.len() {
            tree.follow(&root, next, &mut seen);
            next += 1;
        }
        Ok(tree)
    }

    fn follow(&mut self, root: &Path, index: usize, seen: &mut BTreeSet<(PathBuf, FileRole)>) {
        let Some(from) = self.files.get(index) else { return };
        let (depth, role) = (from.depth + 1, from.role);
        let folder = from.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let includes: Vec<(FileRole, SourceWord)> = from.file.entries.iter().filter_map(include).collect();
        for (named_role, word) in includes {
            // What a constraints file names constrains, whatever the option.
            let role = role.max(named_role);
            match self.include(root, &folder, &word, role, depth, seen) {
                Ok(Some((path, file))) => {
                    let named_by = Some((index, word.span));
                    self.files.push(ReadFile { path, role, file, named_by, depth });
                }
                Ok(None) => {}
                Err(reason) => {
                    self.problems.push(RequirementsProblem { file: index, span: word.span, reason })
                }
            }
        }
    }

    fn include(
        &self,
        root: &Path,
        folder: &str,
        word: &SourceWord,
        role: FileRole,
        depth: usize,
        seen: &mut BTreeSet<(PathBuf, FileRole)>,
    ) -> Result<Option<(String, RequirementsText)>, Unread> {
        if word.text.contains("://") {
            return Err(Unread::Url(word.text.clone()));
        }
        if depth > DEPTH || self.files.len() >= FILES {
            return Err(Unread::TooMany);
        }
        read_one(root, &format!("{folder}{}", word.text), role, seen)
    }
}

fn include(entry: &RequirementsEntry) -> Option<(FileRole, SourceWord)> {
    match &entry.kind {
        EntryKind::Include(role, word) => Some((*role, word.clone())),
        _ => None,
    }
}

/// Reads one file, unless it was read in that role before.
fn read_one(
    root: &Path,
    path: &str,
    role: FileRole,
    seen: &mut BTreeSet<(PathBuf, FileRole)>,
) -> Result<Option<(String, RequirementsText)>, Unread> {
    let relative = inside(path).ok_or_else(|| Unread::Escapes { path: path.into() })?;
    let named = root.join(&relative);
    let real = named.canonicalize().map_err(|source| SourceError::Io { path: named.clone(), source })?;
    if !real.starts_with(root) {
        return Err(Unread::Escapes { path: named });
    }
    if !seen.insert((real.clone(), role)) {
        return Ok(None);
    }
    let (text, is_plain) = encoding::read(&real)?;
    let file = RequirementsText { recoded: !is_plain, ..RequirementsText::parse(&text) };
    if file.is_cut { Err(Unread::TooLong { path: relative.into() }) } else { Ok(Some((relative, file))) }
}

/// The path with `.` and `..` taken out; none if it leaves the context.
fn inside(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn paths(tree: &RequirementsTree) -> Vec<(&str, FileRole)> {
        tree.files.iter().map(|file| (file.path.as_str(), file.role)).collect()
    }

    #[test]
    fn nested_files_are_read_relative_to_the_one_that_names_them() {
        let folder = context(&[
            ("req/all.txt", "-r base.txt\n--constraint=../pins.txt\n"),
            ("req/base.txt", "numpy\n"),
            ("pins.txt", "numpy==1.0\n"),
        ]);
        let tree = RequirementsTree::read(folder.path(), "req/all.txt").unwrap();
        use FileRole::{Constraints, Requirements};
        let expected =
            [("req/all.txt", Requirements), ("req/base.txt", Requirements), ("pins.txt", Constraints)];
        assert_eq!(paths(&tree), expected);
        assert_eq!(tree.files[2].named_by.unwrap().0, 0);
    }

    #[test]
    fn files_that_name_each_other_are_read_once() {
        let folder = context(&[("a.txt", "-r b.txt\n"), ("b.txt", "-r ./a.txt\n")]);
        let tree = RequirementsTree::read(folder.path(), "a.txt").unwrap();
        assert_eq!(paths(&tree).len(), 2);
        assert!(tree.problems.is_empty());
    }

    #[test]
    fn no_path_and_no_link_leads_out_of_the_context() {
        let outside = context(&[("secret.txt", "secret==1\n")]);
        let folder = context(&[(
            "a.txt",
            "-r ../secret.txt\n-r link.txt\n-r /etc/passwd\n-r https://example.org/x.txt\n",
        )]);
        std::os::unix::fs::symlink(outside.path().join("secret.txt"), folder.path().join("link.txt"))
            .unwrap();
        let tree = RequirementsTree::read(folder.path(), "a.txt").unwrap();
        assert_eq!(tree.files.len(), 1);
        let reasons: Vec<_> = tree.problems.iter().map(|problem| &problem.reason).collect();
        assert!(matches!(
            reasons[..],
            [Unread::Escapes { .. }, Unread::Escapes { .. }, Unread::Escapes { .. }, Unread::Url(_)]
        ));
        assert!(matches!(RequirementsTree::read(folder.path(), "../x"), Err(Unread::Escapes { .. })));
    }

    #[test]
    fn a_missing_nested_file_is_a_problem_and_a_missing_first_file_an_error() {
        let folder = context(&[("a.txt", "-r gone.txt\nx\n")]);
        let tree = RequirementsTree::read(folder.path(), "a.txt").unwrap();
        assert!(matches!(tree.problems[0].reason, Unread::Source(SourceError::Io { .. })));
        assert!(matches!(
            RequirementsTree::read(folder.path(), "gone.txt"),
            Err(Unread::Source(SourceError::Io { .. }))
        ));
        assert!(matches!(
            RequirementsTree::read(folder.path(), "."),
            Err(Unread::Source(SourceError::NotAFile { .. }))
        ));
    }

    #[test]
    fn a_long_row_of_files_ends() {
        let files: Vec<_> = (0..30).map(|n| (format!("{n}.txt"), format!("-r {}.txt\n", n + 1))).collect();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let tree = RequirementsTree::read(context(&files).path(), "0.txt").unwrap();
        assert_eq!(tree.files.len(), DEPTH + 1);
        assert!(matches!(tree.problems[0].reason, Unread::TooMany));
    }
}
