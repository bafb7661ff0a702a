//! Real double builds: what drifted is what Python's tarfile says, and why is told for nearly all of it.
//!
//! `.ci/e2e` builds the cheapest of benches/double-builds, of which docs/causes/tried.md tells.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::{lab, tell};
use crate::support::Place;

/// What must be explained of a hundred drifted files.
const SHARE: usize = 97;

/// A layer and a path.
type Spot = (u64, String);

/// The folder where a pair was built; `None`, said aloud, where it was not.
fn built(pair: &str) -> Option<PathBuf> {
    let layout = lab()?.join("pairs").join(pair);
    if layout.is_dir() {
        return Some(layout);
    }
    eprintln!("skipped: {pair} was not built twice");
    None
}

/// The drifted files with the cause of each, and that most of them have one.
fn causes(place: &Place, arguments: &[&str]) -> BTreeMap<Spot, Option<String>> {
    let ran = place.run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let mut causes = BTreeMap::new();
    for layer in ran.json()["layers"].as_array().unwrap() {
        for drift in layer["drifts"].as_array().into_iter().flatten() {
            let spot = (layer["index"].as_u64().unwrap(), drift["path"].as_str().unwrap().to_owned());
            causes.insert(spot, drift["cause"].as_str().map(str::to_owned));
        }
    }
    let unexplained: Vec<&Spot> =
        causes.iter().filter(|(_, cause)| cause.is_none()).map(|(spot, _)| spot).collect();
    let explained = causes.len() - unexplained.len();
    assert!(explained * 100 >= causes.len() * SHARE, "{arguments:?}: {unexplained:?}");
    causes
}

/// Holds a pair to the independent comparison, by `diff` and by `verify` with a lock alone; and these files to these
/// causes, where both images are at hand.
fn hold(pair: &str, expected: &[(u64, &str, &str)]) {
    let Some(layout) = built(pair) else { return };
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/double-builds/judge");
    let judged = tell("python3", &[judge, layout.to_str().unwrap()]);
    let truth: BTreeSet<Spot> = judged
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| (row[0].as_u64().unwrap(), row[1].as_str().unwrap().to_owned()))
        .collect();
    assert!(truth.len() > 20, "{truth:?}");

    let [old, new] = [1, 2].map(|build| format!("oci:{}:{build}", layout.display()));
    let place = Place::new();
    let told = causes(&place, &["diff", &old, &new]);
    assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), truth);
    for (layer, path, cause) in expected {
        let found = told.get(&(*layer, (*path).to_owned())).map(Option::as_deref);
        assert_eq!(found, Some(Some(*cause)), "{path} in layer {layer}");
    }

    assert_eq!(place.run(&["freeze", &old]).code, 0);
    for arguments in [vec!["verify", &new], vec!["verify", &new, "--against", &old]] {
        let told = causes(&place, &arguments);
        assert_eq!(told.into_keys().collect::<BTreeSet<_>>(), truth, "{arguments:?}");
    }
}

#[test]
fn users_dates_and_virtual_packages_of_alpine_a_day_later_are_explained() {
    hold(
        "alpine",
        &[
            (1, "home/ada", "timestamp-only"),
            (1, "etc/shadow", "shadow-last-change"),
            (2, "etc/built", "embedded-clock"),
            (2, "etc/shadow", "shadow-last-change"),
            (3, "etc/apk/world", "apk-virtual-version"),
            (3, "lib/apk/db/installed", "apk-virtual-version"),
        ],
    );
}

#[test]
fn packages_clones_keys_and_ids_of_debian_a_day_later_are_explained() {
    hold(
        "tools",
        &[
            (1, "etc/shadow", "shadow-last-change"),
            (1, "home/ada", "timestamp-only"),
            (1, "var/log/dpkg.log", "package-manager-log"),
            (1, "var/cache/ldconfig/aux-cache", "ldconfig-aux-cache"),
            (3, "opt/project/.git/index", "git-metadata"),
            (3, "opt/project/.git/logs/HEAD", "git-metadata"),
            (4, "etc/machine-id", "machine-id"),
            (4, "etc/ssh/ssh_host_ed25519_key", "ssh-host-key"),
            (4, "etc/app.secret", "random-content"),
            (4, "etc/built-by", "embedded-host"),
        ],
    );
}
