//! What is stored stays readable: lockfiles and file indexes of every version, and the schemas of what programs read.
//!
//! `lockfiles/seed-1.lock` is the seed image's lock as version 1 wrote it; it is never written anew.
//! `testdata/locks/every-key.lock` has every key of the version that is written now.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reprolock::internal::base::digest::Sha256;
use reprolock::internal::formats::tar::entry::{Attribute, Dialect, Entry, HeaderRecords, Kind, Mtime};
use reprolock::internal::lockfile::files::{self, LayerRows};
use reprolock::internal::lockfile::model::{self, Lockfile};
use reprolock::internal::lockfile::{codec, store};
use serde_json::{Value, json};

use crate::docs;
use crate::support::{Place, Run};

const EVERY_KEY: &str = "testdata/locks/every-key.lock";

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn schema(name: &str) -> Value {
    let path = project("docs/schemas").join(name);
    let schema: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(jsonschema::meta::validate(&schema).map_err(|error| error.to_string()), Ok(()), "{name}");
    schema
}

/// What is wrong with `document` by the schema `name`, which may refer to those of commands.
fn errors(name: &str, document: &Value) -> Vec<String> {
    let mut registry = jsonschema::Registry::new();
    for command in ["freeze", "verify", "inspect", "diff"] {
        let other = schema(&format!("{command}-1.json"));
        registry = registry.add(format!("urn:reprolock:{command}:1"), other).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options().offline().with_registry(&registry).build(&schema(name)).unwrap();
    let place = |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    validator.iter_errors(document).map(place).collect()
}

/// A lockfile's TOML as JSON.
fn as_json(toml: &str) -> Value {
    serde_json::to_value(toml.parse::<toml::Table>().unwrap()).unwrap()
}

fn verify(image: &str, lock: &str, more: &[&str]) -> Run {
    Place::new().run_in(&project("."), &[&["verify", image, "--lock", lock], more].concat())
}

#[test]
fn a_lock_of_version_1_verifies_as_the_same_lock_of_version_2() {
    let (old, new) = ("lockfiles/seed-1.lock", "lockfiles/seed.lock");
    assert!(fs::read_to_string(project(old)).unwrap().starts_with("version = 1\n"));
    assert!(fs::read_to_string(project(new)).unwrap().contains("\nversion = 2\n"));
    for image in ["testdata/seed/image.oci.tar", "testdata/seed/rebuild.oci.tar"] {
        for more in
            [&[][..], &["--format", "json"], &["--require", "content"], &["-f", "testdata/seed/Dockerfile"]]
        {
            let by = |lock: &str| {
                let run = verify(image, lock, more);
                (run.code, run.stdout.replace(lock.rsplit('/').next().unwrap(), "LOCK"), run.stderr)
            };
            let (old, new) = (by(old), by(new));
            assert!(new.1.contains("LOCK") || more.contains(&"json"), "{}", new.1);
            assert_eq!(old, new);
        }
    }
}

#[test]
fn the_two_versions_of_a_lock_and_of_its_index_say_the_same_but_for_what_1_does_not_know() {
    let read = |path: &str| {
        let mut lock = store::read(&project(path)).unwrap();
        let rows = store::read_index(&project(path), &lock).unwrap().unwrap();
        lock.image.files = None;
        (lock, rows)
    };
    let (old, mut new) = (read("lockfiles/seed-1.lock"), read("lockfiles/seed.lock"));
    // Of which distribution the image is, 1 does not say.
    let image = &mut new.0.image;
    let distribution = (image.distribution.take(), image.distribution_version.take());
    assert_eq!(distribution, (Some("ubuntu".to_owned()), Some("20.04".to_owned())));
    // That nothing else is set in the config, 1 does not say.
    assert_eq!((&old.0.config.other, &new.0.config.other), (&None, &Some(Vec::new())));
    new.0.config.other = None;
    // Nor that it has no detours: any path may be one.
    assert_eq!((&old.0.image.detours, &new.0.image.detours), (&vec!["/".to_owned()], &Vec::new()));
    new.0.image.detours = old.0.image.detours.clone();
    // Nor which wheel a package was.
    let packages = new.0.package.values_mut().flatten();
    let told: usize = packages.map(|package| std::mem::take(&mut package.tags).len()).sum();
    assert!(told > 0);
    assert_eq!(old.0, new.0);
    let records = |rows: &[LayerRows]| -> BTreeSet<Option<usize>> {
        let entries = rows.iter().flat_map(|layer| &layer.entries);
        entries.map(|entry| entry.records.as_ref().map(|records| records.len())).collect()
    };
    assert_eq!((records(&old.1), records(&new.1)), ([None].into(), [Some(0)].into()));
    let mut known = old.1;
    for entry in known.iter_mut().flat_map(|layer| &mut layer.entries) {
        entry.records = Some(HeaderRecords::default());
    }
    assert!(known == new.1);
}

fn attributes(pairs: &[(&str, &str)]) -> Vec<Attribute> {
    pairs.iter().map(|(name, value)| (name.as_bytes().into(), value.as_bytes().into())).collect()
}

/// Rows that together have every field, and every way to have one.
fn rows() -> Vec<Entry> {
    let row = |path: &str, kind: Kind, dialect: Dialect| Entry {
        path: path.into(),
        kind,
        mode: 0o755,
        uid: 0,
        gid: 0,
        uname: Arc::from(&b""[..]),
        gname: Arc::from(&b""[..]),
        size: 0,
        mtime: Mtime { seconds: 1_614_211_200, nanos: 0 },
        link: None,
        device: None,
        xattrs: Vec::new(),
        content: None,
        dialect,
        records: Some(HeaderRecords::default()),
    };
    let times = [("exthdr.name", "PaxHeaders.4711"), ("atime", "1614211200.5"), ("ctime", "1614211201")];
    vec![
        row("dev", Kind::Directory, Dialect::Ustar),
        Entry { device: Some((1, 3)), ..row("dev/null", Kind::CharDevice, Dialect::Gnu) },
        Entry {
            mode: 0o4755,
            uid: 1000,
            gid: 1000,
            uname: Arc::from(&b"app"[..]),
            gname: Arc::from(&b"users"[..]),
            size: 1,
            mtime: Mtime { seconds: -1, nanos: 5 },
            xattrs: attributes(&[("user.a", "1,2"), ("user.b=", "\u{1}")]),
            content: Some(Sha256::of(b"x")),
            records: Some(Arc::new(attributes(&times))),
            ..row("srv/app", Kind::File, Dialect::Pax)
        },
        Entry {
            link: Some(b"app".as_slice().into()),
            records: None,
            ..row("srv/old", Kind::Symlink, Dialect::V7)
        },
    ]
}

/// With `REPROLOCK_BLESS`, writes the index of [`EVERY_KEY`], and its digest in the lock; once, before any test reads it.
fn blessed() {
    static BLESSED: std::sync::Once = std::sync::Once::new();
    BLESSED.call_once(|| {
        if std::env::var_os("REPROLOCK_BLESS").is_some() {
            let mut lock = store::read(&project(EVERY_KEY)).unwrap();
            let rows = rows();
            let index = fs::File::create(store::index_path(&project(EVERY_KEY))).unwrap();
            let layer = (1, lock.layer[1].diff_id, rows.as_slice());
            lock.image.files = Some(files::write([layer], index).unwrap());
            lock.layer[1].content = files::content::digest(&rows, None);
            fs::write(project(EVERY_KEY), codec::encode(&lock)).unwrap();
        }
    });
}

#[test]
fn the_golden_lock_reads_and_is_written_byte_for_byte() {
    blessed();
    let text = fs::read_to_string(project(EVERY_KEY)).unwrap();
    let lock = codec::decode(&text, Path::new(EVERY_KEY)).unwrap();
    assert_eq!(codec::encode(&lock), text);
    let layers = store::read_index(&project(EVERY_KEY), &lock).unwrap().expect("an index");
    assert_eq!(layers, [LayerRows { index: 1, diff_id: lock.layer[1].diff_id, entries: rows() }]);
    // The digest is of the rows: written now, they are the same.
    let digest = files::write([(1, lock.layer[1].diff_id, rows().as_slice())], Vec::new()).unwrap();
    assert_eq!(Some(digest), lock.image.files);
}

/// Every table of the lockfile in `lock`, by its heading on the docs' page.
fn tables<'v>(lock: &'v Value, heading: &str) -> Vec<&'v Value> {
    let packages = || lock["package"].as_object().unwrap().values().flat_map(|list| list.as_array().unwrap());
    match heading.trim_matches(['`', '[', ']']) {
        "Top level" => vec![lock],
        "package.<ecosystem>" => packages().collect(),
        "requirement" => packages().filter_map(|package| package.get("requirement")).collect(),
        path => {
            // A table of a list stands in each of its tables.
            let all =
                |value: &'v Value| value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
            path.split('.').fold(vec![lock], |values, part| {
                values.into_iter().filter_map(|value| value.get(part)).flat_map(all).collect()
            })
        }
    }
}

