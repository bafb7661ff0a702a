//! apk's database in images built here: rows, damage, layers.

use super::*;
use crate::ecosystem::testing::{Image, listed};

const INSTALLED: &str = "lib/apk/db/installed";

fn installed(bytes: &[u8]) -> Catalog {
    Image::of(&[(INSTALLED, bytes)]).catalog(&Apk)
}

#[test]
fn a_package_is_read_with_its_letters_told_apart_by_case() {
    let catalog = installed(
        b"C:Q1abc=\nP:busybox\nV:1.31.1-r9\nA:x86_64\np:cmd:sh\nc:0123\no:busybox-src\nv:9\na:9\nt:1\nF:bin\nR:sh\n\n",
    );
    let package = &catalog.packages[0];
    assert_eq!((package.name.as_str(), package.version.as_str()), ("busybox", "1.31.1-r9"));
    assert_eq!(package.architecture.as_deref(), Some("x86_64"));
    assert_eq!(package.source.as_deref(), Some("busybox-src"));
    assert_eq!(package.checksum.as_deref(), Some("Q1abc="));
    assert_eq!((&package.location, &package.evidence), (&INSTALLED.into(), &INSTALLED.into()));
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn virtual_and_broken_packages_are_kept_and_told_apart() {
    let catalog = installed(b"P:.build-deps\nV:20220907.224335\n\nP:a\nV:1\nf:fs\n\nP:b\nV:1\nf:S\n");
    assert_eq!(listed(&catalog), [".build-deps 20220907.224335 [virtual]", "a 1 [broken]", "b 1"]);
}

#[test]
fn both_places_of_a_merged_usr_are_one_database() {
    let image = Image::default().symlink("lib", "usr/lib").file("usr/lib/apk/db/installed", b"P:a\nV:1\n\n");
    assert_eq!(image.catalog(&Apk).path, "usr/lib/apk/db/installed".into());
    let image =
        Image::of(&[("usr/lib/apk/db/installed", b"P:a\nV:1\n")]).symlink("lib/apk", "../usr/lib/apk");
    assert_eq!(image.catalog(&Apk).path, "usr/lib/apk/db/installed".into());
}

#[test]
fn two_databases_that_are_two_files_are_two_catalogs() {
    let image = Image::of(&[(INSTALLED, b"P:a\nV:1\n"), ("usr/lib/apk/db/installed", b"P:b\nV:1\n")]);
    assert_eq!(image.catalogs(&Apk).len(), 2);
}

#[test]
fn a_package_is_of_the_layer_that_holds_its_files_or_else_of_the_databases() {
    let text =
        b"P:a\nV:1\nF:etc\nR:a.conf\nF:bin\nR:a\n\nP:b\nV:1\nF:bin\nR:b\n\nP:none\nV:1\nF:bin\nR:gone\n\n";
    let image = Image::of(&[(INSTALLED, b""), ("bin/a", b""), ("etc/a.conf", b"")])
        .layer(&[(INSTALLED, b""), ("bin/b", b"")])
        .layer(&[(INSTALLED, text), ("etc/a.conf", b"edited")]);
    let layers: Vec<_> = image.catalog(&Apk).packages.iter().map(|package| package.layer).collect();
    assert_eq!(layers, [0, 1, 2]);
}

/// What it is of, files with the layer that last wrote each, the database's layer, and the package's.
type ApkCase<'c> = (&'c str, &'c [(&'c str, usize)], usize, usize);

/// The layer told for a package whose files were last written in these layers; the database is of the last one.
fn layer_of(files: &[(&str, usize)], database: usize) -> usize {
    let rows: String = files.iter().fold("P:a\nV:1\n".to_owned(), |rows, (path, _)| {
        let (folder, name) = path.rsplit_once('/').unwrap();
        // A copy that apk wrote beside a kept file stands in no row.
        if name.ends_with(".apk-new") { rows } else { rows + &format!("F:{folder}\nR:{name}\n") }
    });
    let uppermost = files.iter().map(|(_, layer)| *layer).max().unwrap_or(0).max(database);
    let image = (0..=uppermost).fold(Image::default(), |image, layer| {
        let image = image.layer(&[]);
        let image = match layer == database {
            true => image.file(INSTALLED, rows.as_bytes()),
            false => image,
        };
        files.iter().filter(|(_, of)| *of == layer).fold(image, |image, (path, _)| image.file(path, b""))
    });
    image.catalog(&Apk).packages[0].layer
}

