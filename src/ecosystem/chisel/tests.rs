//! Manifests made here.

use super::*;
use crate::ecosystem::testing::{Image, listed};

const PATH: &str = "var/lib/chisel/manifest.wall";
const HEAD: &str = r#"{"jsonwall":"1.0","schema":"1.0","count":"#;
const PACKAGE: &str = r#"{"kind":"package","name":"a","version":"1","arch":"amd64"}"#;

fn packed(lines: &[&str]) -> Vec<u8> {
    let text = format!("{HEAD}{}}}\n{}\n", lines.len() + 1, lines.join("\n"));
    zstd::encode_all(text.as_bytes(), 1).unwrap()
}

#[test]
fn packages_are_listed_and_other_lines_passed_over() {
    let image =
        Image::of(&[(PATH, &packed(&[r#"{"kind":"slice","name":"a_libs"}"#, PACKAGE, r#"{"kind":"new"}"#]))]);
    let catalog = image.catalog(&Chisel);
    assert_eq!(listed(&catalog), ["a 1"]);
    assert_eq!((catalog.problems.len(), catalog.digest), (0, None));
    assert_eq!(catalog.packages[0].architecture.as_deref(), Some("amd64"));
}

#[test]
fn what_cannot_be_read_is_told() {
    let short = zstd::encode_all(format!("{HEAD}9}}\n{PACKAGE}\n").as_bytes(), 1).unwrap();
    let other = zstd::encode_all(format!("{{\"count\":2}}\n{PACKAGE}\n").as_bytes(), 1).unwrap();
    for (bytes, packages) in [
        (packed(&[PACKAGE, "no JSON"]), 1),
        (packed(&[r#"{"kind":"package"}"#]), 0),
        (packed(&[r#"{"kind":"package","name":"a"}"#]), 1),
        (packed(&[r#"{"kind":"package","name":"a","version":""}"#]), 1),
        (packed(&[r#"{"kind":"package","name":"a","version":"1","sha256":"00"}"#]), 1),
        (packed(&[r#"{"kind":"package","name":7}"#]), 0),
        (short, 1),
        (other, 1),
        (b"not zstd".to_vec(), 0),
        (Vec::new(), 0),
    ] {
        let catalog = Image::of(&[(PATH, &bytes)]).catalog(&Chisel);
        assert_eq!(catalog.packages.len(), packages);
        assert!(!catalog.problems.is_empty() && catalog.digest.is_some(), "{catalog:?}");
    }
}

#[test]
fn a_file_is_of_the_package_that_its_slice_is_of_with_the_sum_that_was_left() {
    let sum = |byte: &[u8]| Sha256::of(byte).hex();
    let lines = [
        r#"{"kind":"content","slice":"a-b_libs","path":"/usr/lib/x.so"}"#.to_owned(),
        r#"{"kind":"content","slice":"a-b_libs","path":"/usr/lib/"}"#.to_owned(),
        format!(
            r#"{{"kind":"path","path":"/usr/lib/x.so","sha256":"{}","final_sha256":"{}"}}"#,
            sum(b"1"),
            sum(b"2")
        ),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let paths = BTreeSet::from(["usr/lib/x.so".into(), "usr/lib".into(), "b".into()]);
    Image::of(&[(PATH, &packed(&lines))]).with_tree(|tree| {
        let owners = Chisel.owners(tree, &paths);
        assert!(owners.values().all(|owner| owner == "a-b") && owners.len() == 2, "{owners:?}");
        let sums = Chisel.checksums(tree, &paths);
        assert!(sums[&LayerPath::from("usr/lib/x.so")][0].is_of_bytes(b"2"));
    });
}

#[test]
fn a_manifest_of_broken_lines_is_read_as_far_as_some_of_them() {
    let lines = vec!["1"; limits::BROKEN_ROWS + 100];
    let catalog = Image::of(&[(PATH, &packed(&lines))]).catalog(&Chisel);
    assert!(catalog.digest.is_some() && catalog.packages.is_empty() && catalog.problems.len() > 100);
}

#[test]
fn manifests_share_what_they_may_unpack_to() {
    let large =
        zstd::encode_all(vec![b' '; usize::try_from(limits::CHISEL_MANIFEST_BYTES).unwrap()].as_slice(), 1);
    let image = Image::of(&[("a/manifest.wall", &large.unwrap()), ("b/manifest.wall", &packed(&[PACKAGE]))]);
    let catalogs = image.catalogs(&Chisel);
    assert!(catalogs.iter().all(|catalog| catalog.digest.is_some()), "{catalogs:?}");
    assert!(catalogs[1].problems[0].contains("with the others of the image"), "{catalogs:?}");
}
