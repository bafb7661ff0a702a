//! What a lock says of the environments, held to what is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reprolock::internal::lockfile::model::{LockedPackage, Lockfile};
use reprolock::internal::lockfile::store;
use serde_json::Value;

use super::{corpus, environments, tar};
use crate::support::{Image, Layer, Place};

fn frozen(tree: &Path) -> Lockfile {
    let place = Place::new();
    let layer = Layer::of_tar("COPY tree /", tar(tree));
    place.write("image.tar", Image::new("linux/amd64").layer(layer).oci().archive());
    let run = place.run(&["freeze", "oci-archive:image.tar", "-o", "image.lock"]);
    assert_eq!(run.code, 0, "{}: {run}", tree.display());
    store::read(&place.path("image.lock")).unwrap()
}

/// A package as the truth writes it, a field after the other.
fn row(fields: [Option<&str>; 8]) -> String {
    fields.map(|field| field.unwrap_or("-")).join(" ")
}

/// What is locked at `location`.
fn locked(lock: &Lockfile, location: &str) -> BTreeSet<String> {
    let row_of = |package: &LockedPackage| {
        let hash = package.hashes.first().map(ToString::to_string);
        row([
            Some(&package.name),
            Some(&package.version),
            package.build.as_deref(),
            package.architecture.as_deref(),
            package.channel.as_deref(),
            package.origin.as_deref(),
            package.checksum.as_deref(),
            hash.as_deref(),
        ])
    };
    let all = lock.package.get("conda").map_or(&[][..], Vec::as_slice);
    all.iter().filter(|package| package.location == location).map(row_of).collect()
}

/// What is true of it: rattler's reading. A channel stands there as the record writes it, with a platform or without.
fn truth(environment: &Value) -> BTreeSet<String> {
    let row_of = |package: &Value| {
        let text = |key: &str| package[key].as_str();
        let channel = text("channel").map(|channel| {
            let platform = channel.rsplit('/').next().unwrap();
            let is_platform = ["linux-64", "linux-aarch64", "noarch"].contains(&platform);
            if is_platform { channel.strip_suffix(&format!("/{platform}")).unwrap() } else { channel }
        });
        let hash = text("sha256").map(|hex| format!("sha256:{hex}"));
        let keys = [text("name"), text("version"), text("build"), text("subdir")];
        let [name, version, build, subdir] = keys;
        row([name, version, build, subdir, channel, text("url"), text("md5"), hash.as_deref()])
    };
    environment["packages"].as_array().unwrap().iter().map(row_of).collect()
}

#[test]
fn each_environment_is_locked_as_rattler_reads_it_and_nothing_more() {
    for tree in corpus().into_iter().flatten() {
        let (name, lock) = (tree.display(), frozen(&tree));
        let environments = environments(&tree);
        let catalogs: Vec<&str> =
            lock.catalog.iter().filter(|one| one.ecosystem == "conda").map(|one| &*one.path).collect();
        assert_eq!(catalogs, environments.keys().collect::<Vec<_>>(), "{name}");
        let mut count = 0;
        for (location, environment) in &environments {
            let (locked, truth) = (locked(&lock, location), truth(environment));
            assert_eq!(locked, truth, "{name} {location}");
            count += truth.len();
        }
        assert_eq!(lock.package.get("conda").map_or(0, Vec::len), count, "{name}");
    }
}

#[test]
fn records_that_rattler_cannot_read_are_problems_and_count_in_the_digest() {
    for tree in corpus().into_iter().flatten() {
        let lock = frozen(&tree);
        for (location, environment) in environments(&tree) {
            let catalog = lock.catalog.iter().find(|catalog| catalog.path == location).unwrap();
            let unreadable = environment["unreadable"].as_array().unwrap();
            assert_eq!(catalog.digest.is_some(), !unreadable.is_empty(), "{location}");
            let problems: BTreeSet<&str> = catalog
                .problems
                .iter()
                .filter_map(|problem| problem.split_once(": no record"))
                .map(|one| one.0)
                .collect();
            let files: Vec<String> = unreadable
                .iter()
                .map(|record| format!("{location}/{}", record["file"].as_str().unwrap()))
                .collect();
            assert_eq!(problems, files.iter().map(String::as_str).collect(), "{location}");
        }
    }
}

/// The distributions below a prefix, each with its installer and the conda package that it is of.
fn distributions(lock: &Lockfile, prefix: &str) -> BTreeSet<String> {
    let all = lock.package.get("python").map_or(&[][..], Vec::as_slice);
    let own = all.iter().filter(|package| package.location.starts_with(&format!("{prefix}/lib/")));
    let row_of = |package: &LockedPackage| {
        let owner = package.owner.as_deref().map(|owner| owner.strip_prefix("conda:").unwrap());
        format!(
            "{} {} {} {}",
            package.name,
            package.version,
            package.installer.as_deref().unwrap_or("-"),
            owner.unwrap_or("-")
        )
    };
    own.map(row_of).collect()
}

#[test]
fn condas_distributions_are_told_apart_from_those_of_pip_and_pixi() {
    let mut counts = BTreeMap::<bool, usize>::new();
    for tree in corpus().into_iter().flatten() {
        let lock = frozen(&tree);
        for (location, environment) in environments(&tree) {
            let Some(python) = environment["python"].as_array() else { continue };
            let row_of = |one: &Value| {
                let text = |key: &str| one[key].as_str();
                let name = text("name").unwrap().to_lowercase().replace(['.', '_'], "-");
                let owner = text("conda_owner");
                *counts.entry(owner.is_some()).or_default() += 1;
                format!(
                    "{name} {} {} {}",
                    text("version").unwrap(),
                    text("installer").unwrap_or("-"),
                    owner.unwrap_or("-")
                )
            };
            let truth: BTreeSet<String> = python.iter().map(row_of).collect();
            let prefix = location.strip_suffix("/conda-meta").unwrap();
            assert_eq!(distributions(&lock, prefix), truth, "{} {location}", tree.display());
            let overwritten = environment["pip_over_conda"].as_array().into_iter().flatten();
            let names: Vec<&str> = overwritten.map(|one| one["name"].as_str().unwrap()).collect();
            let is_here = |package: &&LockedPackage| package.location == location && package.state.is_some();
            let states: Vec<&str> =
                lock.package["conda"].iter().filter(is_here).map(|package| &*package.name).collect();
            assert_eq!(states, names, "{location}");
        }
    }
    eprintln!("distributions by whether conda owns them: {counts:?}");
}