#[test]
fn a_package_is_of_the_layer_where_most_of_its_files_are() {
    let cases: [ApkCase<'_>; 9] = [
        ("all in one", &[("bin/a", 1), ("usr/a", 1)], 1, 1),
        ("one edited above", &[("bin/a", 1), ("usr/a", 1), ("usr/b", 2)], 3, 1),
        ("one of two edited above", &[("bin/a", 1), ("usr/b", 2)], 2, 1),
        ("one kept below by what no rule foresees", &[("usr/c", 0), ("bin/a", 2), ("usr/b", 2)], 2, 2),
        ("a config file that an upgrade left as it was", &[("etc/a", 0), ("usr/a", 2)], 2, 2),
        (
            "an edited one, beside it what the upgrade brought",
            &[("etc/a", 1), ("etc/a.apk-new", 2), ("usr/a", 2)],
            2,
            2,
        ),
        ("config files alone", &[("etc/a", 1), ("etc/b", 1), ("etc/c", 2)], 2, 1),
        ("config files alone, one upgraded beside", &[("etc/a", 0), ("etc/a.apk-new", 2)], 2, 2),
        ("most files changed after the last install", &[("bin/a", 1), ("usr/a", 3), ("usr/b", 3)], 2, 1),
    ];
    for (case, files, database, expected) in cases {
        assert_eq!(layer_of(files, database), expected, "{case}");
    }
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    let catalog = installed(b"V:1\n\nP:a\n\nnonsense\nP:b\r\nV:2\r\n\r\nP:c\nV:3\n\nP:c\nV:4");
    assert_eq!(listed(&catalog), ["a unknown", "b 2", "c 3", "c 4"]);
    let expected = [
        "lib/apk/db/installed, line 1: a package without P:",
        "lib/apk/db/installed, line 3: a has no V:",
        "lib/apk/db/installed, line 5: not a letter, a colon and a value",
        "lib/apk/db/installed: c stands twice",
    ];
    assert_eq!(catalog.problems, expected);
}

#[test]
fn a_database_too_large_to_keep_is_a_problem() {
    let catalog = Image::default().too_large(INSTALLED).catalog(&Apk);
    assert_eq!(catalog.problems, ["lib/apk/db/installed: too large to be read"]);
}

#[test]
fn huge_lines_and_hostile_folders_take_one_look() {
    let line = [b"P:a\nV:1\nD:", &b"x".repeat(12 << 20)[..], b"\n\nP:b\nV:1\n"].concat();
    assert_eq!(listed(&installed(&line)), ["a 1", "b 1"]);
    let folder = [b"P:a\nV:1\nF:", &b"a/".repeat(5 << 20)[..], b"\nR:x\n"].concat();
    assert_eq!(installed(&folder).packages.len(), 1);
    let folders =
        [b"P:a\nV:1\n", &[b"F:", &b"a/".repeat(1 << 10)[..], b"\nR:x\n"].concat().repeat(1 << 10)[..]]
            .concat();
    assert_eq!(installed(&folders).packages.len(), 1);
    assert_eq!(installed(&b"\0".repeat(10 << 20)).packages.len(), 0);
    assert_eq!(installed(&b"P:a\nV:1\n\n".repeat(200_000)).packages.len(), 200_000);
}

#[test]
fn file_rows_tell_the_owner_of_a_place() {
    let rows = b"P:py3-six\nV:1\nF:lib/six.egg-info\nR:PKG-INFO\nZ:Q1x\n\nP:b\nV:1\nR:PKG-INFO\n";
    let image = Image::default()
        .symlink("lib", "usr/lib")
        .file("usr/lib/six.egg-info/PKG-INFO", b"")
        .file("usr/lib/apk/db/installed", rows);
    let wanted: BTreeSet<LayerPath> = ["usr/lib/six.egg-info/PKG-INFO", "PKG-INFO"].map(Into::into).into();
    let owners: Vec<_> = image.with_tree(|tree| Apk.owners(tree, &wanted).into_iter().collect());
    let expected = [("PKG-INFO", "b"), ("usr/lib/six.egg-info/PKG-INFO", "py3-six")];
    assert_eq!(owners, expected.map(|(path, name)| (path.into(), name.to_owned())));
}

#[test]
fn what_of_a_database_says_nothing_is_told_by_a_digest_of_it() {
    let whole = |more: &str| installed(format!("P:a\nV:1\n\n{more}").as_bytes());
    let digest = |more: &str| whole(more).digest;
    assert_eq!(digest(""), None);
    assert_eq!(digest("P:b\n\nV:2\nP:c\n"), None);
    for (kind, one, other) in
        [("a package without a name", "V:1\n\n", "V:2\n\n"), ("a line that is no row", "x\n\n", "y\n\n")]
    {
        assert_ne!(digest(one), None, "{kind}");
        assert_ne!(digest(one), digest(other), "{kind}");
        assert_eq!(digest(one), digest(&format!("P:b\nV:1\n\n{one}")), "{kind}");
        assert_eq!(whole(one).packages[0].name, "a", "{kind}");
    }
}
