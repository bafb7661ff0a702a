//! BuildKit's provenance beside an image: what freeze and diff learn from it, and that nothing is learnt from one that is
//! broken or of another image.
//!
//! The statements are made here by BuildKit's documented form (`docs/attestations` there), in both versions of SLSA.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::{Files, Image, Layer, Place, attested, dir, file};

const DOCKERFILE: &str = "ARG TAG=1\nFROM registry.example.org/base:1\n\n# two copies of the same words\nRUN make\nCOPY a /\nRUN make\n";

/// The base's layer, and three whose steps only the provenance tells apart: their history has the same words.
fn image(day: u64) -> Image {
    let stamped = |path: &str| file(path, path).mtime(86_400 * day);
    Image::new("linux/amd64")
        .tag("app:1")
        .layer(Layer::new("ADD rootfs.tar /", [dir("etc")]))
        .layer(Layer::new("RUN /bin/sh -c make # buildkit", [stamped("one")]))
        .layer(Layer::new("COPY a / # buildkit", [stamped("a")]))
        .layer(Layer::new("RUN /bin/sh -c make # buildkit", [stamped("two")]))
}

fn blob(layer: &Layer) -> Value {
    let digest = reprolock::internal::base::digest::Sha256::of(&layer.blob()).to_string();
    json!({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": layer.blob().len()})
}

/// What BuildKit adds with `mode=max`: the Dockerfile, each step's lines, and each step's chain of layers.
fn metadata(image: &Image) -> Value {
    let chain: Vec<Value> = image.layers().iter().map(blob).collect();
    let lines =
        |line: usize| json!({"locations": [{"ranges": [{"start": {"line": line}, "end": {"line": line}}]}]});
    let data = base64::engine::general_purpose::STANDARD.encode(DOCKERFILE);
    json!({
        "vcs": {"revision": "0"},
        "source": {
            "locations": {"step0": lines(2), "step1": lines(5), "step2": lines(6), "step3": lines(7)},
            "infos": [{"filename": "Dockerfile", "language": "Dockerfile", "data": data}],
        },
        "layers": {
            "step0:0": [chain[..1]], "step1:0": [chain[..2]], "step2:0": [chain[..3]], "step3:0": [chain],
        },
    })
}

fn steps() -> Value {
    json!({"llbDefinition": [
        {"id": "step0", "op": {"Op": {"source": {"identifier": "docker-image://registry.example.org/base:1"}}}},
        {"id": "step1", "op": {"Op": {"exec": {}}}, "inputs": ["step0:0"]},
        {"id": "step2", "op": {"Op": {"file": {}}}, "inputs": ["step1:0", "step4:0"]},
        {"id": "step3", "op": {"Op": {"exec": {}}}, "inputs": ["step2:0"]},
        {"id": "step4", "op": {"Op": {"source": {"identifier": "local://context"}}}},
    ]})
}

fn args() -> Value {
    json!({"build-arg:TAG": "2", "build-arg:API_TOKEN": "hunter2hunter2", "label:x": "y", "source": "docker/dockerfile:1"})
}

fn materials() -> Value {
    let digest = |digit: &str| json!({"sha256": digit.repeat(64)});
    json!([
        {"uri": "pkg:docker/docker/dockerfile@1?platform=linux%2Famd64", "digest": digest("d")},
        {"uri": "pkg:docker/registry.example.org/base@1?platform=linux%2Famd64", "digest": digest("b")},
        {"uri": "https://example.org/project.git#main", "digest": {"sha1": "0".repeat(40)}},
    ])
}

fn subject(manifest: &str) -> Value {
    json!([{"name": "pkg:docker/app@1", "digest": {"sha256": manifest.trim_start_matches("sha256:")}}])
}

fn v0_2(image: &Image, manifest: &str) -> Value {
    let mut metadata_02 = json!({"buildInvocationID": "x", "completeness": {"parameters": true}});
    metadata_02["https://mobyproject.org/buildkit@v1#metadata"] = metadata(image);
    json!({
        "_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": subject(manifest),
        "predicate": {
            "builder": {"id": ""}, "buildType": "https://mobyproject.org/buildkit@v1",
            "invocation": {
                "configSource": {"entryPoint": "docker/Dockerfile"},
                "parameters": {"frontend": "gateway.v0", "args": args()},
                "environment": {"platform": "linux/amd64"},
            },
            "materials": materials(), "buildConfig": steps(), "metadata": metadata_02,
        },
    })
}

fn v1(image: &Image, manifest: &str) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
        "subject": subject(manifest),
        "predicate": {
            "buildDefinition": {
                "externalParameters": {
                    "configSource": {"path": "docker/Dockerfile"},
                    "request": {"frontend": "gateway.v0", "args": args()},
                },
                "internalParameters": {"builderPlatform": "linux/amd64", "buildConfig": steps()},
                "resolvedDependencies": materials(),
            },
            "runDetails": {"builder": {"id": ""}, "metadata": {"buildkit_metadata": metadata(image)}},
        },
    })
}

