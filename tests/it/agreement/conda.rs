//! Environments of conda and pixi that follow a lock but for a few packages, against what is true of each.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use reprolock::internal::lockfile::model::{LockedAgreement, Lockfile};
use serde_json::Value;

use crate::support::{Image, Layer, Place};

/// What each package is, by ecosystem and name: its status, and what tells it.
type Said = BTreeMap<(String, String), String>;

fn agreements(case: &Path) -> Vec<LockedAgreement> {
    let place = Place::new();
    for file in std::fs::read_dir(case.join("context")).unwrap() {
        let path = file.unwrap().path();
        place.write(path.file_name().unwrap().to_str().unwrap(), std::fs::read(&path).unwrap());
    }
    place.write("Dockerfile", "FROM scratch\nCOPY tree /\n");
    let mut tar = Vec::new();
    let blob = std::fs::File::open(case.join("tree.tar.gz")).unwrap();
    flate2::read::GzDecoder::new(blob).read_to_end(&mut tar).unwrap();
    let image = Image::new("linux/amd64").layer(Layer::of_tar("COPY tree / # buildkit", tar));
    place.write("img.tar", image.oci().archive());
    let run = place.run(&["freeze", "oci-archive:img.tar", "-f", "Dockerfile"]);
    assert_eq!(run.code, 0, "{}: {run}", case.display());
    let lock: Lockfile = toml::from_str(&String::from_utf8(place.read("reprolock.lock")).unwrap()).unwrap();
    lock.agreement
}

fn said(agreements: &[LockedAgreement]) -> Said {
    let mut said = Said::new();
    for agreement in agreements {
        let key = |name: &str| (agreement.ecosystem.clone(), name.to_owned());
        said.extend(agreement.as_locked.iter().map(|name| (key(name), "as-locked".to_owned())));
        for row in &agreement.package {
            let status = match row.reason.as_deref() {
                Some(reason) => format!("{} {reason}", row.status.name()),
                None => row.status.name().to_owned(),
            };
            said.insert(key(&row.name), status);
        }
    }
    said
}

fn truth(case: &Path) -> Said {
    let truth: Value = serde_json::from_slice(&std::fs::read(case.join("truth.json")).unwrap()).unwrap();
    let row_of = |row: &Value| {
        let text = |key: &str| row[key].as_str().map(str::to_owned);
        let is_conda = text("manager").unwrap() == "conda";
        let name = text("name").unwrap().to_lowercase();
        let name = if is_conda { name } else { name.replace(['.', '_'], "-") };
        let category = row["category"][0].as_str().unwrap_or_default();
        let status = match (text("status").unwrap().as_str(), text("reason").as_deref()) {
            ("absent", Some("category not installed")) => format!("absent group:{category}"),
            ("absent", Some(reason)) => format!("absent {reason}"),
            ("other-build", _) => "other-source build".to_owned(),
            ("other-channel", _) => "other-source channel".to_owned(),
            ("other-bytes", _) => "other-source bytes".to_owned(),
            (status, _) => status.to_owned(),
        };
        ((if is_conda { "conda" } else { "python" }.to_owned(), name), status)
    };
    truth["packages"].as_array().unwrap().iter().map(row_of).collect()
}

#[test]
fn what_conda_and_pixi_installed_and_what_was_changed_since_is_told_as_it_is() {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return;
    };
    let entries = std::fs::read_dir(Path::new(&corpus).join("catalogs/conda-agree")).unwrap();
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let (mut packages, mut wrong) = (0, Vec::new());
    for case in cases {
        let (said, truth) = (said(&agreements(&case)), truth(&case));
        packages += truth.len();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for key in said.keys().chain(truth.keys()).collect::<std::collections::BTreeSet<_>>() {
            if said.get(key) != truth.get(key) {
                wrong.push(format!("{name} {key:?}: said {:?}, is {:?}", said.get(key), truth.get(key)));
            }
        }
    }
    eprintln!("{packages} packages of conda's locks compared, {} wrong", wrong.len());
    assert!(wrong.is_empty() && packages > 200, "{}", wrong.join("\n"));
}
