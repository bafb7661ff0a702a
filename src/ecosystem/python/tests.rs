//! Site directories in images built here: every form of a distribution, damage, owners.

use super::*;
use crate::base::digest::Sha256;
use crate::ecosystem::testing::{Image, listed};

const SITE: &str = "usr/lib/python3/dist-packages";

/// An image of files below [`SITE`].
fn site(files: &[(&str, &[u8])]) -> Image {
    files.iter().fold(Image::default(), |image, (path, bytes)| image.file(&format!("{SITE}/{path}"), bytes))
}

fn places(image: &Image) -> Vec<String> {
    image.catalogs(&Python).iter().map(|catalog| catalog.path.to_string()).collect()
}

#[test]
fn a_dist_info_tells_all_it_knows() {
    let image = site(&[]).layer(&[("etc/x", b"")]).layer(&[
        ("opt/venv/lib/python3.11/site-packages/Foo_Bar-1.0.dist-info/METADATA", METADATA),
        ("opt/venv/lib/python3.11/site-packages/Foo_Bar-1.0.dist-info/RECORD", b"foo.py,sha256=X,3\n"),
        ("opt/venv/lib/python3.11/site-packages/Foo_Bar-1.0.dist-info/INSTALLER", b"uv\r\n"),
        ("opt/venv/lib/python3.11/site-packages/Foo_Bar-1.0.dist-info/direct_url.json", DIRECT_URL),
    ]);
    let image = image.layer(&[("opt/venv/lib/python3.11/site-packages/later.py", b"")]);
    let catalog = image.catalog(&Python);
    assert_eq!(catalog.path, "opt/venv/lib/python3.11/site-packages".into());
    let told = "Foo_Bar-1.0.dist-info: its metadata says version 1.0+cu124; pip and uv take that of the folder's name";
    assert_eq!((catalog.layer, &*catalog.problems), (2, &[format!("{}/{told}", catalog.path)][..]));
    let expected = Package {
        name: "foo-bar".into(),
        version: "1.0+cu124".into(),
        location: catalog.path.clone(),
        evidence: catalog.path.join(b"Foo_Bar-1.0.dist-info").join(b"METADATA"),
        layer: 1,
        installer: Some("uv".into()),
        origin: Some("https://example.org/foo.whl".into()),
        content: Some(Sha256::of(b"foo.py\0sha256=X\x003\n")),
        hashes: vec![Sha256::of(b"").into()],
        requires: vec!["numpy (>=1.2)".into(), "six; extra == 'dev'".into()],
        ..Package::default()
    };
    assert_eq!(catalog.packages, [expected]);
}

#[test]
fn core_metadata_is_read_by_either_of_its_names_in_each_form() {
    let text = |name: &str| format!("Name: {name}\nVersion: 2.0\n");
    let cases = [
        ("a-2.egg-info", "METADATA"),
        ("a-2.egg-info", "PKG-INFO"),
        ("a-2.dist-info", "METADATA"),
        ("a-2.dist-info", "PKG-INFO"),
        ("a-1-py3.11.egg/EGG-INFO", "METADATA"),
        ("a-1-py3.11.egg/EGG-INFO", "PKG-INFO"),
    ];
    for (folder, name) in cases {
        let other = if name == "METADATA" { "PKG-INFO" } else { "METADATA" };
        let place = |name: &str| format!("{folder}/{name}");
        let alone = site(&[(&place(name), text("a").as_bytes())]).catalog(&Python);
        assert_eq!((listed(&alone), alone.problems.len()), (vec!["a 2.0".to_owned()], 0), "{folder}/{name}");
        let beside = [(&*place(name), text("a").into_bytes()), (&*place(other), Vec::new())];
        let beside = beside.each_ref().map(|(path, bytes)| (*path, bytes.as_slice()));
        assert_eq!(listed(&site(&beside).catalog(&Python)), ["a 2.0"], "beside an empty {other}");
        let both = [("METADATA", text("first")), ("PKG-INFO", text("second"))];
        let both = both.each_ref().map(|(name, text)| (place(name), text.as_bytes()));
        let both = both.each_ref().map(|(path, bytes)| (path.as_str(), *bytes));
        assert_eq!(listed(&site(&both).catalog(&Python)), ["first 2.0"], "{folder}");
    }
}