fn frozen(files: &Files, more: &[&str]) -> (Place, Value) {
    let place = Place::new();
    place.write("app.tar", files.archive());
    place.write("Dockerfile", DOCKERFILE);
    let run = place.run(&[&["inspect", "app.tar", "--format", "json"], more].concat());
    assert_eq!(run.code, 0, "{run}");
    (place, run.json())
}

fn lines(document: &Value) -> Vec<Option<u64>> {
    document["layer"].as_array().unwrap().iter().map(|layer| layer["dockerfile_line"].as_u64()).collect()
}

#[test]
fn freeze_learns_lines_arguments_and_the_base_from_either_version() {
    for statement in [v0_2, v1] {
        let image = image(1);
        let (_, told) = frozen(&attested(&image, |manifest| vec![statement(&image, manifest)]), &[]);
        assert_eq!(lines(&told), [None, Some(5), Some(6), Some(7)]);
        assert_eq!(told["build"]["dockerfile"], "docker/Dockerfile");
        let digest = reprolock::internal::base::digest::Sha256::of(DOCKERFILE.as_bytes()).to_string();
        assert_eq!(told["build"]["dockerfile_digest"], digest);
        assert_eq!(
            told["build"]["arg"],
            json!([{"name": "API_TOKEN", "redacted": true, "source": "provenance"},
                   {"name": "TAG", "value": "2", "redacted": false, "source": "provenance"}])
        );
        assert_eq!(told["base"]["reference"], "registry.example.org/base:1");
        assert_eq!(told["base"]["digest"], format!("sha256:{}", "b".repeat(64)));
        assert!(!told.to_string().contains("hunter2"));
        assert_eq!(told["notes"], json!([]));
    }
}

#[test]
fn the_images_that_the_build_resolved_are_locked_and_another_digest_is_told_where_both_are_known() {
    let (old, new) = (image(1), image(2));
    let place = Place::new();
    let moved = |manifest: &str| {
        let mut statement = v1(&new, manifest);
        let list = statement.pointer_mut("/predicate/buildDefinition/resolvedDependencies").unwrap();
        list[1]["digest"]["sha256"] = json!("c".repeat(64));
        vec![statement]
    };
    place.write("old.tar", attested(&old, |manifest| vec![v1(&old, manifest)]).archive());
    place.write("new.tar", attested(&new, moved).archive());
    place.write("bare.tar", new.oci().archive());
    let text = format!("# syntax=docker/dockerfile:1\n{DOCKERFILE}COPY --from=x:1 / /\n");
    place.write("Dockerfile", text);
    let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let entry =
        |name: &str, digit| json!({"reference": name, "digest": digest(digit), "source": "provenance"});
    let expected = json!([entry("docker/dockerfile:1", "d"), entry("registry.example.org/base:1", "b")]);
    for more in [&[][..], &["-f", "Dockerfile"]] {
        let told = place.run(&[&["inspect", "old.tar", "--format", "json"], more].concat()).json();
        assert_eq!(told["build"]["image"], expected);
    }
    assert_eq!(place.run(&["freeze", "old.tar"]).code, 0);
    let difference =
        json!([{"field": "registry.example.org/base:1", "expected": digest("b"), "found": digest("c")}]);
    for command in [&["verify", "new.tar"][..], &["diff", "old.tar", "new.tar"]] {
        let run = place.run(&[command, &["--format", "json"]].concat());
        assert_eq!(run.json()["images"], difference, "{run}");
        let text = place.run(command).stdout;
        assert!(text.contains("registry.example.org/base:1") && text.contains(&digest("c")), "{text}");
    }
    // Of an image that says nothing of its build, nothing is said, and the locked image differs in nothing.
    for same in ["bare.tar", "old.tar"] {
        assert_eq!(place.run(&["verify", same, "--format", "json"]).json()["images"], json!([]));
    }
    // It explains, and decides nothing: the layers do.
    let run = place.run(&["verify", "new.tar", "--require", "content", "--format", "json"]);
    assert_eq!(run.json()["passed"], json!(true), "{run}");
}

