//! Databases of the corpus against the truth beside each: all names, versions and architectures, and nothing more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use reprolock::internal::base::path::LayerPath;
use reprolock::internal::tree::FileTree;
use serde_json::Value;

use super::{Files, all_told, below, catalog, catalogs, corpus, ecosystem, layer, told};

/// The package as the truth has it: name, version with epoch and release, architecture.
fn expected(package: &Value) -> String {
    let text = |key: &str| package[key].as_str();
    let epoch = package["epoch"].as_u64().map(|epoch| format!("{epoch}:")).unwrap_or_default();
    format!(
        "{} {epoch}{}-{} {}",
        text("name").unwrap(),
        text("version").unwrap(),
        text("release").unwrap(),
        text("arch").unwrap_or("(none)")
    )
}

fn all_expected(list: &Value) -> Vec<String> {
    let mut all: Vec<String> = list.as_array().unwrap().iter().map(expected).collect();
    all.sort();
    all
}

/// The fixtures of the corpus that are a folder with a database, each with its truth.
fn fixtures() -> Vec<(String, Files, Value)> {
    let Some(folder) = corpus().map(|corpus| corpus.join("catalogs/rpm")) else { return Vec::new() };
    let mut fixtures = Vec::new();
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.join("var").is_dir() || path.join("usr").is_dir() {
            let truth = serde_json::from_slice(&fs::read(path.join("truth.json")).unwrap()).unwrap();
            fixtures.push((path.file_name().unwrap().to_str().unwrap().to_owned(), below(&path), truth));
        }
    }
    assert!(fixtures.len() >= 14);
    fixtures
}

#[test]
fn every_fixture_has_the_packages_that_rpm_says_and_nothing_more() {
    for (name, files, truth) in fixtures() {
        let catalog = catalog(&files);
        assert_eq!(catalog.problems, [""; 0], "{name}");
        assert_eq!(catalog.digest, None, "{name}");
        assert_eq!(all_told(&catalog), all_expected(&truth["list"]), "{name}");
        let keys = catalog.packages.iter().filter(|package| package.state.as_deref() == Some("key")).count();
        assert_eq!(Some(keys as u64), truth["keys"].as_u64(), "{name}");
        assert_eq!(Some((catalog.packages.len() - keys) as u64), truth["packages"].as_u64(), "{name}");
    }
}

#[test]
fn every_fixture_has_the_digests_labels_and_sources_that_rpm_says() {
    for (name, files, truth) in fixtures() {
        let packages = catalog(&files).packages;
        for item in truth["list"].as_array().unwrap() {
            let expected = expected(item);
            let package = packages.iter().find(|package| told(package) == expected).unwrap();
            let of = |algorithm: &str, text: &Value| text.as_str().map(|hex| format!("{algorithm}:{hex}"));
            assert_eq!(package.checksum, of("sha256", &item["sha256header"]), "{name}: {expected}");
            assert_eq!(package.payload, of("sha256", &item["payloaddigest"][0]), "{name}: {expected}");
            assert_eq!(package.modularity.as_deref(), item["modularitylabel"].as_str(), "{name}: {expected}");
            let source = item["sourcerpm"].as_str().map(|file| {
                let stem = file.strip_suffix(".src.rpm").unwrap();
                stem.rsplitn(3, '-').nth(2).unwrap()
            });
            assert_eq!(package.source.as_deref(), source, "{name}: {expected}");
        }
    }
}

#[test]
fn every_file_that_a_package_lists_is_its_own_with_the_digest_that_rpm_says() {
    for (name, files, truth) in fixtures() {
        let mut owners: BTreeMap<LayerPath, BTreeSet<String>> = BTreeMap::new();
        let mut digests: BTreeMap<LayerPath, BTreeSet<String>> = BTreeMap::new();
        for package in truth["list"].as_array().unwrap() {
            for file in package["files"].as_array().into_iter().flatten() {
                let path = LayerPath::normalize(file["path"].as_str().unwrap().as_bytes()).unwrap();
                owners.entry(path.clone()).or_default().insert(package["name"].as_str().unwrap().to_owned());
                digests.entry(path).or_default().extend(file["digest"].as_str().map(str::to_owned));
            }
        }
        let layers = [layer(&files)];
        let tree = FileTree::stack(&layers);
        let mut paths: BTreeSet<LayerPath> = owners.keys().cloned().collect();
        paths.insert("usr/share/nobody/a".into());
        let told = ecosystem("rpm").owners(&tree, &paths);
        assert!(told.keys().eq(owners.keys()), "{name}");
        for (path, owner) in told {
            assert!(owners[&path].contains(&owner), "{name}: {path}: {owner}");
        }
        let sums = ecosystem("rpm").checksums(&tree, &paths);
        assert!(sums.keys().eq(digests.keys()), "{name}");
        for (path, sums) in sums {
            let told: BTreeSet<String> = sums.iter().map(|sum| sum.hex()).collect();
            assert_eq!(told, digests[&path], "{name}: {path}");
        }
    }
}

