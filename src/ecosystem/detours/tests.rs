//! Which ways to databases names tell, and which they do not.

use super::*;
use crate::ecosystem::catalogs;
use crate::ecosystem::testing::Image;

const SITE: &str = "usr/lib/python3.11/site-packages";
const METADATA: &[u8] = b"Name: six\nVersion: 1\n";

fn detours_of(image: &Image) -> Vec<String> {
    image.with_tree(|tree| detours(tree, &catalogs(tree)).iter().map(LayerPath::to_string).collect())
}

fn linked(path: &str, target: &str, file: &str) -> Vec<String> {
    detours_of(&Image::default().symlink(path, target).file(file, b"1"))
}

#[test]
fn images_as_distributions_make_them_have_none() {
    let status: &[u8] = b"Package: a\nVersion: 1\nStatus: install ok installed\n";
    let image = Image::of(&[
        ("var/lib/dpkg/status", status),
        ("usr/lib/apk/db/installed", b"P:a\nV:1\n"),
        ("usr/lib/sysimage/rpm/rpmdb.sqlite", b"1"),
        (&format!("{SITE}/six-1.dist-info/METADATA"), METADATA),
        ("opt/conda/conda-meta/a.json", b"{}"),
        ("opt/conda/pkgs/a-1-0/site-packages/a-1.dist-info/METADATA", METADATA),
        ("usr/share/doc/a/copyright", b""),
    ])
    .symlink("lib", "usr/lib")
    .symlink("lib64", "usr/lib64")
    .symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm")
    .symlink("usr/lib/python3", "python3.11")
    .symlink("usr/bin/python", "python3")
    .symlink("usr/share/doc/b", "a")
    .symlink("var/run", "/run")
    .hardlink(
        "opt/conda/lib/python3.11/site-packages/a-1.dist-info/METADATA",
        "opt/conda/pkgs/a-1-0/site-packages/a-1.dist-info/METADATA",
    )
    .layer(&[("lib/python3.11/site-packages/b-1.dist-info/METADATA", METADATA), ("app/main.py", b"")]);
    assert_eq!(detours_of(&image), [""; 0]);
    assert_eq!(detours_of(&Image::default()), [""; 0]);
}

#[test]
fn a_link_to_a_place_of_another_name_is_one_whether_or_not_anything_stands_there() {
    for (path, target, real) in [
        ("var/lib/dpkg", "/srv/x", "srv/x/status"),
        ("var/lib/dpkg", "../../srv/x", "srv/x/status"),
        ("var/lib/rpm", "/srv/db", "srv/db/rpmdb.sqlite"),
        ("lib/apk/db", "/srv/apk", "srv/apk/installed"),
        ("var/lib/dpkg/status", "/srv/blob", "srv/blob"),
        ("var/lib/dpkg/updates", "/srv/up", "srv/up/0000"),
        ("var/lib/rpm/rpmdb.sqlite", "../../../srv/blob", "srv/blob"),
        ("opt/conda/conda-meta", "/srv/cm", "srv/cm"),
        ("opt/conda/conda-meta/a.json", "/srv/a.json", "srv/a.json"),
        (&format!("{SITE}/six-1.dist-info"), "/srv/six", "srv/six"),
        (&format!("{SITE}/six.egg-info"), "/srv/six.txt", "srv/six.txt"),
        (&format!("{SITE}/six-1.dist-info/METADATA"), "/srv/meta", "srv/meta"),
    ] {
        for file in [real, "srv/other/file"] {
            let detours = linked(path, target, file);
            assert!(detours.iter().any(|detour| detour == real), "{path} {file}: {detours:?}");
        }
    }
}

#[test]
fn a_link_of_any_name_on_the_way_or_to_what_is_around_is_one() {
    let further = Image::of(&[("mnt/dpkg/status", b"")])
        .symlink("var/lib/dpkg", "/stage/dpkg")
        .symlink("stage", "/mnt");
    assert!(detours_of(&further).contains(&"stage".to_owned()));
    assert_eq!(linked("stage", "/mnt", "mnt/site-packages/six-1.dist-info/METADATA"), ["stage"]);
    assert_eq!(linked("stage", "/mnt", "mnt/data/file"), [""; 0]);
    assert_eq!(linked("dbs", "/var/lib/dpkg", "srv/file"), ["dbs"]);
    let cyclic = Image::default().symlink("var/lib/dpkg", "/srv/x").symlink("srv/x", "/var/lib/dpkg");
    assert!(!detours_of(&cyclic).is_empty());
}

#[test]
fn a_hardlink_to_a_file_of_another_name_is_one() {
    let of = |path: &str, target: &str| {
        detours_of(&Image::of(&[("srv/blob", b"1"), ("data/dpkg/status", b"1")]).hardlink(path, target))
    };
    assert_eq!(of("var/lib/dpkg/status", "srv/blob"), ["var/lib/dpkg/status"]);
    assert_eq!(of("var/lib/dpkg/status", "srv/missing"), ["var/lib/dpkg/status"]);
    assert_eq!(of("var/lib/dpkg/status", "data/dpkg/status"), [""; 0]);
    assert_eq!(of("opt/file", "srv/blob"), [""; 0]);
}

#[test]
fn what_went_through_a_link_took_its_place_or_was_buried_is_one_though_it_is_gone() {
    let record = "stage/site-packages/six-1.dist-info/METADATA";
    let stage = || Image::default().symlink("stage", "/mnt");
    assert!(detours_of(&stage().layer(&[(record, METADATA)])).contains(&record.to_owned()));
    let replaced = stage().layer(&[]).folder("stage").file(record, METADATA);
    assert_eq!(detours_of(&replaced), ["stage"]);
    let buried = Image::of(&[("opt/env.sh/site-packages/six-1.dist-info/METADATA", METADATA)])
        .layer(&[("opt/env.sh", b"a file now")]);
    assert_eq!(detours_of(&buried), ["opt/env.sh"]);
    let standing = Image::of(&[("opt/env.sh/site-packages/six-1.dist-info/METADATA", METADATA)]);
    assert_eq!(detours_of(&standing), ["opt/env.sh/site-packages/six-1.dist-info"]);
    let marker = stage().layer(&[("stage/.wh.data", b"")]);
    assert_eq!(detours_of(&marker), ["stage/data"]);
}

#[test]
fn the_source_of_an_egg_link_may_be_behind_one() {
    let link = (&*format!("{SITE}/six.egg-link"), &b"/srv/six\n.\n"[..]);
    let image = Image::of(&[link, ("src/six/six.egg-info/PKG-INFO", METADATA)]);
    assert_eq!(detours_of(&image.symlink("srv", "/src")), ["srv"]);
}

#[test]
fn of_very_many_some_are_named() {
    let many = (0..1000).fold(Image::default(), |image, at| {
        image.symlink(&format!("opt/{at}/conda-meta"), &format!("/srv/{at}"))
    });
    assert_eq!(detours_of(&many).len(), limits::DETOURS);
}

#[test]
fn a_folder_in_the_place_of_a_link_with_a_name_that_leads_is_told_by_it() {
    let image = Image::default().symlink("lib", "usr/lib").layer(&[]).folder("lib");
    assert_eq!(detours_of(&image), [""; 0]);
}
