//! What Go and cargo-auditable wrote into an image's executables of how they were built: the modules and crates in them.
//!
//! Executables stand anywhere, and where in one these notes are is told at its end: so the layers are read a second time for
//! them, on demand, and one file is held at a time. Looked at are the files of the merged tree that may be run and shared
//! libraries, which begin as ELF files do. A file too large to be held is told, and so is a note that cannot be read: nothing
//! is said to be without notes that was not read.

use std::collections::BTreeMap;

use crate::base::limits;
use crate::base::path::LayerPath;
use crate::formats::elf;
use crate::formats::go_build::{self, GoBuild};
use crate::formats::rust_audit::{self, AuditFault, RustCrate};
use crate::formats::tar::entry::{Entry, Kind};
use crate::image::{Image, ImageSource};
use crate::layer::reread::Wanted;
use crate::scan::{self, ScanError, ScanOptions};
use crate::tree::FileTree;

/// Rights to run a file.
const MAY_RUN: u32 = 0o111;

/// An executable that says how it was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// Where it is.
    pub path: LayerPath,
    /// The layer that has it.
    pub layer: usize,
    /// What it says.
    pub(crate) notes: BuildNotes,
}

/// What an executable says of its build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BuildNotes {
    /// What Go wrote.
    Go(GoBuild),
    /// The crates of a program or library of Rust.
    Rust(Vec<RustCrate>),
    /// There is such a note of Rust's, and it cannot be read.
    Unreadable(AuditFault),
    /// It is too large to be looked at.
    TooLarge,
}

/// Where executables may be.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    wanted: BTreeMap<usize, Wanted>,
    paths: BTreeMap<(usize, usize), LayerPath>,
    executables: Vec<Executable>,
}

/// The files of a tree that may be executables.
pub(super) fn candidates(tree: &FileTree<'_>) -> Candidates {
    let mut candidates = Candidates::default();
    for (path, entry, node) in tree.iter() {
        let (layer, place) = node.file();
        let Some(content) = entry.content.filter(|_| may_be(path, entry)) else { continue };
        if entry.size > limits::EXECUTABLE_BYTES {
            let notes = BuildNotes::TooLarge;
            candidates.executables.push(Executable { path: path.clone(), layer, notes });
            continue;
        }
        candidates.paths.entry((layer, place)).or_insert_with(|| path.clone());
        candidates.wanted.entry(layer).or_default().insert(place, (content, entry.size));
    }
    candidates
}

fn may_be(path: &LayerPath, entry: &Entry) -> bool {
    let name = path.file_name();
    let is_library = name.ends_with(b".so") || memchr::memmem::find(name, b".so.").is_some();
    entry.kind == Kind::File && (entry.mode & MAY_RUN != 0 || is_library)
}

/// The executables among the candidates that say how they were built, by their paths.
pub(super) fn read(
    source: &dyn ImageSource,
    image: &Image,
    candidates: Candidates,
    options: &ScanOptions<'_>,
) -> Result<Vec<Executable>, ScanError> {
    let Candidates { wanted, paths, mut executables } = candidates;
    let mut look = |layer: usize, place: usize, bytes: &[u8]| {
        let notes = notes(bytes);
        let path = paths.get(&(layer, place));
        let executable = path.zip(notes).map(|(path, notes)| Executable { path: path.clone(), layer, notes });
        let is_one = executable.is_some();
        executables.extend(executable);
        is_one
    };
    scan::look_again(source, image, &wanted, options, elf::is_elf, &mut look)?;
    executables.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(executables)
}

fn notes(bytes: &[u8]) -> Option<BuildNotes> {
    if let Some(build) = go_build::read(bytes) {
        return Some(BuildNotes::Go(build));
    }
    Some(match rust_audit::read(bytes)? {
        Ok(crates) => BuildNotes::Rust(crates),
        Err(fault) => BuildNotes::Unreadable(fault),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem::testing::Image;

    #[test]
    fn what_may_be_run_and_shared_libraries_are_looked_at() {
        let image = Image::of(&[("a.so", b"1"), ("liba.so.1.2", b"1"), ("notes.txt", b"1")]);
        let candidates = image.with_tree(candidates);
        let paths: Vec<String> = candidates.paths.values().map(LayerPath::to_string).collect();
        assert_eq!(paths, ["a.so", "liba.so.1.2"]);
    }
}
