//! Lists of layers that are not the same: what moved, was squashed, split, added or removed is said to be that, in every
//! format, and only the files that truly differ are named.

use serde_json::Value;

use crate::support::{Compression, Entry, Files, Image, Layer, Place, Run, dir, file, opaque, whiteout};

/// A base, and three instructions of some files each; `day` is in their times and in one file.
fn layered(day: u64) -> Vec<Layer> {
    let stamped = |entry: Entry| entry.mtime(86_400 * day);
    let files = |folder: &str, count: usize| -> Vec<Entry> {
        (0..count).map(|at| stamped(file(&format!("{folder}/{at}"), format!("{folder} {at}")))).collect()
    };
    vec![
        Layer::new("ADD rootfs.tar /", [dir("etc"), file("etc/passwd", "root"), file("usr/doc", "doc")]),
        Layer::new("COPY app /app", files("app", 40)),
        Layer::new("RUN make models", files("models", 30)),
        Layer::new(
            "RUN make cache",
            [files("cache", 20), vec![stamped(file("app/0", "app 0 built"))]].concat(),
        ),
    ]
}

fn image(layers: impl IntoIterator<Item = Layer>) -> Image {
    layers.into_iter().fold(Image::new("linux/amd64").tag("app:1"), Image::layer)
}

/// Several layers' entries as one layer, as a squash writes them: whiteouts inside it have done their work.
fn squashed(created_by: &str, layers: &[&[Entry]]) -> Layer {
    Layer::new(created_by, layers.iter().flat_map(|entries| entries.iter().cloned()))
}

fn compared(command: &str, old: &Image, new: &Image, more: &[&str]) -> (Place, Run) {
    let place = Place::new();
    place.write("old.tar", old.oci().archive());
    place.write("new.tar", new.oci().archive());
    let mut arguments = match command {
        "diff" => vec!["diff", "old.tar", "new.tar"],
        _ => {
            let frozen = place.run(&["freeze", "old.tar"]);
            assert_eq!(frozen.code, 0, "{frozen}");
            vec!["verify", "new.tar"]
        }
    };
    arguments.extend(more);
    let run = place.run(&arguments);
    (place, run)
}

/// `presence tier expected:found` of each layer, and what a container sees; the same for diff and verify.
fn told(old: &Image, new: &Image) -> (Vec<String>, Vec<String>) {
    let tell = |command: &str| {
        let (_, run) = compared(command, old, new, &["--format", "json"]);
        assert_eq!(run.code, 1, "{run}");
        let json = run.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let list = |value: &Value| {
            value.as_array().unwrap().iter().map(Value::to_string).collect::<Vec<_>>().join("+")
        };
        let layers = json["layers"].as_array().unwrap().iter().map(|layer| {
            let (presence, tier, at) = (text(&layer["presence"]), text(&layer["tier"]), &layer["at"]);
            let files = layer["drifts"].as_array().map_or(0, Vec::len);
            format!("{presence} {tier} {}:{} {files}", list(&at["expected"]), list(&at["found"]))
        });
        let drifts = json["container"]["drifts"].as_array().cloned().unwrap_or_default();
        let paths = drifts.iter().map(|drift| format!("{} {}", text(&drift["change"]), text(&drift["path"])));
        (layers.collect::<Vec<_>>(), paths.collect::<Vec<_>>())
    };
    let by_diff = tell("diff");
    assert_eq!(tell("verify"), by_diff);
    by_diff
}