fn keys(table: &Value) -> BTreeSet<String> {
    table.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_golden_lock_has_every_key_of_the_model_and_so_has_the_schema() {
    let lock = as_json(&fs::read_to_string(project(EVERY_KEY)).unwrap());
    let schema = schema("lock-2.json");
    assert_eq!(schema["$id"], model::SCHEMA);
    let mut defined = BTreeSet::new();
    for (heading, model) in docs::model() {
        let model: BTreeSet<String> = model.into_iter().collect();
        let golden: BTreeSet<String> = tables(&lock, &heading).into_iter().flat_map(keys).collect();
        assert_eq!(golden, model, "{heading}");
        let definitions = schema["$defs"].as_object().unwrap().values().chain([&schema]);
        let same =
            definitions.filter_map(|table| table.get("properties")).filter(|table| keys(table) == model);
        assert_eq!(same.count(), 1, "the schema has no table of {heading}");
        defined.insert(model);
    }
    let objects =
        schema["$defs"].as_object().unwrap().values().filter(|table| table.get("properties").is_some());
    assert_eq!(objects.count() + 1, defined.len());
}

#[test]
fn locks_of_version_2_fit_their_schema_and_nothing_else_does() {
    for path in [EVERY_KEY, "lockfiles/seed.lock"] {
        let lock = as_json(&fs::read_to_string(project(path)).unwrap());
        assert_eq!(errors("lock-2.json", &lock), [""; 0], "{path}");
    }
    let good = as_json(&fs::read_to_string(project(EVERY_KEY)).unwrap());
    let changed = |change: fn(&mut Value)| {
        let mut lock = good.clone();
        change(&mut lock);
        errors("lock-2.json", &lock)
    };
    let changes: [fn(&mut Value); 6] = [
        |lock| lock["version"] = json!(1),
        |lock| lock["shiny"] = json!(true),
        |lock| lock["build"]["shiny"] = json!(true),
        |lock| lock["catalog"][0]["digest"] = json!("sha256:0"),
        |lock| lock["build"]["arg"][0]["value"] = json!("told after all"),
        |lock| drop(lock["image"].as_object_mut().unwrap().remove("config")),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert!(!changed(change).is_empty(), "change {at}");
    }
    let old = as_json(&fs::read_to_string(project("lockfiles/seed-1.lock")).unwrap());
    assert_eq!(errors("lock-2.json", &old).len(), 1);
}

#[test]
fn the_schema_and_the_reader_agree_on_what_may_be_left_out() {
    let least = "version = 2\n[image]\nplatform = \"linux/amd64\"\nconfig = \"sha256:CONFIG\"\n"
        .replace("CONFIG", &Sha256::of(b"").hex());
    let lock: Lockfile = codec::decode(&least, Path::new("reprolock.lock")).unwrap();
    assert_eq!(lock.layer.len(), 0);
    assert_eq!(errors("lock-2.json", &as_json(&least)), [""; 0]);
}

#[test]
fn todays_documents_fit_the_one_of_a_project() {
    let document = |arguments: &[&str]| {
        let arguments = [arguments, &["--format", "json"]].concat();
        Place::new().run_in(&project("."), &arguments).json()
    };
    let (image, rebuild) = ("testdata/seed/image.oci.tar", "testdata/seed/rebuild.oci.tar");
    let verified = document(&["verify", rebuild, "--lock", "lockfiles/seed.lock"]);
    let of_images = |platform: Value, document: &Value| {
        json!({
            "schema": "reprolock/project/1",
            "images": [{ "name": "gpu", "platform": platform, "document": document }],
        })
    };
    for document in [&verified, &document(&["diff", image, rebuild]), &document(&["inspect", image])] {
        for platform in [json!(null), json!("linux/amd64")] {
            assert_eq!(errors("project-1.json", &of_images(platform, document)), [""; 0]);
        }
    }
    let mut broken = verified.clone();
    broken["verdict"] = json!("fine");
    let lint = document(&["lint", "testdata/seed/Dockerfile"]);
    for document in [&broken, &lint, &json!({})] {
        assert!(!errors("project-1.json", &of_images(json!(null), document)).is_empty());
    }
    let none = json!({ "schema": "reprolock/project/1", "images": [] });
    assert!(!errors("project-1.json", &none).is_empty());
}

#[test]
fn schemas_have_room_for_what_is_said_of_packages_next() {
    let said =
        [("verify-1.json", &["verify", "--lock", "lockfiles/seed.lock"][..]), ("diff-1.json", &["diff"])];
    for (schema, command) in said {
        let images = match command.len() {
            1 => &["testdata/seed/image.oci.tar", "testdata/seed/rebuild.oci.tar"][..],
            _ => &["testdata/seed/rebuild.oci.tar"],
        };
        let arguments = [command, images, &["--format", "json"]].concat();
        let mut document = Place::new().run_in(&project("."), &arguments).json();
        document["packages"]["changed"] = json!([{
            "ecosystem": "python", "name": "numpy", "expected": "2.4.1", "found": "2.4.1", "fields": ["content", "hashes"],
        }]);
        document["packages"]["unchecked"] =
            json!([{ "ecosystem": "rpm", "path": "var/lib/rpm/rpmdb.sqlite", "reason": "it is not read" }]);
        assert_eq!(errors(schema, &document), [""; 0]);
        document["packages"]["changed"][0]["fields"] = json!(["colour"]);
        assert!(!errors(schema, &document).is_empty());
    }
}
