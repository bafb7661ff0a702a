//! Every format has its fixture: a project that was installed from its lock, and the same after one package was upgraded behind the
//! lock's back, one added and one taken away, told exactly, with layer and line.
//!
//! A fixture, `testdata/project-locks/<id>/`, is a build context (`context`) and two images of it as text. In `images` a line is an
//! instruction that made a layer, and below it, indented, what it installed: `old`, `new` or `both` images, the site directory or
//! prefix, and name and version of a Python package, or the URL and SHA-256 of a conda package. `truth` has a line for each package
//! of the lock and of the new image: environment, name, status, reason, layer, Dockerfile line, locked, installed. `expected` is what
//! the commands say of it, which `REPROLOCK_BLESS=1` writes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reprolock::internal::lockfile::model::{LockedAgreement, Lockfile};
use reprolock::internal::project_locks::REGISTRY;
use serde_json::{Value, json};

use crate::support::{Entry, Image, Layer, Place, Run, file};

fn folder(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/project-locks").join(id)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What one line of `images` puts into an image.
fn installed(words: &[&str]) -> Vec<Entry> {
    match words {
        [prefix, url, sha256] if url.contains("://") => {
            let (channel, archive) = url.rsplit_once('/').unwrap();
            let stem = archive.strip_suffix(".conda").unwrap();
            let [build, version, name] =
                <[&str; 3]>::try_from(stem.rsplitn(3, '-').collect::<Vec<_>>()).unwrap();
            let record = json!({
                "name": name, "version": version, "build": build, "build_number": 0, "channel": channel,
                "subdir": channel.rsplit('/').next(), "fn": archive, "url": url, "sha256": sha256, "files": [],
            });
            vec![
                file(&format!("{prefix}/conda-meta/{stem}.json"), record.to_string()),
                file(&format!("{prefix}/conda-meta/history"), ""),
            ]
        }
        [site, name, version] => {
            let folder = format!("{site}/{}-{version}.dist-info", name.replace('-', "_"));
            let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
            vec![file(&format!("{folder}/METADATA"), metadata), file(&format!("{folder}/INSTALLER"), "pip\n")]
        }
        _ => panic!("{words:?} says nothing that is installed"),
    }
}

/// One of the two images: those lines that are its own or both's.
fn image(images: &str, side: &str) -> Vec<u8> {
    let mut layers: Vec<(&str, Vec<Entry>)> = Vec::new();
    for line in images.lines() {
        match line.strip_prefix("  ") {
            None => layers.push((line, vec![file(&format!("layers/{}", layers.len()), "")])),
            Some(line) => {
                let words: Vec<&str> = line.split_whitespace().collect();
                if ["both", side].contains(&words[0]) {
                    layers.last_mut().unwrap().1.extend(installed(&words[1..]));
                }
            }
        }
    }
    let mut image = Image::new("linux/amd64").step("WORKDIR /app");
    for (instruction, entries) in layers {
        let created_by = match instruction.strip_prefix("RUN ") {
            Some(command) => format!("RUN /bin/sh -c {command} # buildkit"),
            None => format!("{instruction} # buildkit"),
        };
        image = image.layer(Layer::new(&created_by, entries));
    }
    image.oci().archive()
}

/// The context and both images of a fixture, with the old one frozen, and what freeze says.
fn place(id: &str) -> (Place, Run) {
    let place = Place::new();
    for entry in fs::read_dir(folder(id).join("context")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        place.write(&format!("context/{name}"), fs::read(&path).unwrap());
    }
    let images = text(&folder(id).join("images"));
    place.write("old.tar", image(&images, "old"));
    place.write("new.tar", image(&images, "new"));
    let run = place.run(&["freeze", "oci-archive:old.tar", "-f", "context/Dockerfile"]);
    assert_eq!(run.code, 0, "{id}: {run}");
    (place, run)
}

fn frozen(place: &Place, lock: &str) -> Lockfile {
    toml::from_str(&String::from_utf8(place.read(lock)).unwrap()).unwrap()
}

/// An agreement's packages as `truth` has them.
fn rows(lock: &Lockfile, agreement: &LockedAgreement) -> Vec<String> {
    let place = agreement.environment.clone().unwrap_or_else(|| "-".to_owned());
    let as_locked = agreement.as_locked.iter().map(|name| format!("{place} {name} as-locked"));
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let rows = agreement.package.iter().map(|row| {
        let line = row.layer.and_then(|layer| lock.layer[layer].dockerfile_line);
        let columns = [
            row.reason.clone(),
            row.layer.map(|layer| layer.to_string()),
            line.map(|line| line.to_string()),
            row.locked.clone(),
            row.installed.clone(),
        ];
        let columns: Vec<String> = columns.into_iter().map(or_dash).collect();
        format!("{place} {} {} {}", row.name, row.status.name(), columns.join(" "))
    });
    as_locked.chain(rows).collect()
}

/// The part of a text that tells agreement; empty where none does.
fn section(run: &Run) -> String {
    let lines = run.stdout.lines().skip_while(|line| !line.starts_with("agreement"));
    lines.take_while(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// Package, before, now and whether agreement is lost, of a comparison's JSON.
fn turned(run: &Run) -> BTreeSet<String> {
    let json = run.json();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    let row = |row: &Value| {
        let words = ["environment", "name", "before", "now", "locked", "installed"].map(|key| text(row, key));
        format!("{} {} {}", words.join(" "), row["line"], row["lost"])
    };
    json["agreement"].as_array().into_iter().flatten().map(row).collect()
}

#[test]
fn every_format_tells_exactly_what_is_not_as_its_lock_says() {
    for id in REGISTRY.iter().map(|format| format.id()) {
        let (place, _) = place(id);
        let arguments = ["freeze", "oci-archive:new.tar", "-f", "context/Dockerfile", "-o", "new.lock"];
        let run = place.run(&arguments);
        assert_eq!(run.code, 0, "{id}: {run}");
        let lock = frozen(&place, "new.lock");
        let said: BTreeSet<String> =
            lock.agreement.iter().flat_map(|agreement| rows(&lock, agreement)).collect();
        let truth = text(&folder(id).join("truth"));
        let truth: BTreeSet<String> = truth.lines().map(str::to_owned).collect();
        let wrong: Vec<&String> = said.symmetric_difference(&truth).collect();
        assert!(wrong.is_empty(), "{id}: said or true, not both:\n{wrong:#?}");
        for status in ["as-locked", "other-version", "not-locked", "absent missing"] {
            assert!(truth.iter().any(|row| row.contains(&format!(" {status}"))), "{id} shows no {status}");
        }
    }
}

#[test]
fn every_format_tells_what_a_rebuild_lost_in_all_commands_alike() {
    for id in REGISTRY.iter().map(|format| format.id()) {
        let (place, freeze) = place(id);
        let same = place.run(&["verify", "oci-archive:old.tar", "--require", "packages"]);
        assert_eq!((same.code, section(&same)), (0, String::new()), "{id}: {same}");
        let verify = place.run(&["verify", "oci-archive:new.tar", "--require", "packages"]);
        assert_eq!(verify.code, 1, "{id}: {verify}");
        let diff = ["diff", "oci-archive:old.tar", "oci-archive:new.tar", "-f", "context/Dockerfile"];
        let inspect = ["inspect", "oci-archive:new.tar", "-f", "context/Dockerfile"];
        let mut said = String::new();
        for (what, run) in [
            ("freeze old", &freeze),
            ("verify new", &verify),
            ("diff old new", &place.run(&diff)),
            ("inspect new", &place.run(&inspect)),
        ] {
            said.push_str(&format!("$ {what}\n{}\n", section(run)));
        }
        let path = folder(id).join("expected");
        if std::env::var_os("REPROLOCK_BLESS").is_some() {
            fs::write(&path, &said).unwrap();
        }
        assert_eq!(said, text(&path), "{id}");

        let as_json = |arguments: &[&str]| turned(&place.run(&[arguments, &["--format", "json"]].concat()));
        let (of_lock, of_images) = (as_json(&["verify", "oci-archive:new.tar"]), as_json(&diff));
        assert_eq!(of_lock, of_images, "{id}");
        // What the new image has otherwise than the old one is what was lost.
        let lock = frozen(&place, "reprolock.lock");
        let before: BTreeSet<String> =
            lock.agreement.iter().flat_map(|agreement| rows(&lock, agreement)).collect();
        let truth = text(&folder(id).join("truth"));
        let changed = truth.lines().filter(|row| !before.contains(*row)).count();
        assert_eq!(of_lock.len(), changed, "{id}: {of_lock:#?}");
        assert!(of_lock.iter().all(|row| row.ends_with(" true")), "{id}: {of_lock:#?}");
    }
}

#[test]
fn every_fixture_belongs_to_a_format() {
    let ids: BTreeSet<&str> = REGISTRY.iter().map(|format| format.id()).collect();
    for entry in fs::read_dir(folder("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(ids.contains(name.as_str()), "testdata/project-locks/{name}: whose is it?");
    }
}