#[test]
fn an_image_squashed_onto_its_base_is_one_finding() {
    let entries = |day: u64| {
        let folder = |name: &str, count| {
            (0..count)
                .map(|at| file(&format!("{name}/{at}"), format!("{name} {at}")).mtime(day))
                .collect::<Vec<_>>()
        };
        [folder("app", 40), folder("models", 30), folder("cache", 20)]
    };
    let [app, models, cache] = entries(1);
    let old = image([
        layered(1).remove(0),
        Layer::new("COPY app /app", app.clone()),
        Layer::new("RUN make models", models.clone()),
        Layer::new("RUN make cache", cache.clone()),
    ]);
    let base = || layered(1).remove(0);
    let same = image([base(), squashed("RUN make cache", &[&app, &models, &cache])]);
    let (layers, container) = told(&old, &same);
    assert_eq!(layers, ["both identical 0:0 0", "squashed metadata-only 1+2+3:1 0"]);
    assert_eq!(container, [""; 0]);
    let [app, mut models, cache] = entries(2);
    models[7] = file("models/7", "other weights").mtime(2);
    let other = image([base(), squashed("/bin/sh", &[&app, &models, &cache])]);
    let (layers, container) = told(&old, &other);
    assert_eq!(layers, ["both identical 0:0 0", "squashed drifted 1+2+3:1 90"]);
    assert_eq!(container.len(), 90);
}

#[test]
fn a_whole_image_squashed_with_its_base_is_one_finding() {
    let all: Vec<Entry> = vec![file("etc/passwd", "root"), file("app/1", "1"), file("app/2", "2")];
    let old = image([
        Layer::new("ADD rootfs.tar /", [all[0].clone(), file("tmp/x", "x")]),
        Layer::new("COPY app /app", all[1..].to_vec()),
        Layer::new("RUN rm /tmp/x", [whiteout("tmp/x")]),
        Layer::new("WORKDIR /", []),
    ]);
    let (layers, container) = told(&old, &image([Layer::new("", all)]));
    assert_eq!(layers, ["squashed metadata-only 0+1+2+3:0 0"]);
    assert_eq!(container, [""; 0]);
}

#[test]
fn a_run_split_in_two_is_one_finding() {
    let [base, _, models, _] = <[Layer; 4]>::try_from(layered(1)).unwrap_or_else(|_| unreachable!());
    let all: Vec<Entry> = (0..9).map(|at| file(&format!("opt/{at}"), at.to_string())).collect();
    let old = image([base.clone(), Layer::new("RUN one && two", all.clone()), models.clone()]);
    let new = image([
        base,
        Layer::new("RUN one", all[..5].to_vec()),
        Layer::new("RUN two", all[5..].to_vec()),
        models,
    ]);
    let (layers, container) = told(&old, &new);
    assert_eq!(layers, ["both identical 0:0 0", "split metadata-only 1:1+2 0", "both identical 2:3 0"]);
    assert_eq!(container, [""; 0]);
}

#[test]
fn swapped_instructions_are_one_that_moved() {
    let mut swapped = layered(1);
    swapped.swap(1, 2);
    let (layers, container) = told(&image(layered(1)), &image(swapped));
    let identical = |places: &str| format!("both identical {places} 0");
    assert_eq!(
        layers,
        [identical("0:0"), "moved identical 2:1 0".to_owned(), identical("1:2"), identical("3:3")]
    );
    assert_eq!(container, [""; 0]);
    let mut a_day_later = layered(2);
    a_day_later.swap(1, 2);
    let (layers, _) = told(&image(layered(1)), &image(a_day_later));
    assert_eq!(layers[1..3], ["moved metadata-only 2:1 30", "both metadata-only 1:2 40"]);
}

#[test]
fn a_layer_that_moved_below_another_may_change_what_a_container_sees() {
    let mut swapped = layered(1);
    swapped.swap(1, 3);
    let (layers, container) = told(&image(layered(1)), &image(swapped));
    assert!(layers.iter().any(|layer| layer.starts_with("moved")), "{layers:?}");
    assert_eq!(container, ["modified app/0"]);
}

