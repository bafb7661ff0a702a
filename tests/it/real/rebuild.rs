//! Rebuilds by real builders: a Dockerfile of the seed's kind is built again as locked, and what is not as locked is told.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::lab;
use crate::support::Place;
use crate::support::command::Run;

const DOCKERFILE: &str = "FROM scratch\nADD base.tar /\nARG USER_UID=1000\nARG SOURCE_DATE_EPOCH\n\
    RUN groupadd -g $USER_UID -o vorph && useradd -m -u $USER_UID -g $USER_UID -o vorph && rm -f /etc/*- /var/log/lastlog /var/log/faillog\n\
    COPY requirements.txt /app/\nRUN sort /app/requirements.txt >/app/sorted\n";

const OWN: [&str; 5] = ["--builder", "buildah", "--", "--isolation", "chroot"];

/// A project with the lab's base; buildah keeps its images in the place.
fn project(lab: &Path) -> Place {
    let place = Place::new();
    let store = place.path("store");
    fs::create_dir(&store).unwrap();
    let text = format!(
        "[storage]\ndriver = \"overlay\"\ngraphroot = \"{0}/graph\"\nrunroot = \"{0}/run\"\n",
        store.display()
    );
    place.write("store/storage.conf", text);
    place.write("Dockerfile", DOCKERFILE);
    place.write("requirements.txt", "six==1.16.0\nattrs==23.1.0\n");
    fs::copy(lab.join("base.tar"), place.path("base.tar")).unwrap();
    let conf = store.join("storage.conf").display().to_string();
    place
        .variable("CONTAINERS_STORAGE_CONF", &conf)
        .variable("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
}

fn run(place: &Place, arguments: &[&str]) -> Run {
    place.run(&[&["rebuild"], arguments, &OWN[..]].concat())
}

/// Runs the commands that `--print` shows, as a person would paste them, and locks what they make.
fn lock(place: &Place) {
    let printed = run(place, &["--print", "--build-arg", "SOURCE_DATE_EPOCH=1700000000"]);
    assert_eq!(printed.code, 0, "{printed}");
    let commands = printed.stdout.replace("[place]", place.path("").to_str().unwrap().trim_end_matches('/'));
    let script = format!("set -e\n{commands}mv \"$work/image.oci.tar\" image.tar\nrm -rf \"$work\"\n");
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(script).current_dir(place.path(""));
    shell.env("CONTAINERS_STORAGE_CONF", place.path("store/storage.conf"));
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let frozen = place.run(&["freeze", "image.tar", "-f", "Dockerfile", "--offline"]);
    assert_eq!(frozen.code, 0, "{frozen}");
}

#[test]
fn buildah_rebuilds_the_locked_image_and_a_changed_requirement_is_told() {
    let Some(lab) = lab() else { return };
    let place = project(&lab);
    lock(&place);
    let again = run(&place, &["--require", "blob"]);
    assert_eq!(again.code, 0, "{again}");
    assert!(again.stdout.contains("identical: "), "{again}");
    place.write("requirements.txt", "six==1.17.0\n");
    let other = run(&place, &[]);
    assert_eq!(other.code, 1, "{other}");
    assert!(other.stdout.contains("COPY requirements.txt /app/"), "{other}");
    place.write("Dockerfile", format!("{DOCKERFILE}RUN echo ::error::no; exit 3\n"));
    let failed = run(&place, &[]);
    assert_eq!(failed.code, 2, "{failed}");
    assert!(failed.stderr.contains("at: RUN echo") && !failed.stderr.contains("\n::error"), "{failed}");
}
