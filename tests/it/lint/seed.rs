//! The Dockerfile that the README begins with, and the commands that its author builds and runs it with: what a careful
//! reader would say of them, and no more.

use super::place;
use crate::support::{Image, Layer, Place, file, index};

/// A project as its author has it: the Dockerfile with its requirements, and the commands as scripts.
fn project() -> Place {
    let place = place(&[]);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (folder, names) in [
        ("testdata/seed", &["Dockerfile", "requirements.txt", "requirements-dev.txt"][..]),
        (
            "testdata/lint-seed",
            &["Dockerfile.isolated", "build.sh", "run.sh", "x11-open.sh", "x11-user.sh", "x11-isolated.sh"],
        ),
    ] {
        for name in names {
            place.write(name, std::fs::read(root.join(folder).join(name)).unwrap());
        }
    }
    place
}

/// What is found, a line each.
fn told(place: &Place, arguments: &[&str]) -> String {
    let run = place.run(&[&["lint", "--format", "json", "--runtime"], arguments].concat());
    let findings = run.json()["findings"].take();
    let line = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        format!(
            "{}:{} {} {}: {}\n",
            text("path"),
            finding["line"],
            text("severity"),
            text("rule"),
            text("message")
        )
    };
    findings.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn the_dockerfile_gets_what_a_careful_reader_would_say() {
    insta::assert_snapshot!(told(&project(), &["Dockerfile"]), @r#"
    Dockerfile:1 info determinism-env: TensorFlow may compute other results in each run on the same GPU
    Dockerfile:1 error image-unpinned-digest: the tag of nvcr.io/nvidia/tensorflow:21.02-tf2-py3 may name another image tomorrow
    Dockerfile:11 info shadow-date: useradd writes today's day into /etc/shadow
    Dockerfile:17 info pyc-timestamp: each .pyc holds its source's modification time, which is the time of the build
    Dockerfile:19 info pyc-timestamp: each .pyc holds its source's modification time, which is the time of the build
    requirements-dev.txt:1 error requirements-unlocked: the newest pytest that the index has is installed, and that moves
    requirements.txt:1 error requirements-unlocked: the newest numpy with >=1.19 is installed, and that moves
    requirements.txt:2 error requirements-unlocked: the newest requests with >=2 is installed, and that moves
    "#);
}

#[test]
fn the_commands_that_build_and_run_it_get_what_a_careful_reader_would_say() {
    let scripts =
        ["build.sh", "run.sh", "x11-open.sh", "x11-user.sh", "x11-isolated.sh", "Dockerfile.isolated"];
    insta::assert_snapshot!(told(&project(), &scripts), @r#"
    Dockerfile.isolated:1 error image-floating-tag: votre_image_docker has no tag, so each build takes what is latest that day
    Dockerfile.isolated:4 info shadow-date: useradd writes today's day into /etc/shadow
    Dockerfile.isolated:5 info shadow-date: chpasswd writes today's day into /etc/shadow
    Dockerfile.isolated:5 warning world-readable-password: the password's hash is drawn with a new salt in each build, and everybody who has the image has it
    Dockerfile.isolated:8 warning world-readable-password: whoever runs in the container is root without a password, whatever USER says
    build.sh:2 warning host-identity: USER_UID is $(id -u), which is another on another machine or day
    build.sh:3 warning host-identity: USER_GID is $(id -g), which is another on another machine or day
    run.sh:1 warning run-host-coupled: what it does depends on the host: $(PWD)
    run.sh:10 info autotune-at-run: kernels are chosen by how fast they were that time, so two runs may compute with different ones
    run.sh:11 info autotune-at-run: kernels are chosen by how fast they were that time, so two runs may compute with different ones
    x11-isolated.sh:6 warning run-host-coupled: what it does depends on the host: /tmp/.X11-unix, /tmp/.docker.xauth, XAUTHORITY, DISPLAY
    x11-isolated.sh:12 warning run-image-unpinned: votre_image_docker runs whatever image has that name on the day
    x11-open.sh:1 warning run-host-coupled: what it does depends on the host: /tmp/.X11-unix, DISPLAY
    x11-open.sh:5 warning run-image-unpinned: votre_image_docker runs whatever image has that name on the day
    x11-open.sh:9 warning run-display-open: xhost +local:`docker inspect --format='{{ .Config.Hostname }}' $containerId` lets every program on the host read the screen and type
    x11-open.sh:13 warning run-display-open: xhost +local:docker lets every program on the host read the screen and type
    x11-user.sh:1 warning run-host-coupled: what it does depends on the host: /tmp/.X11-unix, the user $(id -u $USER):$(id -g $USER), DISPLAY
    x11-user.sh:5 warning run-image-unpinned: votre_image_docker runs whatever image has that name on the day
    x11-user.sh:7 warning run-host-coupled: what it does depends on the host: /etc/group, /etc/passwd, /etc/shadow, /etc/sudoers.d, /tmp/.X11-unix, the user $(id -u $USER):$(id -g $USER), DISPLAY
    x11-user.sh:15 warning run-image-unpinned: votre_image_docker runs whatever image has that name on the day
    "#);
}

#[test]
fn frozen_with_its_base_it_is_pinned_and_nothing_of_weight_is_left() {
    let place = project();
    let reference = "nvcr.io/nvidia/tensorflow:21.02-tf2-py3";
    let base = Image::new("linux/amd64")
        .layer(Layer::new("ADD rootfs.tar /", [file("etc/os-release", "ID=ubuntu\n")]));
    let wheel = |name: &str, version: &str| {
        let site = format!("home/vorph/.local/lib/python3.8/site-packages/{name}-{version}.dist-info");
        let text = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\n");
        [file(&format!("{site}/METADATA"), &text), file(&format!("{site}/RECORD"), "")]
    };
    let user = [file("etc/passwd", "vorph:x:1000:1000::/home/vorph:/bin/bash\n")];
    let text = |name: &str| String::from_utf8(place.read(name)).unwrap();
    let args = "RUN |3 USERNAME=vorph USER_UID=1000 USER_GID=1000";
    let image = base
        .clone()
        .layer(Layer::new(
            "COPY requirements.txt . # buildkit",
            [file("requirements.txt", text("requirements.txt"))],
        ))
        .layer(Layer::new(
            "COPY requirements-dev.txt . # buildkit",
            [file("requirements-dev.txt", text("requirements-dev.txt"))],
        ))
        .layer(Layer::new(
            &format!("{args} /bin/sh -c groupadd -g $USER_GID -o $USERNAME # buildkit"),
            [file("etc/group", "vorph:x:1000:\n")],
        ))
        .layer(Layer::new(
            &format!(
                "{args} /bin/sh -c useradd -m -u $USER_UID -g $USER_GID -o -s /bin/bash $USERNAME # buildkit"
            ),
            user,
        ))
        .layer(Layer::new(
            &format!("{args} /bin/sh -c /bin/bash -c \"pip install -r requirements.txt\" # buildkit"),
            [wheel("numpy", "1.19.5"), wheel("requests", "2.25.1")].concat(),
        ))
        .layer(Layer::new(
            &format!("{args} /bin/sh -c /bin/bash -c \"pip install -r requirements-dev.txt\" # buildkit"),
            wheel("pytest", "6.2.2"),
        ));
    place.write("base.tar", index(reference, &[base], false).archive());
    place.write("image.tar", image.oci().archive());
    let before = text("Dockerfile");
    let frozen = place.run(&["freeze", "image.tar", "-f", "Dockerfile", "--base", "base.tar"]);
    assert_eq!(frozen.code, 0, "{frozen}");

    let fixed = place.run(&["lint", "--fix", "--min-severity", "error", "Dockerfile"]);
    assert_eq!(fixed.code, 0, "{fixed}");
    assert_eq!(text("requirements.txt"), "numpy==1.19.5\nrequests==2.25.1\n");
    assert_eq!(text("requirements-dev.txt"), "pytest==6.2.2\n");
    let after = text("Dockerfile");
    let (pinned, digest) = after.lines().next().unwrap().split_once("@sha256:").unwrap();
    assert_eq!((pinned, digest.len()), (format!("FROM {reference}").as_str(), 64));
    assert_eq!(after, before.replacen(reference, &format!("{reference}@sha256:{digest}"), 1));
    // Asked again, without fixing: clean of errors.
    assert_eq!(place.run(&["lint", "--min-severity", "error", "Dockerfile"]).code, 0);
}
