//! Exports, as others take them: pip and uv install what a lock of an environment says, from the index that they are set up
//! for; readers of bills of materials that are not ours, with the official schemas.
//!
//! The environment is made here from that index. What installers do not leave in it, each archive's URL and hash, is put beside
//! each distribution as PEP 710 has it, out of pip's own report.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use reprolock::internal::lockfile::store;
use serde_json::{Value, json};

use super::{ask, lab, tell};
use crate::support::{Entry, Image, Layer, Place, file};

/// What is installed: pure and built wheels, names that are not their own normal form.
const ASKED: [&str; 4] = ["six==1.16.0", "MarkupSafe", "jaraco.context", "idna"];

/// Where the environment stands in the image.
const SITE: &str = "opt/venv/lib/python3/site-packages";

/// The lab's programs of Python; `None`, said aloud, where there are none.
fn tools(folder: &str) -> Option<PathBuf> {
    let tools = lab()?.join(folder).join("bin");
    let is_there = tools.join("python").exists();
    if !is_there {
        eprintln!("skipped: {} has no programs of Python", tools.display());
    }
    is_there.then_some(tools)
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A new environment.
fn environment(place: &Place, tools: &Path, name: &str) -> String {
    let folder = text(&place.path(name));
    tell(&text(&tools.join("python")), &["-m", "venv", "--without-pip", &folder]);
    folder
}

/// Runs pip for an environment.
fn pip(tools: &Path, environment: &str, arguments: &[&str]) -> Result<String, String> {
    let all = [&["-m", "pip", "--python", environment, "--disable-pip-version-check"], arguments].concat();
    ask(&text(&tools.join("python")), &all)
}

/// Every package of an environment, as pip lists them.
fn listed(tools: &Path, environment: &str) -> BTreeSet<String> {
    let listed = pip(tools, environment, &["list", "--format", "json"]).unwrap();
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let name = |package: &Value| package["name"].as_str().unwrap().to_lowercase().replace(['_', '.'], "-");
    listed
        .iter()
        .map(|package| format!("{} {}", name(package), package["version"].as_str().unwrap()))
        .collect()
}

/// An environment with the packages; `None`, said aloud, where no index gives them.
fn installed(place: &Place, tools: &Path) -> Option<String> {
    let made = environment(place, tools, "made");
    let report = text(&place.path("report.json"));
    let options = ["install", "--quiet", "--no-compile", "--only-binary=:all:", "--report", &report];
    if let Err(error) = pip(tools, &made, &[&options[..], &ASKED].concat()) {
        eprintln!("skipped: pip can't install from its index: {error}");
        return None;
    }
    let report: Value = serde_json::from_slice(&place.read("report.json")).unwrap();
    for package in report["install"].as_array().unwrap() {
        let (name, version) = (&package["metadata"]["name"], &package["metadata"]["version"]);
        let archive = &package["download_info"];
        let word =
            json!({ "url": archive["url"], "archive_info": { "hashes": archive["archive_info"]["hashes"] } });
        let plain = |name: &str| name.to_lowercase().replace(['-', '.', '_'], " ");
        let wanted = plain(&format!("{}-{}.dist-info", name.as_str().unwrap(), version.as_str().unwrap()));
        let mut folders = fs::read_dir(site(Path::new(&made))).unwrap().map(|entry| entry.unwrap().path());
        let folder = folders.find(|path| plain(path.file_name().unwrap().to_str().unwrap()) == wanted);
        let folder = folder.unwrap_or_else(|| panic!("no {wanted}"));
        fs::write(folder.join("provenance_url.json"), word.to_string()).unwrap();
    }
    Some(made)
}

/// The site directory of an environment.
fn site(environment: &Path) -> PathBuf {
    let python = fs::read_dir(environment.join("lib")).unwrap().map(|entry| entry.unwrap().path()).next();
    python.unwrap().join("site-packages")
}

/// Every file of a site directory, where it stands in the image.
fn entries(folder: &Path, inside: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = format!("{inside}/{}", entry.file_name().to_str().unwrap());
        match entry.path().is_dir() {
            true => entries.extend(self::entries(&entry.path(), &path)),
            false => entries.push(file(&path, fs::read(entry.path()).unwrap())),
        }
    }
    entries
}