const METADATA: &[u8] =
    b"Metadata-Version: 2.1\nName: Foo.Bar\nVersion: 1.0+cu124\nRequires-Dist: numpy (>=1.2)\n\
    Requires-Dist: six; extra == 'dev'\nAuthor: \xff\xfe\n\nRequires-Dist: not-this\n";

const DIRECT_URL: &[u8] = br#"{"url": "https://example.org/foo.whl", "archive_info": {"hashes":
    {"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}}"#;

#[test]
fn only_direct_children_of_a_site_directory_are_installed() {
    let image = site(&[
        ("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
        ("setuptools/_vendor/b-1.dist-info/METADATA", b"Name: b\nVersion: 1\n"),
        ("pip/_vendor/site-packages/c-1.dist-info/METADATA", b"Name: c\nVersion: 1\n"),
        ("d/site-packages/e-1.dist-info/METADATA", b"Name: e\nVersion: 1\n"),
        ("~orch-2.1.0.dist-info/METADATA", b"Name: torch\nVersion: 2.1.0\n"),
        ("-orch-2.1.0.dist-info/METADATA", b"Name: torch\nVersion: 2.1.0\n"),
        (".dist-info/METADATA", b"Name: f\nVersion: 1\n"),
    ]);
    let image = image.file("srv/g-1.dist-info/METADATA", b"Name: g\nVersion: 1\n");
    let image = image.file("srv/g-1.dist-info/RECORD", b"");
    let image = image.file("srv/_vendor/site-packages/h-1.dist-info/METADATA", b"Name: h\nVersion: 1\n");
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["a 1"]);
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn a_folder_of_any_name_that_an_installer_filled_is_a_site_directory() {
    let image = Image::of(&[
        ("var/task/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
        ("var/task/a-1.dist-info/RECORD", b""),
        ("var/task/a-1.dist-info/INSTALLER", b"pip\n"),
        ("var/task/old-2.egg-info", b"Name: old\nVersion: 2\n"),
        ("var/task/a/vendor/inner-1.dist-info/METADATA", b"Name: inner\nVersion: 1\n"),
        ("var/task/a/vendor/inner-1.dist-info/RECORD", b""),
        ("var/task/a/vendor/inner-1.dist-info/INSTALLER", b"pip\n"),
        // Sorts between `var/task` and what is in it.
        ("var/task-2/b-1.dist-info/METADATA", b"Name: b\nVersion: 1\n"),
        ("var/task-2/b-1.dist-info/RECORD", b""),
        ("var/task-2/.lock", b""),
        // A wheel unpacked for its bytes, by uv's cache and by pex, what a build left, and a vendored copy.
        ("root/.cache/uv/archive-v0/x/c-1.dist-info/METADATA", b"Name: c\nVersion: 1\n"),
        ("root/.cache/uv/archive-v0/x/c-1.dist-info/RECORD", b""),
        ("root/.pex/wheels/d-1-py3-none-any.whl/d-1.dist-info/METADATA", b"Name: d\nVersion: 1\n"),
        ("root/.pex/wheels/d-1-py3-none-any.whl/d-1.dist-info/RECORD", b""),
        ("root/.pex/wheels/d-1-py3-none-any.whl/d-1.dist-info/INSTALLER", b"pex"),
        ("app/.pdm-build/e-1.dist-info/METADATA", b"Name: e\nVersion: 1\n"),
        ("app/_vendor/f-1.dist-info/METADATA", b"Name: f\nVersion: 1\n"),
        ("app/_vendor/f-1.dist-info/RECORD", b""),
        ("app/_vendor/f-1.dist-info/INSTALLER", b"pip\n"),
    ]);
    assert_eq!(places(&image), ["var/task", "var/task-2"]);
    let packages: Vec<_> = image.catalogs(&Python).iter().flat_map(listed).collect();
    assert_eq!(packages, ["a 1", "old 2", "b 1"]);
}

#[test]
fn a_site_directory_that_is_a_link_is_read_where_it_leads_and_once() {
    let image = Image::of(&[
        ("srv/deps/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
        ("usr/lib/python3/dist-packages/b-1.dist-info/METADATA", b"Name: b\nVersion: 1\n"),
        ("srv/empty/x", b""),
    ])
    .symlink("opt/venv/lib/python3.11/site-packages", "/srv/deps")
    .symlink("opt/other/lib/python3.11/site-packages", "../../../../srv/deps")
    .symlink("opt/third/site-packages", "/usr/lib/python3/dist-packages")
    .symlink("opt/fourth/site-packages", "/srv/empty")
    .symlink("opt/fifth/site-packages", "/opt/fifth/site-packages")
    .symlink("opt/_vendor/site-packages", "/srv/deps");
    assert_eq!(places(&image), ["srv/deps", "usr/lib/python3/dist-packages"]);
    let packages: Vec<_> = image.catalogs(&Python).iter().flat_map(listed).collect();
    assert_eq!(packages, ["a 1", "b 1"]);
}

#[test]
fn a_dist_info_without_metadata_is_told_and_not_counted() {
    let image = site(&[
        ("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
        ("gone-3.dist-info/RECORD", b"gone.py,,\n"),
        ("empty.dist-info/INSTALLER", b"pip\n"),
    ])
    .folder(&format!("{SITE}/bare-1.dist-info"))
    .file(&format!("{SITE}/plain-1.dist-info"), b"");
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["a 1"]);
    let told = [("empty", "no METADATA"), ("gone-3", "a RECORD and no METADATA")].map(|(stem, what)| {
        format!("{SITE}/{stem}.dist-info: it has {what}, and is not counted as installed")
    });
    assert_eq!(catalog.problems, told);
}

#[test]
fn a_folder_named_otherwise_than_its_metadata_is_told() {
    let image = site(&[
        ("othername-4.9.dist-info/METADATA", b"Name: RealName\nVersion: 5.0\n"),
        ("Same_Thing-1.0.dist-info/METADATA", b"Name: same-thing\nVersion: 1.0.0\n"),
        ("dashed-1.0_1.dist-info/METADATA", b"Name: dashed\nVersion: 1.0-1\n"),
    ]);
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["dashed 1.0-1", "realname 5.0", "same-thing 1.0.0"]);
    let folder = format!("{SITE}/othername-4.9.dist-info");
    let told = [
        format!(
            "{folder}: its metadata calls it RealName; pip takes the version of the folder's name, uv both"
        ),
        format!("{folder}: its metadata says version 5.0; pip and uv take that of the folder's name"),
    ];
    assert_eq!(catalog.problems, told);
}

#[test]
fn each_site_directory_is_its_own_catalog() {
    let image = Image::of(&[
        ("opt/a/lib/python3.11/site-packages/x-1.dist-info/METADATA", b"Name: x\nVersion: 1\n"),
        ("opt/b/lib/python3.11/site-packages/x-2.dist-info/METADATA", b"Name: x\nVersion: 2\n"),
        ("opt/b/lib/python3.11/site-packages-old/x-3.dist-info/METADATA", b"Name: x\nVersion: 3\n"),
        ("opt/empty/lib/python3.11/site-packages/README.txt", b""),
    ]);
    assert_eq!(places(&image), ["opt/a/lib/python3.11/site-packages", "opt/b/lib/python3.11/site-packages"]);
}

#[test]
fn condas_package_cache_is_not_installed_but_what_is_linked_from_it_is() {
    let cached = "opt/conda/pkgs/six-1.16.0-pyh6c4a22f_0/site-packages/six-1.16.0.dist-info/METADATA";
    let image = Image::of(&[
        (cached, b"Name: six\nVersion: 1.16.0\n"),
        (
            "opt/conda/pkgs/a-1-py311_0/lib/python3.11/site-packages/a-1.dist-info/METADATA",
            b"Name: a\nVersion: 1\n",
        ),
        (
            "src/pkgs/my-own-venv/lib/python3.11/site-packages/b-1.dist-info/METADATA",
            b"Name: b\nVersion: 1\n",
        ),
        ("src/pkgs/my-own-venv/pyvenv.cfg", b""),
        (
            "src/pkgs/my-own-app/.venv/lib/python3.11/site-packages/c-1.dist-info/METADATA",
            b"Name: c\nVersion: 1\n",
        ),
    ])
    .hardlink("opt/conda/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA", cached);
    let catalogs = image.catalogs(&Python);
    let packages: Vec<_> = catalogs.iter().flat_map(listed).collect();
    assert_eq!(packages, ["six 1.16.0", "c 1", "b 1"]);
}

#[test]
fn a_dist_info_that_is_a_symlink_or_holds_symlinks_is_read() {
    let image = site(&[])
        .file("root/.cache/uv/archive-v0/x/a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n")
        .file("nix/b-1.dist-info/METADATA", b"Name: b\nVersion: 1\n")
        .symlink(
            &format!("{SITE}/a-1.dist-info/METADATA"),
            "/root/.cache/uv/archive-v0/x/a-1.dist-info/METADATA",
        )
        .symlink(&format!("{SITE}/b-1.dist-info"), "/nix/b-1.dist-info");
    assert_eq!(listed(&image.catalog(&Python)), ["a 1", "b 1"]);
}

#[test]
fn egg_infos_are_read_as_folder_and_as_file() {
    let image = site(&[
        ("a-1.0.egg-info/PKG-INFO", b"Name: A\nVersion: 1.0\n"),
        ("a-1.0.egg-info/requires.txt", b"x\n"),
        ("b-2-py3.11.egg-info", b"Name: b\nVersion: 2\n"),
        ("c.egg-info/top_level.txt", b"c\n"),
    ]);
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["a 1.0", "b 2"]);
    let evidence: Vec<_> = catalog.packages.iter().map(|package| package.evidence.to_string()).collect();
    assert_eq!(evidence, [format!("{SITE}/a-1.0.egg-info/PKG-INFO"), format!("{SITE}/b-2-py3.11.egg-info")]);
}

#[test]
fn eggs_are_read_as_folder_and_named_as_zip() {
    let image = site(&[
        ("a-1.0-py3.11.egg/EGG-INFO/PKG-INFO", b"Name: a\nVersion: 1.0\n"),
        ("a-1.0-py3.11.egg/a/__init__.py", b""),
        ("b_c-2.0-py2.7.egg", b"PK"),
    ]);
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["a 1.0", "b-c 2.0"]);
    assert_eq!(catalog.packages[1].hashes, [Sha256::of(b"PK").into()]);
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn an_egg_link_leads_to_the_version_of_an_editable_package() {
    let image = site(&[("foo-bar.egg-link", b"/app/src\n../"), ("gone.egg-link", b"../nowhere\n.")])
        .file("app/src/foo_bar.egg-info/PKG-INFO", b"Name: foo-bar\nVersion: 0.3.dev1\n")
        .file("app/src/other.egg-info/PKG-INFO", b"Name: other\nVersion: 9\n");
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["foo-bar 0.3.dev1", "gone unknown"]);
    assert!(catalog.packages.iter().all(|package| package.origin.as_deref() == Some("editable")));
    let expected = [
        format!("{SITE}/gone.egg-link: its metadata has no version"),
        format!("{SITE}/gone.egg-link: leads to ../nowhere, which has no metadata of gone"),
    ];
    assert_eq!(catalog.problems, expected);
}

#[test]
fn an_editable_package_is_told_by_direct_url_or_by_its_hook() {
    let image = site(&[
        ("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
        ("a-1.dist-info/direct_url.json", br#"{"url":"file:///app","dir_info":{"editable":true}}"#),
        ("b-1.dist-info/METADATA", b"Name: b\nVersion: 1\n"),
        ("b-1.dist-info/RECORD", b"__editable__.b-1.pth,sha256=X,9\n"),
    ]);
    let origins: Vec<_> = image.catalog(&Python).packages.into_iter().map(|package| package.origin).collect();
    assert_eq!(origins, [Some("editable file:///app".into()), Some("editable".into())]);
}

#[test]
fn egg_info_and_dist_info_of_one_version_are_one_package() {
    let image = site(&[
        ("cryptography-38.0.4.egg-info/PKG-INFO", b"Name: cryptography\nVersion: 38.0.4\n"),
        ("cryptography-38.0.4.dist-info/METADATA", b"Name: cryptography\nVersion: 38.0.4\n"),
        ("b-1.0.egg-info", b"Name: b\nVersion: 1.0.0\n"),
        ("b-1.0.dist-info/METADATA", b"Name: b\nVersion: 1.0\n"),
    ]);
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["b 1.0", "cryptography 38.0.4"]);
    assert!(catalog.packages.iter().all(|package| package.evidence.file_name() == b"METADATA"));
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn two_claims_on_one_name_are_both_listed_with_a_problem() {
    let image = site(&[
        ("numpy-1.0.dist-info/METADATA", b"Name: numpy\nVersion: 1.0\n"),
        ("numpy-2.0.dist-info/METADATA", b"Name: NumPy\nVersion: 2.0\n"),
        ("c-1.egg-info", b"Name: c\nVersion: 1\n"),
        ("c-2.dist-info/METADATA", b"Name: c\nVersion: 2\n"),
    ]);
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["c 1", "c 2", "numpy 1.0", "numpy 2.0"]);
    assert_eq!(catalog.problems.len(), 2);
    let expected = format!(
        "numpy is claimed more than once: {SITE}/numpy-1.0.dist-info/METADATA, {SITE}/numpy-2.0.dist-info/METADATA; importlib takes \
         the one that the folder lists first, which an image does not tell"
    );
    assert_eq!(catalog.problems[1], expected);
    let image = site(&[
        ("a-1.0-py3.11.egg/EGG-INFO/PKG-INFO", b"Name: a\nVersion: 1.0\n"),
        ("a-2.dist-info/METADATA", b"Name: a\nVersion: 2\n"),
    ]);
    let problem = &image.catalog(&Python).problems[0];
    assert!(problem.ends_with(&format!("; importlib takes {SITE}/a-2.dist-info/METADATA")), "{problem}");
}

#[test]
fn what_the_metadata_lacks_is_taken_from_the_folder_name() {
    let image = site(&[
        ("foo_bar-1.2.dist-info/METADATA", b"Metadata-Version: 2.1\n\nVersion: 9\n"),
        ("nothing.dist-info/METADATA", b""),
    ]);
    let catalog = image.catalog(&Python);
    assert_eq!(listed(&catalog), ["foo-bar 1.2", "nothing unknown"]);
    assert_eq!(catalog.problems.len(), 4);
    assert_eq!(catalog.problems[0], format!("{SITE}/foo_bar-1.2.dist-info: its metadata has no name"));
}

#[test]
fn without_a_record_no_content_is_claimed_and_a_broken_one_is_a_problem() {
    let image = site(&[
        ("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n"),
        ("b-1.dist-info/METADATA", b"Name: b\nVersion: 1\n"),
        ("b-1.dist-info/RECORD", b"b.py,sha256=X,1\nnonsense\n"),
        ("b-1.dist-info/direct_url.json", b"{"),
    ]);
    let catalog = image.catalog(&Python);
    assert!(catalog.packages.iter().all(|package| package.content.is_none() && package.origin.is_none()));
    assert_eq!(
        catalog.problems[0],
        format!("{SITE}/b-1.dist-info/RECORD, line 2: not a row of path, hash and size")
    );
    assert!(catalog.problems[1].starts_with(&format!("{SITE}/b-1.dist-info/direct_url.json: ")));
}

#[test]
fn a_record_too_large_to_keep_is_a_problem() {
    let image = site(&[("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n")]);
    let catalog = image.too_large(&format!("{SITE}/a-1.dist-info/RECORD")).catalog(&Python);
    assert_eq!(catalog.problems, [format!("{SITE}/a-1.dist-info/RECORD: too large to be read")]);
    assert_eq!(listed(&catalog), ["a 1"]);
}

#[test]
fn a_package_of_the_distribution_names_its_owner_and_one_of_pip_none() {
    let image = site(&[
        ("six-1.16.0.egg-info/PKG-INFO", b"Name: six\nVersion: 1.16.0\n"),
        ("b-1.egg-info", b"Name: b\nVersion: 1\n"),
        ("pip_made-1.dist-info/METADATA", b"Name: pip-made\nVersion: 1\n"),
    ]);
    let list = format!(
        "/.\n/{SITE}/six-1.16.0.egg-info\n/{SITE}/six-1.16.0.egg-info/PKG-INFO\n/{SITE}/b-1.egg-info"
    );
    let image = image.file("var/lib/dpkg/info/python3-six.list", list.as_bytes());
    let rows = format!(
        "P:py3-b\nV:1\nF:{SITE}\nR:b-1.egg-info\n\nP:py3-six\nV:1\nF:{SITE}/six-1.16.0.egg-info\nR:PKG-INFO\n"
    );
    let owners = |image: Image| -> Vec<_> {
        image.catalog(&Python).packages.into_iter().map(|package| package.owner.unwrap_or_default()).collect()
    };
    let image = image.file("lib/apk/db/installed", rows.as_bytes());
    assert_eq!(owners(image), ["apk:py3-b", "", "apk:py3-six"]);
    let image = site(&[("mercurial-6.egg-info/PKG-INFO", b"Name: mercurial\nVersion: 6\n")]);
    let image = image.file(
        "var/lib/dpkg/info/mercurial:amd64.list",
        format!("/{SITE}/mercurial-6.egg-info/PKG-INFO\n").as_bytes(),
    );
    assert_eq!(owners(image), ["deb:mercurial"]);
}

#[test]
fn a_deleted_or_replaced_package_is_gone() {
    let old = format!("{SITE}/a-1.dist-info/METADATA");
    let image = Image::of(&[(&old, b"Name: a\nVersion: 1\n")]).layer(&[
        (&format!("{SITE}/.wh.a-1.dist-info"), b""),
        (&format!("{SITE}/a-2.dist-info/METADATA"), b"Name: a\nVersion: 2\n"),
    ]);
    let catalog = image.catalog(&Python);
    assert_eq!((listed(&catalog), catalog.packages[0].layer), (vec!["a 2".to_owned()], 1));
}

#[test]
fn hostile_site_directories_take_one_look() {
    let mut image = Image::default();
    for at in 0..20_000 {
        image =
            image.file(&format!("s/site-packages/p{at}-1.dist-info/METADATA"), b"Name: same\nVersion: 1\n");
        image = image.file(&format!("s/site-packages/l{at}.egg-link"), b"/\n");
    }
    let deep = "site-packages/".repeat(1000) + "a-1.dist-info/METADATA";
    let image = image.file(&deep, b"Name: deep\nVersion: 1\n");
    let catalogs = image.catalogs(&Python);
    assert_eq!(catalogs.iter().map(|catalog| catalog.packages.len()).sum::<usize>(), 40_000);
}

#[test]
fn what_could_not_be_read_whole_is_told_by_a_digest_and_listed_by_its_name() {
    let six = |image: Image| {
        let catalog = image.catalog(&Python);
        assert_eq!(catalog.packages.len(), 1, "{catalog:?}");
        assert_eq!(catalog.packages[0].name, "six");
        catalog.digest
    };
    let path = |file: &str| format!("{SITE}/six-1.dist-info/{file}");
    let whole = || site(&[("six-1.dist-info/METADATA", b"Name: six\nVersion: 1\n")]);
    type Make<'m> = &'m dyn Fn(&[u8]) -> Image;
    let cases: [Make<'_>; 9] = [
        &|bytes| whole().file(&path("RECORD"), &[b"a.py,sha256=x,1\nno row", bytes].concat()),
        &|bytes| whole().file(&path("direct_url.json"), bytes),
        &|bytes| whole().file(&path("provenance_url.json"), bytes),
        &|bytes| whole().file("srv/blob", bytes).hardlink(&path("RECORD"), "srv/blob"),
        &|bytes| whole().file("srv/blob", bytes).symlink(&path("INSTALLER"), "/srv/blob"),
        &|bytes| Image::of(&[("srv/blob", bytes)]).hardlink(&path("METADATA"), "srv/blob"),
        &|bytes| {
            Image::of(&[("srv/six/METADATA", bytes)]).symlink(&format!("{SITE}/six-1.dist-info"), "/srv/six")
        },
        &|bytes| {
            Image::of(&[("srv/six.txt", bytes)]).symlink(&format!("{SITE}/six.egg-info"), "/srv/six.txt")
        },
        &|bytes| site(&[("six.egg-info", bytes)]),
    ];
    for (at, make) in cases.iter().enumerate() {
        let [one, same, other] = [b"1", b"1", b"2"].map(|bytes| six(make(bytes)));
        assert!(one.is_some() && one == same && one != other, "case {at}: {one:?} {other:?}");
    }
    assert_eq!(six(whole()), None);
    assert_eq!(six(site(&[("six-1.egg-info", b"")])), None);
}
