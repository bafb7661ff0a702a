//! A lock that was looked up in a build context: its files, what it says, and which instructions ask for what of it.
//!
//! What it refuses to do: nothing outside the context is read, through links neither.

use std::collections::BTreeSet;
use std::path::Path;

use toml::Table;

use super::asked::Ask;
use super::choice::Asked;
use super::fields;
use super::format::{LockFormat, LockText};
use super::model::ProjectLock;
use crate::base::bounded;
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::image::platform::Platform;

/// A file of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    /// Its path in the context, with forward slashes.
    pub path: String,
    /// The digest of its bytes.
    pub digest: Sha256,
    /// What it says.
    pub text: String,
}

/// An instruction that asks for something of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockAsk {
    /// What it asks for.
    pub ask: Ask,
    /// Its first line in the Dockerfile, from 1.
    pub line: usize,
}

/// A lock of the context.
pub struct ReadLock {
    /// Its format.
    pub format: &'static dyn LockFormat,
    /// Its files, the one that gives it its name first.
    pub files: Vec<LockFile>,
    /// What it says, or why that can't be told.
    pub lock: Result<ProjectLock, String>,
    /// Which instructions install from it, in their order; none where none was seen to.
    pub asks: Vec<LockAsk>,
}

/// The locks of a build.
#[derive(Default)]
pub struct LocksOf {
    /// The locks, by path.
    pub locks: Vec<ReadLock>,
    /// What the user should know.
    pub notes: Vec<String>,
}

impl ReadLock {
    /// Reads a lock of `files`.
    pub(super) fn of(
        format: &'static dyn LockFormat,
        files: Vec<LockFile>,
        context: &Path,
        platform: &Platform,
    ) -> Self {
        let folder = files.first().map_or("", |file| folder(&file.path));
        let (project, problem) = match project(context, &join(folder, "pyproject.toml")) {
            Ok(project) => (project, None),
            Err(reason) => (None, Some(format!("pyproject.toml was not read: {reason}"))),
        };
        let text = LockText { files: &files, project: project.as_ref(), platform };
        let mut lock = format.read(&text).and_then(ProjectLock::whole);
        if let Ok(lock) = &mut lock {
            lock.problems.extend(problem);
        }
        Self { format, files, lock, asks: Vec::new() }
    }

    /// Its path in the context.
    pub fn path(&self) -> &str {
        self.files.first().map_or("", |file| &file.path)
    }

    /// The parts that the instructions ask for; none where no instruction asks.
    pub fn asked(&self) -> Option<Asked> {
        let lock = self.lock.as_ref().ok()?;
        let asks = Some(self.counting()).filter(|asks| !asks.is_empty())?;
        Some(asks.iter().flat_map(|asked| asked.ask.parts(lock)).collect())
    }

    /// The packages that the instructions leave out by name, each of them.
    pub fn left_out(&self) -> BTreeSet<&str> {
        let Some((first, rest)) = self.counting().split_first() else { return BTreeSet::new() };
        let is_everywhere = |name: &&String| rest.iter().all(|asked| asked.ask.no_packages.contains(*name));
        first.ask.no_packages.iter().filter(is_everywhere).map(String::as_str).collect()
    }

    /// The instructions that count: from the last one that takes out what it does not ask for.
    fn counting(&self) -> &[LockAsk] {
        let from = self.asks.iter().rposition(|asked| asked.ask.is_exact).unwrap_or(0);
        self.asks.get(from..).unwrap_or_default()
    }
}

/// The project's own file, where there is one.
fn project(context: &Path, path: &str) -> Result<Option<Table>, String> {
    if context.join(path).symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    {
        return Ok(None);
    }
    read(context, path).and_then(|file| fields::document(&file.text)).map(Some)
}

/// Reads a file of the context.
pub(super) fn read(context: &Path, path: &str) -> Result<LockFile, String> {
    let root = context.canonicalize().map_err(|error| error.to_string())?;
    let real = root.join(path).canonicalize().map_err(|error| error.to_string())?;
    if !real.starts_with(&root) {
        return Err("it leads out of the build context".to_owned());
    }
    if !real.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let file = std::fs::File::open(&real).map_err(|error| error.to_string())?;
    let bytes = bounded::read(file, limits::PROJECT_LOCK_BYTES).map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or_else(|| format!("it is larger than {} bytes", limits::PROJECT_LOCK_BYTES))?;
    let digest = Sha256::of(&bytes);
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        format!("line {} is not UTF-8", 1 + before.iter().filter(|byte| **byte == b'\n').count())
    })?;
    // Editors of Windows put a mark before the text, which is none of it.
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(LockFile { path: path.to_owned(), digest, text })
}

/// The folder of a path, empty for the context's root.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