/// Freezes an image of the environment; the lock's Python packages, as pip lists them.
fn frozen(place: &Place, made: &str) -> BTreeSet<String> {
    let layer = Layer::new("RUN pip install", entries(&site(Path::new(made)), SITE));
    place.write("image.tar", Image::new("linux/amd64").tag("app:1").layer(layer).oci().archive());
    let ran = place.run(&["freeze", "image.tar"]);
    assert_eq!(ran.code, 0, "{ran}");
    let lock = store::read(&place.path("reprolock.lock")).unwrap();
    lock.package["python"].iter().map(|package| format!("{} {}", package.name, package.version)).collect()
}

#[test]
fn pip_and_uv_install_the_locks_packages_and_no_others() {
    let Some(tools) = tools("tools") else { return };
    let place = Place::new();
    let Some(made) = installed(&place, &tools) else { return };
    let locked = frozen(&place, &made);
    assert_eq!(locked, listed(&tools, &made));
    assert!(locked.len() >= ASKED.len() && locked.contains("six 1.16.0"), "{locked:?}");

    for (to, name) in [("requirements", "requirements.txt"), ("pylock", "pylock.toml")] {
        let ran = place.run(&["export", "--to", to, "-o", name]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");
    }
    let by_pip = environment(&place, &tools, "by-pip");
    let requirements = text(&place.path("requirements.txt"));
    let options = ["install", "--quiet", "--require-hashes", "-r"];
    pip(&tools, &by_pip, &[&options[..], &[requirements.as_str()]].concat()).unwrap();
    assert_eq!(listed(&tools, &by_pip), locked);

    let uv = text(&tools.join("uv"));
    for name in ["requirements.txt", "pylock.toml"] {
        let by_uv = environment(&place, &tools, &format!("by-uv-{name}"));
        let python = format!("{by_uv}/bin/python");
        let cache = text(&place.path("uv-cache"));
        let hashed = if name == "pylock.toml" { &[][..] } else { &["--require-hashes"] };
        let options =
            ["pip", "install", "--quiet", "--no-config", "--cache-dir", &cache, "--python", &python, "-r"];
        let file = text(&place.path(name));
        ask(&uv, &[&options[..], &[file.as_str()], hashed].concat())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(listed(&tools, &by_uv), locked, "{name}");
    }
}

#[test]
fn the_hashes_that_the_index_proves_are_those_of_what_pip_installed() {
    let Some(tools) = tools("tools") else { return };
    let place = Place::new();
    let Some(made) = installed(&place, &tools) else { return };
    // An install from an index leaves no word of its archives.
    let folders = fs::read_dir(site(Path::new(&made))).unwrap().map(|entry| entry.unwrap().path());
    folders.for_each(|folder| drop(fs::remove_file(folder.join("provenance_url.json"))));
    let truth = reported(&place);
    let locked = frozen(&place, &made);
    let asks = text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/real/index_url.py"));
    let index = tell(&text(&tools.join("python")), &[asks]);
    let ran = place.run(&["freeze", "image.tar", "--resolve-hashes", "--index-url", index.trim()]);
    assert_eq!(ran.code, 0, "{ran}");
    let lock = store::read(&place.path("reprolock.lock")).unwrap();
    let (mut left_out, mut expected) = (Vec::new(), BTreeSet::new());
    for package in &lock.package["python"] {
        let name = format!("{} {}", package.name, package.version);
        let hashes: Vec<String> = package.hashes.iter().map(ToString::to_string).collect();
        if hashes.is_empty() {
            // Not every mirror has the metadata of every wheel.
            assert!(ran.stdout.contains(&name), "{ran}");
            left_out.extend(["--exclude", package.name.as_str()]);
        } else {
            assert_eq!(hashes, [truth[&package.name].clone()]);
            expected.insert(name);
        }
    }
    eprintln!("the index proves {} of {} packages", expected.len(), locked.len());
    if expected.is_empty() {
        eprintln!("skipped: it has no metadata of wheels");
        return;
    }
    for (to, name) in [("requirements", "requirements.txt"), ("pylock", "pylock.toml")] {
        let ran = place.run(&[&["export", "--to", to, "-o", name], left_out.as_slice()].concat());
        assert_eq!(ran.code, 0, "{ran}");
    }
    let by_pip = environment(&place, &tools, "proved-by-pip");
    let requirements = text(&place.path("requirements.txt"));
    let options = ["install", "--quiet", "--no-deps", "--require-hashes", "-r", &requirements];
    pip(&tools, &by_pip, &options).unwrap();
    assert_eq!(listed(&tools, &by_pip), expected);
    let by_uv = environment(&place, &tools, "proved-by-uv");
    let python = format!("{by_uv}/bin/python");
    let (cache, pylock) = (text(&place.path("uv-cache")), text(&place.path("pylock.toml")));
    let options = ["pip", "install", "--quiet", "--no-config", "--cache-dir", &cache, "--python", &python];
    ask(&text(&tools.join("uv")), &[&options[..], &["-r", &pylock]].concat()).unwrap();
    assert_eq!(listed(&tools, &by_uv), expected);
}

/// The sha256 of each archive that was installed, by pip's report.
fn reported(place: &Place) -> BTreeMap<String, String> {
    let report: Value = serde_json::from_slice(&place.read("report.json")).unwrap();
    let row = |package: &Value| {
        let hash = package["download_info"]["archive_info"]["hashes"]["sha256"].as_str().unwrap();
        let name = package["metadata"]["name"].as_str().unwrap();
        (name.to_lowercase().replace(['_', '.'], "-"), format!("sha256:{hash}"))
    };
    report["install"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn an_archive_of_another_hash_is_not_installed() {
    let Some(tools) = tools("tools") else { return };
    let place = Place::new();
    let Some(made) = installed(&place, &tools) else { return };
    frozen(&place, &made);
    let exported = place.run(&["export", "--to", "requirements"]).stdout;
    let (before, hash) = exported.split_once("--hash=sha256:").unwrap();
    let other = if hash.starts_with('0') { '1' } else { '0' };
    place.write("requirements.txt", format!("{before}--hash=sha256:{other}{}", &hash[1..]));
    let requirements = text(&place.path("requirements.txt"));
    let empty = environment(&place, &tools, "empty");
    let refused = pip(&tools, &empty, &["install", "--quiet", "--require-hashes", "-r", &requirements]);
    assert!(refused.unwrap_err().contains("DO NOT MATCH THE HASHES"));
}

#[test]
fn bills_of_materials_are_whole_to_readers_that_are_not_ours() {
    let Some(readers) = tools("readers") else { return };
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = Place::new();
    let mut arguments = vec![text(&project.join("tests/it/real/sboms.py"))];
    let mut locked = Vec::new();
    for lock in [
        "lockfiles/seed.lock",
        "testdata/exports/plain/reprolock.lock",
        "testdata/exports/odd/reprolock.lock",
        "testdata/locks/every-key.lock",
    ] {
        let count = fs::read_to_string(project.join(lock)).unwrap().matches("\n[[package.").count();
        for to in ["cyclonedx", "spdx"] {
            let output = place.path(format!("{}.{to}.json", lock.replace('/', "-")));
            let ran = place.run_in(project, &["export", "--lock", lock, "--to", to, "-o", &text(&output)]);
            assert_eq!(ran.code, 0, "{ran}");
            arguments.push(format!("{to}={}", text(&output)));
            locked.push(count);
        }
    }
    let read: Value = serde_json::from_str(&tell(&text(&readers.join("python")), &arguments)).unwrap();
    for (argument, count) in arguments[1..].iter().zip(locked) {
        assert_eq!(read[argument]["packages"], count, "{argument}");
        assert_eq!(read[argument]["purls"], count, "{argument}");
    }
}
