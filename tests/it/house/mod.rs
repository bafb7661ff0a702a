//! The house as CONTRIBUTING.md draws it: small functions, small files, folders with rooms, no large circle of files that
//! import each other, one noun a concept.
//!
//! What is measured is the code without its tests, read by `syn`. An import leads to the file that defines the name,
//! through whatever hands it on; that a file declares its modules is no import.

mod circles;
mod code;
mod names;

use code::{Code, SourceFile};

/// Lines of a function, from its signature to its closing brace.
const FUNCTION: usize = 60;
/// Lines of a file, its tests aside.
const FILE: usize = 350;
/// Source files directly in a folder.
const FOLDER: usize = 16;
/// Files that import each other.
const CIRCLE: usize = 5;

fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_can_be_seen_whole() {
    let code = Code::read();
    let long = |file: &SourceFile| {
        let functions = file.functions().into_iter().filter(|function| function.lines > FUNCTION);
        functions
            .map(|function| format!("{}: {} has {} lines", file.path, function.name, function.lines))
            .collect()
    };
    none(code.files.iter().flat_map::<Vec<String>, _>(long).collect());
}

#[test]
fn every_file_holds_one_concept() {
    let code = Code::read();
    let long = code.files.iter().filter(|file| file.production_lines() > FILE);
    none(
        long.map(|file| format!("{} has {} lines beside its tests", file.path, file.production_lines()))
            .collect(),
    );
}

#[test]
fn no_folder_is_a_hall() {
    let code = Code::read();
    let mut folders = std::collections::BTreeMap::<&str, usize>::new();
    for file in &code.files {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        *folders.entry(folder).or_default() += 1;
    }
    let halls = folders.into_iter().filter(|(_, files)| *files > FOLDER);
    none(halls.map(|(folder, files)| format!("{folder} has {files} files")).collect());
}

#[test]
fn few_files_import_each_other() {
    let code = Code::read();
    let large = circles::of(&code).into_iter().filter(|circle| circle.len() > CIRCLE);
    none(
        large
            .map(|circle| format!("{} files import each other: {}", circle.len(), circle.join(", ")))
            .collect(),
    );
}

#[test]
fn a_public_type_has_a_name_of_its_own() {
    none(names::shared(&Code::read()));
}

#[test]
fn names_say_what_a_thing_is() {
    none(names::empty(&Code::read()));
}
