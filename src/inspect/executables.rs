//! What Go and cargo-auditable wrote into an image's executables of how they were built: the modules and crates in them.
//!
//! Executables stand anywhere, and where in one these notes are is told at its end: so the layers are read a second time for
//! them, on demand, and one file is held at a time. Looked at are the files of the merged tree that may be run and shared
//! libraries, which begin as ELF files do. A file too large to be held is told, and so is a note that cannot be read: nothing
//! is said to be without notes that was not read.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

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

/// The files of a tree that may be executables, whichever of their names still stand.
pub(super) fn candidates(tree: &FileTree<'_>) -> Candidates {
    let mut files: BTreeMap<(usize, usize), (&LayerPath, &Entry)> = BTreeMap::new();
    for (path, entry, node) in tree.iter() {
        let Some(file) = tree.file(node).filter(|file| may_be(path, file)) else { continue };
        match files.entry(node.file()) {
            Slot::Vacant(slot) => _ = slot.insert((path, file)),
            // Its first name is that of the file itself.
            Slot::Occupied(mut slot) if entry.kind == Kind::File => _ = slot.insert((path, file)),
            Slot::Occupied(_) => {}
        }
    }
    let mut candidates = Candidates::default();
    for ((layer, place), (path, file)) in files {
        let Some(content) = file.content else { continue };
        if file.size > limits::EXECUTABLE_BYTES {
            let notes = BuildNotes::TooLarge;
            candidates.executables.push(Executable { path: path.clone(), layer, notes });
            continue;
        }
        candidates.paths.insert((layer, place), path.clone());
        candidates.wanted.entry(layer).or_default().insert(place, (content, file.size));
    }
    candidates
}

fn may_be(path: &LayerPath, file: &Entry) -> bool {
    let name = path.file_name();
    let is_library = name.ends_with(b".so") || memchr::memmem::find(name, b".so.").is_some();
    file.kind == Kind::File && (file.mode & MAY_RUN != 0 || is_library)
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
        let before = executables.len();
        if let Some(path) = paths.get(&(layer, place)) {
            let own = notes(bytes).into_iter();
            executables.extend(own.map(|notes| Executable { path: path.clone(), layer, notes }));
        }
        executables.len() > before
    };
    scan::look_again(source, image, &wanted, options, elf::is_elf, &mut look)?;
    executables.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(executables)
}

/// All that a file says: a program of Go's may have a library of Rust's in it. Of what has no table of sections that can be
/// read, Go's is found without one.
fn notes(bytes: &[u8]) -> Vec<BuildNotes> {
    let go = go_build::read(bytes).map(BuildNotes::Go);
    let rust = match rust_audit::read(bytes) {
        Some(Ok(crates)) => Some(BuildNotes::Rust(crates)),
        Some(Err(AuditFault::Sections)) if go.is_some() => None,
        Some(Err(fault)) => Some(BuildNotes::Unreadable(fault)),
        None => None,
    };
    go.into_iter().chain(rust).collect()
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

    #[test]
    fn a_name_that_outlives_the_files_own_is_looked_at() {
        let image = Image::of(&[])
            .program("bin/tool", b"1")
            .hardlink("opt/tool", "bin/tool")
            .hardlink("a/tool", "bin/tool")
            .layer(&[]);
        let paths = |image: &Image| -> Vec<String> {
            image.with_tree(candidates).paths.values().map(LayerPath::to_string).collect()
        };
        assert_eq!(paths(&image), ["bin/tool"]);
        assert_eq!(paths(&image.file("bin/.wh.tool", b"")), ["a/tool"]);
    }

    #[test]
    fn both_notes_of_one_file_are_told() {
        use crate::formats::elf::tests::elf;
        use crate::formats::go_build::tests::section;
        let garbled = elf(&[(".dep-v0", b"x"), (".go.buildinfo", &section("go1.22", ""))]);
        assert!(matches!(
            notes(&garbled)[..],
            [BuildNotes::Go(_), BuildNotes::Unreadable(AuditFault::Packing)]
        ));
        assert!(notes(&elf(&[(".text", b"x")])).is_empty());
    }
}
