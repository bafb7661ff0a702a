//! dpkg's databases in images built here: states, damage, owners, layers.

use super::*;
use crate::ecosystem::testing::{Image, listed};

/// Enough for anything that is not linear to take minutes.
const MANY: usize = 200_000;

fn status(bytes: &[u8]) -> Catalog {
    Image::of(&[(STATUS, bytes)]).catalog(&Dpkg)
}

fn stanza(name: &str, status: &str) -> String {
    format!("Package: {name}\nStatus: {status}\nArchitecture: amd64\nVersion: 1\n\n")
}

#[test]
fn the_third_word_of_the_status_decides() {
    let cases = [
        ("a", "install ok installed"),
        ("b", "hold ok installed"),
        ("c", "deinstall ok installed"),
        ("d", "purge ok installed"),
        ("e", "install ok triggers-pending"),
        ("f", "install ok triggers-awaited"),
        ("g", "install ok unpacked"),
        ("h", "install reinstreq half-installed"),
        ("i", "install ok half-configured"),
        ("j", "Install OK Installed"),
        ("v", "deinstall ok config-files"),
        ("w", "purge ok config-files"),
        ("x", "purge ok not-installed"),
        ("y", "unknown ok not-installed"),
    ];
    let text: String = cases.iter().map(|(name, words)| stanza(name, words)).collect();
    let catalog = status(text.as_bytes());
    let expected = [
        "a 1",
        "b 1",
        "c 1",
        "d 1",
        "e 1",
        "f 1",
        "g 1 [unpacked]",
        "h 1 [half-installed]",
        "i 1 [half-configured]",
        "j 1",
    ];
    assert_eq!(listed(&catalog), expected);
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn a_status_that_says_no_state_is_a_problem_and_no_package() {
    let catalog = status(b"Package: a\nVersion: 1\n\nPackage: b\nStatus: install ok\nVersion: 1\n");
    assert_eq!(listed(&catalog), [""; 0]);
    let expected =
        ["var/lib/dpkg/status, line 1: a has no state", "var/lib/dpkg/status, line 4: b has no state"];
    assert_eq!(catalog.problems, expected);
}

#[test]
fn source_epoch_and_rebuild_number_are_kept() {
    let text = "Package: a\nStatus: install ok installed\nVersion: 1:2.0-3+b1\nSource: src (1:2.0-3)\n\n\
                Package: b\nStatus: install ok installed\nVersion: 2\nSource: src\n\n\
                Package: c\nStatus: install ok installed\nVersion: 2\nSource: src (2)\n\n\
                Package: d\nStatus: install ok installed\nVersion: 2\n";
    let packages = status(text.as_bytes()).packages;
    let sources: Vec<_> = packages
        .iter()
        .map(|package| (package.source.as_deref(), package.source_version.as_deref()))
        .collect();
    assert_eq!(
        sources,
        [(Some("src"), Some("1:2.0-3")), (Some("src"), None), (Some("src"), None), (Some("d"), None)]
    );
    assert_eq!(packages[0].version, "1:2.0-3+b1");
}

#[test]
fn tabs_continue_a_field_and_the_last_line_needs_no_newline() {
    let text =
        b"Package: a\nStatus: install ok installed\nDescription: x\n\tVersion: 9\n\tmore\nVersion: 1.2";
    let catalog = status(text);
    assert_eq!(listed(&catalog), ["a 1.2"]);
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn one_package_of_two_architectures_is_two() {
    let text = "Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n\
                Package: a\nStatus: install ok installed\nArchitecture: i386\nVersion: 1\n";
    let catalog = status(text.as_bytes());
    let architectures: Vec<_> =
        catalog.packages.iter().filter_map(|package| package.architecture.as_deref()).collect();
    assert_eq!(architectures, ["amd64", "i386"]);
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn of_two_stanzas_on_one_package_the_last_counts_as_for_dpkg() {
    let twice =
        stanza("a", "install ok installed") + &stanza("a", "install ok installed").replace("1\n", "2\n");
    let catalog = status(twice.as_bytes());
    assert_eq!(listed(&catalog), ["a 2"]);
    assert_eq!(catalog.problems, ["var/lib/dpkg/status, line 6: a stands twice; the last one counts"]);
    let removed = stanza("a", "install ok installed") + &stanza("a", "deinstall ok config-files");
    assert_eq!(listed(&status(removed.as_bytes())), [""; 0]);
}

#[test]
fn a_package_is_of_the_layer_that_last_wrote_its_file_list() {
    let text = [stanza("a", "install ok installed"), stanza("b", "install ok installed")].concat();
    let text = text + &stanza("c", "install ok installed");
    let image = Image::of(&[(STATUS, b""), ("var/lib/dpkg/info/a.list", b"/.\n")])
        .layer(&[(STATUS, b""), ("var/lib/dpkg/info/b:amd64.list", b"/.\n")])
        .layer(&[(STATUS, text.as_bytes())]);
    let catalog = image.catalog(&Dpkg);
    let packages = catalog.packages.iter().map(|package| (package.layer, package.evidence.to_string()));
    let expected = [(0, "var/lib/dpkg/info/a.list"), (1, "var/lib/dpkg/info/b:amd64.list"), (2, STATUS)];
    assert_eq!(packages.collect::<Vec<_>>(), expected.map(|(layer, path)| (layer, path.to_owned())));
    assert_eq!((catalog.layer, catalog.path), (2, STATUS.into()));
}

#[test]
fn distroless_stanzas_need_no_status_and_what_stands_beside_them_is_not_read() {
    let image = Image::of(&[
        ("var/lib/dpkg/status.d/base", b"Package: base-files\nVersion: 12\n"),
        ("var/lib/dpkg/status.d/base.md5sums", b"d41d8cd98f00b204e9800998ecf8427e  etc/motd\n"),
        ("var/lib/dpkg/status.d/base.preinst", b"#!/bin/sh\n"),
        ("var/lib/dpkg/status.d/base.postinst", b"#!/bin/sh\n"),
    ])
    .layer(&[(
        "var/lib/dpkg/status.d/libpython3.11",
        b"Package: libpython3.11\nVersion: 3.11.2-6\nSource: python3.11",
    )]);
    let catalog = image.catalog(&Dpkg);
    assert_eq!(listed(&catalog), ["base-files 12", "libpython3.11 3.11.2-6"]);
    assert_eq!((catalog.path.to_string().as_str(), catalog.layer), (STATUS_FOLDER, 1));
    assert_eq!(catalog.packages[0].layer, 0);
    assert_eq!(catalog.packages[1].evidence, "var/lib/dpkg/status.d/libpython3.11".into());
    assert_eq!(catalog.problems, [""; 0]);
}

#[test]
fn a_status_file_and_a_status_folder_are_two_catalogs() {
    let text = stanza("a", "install ok installed");
    let image =
        Image::of(&[(STATUS, text.as_bytes()), ("var/lib/dpkg/status.d/b", b"Package: b\nVersion: 1\n")]);
    assert_eq!(image.catalogs(&Dpkg).iter().map(|catalog| catalog.packages.len()).sum::<usize>(), 2);
    assert_eq!(image.catalogs(&Dpkg).len(), 2);
}

#[test]
fn a_database_behind_a_symlink_is_read_at_its_real_place() {
    let text = stanza("a", "install ok installed");
    let image = Image::default()
        .symlink("var/lib/dpkg", "../../usr/share/dpkg")
        .file("usr/share/dpkg/status", text.as_bytes())
        .file("usr/share/dpkg/info/a.list", b"");
    let catalog = image.catalog(&Dpkg);
    assert_eq!(catalog.path, "usr/share/dpkg/status".into());
    assert_eq!(catalog.packages[0].evidence, "usr/share/dpkg/info/a.list".into());
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    let text = "garbage\n\nVersion: 1\n\nPackage: a\nStatus: install ok installed\n???\n!!!\nVersion: 1\nVersion: 2\n\n\
                Package: b\nStatus: install ok installed\n\nPackage: c\nStatus: install ok weird\nVersion: 3\n";
    let catalog = status(text.as_bytes());
    assert_eq!(listed(&catalog), ["a 1", "b unknown", "c 3 [weird]"]);
    let expected = [
        "var/lib/dpkg/status, line 12: b has no Version",
        "var/lib/dpkg/status, line 1: a stanza without Package",
        "var/lib/dpkg/status, line 1: not a field",
        "var/lib/dpkg/status, line 3: a stanza without Package",
        "var/lib/dpkg/status, line 5: a has Version twice",
        "var/lib/dpkg/status, line 7: not a field, nor are 1 lines after it",
    ];
    assert_eq!(catalog.problems, expected);
}

#[test]
fn every_prefix_of_a_database_is_read_without_a_fault() {
    let text = stanza("a", "install ok installed") + &stanza("b", "install ok unpacked");
    for end in 0..text.len() {
        let catalog = status(&text.as_bytes()[..end]);
        assert!(catalog.packages.len() <= 2);
    }
}

#[test]
fn a_database_too_large_to_keep_or_not_a_file_is_a_problem() {
    let catalog = Image::default().too_large(STATUS).catalog(&Dpkg);
    assert_eq!(catalog.problems, ["var/lib/dpkg/status: too large to be read"]);
    let elsewhere = Image::of(&[("etc/elsewhere", b"x")]).symlink(STATUS, "/etc/elsewhere").catalog(&Dpkg);
    assert_eq!(elsewhere.problems, ["etc/elsewhere: not a file whose bytes were kept"]);
}

#[test]
fn a_journal_that_dpkg_never_merged_is_a_problem() {
    let image = Image::of(&[(STATUS, b""), ("var/lib/dpkg/updates/0001", b"Package: a\n")]);
    let expected = ["var/lib/dpkg/updates/0001: dpkg was interrupted; its journal is not read"];
    assert_eq!(image.catalog(&Dpkg).problems, expected);
}

#[test]
fn an_image_without_dpkg_has_no_catalog() {
    assert!(Image::of(&[("etc/os-release", b"")]).catalogs(&Dpkg).is_empty());
}

#[test]
fn hostile_names_neither_escape_the_database_nor_reach_a_terminal() {
    let text = stanza("../../../../etc/passwd", "install ok installed")
        + &stanza("a\x1b[2J\0\u{202e}", "hold ok installed");
    let image = Image::of(&[(STATUS, text.as_bytes()), ("etc/passwd.list", b"")]);
    let catalog = image.catalog(&Dpkg);
    assert_eq!(listed(&catalog), ["../../../../etc/passwd 1", "a\\x1b[2J\\x00\\u{202e} 1"]);
    assert!(catalog.packages.iter().all(|package| package.evidence == STATUS.into()));
}

#[test]
fn masses_of_stanzas_and_a_line_of_megabytes_take_one_look() {
    let many: String =
        (0..MANY).map(|at| format!("Package: p{at}\nStatus: a b installed\nVersion: 1\n\n")).collect();
    assert_eq!(status(many.as_bytes()).packages.len(), MANY);
    assert_eq!(status(&b"x".repeat(10 << 20)).problems.len(), 2);
    assert_eq!(status(&b"\0".repeat(10 << 20)).problems.len(), 2);
    assert_eq!(status(&b"a:\n\n".repeat(MANY)).problems.len(), 101);
}

#[test]
fn a_file_list_tells_the_owner_of_a_place_also_behind_a_merged_usr() {
    let image = Image::default()
        .symlink("lib", "usr/lib")
        .file("usr/lib/a/METADATA", b"")
        .file("usr/lib/b/METADATA", b"")
        .file("var/lib/dpkg/info/pa.list", b"/.\n/lib\n/lib/a/METADATA\n")
        .file("var/lib/dpkg/info/pb:amd64.list", b"/usr/lib/b/METADATA")
        .file("var/lib/dpkg/info/evil.list", &b"a/".repeat(5 << 20));
    let wanted: BTreeSet<LayerPath> =
        ["usr/lib/a/METADATA", "usr/lib/b/METADATA", "usr/lib/c/METADATA"].map(Into::into).into();
    let owners: Vec<_> = image.with_tree(|tree| Dpkg.owners(tree, &wanted).into_values().collect());
    assert_eq!(owners, ["pa", "pb"]);
}

/// A line of a `.md5sums`.
fn sum(path: &str) -> String {
    format!("0f1e2d3c4b5a69788796a5b4c3d2e1f0  {path}\n")
}

/// The owners that dpkg's lists tell of `six` and `yaml` in an image with these files.
fn owners_of(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let wanted = ["usr/lib/python3/six/PKG-INFO", "usr/lib/python3/yaml/PKG-INFO"];
    let image = wanted.iter().fold(Image::default(), |image, path| image.file(path, b"x"));
    let image = files.iter().fold(image, |image, (path, bytes)| image.file(path, bytes.as_bytes()));
    let wanted: BTreeSet<LayerPath> = wanted.map(Into::into).into();
    let owners = image.with_tree(|tree| Dpkg.owners(tree, &wanted));
    owners.into_iter().map(|(path, owner)| (path.to_string(), owner)).collect()
}

#[test]
fn sums_tell_the_owner_where_no_list_does_wherever_they_stand() {
    let six = sum("usr/lib/python3/six/PKG-INFO");
    let owned = |owner: &str| vec![("usr/lib/python3/six/PKG-INFO".to_owned(), owner.to_owned())];
    let stanza = ("var/lib/dpkg/status.d/six", "Package: python3-six\nVersion: 1\n");
    for (at, owner) in [
        ("var/lib/dpkg/status.d/python3-six.md5sums", "python3-six"),
        ("var/lib/dpkg/status.d/six.md5sums", "python3-six"),
        ("var/lib/dpkg/status.d/python3-six:all.md5sums", "python3-six"),
        ("var/lib/dpkg/info/python3-six.md5sums", "python3-six"),
        ("var/lib/dpkg/info/python3-six:amd64.md5sums", "python3-six"),
    ] {
        assert_eq!(owners_of(&[stanza, (at, &six)]), owned(owner), "{at}");
    }
    let list = ("var/lib/dpkg/info/six-of-list.list", "/usr/lib/python3/six/PKG-INFO\n");
    assert_eq!(owners_of(&[("var/lib/dpkg/info/a.md5sums", &six), list]), owned("six-of-list"));
}

#[test]
fn lines_of_sums_are_read_as_md5sum_writes_them() {
    let at = "var/lib/dpkg/status.d/a.md5sums";
    let count = |bytes: &str| owners_of(&[(at, bytes)]).len();
    let both = sum("usr/lib/python3/six/PKG-INFO") + &sum("/usr/lib/python3/yaml/PKG-INFO");
    assert_eq!(count(&both), 2);
    assert_eq!(count(&both.replace("  ", " *")), 2);
    assert_eq!(count(&both.replace('\n', "\r\n")), 2);
    assert_eq!(count(&both.replace("  ", "  ./")), 2);
    assert_eq!(count(&both.replace("0f1e", "zzzz")), 0);
    assert_eq!(count(&both.replace("  ", " ")), 0);
    for end in 0..both.len() {
        assert!(count(&both[..end]) <= 2);
    }
}

#[test]
fn a_name_tells_whose_dpkgs_own_files_documents_and_choices_are() {
    let owners = |path: &str| Dpkg.owner_by_name(&path.into());
    let package = |name: &str| vec![NameOwner::Package(name.to_owned())];
    assert_eq!(owners("var/lib/dpkg/info/libc6:amd64.list"), package("libc6"));
    assert_eq!(owners("var/lib/dpkg/info/python3.11.md5sums"), package("python3.11"));
    assert_eq!(owners("usr/share/doc/less/copyright"), package("less"));
    assert_eq!(owners("etc/alternatives/pager"), [NameOwner::Some]);
    assert_eq!(owners("usr/bin/less"), []);
}

#[test]
fn a_journal_that_dpkg_left_is_told_by_a_digest_of_it_and_of_the_file() {
    let digest = |status: &[u8], journal: &[u8]| {
        Image::of(&[("var/lib/dpkg/status", status), ("var/lib/dpkg/updates/0001", journal)])
            .catalog(&Dpkg)
            .digest
    };
    let [one, same, other] = [b"1", b"1", b"2"].map(|journal| digest(b"", journal));
    assert!(one.is_some() && one == same && one != other);
    assert_ne!(one, digest(b"Package: a\nStatus: install ok installed\n", b"1"));
    assert_eq!(digest(b"", b""), None);
    let behind_a_link = |journal: &[u8]| {
        let image = Image::of(&[("var/lib/dpkg/status", b""), ("srv/up/0001", journal)]);
        image.symlink("var/lib/dpkg/updates", "/srv/up").catalog(&Dpkg).digest
    };
    assert_ne!(behind_a_link(b"1"), behind_a_link(b"2"));
}

#[test]
fn what_of_a_database_says_nothing_is_told_by_a_digest_of_it() {
    let whole = |more: &str| status((stanza("a", "install ok installed") + more).as_bytes());
    let digest = |more: &str| whole(more).digest;
    assert_eq!(digest(""), None);
    assert_eq!(digest(&stanza("b", "install ok half-configured")), None);
    let kinds = [
        ("a stanza without a name", "Version: 1\n\n", "Version: 2\n\n"),
        ("a stanza without a state", "Package: b\nVersion: 1\n\n", "Package: b\nVersion: 2\n\n"),
        ("a line that is no field", "???\n\n", "!!!\n\n"),
        (
            "a field that stands twice",
            "Package: b\nStatus: a b installed\nVersion: 1\nVersion: 1\n",
            "Package: b\nStatus: a b installed\nVersion: 1\nVersion: 2\n",
        ),
    ];
    for (kind, one, other) in kinds {
        assert_ne!(digest(one), None, "{kind}");
        assert_ne!(digest(one), digest(other), "{kind}");
        // Wherever it stands, and whatever else there is.
        assert_eq!(digest(one), digest(&(stanza("c", "install ok installed") + one)), "{kind}");
        assert_eq!(whole(one).packages[0].name, "a", "{kind}");
    }
}
