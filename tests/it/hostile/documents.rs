//! Documents that engines and other readers take for different images, and what engines alone take.

use super::*;

/// Puts another pair before the end of a JSON object, however often its key stands there.
fn and(object: &Value, key: &str, value: &Value) -> String {
    let text = object.to_string();
    format!("{},\"{key}\":{value}}}", text.strip_suffix('}').unwrap())
}

/// A layout whose manifest is these bytes.
fn with_manifest(mut files: Files, manifest: &str) -> Files {
    let blob = files.blob("application/vnd.oci.image.manifest.v1+json", manifest.as_bytes());
    files.edited("index.json", |index| index["manifests"] = json!([blob]))
}

/// A layout whose config is these bytes.
fn with_config(files: Files, config: &str) -> Files {
    let mut manifest = files.document(&blob_of(&files, "manifest"));
    let mut files = files;
    manifest["config"] = files.blob("application/vnd.oci.image.config.v1+json", config.as_bytes());
    with_manifest(files, &manifest.to_string())
}

/// Says that a document has both keys, and which it is.
fn refuses_both(files: &Files, document: &str, first: &str, second: &str) {
    let (error, hint) = refused(files, &[]);
    // What only looks like a letter is told by its number.
    let shown =
        |key: &str| format!("\"{}\"", key.replace('\u{17f}', "\\u{17f}").replace('\u{212a}', "\\u{212a}"));
    says(&error, &[document, "expected each key once", &shown(first), &shown(second)]);
    says(&hint, &["engines run what the last one says"]);
}

