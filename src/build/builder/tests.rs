//! Histories as builders write them, on bases that other builders made.

use super::*;

/// A step: what made it, its comment, its author.
type Written<'w> = (&'w str, &'w str, &'w str);

const DOCKER: [Written<'static>; 2] =
    [("/bin/sh -c #(nop) ADD file:1f in / ", "", ""), ("/bin/sh -c #(nop)  CMD [\"sh\"]", "", "")];
const BUILDAH: [Written<'static>; 2] = [
    ("/bin/sh -c #(nop) ARG A", "FROM docker.io/library/debian:12", ""),
    ("|1 A=1 /bin/sh -c make", "FROM 0123456789ab", ""),
];
const BUILDAH_AT_ONCE: [Written<'static>; 2] =
    [("|1 A=1 /bin/sh -c make", "", ""), ("/bin/sh -c #(nop) CMD [\"x\"]", "FROM localhost/base:latest", "")];
const BUILDAH_FROM_SCRATCH: [Written<'static>; 2] =
    [("/bin/sh -c #(nop) COPY file:1f in / ", "", ""), ("/bin/sh -c #(nop) LABEL a=b", "", "")];
const BUILDAH_COMMIT: [Written<'static>; 1] = [("/bin/sh", "FROM localhost/base:latest", "")];
const BUILDKIT: [Written<'static>; 2] = [
    ("RUN /bin/sh -c make # buildkit", "buildkit.dockerfile.v0", ""),
    ("USER x", "buildkit.dockerfile.v0", ""),
];
const KANIKO: [Written<'static>; 1] = [("RUN pip install x", "", "kaniko")];
const BAZEL: [Written<'static>; 1] = [("bazel build ...", "", "Bazel")];
const JIB: [Written<'static>; 1] = [("jib-gradle-plugin:1.4.1", "classes", "Jib")];
const APKO: [Written<'static>; 1] = [("apko", "This is an apko single-layer image", "apko")];
const KO: [Written<'static>; 1] = [("ko build ko://example.org/x", "go build output, at ko://x", "ko")];
const NIX: [Written<'static>; 1] = [("", "store paths: ['/nix/store/0-a']", "")];
const UMOCI: [Written<'static>; 1] = [("umoci repack", "", "root")];
const PACK: [Written<'static>; 1] = [("Buildpacks Process Types", "", "")];
/// What `crane append` leaves: nothing.
const NOTHING: [Written<'static>; 1] = [("", "", "")];
const COMMIT: [Written<'static>; 1] = [("bash", "a note", "me")];
const IMPORT: [Written<'static>; 1] = [("", "Imported from -", "")];

/// A config whose history is `parts`, one after the other; with buildah's label or docker's version.
fn config(parts: &[&[Written<'_>]], label: bool, docker: bool) -> Config {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let step = |(made_by, comment, author): &Written<'_>| History {
        created_by: filled(made_by),
        comment: filled(comment),
        author: filled(author),
        ..History::default()
    };
    let history = parts.iter().copied().flatten().map(step).collect();
    let mut config = Config { history, ..Config::default() };
    if label {
        config.config.labels.insert(BUILDAH_VERSION.to_owned(), "1.28.2".to_owned());
    }
    config.docker_version = docker.then(|| "20.10.24".to_owned());
    config
}

#[test]
fn the_newest_step_says_who_built_the_image_and_nothing_of_its_base_does() {
    let bases: [(&[Written<'_>], bool, bool); 7] = [
        (&[], false, false),
        (&DOCKER, false, true),
        (&BUILDAH, true, false),
        (&BUILDAH_AT_ONCE, true, false),
        (&BUILDKIT, false, false),
        (&KANIKO, false, false),
        (&JIB, false, false),
    ];
    // What each leaves of docker's version: tools that edit a config leave it, others write a config of their own.
    let tools: [(&[Written<'_>], bool, Option<&str>); 14] = [
        (&BUILDKIT, false, Some("buildkit")),
        (&BUILDAH, false, Some("buildah 1.28.2")),
        (&BUILDAH_AT_ONCE, false, Some("buildah 1.28.2")),
        (&BUILDAH_COMMIT, false, Some("buildah 1.28.2")),
        (&KANIKO, true, Some("kaniko")),
        (&BAZEL, false, Some("bazel")),
        (&JIB, false, Some("jib")),
        (&APKO, false, Some("apko")),
        (&KO, true, Some("ko")),
        (&NIX, false, Some("nix")),
        (&UMOCI, false, Some("umoci")),
        (&PACK, true, Some("buildpacks")),
        (&NOTHING, true, None),
        (&COMMIT, true, None),
    ];
    for (base, label, docker) in bases {
        for (own, keeps, expected) in tools {
            let is_buildah = expected.is_some_and(|name| name.starts_with("buildah"));
            let config = config(&[base, own], label || is_buildah, docker && keeps);
            for first_own in [0, base.len()] {
                let builder = by_history(&config, first_own, false);
                assert_eq!(builder.as_deref(), expected, "{own:?} on {base:?}");
            }
        }
        let classic = by_history(&config(&[base, &DOCKER], label, true), 0, false);
        assert_eq!(classic.as_deref(), Some("docker 20.10.24"), "on {base:?}");
    }
    assert_eq!(by_history(&config(&[&IMPORT], false, true), 0, false).as_deref(), Some("docker 20.10.24"));
}

#[test]
fn buildahs_label_counts_without_its_word_only_where_no_base_can_have_brought_it() {
    let of = |parts: &[&[Written<'_>]], base: usize, scratch: bool| {
        by_history(&config(parts, true, false), base, scratch).unwrap_or_else(|| "none".to_owned())
    };
    assert_eq!(of(&[&BUILDAH_FROM_SCRATCH], 0, true), "buildah 1.28.2");
    assert_eq!(of(&[&BUILDAH_FROM_SCRATCH], 0, false), "buildah 1.28.2");
    assert_eq!(of(&[], 0, true), "buildah 1.28.2");
    assert_eq!(of(&[], 0, false), "none");
    // A classic builder that writes no version, on buildah's image.
    assert_eq!(of(&[&BUILDAH, &DOCKER], 0, false), "none");
    assert_eq!(of(&[&BUILDAH_FROM_SCRATCH, &DOCKER], 2, false), "none");
    // All of the steps are the base's.
    assert_eq!(of(&[&BUILDAH], 2, false), "none");
}

#[test]
fn a_maintainer_is_no_builder() {
    for author in ["ko", "Nikolai Kovac <kovac@example.org>", "the kaniko team", "Bazel"] {
        let steps = [("/bin/sh -c #(nop)  CMD [\"sh\"]", "", author)];
        assert_eq!(by_history(&config(&[&steps], false, true), 0, false).as_deref(), Some("docker 20.10.24"));
    }
    let steps = [("/bin/sh", "FROM here to there", "")];
    assert_eq!(by_history(&config(&[&steps], true, false), 0, false), None);
}
