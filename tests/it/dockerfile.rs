//! The Dockerfile parser against BuildKit's own cases and against real Dockerfiles, read from `REPROLOCK_CORPUS`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "functions that only tests call, and what they skip or counted"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use reprolock::internal::dockerfile::{
    BuildInputs, Dockerfile, Instruction, InstructionArguments, Stages, Words,
};
use reprolock::internal::python::{
    RequirementSource, RequirementsText, RequirementsTree, installed_requirements,
};

/// The corpus folder called `name`; a printed line and nothing where there is no corpus.
fn corpus(name: &str) -> Option<PathBuf> {
    match std::env::var_os("REPROLOCK_CORPUS") {
        Some(root) => {
            let folder = PathBuf::from(root).join(name);
            assert!(folder.exists(), "REPROLOCK_CORPUS is set, but has no {name}");
            Some(folder)
        }
        None => {
            eprintln!("skipped: REPROLOCK_CORPUS is not set");
            None
        }
    }
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8(bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_none_or(|extension| extension != "tsv"));
    paths.sort();
    paths
}

pub(crate) fn real_dockerfiles() -> Option<Vec<(PathBuf, String)>> {
    let files: Vec<_> =
        entries(&corpus("dockerfiles")?).into_iter().map(|path| (path.clone(), read(&path))).collect();
    assert!(files.len() >= 289, "{} files", files.len());
    Some(files)
}

/// The tree in the notation of BuildKit's `result` files.
fn dump(instruction: &Instruction) -> String {
    let mut text = instruction.keyword_word.text.to_lowercase();
    if !instruction.flags.is_empty() {
        let flags: Vec<_> = instruction.flags.iter().map(|flag| quote(&flag.word.text)).collect();
        let _ = write!(text, " [{}]", flags.join(" "));
    }
    dump_arguments(&instruction.arguments, &mut text);
    text
}

fn dump_arguments(arguments: &InstructionArguments, text: &mut String) {
    let mut add = |value: &str| {
        let _ = write!(text, " {}", quote(value));
    };
    match arguments {
        InstructionArguments::None => {}
        InstructionArguments::Text(logical) => add(logical.text()),
        InstructionArguments::Exec(words) | InstructionArguments::Words(words) => {
            words.iter().for_each(|word| add(&word.text))
        }
        InstructionArguments::Pairs(pairs) => {
            for pair in pairs {
                add(&pair.key.text);
                add(&pair.value.text);
                add(if pair.equals { "=" } else { "" });
            }
        }
        InstructionArguments::Trigger(inner) => {
            let _ = write!(text, " ({})", dump(inner));
        }
        InstructionArguments::Health(kind, command) => {
            add(&kind.text);
            dump_arguments(command, text);
        }
    }
}

