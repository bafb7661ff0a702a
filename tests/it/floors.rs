//! The floors of `src/lib.rs`: a module uses modules below its own floor, and no other.
//!
//! The table is read from lib.rs, where each `mod` stands below its floor's comment (`// F3`), so it has one home.
//! What is held is the source's text: every `crate::name`, every `use crate::{…}` over however many lines, and every
//! `super::` that climbs to the root.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A module's floor, by name.
type Floors = BTreeMap<String, u32>;

fn floors(lib: &str) -> Floors {
    let mut floors = Floors::new();
    let mut floor = None;
    for line in lib.lines() {
        if let Some(number) = line.strip_prefix("// F") {
            floor = Some(number.trim().parse().expect("a floor's number"));
        } else if let Some(module) = line.strip_prefix("mod ") {
            floors.insert(module.trim_end_matches(';').to_owned(), floor.expect("a floor above its modules"));
        }
    }
    floors
}

/// What is wrong with one file: `image` for `src/image/options.rs`, `depth` folders and files below the root.
fn violations(floors: &Floors, module: &str, depth: usize, source: &str) -> Vec<String> {
    let own = floors[module];
    let is_wrong = |used: &&String| **used != module && floors.get(*used).is_some_and(|floor| *floor >= own);
    let told = |used: &String| format!("{module} (F{own}) uses {used} (F{})", floors[used]);
    used(source, depth).iter().filter(is_wrong).map(told).collect()
}

/// The root's modules that `source` names.
fn used(source: &str, depth: usize) -> Vec<String> {
    let code: String = source.lines().map(|line| line.split("//").next().unwrap_or_default()).fold(
        String::new(),
        |mut code, line| {
            code.push_str(line);
            code.push('\n');
            code
        },
    );
    let root = "super::".repeat(depth);
    let mut used = Vec::new();
    for prefix in ["crate::", root.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            let is_inside_a_name =
                code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '$'));
            if !is_inside_a_name {
                used.extend(first_names(&code[at + prefix.len()..]));
            }
        }
    }
    used
}

/// The first name of each path that begins here: one, or several in braces.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        text.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned)
    };
    let Some(list) = path.trim_start().strip_prefix('{') else { return name(path).into_iter().collect() };
    let mut names: Vec<String> = name(list).into_iter().collect();
    let mut depth = 0;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(name(&list[at + 1..])),
            _ => {}
        }
    }
    names
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        match path.is_dir() {
            true => files(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn every_file_uses_only_the_floors_below_its_own() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let floors = floors(&fs::read_to_string(src.join("lib.rs")).unwrap());
    assert!(floors.len() > 8, "{floors:?}");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    let mut wrong = Vec::new();
    for path in paths {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
        let module = parts[0];
        if matches!(module, "lib" | "main") {
            continue;
        }
        assert!(floors.contains_key(module), "src/lib.rs gives {module} no floor");
        let depth = parts.iter().filter(|part| **part != "mod").count();
        let source = fs::read_to_string(&path).unwrap();
        wrong.extend(
            violations(&floors, module, depth, &source)
                .into_iter()
                .map(|told| format!("{}: {told}", inside.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const LIB: &str = "// F0\nmod base;\n// F1\nmod image;\nmod dockerfile;\n// F2\nmod layer;\n";

fn planted(module: &str, depth: usize, source: &str) -> Vec<String> {
    violations(&floors(LIB), module, depth, source)
}

#[test]
fn a_higher_floor_is_seen_in_every_form_of_use() {
    let told = ["image (F1) uses layer (F2)"];
    assert_eq!(planted("image", 1, "use crate::layer::Pass;"), told);
    assert_eq!(
        planted("image", 1, "use crate::{\n    base::digest::{Digest, Sha256},\n    layer,\n};"),
        told
    );
    assert_eq!(planted("image", 1, "fn f() { let x = crate::layer::read(); }"), told);
    assert_eq!(planted("image", 2, "use super::super::layer;"), told);
    assert_eq!(planted("image", 2, "pub(in crate::layer) fn f() {}"), told);
}

#[test]
fn a_sibling_on_the_same_floor_is_not_to_be_seen() {
    assert_eq!(planted("image", 1, "use crate::dockerfile;"), ["image (F1) uses dockerfile (F1)"]);
}

#[test]
fn lower_floors_and_the_module_itself_are_free_to_use() {
    let source =
        "use crate::base::digest;\nuse crate::image::{Image, layer};\nuse super::layer;\n// crate::layer\n";
    assert_eq!(planted("image", 2, source), [""; 0]);
}