#[test]
fn what_the_builders_proxy_recorded_tells_the_hash_of_each_wheel() {
    let site = "usr/lib/python3.11/site-packages";
    let distribution = |name: &str, tag: &str| {
        let info = format!("{site}/{name}-1.0.dist-info");
        [
            file(&format!("{info}/METADATA"), format!("Name: {name}\nVersion: 1.0\n")),
            file(&format!("{info}/WHEEL"), format!("Wheel-Version: 1.0\nTag: {tag}\n")),
        ]
    };
    let of = [
        ("one", "py3-none-any"),
        ("two", "cp311-cp311-linux_x86_64"),
        ("three", "py3-none-any"),
        ("four", "py3-none-any"),
    ];
    let entries = of.iter().flat_map(|(name, tag)| distribution(name, tag));
    let image = image(1).layer(Layer::new("RUN pip install", entries));
    let download = |file: &str, digit: &str| json!({"uri": format!("https://example.org/p/{file}"), "digest": {"sha256": digit.repeat(64)}});
    let downloads = [
        download("simple/one/", "0"),
        download("one-1.0-py3-none-any.whl", "1"),
        download("one-1.0-py3-none-any.whl.metadata", "9"),
        download("two-1.0-cp310-cp310-linux_x86_64.whl", "2"),
        download("three-1.0.tar.gz", "3"),
        download("a/four-1.0-py3-none-any.whl", "4"),
        download("b/four-1.0-py3-none-any.whl", "5"),
    ];
    for (statement, list) in [
        (v0_2 as fn(&Image, &str) -> Value, "/predicate/materials"),
        (v1, "/predicate/buildDefinition/resolvedDependencies"),
    ] {
        let with = |manifest: &str| {
            let mut statement = statement(&image, manifest);
            statement.pointer_mut(list).unwrap().as_array_mut().unwrap().extend(downloads.clone());
            vec![statement]
        };
        let place = Place::new();
        place.write("app.tar", attested(&image, with).archive());
        let run = place.run(&["inspect", "app.tar", "--format", "json"]);
        assert_eq!(run.code, 0, "{run}");
        let document = run.json();
        let packages = document["package"]["python"].as_array().unwrap();
        let row = |package: &Value| {
            (package["name"].clone(), package["hashes"].clone(), package["hashes_from"].clone())
        };
        let rows: Vec<_> = packages.iter().map(row).collect();
        let hash = |digit: &str| json!([format!("sha256:{}", digit.repeat(64))]);
        let expected = [
            (json!("four"), json!([]), Value::Null),
            (json!("one"), hash("1"), json!("provenance")),
            (json!("three"), hash("3"), json!("provenance")),
            (json!("two"), json!([]), Value::Null),
        ];
        assert_eq!(rows, expected);
        let note = document["notes"][0].as_str().unwrap();
        assert!(note.starts_with("which archive four 1.0 is from is not clear"), "{note}");
    }
}

#[test]
fn with_its_dockerfile_at_hand_the_provenance_tells_what_the_history_cannot() {
    let image = image(1);
    let files = attested(&image, |manifest| vec![v0_2(&image, manifest)]);
    let (_, told) = frozen(&files, &["-f", "Dockerfile"]);
    assert_eq!(lines(&told), [None, Some(5), Some(6), Some(7)]);
    assert_eq!(told["base"]["digest"], format!("sha256:{}", "b".repeat(64)));
    assert_eq!(told["build"]["dockerfile"], "Dockerfile");
}

#[test]
fn another_dockerfile_than_the_attested_one_is_told_by_itself() {
    let image = image(1);
    let place = Place::new();
    place.write("app.tar", attested(&image, |manifest| vec![v0_2(&image, manifest)]).archive());
    place.write("Dockerfile", "FROM registry.example.org/base:1\nRUN make\nCOPY a /\nRUN make\n");
    let run = place.run(&["inspect", "app.tar", "-f", "Dockerfile", "--format", "json"]);
    let told = run.json();
    assert_eq!(lines(&told), [None, Some(2), Some(3), Some(4)]);
    assert!(told["notes"][0].as_str().unwrap().contains("is not the one"), "{told:#}");
}