#[test]
fn a_tree_that_was_altered_after_the_install_is_told_as_rpm_verifies_it() {
    let Some(folder) = corpus().map(|corpus| corpus.join("catalogs/rpm/verify")) else { return };
    let truth: Value = serde_json::from_slice(&fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let unpacked = tempfile::tempdir().unwrap();
    let archive = folder.join("tree.tar.gz");
    let tar = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(unpacked.path()).status();
    if !tar.is_ok_and(|status| status.success()) {
        eprintln!("skipped: tar is not there");
        return;
    }
    let files = below(unpacked.path());
    let layers = [layer(&files)];
    let tree = FileTree::stack(&layers);
    let place = |path: &str| LayerPath::normalize(path.as_bytes()).unwrap();
    let listed =
        truth["list"].as_array().unwrap().iter().flat_map(|package| package["files"].as_array().unwrap());
    let listed: BTreeSet<LayerPath> = listed.map(|file| place(file["path"].as_str().unwrap())).collect();
    let there: BTreeMap<LayerPath, &[u8]> =
        files.iter().map(|(path, bytes)| (place(path), bytes.as_slice())).collect();
    let all: BTreeSet<LayerPath> = listed.iter().chain(there.keys()).cloned().collect();
    let owners = ecosystem("rpm").owners(&tree, &all);
    assert!(owners.keys().eq(&listed));
    let sums = ecosystem("rpm").checksums(&tree, &all);
    let names = |key: &str| -> BTreeSet<LayerPath> {
        truth[key].as_array().unwrap().iter().map(|path| place(path.as_str().unwrap())).collect()
    };
    let is_changed = |path: &&LayerPath| match (there.get(*path), sums.get(*path)) {
        (Some(bytes), Some(sums)) if !sums.is_empty() => !sums.iter().any(|sum| sum.is_of_bytes(bytes)),
        _ => false,
    };
    let changed: BTreeSet<LayerPath> = all.iter().filter(is_changed).cloned().collect();
    assert_eq!(changed, names("changed"));
    let is_missing = |path: &&LayerPath| {
        !there.contains_key(*path) && sums.get(*path).is_some_and(|sums| !sums.is_empty())
    };
    assert_eq!(listed.iter().filter(is_missing).cloned().collect::<BTreeSet<_>>(), names("missing"));
    let is_unowned = |path: &&LayerPath| {
        !owners.contains_key(*path)
            && !path.as_bytes().starts_with(b"var/lib/rpm")
            && !path.as_bytes().starts_with(b"usr/lib/sysimage/rpm/")
    };
    assert_eq!(there.keys().filter(is_unowned).cloned().collect::<BTreeSet<_>>(), names("unowned"));
}

/// The fields that another reader's list of a database has.
fn of_other_reader(list: &Value) -> Vec<String> {
    let mut all: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package["name"].is_string())
        .map(|package| {
            let mut package = package.clone();
            // It has no epoch for none.
            if package["arch"] == "" {
                package["arch"] = Value::Null;
            }
            expected(&package)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn databases_of_real_systems_have_the_packages_that_another_reader_lists() {
    let Some(folder) = corpus().map(|corpus| corpus.join("rpmdb")) else { return };
    let mut read = 0;
    for item in fs::read_dir(folder.join("expected")).unwrap() {
        let path = item.unwrap().path();
        let name =
            path.file_name().unwrap().to_str().unwrap().strip_suffix(".parsed.json").unwrap().to_owned();
        let list: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let file = ["Packages.db", "rpmdb.sqlite"].into_iter().find(|file| name.ends_with(file));
        let bytes = fs::read(folder.join(&name)).unwrap();
        let catalog = catalog(&vec![(format!("var/lib/rpm/{}", file.unwrap_or("Packages")), bytes)]);
        assert_eq!(catalog.problems, [""; 0], "{name}");
        assert_eq!(all_told(&catalog), of_other_reader(&list), "{name}");
        read += 1;
    }
    assert!(read >= 8);
}

#[test]
fn mariners_database_has_129_packages_and_libuuids_has_one_with_its_files() {
    let Some(folder) = corpus().map(|corpus| corpus.join("rpmdb")) else { return };
    let of = |file: &str, path: &str| vec![(path.to_owned(), fs::read(folder.join(file)).unwrap())];
    let mariner = catalog(&of("mariner-rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite"));
    assert_eq!((mariner.packages.len(), mariner.problems.len(), mariner.digest), (129, 0, None));
    assert!(mariner.packages.iter().all(|package| package.checksum.is_some() && package.payload.is_some()));
    let files = of("libuuid-Packages", "var/lib/rpm/Packages");
    assert_eq!(all_told(&catalog(&files)), ["libuuid 2.32.1-42.el8_8 x86_64"]);
    let paths =
        BTreeSet::from(["usr/lib64/libuuid.so.1".into(), "usr/lib64/libuuid.so.1.3.0".into(), "a".into()]);
    let layers = [layer(&files)];
    let tree = FileTree::stack(&layers);
    assert_eq!(ecosystem("rpm").owners(&tree, &paths).len(), 2);
}

#[test]
fn a_database_without_packages_that_says_so_has_none_and_one_that_is_none_is_told() {
    let Some(folder) = corpus().map(|corpus| corpus.join("rpmdb")) else { return };
    let bytes =
        fs::read(folder.join("quay+claircore-internal__rpm__sqlite__testdata__no_packages.sqlite")).unwrap();
    let catalog = catalog(&vec![("var/lib/rpm/rpmdb.sqlite".to_owned(), bytes)]);
    assert_eq!((catalog.packages.len(), catalog.problems.len(), catalog.digest.is_some()), (0, 1, true));
}

#[test]
fn manifests_of_chisel_have_the_packages_and_the_files_that_they_list() {
    let Some(folder) = corpus().map(|corpus| corpus.join("catalogs/others/chisel")) else { return };
    for name in ["made", "real"] {
        let truth: Value =
            serde_json::from_slice(&fs::read(folder.join(name).join("truth.json")).unwrap()).unwrap();
        let files = below(&folder.join(name));
        let mut all = catalogs("chisel", &files);
        assert_eq!(all.len(), 1);
        let catalog = all.remove(0);
        assert_eq!((catalog.problems.len(), catalog.digest), (0, None), "{:?}", catalog.problems);
        let mut listed: Vec<String> = truth["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| {
                ["name", "version", "arch"].map(|key| package[key].as_str().unwrap()).join(" ")
                    + " sha256:"
                    + package["sha256"].as_str().unwrap()
            })
            .collect();
        listed.sort();
        let mut told: Vec<String> = catalog
            .packages
            .iter()
            .map(|package| format!("{} {}", told(package), package.hashes[0]))
            .collect();
        told.sort();
        assert_eq!(told, listed, "{name}");
        let layers = [layer(&files)];
        let tree = FileTree::stack(&layers);
        let paths = truth["paths"].as_array().unwrap();
        let of = |path: &Value| LayerPath::normalize(path["path"].as_str().unwrap().as_bytes()).unwrap();
        let wanted: BTreeSet<LayerPath> = paths.iter().map(of).collect();
        assert!(ecosystem("chisel").owners(&tree, &wanted).keys().eq(&wanted), "{name}");
        let sums = ecosystem("chisel").checksums(&tree, &wanted);
        for path in paths {
            let expected = path["final_sha256"].as_str().or(path["sha256"].as_str());
            let told: Vec<String> = sums[&of(path)].iter().map(|sum| sum.hex()).collect();
            assert_eq!(told, expected.into_iter().collect::<Vec<_>>(), "{name}: {path}");
        }
    }
}
