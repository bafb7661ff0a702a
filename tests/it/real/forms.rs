//! One image in many forms: the lock's bytes and the verdict do not depend on how it is kept.

use std::fs;

use super::{build, copy, lab, project, tell};
use crate::support::Place;

/// The bytes of the lock, of its index's rows, and of the report.
fn frozen(place: &Place, image: &str, more: &[&str]) -> (String, Vec<u8>, String) {
    let ran = place.run(&[&["freeze", image], more].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    let rows = zstd::decode_all(fs::File::open(place.path("reprolock.lock.files.zst")).unwrap()).unwrap();
    (fs::read_to_string(place.path("reprolock.lock")).unwrap(), rows, ran.stdout)
}

fn verify(place: &Place, image: &str, require: &str) -> (i32, String, Vec<String>) {
    let ran = place.run(&["verify", image, "--require", require, "--format", "json"]);
    let told = ran.json();
    let tier = |layer: &serde_json::Value| layer["tier"].as_str().unwrap().to_owned();
    let tiers = told["layers"].as_array().unwrap().iter().map(tier).collect();
    (ran.code, told["verdict"].as_str().unwrap().to_owned(), tiers)
}

#[test]
fn jobs_and_archives_and_layouts_give_the_same_bytes() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    let layout = place.path("layout");
    fs::create_dir(&layout).unwrap();
    tell("tar", &["-xf", lab.join("build-1.oci.tar").to_str().unwrap(), "-C", layout.to_str().unwrap()]);
    let project = project(&lab);
    let with = |jobs: &'static str| {
        let mut more = vec!["--jobs", jobs];
        more.extend(project.iter().map(String::as_str));
        more
    };
    let first = frozen(&place, &build(&lab, 1), &with("1"));
    assert_eq!(frozen(&place, &build(&lab, 1), &with("8")), first);
    assert_eq!(frozen(&place, &build(&lab, 1), &with("8")), first);
    for jobs in ["1", "8"] {
        assert_eq!(frozen(&place, &format!("oci:{}", layout.display()), &with(jobs)), first);
        // Of a bare word it is said where the image was found.
        let (lock, rows, said) = frozen(&place, "layout", &with(jobs));
        assert_eq!((&lock, &rows), (&first.0, &first.1));
        assert!(said.contains("layout is a folder here"), "{said}");
    }
    for jobs in ["1", "8"] {
        let ran = place.run(&["verify", &build(&lab, 2), "--jobs", jobs, "-v"]);
        let other = place.run(&["verify", &build(&lab, 2), "--jobs", "2", "-v"]);
        assert_eq!(ran.stdout, other.stdout);
    }
}

#[test]
fn a_docker_archive_of_the_image_is_the_same_image() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    let saved = format!("docker-archive:{}", place.path("saved.tar").display());
    copy(&[], &build(&lab, 1), &format!("{saved}:project_ai:1"));
    frozen(&place, &build(&lab, 1), &[]);
    let (code, verdict, tiers) = verify(&place, &saved, "layer");
    assert!(
        code == 0 && ["identical", "compression-only"].contains(&verdict.as_str()),
        "{verdict}: {tiers:?}"
    );
    frozen(&place, &saved, &[]);
    for image in [&saved, &build(&lab, 1)] {
        let (code, verdict, tiers) = verify(&place, image, "layer");
        assert!(
            code == 0 && ["identical", "compression-only"].contains(&verdict.as_str()),
            "{verdict}: {tiers:?}"
        );
    }
    let (code, verdict, _) = verify(&place, &build(&lab, 2), "layer");
    assert_eq!((code, verdict.as_str()), (1, "drifted"));
}

#[test]
fn another_compression_is_compression_only_and_no_match_for_blobs() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    frozen(&place, &build(&lab, 1), &[]);
    let zstd = format!("oci:{}:zstd", place.path("zstd").display());
    copy(&["--dest-compress-format", "zstd", "--dest-compress-level", "3"], &build(&lab, 1), &zstd);
    let (code, verdict, tiers) = verify(&place, &zstd, "layer");
    assert_eq!((code, verdict.as_str()), (0, "compression-only"));
    assert!(tiers.iter().all(|tier| tier == "compression-only"), "{tiers:?}");
    let (code, verdict, _) = verify(&place, &zstd, "blob");
    assert_eq!((code, verdict.as_str()), (1, "compression-only"));
}
