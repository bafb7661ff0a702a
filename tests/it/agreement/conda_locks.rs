//! What conda-lock.yml, pixi.lock and explicit files of public repositories lock, against what yaml's own reading and rattler say.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use reprolock::internal::project_locks::{LockEntry, ProjectLock};
use serde_json::Value;

use super::read::{lock_file, read};

/// The packages of each part: manager, name, version, build and SHA-256.
type Locked = BTreeMap<String, BTreeSet<String>>;

fn row(is_conda: bool, fields: [Option<&str>; 4]) -> String {
    let [name, version, build, sha256] = fields.map(|field| field.unwrap_or("-"));
    match is_conda {
        true => format!("conda {} {version} {build} {sha256}", name.to_lowercase()),
        false => format!("python {} {version} {sha256}", name.to_lowercase().replace(['.', '_'], "-")),
    }
}

fn said(lock: &ProjectLock) -> Locked {
    let of = |entry: &LockEntry| {
        let build = entry.archive.as_ref().map(|archive| archive.build.as_str());
        let sha256 = entry.hashes.iter().find(|hash| hash.algorithm() == "sha256").map(ToString::to_string);
        let sha256 = sha256.as_deref().map(|hash| hash.trim_start_matches("sha256:"));
        row(entry.ecosystem == "conda", [Some(&entry.name), entry.version.as_deref(), build, sha256])
    };
    let parts = lock.parts.iter().filter(|part| !part.edges.is_empty());
    parts
        .map(|part| (part.label(), part.edges.iter().map(|edge| of(&lock.entries[edge.to])).collect()))
        .collect()
}

fn truth(truth: &Value) -> Locked {
    let mut locked = Locked::new();
    let label = |part: &str| match part {
        "main" | "default" => "main".to_owned(),
        part => format!("group:{}", part.to_lowercase().replace(['.', '_'], "-")),
    };
    let mut add = |part: String, row: &Value| {
        let text = |key: &str| row[key].as_str();
        // A package that is built from a folder has no archive, and may have no version.
        let is_conda = text("manager").unwrap().starts_with("conda");
        let fields = [text("name"), text("version"), text("build"), text("sha256")];
        locked.entry(part).or_default().insert(self::row(is_conda, fields));
    };
    for row in truth["packages"].as_array().into_iter().flatten() {
        if row["platform"].as_str().is_none_or(|platform| platform == "linux-64") {
            add(label(row["category"].as_str().unwrap_or("main")), row);
        }
    }
    for (environment, of) in truth["environments"].as_object().into_iter().flatten() {
        for row in of["platforms"]["linux-64"].as_array().into_iter().flatten() {
            add(label(environment), row);
        }
    }
    locked
}

#[test]
fn what_condas_locks_of_public_repositories_lock_is_read_as_it_is() {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return;
    };
    let (mut packages, mut wrong) = (0, Vec::new());
    for (kind, id) in [("conda-lock", "conda-lock"), ("pixi", "pixi-lock"), ("explicit", "conda-explicit")] {
        let folder = Path::new(&corpus).join("catalogs/conda-locks").join(kind);
        for case in fs::read_dir(folder).unwrap() {
            let case = case.unwrap().path();
            let mut files = fs::read_dir(&case).unwrap().map(|file| file.unwrap().path());
            let file = files.find(|path| path.file_name().unwrap() != "truth.json").unwrap();
            let document: Value =
                serde_json::from_slice(&fs::read(case.join("truth.json")).unwrap()).unwrap();
            let truth = truth(&document);
            let lock = read(id, &[lock_file("lock", &fs::read_to_string(&file).unwrap())]);
            let said = match &lock {
                Ok(lock) => said(lock),
                // A lock for other platforms alone is told as that.
                Err(problem) if truth.is_empty() && problem.contains("locks nothing for") => continue,
                Err(problem) => panic!("{}: {problem}", case.display()),
            };
            packages += truth.values().map(BTreeSet::len).sum::<usize>();
            for part in said.keys().chain(truth.keys()).collect::<BTreeSet<_>>() {
                let of = |side: &Locked| side.get(part).cloned().unwrap_or_default();
                let (said, truth) = (of(&said), of(&truth));
                wrong.extend(
                    said.difference(&truth).map(|row| format!("{} {part}: said {row}", case.display())),
                );
                wrong.extend(
                    truth.difference(&said).map(|row| format!("{} {part}: is {row}", case.display())),
                );
            }
        }
    }
    eprintln!("{packages} packages of conda's locks read, {} wrong", wrong.len());
    assert!(wrong.is_empty() && packages > 2000, "{}", wrong.join("\n"));
}
