//! What holds for every rule: it has a page, and fixtures that show it at work.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::finding::Safety;
use crate::lint::collect::workspace::gathered;
use crate::lint::engine::check::check;
use crate::lint::engine::fixing::fix;
use crate::lint::engine::profile::{Remedy, RuleProfile, Set};
use crate::lint::engine::settings::Settings;
use crate::lint::subject::pins::Pins;
use crate::lint::subject::source::{BuildContext, SourceText};
use crate::lockfile;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(project(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn ids() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|rule| rule.about().id)
}

#[test]
fn the_registry_is_sorted_and_every_id_finds_its_rule() {
    assert!(REGISTRY.windows(2).all(|pair| pair[0].about().id < pair[1].about().id));
    assert!(ids().all(|id| find(id).is_some_and(|rule| rule.about().id == id)));
    assert_eq!(closest("image-unpined-digest"), Some("image-unpinned-digest"));
    assert_eq!(closest("zzz"), None);
}

#[test]
fn every_rule_has_a_page_a_fixture_and_a_file_and_nothing_else_has() {
    let pages: BTreeSet<String> =
        ids().map(|id| format!("{id}.md")).chain(["README.md".to_owned()]).collect();
    assert_eq!(names("docs/rules"), pages);
    let fixtures: BTreeSet<String> = ids().map(str::to_owned).collect();
    assert_eq!(names("testdata/lint"), fixtures);
    let rooms = names("src/lint/rules").into_iter().filter(|name| !name.ends_with(".rs"));
    let files: BTreeSet<String> = rooms.flat_map(|room| names(&format!("src/lint/rules/{room}"))).collect();
    let expected: BTreeSet<String> =
        ids().map(|id| format!("{}.rs", id.replace('-', "_"))).chain(["mod.rs".to_owned()]).collect();
    assert_eq!(files, expected);
    for rule in REGISTRY {
        let about = rule.about();
        assert!(about.page.starts_with(&format!("# {}\n", about.id)), "{}", about.id);
        assert_eq!(about.kind, crate::base::about::AboutKind::Rule);
    }
}

#[test]
fn the_engine_knows_no_rule_by_name() {
    for file in names("src/lint/engine") {
        let text = fs::read_to_string(project(&format!("src/lint/engine/{file}"))).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for id in ids() {
            assert!(!code.contains(&format!("\"{id}\"")), "{file} names {id}");
            assert!(!code.contains(&id.replace('-', "_")), "{file} names {id}");
        }
    }
}

/// The fixtures of a rule that begin with `name.`, each with what is around it.
fn fixtures(id: &str, name: &str) -> Vec<SourceText> {
    let folder = project(&format!("testdata/lint/{id}"));
    let lock = folder.join("reprolock.lock");
    let pins =
        lock.exists().then(|| Arc::new(Pins::of("reprolock.lock", lockfile::store::read(&lock).unwrap())));
    let files = names(&format!("testdata/lint/{id}")).into_iter();
    let sources = files.filter_map(|file| {
        let kind =
            crate::lint::read::files::kind_of_name(Path::new(file.strip_prefix(name)?.strip_prefix('.')?))?;
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        let context = Some(BuildContext { folder: folder.clone(), name: String::new() });
        let path = Some(folder.join(&file));
        Some(SourceText { context, file: path, pins: pins.clone(), ..SourceText::new(file, kind, text) })
    });
    gathered(sources.collect()).0
}

fn settings(id: &'static str) -> Settings {
    let mut select = BTreeSet::from([id]);
    if id == "ignore-unused" {
        // Only the ignore of a rule that is on can be unused.
        select.insert("image-unpinned-digest");
    }
    Settings { select, ..Settings::default() }
}

fn count(id: &'static str, sources: &[SourceText]) -> usize {
    sources.iter().map(|source| check(source, &settings(id)).len()).sum()
}

#[test]
fn every_bad_fixture_is_found_and_no_good_or_fixed_one_is() {
    for id in ids() {
        let bad = fixtures(id, "bad");
        assert!(!bad.is_empty() && count(id, &bad) > 0, "{id}: bad");
        let good = fixtures(id, "good");
        assert!(!good.is_empty(), "{id}: good");
        for source in good.iter().chain(&fixtures(id, "fixed")) {
            assert_eq!(check(source, &settings(id)), [], "{id}: {}", source.path);
        }
    }
}

#[test]
fn every_fix_turns_the_bad_fixture_into_the_fixed_one_and_settles() {
    for rule in REGISTRY {
        let about = rule.about();
        let allowed = match rule.profile().remedy {
            Remedy::None => continue,
            Remedy::Rewrite | Remedy::Lock => Safety::Safe,
            Remedy::UnsafeRewrite | Remedy::UnsafeLock => Safety::Unsafe,
        };
        let expected = fixtures(about.id, "fixed");
        assert!(!expected.is_empty(), "{}: fixed", about.id);
        for source in fixtures(about.id, "bad") {
            let fixed = fix(&source, &settings(about.id), allowed);
            assert!(fixed.settled, "{}: {}", about.id, fixed.text);
            let name = source.path.replacen("bad", "fixed", 1);
            if let Some(expected) = expected.iter().find(|source| source.path == name) {
                // A fixed Dockerfile names the fixed files around it.
                assert_eq!(fixed.text.replace("bad.", "fixed."), expected.text, "{}", source.path);
            }
        }
    }
}

#[test]
fn the_list_of_rules_names_each_with_its_severity_and_fix() {
    let row = |rule: &&dyn Rule| {
        let RuleProfile { about, severity, set, remedy, .. } = rule.profile();
        let set = if *set == Set::Inputs { String::new() } else { format!("{} ", set.name()) };
        let (id, severity, remedy) = (about.id, severity.name(), remedy.name());
        format!("| [{id}]({id}.md) | {} | {severity} | {remedy} | {set}|", about.summary)
    };
    let list = fs::read_to_string(project("docs/rules/README.md")).unwrap();
    let expected: Vec<String> = REGISTRY.iter().map(row).collect();
    let rows: Vec<&str> = list.lines().filter(|line| line.starts_with("| [")).collect();
    assert_eq!(rows, expected);
}
