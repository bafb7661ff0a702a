//! RECORDs against images built here.

use super::*;
use crate::ecosystem::testing::Image;

const SITE: &str = "usr/local/lib/python3.11/site-packages";

fn row(path: &str, bytes: &[u8]) -> String {
    let sum = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::of(bytes).0);
    format!("{path},sha256={sum},{}\n", bytes.len())
}

/// A distribution of that name with this RECORD, in a folder.
fn with(image: Image, site: &str, name: &str, record: &str) -> Image {
    let info = format!("{site}/{name}-1.dist-info");
    let metadata = format!("Name: {name}\nVersion: 1\n");
    image
        .file(&format!("{info}/METADATA"), metadata.as_bytes())
        .file(&format!("{info}/INSTALLER"), b"pip\n")
        .file(&format!("{info}/RECORD"), record.as_bytes())
}

/// The metadata's rows of a distribution.
fn own(name: &str) -> String {
    let info = format!("{name}-1.dist-info");
    let metadata = format!("Name: {name}\nVersion: 1\n");
    let rows = [("METADATA", metadata.as_bytes()), ("INSTALLER", b"pip\n")];
    let rows: String = rows.iter().map(|(file, bytes)| row(&format!("{info}/{file}"), bytes)).collect();
    format!("{rows}{info}/RECORD,,\n")
}

