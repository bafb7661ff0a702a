//! The seed's Dockerfile with a current BuildKit: what its provenance tells, and the offered edit, after which two builds are
//! one image.
//!
//! `.ci/e2e` starts it where Go can build it, with the registry of the seed's base; `buildkit/address` in the prepared folder
//! says where it listens.

use std::fs;
use std::path::{Path, PathBuf};

use reprolock::internal::lockfile::Lockfile;
use reprolock::internal::lockfile::model::ArgSource;

use super::{lab, locked, tell};
use crate::support::Place;

const EPOCH: &str = "build-arg:SOURCE_DATE_EPOCH=1700000000";

/// Where BuildKit listens; `None`, said aloud, where none could be started.
fn address(lab: &Path) -> Option<String> {
    let address = fs::read_to_string(lab.join("buildkit/address")).ok();
    if address.is_none() {
        eprintln!("skipped: no BuildKit could be built and started");
    }
    address.map(|address| address.trim().to_owned())
}

/// Builds `project` into an archive, from nothing that was built before.
fn build(lab: &Path, address: &str, project: &Path, archive: PathBuf) -> String {
    let folder = |name: &str| format!("{name}={}", project.display());
    let (context, dockerfile) = (folder("context"), folder("dockerfile"));
    let output = format!("type=oci,dest={},rewrite-timestamp=true", archive.display());
    let arguments = [
        "--addr",
        address,
        "build",
        "--progress",
        "plain",
        "--no-cache",
        "--frontend",
        "dockerfile.v0",
        "--local",
        &context,
        "--local",
        &dockerfile,
        "--allow",
        "network.host",
        "--opt",
        "force-network-mode=host",
        "--opt",
        "attest:provenance=mode=max",
        "--opt",
        "build-arg:USER_UID=0",
        "--opt",
        "build-arg:USER_GID=0",
        "--opt",
        EPOCH,
        "--output",
        &output,
    ];
    let buildctl = lab.join("buildkit/bin/buildctl");
    tell(buildctl.to_str().unwrap(), &arguments);
    // Each step is a copy of all files: what four builds leave would be 10 GB.
    tell(buildctl.to_str().unwrap(), &["--addr", address, "prune", "--all"]);
    format!("oci-archive:{}", archive.display())
}

fn freeze(place: &Place, image: &str, project: &Path) -> (Lockfile, Vec<String>) {
    let dockerfile = project.join("Dockerfile");
    let ran =
        place.run(&["freeze", image, "-f", dockerfile.to_str().unwrap(), "--offline", "--format", "json"]);
    assert_eq!(ran.code, 0, "{ran}");
    locked(place, &ran)
}

#[test]
fn the_seeds_drift_is_told_by_provenance_and_its_edit_makes_two_builds_one_image() {
    let Some(lab) = lab() else { return };
    let Some(address) = address(&lab) else { return };
    let place = Place::new();
    let project = place.path("project");
    fs::create_dir(&project).unwrap();
    for file in ["Dockerfile", "requirements.txt", "requirements-dev.txt"] {
        // Written anew: the lab's may be read-only, and are then no files to fix.
        fs::write(project.join(file), fs::read(lab.join("project").join(file)).unwrap()).unwrap();
    }
    let archive = |name: &str| place.path(name);

    let first = build(&lab, &address, &project, archive("1.tar"));
    let second = build(&lab, &address, &project, archive("2.tar"));
    let (lock, notes) = freeze(&place, &first, &project);
    // The base's label says buildah.
    assert_eq!(lock.build.builder.as_deref(), Some("buildkit"));
    let lines: Vec<_> = lock.layer.iter().map(|layer| layer.dockerfile_line).collect();
    assert_eq!(lines, [None, Some(3), Some(4), Some(10), Some(11), Some(17), Some(19)]);
    let arg = |name: &str| lock.build.arg.iter().find(|arg| arg.name == name).unwrap();
    assert_eq!(arg("USERNAME").value.as_deref(), Some("vorph"));
    assert_eq!(arg("USER_UID").value.as_deref(), Some("0"));
    assert_eq!(
        (arg("SOURCE_DATE_EPOCH").source, lock.build.source_date_epoch),
        (ArgSource::Provenance, Some(1_700_000_000))
    );
    assert!(lock.base.unwrap().digest.is_some());
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("SOURCE_DATE_EPOCH was given to the build, but no RUN saw it")),
        "{notes:?}"
    );
    let ran = place.run(&["verify", &second, "--against", &first]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stdout.contains("drifted: 2 of 7 layers"), "{ran}");
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Python takes it for stale and compiles it at each start"), "{ran}");

    let dockerfile = project.join("Dockerfile");
    place.run(&["lint", "--select", "bytes", "--fix", dockerfile.to_str().unwrap()]);
    assert!(fs::read_to_string(&dockerfile).unwrap().contains("\nARG SOURCE_DATE_EPOCH"));
    let first = build(&lab, &address, &project, archive("3.tar"));
    let second = build(&lab, &address, &project, archive("4.tar"));
    let (_, notes) = freeze(&place, &first, &project);
    assert!(!notes.iter().any(|note| note.starts_with("SOURCE_DATE_EPOCH was given")), "{notes:?}");
    let ran = place.run(&["verify", &second, "--require", "blob"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stdout.ends_with("identical: 7 layers\n"), "{ran}");
}
