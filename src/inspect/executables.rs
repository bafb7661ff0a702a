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
    scan::look_again(source, image, &wanted, options, (&elf::is_elf, &mut look))?;
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

    /// The corpus' executables against what Go's and cargo-auditable's own tools say of them.
    #[test]
    fn the_corpus_executables_are_read_as_their_tools_read_them() {
        let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
            eprintln!("skipped: REPROLOCK_CORPUS is not set");
            return;
        };
        let folder = std::path::Path::new(&corpus).join("catalogs/others");
        let mut files = 0;
        for language in ["go", "rust"] {
            let truth = std::fs::read(folder.join(language).join("truth.json")).unwrap();
            let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
            for file in truth["files"].as_array().unwrap() {
                let packed =
                    std::fs::File::open(folder.join(language).join(file["stored"].as_str().unwrap()))
                        .unwrap();
                let mut bytes = Vec::new();
                std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut bytes).unwrap();
                let notes = notes(&bytes);
                match language {
                    "go" => hold_go(&notes, file),
                    _ => hold_rust(&notes, file),
                }
                files += 1;
            }
        }
        assert!(files > 0);
    }

    fn hold_go(notes: &Option<BuildNotes>, truth: &serde_json::Value) {
        let Some(BuildNotes::Go(build)) = notes else { panic!("{notes:?}") };
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let module =
            |value: &serde_json::Value| (text(&value["path"]), text(&value["version"]), text(&value["sum"]));
        let ours =
            |module: &go_build::GoModule| (module.path.clone(), module.version.clone(), module.sum.clone());
        assert_eq!((&build.version, &build.path), (&text(&truth["go"]), &text(&truth["path"])));
        assert_eq!(build.main.as_ref().map(ours), Some(module(&truth["main"])));
        let deps = truth["deps"].as_array().unwrap();
        assert_eq!(build.modules.len(), deps.len());
        for (own, dep) in build.modules.iter().zip(deps) {
            assert_eq!(ours(own), module(dep));
            assert_eq!(own.replace.as_deref().map(ours), dep.get("replace").map(module));
        }
        let settings: BTreeMap<String, String> = build.settings.iter().cloned().collect();
        assert_eq!(serde_json::to_value(settings).unwrap(), truth["settings"]);
    }

    fn hold_rust(notes: &Option<BuildNotes>, truth: &serde_json::Value) {
        match (notes, truth["packages"].as_array()) {
            (Some(BuildNotes::Rust(crates)), Some(packages)) => {
                let own = |package: &'_ serde_json::Value| {
                    let text = |key: &str| package[key].as_str().unwrap().to_owned();
                    (text("name"), text("version"), package["kind"] == "build", package["root"] == true)
                };
                let ours: Vec<_> = crates
                    .iter()
                    .map(|one| (one.name.clone(), one.version.clone(), one.is_for_build, one.is_root))
                    .collect();
                assert_eq!(ours, packages.iter().map(own).collect::<Vec<_>>());
            }
            (Some(BuildNotes::Unreadable(fault)), None) => {
                let expected = if truth["error"] == "bomb" { AuditFault::Size } else { AuditFault::Packing };
                assert_eq!(*fault, expected, "{truth}");
            }
            (None, None) => assert_eq!(truth["auditable"], false),
            other => panic!("{other:?} {truth}"),
        }
    }
}
