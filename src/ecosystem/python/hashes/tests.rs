//! Which hashes of archives are taken over.

use super::*;
use crate::base::digest::Sha256;
use crate::ecosystem::testing::Image;
use crate::python::archives::HashSource;

const SITE: &str = "usr/local/lib/python3.11/site-packages";
const WHEEL: &[u8] = b"Wheel-Version: 1.0\nTag: py3-none-any\n";

fn pylock(name: &str) -> String {
    let hex = Sha256::of(name.as_bytes()).hex();
    format!(
        "lock-version = \"1.0\"\n[[packages]]\nname = \"{name}\"\nversion = \"1\"\n[[packages.wheels]]\n\
         name = \"{name}-1-py3-none-any.whl\"\nhashes = {{ sha256 = \"{hex}\" }}\n"
    )
}

fn installed(name: &str, direct_url: Option<&str>) -> Image {
    let info = format!("{SITE}/{name}-1.dist-info");
    let image = Image::of(&[
        (&format!("{info}/METADATA"), format!("Name: {name}\nVersion: 1\n").as_bytes()),
        (&format!("{info}/WHEEL"), WHEEL),
    ]);
    direct_url
        .into_iter()
        .fold(image, |image, json| image.file(&format!("{info}/direct_url.json"), json.as_bytes()))
}

/// The hashes of the one package, as a freeze takes them over, and what it notes.
fn learned(image: &Image) -> (Option<HashSource>, usize, Vec<String>) {
    image.with_tree(|tree| {
        let mut catalogs = crate::ecosystem::catalogs(tree);
        let notes = crate::ecosystem::learn_hashes(tree, &Archives::default(), &mut catalogs).notes;
        let package = &catalogs[0].packages[0];
        (package.hashes_from, package.hashes.len(), notes)
    })
}

#[test]
fn a_file_in_the_image_tells_the_hash_of_what_an_index_gave() {
    let image = installed("a", None).file("app/pylock.toml", pylock("a").as_bytes());
    assert_eq!(learned(&image), (Some(HashSource::Pylock), 1, vec![]));
    let elsewhere = installed("a", None).file(&format!("{SITE}/x/pylock.toml"), pylock("a").as_bytes());
    assert_eq!(learned(&elsewhere), (None, 0, vec![]));
    let other = installed("a", None).file("app/pylock.toml", pylock("b").as_bytes());
    assert_eq!(learned(&other), (None, 0, vec![]));
}

#[test]
fn the_url_of_that_archive_is_taken_over_without_credentials() {
    let url = "url = \"https://me:secret@files.example.org/a-1-py3-none-any.whl#sha256=00\"\nhashes";
    let with = pylock("a").replace("hashes", url);
    let archive = |image: &Image| {
        image.with_tree(|tree| {
            let mut catalogs = crate::ecosystem::catalogs(tree);
            crate::ecosystem::learn_hashes(tree, &Archives::default(), &mut catalogs);
            catalogs[0].packages[0].archive.clone()
        })
    };
    let image = installed("a", None).file("app/pylock.toml", with.as_bytes());
    assert_eq!(archive(&image).as_deref(), Some("https://files.example.org/a-1-py3-none-any.whl"));
    let silent = installed("a", None).file("app/pylock.toml", pylock("a").as_bytes());
    assert_eq!(archive(&silent), None);
    // Of what was asked for by a URL, the origin has it.
    let direct = r#"{"url":"https://example.org/a-1-py3-none-any.whl","archive_info":{}}"#;
    assert_eq!(archive(&installed("a", Some(direct)).file("app/pylock.toml", with.as_bytes())), None);
}

#[test]
fn what_came_from_a_folder_or_has_its_own_hash_keeps_what_it_says() {
    let with =
        |json: &str| learned(&installed("a", Some(json)).file("app/pylock.toml", pylock("a").as_bytes()));
    for json in [
        r#"{"url":"file:///src","dir_info":{"editable":true}}"#,
        r#"{"url":"file:///src","dir_info":{}}"#,
        r#"{"url":"https://example.org/a-1-py3-none-any.whl.git","vcs_info":{"vcs":"git","commit_id":"0"}}"#,
        r#"{"url":"https://example.org/a-1-2-py3-none-any.whl","archive_info":{}}"#,
    ] {
        assert_eq!(with(json), (None, 0, vec![]), "{json}");
    }
    let own = r#"{"url":"https://example.org/a-1-py3-none-any.whl","archive_info":{"hashes":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}"#;
    assert_eq!(with(own), (None, 1, vec![]));
    // uv leaves the hash of a direct URL out.
    let uv = r#"{"url":"https://example.org/a-1-py3-none-any.whl","archive_info":{}}"#;
    assert_eq!(with(uv), (Some(HashSource::Pylock), 1, vec![]));
}

#[test]
fn a_broken_pylock_is_told_and_a_report_of_something_else_is_not() {
    let image = installed("a", None).file("app/pylock.toml", b"x").file("app/report.json", b"{}");
    let (source, hashes, notes) = learned(&image);
    assert_eq!((source, hashes, notes.len()), (None, 0, 1));
    assert!(notes[0].starts_with("app/pylock.toml: neither a report of pip"), "{notes:?}");
}

#[test]
fn reports_of_pip_are_told_by_their_names() {
    let names = [
        "report.json",
        "pip-report.json",
        "pip_install_report.json",
        "install.report.json",
        "reports.json",
        "x.json",
    ];
    assert_eq!(names.map(|name| is_report(name.as_bytes())), [true, true, true, true, false, false]);
}
