//! `freeze --resolve-hashes`: which hashes a package index gives, what it is asked and with which login, and what is told of
//! each package that it gives none for. The index is one of this machine.

use std::fs;

use reprolock::internal::base::digest::Sha256;
use serde_json::{Value, json};

use crate::support::{Entry, Image, Layer, Pages, Place, file};

const SITE: &str = "usr/lib/python3.11/site-packages";
const JSON: (&str, &str) = ("Content-Type", "application/vnd.pypi.simple.v1+json");
const HTML: (&str, &str) = ("Content-Type", "text/html");

fn hex(of: &str) -> String {
    Sha256::of(of.as_bytes()).hex()
}

/// The files of an installed distribution.
fn installed(name: &str, version: &str, tag: &str) -> Vec<Entry> {
    let info = format!("{SITE}/{name}-{version}.dist-info");
    vec![
        file(&format!("{info}/METADATA"), metadata(name, version)),
        file(&format!("{info}/WHEEL"), format!("Wheel-Version: 1.0\nTag: {tag}\n")),
        file(&format!("{info}/INSTALLER"), "pip\n"),
    ]
}

fn metadata(name: &str, version: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
}

/// A folder with an image of these files, whose user has set up no index.
fn place(entries: Vec<Entry>) -> Place {
    let place = Place::new().variable("PIP_CONFIG_FILE", "/dev/null");
    let image = Image::new("linux/amd64").tag("app:1").layer(Layer::new("RUN pip install", entries));
    place.write("image.tar", image.oci().archive());
    place
}

/// A page of an index, of files by their names, each with its metadata's digest where it is told.
fn page(project: &str, files: &[(&str, Option<&str>)]) -> String {
    let file = |(name, metadata): &(&str, Option<&str>)| {
        let told = metadata.map_or(json!(false), |text| json!({ "sha256": hex(text) }));
        json!({ "filename": name, "url": format!("/files/{name}"), "hashes": { "sha256": hex(name) }, "core-metadata": told })
    };
    let files: Vec<Value> = files.iter().map(file).collect();
    json!({ "meta": { "api-version": "1.1" }, "name": project, "files": files }).to_string()
}

/// A locked package: its name, its hash, and the URL of its archive.
type Locked = (String, Option<String>, Option<String>);

/// What a freeze with this index locked of its packages, by name, and what it noted.
fn frozen(place: &Place, index: &str) -> (Vec<Locked>, Vec<String>) {
    let ran =
        place.run(&["freeze", "image.tar", "--resolve-hashes", "--index-url", index, "--format", "json"]);
    assert_eq!(ran.code, 0, "{ran}");
    let lock: toml::Table =
        toml::from_str(&fs::read_to_string(place.path("reprolock.lock")).unwrap()).unwrap();
    let text = |value: Option<&toml::Value>| value.and_then(|value| value.as_str()).map(str::to_owned);
    let row = |package: &toml::Value| {
        let hash = package.get("hashes").and_then(|hashes| text(hashes.as_array().unwrap().first()));
        let from = text(package.get("hashes-from"));
        assert_eq!(hash.is_some(), from.as_deref() == Some("index"), "{package:?}");
        (text(package.get("name")).unwrap(), hash, text(package.get("archive")))
    };
    (lock["package"]["python"].as_array().unwrap().iter().map(row).collect(), ran.notes())
}

