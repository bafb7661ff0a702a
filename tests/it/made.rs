//! Images made by `support/` are images: every form opens, its layers pass, and what is broken is told.

// A test fails by panicking; clippy's allowance for tests covers only functions marked as such.
#![allow(clippy::unwrap_used)]

use reprolock::internal::base::limits::Expansion;
use reprolock::internal::image::reference::{Reference, open};
use reprolock::internal::image::{ImageSource, OpenOptions};
use reprolock::internal::layer::pass::{self, Depth, Expected, Keep};

use crate::support::{
    Compression, Files, Image, Layer, Place, dir, file, hardlink, index, opaque, symlink, whiteout,
};

/// A name that takes a PAX record.
fn long() -> String {
    "long/".repeat(40) + "name"
}

fn sample() -> Image {
    let first = [
        dir("etc").mtime(1),
        file("etc/motd", "hello").mode(0o600).owner(1000, 1000).owner_names("me", "us").mtime_nanos(5, 7),
        file(&long(), "x").xattr("user.a", b"\0"),
        symlink("s", "etc/motd"),
        hardlink("h", "etc/motd"),
    ];
    let second = [whiteout("etc/motd"), opaque("long"), file("b", vec![7; 100_000])];
    Image::new("linux/arm64/v8")
        .tag("app:1")
        .layer(Layer::new("ADD rootfs.tar /", first))
        .env("A", "b")
        .label("maker", "test")
        .user("1000")
        .layer(Layer::new("RUN make", second).compressed(Compression::Zstd))
        .layer(Layer::new("COPY c /", [file("c", "")]).compressed(Compression::None))
        .run_config("Cmd", serde_json::json!(["sh"]))
        .annotation("org.opencontainers.image.base.name", "example.org/base:1")
}

fn opened(place: &Place, form: &str) -> Box<dyn ImageSource> {
    let text = form.replacen('~', place.path("").to_str().unwrap(), 1);
    open(&text.parse::<Reference>().unwrap(), &OpenOptions::default()).unwrap()
}

/// The entries of all layers of an image, each layer checked against all that describes it.
fn entries(source: &dyn ImageSource) -> Vec<String> {
    let options = pass::PassOptions {
        depth: Depth::Entries,
        expansion: Expansion::default(),
        wants: &|_| Keep::Nothing,
        progress: &|_| {},
        total: None,
    };
    let platform = "linux/arm64/v8".parse().unwrap();
    let image = source.image(Some(&platform)).unwrap();
    let mut paths = Vec::new();
    for layer in &image.layers {
        let expected = Expected { digest: layer.digest, size: layer.size, diff_id: Some(layer.diff_id) };
        let pass = pass::read(source.open(layer).unwrap(), expected, &options).unwrap();
        let contents = pass.unpacked.unwrap().contents.unwrap();
        paths.extend(contents.entries.iter().map(|entry| entry.path.to_string()));
    }
    paths
}

#[test]
fn an_image_holds_the_same_entries_in_every_form() {
    let place = Place::new();
    let image = sample();
    let other = Image::new("linux/amd64").layer(Layer::new("COPY x /", [file("x", "")]));
    image.oci().write(&place.path("layout"));
    place.write("oci.tar", image.oci().archive());
    place.write("docker.tar", image.docker().archive());
    place.write("containerd.tar", image.docker_containerd().archive());
    index("app:1", &[other, image], true).write(&place.path("index"));
    let long = long();
    let expected = ["etc", "etc/motd", &long, "s", "h", "etc/.wh.motd", "long/.wh..wh..opq", "b", "c"];
    for form in [
        "oci:~/layout",
        "oci-archive:~/oci.tar",
        "docker-archive:~/docker.tar",
        "docker-archive:~/containerd.tar",
        "oci:~/index",
    ] {
        assert_eq!(entries(&*opened(&place, form)), expected, "{form}");
    }
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    assert_eq!(sample().oci().archive(), sample().oci().archive());
    assert_eq!(sample().docker().archive(), sample().docker().archive());
}

#[test]
fn what_is_broken_on_purpose_is_told() {
    let place = Place::new();
    let layout = sample().oci();
    let blob = Files::path_of(layout.document("index.json")["manifests"][0]["digest"].as_str().unwrap());
    let error = |files: Files| {
        place.write("img.tar", files.archive());
        opened(&place, "oci-archive:~/img.tar").image(None).unwrap_err().to_string()
    };
    assert!(error(layout.clone().without(&blob)).ends_with("the blob is not there"));
    assert!(error(layout.clone().damaged(&blob, |bytes| bytes.truncate(9))).ends_with("bytes, found 9"));
    assert!(error(layout.clone().damaged(&blob, |bytes| bytes[9] ^= 1)).contains(", found sha256:"));
    assert!(
        error(layout.clone().edited("index.json", |index| index["manifests"] = serde_json::json!([])))
            .contains("lists no image")
    );
    assert!(error(layout.and(sample().env("C", "d").tag("app:2").oci())).contains("holds several images"));
}

#[test]
fn the_program_runs_with_nothing_of_the_users_machine() {
    let place = Place::new();
    let run = place.run(&["inspect", place.path("no.tar").to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run}");
    assert!(run.stderr.contains("[place]/no.tar"), "{run}");
    assert!(place.names().is_empty(), "{:?}", place.names());
}