#[test]
fn an_instruction_put_in_between_is_an_added_layer() {
    let mut more = layered(1);
    more.insert(2, Layer::new("RUN rm -r /usr/doc && touch /new", [whiteout("usr/doc"), file("new", "")]));
    let (layers, container) = told(&image(layered(1)), &image(more.clone()));
    let both = |places: &str| format!("both identical {places} 0");
    assert_eq!(layers, [both("0:0"), both("1:1"), "added drifted :2 0".to_owned(), both("2:3"), both("3:4")]);
    assert_eq!(container, ["added new", "removed usr/doc"]);
    let (layers, container) = told(&image(more), &image(layered(1)));
    assert_eq!(layers[2], "removed drifted 2: 0");
    assert_eq!(container, ["removed new", "added usr/doc"]);
}

#[test]
fn lists_with_nothing_in_common_are_told_as_a_container_sees_them() {
    let old = image([
        Layer::new("RUN one", [dir("d"), file("d/a", "1"), file("d/b", "1")]),
        Layer::new("RUN two", [file("d/c", "1")]),
    ]);
    let new = image([
        Layer::new("COPY other /", [file("e", "1")]),
        Layer::new("RUN three", [dir("d"), opaque("d"), file("d/x", "")]),
    ]);
    let (layers, container) = told(&old, &new);
    assert!(
        layers.iter().all(|layer| layer.starts_with("added") || layer.starts_with("removed")),
        "{layers:?}"
    );
    assert_eq!(container, ["removed d/a", "removed d/b", "removed d/c", "added d/x", "added e"]);
}

#[test]
fn a_drift_that_a_later_layer_replaces_is_said_to_be_unseen() {
    let built = |stamp: &str, last: &str| {
        let log = [file("log", stamp), file("gone", stamp), file("kept", stamp)];
        image([
            Layer::new("RUN build", log),
            Layer::new("RUN tidy", [file("log", ""), whiteout("gone"), file("other", last)]),
        ])
    };
    for command in ["diff", "verify"] {
        // The upper layer drifts too, so its rows are read.
        let (_, run) = compared(command, &built("1", "a"), &built("2", "b"), &["--format", "json"]);
        let json = run.json();
        let drifts = json["layers"][0]["drifts"].as_array().unwrap().clone();
        let seen: Vec<_> =
            drifts.iter().map(|drift| (drift["path"].as_str(), drift["overwritten"].as_bool())).collect();
        let expected = [("gone", true), ("kept", false), ("log", true)];
        assert_eq!(seen, expected.map(|(path, is_overwritten)| (Some(path), Some(is_overwritten))));
        let (_, run) = compared(command, &built("1", "a"), &built("2", "b"), &[]);
        assert!(run.stdout.contains("2 drifted files are not seen"), "{run}");
        assert_eq!(run.code, 1, "it is a drift all the same");
    }
}

#[test]
fn every_format_says_what_became_of_the_layers() {
    let mut new = layered(1);
    let tail = new.split_off(1);
    let all: Vec<Entry> =
        (0..30).map(|at| file(&format!("models/{at}"), format!("models {at}")).mtime(86_400)).collect();
    new.push(Layer::new("RUN make half the models", all[..15].to_vec()));
    new.push(Layer::new("RUN make the others", all[15..].to_vec()));
    new.extend([tail[2].clone(), tail[0].clone()]);
    new.push(Layer::new("RUN extra", [file("extra", "")]));
    for (format, parts) in [
        (
            "text",
            vec![
                "  split\n",
                "  moved\n",
                "  added\n",
                "layer 2 became layers 1, 2; together, the same files",
                "container\n",
            ],
        ),
        ("markdown", vec!["**split**", "**moved**", "layer 2 became layers 1, 2", "#### Container"]),
        ("html", vec!["</span> split", "</span> moved", "layer 2 became layers 1, 2", "Container"]),
    ] {
        let (_, run) = compared("diff", &image(layered(1)), &image(new.clone()), &["--format", format]);
        for part in parts {
            assert!(run.stdout.contains(part), "{format}: no {part:?} in {}", run.stdout);
        }
    }
}