#[test]
fn a_hash_is_taken_where_name_version_tags_and_metadata_are_the_same() {
    let place = place(
        [
            installed("Foo.Bar", "1.0", "py3-none-any"),
            installed("local", "2+cu1", "cp311-cp311-linux_x86_64"),
        ]
        .concat(),
    );
    let pages = Pages::start();
    let own = metadata("Foo.Bar", "1.0");
    let files = [
        ("foo_bar-1.0.tar.gz", None),
        ("foo_bar-1.0-py3-none-any.whl", Some(own.as_str())),
        ("foo_bar-1.0-cp311-cp311-linux_x86_64.whl", Some(own.as_str())),
    ];
    pages.put("/simple/foo-bar/", 200, &[JSON], page("foo-bar", &files));
    let html = format!(
        "<a href=\"../../local-2%2Bcu1-cp311-cp311-linux_x86_64.whl#sha256={}\" data-core-metadata=\"sha256={}\">x</a>",
        hex("gpu"),
        hex(&metadata("local", "2+cu1"))
    );
    pages.put("/simple/local/", 200, &[HTML], html);
    let (packages, notes) = frozen(&place, &pages.url("/simple"));
    let row = |name: &str, of: &str, url: &str| {
        (name.to_owned(), Some(format!("sha256:{}", hex(of))), Some(pages.url(url)))
    };
    assert_eq!(
        packages,
        [
            row("foo-bar", "foo_bar-1.0-py3-none-any.whl", "/files/foo_bar-1.0-py3-none-any.whl"),
            row("local", "gpu", "/local-2%2Bcu1-cp311-cp311-linux_x86_64.whl"),
        ]
    );
    assert_eq!(
        notes[0],
        format!(
            "{}/simple: the hashes of 2 of 2 packages from an index that nothing else tells of",
            pages.host()
        )
    );
    assert!(pages.asked().iter().all(|(_, login)| login.is_none()));
    let first = fs::read(place.path("reprolock.lock")).unwrap();
    frozen(&place, &pages.url("/simple/"));
    assert_eq!(fs::read(place.path("reprolock.lock")).unwrap(), first);
    // Without being asked to, it asks nobody, and what it locked is still the image's.
    let before = pages.asked().len();
    assert_eq!(place.run(&["verify", "image.tar"]).code, 0);
    assert_eq!(place.run(&["freeze", "image.tar"]).code, 0);
    assert_eq!(pages.asked().len(), before);
}

#[test]
fn a_locked_hash_goes_on_into_the_exports() {
    let place = place(installed("foo", "1.0", "py3-none-any"));
    let pages = Pages::start();
    let own = metadata("foo", "1.0");
    pages.put("/foo/", 200, &[JSON], page("foo", &[("foo-1.0-py3-none-any.whl", Some(&own))]));
    frozen(&place, &pages.url("/"));
    let exported = place.run(&["export", "--to", "requirements"]);
    assert!(
        exported
            .stdout
            .ends_with(&format!("foo==1.0 \\\n    --hash=sha256:{}\n", hex("foo-1.0-py3-none-any.whl"))),
        "{exported}"
    );
    let exported = place.run(&["export", "--to", "pylock"]);
    assert!(exported.stdout.contains(&pages.url("/files/foo-1.0-py3-none-any.whl")), "{exported}");
}

#[test]
fn where_no_digest_is_told_the_metadata_beside_the_wheel_is_held_to_the_installed_one() {
    let entries = ["same", "other", "none"].map(|name| installed(name, "1", "py3-none-any"));
    let place = place(entries.concat());
    let pages = Pages::start();
    for name in ["same", "other", "none"] {
        let wheel = format!("{name}-1-py3-none-any.whl");
        pages.put(&format!("/{name}/"), 200, &[JSON], page(name, &[(&wheel, None)]));
    }
    pages.put("/files/same-1-py3-none-any.whl.metadata", 200, &[], metadata("same", "1"));
    pages.put("/files/other-1-py3-none-any.whl.metadata", 200, &[], metadata("other", "2"));
    let (packages, notes) = frozen(&place, &pages.url("/"));
    let locked: Vec<&str> = packages.iter().filter(|row| row.1.is_some()).map(|row| row.0.as_str()).collect();
    assert_eq!(locked, ["same"]);
    assert!(
        notes.iter().any(|note| note.contains("none 1: the index has neither the metadata of its wheel")),
        "{notes:?}"
    );
    let expected = format!(
        "other 1: its METADATA is not that of the index's wheel (expected sha256:{}, found sha256:{})",
        hex(&metadata("other", "2")),
        hex(&metadata("other", "1"))
    );
    assert!(notes.iter().any(|note| note.ends_with(&expected)), "{notes:?}");
}

