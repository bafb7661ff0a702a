//! rpm's databases in images built here: headers, damage, layers, files.

use super::*;
use crate::base::limits;
use crate::ecosystem::testing::{Image, listed};
use crate::formats::ndb::tests::database;
use crate::formats::rpm_header::tests::{Value, header};

const NDB: &str = "usr/lib/sysimage/rpm/Packages.db";
const MANIFEST_PATH: &str = "var/lib/rpmmanifest/container-manifest-2";

type Tags<'v> = Vec<(u32, Value<'v>)>;

fn tags<'v>(name: &'v str, more: &[(u32, Value<'v>)]) -> Tags<'v> {
    let all =
        [(1000, name.as_bytes()), (1001, b"1.0"), (1002, b"2")].map(|(tag, text)| (tag, Value::Text(text)));
    all.into_iter().chain(more.iter().copied()).collect()
}

fn package<'v>(name: &'v str, more: &[(u32, Value<'v>)]) -> Vec<u8> {
    header(&tags(name, more), &[])
}

fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let blobs: Vec<(u32, &[u8])> = (1..).zip(headers.iter().map(Vec::as_slice)).collect();
    database(&blobs, &[])
}

/// A package whose files stand in `usr/share/NAME` and `etc`.
fn with_files(name: &str, states: &[u8]) -> Vec<u8> {
    let folder = format!("/usr/share/{name}/");
    let config = format!("{name}.conf");
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    let files = [
        (1117, Value::Texts(&["a", "ghost", &config])),
        (1118, Value::Texts(&[&folder, "/etc/"])),
        (1116, Value::Numbers(&[0, 0, 1])),
        (1035, Value::Texts(&[md5, md5, md5])),
        (1037, Value::Numbers(&[0, 64, 1])),
    ];
    header(&tags(name, &files), &[(1029, Value::States(states))])
}

#[test]
fn an_epoch_is_told_where_there_is_one_and_a_key_is_called_one() {
    let image = Image::of(&[(
        NDB,
        &ndb(&[
            package("none", &[(1022, Value::Text(b"noarch"))]),
            package("zero", &[(1003, Value::Number(0))]),
            package("gpg-pubkey", &[(1044, Value::Text(b"(none)"))]),
        ]),
    )]);
    let catalog = image.catalog(&Rpm);
    assert_eq!(listed(&catalog), ["gpg-pubkey 1.0-2 [key]", "none 1.0-2", "zero 0:1.0-2"]);
    assert_eq!((catalog.problems.len(), catalog.digest), (0, None));
    assert_eq!(catalog.packages[1].architecture.as_deref(), Some("noarch"));
    assert_eq!(catalog.packages[0].source, None);
}

#[test]
fn names_that_lead_to_one_database_are_one_catalog() {
    let image =
        Image::of(&[(NDB, &ndb(&[package("a", &[])]))]).symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm");
    let image = image.symlink("usr/share/rpm", "../lib/sysimage/rpm");
    assert_eq!(image.catalog(&Rpm).path, NDB.into());
}

#[test]
fn a_header_that_is_not_what_its_seal_says_is_told_and_the_others_stay() {
    let mut broken = package("b", &[]);
    let at = broken.windows(3).position(|three| three == b"1.0").unwrap();
    broken[at] = b'2';
    let image = Image::of(&[(NDB, &ndb(&[package("a", &[]), broken, package("c", &[])]))]);
    let catalog = image.catalog(&Rpm);
    assert_eq!(listed(&catalog), ["a 1.0-2", "c 1.0-2"]);
    assert_eq!(
        catalog.problems,
        ["usr/lib/sysimage/rpm/Packages.db: header 2: what it says of b is not what its own digest is of"]
    );
    assert!(catalog.digest.is_some());
}

#[test]
fn what_is_no_database_or_could_not_be_kept_has_a_digest_and_says_so() {
    for image in [
        Image::of(&[("var/lib/rpm/rpmdb.sqlite", b"not one")]),
        Image::of(&[("var/lib/rpm/Packages", b"not one")]),
        Image::default().too_large("var/lib/rpm/Packages.db"),
    ] {
        let catalog = image.catalog(&Rpm);
        assert!(catalog.packages.is_empty() && catalog.digest.is_some(), "{catalog:?}");
        assert_eq!(catalog.problems.len(), 1, "{catalog:?}");
    }
    assert_eq!(Image::of(&[("var/lib/rpm/Packages", b"")]).catalogs(&Rpm), []);
}

#[test]
fn two_databases_in_one_folder_are_both_read_and_told() {
    let bytes = ndb(&[package("a", &[])]);
    let image = Image::of(&[("var/lib/rpm/Packages.db", &bytes), ("var/lib/rpm/Packages", &bytes)]);
    let catalogs = image.catalogs(&Rpm);
    assert!(catalogs.iter().all(|catalog| listed(catalog) == ["a 1.0-2"] && catalog.problems.len() == 1));
    assert_eq!(catalogs.len(), 2);
}

#[test]
fn a_package_is_of_the_layer_that_holds_its_files_or_else_of_the_databases() {
    let headers = [with_files("a", &[0, 0, 0]), with_files("b", &[0, 0, 0]), package("none", &[])];
    let image = Image::of(&[("usr/share/a/a", b"")])
        .layer(&[("usr/share/b/a", b""), ("etc/a.conf", b"edited")])
        .layer(&[(NDB, &ndb(&headers)), ("etc/b.conf", b"edited")])
        .layer(&[("usr/share/a/ghost", b"")]);
    let layers: Vec<_> = image.catalog(&Rpm).packages.iter().map(|package| package.layer).collect();
    assert_eq!(layers, [0, 1, 2]);
}

#[test]
fn files_are_owned_with_their_digests_but_for_what_rpm_left_out() {
    let image = Image::of(&[(NDB, &ndb(&[with_files("a", &[0, 0, 2])]))]);
    let paths: BTreeSet<LayerPath> =
        ["usr/share/a/a", "usr/share/a/ghost", "etc/a.conf", "usr/share/x/a"].map(LayerPath::from).into();
    image.with_tree(|tree| {
        let owners = Rpm.owners(tree, &paths);
        let owned: Vec<_> = owners.iter().map(|(path, owner)| format!("{path} {owner}")).collect();
        assert_eq!(owned, ["usr/share/a/a a", "usr/share/a/ghost a"]);
        let sums = Rpm.checksums(tree, &paths);
        assert!(sums[&LayerPath::from("usr/share/a/a")][0].is_of_bytes(b""));
        assert_eq!(sums[&LayerPath::from("usr/share/a/ghost")], []);
        assert_eq!(sums.len(), 2);
    });
}

#[test]
fn a_list_of_files_that_is_not_whole_is_told_and_costs_no_package() {
    let files =
        [(1117, Value::Texts(&["a", "b"])), (1118, Value::Texts(&["/"])), (1116, Value::Numbers(&[0, 7]))];
    let catalog = Image::of(&[(NDB, &ndb(&[package("a", &files)]))]).catalog(&Rpm);
    assert_eq!(listed(&catalog), ["a 1.0-2"]);
    assert_eq!((catalog.problems.len(), catalog.digest), (1, None));
}

#[test]
fn a_tag_of_files_that_is_there_and_cannot_be_read_makes_the_list_not_whole() {
    let files =
        [(1117, Value::Texts(&["a", "b"])), (1118, Value::Texts(&["/"])), (1116, Value::Numbers(&[0, 0]))];
    let problems = |more: &[(u32, Value<'_>)]| {
        let header = header(&tags("a", &files), more);
        Image::of(&[(NDB, &ndb(&[header]))]).catalog(&Rpm).problems.len()
    };
    assert_eq!((problems(&[]), problems(&[(1029, Value::States(&[0, 1]))])), (0, 0));
    for tag in [1029, 1030, 1037] {
        assert_eq!(problems(&[(tag, Value::Text(b"x"))]), 1, "{tag}");
        assert_eq!(problems(&[(tag, Value::States(&[0]))]), 1, "{tag}");
    }
    assert_eq!(problems(&[(1035, Value::States(&[0, 0]))]), 1);
    assert_eq!(problems(&[(1117, Value::States(&[0, 0]))]), 1);
}

#[test]
fn whole_paths_of_old_packages_are_owned_too() {
    let image = Image::of(&[(NDB, &ndb(&[package("a", &[(1027, Value::Texts(&["/bin/a", "/bin/b"]))])]))]);
    let paths = BTreeSet::from(["bin/b".into()]);
    assert_eq!(image.with_tree(|tree| Rpm.owners(tree, &paths)), [("bin/b".into(), "a".to_owned())].into());
}

#[test]
fn a_manifests_lines_are_packages_and_others_are_told() {
    let text = "a\t1-2\t0\t0\t(none)\t(none)\t1\tx86_64\t0\ta-1-2.src.rpm\n\nb\t1-2\t0\t0\tV\t0\t1\tnoarch\t0\tc-1-1.src.rpm\n\
                gpg-pubkey\tab-cd\t0\t0\t(none)\t(none)\t0\t(none)\t0\t(none)\nd\t1-2\t0\t0\tV\t1\t1\tnoarch\t0\t(none)\nx\n";
    let catalog = Image::of(&[(MANIFEST_PATH, text.as_bytes())]).catalog(&Rpm);
    assert_eq!(listed(&catalog), ["a 1-2", "b 0:1-2", "gpg-pubkey ab-cd [key]"]);
    assert_eq!(catalog.packages[1].source_version.as_deref(), Some("1-1"));
    assert_eq!(
        catalog.problems,
        [
            "var/lib/rpmmanifest/container-manifest-2, line 5: two epochs that are not the same",
            "var/lib/rpmmanifest/container-manifest-2, line 6: not ten columns",
        ]
    );
    assert!(catalog.digest.is_some());
}

#[test]
fn a_manifest_of_names_counts_only_where_there_is_no_other_and_is_not_read() {
    let names = ("var/lib/rpmmanifest/container-manifest-1", &b"a-1-2.x86_64\n"[..]);
    let alone = Image::of(&[names]).catalog(&Rpm);
    assert!(alone.packages.is_empty() && alone.digest.is_some() && alone.problems.len() == 1);
    let both = Image::of(&[names, (MANIFEST_PATH, b"")]);
    assert_eq!(both.catalog(&Rpm).path, names.0.into());
}

#[test]
fn documents_are_their_packages_by_their_names() {
    let owner = |path: &str| Rpm.owner_by_name(&path.into());
    assert_eq!(owner("usr/share/licenses/a-b/LICENSE"), [NameOwner::Package("a-b".to_owned())]);
    assert_eq!(owner("usr/lib/a"), []);
}

#[test]
fn a_header_that_says_it_has_millions_of_files_has_a_list_that_is_not_whole() {
    let names = vec![""; limits::RPM_FILES + 1];
    let image = Image::of(&[(NDB, &ndb(&[package("a", &[(1117, Value::Texts(&names))])]))]);
    let catalog = image.catalog(&Rpm);
    assert_eq!(listed(&catalog), ["a 1.0-2"]);
    assert!(catalog.problems[0].ends_with("the list of files of a is not whole"), "{:?}", catalog.problems);
}

#[test]
fn of_a_manifest_of_broken_lines_the_rest_is_not_read_and_that_is_told() {
    let text = "x\n".repeat(limits::BROKEN_ROWS + 100);
    let catalog = Image::of(&[(MANIFEST_PATH, text.as_bytes())]).catalog(&Rpm);
    assert_eq!(catalog.digest, Some(Sha256::of(text.as_bytes())));
    assert!(
        catalog.problems.iter().any(|problem| problem.ends_with("was not read"))
            || catalog.problems.len() > 100
    );
}

#[test]
fn all_that_headers_list_is_claimed_in_one_reading() {
    let image = Image::of(&[(NDB, &ndb(&[with_files("a", &[0, 0, 1])]))]);
    let mut claimed = Vec::new();
    image.with_tree(|tree| Rpm.claims(tree, &[], &mut |path| claimed.push(printable(path))));
    assert_eq!(claimed, ["/usr/share/a/a", "/usr/share/a/ghost"]);
}