fn checked(image: &Image) -> Integrity {
    let mut all =
        image.with_tree(|tree| crate::ecosystem::integrity(tree, &crate::ecosystem::catalogs(tree)));
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// What a kind of deviation names, from the site on.
fn named(files: &crate::ecosystem::integrity::NamedFiles) -> Vec<String> {
    assert_eq!(files.count, files.named.len());
    files.named.iter().map(|(path, _)| path.to_string().replace(&format!("{SITE}/"), "")).collect()
}

#[test]
fn rows_are_held_against_the_files_that_python_opens() {
    let record = [
        own("a"),
        row("a/__init__.py", b"x"),
        row("./a/dot.py", b"dot"),
        row("\"a/with,comma.py\"", b"c"),
        row("a/link.py", b"x"),
        row("a/hard.py", b"x"),
        row("a/both.py", b"x"),
        row("../../../bin/a", b"#!"),
        row("/etc/a.conf", b"conf"),
        row("a/changed.py", b"before"),
        row("a/folder", b"f"),
        row("a/gone.py", b"gone"),
        "a/padded.py,sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE=,1\n".to_owned(),
        "a/size.py,sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE,999\n".to_owned(),
        "a/md5.py,md5=AAAA,1\na/none.py,,\na/broken.py,sha256=AA,1\n".to_owned(),
        "a/__pycache__/__init__.cpython-311.pyc,,\na/__pycache__/gone.cpython-311.pyc,,\n".to_owned(),
        row("a/__init__.py", b"x"),
        "../../../../../../etc/out,,\n".to_owned(),
    ];
    let at = |path: &str| format!("{SITE}/{path}");
    let mut image = with(Image::default(), SITE, "a", &record.concat());
    let files: [(&str, &[u8]); 11] = [
        ("a/__init__.py", b"x"),
        ("a/dot.py", b"dot"),
        ("a/with,comma.py", b"c"),
        ("a/changed.py", b"after"),
        ("a/folder/x.py", b""),
        ("a/padded.py", b"x"),
        ("a/size.py", b"x"),
        ("a/md5.py", b"x"),
        ("a/none.py", b""),
        ("a/broken.py", b"x"),
        ("a/__pycache__/__init__.cpython-311.pyc", b"pyc"),
    ];
    for (path, bytes) in files {
        image = image.file(&at(path), bytes);
    }
    let image = image
        .folder(&at("a/folder"))
        .symlink(&at("a/link.py"), "__init__.py")
        .hardlink(&at("a/hard.py"), &at("a/__init__.py"))
        .hardlink(&at("a/both.py"), &at("a/link.py"))
        .file("usr/local/bin/a", b"#!")
        .file("etc/a.conf", b"conf");
    let integrity = checked(&image);
    assert_eq!(named(&integrity.changed), ["a/changed.py"]);
    assert_eq!(named(&integrity.missing), ["a/folder", "a/gone.py"]);
    assert_eq!(named(&integrity.unchecked), ["a/broken.py", "a/md5.py", "a/none.py"]);
    assert_eq!(named(&integrity.unlisted), ["a/folder/x.py"]);
    assert_eq!((integrity.packages, integrity.intact), (1, 12));
}

#[test]
fn what_no_list_has_is_told_and_what_others_put_there_is_not() {
    let image = with(Image::default(), SITE, "a", &(own("a") + &row("a/__init__.py", b"x")));
    let image = with(image, SITE, "b", "");
    let files = [
        "a/__init__.py",
        "a/extra.py",
        "a/__pycache__/__init__.cpython-311.pyc",
        "a/__pycache__/other.cpython-311.pyc",
        "b/anything.py",
        "b.py",
        "~b/left.py",
        "README.txt",
        "_virtualenv.py",
        "debian.py",
        "stray.py",
    ];
    let image = files.iter().fold(image, |image, path| image.file(&format!("{SITE}/{path}"), b"x"));
    let image = image.file("var/lib/dpkg/info/python3-x.list", format!("/{SITE}/debian.py\n").as_bytes());
    let integrity = checked(&image);
    let told = ["a/__pycache__/other.cpython-311.pyc", "a/extra.py", "stray.py", "~b/left.py"];
    assert_eq!(named(&integrity.unlisted), told);
    assert!(integrity.changed.count + integrity.missing.count == 0);
    let more = format!(
        "{SITE}: 4 files are in no package's list: {SITE}/{}, {SITE}/{}, {SITE}/{} and 1 more",
        told[0], told[1], told[2]
    );
    assert_eq!(integrity.notes(), [more]);
}

#[test]
fn in_a_folder_of_another_name_scripts_were_moved_and_the_application_is_not_told() {
    let record = own("a") + &row("a/__init__.py", b"x") + &row("../../bin/a", b"#!");
    let image = with(Image::default(), "var/task", "a", &record)
        .file("var/task/a/__init__.py", b"x")
        .file("var/task/a/extra.py", b"x")
        .file("var/task/bin/a", b"#!")
        .file("var/task/handler.py", b"mine")
        .file("var/task/app/x.py", b"mine");
    let integrity = checked(&image);
    let unowned: Vec<_> = integrity.unlisted.named.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(unowned, ["var/task/a/extra.py"]);
    assert_eq!((integrity.intact, integrity.missing.count), (4, 0));
}

#[test]
fn a_site_without_any_list_says_nothing_of_files() {
    let image = Image::of(&[
        ("usr/lib/python3/dist-packages/a-1.egg-info", b"Name: a\nVersion: 1\n"),
        ("usr/lib/python3/dist-packages/other.py", b"x"),
    ]);
    assert!(checked(&image).is_whole());
}

#[test]
fn a_file_that_two_packages_list_is_held_to_both() {
    let image = with(Image::default(), SITE, "a", &(own("a") + &row("shared.py", b"of a")));
    let image = with(image, SITE, "b", &(own("b") + &row("shared.py", b"of b")));
    let integrity = checked(&image.file(&format!("{SITE}/shared.py"), b"of b"));
    let named: Vec<_> = integrity.changed.named.into_iter().collect();
    assert_eq!(named, [(format!("{SITE}/shared.py").as_str().into(), Some("a".to_owned()))]);
}

#[test]
fn many_deviations_are_counted_and_the_first_named() {
    let mut files = crate::ecosystem::integrity::NamedFiles::default();
    for at in (0..1000).rev() {
        files.add(format!("f{at:04}").as_str().into(), None);
    }
    let first: Vec<_> = files.named.iter().take(2).map(|(path, _)| path.to_string()).collect();
    assert_eq!((files.count, files.named.len()), (1000, 100));
    assert_eq!(first, ["f0000", "f0001"]);
}

#[test]
fn what_dpkg_brought_is_held_to_no_record_for_what_debian_moved_nor_for_its_bytecode() {
    let site = "usr/lib/python3/dist-packages";
    let record = format!("{}{}", own("a"), row("../../../bin/a", b"#!"));
    let status = "Package: python3-a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n";
    let list = format!(
        "/.\n/{site}/a-1.dist-info\n/{site}/a-1.dist-info/METADATA\n/{site}/a-1.dist-info/INSTALLER\n/{site}/a-1.dist-info/RECORD\n/{site}/b.py\n"
    );
    let image = with(Image::default(), site, "a", &record)
        .file("var/lib/dpkg/status", status.as_bytes())
        .file("var/lib/dpkg/info/python3-a.list", list.as_bytes())
        .file(&format!("{site}/b.py"), b"b")
        .file(&format!("{site}/__pycache__/b.cpython-311.pyc"), b"pyc")
        .file(&format!("{site}/__pycache__/lost.cpython-311.pyc"), b"pyc");
    let integrity = checked(&image);
    assert_eq!(integrity.missing.count, 0, "{integrity:?}");
    let unlisted: Vec<String> = integrity.unlisted.named.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(unlisted, [format!("{site}/__pycache__/lost.cpython-311.pyc")]);
}