#[test]
fn verify_and_diff_name_the_attested_lines() {
    let (old, new) = (image(1), image(2));
    let place = Place::new();
    place.write("old.tar", attested(&old, |manifest| vec![v1(&old, manifest)]).archive());
    place.write("new.tar", new.oci().archive());
    assert_eq!(place.run(&["freeze", "old.tar"]).code, 0);
    for command in [&["verify", "new.tar"][..], &["diff", "old.tar", "new.tar"]] {
        let run = place.run(&[command, &["--format", "json"]].concat());
        let told = run.json();
        let lines: Vec<_> =
            told["layers"].as_array().unwrap().iter().map(|layer| layer["line"].as_u64()).collect();
        assert_eq!(lines[lines.len() - 3..], [Some(5), Some(6), Some(7)], "{run}");
        let text = place.run(command).stdout;
        assert!(text.contains("Dockerfile:5, :6, :7"), "{text}");
    }
}

#[test]
fn a_statement_of_another_image_or_a_broken_one_teaches_nothing_and_says_so() {
    let image = image(1);
    let other = "sha256:".to_owned() + &"0".repeat(64);
    let broken: [(&str, Vec<Value>); 3] = [
        ("it is of sha256:0000", vec![v0_2(&image, &other)]),
        (
            "it is of no image",
            vec![
                json!({"predicateType": "https://slsa.dev/provenance/v1", "predicate": {}, "subject": [{"name": "x"}]}),
            ],
        ),
        (
            "expected sha256",
            vec![json!({"predicateType": "https://slsa.dev/provenance/v1", "subject": {"digest": 1}})],
        ),
    ];
    for (reason, statements) in broken {
        let (_, told) = frozen(&attested(&image, |_| statements), &[]);
        assert_eq!(lines(&told), [None; 4]);
        assert_eq!(told["build"]["arg"], json!([]));
        let note = told["notes"][0].as_str().unwrap();
        assert!(note.starts_with("the image's provenance is left out: ") && note.contains(reason), "{note}");
    }
    let unknown = |manifest: &str| {
        vec![json!({"predicateType": "https://slsa.dev/provenance/v9", "subject": subject(manifest)})]
    };
    let (_, told) = frozen(&attested(&image, unknown), &[]);
    assert!(told["notes"][0].as_str().unwrap().contains("https://slsa.dev/provenance/v9"), "{told:#}");
}

#[test]
fn a_damaged_or_missing_attestation_is_no_error() {
    let image = image(1);
    let files = attested(&image, |manifest| vec![v0_2(&image, manifest)]);
    let index = files.document("index.json")["manifests"][0]["digest"].clone();
    let index = files.document(&Files::path_of(index.as_str().unwrap()));
    let manifest = Files::path_of(index["manifests"][1]["digest"].as_str().unwrap());
    let statement = Files::path_of(files.document(&manifest)["layers"][0]["digest"].as_str().unwrap());
    for files in [
        files.clone().without(&manifest),
        files.clone().without(&statement),
        files.clone().damaged(&statement, |bytes| bytes[100] ^= 1),
        files.damaged(&manifest, |bytes| bytes.truncate(9)),
    ] {
        let (_, told) = frozen(&files, &[]);
        assert_eq!(lines(&told), [None; 4]);
        assert!(
            told["notes"][0].as_str().unwrap().starts_with("an attestation of the image is left out: "),
            "{told:#}"
        );
    }
}

#[test]
fn a_layer_that_the_image_has_not_gets_no_line() {
    let (image, other) = (image(1), image(2));
    let (_, told) = frozen(&attested(&image, |manifest| vec![v0_2(&other, manifest)]), &[]);
    assert_eq!(lines(&told), [None; 4], "the steps' layers are another build's");
}

#[test]
fn the_stage_that_was_built_is_locked_as_the_command_line_or_the_provenance_names_it() {
    let image = image(1);
    let target = |name: Option<&str>, more: &[&str]| {
        let statement = |manifest: &str| {
            let mut statement = v1(&image, manifest);
            if let Some(name) = name {
                let request = statement.pointer_mut("/predicate/buildDefinition/externalParameters/request");
                request.unwrap()["args"]["target"] = json!(name);
            }
            vec![statement]
        };
        let (_, document) = frozen(&attested(&image, statement), more);
        document["build"].get("target").cloned()
    };
    assert_eq!(target(None, &[]), None);
    assert_eq!(target(Some("runtime"), &[]), Some(json!("runtime")));
    // A stage that the Dockerfile at hand does not have is not the one that its lines are told of.
    assert_eq!(target(Some("runtime"), &["-f", "Dockerfile"]), None);
    assert_eq!(target(Some("runtime"), &["-f", "Dockerfile", "--target", "0"]), Some(json!("0")));
}
