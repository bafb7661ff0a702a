//! The seed's image: the lock against what the image's own tools say, and its rebuild against the lock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use reprolock::internal::lockfile::Lockfile;
use reprolock::internal::lockfile::model::{Arg, ArgSource, LockedPackage};
use reprolock::internal::lockfile::store;
use serde_json::Value;

use super::{build, copy, lab, project, tell};
use crate::support::Place;

fn freeze(lab: &Path, place: &Place, image: &str) -> Lockfile {
    let project = project(lab);
    let mut arguments = vec!["freeze", image];
    arguments.extend(project.iter().map(String::as_str));
    let ran = place.run(&arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    store::read(&place.path("reprolock.lock")).unwrap()
}

/// The image's files, unpacked by umoci.
fn root(place: &Place, image: &str) -> PathBuf {
    let layout = place.path("layout");
    copy(&[], image, &format!("oci:{}:image", layout.display()));
    let bundle = place.path("bundle");
    tell("umoci", &["unpack", "--image", &format!("{}:image", layout.display()), bundle.to_str().unwrap()]);
    bundle.join("rootfs")
}

/// PEP 503's name.
fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

#[test]
fn the_lock_lists_what_dpkg_and_pip_in_the_image_list() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    let image = build(&lab, 1);
    let lock = freeze(&lab, &place, &image);
    let root = root(&place, &image);
    let root = root.to_str().unwrap();

    let format = "${Package} ${Version} ${Architecture}\n";
    let dpkg = tell("chroot", &[root, "dpkg-query", "-W", "-f", format]);
    let expected: BTreeSet<String> = dpkg.lines().map(str::to_owned).collect();
    let architecture = |deb: &LockedPackage| deb.architecture.clone().unwrap_or_default();
    let found: BTreeSet<String> = lock.package["deb"]
        .iter()
        .map(|deb| format!("{} {} {}", deb.name, deb.version, architecture(deb)))
        .collect();
    assert_eq!(found, expected);
    assert!(found.len() > 100, "{} debs", found.len());

    let pip = tell(
        "chroot",
        &[root, "python3", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"],
    );
    let pip: Vec<BTreeMap<String, Value>> = serde_json::from_str(&pip).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let expected: BTreeMap<String, String> =
        pip.iter().map(|row| (normal(&text(&row["name"])), text(&row["version"]))).collect();
    let python = &lock.package["python"];
    let found: BTreeMap<String, String> =
        python.iter().map(|package| (normal(&package.name), package.version.clone())).collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), python.len());
}

#[test]
fn each_distribution_that_pip_installed_names_the_requirement_that_asked_for_it() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    let lock = freeze(&lab, &place, &build(&lab, 1));
    let python = &lock.package["python"];
    for file in ["requirements.txt", "requirements-dev.txt"] {
        let lines = fs::read_to_string(lab.join("project").join(file)).unwrap();
        for (at, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let end = line.find(|c: char| !c.is_alphanumeric() && !"-_.".contains(c)).unwrap_or(line.len());
            let package =
                python.iter().find(|package| normal(&package.name) == normal(&line[..end])).unwrap();
            let asked = package.requirement.as_ref().unwrap();
            let (specifier, via) = (asked.specifier.as_str(), asked.via.as_deref());
            assert_eq!((asked.file.as_str(), asked.line, specifier, via), (file, at + 1, &line[end..], None));
        }
    }
    for package in python {
        let is_debs = package.owner.as_ref().is_some_and(|owner| owner.starts_with("deb:"));
        assert_ne!(is_debs, package.requirement.is_some(), "{package:?}");
        assert_eq!(package.installer.as_deref(), (!is_debs).then_some("pip"), "{package:?}");
    }
}

#[test]
fn the_lock_has_the_builds_arguments_environment_base_and_lines() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    let lock = freeze(&lab, &place, &build(&lab, 1));
    let arg = |name: &str, value: String| Arg {
        name: name.to_owned(),
        value: Some(value),
        redacted: false,
        source: ArgSource::History,
    };
    let id = |option: &str| tell("id", &[option]).trim().to_owned();
    let args = [arg("USERNAME", "vorph".into()), arg("USER_GID", id("-g")), arg("USER_UID", id("-u"))];
    assert_eq!(lock.build.arg, args);
    let env =
        |name: &str| lock.config.env.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    assert_eq!(env("CUDA_VERSION"), Some("11.2.0"));
    assert!(env("PATH").unwrap().ends_with("/sbin:/bin:/home/vorph/.local/bin"));
    assert_eq!(lock.config.user.as_deref(), Some("vorph"));
    let base = lock.base.unwrap();
    let reference = base.reference.unwrap();
    assert_eq!((reference.as_str(), base.layers), ("nvcr.io/nvidia/tensorflow:21.02-tf2-py3", Some(1)));
    let lines: Vec<_> = lock.layer.iter().map(|layer| layer.dockerfile_line).collect();
    assert_eq!(lines, [None, Some(3), Some(4), Some(10), Some(11), Some(17), Some(19)]);
}

#[test]
fn the_same_build_verifies_and_the_second_drifts_in_four_layers() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    freeze(&lab, &place, &build(&lab, 1));
    for require in ["blob", "layer", "content", "packages"] {
        let ran = place.run(&["verify", &build(&lab, 1), "--require", require]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
        assert!(ran.stdout.ends_with("identical: 7 layers\n"), "{}", ran.stdout);
    }
    let ran = place.run(&["verify", &build(&lab, 2)]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("drifted: 4 of 7 layers"), "{}", ran.stdout);
    for line in [":10 ", ":11 ", ":17 ", ":19 "] {
        let row = ran.stdout.lines().find(|row| row.contains(line)).unwrap();
        assert!(row.ends_with("drifted") || row.ends_with("metadata-only"), "{row}");
    }

    let told = place.run(&["verify", &build(&lab, 2), "--format", "json"]).json();
    let layers = told["layers"].as_array().unwrap();
    let drifted: Vec<_> = layers.iter().filter(|layer| layer["tier"] != "identical").collect();
    let lines: Vec<_> = drifted.iter().map(|layer| layer["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [10, 11, 17, 19]);
    let paths = |layer: &Value| -> Vec<String> {
        layer["drifts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|drift| drift["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(paths(drifted[1]).contains(&"etc/shadow".to_owned()), "{:?}", paths(drifted[1]));
    assert!(paths(drifted[2]).iter().any(|path| path.ends_with(".pyc")));
    // Both builds installed on one day, so only bytes differ, never the set.
    let ran = place.run(&["verify", &build(&lab, 2), "--require", "packages"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}