/// A string as Go quotes it.
fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            c if c.is_ascii_control() => {
                let _ = write!(quoted, "\\x{:02x}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[test]
fn trees_equal_those_of_buildkit() {
    let Some(folder) = corpus("buildkit-parser/testfiles") else { return };
    let cases = entries(&folder);
    for case in &cases {
        let dockerfile = Dockerfile::parse(&read(&case.join("Dockerfile")));
        let tree: Vec<_> =
            dockerfile.instructions().map(|instruction| format!("({})", dump(instruction))).collect();
        assert_eq!(tree.join("\n"), read(&case.join("result")).trim_end(), "{}", case.display());
        assert_eq!(dockerfile.fatal_problems().next(), None, "{}", case.display());
    }
    assert_eq!(cases.len(), 33);
}

#[test]
fn files_that_buildkit_refuses_have_a_fatal_problem() {
    let Some(folder) = corpus("buildkit-parser/testfiles-negative") else { return };
    let cases = entries(&folder);
    for case in &cases {
        let dockerfile = Dockerfile::parse(&read(&case.join("Dockerfile")));
        assert!(dockerfile.fatal_problems().next().is_some(), "{}", case.display());
    }
    assert_eq!(cases.len(), 4);
}

#[test]
fn line_ranges_equal_those_of_buildkit() {
    let Some(folder) = corpus("buildkit-parser/testfile-line") else { return };
    let dockerfile = Dockerfile::parse(&read(&folder.join("Dockerfile")));
    let lines: Vec<_> = dockerfile.instructions().map(|instruction| instruction.lines).collect();
    assert_eq!(lines, [(5, 5), (11, 12), (17, 31)]);
}

/// Rows `platforms|input|expected`; `#` after white space begins a comment only at the start of a line.
#[test]
fn single_words_expand_as_in_buildkit() {
    let Some(file) = corpus("buildkit-parser/envVarTest") else { return };
    let environment = BTreeMap::from(
        [("PWD", "/home"), ("SHELL", "bash"), ("KOREAN", "한국어"), ("NULL", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let (mut rows, mut windows) = (0, 0);
    for line in read(&file).lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let [platform, input, expected] = line.splitn(3, '|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line}")
        };
        if platform == "W" {
            windows += 1;
            continue;
        }
        rows += 1;
        let found = Words::new('\\').expand(input, &environment);
        match found {
            Ok(expansion) => assert_eq!(expansion.text, expected, "{line}"),
            Err(error) => assert_eq!(expected, "error", "{line}: {error}"),
        }
    }
    assert_eq!((rows, windows), (228, 2));
}

#[test]
fn word_lists_expand_as_in_buildkit() {
    let Some(file) = corpus("buildkit-parser/wordsTest") else { return };
    let mut environment = BTreeMap::new();
    let mut rows = 0;
    for line in read(&file).lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(assignment) = line.strip_prefix("ENV ") {
            let (name, value) = assignment.trim_start().split_once('=').unwrap();
            environment.insert(name.to_owned(), value.to_owned());
            continue;
        }
        rows += 1;
        let (input, expected) = line.split_once('|').unwrap();
        let expected = expected.trim_start();
        match Words::new('\\').expand(input.trim(), &environment) {
            Ok(expansion) => {
                let words: Vec<_> = expansion.words.into_iter().map(|word| word.text).collect();
                assert_eq!(words.join(","), expected, "{line}");
            }
            Err(error) => assert_eq!(expected, "error", "{line}: {error}"),
        }
    }
    assert_eq!(rows, 24);
}

fn assert_lossless(dockerfile: &Dockerfile, source: &str, name: &str) {
    let mut end = 0;
    for item in &dockerfile.items {
        assert_eq!(item.span.start, end, "{name}");
        assert!(source.get(item.span.start..item.span.end).is_some_and(|text| !text.is_empty()), "{name}");
        end = item.span.end;
    }
    assert_eq!(end, source.len(), "{name}");
}

/// Every word stands inside its instruction, and words taken over as they are read the same in the source.
fn assert_words_fit(dockerfile: &Dockerfile, name: &str) {
    for instruction in dockerfile.instructions() {
        let worker = instruction.effective();
        let flags = worker.flags.iter().map(|flag| &flag.word);
        let pairs = worker.arguments.pairs().iter().flat_map(|pair| [&pair.key, &pair.value]);
        for word in worker.arguments.words().iter().chain(flags).chain(pairs) {
            let inside = word.span.start >= instruction.span.start && word.span.end <= instruction.span.end;
            assert!(inside, "{name}: {word:?}");
        }
        if let Some(text) = worker.arguments.text() {
            for (at, c) in text.text().char_indices() {
                let from = text.source_offset(at);
                assert!(dockerfile.source[from..].starts_with(c), "{name}: {at}");
            }
        }
    }
}

#[test]
pub(crate) fn real_dockerfiles_parse_without_loss_or_fatal_problem() {
    let Some(files) = real_dockerfiles() else { return };
    for (path, source) in files {
        let name = path.display().to_string();
        let dockerfile = Dockerfile::parse(&source);
        assert_eq!(dockerfile.fatal_problems().next(), None, "{name}");
        assert_lossless(&dockerfile, &source, &name);
        assert_words_fit(&dockerfile, &name);
    }
}

#[test]
fn buildkits_own_cases_parse_without_loss() {
    let Some(folder) = corpus("buildkit-parser") else { return };
    for case in ["testfiles", "testfiles-negative"].iter().flat_map(|name| entries(&folder.join(name))) {
        let source = read(&case.join("Dockerfile"));
        assert_lossless(&Dockerfile::parse(&source), &source, &case.display().to_string());
    }
}

/// Knuth's MMIX generator: the same damage on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

#[test]
fn real_requirements_files_are_read_whole() {
    let Some(folder) = corpus("requirements") else { return };
    let (mut files, mut known, mut unknown) = (0, 0, Vec::new());
    for path in entries(&folder) {
        files += 1;
        let file = RequirementsText::parse(&read(&path));
        for (entry, requirement) in file.requirements() {
            assert!(
                entry
                    .span
                    .text(&file.source)
                    .starts_with(requirement.text.text.split_whitespace().next().unwrap())
            );
            match requirement.source {
                RequirementSource::Unknown => unknown.push(requirement.text.text.clone()),
                _ => known += 1,
            }
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(!RequirementsTree::read(&folder, name).unwrap().files.is_empty());
    }
    println!("{files} files, {known} requirements, not understood: {unknown:#?}");
    assert!(files >= 90 && known > 1000 && unknown.len() < 10, "{files} {known} {unknown:#?}");
}

#[test]
pub(crate) fn real_dockerfiles_have_stages_and_install_from_files_they_copy() {
    let Some(files) = real_dockerfiles() else { return };
    let (mut stage_count, mut unresolved, mut installed) = (0, 0, Vec::new());
    for (path, source) in &files {
        let dockerfile = Dockerfile::parse(source);
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        for stage in &stages.stages {
            stage_count += 1;
            unresolved += usize::from(!stage.expanded.unset.is_empty());
            let found = installed_requirements(&stages, stage.index, &|_| true);
            installed.extend(found.into_iter().map(|found| (path.file_name(), found.path)));
        }
    }
    installed.sort();
    installed.dedup();
    println!(
        "{stage_count} stages, {unresolved} bases unresolved, {} files: {installed:#?}",
        installed.len()
    );
    assert!(stage_count > files.len() && installed.len() > 50, "{stage_count} {}", installed.len());
}

fn parse_damaged(source: &str, name: &str) {
    let dockerfile = Dockerfile::parse(source);
    assert_lossless(&dockerfile, source, name);
    assert_words_fit(&dockerfile, name);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    for target in 0..stages.stages.len() {
        let _ = installed_requirements(&stages, target, &|_| true);
    }
}

#[test]
fn damaged_dockerfiles_never_panic_and_lose_nothing() {
    let Some(files) = real_dockerfiles() else { return };
    let mut random = Random(2024);
    for (path, source) in files {
        let name = path.display().to_string();
        for _ in 0..12 {
            let cut = source.floor_char_boundary(random.below(source.len()));
            parse_damaged(&source[..cut], &name);
            let mut chars: Vec<char> = source.chars().collect();
            for _ in 0..=random.below(40) {
                chars.remove(random.below(chars.len()));
            }
            parse_damaged(&chars.into_iter().collect::<String>(), &name);
        }
    }
}