#[test]
fn an_image_and_itself_are_identical_though_no_layer_can_be_read() {
    let image = image(layered(1));
    let place = Place::new();
    place.write("whole.tar", image.oci().archive());
    let blobs: Vec<String> = image
        .layers()
        .iter()
        .map(|layer| {
            Files::path_of(&reprolock::internal::base::digest::Sha256::of(&layer.blob()).to_string())
        })
        .collect();
    let bare = blobs.iter().fold(image.oci(), |files, blob| files.without(blob));
    place.write("bare.tar", bare.archive());
    let broken = blobs.iter().fold(image.oci(), |files, blob| files.damaged(blob, |bytes| bytes.reverse()));
    place.write("broken.tar", broken.archive());
    for (old, new) in [("bare.tar", "bare.tar"), ("whole.tar", "bare.tar"), ("broken.tar", "whole.tar")] {
        let run = place.run(&["diff", old, new, "--format", "json"]);
        assert_eq!(run.code, 0, "{run}");
        assert_eq!(run.json()["verdict"], "identical", "{old} {new}");
    }
    assert_eq!(place.run(&["inspect", "bare.tar"]).code, 2, "its layers cannot be read at all");
}

#[test]
fn copies_of_an_image_in_other_forms_differ_in_their_compression_alone() {
    let gzipped = image(layered(1));
    let packed = |compression| image(layered(1).into_iter().map(|layer| layer.compressed(compression)));
    let place = Place::new();
    let forms = [
        ("gzip.tar", gzipped.oci()),
        ("docker.tar", gzipped.docker()),
        ("containerd.tar", gzipped.docker_containerd()),
        ("zstd.tar", packed(Compression::Zstd).oci()),
        ("best.tar", packed(Compression::GzipBest).oci()),
        ("plain.tar", packed(Compression::None).oci()),
    ];
    for (name, files) in &forms {
        place.write(name, files.archive());
    }
    for (old, _) in &forms {
        for (new, _) in &forms {
            let run = place.run(&["diff", old, new, "--format", "json"]);
            assert_eq!(run.code, 0, "{old} {new}: {run}");
            let json = run.json();
            let verdict = json["verdict"].as_str().unwrap();
            assert!(["identical", "compression-only"].contains(&verdict), "{old} {new}: {verdict}");
            assert_eq!(json["container"], Value::Null);
        }
    }
    let verdict = |old, new| place.run(&["diff", old, new, "--format", "json"]).json()["verdict"].clone();
    assert_eq!(verdict("gzip.tar", "zstd.tar"), "compression-only");
    assert_eq!(verdict("gzip.tar", "containerd.tar"), "identical");
    assert_eq!(verdict("docker.tar", "gzip.tar"), "identical", "one side has no blob apart from the tar");
}

#[test]
fn layers_that_are_only_recompressed_are_no_layers_that_drifted() {
    let place = Place::new();
    let mut layers: Vec<Layer> =
        layered(1).into_iter().map(|layer| layer.compressed(Compression::Zstd)).collect();
    let others = layers.len();
    layers.push(Layer::new("RUN last", vec![file("last", "2")]).compressed(Compression::Zstd));
    let mut old = layered(1);
    old.push(Layer::new("RUN last", vec![file("last", "1")]));
    place.write("old.tar", image(old).oci().archive());
    place.write("new.tar", image(layers).oci().archive());
    let run = place.run(&["diff", "old.tar", "new.tar"]);
    let last = format!("drifted: 1 of {} layers, {others} only recompressed, 1 file, ", others + 1);
    assert!(run.stdout.lines().last().unwrap().starts_with(&last), "{run}");
}

