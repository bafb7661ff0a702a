//! What the documents say is so: commands run, links lead somewhere, every key of the lockfile has its row.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Place;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(project(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below `folder` whose name ends in `ending`, but for what the build leaves.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match path.is_dir() {
            true if name.starts_with('.') || name == "target" => {}
            true => found.extend(files(&path, ending)),
            false if name.ends_with(ending) => found.push(path),
            false => {}
        }
    }
    found
}

/// The commands of the README's first block: what a fresh clone is to run.
fn first_commands() -> Vec<String> {
    let readme = read("README.md");
    let block = readme.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("a block of commands").lines().map(str::to_owned).collect()
}

#[test]
fn the_readmes_first_command_freezes_and_verifies_the_shipped_image() {
    let commands = first_commands();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("testdata/seed")).unwrap();
    for name in ["Dockerfile", "requirements.txt", "requirements-dev.txt", "image.oci.tar"] {
        let path = Path::new("testdata/seed").join(name);
        fs::copy(project("").join(&path), folder.path().join(&path)).unwrap();
    }
    let steps: Vec<&str> = commands[0].split(" && ").collect();
    assert_eq!(steps.len(), 2, "{commands:?}");
    for (step, last) in steps.into_iter().zip(["wrote reprolock.lock", "identical: 8 layers"]) {
        let arguments = step.strip_prefix("cargo run -q -- ").expect("cargo run");
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let ran = Place::new().run_in(folder.path(), &arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{step}");
        assert!(ran.stdout.trim_end().lines().last().unwrap_or_default().starts_with(last), "{}", ran.stdout);
    }
}

#[test]
fn the_readmes_second_command_runs_the_tests() {
    assert_eq!(first_commands()[1..], ["cargo test"]);
}

#[test]
fn ci_runs_what_the_readme_says() {
    let ci = read(".ci/run");
    for command in first_commands() {
        assert!(ci.lines().any(|line| line.trim() == command), ".ci/run does not run: {command}");
    }
}

/// Holds the README's blocks of text to what is printed, in order; with `REPROLOCK_BLESS`, they get what is printed now.
#[test]
fn the_readme_shows_what_verify_and_lint_print() {
    let print = |arguments: &[&str]| Place::new().run_in(&project(""), arguments).stdout;
    let lock = ["--lock", "lockfiles/seed.lock"];
    let command = ["verify", "testdata/seed/rebuild.oci.tar", "-f", "testdata/seed/Dockerfile"];
    let verified = print(&[&command[..], &lock].concat());
    let linted = print(&["lint", "testdata/seed/Dockerfile", "--select", "image-unpinned-digest"]);
    let readme = read("README.md");
    let (mut blessed, mut rest) = (String::new(), readme.as_str());
    for text in [verified.replace("seed.lock", "reprolock.lock"), linted] {
        let (before, block) = rest.split_once("```text\n").expect("a block of text");
        let (shown, after) = block.split_once("```").expect("its end");
        if std::env::var_os("REPROLOCK_BLESS").is_none() {
            assert!(shown == text, "the README shows\n{shown}\nbut what is printed is\n{text}");
        }
        blessed.push_str(&format!("{before}```text\n{text}```"));
        rest = after;
    }
    if std::env::var_os("REPROLOCK_BLESS").is_some() {
        fs::write(project("README.md"), blessed + rest).unwrap();
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for path in files(&project("src"), ".rs").into_iter().chain(files(&project("tests"), ".rs")) {
        let source = fs::read_to_string(&path).unwrap();
        assert!(source.starts_with("//! "), "{} does not begin with //!", path.display());
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    for path in files(&project(""), ".md") {
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            let place = path.parent().unwrap().join(file);
            assert!(place.exists(), "{} links to {target}, which is not there", path.display());
        }
    }
}

#[test]
fn every_commands_help_has_an_example() {
    let help = Place::new().run_in(&project(""), &["--help"]).stdout;
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let names: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"verify") && names.contains(&"help"), "{names:?}");
    for name in names.into_iter().filter(|name| *name != "help") {
        let long = Place::new().run_in(&project(""), &[name, "--help"]).stdout;
        assert!(long.contains(&format!("Examples:\n  reprolock {name} ")), "{long}");
        assert_eq!(
            long,
            Place::new().run_in(&project(""), &[name, "-h"]).stdout,
            "-h and --help of {name} differ"
        );
    }
}

/// The structs of the lockfile's model: how the docs name each, and its keys.
pub(crate) fn model() -> Vec<(String, Vec<String>)> {
    let source = ["model.rs", "model/agreement.rs", "model/build.rs", "model/config.rs"]
        .map(|file| read(&format!("src/lockfile/{file}")))
        .concat();
    let mut tables = Vec::new();
    let mut doc = "";
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(text) = line.strip_prefix("/// ") {
            doc = text;
        }
        let Some(name) = line.strip_prefix("pub struct ").and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        let heading = match name {
            "Lockfile" => "Top level".to_owned(),
            "LockedRequirement" => "`requirement`".to_owned(),
            _ => doc.to_owned(),
        };
        let fields = lines.by_ref().take_while(|line| *line != "}");
        let keys = fields.filter_map(|line| line.trim_start().strip_prefix("pub ")?.split(':').next());
        tables.push((heading, keys.map(|key| key.replace('_', "-")).collect()));
    }
    tables
}

#[test]
fn the_lockfiles_page_has_a_row_for_every_key_and_no_other() {
    let page = read("docs/lockfile.md");
    let sections: Vec<(&str, &str)> =
        page.split("\n## ").skip(1).filter_map(|section| section.split_once('\n')).collect();
    let tables = model();
    assert!(tables.len() > 10, "{tables:?}");
    for (heading, keys) in tables {
        let (_, text) = sections.iter().find(|(title, _)| *title == heading).unwrap_or_else(|| {
            panic!("docs/lockfile.md has no section {heading}");
        });
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        assert_eq!(rows.collect::<Vec<_>>(), keys, "{heading}");
    }
}

#[test]
fn the_lockfiles_page_tells_where_a_build_argument_can_come_from() {
    let source = ["model.rs", "model/build.rs", "model/config.rs"]
        .map(|file| read(&format!("src/lockfile/{file}")))
        .concat();
    let variants =
        source.split("pub enum ArgSource {").nth(1).and_then(|rest| rest.split('}').next()).unwrap();
    let names: BTreeSet<String> = variants
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .map(|name| {
            let kebab = name.chars().flat_map(|c| {
                let dash = c.is_uppercase().then_some('-');
                dash.into_iter().chain(c.to_lowercase())
            });
            kebab.collect::<String>().trim_start_matches('-').to_owned()
        })
        .collect();
    let page = read("docs/lockfile.md");
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "docs/lockfile.md does not name {name}");
    }
}