#[test]
fn a_manifest_with_a_key_in_two_cases_is_refused() {
    let good = plain().oci();
    let other = image(Layer::new("COPY b /", [file("b", "other")])).oci();
    let (manifest, evil) =
        (good.document(&blob_of(&good, "manifest")), other.document(&blob_of(&other, "manifest")));
    let mut files = good;
    files.0.extend(other.0.into_iter().filter(|(name, _)| name.starts_with("blobs/")));
    let spellings =
        [("layers", "Layers"), ("layers", "layer\u{17f}"), ("config", "CONFIG"), ("layers", "layers")];
    for (key, twin) in spellings {
        let text = and(&manifest, twin, &evil[key]);
        refuses_both(&with_manifest(files.clone(), &text), "manifest sha256:", key, twin);
    }
    // Deeper down, too, and where nobody here looks.
    for (place, key) in [("/config", "Digest"), ("/layers/0", "Size"), ("/layers/0", "\u{17f}ize")] {
        let mut manifest = manifest.clone();
        let inner = manifest.pointer_mut(place).unwrap();
        let twice = and(inner, key, &json!(null));
        *inner = json!("HERE");
        let text = manifest.to_string().replace("\"HERE\"", &twice);
        refuses_both(&with_manifest(files.clone(), &text), "manifest sha256:", &key.to_lowercase(), key);
    }
    let text = and(&manifest, "annotations", &json!({})).replace("{}", r#"{"a":"1","a":"2"}"#);
    refuses_both(&with_manifest(files.clone(), &text), "manifest sha256:", "a", "a");
    let text = and(&manifest, "vendor", &json!([])).replace("[]}", r#"[{"x":{"y":1,"y":2}}]}"#);
    refuses_both(&with_manifest(files, &text), "manifest sha256:", "y", "y");
}

#[test]
fn an_index_with_a_key_in_two_cases_is_refused() {
    let files = plain().oci();
    let index = files.document("index.json");
    let entry = &index["manifests"][0];
    for text in [
        and(&index, "Manifests", &json!([])),
        and(&index, "manife\u{17f}ts", &json!([])),
        json!({"schemaVersion": 2, "manifests": ["HERE"]})
            .to_string()
            .replace("\"HERE\"", &and(entry, "DIGEST", &json!("sha256:0"))),
    ] {
        let key = if text.contains("DIGEST") { ("digest", "DIGEST") } else { ("manifests", "anifests") };
        let mut files = files.clone();
        files.0.insert("index.json".into(), text.clone().into_bytes());
        let (error, _) = refused(&files, &[]);
        says(&error, &["index.json", "expected each key once", key.0]);
    }
    // One that another index leads to, whatever it is typed.
    for media_type in ["application/vnd.oci.image.index.v1+json", "", "application/x"] {
        let mut files = files.clone();
        let inner = and(&index, "Manifests", &json!([]));
        let mut nested = files.blob(media_type, inner.as_bytes());
        if media_type.is_empty() {
            nested.as_object_mut().unwrap().remove("mediaType");
        }
        let files = files.edited("index.json", |index| index["manifests"] = json!([nested]));
        says(&refused(&files, &[]).0, &["sha256:", "expected each key once", "\"Manifests\""]);
    }
    // In an archive that manifest.json describes as well.
    let mut files = plain().docker_containerd();
    files.0.insert("index.json".into(), and(&index, "Manifests", &json!([])).into_bytes());
    says(&refused(&files, &[]).0, &["index.json", "expected each key once"]);
}

#[test]
fn a_config_with_a_key_in_two_cases_is_refused() {
    let files = plain().oci();
    let config = files.document(&blob_of(&files, "config"));
    let deeper = |place: &str, key: &str, value: Value| {
        let mut config = config.clone();
        let inner = config.pointer_mut(place).unwrap();
        let twice = and(inner, key, &value);
        *inner = json!("HERE");
        config.to_string().replace("\"HERE\"", &twice)
    };
    let cases = [
        (and(&config, "Config", &json!({"User": "root"})), "config", "Config"),
        (and(&config, "rootF\u{17f}", &json!({})), "rootfs", "rootF\u{17f}"),
        (deeper("/config", "env", json!(["A=2"])), "Env", "env"),
        (deeper("/config", "ENV", json!(null)), "Env", "ENV"),
        (deeper("/rootfs", "Diff_IDs", json!([])), "diff_ids", "Diff_IDs"),
        (deeper("/history/0", "created_By", json!("RUN x")), "created_by", "created_By"),
    ];
    for (text, first, second) in cases {
        refuses_both(&with_config(files.clone(), &text), "config sha256:", first, second);
    }
    let healthcheck = plain().run_config("Healthcheck", json!({"Test": ["NONE"]})).oci();
    let config = healthcheck.document(&blob_of(&healthcheck, "config"));
    let text =
        config.to_string().replace(r#"{"Test":["NONE"]}"#, "{\"Test\":[\"NONE\"],\"te\u{17f}t\":[\"CMD\"]}");
    refuses_both(&with_config(healthcheck, &text), "config sha256:", "Test", "te\u{17f}t");
}

#[test]
fn a_manifest_json_with_a_key_in_two_cases_is_refused() {
    let files = plain().docker();
    let entry = files.document("manifest.json")[0].clone();
    for (first, second) in
        [("Config", "config"), ("Layers", "layer\u{17f}"), ("Layers", "LAYERS"), ("RepoTags", "repotags")]
    {
        let mut files = files.clone();
        let text = format!("[{}]", and(&entry, second, &entry[first]));
        files.0.insert("manifest.json".into(), text.into_bytes());
        refuses_both(&files, "manifest.json", first, second);
    }
}

/// The same document with its keys in another case, but for those of maps.
fn recased(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Object(map) => {
            let is_map = |key: &str| matches!(key, "Labels" | "annotations" | "ExposedPorts" | "Volumes");
            let pair = |(key, value): (&String, &Value)| match is_map(key) {
                true => (change(key), value.clone()),
                false => (change(key), recased(value, change)),
            };
            Value::Object(map.iter().map(pair).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| recased(item, change)).collect()),
        other => other.clone(),
    }
}

#[test]
fn keys_in_another_case_are_read_as_engines_read_them_and_told() {
    let made = plain()
        .user("app")
        .run_config("Labels", json!({"Key": "1", "key": "2"}))
        .run_config("ExposedPorts", json!({"80/tcp": {}}))
        .run_config("Healthcheck", json!({"Test": ["CMD", "x"], "Interval": 5}))
        .annotation("a", "1");
    let facts = |files: &Files| {
        let (frozen, place) = taken(files);
        let inspected = place.run(&["inspect", "img.tar", "--format", "json"]).json();
        let notes = frozen["notes"].to_string();
        (
            (inspected["config"].clone(), inspected["layer"].clone(), inspected["image"]["platform"].clone()),
            notes,
        )
    };
    let (plain, notes) = facts(&made.oci());
    assert_eq!(notes, "[]");
    let long: &dyn Fn(&str) -> String =
        &|key| key.replace(['s', 'S'], "\u{17f}").replace(['k', 'K'], "\u{212a}");
    let changes: [&dyn Fn(&str) -> String; 3] = [&|key| key.to_uppercase(), &|key| key.to_lowercase(), long];
    for change in changes {
        let config = recased(&serde_json::from_slice(&made.config()).unwrap(), change).to_string();
        let (again, notes) = facts(&with_config(made.oci(), &config));
        assert_eq!(again, plain, "{config}");
        assert!(notes.contains("has keys in another case, which engines read all the same"), "{notes}");
        let files = made.oci();
        let manifest = recased(&files.document(&blob_of(&files, "manifest")), change).to_string();
        let (again, notes) = facts(&with_manifest(files.clone(), &manifest));
        assert_eq!(again, plain, "{manifest}");
        assert!(notes.contains("manifest sha256:"), "{notes}");
        let index = recased(&files.document("index.json"), change);
        let mut files = files;
        files.json("index.json", &index);
        let (again, notes) = facts(&files);
        assert_eq!(again, plain, "{index}");
        assert!(notes.contains("index.json has keys"), "{notes}");
        let files = made.docker();
        let (plain, _) = facts(&files);
        let list = recased(&files.document("manifest.json"), change);
        let mut files = files;
        files.json("manifest.json", &list);
        let (again, notes) = facts(&files);
        assert_eq!(again, plain, "{list}");
        assert!(notes.contains("manifest.json has keys"), "{notes}");
    }
}

#[test]
fn an_object_written_as_a_list_is_refused_as_engines_refuse_it() {
    let files = plain().oci();
    let manifest = files.document(&blob_of(&files, "manifest"));
    let config = &manifest["config"];
    let listed = json!([config["mediaType"], config["digest"], config["size"]]);
    let mut manifest = manifest.clone();
    manifest["config"] = listed;
    says(&refused(&with_manifest(files, &manifest.to_string()), &[]).0, &["as JSON", "sequence"]);
}

#[test]
fn a_config_of_a_type_that_says_nothing_is_an_images_and_others_are_not() {
    let typed = |media_type: Option<&str>| {
        remade(&plain(), |_, manifest| match media_type {
            Some(media_type) => manifest["config"]["mediaType"] = json!(media_type),
            None => drop(manifest["config"].as_object_mut().unwrap().remove("mediaType")),
        })
    };
    for media_type in
        [Some("application/octet-stream"), Some("application/json"), Some("text/html"), Some(""), None]
    {
        let (frozen, _) = taken(&typed(media_type));
        let notes = frozen["notes"].to_string();
        assert!(notes.contains("it is read as an image's, as Docker reads it"), "{media_type:?}: {notes}");
    }
    for other in ["application/vnd.docker.plugin.v1+json", "application/vnd.oci.empty.v1+json", "text/plain"]
    {
        says(&refused(&typed(Some(other)), &[]).0, &["is not a container image", other]);
    }
}

/// A descriptor with its blob in it.
fn embedding(files: &Files, descriptor: &Value) -> Value {
    use base64::Engine as _;
    let mut descriptor = descriptor.clone();
    let bytes = &files.0[&Files::path_of(descriptor["digest"].as_str().unwrap())];
    descriptor["data"] = json!(base64::engine::general_purpose::STANDARD.encode(bytes));
    descriptor
}

#[test]
fn a_blob_may_lie_in_its_own_descriptor() {
    let files = plain().oci();
    let mut manifest = files.document(&blob_of(&files, "manifest"));
    let (config, layer) = (blob_of(&files, "config"), blob_of(&files, "layer"));
    manifest["config"] = embedding(&files, &manifest["config"]);
    manifest["layers"][0] = embedding(&files, &manifest["layers"][0]);
    let files = with_manifest(files.without(&config).without(&layer), &manifest.to_string());
    let index = files.document("index.json");
    let descriptor = embedding(&files, &index["manifests"][0]);
    let manifest = blob_of(&files, "manifest");
    let files =
        files.without(&manifest).edited("index.json", |index| index["manifests"] = json!([descriptor]));
    let (frozen, place) = taken(&files);
    assert_eq!(frozen["layers"], 1);
    let inspected = place.run(&["inspect", "img.tar", "--format", "json"]).json();
    assert_eq!(inspected["layer"][0]["files"], 2);
}

#[test]
fn what_lies_in_a_descriptor_and_is_not_its_blob_is_passed_over() {
    let files = plain().oci();
    let other =
        image(Layer::new("COPY b /", [file("b", "")])).edit(|config| config["author"] = json!("evil"));
    let (kept, lost) = ("AAAA", "the blob is not there");
    for data in [
        kept.to_owned(),
        embedding(&other.oci(), &descriptor_of(&other.oci()))["data"].as_str().unwrap().to_owned(),
    ] {
        let mut manifest = files.document(&blob_of(&files, "manifest"));
        manifest["config"]["data"] = json!(data);
        let odd = with_manifest(files.clone(), &manifest.to_string());
        // The blob is there: it is read.
        let (_, place) = taken(&odd);
        assert!(!place.run(&["inspect", "img.tar"]).stdout.contains("evil"));
        // It is not: the bytes that are there in its place are none.
        let config = blob_of(&odd, "config");
        says(&refused(&odd.without(&config), &[]).0, &["config sha256:", lost]);
    }
    let mut manifest = files.document(&blob_of(&files, "manifest"));
    manifest["config"]["data"] = json!("no base64!");
    says(&refused(&with_manifest(files, &manifest.to_string()), &[]).0, &["as JSON", "base64"]);
}

/// The descriptor of a layout's config.
fn descriptor_of(files: &Files) -> Value {
    files.document(&blob_of(files, "manifest"))["config"].clone()
}

#[test]
fn where_there_is_no_manifest_blob_holds_the_configs_digest() {
    let place = Place::new();
    place.write("old.tar", plain().docker().archive());
    let other = plain().edit(|config| config["author"] = json!("somebody else"));
    place.write("new.tar", other.docker().archive());
    assert_eq!(place.run(&["freeze", "old.tar"]).code, 0);
    let with = |image: &str, require: &str| place.run(&["verify", image, "--require", require]);
    assert_eq!(with("old.tar", "blob").code, 0);
    assert_eq!(with("new.tar", "layer").code, 0);
    let run = with("new.tar", "blob");
    assert_eq!(run.code, 1, "{run}");
    says(&run.stdout, &["config digest", "--require blob asks for more"]);
    let json = place.run(&["verify", "new.tar", "--require", "blob", "--format", "json"]).json();
    assert_ne!(json["image"]["expected_config"], json["image"]["found_config"]);
    assert_eq!((&json["verdict"], &json["passed"]), (&json!("identical"), &json!(false)));
    // Also where the lock has one.
    place.write("oci.tar", plain().oci().archive());
    assert_eq!(place.run(&["freeze", "oci.tar"]).code, 0);
    assert_eq!(with("old.tar", "blob").code, 0);
    assert_eq!(with("new.tar", "blob").code, 1);
}

#[test]
fn a_blob_that_stands_twice_is_held_to_the_diff_id_of_each_place() {
    let twice = plain().layer(plain().layers()[0].clone());
    let (frozen, _) = taken(&twice.oci());
    assert_eq!(frozen["layers"], 2);
    let lie = twice.edit(|config| config["rootfs"]["diff_ids"][1] = json!(Sha256::of(b"other").to_string()));
    says(&refused(&lie.oci(), &[]).0, &["read layer 1", "the diff_id is", "the config says"]);
}

/// What `docker save` writes of `saved`, with a layout beside it that leads to `listed` under this name.
fn two_lists(saved: &Image, listed: &Image, name: Option<&str>) -> Files {
    let mut files = saved.docker_containerd();
    let own = files.document("index.json");
    let mut entry = listed.add_to(&mut files);
    if let Some(name) = name {
        entry["annotations"] = json!({"io.containerd.image.name": name});
    }
    let mut entries = vec![entry];
    // With a name of its own, the saved image is listed too.
    entries.extend(name.map(|_| own["manifests"][0].clone()));
    files.edited("index.json", |index| index["manifests"] = json!(entries))
}

#[test]
fn an_archive_whose_two_lists_lead_to_two_images_is_refused() {
    let evil = image(Layer::new("COPY b /", [file("b", "evil")]));
    for name in [None, Some("docker.io/library/app:1"), Some("app:1")] {
        let (error, hint) = refused(&two_lists(&plain(), &evil, name), &[]);
        says(&error, &["two images in one", "index.json", "manifest.json"]);
        says(&hint, &["containerd's store"]);
    }
    // Another image under another name is another image.
    let (frozen, _) = taken(&two_lists(&plain(), &evil, Some("docker.io/library/other:1")));
    assert_eq!(frozen["notes"], json!([]));
    // The same image is found in both, also where the layout lists more platforms of it.
    let (frozen, _) = taken(&plain().docker_containerd());
    assert_eq!(frozen["notes"], json!([]));
    // A layout that leads nowhere describes nothing, and that is told.
    let saved = plain().docker_containerd();
    let manifest = blob_of(&saved, "manifest");
    let (frozen, _) = taken(&saved.without(&manifest));
    assert!(frozen["notes"].to_string().contains("index.json does not lead to this image"), "{frozen}");
}

#[test]
fn a_document_that_stands_in_an_archive_twice_is_the_same_both_times_or_refused() {
    let evil = image(Layer::new("COPY b /", [file("b", "evil")])).docker();
    let saved = plain().docker();
    let config = saved.document("manifest.json")[0]["Config"].as_str().unwrap().to_owned();
    let add = |bytes: &mut Vec<u8>, name: &str, content: &[u8]| {
        let member = Tar::default().file(name, content).end();
        bytes.truncate(bytes.len() - 1024);
        bytes.extend(member);
    };
    let mut files = saved.clone();
    files.0.extend(
        evil.0.iter().filter(|(name, _)| *name != "manifest.json").map(|(a, b)| (a.clone(), b.clone())),
    );
    for (name, content) in [("manifest.json", &evil.0["manifest.json"]), (config.as_str(), &b"{}".to_vec())] {
        for spelled in [name.to_owned(), format!("./{name}")] {
            let mut bytes = files.archive();
            add(&mut bytes, &spelled, content);
            let (error, hint) = refused_file(&bytes, &[]);
            says(&error, &[name, "twice"]);
            says(&hint, &["Podman the first"]);
        }
    }
    // The same again is the same, and a layer is held to its diff_id.
    for name in ["manifest.json", config.as_str()] {
        let mut bytes = saved.archive();
        add(&mut bytes, name, &saved.0[name]);
        let place = Place::new();
        place.write("img.tar", &bytes);
        assert_eq!(place.run(&["inspect", "img.tar"]).code, 0, "{name}");
    }
    let layout = plain().oci();
    let mut bytes = layout.archive();
    add(&mut bytes, "index.json", &image(Layer::new("RUN x", [])).oci().0["index.json"]);
    says(&refused_file(&bytes, &[]).0, &["index.json", "twice"]);
}