#[test]
fn what_an_index_does_not_prove_has_no_hash_and_a_reason() {
    let names = ["absent", "version", "source", "tags", "denied", "away"];
    let place = place(names.map(|name| installed(name, "1", "py3-none-any")).concat());
    let (pages, elsewhere) = (Pages::start(), Pages::start());
    pages.put("/version/", 200, &[JSON], page("version", &[("version-2-py3-none-any.whl", None)]));
    pages.put("/source/", 200, &[JSON], page("source", &[("source-1.tar.gz", None)]));
    pages.put(
        "/tags/",
        200,
        &[JSON],
        page("tags", &[("tags-1-py2-none-any.whl", None), ("tags-1.zip", None)]),
    );
    pages.put("/denied/", 403, &[], "");
    pages.put("/away/", 302, &[("Location", &elsewhere.url("/away/"))], "");
    let (packages, notes) = frozen(&place, &pages.url("/"));
    assert!(packages.iter().all(|(_, hash, archive)| hash.is_none() && archive.is_none()), "{packages:?}");
    for reason in [
        "absent 1: the index has no such project",
        "version 1: the index has no such version",
        "source 1: the index has a source archive of this version and no wheel",
        "tags 1: the index has no wheel of this version with its build and its tags: it may have been built from",
        "denied 1: the index does not give its page (expected 200, found 403)",
        &format!("away 1: the index sends to {}, which is another server", elsewhere.host()),
    ] {
        assert!(notes.iter().any(|note| note.contains(reason)), "{reason}: {notes:?}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn what_is_from_no_index_is_not_asked_for() {
    let named = |name: &str, more: &str, text: &str| {
        let mut entries = installed(name, "1", "py3-none-any");
        entries.push(file(&format!("{SITE}/{name}-1.dist-info/{more}"), text));
        entries
    };
    let entries = [
        named("folder", "direct_url.json", r#"{"url":"file:///src","dir_info":{"editable":true}}"#),
        named(
            "archive",
            "direct_url.json",
            r#"{"url":"https://example.org/archive-1-py3-none-any.whl","archive_info":{}}"#,
        ),
        installed("../../etc", "1", "py3-none-any"),
        installed("a b", "1", "py3-none-any"),
    ];
    let place = place(entries.concat());
    let pages = Pages::start();
    let (packages, notes) = frozen(&place, &pages.url("/"));
    assert!(packages.iter().all(|(_, hash, _)| hash.is_none()), "{packages:?}");
    assert_eq!(pages.asked(), []);
    assert!(notes.iter().any(|note| note.contains("its name is none that an index has")), "{notes:?}");
}

#[test]
fn a_login_goes_to_its_index_alone_and_is_never_shown() {
    let place = place(installed("foo", "1", "py3-none-any"));
    let (pages, files) = (Pages::start(), Pages::start());
    let page = page("foo", &[("foo-1-py3-none-any.whl", None)]).replace("/files/", &files.url("/"));
    pages.put("/in/foo/", 301, &[("Location", &format!("http://x:y@{}/foo/", pages.host()))], "");
    pages.put("/foo/", 200, &[JSON], page);
    files.put("/foo-1-py3-none-any.whl.metadata", 200, &[], metadata("foo", "1"));
    let index = pages.url("/in").replace("http://", "http://bob:s3cr%20et@");
    let (packages, notes) = frozen(&place, &index);
    assert!(packages[0].1.is_some(), "{notes:?}");
    // bob:s3cr et
    let login = Some("Basic Ym9iOnMzY3IgZXQ=".to_owned());
    assert_eq!(pages.asked(), [("/in/foo/".to_owned(), login.clone()), ("/foo/".to_owned(), login)]);
    assert_eq!(files.asked(), [("/foo-1-py3-none-any.whl.metadata".to_owned(), None)]);
    pages.put("/in/foo/", 401, &[], "");
    let ran = place.run(&["freeze", "image.tar", "--resolve-hashes", "--index-url", &index]);
    assert_eq!(ran.code, 2, "{ran}");
    let all = format!(
        "{notes:?}{}{}{}",
        ran.stdout,
        ran.stderr,
        fs::read_to_string(place.path("reprolock.lock")).unwrap()
    );
    for secret in ["s3cr", "bob", "Ym9i"] {
        assert!(!all.contains(secret), "{all}");
    }
    assert!(
        ran.stderr.contains("expected 200, found 401") && ran.stderr.contains("hint: check the user"),
        "{ran}"
    );
}

#[test]
fn an_index_that_cannot_be_asked_ends_with_2_and_writes_nothing() {
    let place = place(installed("foo", "1", "py3-none-any"));
    let pages = Pages::start();
    let deep = format!(r#"{{"meta":{}"#, "[".repeat(100_000));
    let large = vec![b' '; (32 << 20) + 1];
    let answers = [
        (200, JSON, page("bar", &[]).into_bytes(), "expected the page of foo, found that of bar"),
        (200, JSON, deep.into_bytes(), "no page of an index"),
        (200, JSON, large, "expected at most 33554432 bytes, found more"),
        (200, ("Content-Type", "image/png"), Vec::new(), "expected JSON or HTML, found \"image/png\""),
        (418, HTML, Vec::new(), "expected 200, found 418"),
    ];
    let index = pages.url("/");
    for (status, kind, body, reason) in answers {
        pages.put("/foo/", status, &[kind], body);
        let ran = place.run(&["freeze", "image.tar", "--resolve-hashes", "--index-url", &index]);
        assert_eq!(ran.code, 2, "{ran}");
        assert!(ran.stderr.contains(reason) && ran.stderr.contains("hint: "), "{reason}: {ran}");
    }
    for (url, reason) in [
        ("ftp://example.org/simple", "found one of ftp:"),
        ("file:///etc", "found one of file:"),
        ("https://example.org/simple?x=1", "found one with a ? or #"),
        ("https://bob:s3cret@", "found none"),
        ("simple", "found none"),
        ("http://example.org/simple", "is on plain HTTP"),
    ] {
        let (error, hint) =
            place.run(&["freeze", "image.tar", "--resolve-hashes", "--index-url", url]).refusal();
        assert!(error.contains(reason) && !error.contains("s3cret") && !hint.is_empty(), "{url}: {error}");
    }
    assert!(!place.names().contains(&"reprolock.lock".to_owned()));
}

#[test]
fn a_redirect_that_never_ends_or_leads_to_no_web_address_is_told() {
    let place =
        place([installed("loops", "1", "py3-none-any"), installed("local", "1", "py3-none-any")].concat());
    let pages = Pages::start();
    pages.put("/local/", 302, &[("Location", "file:///etc/passwd")], "");
    let (_, notes) = frozen(&place, &pages.url("/"));
    assert!(notes.iter().any(|note| note.contains("local 1: the index sends to file:")), "{notes:?}");
    pages.put("/loops/", 302, &[("Location", "/loops/")], "");
    let index = pages.url("/");
    let (error, _) = place.run(&["freeze", "image.tar", "--resolve-hashes", "--index-url", &index]).refusal();
    assert!(error.contains("for loops: it redirects more than 10 times"), "{error}");
}

#[test]
fn which_index_is_the_users_to_say_and_never_a_projects() {
    let place = place(installed("foo", "1", "py3-none-any"));
    let pages = Pages::start();
    pages.put("/foo/", 200, &[JSON], page("foo", &[("foo-1-py3-none-any.whl", Some(&metadata("foo", "1")))]));
    let setting = format!("[python]\nindex-urls = [\"{}\"]\n", pages.url("/"));
    // What a repository may bring along.
    place.write("reprolock.toml", &setting);
    place.write("pip.conf", format!("[global]\nindex-url = {}\n", pages.url("/")));
    place.write("uv.toml", format!("index-url = \"{}\"\n", pages.url("/")));
    let ran = place.run(&["freeze", "image.tar", "--resolve-hashes"]);
    assert_eq!((ran.code, pages.asked().len()), (2, 0), "{ran}");
    assert!(ran.stderr.contains("note: [python] of reprolock.toml is not used"), "{ran}");
    assert!(ran.stderr.contains("error: no package index is configured\nhint: name the one"), "{ran}");
    let has_hash = |place: &Place, arguments: &[&str]| {
        let ran = place.run(&[&["freeze", "image.tar", "--resolve-hashes"], arguments].concat());
        assert_eq!(ran.code, 0, "{ran}");
        fs::read_to_string(place.path("reprolock.lock")).unwrap().contains("hashes-from = \"index\"")
    };
    assert!(has_hash(&place, &["--config", "reprolock.toml"]));
    place.write(".config/reprolock/reprolock.toml", &setting);
    assert!(has_hash(&place, &[]));
    fs::remove_dir_all(place.path(".config")).unwrap();
    let place = place.variable("PIP_INDEX_URL", &pages.url("/"));
    assert!(has_hash(&place, &[]));
    let before = pages.asked().len();
    assert_eq!(place.run(&["freeze", "image.tar", "--resolve-hashes", "--offline"]).code, 2);
    assert_eq!(pages.asked().len(), before);
}
