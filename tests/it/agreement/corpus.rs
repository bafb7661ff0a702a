//! Images that real tools installed from their locks, changed behind the locks' backs, against what the tools themselves say.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use reprolock::internal::lockfile::model::{AgreementStatus, LockedAgreement, Lockfile};
use serde_json::Value;

use crate::support::{Image, Layer, Place};

/// What one package is, as the truth has it: its status, and the reason where there is one.
type Said = BTreeMap<String, (String, Option<String>)>;

/// The context's folders of the corpus.
fn cases(corpus: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpus.join("catalogs/py-locks")).unwrap();
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn layer(case: &Path, dockerfile: &str) -> Layer {
    let mut tar = Vec::new();
    let blob = std::fs::File::open(case.join("tree.tar.gz")).unwrap();
    flate2::read::GzDecoder::new(blob).read_to_end(&mut tar).unwrap();
    let run = dockerfile.lines().find_map(|line| line.strip_prefix("RUN ")).unwrap();
    Layer::of_tar(&format!("RUN /bin/sh -c {run} # buildkit"), tar)
}

/// What freeze says of a case.
fn agreement(case: &Path) -> LockedAgreement {
    let place = Place::new();
    let dockerfile = case.join("context/Dockerfile");
    let text = std::fs::read_to_string(&dockerfile).unwrap();
    let image = Image::new("linux/amd64").step("WORKDIR /app").layer(layer(case, &text));
    place.write("img.tar", image.oci().archive());
    let run = place.run(&["freeze", "oci-archive:img.tar", "-f", dockerfile.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}: {run}", case.display());
    let lock: Lockfile = toml::from_str(&String::from_utf8(place.read("reprolock.lock")).unwrap()).unwrap();
    assert_eq!(lock.agreement.len(), 1, "{}: {:?}", case.display(), lock.agreement);
    lock.agreement.into_iter().next().unwrap()
}

fn said(agreement: &LockedAgreement) -> Said {
    let as_locked = agreement.as_locked.iter().map(|name| (name.clone(), ("as-locked".to_owned(), None)));
    let rows = agreement.package.iter().map(|row| {
        let status = match row.status {
            AgreementStatus::NotAsked => "locked-not-selected",
            status => status.name(),
        };
        (row.name.clone(), (status.to_owned(), row.reason.clone()))
    });
    as_locked.chain(rows).collect()
}

fn truth(case: &Path) -> Said {
    let truth: Value = serde_json::from_slice(&std::fs::read(case.join("truth.json")).unwrap()).unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let rows = truth["packages"].as_array().unwrap().iter();
    rows.map(|row| (text(row, "name").unwrap(), (text(row, "status").unwrap(), text(row, "reason"))))
        .collect()
}

#[test]
fn what_tools_installed_and_what_was_changed_since_is_told_as_it_is() {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return;
    };
    let (mut packages, mut wrong) = (0, Vec::new());
    for case in cases(Path::new(&corpus)) {
        let (agreement, truth) = (agreement(&case), truth(&case));
        let said = said(&agreement);
        packages += truth.len();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for key in said.keys().chain(truth.keys()).collect::<std::collections::BTreeSet<_>>() {
            if said.get(key) != truth.get(key) {
                wrong.push(format!("{name} {key}: said {:?}, is {:?}", said.get(key), truth.get(key)));
            }
        }
    }
    eprintln!("{packages} packages of locks compared, {} wrong", wrong.len());
    assert!(wrong.is_empty() && packages > 150, "{}", wrong.join("\n"));
}