#[test]
fn a_copy_that_nothing_explains_says_where_to_look() {
    let place = Place::new();
    for (name, content) in [("old.tar", "1"), ("new.tar", "2")] {
        let mut layers = layered(1);
        layers.push(Layer::new("COPY model.bin /model.bin # buildkit", vec![file("model.bin", content)]));
        place.write(name, image(layers).oci().archive());
    }
    for (format, lead) in [
        ("text", "  look  what COPY takes was another"),
        ("markdown", "| what COPY takes was another"),
        ("html", "Look at it: what COPY takes was another"),
    ] {
        let run = place.run(&["diff", "old.tar", "new.tar", "--format", format]);
        assert!(run.stdout.contains(lead), "{run}");
    }
}

#[test]
fn a_squash_with_a_base_that_the_index_does_not_list_says_what_cannot_be_told() {
    let base = image([layered(1).remove(0)]);
    let own = vec![file("app/1", "1"), file("app/2", "2")];
    let all = [vec![dir("etc"), file("etc/passwd", "root"), file("usr/doc", "doc")], own.clone()].concat();
    let place = Place::new();
    place.write("base.tar", base.oci().archive());
    place.write("old.tar", image([layered(1).remove(0), Layer::new("COPY app /app", own)]).oci().archive());
    place.write("new.tar", image([Layer::new("COPY app /app", all)]).oci().archive());
    place.write("Dockerfile", "FROM registry.example.org/base:1\nCOPY app /app\n");
    let frozen = place.run(&["freeze", "old.tar", "-f", "Dockerfile", "--base", "base.tar"]);
    assert_eq!(frozen.code, 0, "{frozen}");
    let run = place.run(&["verify", "new.tar", "--format", "json"]);
    let told = run.json();
    assert_eq!((run.code, &told["container"]), (1, &Value::Null));
    let notes = told["notes"].to_string();
    assert!(notes.contains("what a container sees cannot be told"), "{told:#}");
    assert!(notes.contains("--against IMAGE compares them"), "{told:#}");
    let run = place.run(&["verify", "new.tar", "--against", "old.tar", "--format", "json"]);
    let told = run.json();
    assert_eq!(told["layers"].as_array().unwrap().len(), 1, "{told:#}");
    assert_eq!(
        (&told["layers"][0]["presence"], &told["layers"][0]["tier"]),
        (&"squashed".into(), &"metadata-only".into())
    );
    assert_eq!(
        (&told["container"], &told["notes"]),
        (&serde_json::json!({"drifts": []}), &serde_json::json!([]))
    );
    let run = place.run(&[
        "diff",
        "old.tar",
        "new.tar",
        "-f",
        "Dockerfile",
        "--base",
        "base.tar",
        "--format",
        "json",
    ]);
    let told = run.json();
    assert_eq!(told["layers"][0]["presence"], "squashed");
    assert_eq!(told["container"], serde_json::json!({"drifts": []}));
}

#[test]
fn a_base_that_moved_stays_one_finding_beside_layers_that_moved() {
    let mut other = layered(1);
    other[0] = Layer::new(
        "ADD rootfs.tar /",
        [dir("etc"), file("etc/passwd", "root"), file("usr/other", "new base")],
    );
    other.swap(1, 2);
    let place = Place::new();
    place.write("base.tar", image([layered(1).remove(0)]).oci().archive());
    place.write("old.tar", image(layered(1)).oci().archive());
    place.write("new.tar", image(other).oci().archive());
    place.write(
        "Dockerfile",
        "FROM registry.example.org/base:1\nCOPY app /app\nRUN make models\nRUN make cache\n",
    );
    let run = place.run(&[
        "diff",
        "old.tar",
        "new.tar",
        "-f",
        "Dockerfile",
        "--base",
        "base.tar",
        "--format",
        "json",
    ]);
    let told = run.json();
    assert_eq!(told["layers"][0]["causes"][0]["cause"], "base-moved", "{told:#}");
    assert_eq!(told["layers"][0]["drifts"], serde_json::json!([]));
    assert_eq!(told["container"], serde_json::json!({"drifts": []}), "the base's files are its own affair");
}
